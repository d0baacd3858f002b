"""The log file: one line an invocation."""

import os
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from clcache_launcher.model import Invocation

__all__ = ["InvocationLog"]


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
        command = " ".join(invocation.arguments)
        line = f"{now} {outcome} {spent_ms:.2f} ms cwd={invocation.cwd} {command}".replace("\n", "\\n")
        try:
            with self._lock, open(path, "ab") as file:
                file.write(os.fsencode(line + "\n"))
        except OSError:
            return
