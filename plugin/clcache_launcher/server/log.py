"""The log file: one line an invocation."""

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from clcache_launcher.model import Invocation

__all__ = ["InvocationLog", "line_end"]


def line_end(invocation: Invocation) -> str:
    """What follows the milliseconds in a line; ``native/standing_serve.c`` writes what stands before for hits."""
    command = " ".join(invocation.arguments)
    return f" ms cwd={invocation.cwd} {command}".replace("\n", "\\n") + "\n"


class InvocationLog:
    """Writes to the file that an invocation's settings name."""

    def __init__(self) -> None:
        """Write nothing yet."""
        self._lock = threading.Lock()

    def write(self, path: Path | None, invocation: Invocation, outcome: str, began: float) -> None:
        """Add a line; what can't be written is not logged.

        Args:
            path: The log file, if there is one.
            invocation: What was answered.
            outcome: ``hit``, ``miss`` or a reason.
            began: ``time.perf_counter()`` when the request came.
        """
        if path is None:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        spent_ms = (time.perf_counter() - began) * 1000
        head = f"{now} {outcome} {spent_ms:.2f}".replace("\n", "\\n")
        try:
            with self._lock, open(path, "ab") as file:
                file.write(os.fsencode(head + line_end(invocation)))
        except OSError:
            return
