"""Texts of source files, byte by byte: what takes Python's patterns five times as long as a loop in C.

``native/source_text.c`` does it; the callers do the same by patterns where its library can't be loaded.
"""

import ctypes
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

import clcache_launcher
from clcache_launcher.util.native_libraries import FILES, load_native

__all__ = ["NATIVE", "FoundMarks", "Marks", "Native", "native", "word_letters"]

_MOST_WORD_BYTES: Final = 4096


def word_letters(first: bytes, second: bytes) -> bytes:
    """For each byte whether words are made of it, and whether it is in each of two sets of letters."""
    others = b"_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return bytes((byte in others) + 2 * (byte in first) + 4 * (byte in second) for byte in range(256))


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
        text, place, size = ctypes.c_char_p, ctypes.c_void_p, ctypes.c_size_t
        self._split, self._words = library.source_text_split, library.source_text_words
        self._marks, self._directives = library.source_text_marks, library.source_text_directives
        self._split.argtypes = (text, size, place, place, ctypes.POINTER(size))
        self._words.argtypes = (text, size, text, place * 2, size, ctypes.POINTER(size))
        self._marks.argtypes = (text, size, text, size, ctypes.c_uint64)
        self._marks.restype = ctypes.c_uint64
        self._directives.argtypes = (text, size, place)
        self._directives.restype = size

    def split(self, text: bytes) -> tuple[bytes, bytes] | None:
        """A text without comments, and the same with its literals emptied; ``None`` where a comment does not end."""
        code, masked, sizes = bytearray(len(text) + 1), bytearray(2 * len(text) + 1), (ctypes.c_size_t * 2)()
        if not self._split(text, len(text), _start(code), _start(masked), sizes):
            return None
        return bytes(memoryview(code)[: sizes[0]]), bytes(memoryview(masked)[: sizes[1]])

    def words(self, text: bytes, letters: bytes) -> tuple[set[bytes], set[bytes]] | None:
        """The words of a text that hold only letters of a set, for each as ``word_letters`` says; ``None`` for many."""
        found, used = bytearray(2 * _MOST_WORD_BYTES), (ctypes.c_size_t * 2)()
        start = ctypes.addressof(ctypes.c_char.from_buffer(found))
        places = (ctypes.c_void_p * 2)(start, start + _MOST_WORD_BYTES)
        if not self._words(text, len(text), letters, places, _MOST_WORD_BYTES, used):
            return None
        first = found[: used[0]]
        second = found[_MOST_WORD_BYTES : _MOST_WORD_BYTES + used[1]]
        return set(bytes(first).split(b"\0")) - {b""}, set(bytes(second).split(b"\0")) - {b""}

    def marks(self, text: bytes, marks: bytes, count: int, any_case: int) -> int:
        """Which of so many marks are in a text, see ``Marks``; each has a zero byte behind it, and a bit of its own."""
        found: int = self._marks(text, len(text), marks, count, any_case)
        return found

    def directives(self, text: bytes) -> bytes:
        """The lines of a text that begin with ``#`` or ``%:``, each behind a newline; one more is at the end."""
        lines = bytearray(len(text) + 1)
        return bytes(memoryview(lines)[: self._directives(text, len(text), _start(lines))])


def native(folders: Iterable[str]) -> Native | None:
    """The functions of the library in one of some folders; ``None`` when it can't be loaded."""
    return load_native(folders, FILES, Native)


NATIVE: Final[Native | None] = native(clcache_launcher.__path__)
"""Those of this package."""


class FoundMarks(Struct, frozen=True):
    """Marks of which some are in a text."""

    bits: int
    places: Mapping[bytes, int]
    """Of the bits, by mark."""

    def __contains__(self, mark: bytes) -> bool:
        """Whether a mark is in the text.

        Raises:
            KeyError: It was not looked for.
        """
        return bool(self.bits >> self.places[mark] & 1)


class Marks:
    """Byte strings to look for in texts all at once, at most 64."""

    def __init__(self, exact: tuple[bytes, ...], any_case: tuple[bytes, ...] = ()) -> None:
        """Look for these; each has two bytes or more.

        Args:
            exact: As they are.
            any_case: In small letters; capitals count as these.
        """
        marks = exact + any_case
        self._exact, self._any_case = exact, any_case
        self._joined = b"".join(mark + b"\0" for mark in marks)
        self._places = {mark: at for at, mark in enumerate(marks)}
        self._any_case_bits = (1 << len(marks)) - (1 << len(exact))

    def find(self, text: bytes) -> FoundMarks:
        """Tell which are in a text."""
        if NATIVE is None:
            return self.find_by_search(text)
        return self.find_natively(text, NATIVE)

    def find_natively(self, text: bytes, native: Native) -> FoundMarks:
        """Tell it by the library."""
        bits = native.marks(text, self._joined, len(self._places), self._any_case_bits)
        return FoundMarks(bits, self._places)

    def find_by_search(self, text: bytes) -> FoundMarks:
        """Tell it without the library."""
        lowered = text.lower()
        found = [mark in text for mark in self._exact] + [mark in lowered for mark in self._any_case]
        return FoundMarks(sum(is_there << at for at, is_there in enumerate(found)), self._places)
