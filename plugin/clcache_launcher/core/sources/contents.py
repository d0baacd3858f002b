"""What files held that were read a moment ago, by digest.

A header that a unit is the first to read is asked for several things, one after the other: its digest, its facts, what
a closer look wants.
"""

import threading
from collections import OrderedDict
from typing import Final

from clcache_launcher.model import Digest
from clcache_launcher.util.files import digest_of, read_file

__all__ = ["Contents"]

_MOST_BYTES: Final = 4 << 20
"""Together; the headers of one unit are 2 to 4 MB."""
_LARGE_BYTES: Final = 256 << 10
"""What is larger is read again."""


class Contents:
    """The last contents that were read, a few megabytes of them; safe for several threads."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._held: OrderedDict[Digest, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def keep(self, digest: Digest, data: bytes) -> None:
        """Keep some content for a while."""
        if len(data) > _LARGE_BYTES:
            return
        with self._lock:
            if digest not in self._held:
                self._held[digest] = data
                self._bytes += len(data)
            while self._bytes > _MOST_BYTES:
                _, old = self._held.popitem(last=False)
                self._bytes -= len(old)

    def read(self, path: str, digest: Digest) -> bytes | None:
        """What a file held when it had a digest; ``None`` when that is not known and it no longer has it."""
        known = self._held.get(digest)
        if known is not None:
            return known
        read = read_file(path)
        if read is None or digest_of(read[0]) != digest:
            return None
        self.keep(digest, read[0])
        return read[0]
