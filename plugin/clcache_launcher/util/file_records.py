"""Files as they were last seen, as records that are checked all in one pass.

A record is a letter that says what of the file counts, the signature as five 64-bit integers of this machine (size,
mtime, change time, file, device), then the path. ``native/file_records.c`` reads the same form, in one call without
Python's lock for the whole pass. What is missing has the least size that there is, what can't be looked at the negative
number of the error.
"""

import ctypes
import enum
import errno
import os
import stat
import struct
from collections.abc import Callable, Iterable
from typing import Final

import clcache_launcher
from clcache_launcher.util.files import Signature
from clcache_launcher.util.native_libraries import FILES, load_native
from clcache_launcher.util.status import file_status, link_status

__all__ = ["Kind", "Records", "file_record", "hold", "hold_in_python", "hold_natively", "record_of", "split_record"]

_SIGNATURE: Final = struct.Struct("=3q2Q")
_START: Final = 1 + _SIGNATURE.size
_MISSING: Final = _SIGNATURE.pack(-(1 << 63), 0, 0, 0, 0)


class Kind(enum.Enum):
    """What of a file counts."""

    FILE = b"f"
    """All that its signature tells; the path leads through links."""
    LINK = b"l"
    """The same of what has the name, a symbolic link itself and not what it leads to."""
    WHICH_FILE = b"w"
    """Which file it is, by device and number, whatever is in it; the path leads through links."""
    WHICH_NAME = b"n"
    """The same of what has the name; of a link, so that it can't be turned unseen, its change time, too."""


class Records:
    """Records that are checked together, in the form that the native call takes."""

    __slots__ = ("items", "pointers")

    def __init__(self, items: Iterable[bytes] = ()) -> None:
        """Take records, which stay where they are in memory as long as this object keeps them."""
        self.items = tuple(items)
        count = len(self.items)
        # To make these anew for each pass took 58 us of 186 for 348 records, and more where caches are cold (2026-11).
        self.pointers = bytes((ctypes.c_char_p * count)(*self.items))


def file_record(path: str, signature: Signature | None, kind: Kind = Kind.FILE) -> bytes:
    """The record of a path with its signature, of which only what counts is used; ``None`` where nothing is there."""
    if signature is not None and kind is Kind.WHICH_FILE and signature.size >= 0:
        signature = Signature(0, 0, 0, signature.file, signature.device)
    packed = _MISSING if signature is None else _SIGNATURE.pack(*signature)
    return kind.value + packed + os.fsencode(path)


def record_of(path: str, kind: Kind) -> bytes:
    """The record of a path as it is now."""
    return kind.value + _look_at(path, kind) + os.fsencode(path)


def split_record(record: bytes) -> tuple[str, Signature | None]:
    """The path and the signature of a record."""
    signature = record[1:_START]
    known = None if signature == _MISSING else Signature(*_SIGNATURE.unpack(signature))
    return os.fsdecode(record[_START:]), known


def _look_at(path: str, kind: Kind) -> bytes:
    pack = _SIGNATURE.pack
    try:
        s = link_status(path) if kind in (Kind.LINK, Kind.WHICH_NAME) else file_status(path)
    except OSError as err:
        return _MISSING if err.errno == errno.ENOENT else pack(-(err.errno or 1), 0, 0, 0, 0)
    if kind is Kind.WHICH_FILE:
        return pack(0, 0, 0, s.st_ino, s.st_dev)
    if kind is Kind.WHICH_NAME:
        return pack(0, 0, s.st_ctime_ns if stat.S_ISLNK(s.st_mode) else 0, s.st_ino, s.st_dev)
    return pack(s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_dev)


def hold_in_python(records: Records) -> bool:
    """Whether each file is as its record says."""
    return all(record_of(os.fsdecode(record[_START:]), Kind(record[:1])) == record for record in records.items)


def hold_natively(folders: Iterable[str]) -> Callable[[Records], bool] | None:
    """The same in one native call, by the library in one of some folders; ``None`` when it can't be loaded."""
    call = load_native(folders, FILES, _function)
    if call is None:
        return None

    def hold(records: Records) -> bool:
        return bool(call(records.pointers, len(records.items)))

    return hold


def _function(library: ctypes.CDLL) -> Callable[..., int]:
    call = library.file_records_hold
    call.argtypes = (ctypes.c_char_p, ctypes.c_size_t)
    found: Callable[..., int] = call
    return found


hold: Final = hold_natively(clcache_launcher.__path__) or hold_in_python
"""Whether each file is as its record says."""
