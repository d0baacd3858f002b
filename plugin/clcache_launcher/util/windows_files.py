"""What Python's own functions for files leave out on Windows: the change time, sharing with who deletes.

Python's ``st_ctime`` is the creation time there, which a program that writes a file anew keeps, and every time but the
change time can be set by anybody. Its ``open`` lets nobody delete or rename the file meanwhile, so that hashing a
header could break a checkout.

Source: learn.microsoft.com/windows/win32/api/winbase/ns-winbase-file_basic_info, .../fileapi/nf-fileapi-createfilew
"""

import ctypes
import os
import stat
import sys
from ctypes import wintypes
from typing import Final

# Nothing below is looked at where it can't run.
assert sys.platform == "win32"
import msvcrt  # noqa: E402

__all__ = ["clock_ns", "file_status", "handle_status", "link_status", "open_shared", "try_lock"]

_READ_ATTRIBUTES: Final = 0x80
_GENERIC_READ: Final = 0x8000_0000
_SHARE_ALL: Final = 0x7
_OPEN_EXISTING: Final = 3
_BACKUP_SEMANTICS: Final = 0x0200_0000
_OPEN_REPARSE_POINT: Final = 0x0020_0000
_INVALID: Final = ctypes.c_void_p(-1).value
_FILE_BASIC_INFO: Final = 0
_DISK: Final = 1
_FOLDER: Final = 0x10
_READ_ONLY: Final = 0x1
_REPARSE_POINT: Final = 0x400
_EPOCH: Final = 116_444_736_000_000_000
"""1970 in units of 100 nanoseconds since 1601."""
_NEVER_SETTLED_NS: Final = (1 << 63) - 1
"""Change time of a file on a file system that has none, such as FAT: it may have changed at any moment."""
_TICK_NS: Final = 16_000_000
"""The longest for which the system's clock stands still."""
_LOCK_AT_ONCE_ALONE: Final = 0x3
_ERROR_LOCK_VIOLATION: Final = 33


class _Overlapped(ctypes.Structure):
    """``OVERLAPPED``, here the place of a lock."""

    _fields_ = (
        ("internal", ctypes.c_void_p),
        ("internal_high", ctypes.c_void_p),
        ("offset", wintypes.DWORD),
        ("offset_high", wintypes.DWORD),
        ("event", wintypes.HANDLE),
    )


class _Information(ctypes.Structure):
    """``BY_HANDLE_FILE_INFORMATION``."""

    _fields_ = (
        ("attributes", wintypes.DWORD),
        ("created", wintypes.FILETIME),
        ("accessed", wintypes.FILETIME),
        ("written", wintypes.FILETIME),
        ("volume", wintypes.DWORD),
        ("size_high", wintypes.DWORD),
        ("size_low", wintypes.DWORD),
        ("links", wintypes.DWORD),
        ("index_high", wintypes.DWORD),
        ("index_low", wintypes.DWORD),
    )


class _BasicInformation(ctypes.Structure):
    """``FILE_BASIC_INFO``."""

    _fields_ = (
        ("created", ctypes.c_int64),
        ("accessed", ctypes.c_int64),
        ("written", ctypes.c_int64),
        ("changed", ctypes.c_int64),
        ("attributes", wintypes.DWORD),
    )


_KERNEL: Final = ctypes.WinDLL("kernel32", use_last_error=True)
_CREATE_FILE: Final = _KERNEL.CreateFileW
_CREATE_FILE.restype = wintypes.HANDLE
_CREATE_FILE.argtypes = (
    wintypes.LPCWSTR,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.c_void_p,
    wintypes.DWORD,
    wintypes.DWORD,
    wintypes.HANDLE,
)
_CLOSE: Final = _KERNEL.CloseHandle
_CLOSE.argtypes = (wintypes.HANDLE,)
_TYPE: Final = _KERNEL.GetFileType
_TYPE.argtypes = (wintypes.HANDLE,)
_INFORMATION: Final = _KERNEL.GetFileInformationByHandle
_INFORMATION.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Information))
_INFORMATION_EX: Final = _KERNEL.GetFileInformationByHandleEx
_INFORMATION_EX.argtypes = (wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD)
_LOCK: Final = _KERNEL.LockFileEx
_LOCK.argtypes = (
    wintypes.HANDLE,
    wintypes.DWORD,
    wintypes.DWORD,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.POINTER(_Overlapped),
)
_CLOCK: Final = _KERNEL.GetSystemTimeAsFileTime
_CLOCK.argtypes = (ctypes.POINTER(ctypes.c_int64),)
_CLOCK.restype = None


def clock_ns() -> int:
    """The clock that stamps files, one tick ago: what is written from now on never seems older.

    Not every file system stamps by this very clock: a share has its server's, Wine one that lags by 4 milliseconds. And
    since Python 3.13 ``time.time_ns()`` is a finer one than it.
    """
    now = ctypes.c_int64()
    _CLOCK(now)
    return (now.value - _EPOCH) * 100 - _TICK_NS


def file_status(path: str) -> os.stat_result:
    """As ``os.stat``, with the change time for ``st_ctime_ns`` and the launcher's numbers of volume and file.

    Raises:
        OSError: There is no such file or it can't be looked at.
    """
    handle = _open(path, _READ_ATTRIBUTES, _BACKUP_SEMANTICS)
    try:
        return _status(handle, path)
    finally:
        _CLOSE(handle)


def link_status(path: str) -> os.stat_result:
    """The same as ``os.lstat``.

    Raises:
        OSError: There is no such file or link, or it can't be looked at.
    """
    handle = _open(path, _READ_ATTRIBUTES, _BACKUP_SEMANTICS | _OPEN_REPARSE_POINT)
    try:
        status = _status(handle, path)
        if not status.st_file_attributes & _REPARSE_POINT:
            return status
        # Which of the many kinds of reparse points are links is Python's to say.
        is_link = stat.S_ISLNK(os.lstat(path).st_mode)
        return _status(handle, path, stat.S_IFLNK | 0o777) if is_link else file_status(path)
    finally:
        _CLOSE(handle)


def handle_status(handle: int) -> os.stat_result:
    """The same as ``os.fstat``, from a descriptor.

    Raises:
        OSError: It can't be looked at.
    """
    return _status(msvcrt.get_osfhandle(handle), None)


def open_shared(path: str) -> int:
    """Open a file to read its bytes, so that it can be replaced, renamed and deleted meanwhile; a descriptor.

    Raises:
        OSError: There is no such file or it can't be read.
    """
    handle = _open(path, _GENERIC_READ, 0)
    try:
        return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY | os.O_NOINHERIT)
    except OSError:
        _CLOSE(handle)
        raise


def try_lock(handle: int) -> bool:
    """Lock an open file, a descriptor, for this process until it is closed; whether nobody else had locked it.

    Not by ``msvcrt.locking``, which tells of a lock of others by one of several errors.

    Raises:
        OSError: Its file system has no locks.
    """
    if _LOCK(msvcrt.get_osfhandle(handle), _LOCK_AT_ONCE_ALONE, 0, 1, 0, _Overlapped()):
        return True
    if ctypes.get_last_error() != _ERROR_LOCK_VIOLATION:
        raise _error(None)
    return False


def _open(path: str, access: int, flags: int) -> int:
    handle: int | None = _CREATE_FILE(path, access, _SHARE_ALL, None, _OPEN_EXISTING, flags, None)
    if handle is None or handle == _INVALID:
        raise _error(path)
    return handle


def _status(handle: int, path: str | None, mode: int | None = None) -> os.stat_result:
    if _TYPE(handle) != _DISK:
        # A device, a pipe, a console: no file, and nothing of it is remembered.
        times: dict[str, int] = {"st_mtime_ns": 0, "st_ctime_ns": 0}
        return os.stat_result((stat.S_IFCHR | 0o666, *[0] * 9), times | {"st_file_attributes": 0})
    information, basic = _Information(), _BasicInformation()
    if not _INFORMATION(handle, information) or not _INFORMATION_EX(
        handle, _FILE_BASIC_INFO, ctypes.byref(basic), ctypes.sizeof(basic)
    ):
        raise _error(path)
    written_ns = (basic.written - _EPOCH) * 100
    changed_ns = (basic.changed - _EPOCH) * 100 if basic.changed else _NEVER_SETTLED_NS
    return os.stat_result(
        (
            _mode(information.attributes) if mode is None else mode,
            information.index_high << 32 | information.index_low,
            information.volume,
            information.links,
            0,
            0,
            information.size_high << 32 | information.size_low,
            0,
            written_ns // 10**9,
            changed_ns // 10**9,
        ),
        {
            "st_mtime": written_ns / 10**9,
            "st_mtime_ns": written_ns,
            "st_ctime": changed_ns / 10**9,
            "st_ctime_ns": changed_ns,
            "st_file_attributes": information.attributes,
        },
    )


def _mode(attributes: int) -> int:
    if attributes & _FOLDER:
        return stat.S_IFDIR | 0o777
    return stat.S_IFREG | (0o444 if attributes & _READ_ONLY else 0o666)


def _error(path: str | None) -> OSError:
    code = ctypes.get_last_error()
    return OSError(None, ctypes.FormatError(code).strip(), path, code)
