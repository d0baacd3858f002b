"""The signatures of many files, taken in one pass.

``native/file_signatures.c`` does it in one call without Python's lock; where it can't be loaded Python does the same.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import compress
from typing import Final, Protocol

import clcache_launcher
from clcache_launcher.util.files import SECOND_NS, Signature, folder_of, is_younger, signature_of
from clcache_launcher.util.native_libraries import FILES, load_native
from clcache_launcher.util.status import file_status, link_status

__all__ = ["MISSING", "Seen", "take_in_python", "take_natively", "take_signatures", "young_on_the_ways"]

Seen = tuple[int, int, int, int, int]
"""The fields of a ``Signature``, to which it is equal; the size of what can't be looked at is the error's, negative."""

_SIGNATURE: Final = struct.Struct("=3q2Q")
MISSING: Final = -(1 << 63)
"""The size of what is not there."""


class Take(Protocol):
    """Takes the signature of each path."""

    def __call__(self, paths: Sequence[str], are_links: bytearray | None = None) -> list[Seen]:
        """See ``take_in_python``."""


def take_in_python(paths: Sequence[str], are_links: bytearray | None = None) -> list[Seen]:
    """The signature of each path.

    Args:
        paths: Absolute ones.
        are_links: Where there is one, links are not followed, and each path has a byte here that is set for a link.
    """
    return [_seen(path, at, are_links) for at, path in enumerate(paths)]


def _seen(path: str, at: int, are_links: bytearray | None) -> Seen:
    try:
        if are_links is None:
            return signature_of(file_status(path))
        are_links[at] = os.path.islink(path)
        return signature_of(link_status(path))
    except OSError as err:
        return Signature(MISSING if err.errno == errno.ENOENT else -(err.errno or 1), 0, 0, 0, 0)


def take_natively(folders: Iterable[str]) -> Take | None:
    """The same by the library in one of some folders; ``None`` when it can't be loaded."""
    call = load_native(folders, FILES, _function)
    if call is None:
        return None

    def take(paths: Sequence[str], are_links: bytearray | None = None) -> list[Seen]:
        given = os.fsencode("\0".join(paths))
        if given.count(b"\0") >= len(paths):
            return take_in_python(paths, are_links)
        found = bytearray(_SIGNATURE.size * len(paths))
        links = None if are_links is None else ctypes.byref(ctypes.c_char.from_buffer(are_links))
        call(given, len(paths), ctypes.byref(ctypes.c_char.from_buffer(found)), links)
        return list(_SIGNATURE.iter_unpack(found))

    return take


def _function(library: ctypes.CDLL) -> Callable[..., None]:
    call = library.file_signatures
    call.argtypes = (ctypes.c_char_p, ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p)
    call.restype = None
    found: Callable[..., None] = call
    return found


take_signatures: Final[Take] = take_natively(clcache_launcher.__path__) or take_in_python
"""The signature of each path; see ``take_in_python``."""


def young_on_the_ways(paths: Iterable[str], since_ns: int) -> Iterator[str]:
    """Of paths, all folders above them and what each link on the way leads to: what is younger than a moment.

    Args:
        paths: Absolute ones.
        since_ns: By the clock that stamps files; see ``is_younger``.
    """
    waiting, known = set(filter(None, paths)), set[str]()
    # Most are older than the second that the moment is in.
    second_ns = since_ns - since_ns % SECOND_NS
    while waiting:
        known |= waiting
        level = list(waiting)
        are_links = bytearray(len(level))
        seen = take_signatures(level, are_links)
        waiting = set(map(folder_of, level))
        waiting.update(map(_target, compress(level, are_links)))
        waiting -= known | {""}
        late = [(path, each) for path, each in zip(level, seen, strict=True) if each[2] >= second_ns]
        # What can't be looked at has no times.
        yield from (path for path, each in late if each[0] >= 0 and is_younger(each[2], since_ns))


def _target(link: str) -> str:
    """What a link leads to; empty when it is gone."""
    try:
        return os.path.join(os.path.dirname(link), os.readlink(link))
    except OSError:
        return ""
