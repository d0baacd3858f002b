"""The end point of this system: a socket, on Windows a named pipe, that only its user can reach."""

import socket
import sys

from clcache_launcher.errors import EndpointError

if sys.platform == "win32":
    from clcache_launcher.server.windows_endpoint import Listener, peer_process, wait_for_report
    from clcache_launcher.util.pipes import Pipe

    CallerConnection = Pipe
else:
    from clcache_launcher.server.posix_endpoint import Listener, peer_process, wait_for_report

    CallerConnection = socket.socket

__all__ = ["CallerConnection", "EndpointError", "Listener", "peer_process", "wait_for_report"]
