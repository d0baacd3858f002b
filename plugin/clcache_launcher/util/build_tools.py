"""Which runs of build tools stand above a process."""

import os
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.util.machine import ProcessMark, process_status

__all__ = ["ToolsAbove", "tools_above"]

_TOOLS: Final = frozenset({"ninja", "ninja-build", "samu", "n2", "make", "gmake", "remake", "bmake"})
"""Names of the programs that take one build folder from begin to end."""
_MOST_STEPS: Final = 64


class ToolsAbove(Struct, frozen=True):
    """The build tools above a process."""

    runs: tuple[tuple[str, str], ...]
    """Mark and folder of each run, the nearest first."""
    nearest: int
    """The process nearest to the one that was asked for, 0 for none."""


def tools_above(pid: int, own: ProcessMark) -> ToolsAbove:
    """Each run of a build tool above a process; none where nobody tells.

    Runs of one folder that start one another, as ``make`` does for each target of CMake, are one: the outermost.

    Args:
        pid: The process, which is still there.
        own: The mark of the process that asks.
    """
    found: list[tuple[str, str]] = []
    nearest = 0
    for _ in range(_MOST_STEPS):
        status = process_status(pid) if pid > 0 else None
        if status is None:
            break
        if status.name in _TOOLS:
            folder = _folder_of(pid)
            if folder is not None:
                nearest = nearest or pid
                if found and found[-1][1] == folder:
                    found.pop()
                found.append((str(replace(own, pid=pid, start=status.start)), folder))
        pid = status.parent
    return ToolsAbove(tuple(found), nearest)


def _folder_of(pid: int) -> str | None:
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return None
