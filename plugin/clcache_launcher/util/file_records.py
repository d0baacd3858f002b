"""Files as they were last seen, as records that are checked all in one pass.

A record is the signature as five 64-bit integers of this machine (size, mtime, change time, file, device), then the
path. ``native/file_records.c`` reads the same form, in one call without Python's lock for the whole pass. What is
missing has the least size that there is, what can't be looked at the negative number of the error.
"""

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Callable, Iterable
from typing import Final

import clcache_launcher
from clcache_launcher.util.files import Signature
from clcache_launcher.util.status import file_status

__all__ = ["file_record", "hold", "hold_in_python", "hold_natively", "split_record"]

_LIBRARY: Final = "_file_records.dll" if sys.platform == "win32" else "_file_records.so"
_SIGNATURE: Final = struct.Struct("=3q2Q")
_BYTES: Final = _SIGNATURE.size
_MISSING: Final = _SIGNATURE.pack(-(1 << 63), 0, 0, 0, 0)


def file_record(path: str, signature: Signature | None) -> bytes:
    """The record of a path with its signature; ``None`` where nothing is there."""
    return (_MISSING if signature is None else _SIGNATURE.pack(*signature)) + os.fsencode(path)


def split_record(record: bytes) -> tuple[str, Signature | None]:
    """The path and the signature of a record."""
    signature = record[:_BYTES]
    known = None if signature == _MISSING else Signature(*_SIGNATURE.unpack(signature))
    return os.fsdecode(record[_BYTES:]), known


def hold_in_python(records: tuple[bytes, ...]) -> bool:
    """Whether each file is as its record says; paths lead through links."""
    pack = _SIGNATURE.pack
    for record in records:
        try:
            s = file_status(os.fsdecode(record[_BYTES:]))
            now = pack(s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_dev)
        except OSError as err:
            now = _MISSING if err.errno == errno.ENOENT else pack(-(err.errno or 1), 0, 0, 0, 0)
        if now != record[:_BYTES]:
            return False
    return True


def hold_natively(folders: Iterable[str]) -> Callable[[tuple[bytes, ...]], bool] | None:
    """The same in one native call, by the library in one of some folders; ``None`` when it can't be loaded."""
    call = next(filter(None, map(_load, folders)), None)
    if call is None:
        return None

    def hold(records: tuple[bytes, ...]) -> bool:
        count = len(records)
        return bool(call((ctypes.c_char_p * count)(*records), ctypes.c_size_t(count)))

    return hold


def _load(folder: str) -> Callable[..., int] | None:
    try:
        call: Callable[..., int] = ctypes.CDLL(os.path.join(folder, _LIBRARY)).file_records_hold
    except (OSError, AttributeError):
        return None
    return call


hold: Final = hold_natively(clcache_launcher.__path__) or hold_in_python
"""Whether each file is as its record says; paths lead through links."""
