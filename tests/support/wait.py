"""Waiting for what another process does."""

import time
from collections.abc import Callable

__all__ = ["wait_for"]


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something holds, within a generous time."""
    until_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until_s
        time.sleep(0.02)
