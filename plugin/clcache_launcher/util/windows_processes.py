"""Which processes of Windows run, and since when."""

import ctypes
import sys
from ctypes import wintypes
from typing import Final

# Nothing below is looked at where it can't run.
assert sys.platform == "win32"

__all__ = ["start_of"]

_PROCESS_QUERY_LIMITED_INFORMATION: Final = 0x1000
_ERROR_INVALID_PARAMETER: Final = 87
_STILL_ACTIVE: Final = 259

_KERNEL: Final = ctypes.WinDLL("kernel32", use_last_error=True)
_KERNEL.OpenProcess.restype = wintypes.HANDLE
_KERNEL.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_KERNEL.CloseHandle.argtypes = (wintypes.HANDLE,)
_KERNEL.GetExitCodeProcess.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD))
_KERNEL.GetProcessTimes.argtypes = (wintypes.HANDLE, *[ctypes.POINTER(wintypes.FILETIME)] * 4)


def start_of(pid: int) -> int | None:
    """When a process was started, in units of 100 ns; 0 where nobody tells, ``None`` when it does not run.

    Source: learn.microsoft.com/windows/win32/api/processthreadsapi (OpenProcess, GetProcessTimes, GetExitCodeProcess)
    """
    handle = _KERNEL.OpenProcess(_PROCESS_QUERY_LIMITED_INFORMATION, False, pid)
    if not handle:
        return None if ctypes.get_last_error() == _ERROR_INVALID_PARAMETER else 0
    try:
        code = wintypes.DWORD()
        # An ended process is there as long as somebody has it open.
        if _KERNEL.GetExitCodeProcess(handle, ctypes.byref(code)) and code.value != _STILL_ACTIVE:
            return None
        started, *others = (wintypes.FILETIME() for _ in range(4))
        if not _KERNEL.GetProcessTimes(handle, ctypes.byref(started), *map(ctypes.byref, others)):
            return 0
        return started.dwHighDateTime << 32 | started.dwLowDateTime
    finally:
        _KERNEL.CloseHandle(handle)
