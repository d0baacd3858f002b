"""Asks the cores of older installations to end."""

import json
import os
import re
import sys
from typing import Final

from clcache_launcher.protocol import Message, encode
from clcache_launcher.util.connection import connect

__all__ = ["end_older_cores", "is_older"]

_NAME: Final = re.compile(
    r"(?P<space>clcache-S[-0-9]+-(?:admin-)?)(?P<version>.+)-(?P<build>[0-9a-f]{12})"
    if sys.platform == "win32"
    else r"(?P<version>.+)-(?P<build>[0-9a-f]{12})-(?P<space>[0-9a-f]+)"
)
"""Names that ``platform_endpoint()`` of the launcher makes: version, digest of the sources, mount namespace; on Windows
the user and the rights come first."""
_TIMEOUT_S: Final = 0.5


def is_older(version: str, other: str) -> bool:
    """Whether one version is older than another; what is no version is not."""
    # Few cores meet another version, and its import is 2 ms of each one's start (2026-11).
    from packaging.version import InvalidVersion, Version

    try:
        return Version(version) < Version(other)
    except InvalidVersion:
        return False


def end_older_cores(endpoint: str) -> None:
    """Ask every core beside ``endpoint`` whose version is older, or whose build of this version is another, to end.

    One that compiles still stores what it compiles.
    """
    folder, name = os.path.split(endpoint)
    own = _NAME.fullmatch(name)
    if own is None:
        return
    try:
        entries = os.listdir(folder)
    except OSError:  # gone; Wine 8 lists no pipes
        return
    for entry in entries:
        other = _NAME.fullmatch(entry)
        if other is None or other["space"] != own["space"] or entry == name:
            continue
        if other["version"] == own["version"] or is_older(other["version"], own["version"]):
            _ask_to_end(os.path.join(folder, entry))


def _ask_to_end(endpoint: str) -> None:
    try:
        with connect(endpoint, _TIMEOUT_S) as connection:
            connection.sendall(encode(Message.CONTROL, (json.dumps({"command": "stop"}).encode(),)))
            connection.recv(1)
    except OSError:
        return
