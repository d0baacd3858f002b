"""Shared depfiles as trees have them, remembered: to put one together takes longer than to look a unit up."""

import threading
import zlib
from collections import OrderedDict
from typing import Final

from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.core.trees.sharing import own_depfile
from clcache_launcher.model import Digest
from clcache_launcher.util.files import digest_of

__all__ = ["OwnDepfiles"]

_MOST_BYTES: Final = 16 << 20
"""2.3 KB for one of 11.6 (2026-11)."""
_FASTEST: Final = 1


class OwnDepfiles:
    """The depfiles of trees by the content that these share; safe for several threads."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        """Know nothing yet, and never more than so many bytes."""
        self._most_bytes = most_bytes
        self._known: OrderedDict[tuple[Digest, Family, bytes], bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def find(self, shared: bytes, family: Family, roots: Roots) -> bytes | None:
        """What :func:`own_depfile` makes of a shared depfile."""
        key = digest_of(shared), family, roots.identity
        packed = self._known.get(key)
        if packed is not None:
            return zlib.decompress(packed)
        own = own_depfile(shared, family, roots)
        if own is not None:
            self._note(key, zlib.compress(own, _FASTEST))
        return own

    def _note(self, key: tuple[Digest, Family, bytes], packed: bytes) -> None:
        with self._lock:
            self._bytes += len(packed) - len(self._known.pop(key, b""))
            self._known[key] = packed
            while self._bytes > self._most_bytes:
                _, oldest = self._known.popitem(last=False)
                self._bytes -= len(oldest)
