"""The end point on Windows: a named pipe that only its user can reach.

The first instance is made with the system's promise that there was none: one core serves a pipe, and nobody else can
have made it before. Several instances wait for callers at any time, which is what a socket's backlog is.

Source: learn.microsoft.com/windows/win32/api/namedpipeapi/nf-namedpipeapi-createnamedpipew
"""

import contextlib
import ctypes
import errno
import os
import sys
import threading
import time
from ctypes import wintypes
from typing import Final, NamedTuple

from clcache_launcher.errors import EndpointError

# Nothing below is looked at where it can't run.
assert sys.platform == "win32"
import _winapi  # noqa: E402

from clcache_launcher.util.pipes import Pipe, is_own_client  # noqa: E402
from clcache_launcher.util.standing_answers import StandingAnswers  # noqa: E402
from clcache_launcher.util.windows_user import own_user, security_identifier  # noqa: E402

__all__ = ["Listener", "peer_process", "wait_for_report"]

_BACKLOG: Final = 16
"""Instances that wait; the system waits for up to 63 things at once."""
_BUFFER_BYTES: Final = 1 << 16
_REQUEST_LIMIT_S: Final = 10.0
_ENDING_CORE_S: Final = 2.0
_RETRY_AFTER_S: Final = 0.02
_CANCEL_LIMIT_MS: Final = 1000
_REJECT_REMOTE_CLIENTS: Final = 0x8
_REVISION: Final = 1

_KERNEL: Final = ctypes.WinDLL("kernel32", use_last_error=True)
_ADVANCED: Final = ctypes.WinDLL("advapi32", use_last_error=True)
_KERNEL.CreateEventW.restype = wintypes.HANDLE
_KERNEL.SetEvent.argtypes = (wintypes.HANDLE,)
_ADVANCED.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = (
    wintypes.LPCWSTR,
    wintypes.DWORD,
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.c_void_p,
)


class _Attributes(ctypes.Structure):
    _fields_ = (("size", wintypes.DWORD), ("descriptor", ctypes.c_void_p), ("is_inherited", wintypes.BOOL))


class _Instance(NamedTuple):
    """An instance of the pipe that waits for a caller."""

    handle: int
    pending: "_winapi.Overlapped"

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.pending.cancel()
            # Not for ever: who closes is about to end.
            _winapi.WaitForSingleObject(self.pending.event, _CANCEL_LIMIT_MS)
            self.pending.GetOverlappedResult(False)
        _winapi.CloseHandle(self.handle)


class Listener:
    """A named pipe; several threads may accept from it at once."""

    def __init__(self, name: str) -> None:
        r"""Take the end point.

        Args:
            name: ``\\.\pipe\…``.

        Raises:
            EndpointError: Another core serves it, or somebody else has made a pipe of that name.
        """
        self._name = name
        self._turn = threading.Lock()
        self._is_withdrawn = False
        self._is_closed = False
        try:
            self._attributes = _own_alone()
            self._closing: int = _KERNEL.CreateEventW(None, True, False, None)
            # A core that is just ending has its pipe until its process is gone.
            self._waiting = [self._first_instance(time.monotonic() + _ENDING_CORE_S)]
            self._fill()
        except OSError as err:
            raise EndpointError(f"{name}: {err.strerror or err}") from err

    def accept(self, answers: StandingAnswers | None = None) -> Pipe:
        """Wait for a caller; one of another user is turned away. No ``answers`` are given here.

        Raises:
            OSError: The listener was closed.
        """
        del answers
        while True:
            # Who has the turn waits for all instances; the next in turn waits when it has found a caller.
            with self._turn:
                handle = self._next_caller()
            if not self._is_withdrawn and is_own_client(handle):
                return Pipe(handle, _REQUEST_LIMIT_S)
            _winapi.CloseHandle(handle)

    def withdraw(self) -> None:
        """Turn every new caller away.

        The name stays as long as a caller is served: a pipe has it from all of its instances. Callers that are turned
        away compile uncached, or start the next core once this one is gone.
        """
        self._is_withdrawn = True

    def close(self) -> None:
        """Wake every thread that waits for a caller."""
        self._is_closed = True
        _KERNEL.SetEvent(self._closing)
        with self._turn:
            while self._waiting:
                self._waiting.pop().close()

    def _next_caller(self) -> int:
        while True:
            self._fill()
            events = [self._closing, *(each.pending.event for each in self._waiting)]
            limit_ms = _winapi.INFINITE if self._waiting else round(_RETRY_AFTER_S * 1000)
            found = _winapi.WaitForMultipleObjects(events, False, limit_ms)
            if self._is_closed or found == _winapi.WAIT_OBJECT_0:
                raise OSError(errno.ECANCELED, os.strerror(errno.ECANCELED))
            if found == _winapi.WAIT_TIMEOUT:
                continue
            instance = self._waiting.pop(found - _winapi.WAIT_OBJECT_0 - 1)
            try:
                instance.pending.GetOverlappedResult(True)
            except OSError:  # the caller is gone already
                instance.close()
                continue
            # Before this one is served: the pipe must never be without an instance that waits.
            self._fill()
            return instance.handle

    def _fill(self) -> None:
        with contextlib.suppress(OSError):
            while len(self._waiting) < _BACKLOG and not self._is_closed:
                self._waiting.append(self._new_instance())

    def _first_instance(self, until_s: float) -> _Instance:
        while True:
            # Asked first, too: Wine 8 makes a second "first instance".
            if not _is_there(self._name):
                with contextlib.suppress(PermissionError):
                    return self._new_instance(_winapi.FILE_FLAG_FIRST_PIPE_INSTANCE)
            if time.monotonic() > until_s:
                raise FileExistsError(errno.EEXIST, "another core serves this end point")
            time.sleep(_RETRY_AFTER_S)

    def _new_instance(self, flags: int = 0) -> _Instance:
        handle = _winapi.CreateNamedPipe(
            self._name,
            _winapi.PIPE_ACCESS_DUPLEX | _winapi.FILE_FLAG_OVERLAPPED | flags,
            _winapi.PIPE_WAIT | _REJECT_REMOTE_CLIENTS,
            _winapi.PIPE_UNLIMITED_INSTANCES,
            _BUFFER_BYTES,
            _BUFFER_BYTES,
            0,
            ctypes.addressof(self._attributes),
        )
        try:
            return _Instance(handle, _winapi.ConnectNamedPipe(handle, overlapped=True))
        except OSError:
            _winapi.CloseHandle(handle)
            raise


def wait_for_report(connection: Pipe) -> None:
    """Give a caller all the time it needs, until it closes: its compiler runs."""
    connection.settimeout(None)


def peer_process(_connection: Pipe) -> int:
    """Number of the caller's process, by which a build is found that it belongs to; 0: that is not asked here."""
    return 0


def _is_there(name: str) -> bool:
    try:
        _winapi.WaitNamedPipe(name, 1)
    except OSError as err:
        return err.winerror == _winapi.ERROR_SEM_TIMEOUT
    return True


def _own_alone() -> _Attributes:
    """Let this process's user do everything with what is made, and nobody else anything."""
    # Protected: what a folder would hand down does not count. GA is every right.
    text = f"D:P(A;;GA;;;{security_identifier(own_user())})"
    attributes = _Attributes(ctypes.sizeof(_Attributes), None, False)
    descriptor = ctypes.c_void_p()
    if not _ADVANCED.ConvertStringSecurityDescriptorToSecurityDescriptorW(
        text, _REVISION, ctypes.byref(descriptor), None
    ):
        raise ctypes.WinError(ctypes.get_last_error())
    # It lives as long as the listener does, which is as long as the process.
    attributes.descriptor = descriptor
    return attributes
