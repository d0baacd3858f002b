"""What is in a precompiled header that the cache has stored.

A compiler that uses one reads none of the headers in it, and not every compiler lists them. What can't be known of one
that the cache did not make leaves its uses to the compiler.

    record  [version, holds_times, includes], msgpack, under the digest of a name and the precompiled header's digest
            includes: [[path, digest] …], the source first

History: 1.
"""

import contextlib
import os
from typing import Final

from msgspec import Struct, msgpack

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.util.files import DIGEST_BYTES, digest_of

__all__ = ["PrecompiledContent", "PrecompiledHeaders"]

_VERSION: Final = 1


class PrecompiledContent(Struct, frozen=True):
    """The headers in a precompiled header."""

    holds_times: bool
    """It can't be used once the time of one of them has changed."""
    includes: tuple[tuple[str, Digest], ...]
    """Absolute paths with digests."""


class PrecompiledHeaders:
    """Contents by the precompiled header's digest: remembered or stored."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[Digest, PrecompiledContent] = {}

    def find(self, digest: Digest, storage: LocalStorage) -> PrecompiledContent | None:
        """What is in a precompiled header, or ``None`` when the cache folder does not know it."""
        known = self._known.get(digest)
        if known is None:
            with contextlib.suppress(StorageError):
                body = storage.index.facts([_key(digest)]).get(_key(digest))
                known = _decode(body) if body is not None else None
        if known is not None:
            self._known[digest] = known
        return known

    def note(self, digest: Digest, content: PrecompiledContent, storage: LocalStorage) -> None:
        """Remember and store what is in a precompiled header.

        Raises:
            StorageError: It can't be stored.
        """
        self._known[digest] = content
        includes = [[os.fsencode(path), each] for path, each in content.includes]
        storage.index.add_facts([(_key(digest), msgpack.encode([_VERSION, content.holds_times, includes]))])


def _key(digest: Digest) -> Digest:
    return digest_of(b"precompiled header\0" + digest)


def _decode(body: bytes) -> PrecompiledContent | None:
    try:
        version, holds_times, includes = msgpack.decode(body)
        pairs = tuple((os.fsdecode(path), Digest(digest)) for path, digest in includes)
    except (ValueError, TypeError, RecursionError):
        return None
    is_whole = all(isinstance(digest, bytes) and len(digest) == DIGEST_BYTES for _, digest in pairs)
    return PrecompiledContent(bool(holds_times), pairs) if version == _VERSION and is_whole else None
