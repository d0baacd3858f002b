"""For which user a Windows process runs, and with which rights."""

import ctypes
import sys
from ctypes import wintypes
from typing import Final

from msgspec import Struct

# Nothing below is looked at where it can't run.
assert sys.platform == "win32"

__all__ = ["User", "own_user", "security_identifier", "user_of"]

_PROCESS_QUERY_LIMITED_INFORMATION: Final = 0x1000
_TOKEN_QUERY: Final = 0x0008
_TOKEN_USER: Final = 1
_TOKEN_ELEVATION: Final = 20
_MOST_BYTES: Final = 256
"""A ``TOKEN_USER``, which is 16 bytes, with the longest identifier, which is 68."""

_KERNEL: Final = ctypes.WinDLL("kernel32", use_last_error=True)
_ADVANCED: Final = ctypes.WinDLL("advapi32", use_last_error=True)
_KERNEL.GetCurrentProcess.restype = wintypes.HANDLE
_KERNEL.OpenProcess.restype = wintypes.HANDLE
_KERNEL.OpenProcess.argtypes = (wintypes.DWORD, wintypes.BOOL, wintypes.DWORD)
_KERNEL.CloseHandle.argtypes = (wintypes.HANDLE,)
_KERNEL.LocalFree.argtypes = (ctypes.c_void_p,)
_ADVANCED.OpenProcessToken.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE))
_ADVANCED.GetTokenInformation.argtypes = (
    wintypes.HANDLE,
    ctypes.c_int,
    ctypes.c_void_p,
    wintypes.DWORD,
    ctypes.POINTER(wintypes.DWORD),
)
_ADVANCED.GetLengthSid.argtypes = (ctypes.c_void_p,)
_ADVANCED.ConvertSidToStringSidW.argtypes = (ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))


class User(Struct, frozen=True):
    """Two processes with the same user may serve each other."""

    identifier: bytes
    """The account's security identifier."""
    is_elevated: bool
    """A process with more rights never serves one with less, nor the other way."""


def own_user() -> User:
    """The user of this process.

    Raises:
        OSError: The system does not tell.
    """
    return _user_of(_KERNEL.GetCurrentProcess())


def user_of(process_id: int) -> User:
    """The user of another process.

    Raises:
        OSError: The system does not tell, or there is no such process.
    """
    process = _KERNEL.OpenProcess(_PROCESS_QUERY_LIMITED_INFORMATION, False, process_id)
    if not process:
        raise _last_error()
    try:
        return _user_of(process)
    finally:
        _KERNEL.CloseHandle(process)


def security_identifier(user: User) -> str:
    """The identifier as Windows writes it, ``S-1-5-21-…``.

    Raises:
        OSError: It is none.
    """
    text = ctypes.c_void_p()
    if not _ADVANCED.ConvertSidToStringSidW(user.identifier, ctypes.byref(text)) or not text.value:
        raise _last_error()
    try:
        return ctypes.wstring_at(text.value)
    finally:
        _KERNEL.LocalFree(text)


def _user_of(process: int) -> User:
    token = wintypes.HANDLE()
    if not _ADVANCED.OpenProcessToken(process, _TOKEN_QUERY, ctypes.byref(token)):
        raise _last_error()
    try:
        named = _token_information(token, _TOKEN_USER)
        elevation = _token_information(token, _TOKEN_ELEVATION)
    finally:
        _KERNEL.CloseHandle(token)
    # A TOKEN_USER begins with a pointer to the identifier.
    identifier = ctypes.c_void_p.from_buffer(named).value
    size = _ADVANCED.GetLengthSid(identifier)
    return User(ctypes.string_at(identifier or 0, size), bool(wintypes.DWORD.from_buffer(elevation).value))


def _token_information(token: wintypes.HANDLE, kind: int) -> "ctypes.Array[ctypes.c_char]":
    buffer, size = ctypes.create_string_buffer(_MOST_BYTES), wintypes.DWORD()
    if not _ADVANCED.GetTokenInformation(token, kind, buffer, _MOST_BYTES, ctypes.byref(size)):
        raise _last_error()
    return buffer


def _last_error() -> OSError:
    return ctypes.WinError(ctypes.get_last_error())
