"""One end of a named pipe of Windows, with the methods of a socket that the cache needs.

By ``_winapi``, on which ``multiprocessing`` stands in every CPython since 3.3: it keeps the memory of an unfinished
read alive. What it lacks comes by ``ctypes``. pywin32 offers the same in 10 MB and has to follow each new Python.

Source: learn.microsoft.com/windows/win32/ipc/named-pipe-operations
"""

import contextlib
import ctypes
import sys
import time
from ctypes import wintypes
from types import TracebackType
from typing import Final

# Nothing below is looked at where it can't run.
assert sys.platform == "win32"
import _winapi  # noqa: E402

from clcache_launcher.util.windows_user import own_user, user_of  # noqa: E402

__all__ = ["Pipe", "connect_pipe", "is_own_client"]

_PIECE_BYTES: Final = 1 << 20
_SECURITY_IDENTIFICATION: Final = 0x0011_0000
"""``SECURITY_SQOS_PRESENT`` too: who serves the pipe may learn who calls, and not act in the caller's name."""

_KERNEL: Final = ctypes.WinDLL("kernel32", use_last_error=True)
_KERNEL.GetNamedPipeServerProcessId.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.ULONG))
_KERNEL.GetNamedPipeClientProcessId.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.ULONG))


class Pipe:
    """An open end; each read and write has a time limit."""

    def __init__(self, handle: int, timeout_s: float | None) -> None:
        """Take over a handle that was opened for overlapped use."""
        self._handle: int | None = handle
        self.settimeout(timeout_s)

    def settimeout(self, timeout_s: float | None) -> None:
        """Limit each read and write that begins later; ``None`` is no limit."""
        self._limit_ms = _winapi.INFINITE if timeout_s is None else round(timeout_s * 1000)

    def recv(self, size: int) -> bytes:
        """Some of the bytes that have come, none when the peer has closed.

        Raises:
            TimeoutError: None came in time.
            OSError: The connection failed.
        """
        try:
            pending, error = _winapi.ReadFile(self._open_handle(), size, overlapped=True)
            count = self._finish(pending, error)
        except BrokenPipeError:
            return b""
        return bytes(memoryview(pending.getbuffer() or b"")[:count])

    def sendall(self, data: bytes) -> None:
        """Send all of ``data``.

        Raises:
            TimeoutError: The peer did not take it in time.
            OSError: The connection failed.
        """
        view = memoryview(data)
        while view:
            pending, error = _winapi.WriteFile(self._open_handle(), view[:_PIECE_BYTES], overlapped=True)
            view = view[self._finish(pending, error) :]

    def close(self) -> None:
        """Close this end; what was sent can still be read at the other."""
        handle, self._handle = self._handle, None
        if handle is not None:
            _winapi.CloseHandle(handle)

    def __enter__(self) -> "Pipe":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _open_handle(self) -> int:
        if self._handle is None:
            raise BrokenPipeError("the pipe is closed")
        return self._handle

    def _finish(self, pending: "_winapi.Overlapped", error: int) -> int:
        """Wait for an operation that has begun; the bytes that it moved."""
        if error == _winapi.ERROR_IO_PENDING:
            waited = _winapi.WaitForSingleObject(pending.event, self._limit_ms)
            if waited != _winapi.WAIT_OBJECT_0:
                pending.cancel()
        # Waits for a cancelled one too: until then the system may use its memory.
        count, error = pending.GetOverlappedResult(True)
        if error == _winapi.ERROR_OPERATION_ABORTED:
            raise TimeoutError("the other end of the pipe does not answer")
        return count


def connect_pipe(name: str, timeout_s: float) -> Pipe:
    r"""Connect to who serves ``\\.\pipe\…``.

    Raises:
        PermissionError: Another user serves it, or this one with other rights.
        OSError: Nobody serves it, or all of its instances were busy for so long.
    """
    until_s = time.monotonic() + timeout_s
    handle = _open(name)
    while handle is None:
        left_ms = round((until_s - time.monotonic()) * 1000)
        if left_ms <= 0:
            raise TimeoutError(f"{name}: busy")
        with contextlib.suppress(OSError):
            _winapi.WaitNamedPipe(name, left_ms)
        handle = _open(name)
    pipe = Pipe(handle, timeout_s)
    if not _is_own(handle, _KERNEL.GetNamedPipeServerProcessId):
        pipe.close()
        raise PermissionError(f"{name}: another user serves it")
    return pipe


def is_own_client(handle: int) -> bool:
    """Whether the peer of a server's end is a process of this user with the same rights."""
    return _is_own(handle, _KERNEL.GetNamedPipeClientProcessId)


def _open(name: str) -> int | None:
    """A handle; ``None`` when all instances are busy."""
    try:
        return _winapi.CreateFile(
            name,
            _winapi.GENERIC_READ | _winapi.GENERIC_WRITE,
            0,
            _winapi.NULL,
            _winapi.OPEN_EXISTING,
            _winapi.FILE_FLAG_OVERLAPPED | _SECURITY_IDENTIFICATION,
            _winapi.NULL,
        )
    except OSError as err:
        if err.winerror == _winapi.ERROR_PIPE_BUSY:
            return None
        raise


def _is_own(handle: int, ask: "ctypes._NamedFuncPointer") -> bool:
    process_id = wintypes.ULONG()
    try:
        return bool(ask(handle, ctypes.byref(process_id))) and user_of(process_id.value) == own_user()
    except OSError:
        return False
