"""The package's libraries in C: found in its folders, where they were built."""

import ctypes
import os
import sys
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

__all__ = ["FILES", "load_native"]

FILES: Final = "_file_records.dll" if sys.platform == "win32" else "_file_records.so"
"""The library of loops over files and over their texts."""
_Made = TypeVar("_Made")


def load_native(folders: Iterable[str], library: str, make: Callable[[ctypes.CDLL], _Made]) -> _Made | None:
    """What ``make`` makes of a library in one of some folders; ``None`` where none has one with its functions."""
    for folder in folders:
        try:
            return make(ctypes.CDLL(os.path.join(folder, library)))
        except (OSError, AttributeError):
            continue
    return None
