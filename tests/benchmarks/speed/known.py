"""Resident megabytes of a process with the core's modules that has looked at many entries; run by ``filling.py``.

python tests/benchmarks/speed/known.py COUNT

Each has 100 headers out of 3,000 in 60 folders, as the files of one large project share them.
"""

import hashlib
import os
import random
import sys
from pathlib import Path

from clcache_launcher.core.inputs.search_state import SearchState
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.records import Entry, Streams
from clcache_launcher.core.trees.roots import NO_ROOTS
from clcache_launcher.model import Digest, ResultKey
from clcache_launcher.server.serve import Core
from clcache_launcher.storage.local import StoredEntry
from clcache_launcher.util.files import Signature

HEADERS, EACH, FOLDERS = 3_000, 100, 60


def main() -> None:
    """Print the megabytes."""
    print(Core.__name__, file=sys.stderr)  # its modules are in memory, as in a core
    knowledge, chance = Knowledge(), random.Random(1)
    digests = [Digest(hashlib.blake2b(bytes([n % 256, n // 256]), digest_size=16).digest()) for n in range(HEADERS)]
    pairs = [(f"/home/user/project/module{n % FOLDERS}/header{n}.h", digest) for n, digest in enumerate(digests)]
    stamps = {f"/home/user/project/module{n}": Signature(4096, 10**18 + n, 10**18 + n, n, 2049) for n in range(FOLDERS)}
    for at, (path, digest) in enumerate(pairs):
        knowledge.digests._known[path] = Signature(1000, 10**18 + at, 10**18 + at, at, 2049), digest
    for number in range(int(sys.argv[1])):
        entry = Entry(tuple(chance.sample(pairs, EACH)), b"0" * 16, Streams.ANY)
        result = ResultKey(hashlib.blake2b(number.to_bytes(8, "little"), digest_size=16).digest())
        entry = knowledge.entry(StoredEntry(result, entry.encode()))
        state = SearchState(b"0" * 16, {}, {}, {}, tuple(stamps.items()))
        knowledge.note_search((result, NO_ROOTS.identity), entry, state)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    print(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)


if __name__ == "__main__":
    main()
