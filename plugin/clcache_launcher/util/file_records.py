"""Files as they were last seen, as records that are checked all in one pass.

A record is the signature as five 64-bit integers of this machine (size, mtime, change time, file, device), then the
path; ``native/file_records.c`` reads the same form and gives up Python's lock for the whole pass. What is missing has
the least size that there is, what can't be looked at the negative number of the error.
"""

import errno
import os
import struct
from typing import Final

from clcache_launcher.util.files import Signature
from clcache_launcher.util.status import file_status

try:
    import clcache_launcher._file_records as _native
except ImportError:  # it is built where Python's headers are at hand
    _native = None  # type: ignore[assignment]  # a module, or none

__all__ = ["file_record", "hold", "hold_in_python", "split_record"]

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


hold: Final = hold_in_python if _native is None else _native.hold
"""Whether each file is as its record says; paths lead through links."""
