"""The mark of removals: a file that grows by a byte whenever results were removed or replaced.

Who remembers a result sees by it, without a question to the index, that the index may name it no more.
"""

import contextlib
import os
from pathlib import Path
from typing import Final

from clcache_launcher.util.file_records import Kind, record_of

__all__ = ["Removals"]

_NAME: Final = "removals"


class Removals:
    """The mark of one cache folder; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        """Use the file in ``folder``, which need not be there."""
        self._path = str(folder / _NAME)

    def mark(self) -> None:
        """Results were removed just now. What is marked too late makes no wrong result: the artifacts are gone, too."""
        with contextlib.suppress(OSError):
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(handle, b".")
            finally:
                os.close(handle)

    def record(self) -> bytes:
        """The record under which no result was removed."""
        return record_of(self._path, Kind.FILE)
