"""Temporary files of a cache folder: their names tell whose they are, so that those of dead processes go early."""

import contextlib
import os
import threading
import time
from typing import Final

from clcache_launcher.errors import StorageError
from clcache_launcher.util.machine import ProcessMark, is_alive, own_mark

__all__ = ["Scratch"]

_STALE_S: Final = 24 * 3600.0
"""The age at which a file goes whose process can't be seen from here: it may be in another container."""


class Scratch:
    """The folder of temporary files; safe for several threads and processes at once.

    A name is the mark of the process, the moment when this object was made, and a number.
    """

    def __init__(self, folder: str) -> None:
        """Use ``folder``, which is made when a path is first asked for."""
        self._folder = folder
        self._own = own_mark()
        self._token = f"{time.time_ns():x}"
        self._lock = threading.Lock()
        self._number = 0
        self._used: set[str] = set()

    def new_path(self) -> str:
        """A new name, in use until it is discarded.

        Raises:
            StorageError: The folder can't be made.
        """
        try:
            os.makedirs(self._folder, 0o700, exist_ok=True)
        except OSError as err:
            raise StorageError(f"{self._folder}: {err.strerror}") from err
        with self._lock:
            self._number += 1
            name = f"{self._own}-{self._token}-{self._number:x}"
            self._used.add(name)
        return f"{self._folder}/{name}"

    def discard(self, path: str) -> None:
        """Remove a file that may be gone; its name is no longer in use."""
        with contextlib.suppress(OSError):
            os.unlink(path)
        with self._lock:
            self._used.discard(os.path.basename(path))

    def strays(self) -> list[str]:
        """Paths of the files that nobody uses any more."""
        found: list[str] = []
        with contextlib.suppress(OSError), os.scandir(self._folder) as items:
            for item in items:
                with contextlib.suppress(OSError):
                    if self._is_stray(item.name, item.stat(follow_symlinks=False).st_mtime):
                        found.append(item.path)
        return found

    def sweep(self) -> None:
        """Remove the files that nobody uses any more."""
        for path in self.strays():
            with contextlib.suppress(OSError):
                os.unlink(path)

    def _is_stray(self, name: str, changed_s: float) -> bool:
        marked, _, rest = name.rpartition("-")[0].rpartition("-")
        mark = ProcessMark.parse(marked)
        if mark == self._own and rest == self._token:
            with self._lock:
                # Others are named after it, such as a response file.
                return name.partition(".")[0] not in self._used
        alive = is_alive(mark, self._own) if mark is not None else None
        if alive is None or mark == self._own:
            # A clock that was wrong may have stamped it in the future.
            return abs(time.time() - changed_s) > _STALE_S
        return not alive
