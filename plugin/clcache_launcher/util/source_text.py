"""Texts of source files, byte by byte: what takes Python's patterns five times as long as a loop in C.

``native/source_text.c`` does it; the callers do the same by patterns where its library can't be loaded.
"""

import ctypes
from collections.abc import Iterable
from typing import Final

import clcache_launcher
from clcache_launcher.util.native_libraries import FILES, load_native

__all__ = ["NATIVE", "Native", "native", "word_letters"]

_MOST_WORD_BYTES: Final = 4096


def word_letters(wanted: bytes) -> bytes:
    """For each byte whether words are made of it, and whether it is one of some letters."""
    others = b"_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return bytes((byte in others) + (byte in wanted) for byte in range(256))


def _start(buffer: bytearray) -> object:
    """Where a buffer is: for an array of each length ``ctypes`` would make a type, which takes longer than the work."""
    return ctypes.byref(ctypes.c_char.from_buffer(buffer))


class Native:
    """The functions of the library."""

    def __init__(self, library: ctypes.CDLL) -> None:
        """Find them.

        Raises:
            AttributeError: They are not in it.
        """
        pointer, size = ctypes.c_char_p, ctypes.c_size_t
        self._split, self._words = library.source_text_split, library.source_text_words
        self._split.argtypes = (pointer, size, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(size))
        self._words.argtypes = (pointer, size, pointer, ctypes.c_void_p, size)

    def split(self, text: bytes) -> tuple[bytes, bytes] | None:
        """A text without comments, and the same with its literals emptied; ``None`` where a comment does not end."""
        code, masked, sizes = bytearray(len(text) + 1), bytearray(2 * len(text) + 1), (ctypes.c_size_t * 2)()
        if not self._split(text, len(text), _start(code), _start(masked), sizes):
            return None
        return bytes(memoryview(code)[: sizes[0]]), bytes(memoryview(masked)[: sizes[1]])

    def words(self, text: bytes, letters: bytes) -> set[bytes] | None:
        """The words of a text that hold only some letters, as ``word_letters`` says; ``None`` for very many."""
        found = bytearray(_MOST_WORD_BYTES)
        used = self._words(text, len(text), letters, _start(found), _MOST_WORD_BYTES)
        return None if used < 0 else set(bytes(memoryview(found)[:used]).split(b"\0")) - {b""}


def native(folders: Iterable[str]) -> Native | None:
    """The functions of the library in one of some folders; ``None`` when it can't be loaded."""
    return load_native(folders, FILES, Native)


NATIVE: Final[Native | None] = native(clcache_launcher.__path__)
"""Those of this package."""
