"""A lock between processes that ends with the process that holds it."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from typing import Final

if sys.platform == "win32":
    from clcache_launcher.util.windows_files import try_lock
else:
    import fcntl

    def try_lock(handle: int) -> bool:
        """Lock an open file; whether nobody else had locked it."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


__all__ = ["hold_lock", "lock_within"]

_RETRY_AFTER_S: Final = 0.005


@contextlib.contextmanager
def hold_lock(path: str, timeout_s: float) -> Iterator[bool]:
    """Hold the lock of a file, which is made where it is not there and stays.

    Args:
        path: The file's.
        timeout_s: How long to wait for another process; 0 asks once.

    Yields:
        Whether it is held.

    Raises:
        OSError: The file can't be made, or its file system has no locks.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    try:
        yield lock_within(handle, timeout_s)
    finally:
        os.close(handle)


def lock_within(handle: int, timeout_s: float) -> bool:
    """Lock an open file, waiting for another process so many seconds; whether it is locked, until it is closed.

    Raises:
        OSError: Its file system has no locks.
    """
    until_s = time.monotonic() + timeout_s
    is_held = try_lock(handle)
    while not is_held and time.monotonic() < until_s:
        time.sleep(_RETRY_AFTER_S)
        is_held = try_lock(handle)
    return is_held
