"""The end point on POSIX systems: a socket that only its user can reach.

A lock file beside the socket is held as long as the core lives, so that one core serves it.
"""

import contextlib
import errno
import os
import socket
import stat
import struct
import sys
from typing import Final

from clcache_launcher.errors import EndpointError
from clcache_launcher.util.locks import lock_within
from clcache_launcher.util.standing_answers import StandingAnswers

# Nothing below is looked at where it can't run.
assert sys.platform != "win32"

__all__ = ["Listener", "peer_process", "wait_for_report"]

_BACKLOG: Final = 1024
_REQUEST_LIMIT_S: Final = 10
_ENDING_CORE_S: Final = 2.0
_PEER: Final = struct.Struct("3i")


class Listener:
    """A listening socket; several threads may accept from it at once."""

    def __init__(self, path: str) -> None:
        """Take the end point.

        Raises:
            EndpointError: Another core serves it, or its place is not the user's own.
        """
        self._path = path
        self._lock = _take_lock(path + ".lock")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._listen()
        except OSError as err:
            self._socket.close()
            os.close(self._lock)
            raise EndpointError(f"{path}: {err.strerror or err}") from err

    def _listen(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISSOCK(os.lstat(self._path).st_mode):
                raise FileExistsError(errno.EEXIST, "not a socket")
            os.unlink(self._path)
        self._socket.bind(self._path)
        os.chmod(self._path, 0o600)
        self._socket.listen(_BACKLOG)

    def accept(self, answers: StandingAnswers | None = None) -> socket.socket:
        """Wait for a caller; one of another user is turned away, and who asks for them is given ``answers``.

        Raises:
            OSError: The listener was closed.
        """
        if answers is not None:
            return socket.socket(fileno=answers.serve(self._socket.fileno()))
        limit = struct.pack("ll", _REQUEST_LIMIT_S, 0)
        while True:
            connection, _ = self._socket.accept()
            if _peer_user(connection) != os.geteuid():
                connection.close()
                continue
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
            return connection

    def withdraw(self) -> None:
        """Give the end point up to the next core; who has connected here is still accepted."""
        with contextlib.suppress(OSError):
            os.unlink(self._path)
        os.close(self._lock)

    def close(self) -> None:
        """Wake every thread that waits for a caller."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def wait_for_report(connection: socket.socket) -> None:
    """Give a caller all the time it needs, until it closes: its compiler runs."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", 0, 0))


def peer_process(connection: socket.socket) -> int:
    """Number of the caller's process as it is seen from here; 0 where the system does not tell."""
    if sys.platform != "linux":
        return 0
    return int(_PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))[0])


def _take_lock(path: str) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        os.makedirs(os.path.dirname(path) or ".", 0o700, exist_ok=True)
        handle = os.open(path, flags, 0o600)
    except OSError as err:
        raise EndpointError(f"{path}: {err.strerror}") from err
    try:
        if os.fstat(handle).st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, "belongs to another user")
        # A core that is just ending gives up its socket before its lock.
        if not lock_within(handle, _ENDING_CORE_S):
            raise BlockingIOError(errno.EAGAIN, "another core serves this end point")
    except OSError as err:
        os.close(handle)
        raise EndpointError(f"{path}: {err.strerror}") from err
    return handle


def _peer_user(connection: socket.socket) -> int:
    if sys.platform == "linux":
        return int(_PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))[1])
    # LOCAL_PEERCRED of macOS and the BSDs: a struct xucred, whose second word is the user.
    return int(struct.unpack_from("=II", connection.getsockopt(0, 1, 76))[1])
