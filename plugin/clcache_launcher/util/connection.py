"""A connection to another process of this user: a socket, on Windows a named pipe."""

import socket
import sys
from typing import Protocol

if sys.platform == "win32":
    from clcache_launcher.util.pipes import Pipe, connect_pipe

__all__ = ["Connection", "connect"]


class Connection(Protocol):
    """What both kinds have in common, by the names that a socket has for it."""

    def recv(self, size: int, /) -> bytes:
        """Some of the bytes that have come, none when the peer has closed; waits for the first.

        Raises:
            TimeoutError: None came in time.
            OSError: The connection failed.
        """

    def sendall(self, data: bytes, /) -> None:
        """Send all of ``data``.

        Raises:
            TimeoutError: The peer did not take it in time.
            OSError: The connection failed.
        """


if sys.platform == "win32":

    def connect(endpoint: str, timeout_s: float) -> Pipe:
        """Connect to who serves an end point; to be closed as a socket is.

        Args:
            endpoint: The socket's path, on Windows the pipe's name.
            timeout_s: Limit of this, and of each sending and receiving later.

        Raises:
            OSError: Nobody serves it, or on Windows another user does.
        """
        return connect_pipe(endpoint, timeout_s)

else:

    def connect(endpoint: str, timeout_s: float) -> socket.socket:
        """Connect to who serves an end point; to be closed as a socket is.

        Args:
            endpoint: The socket's path, on Windows the pipe's name.
            timeout_s: Limit of this, and of each sending and receiving later.

        Raises:
            OSError: Nobody serves it, or on Windows another user does.
        """
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout_s)
            connection.connect(endpoint)
        except OSError:
            connection.close()
            raise
        return connection
