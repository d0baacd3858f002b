"""An index with as many entries as wanted, and what a core takes that knows many."""

import hashlib
import subprocess
import sys
from itertools import islice
from pathlib import Path
from typing import Final

from clcache_launcher.core.records import Entry, Result, Streams
from clcache_launcher.model import Digest
from clcache_launcher.storage.database import Database
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.storage.seals import seal_of

__all__ = ["fill_index", "known_megabytes"]

_ROWS_AT_ONCE: Final = 20_000


def digest_for(number: int) -> Digest:
    """A digest that stands for a number."""
    return Digest(hashlib.blake2b(number.to_bytes(8, "little"), digest_size=16).digest())


def fill_index(folder: Path, count: int) -> None:
    """Write that many entries with results that have no artifacts; their includes are few, to spare the disk."""
    LocalStorage(folder).close()
    body = Entry((("/usr/include/string.h", digest_for(0)),), b"0" * 16, Streams.ANY).encode()
    result = Result((), b"", b"", b"g++ -c unit.cpp").encode()
    numbers = iter(range(count))
    database = Database(folder)
    while part := [digest_for(number) for number in islice(numbers, _ROWS_AT_ONCE)]:
        results = [(key, result, seal_of(key, result), 0) for key in part]
        entries = [(key[::-1], key, body, seal_of(key[::-1], key, body)) for key in part]

        def write(sql, results=results, entries=entries) -> None:  # type: ignore[no-untyped-def]
            sql.executemany("INSERT INTO result VALUES (?, ?, ?, ?)", results)
            sql.executemany("INSERT INTO entry VALUES (?, ?, ?, ?)", entries)
            sql.execute("DELETE FROM total")

        database.write(write)
        database.checkpoint()
    database.close()


def known_megabytes(count: int) -> float:
    """Resident megabytes of a core that has looked at so many entries."""
    program = [sys.executable, str(Path(__file__).with_name("known.py")), str(count)]
    return float(subprocess.run(program, capture_output=True, text=True, check=True).stdout)
