"""Whether ``##`` can make a time macro, a file's name or a test such as ``__has_include`` out of parts of its name.

Only a preprocessor knows for sure (``-Wdate-time`` of gcc and clang tells of every expansion). This is the cheap
question before: which identifiers are part of a time macro's name, and what stands beside them. A name begins with a
token that stands before ``##`` or may end a macro argument or body, and ends with one that stands behind ``##`` or may
begin an argument or body. That matters since headers are full of parts: ``T``, ``TIME``, ``DATE`` of windows.h, and
``__`` of glibc, which only ever begins names.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.core.sources.tokens import BLANK, Source
from clcache_launcher.util.patterns import late_pattern
from clcache_launcher.util.source_text import NATIVE, word_letters

__all__ = [
    "TIME_MACROS",
    "can_paste_file_macro",
    "can_paste_test",
    "can_paste_time_macro",
    "file_fragments",
    "find_words",
    "fragments_of_tests",
    "time_fragments",
]

TIME_MACROS: Final = (b"__DATE__", b"__TIME__", b"__TIMESTAMP__")

_FILE_MACROS: Final = (b"__FILE__", b"__BASE_FILE__", b"__PRETTY_FUNCTION__", b"__FUNCSIG__")
_TESTS: Final = tuple(
    name + tail for name in (b"__has_include", b"__has_include_next", b"__has_embed") for tail in (b"", b"__")
)
# A test is asked in a condition, so that its parts stand there or in macros.
_TEST_LINE: Final = late_pattern(rb"\n" + BLANK + rb"*+(?:#|%:)" + BLANK + rb"*+(?:if|elif|define)\b([^\n]*+)")
_TEST_WORD: Final = late_pattern(
    rb"[LETTERS](?<!\w.)(?<![^#]#.)(?:(?<=_)|[LETTERS]{1,17})(?!\w)".replace(b"LETTERS", rb"_a-ehilmnst-ux")
)

_TIME_WORD: Final = late_pattern(rb"[_ADEIMPST](?<!\w.)[_ADEIMPST]*+(?!\w)")
_BUILTIN_WORD: Final = late_pattern(rb"__builtin(?<!\w.{9})[A-Za-z_]*+(?!\w)")
_BUILTIN_HEADS: Final = frozenset(
    name[:length]
    for name in (b"__builtin_FILE", b"__builtin_source_location")
    for length in range(len(b"__builtin"), len(name))
)
_FILE_WORD: Final = late_pattern(rb"[_ABCEFGILNOPRSTUY](?<!\w.)[_ABCEFGILNOPRSTUY]*+(?!\w)")
_LETTERS: Final = word_letters(b"_ADEIMPST", b"_ABCEFGILNOPRSTUY")
_PASTE: Final = late_pattern(rb"(?:##|%:%:)" + BLANK + rb"*+(\w*+)")
_BLANKS: Final = b" \t\f\v\0" + bytes(range(0x80, 0x100))
_REACH: Final = 200
"""Bytes looked at on each side of a token; with more blanks than that it counts as one that may be pasted."""
_LAST_WORD: Final = late_pattern(rb"\w++\Z")
_FRAGMENT: Final = late_pattern(rb"(##|\()?(\w+)(##|\))?")


class _Piece(Struct, frozen=True):
    """One way in which a part of a name occurs."""

    text: bytes
    begins: bool
    """It can be the first part of a name."""
    ends: bool
    """It can be the last part of a name."""
    is_operand: bool
    """It stands beside ``##`` itself, not in an argument that may come to stand there."""
    is_outer: bool = False
    """It counts only as the first part or the last."""


class MacroWords(Struct, frozen=True):
    """Identifiers made of the letters of some macros alone, which is each such macro and each part of one."""

    of_time: set[bytes]
    of_file: set[bytes]


def find_words(masked: bytes) -> MacroWords:
    """Find the identifiers that may be time macros, macros that give the name of a file, or parts of one.

    Args:
        masked: Source text without comments and literals.
    """
    found = NATIVE.words(masked, _LETTERS) if NATIVE is not None else None
    return MacroWords(*found) if found else MacroWords(set(_TIME_WORD.findall(masked)), set(_FILE_WORD.findall(masked)))


def time_fragments(masked: bytes, words: MacroWords) -> tuple[bytes, ...]:
    """Find the proper parts of the time macros' names with what matters of their neighbours.

    Args:
        masked: Source text without comments and literals.
        words: What ``find_words`` found in it.

    Returns:
        Identifiers, sorted; each with ``##`` in front of it or behind it where that stands beside it. A part with an
        underscore has else ``(`` in front if it may begin an argument, and ``)`` behind if it may end one.
    """
    return _fragments(masked, words.of_time, TIME_MACROS, _TIME_WORD)


def file_fragments(source: Source, words: MacroWords) -> tuple[bytes, ...]:
    """Find the same for the macros that give the name of a file, but no single letters without ``##``."""
    masked = source.masked
    found = {part for part in _fragments(masked, words.of_file, _FILE_MACROS, _FILE_WORD) if len(part) > 1}
    if b"__builtin" in source.masked_marks:
        found.update(_BUILTIN_HEADS.intersection(_BUILTIN_WORD.findall(masked)))
    return tuple(sorted(found))


def _fragments(
    masked: bytes, words: Iterable[bytes], names: Sequence[bytes], pattern: re.Pattern[bytes]
) -> tuple[bytes, ...]:
    parts = {word for word in words if word not in names and any(word in name for name in names)}
    letters = {word for word in parts if b"_" not in word}
    found = set(letters)
    if letters:
        found.update(operand for operand in _operands(masked) if operand.strip(b"#") in letters)
    if len(letters) < len(parts):
        found.update(_placed_ends(masked, parts, pattern))
    return tuple(sorted(found))


def _placed_ends(masked: bytes, parts: set[bytes], pattern: re.Pattern[bytes]) -> Iterator[bytes]:
    for match in pattern.finditer(masked):
        word = match[0]
        if b"_" in word and word in parts:
            before = masked[max(match.start() - _REACH, 0) : match.start()].rstrip(_BLANKS)
            behind = masked[match.end() : match.end() + _REACH].lstrip(_BLANKS)
            yield _left_mark(before) + word + _right_mark(before, behind)


def _left_mark(before: bytes) -> bytes:
    if before.endswith((b"##", b"%:%:")):
        return b"##"
    # A macro in front of it may expand to nothing. glibc's __CONCAT(x,y) is x ## y.
    may_begin = before[-1:] in b"(,)\n" or before[-1:].isalnum() or before.endswith(b"_")
    return b"(" if may_begin and not before.endswith(b"__CONCAT(") else b""


def _right_mark(before: bytes, behind: bytes) -> bytes:
    if behind.startswith((b"##", b"%:%:")) or (behind.startswith(b",") and before.endswith(b"__CONCAT(")):
        return b"##"
    return b")" if behind[:1] in b",)\n" or behind[:1].isalnum() or behind.startswith(b"_") else b""


def _operands(masked: bytes) -> Iterator[bytes]:
    for match in _PASTE.finditer(masked):
        yield b"##" + match[1]
        left = _LAST_WORD.search(masked[max(match.start() - _REACH, 0) : match.start()].rstrip(_BLANKS))
        if left is not None:
            yield left[0] + b"##"


def fragments_of_tests(source: Source) -> tuple[bytes, ...]:
    """Find the proper parts of the names of ``__has_include`` and the like, but no single letters; sorted."""
    words = set(_TEST_WORD.findall(b"\n".join(_TEST_LINE.findall(source.masked_directives))))
    return tuple(sorted(word for word in words if any(word in name for name in _TESTS) and word not in _TESTS))


def can_paste_test(fragments: Iterable[bytes]) -> bool:
    """Tell whether two to four of the fragments of all files of a translation unit spell the name of a test."""
    pieces = [_Piece(text, begins=True, ends=True, is_operand=False) for text in set(fragments)]
    return any(_is_spelled(name, pieces, 4) for name in _TESTS)


def can_paste_time_macro(fragments: Iterable[bytes], max_arguments: int | None = 4) -> bool:
    """Tell whether two or more of the fragments, each usable any number of times, spell a time macro's name.

    Args:
        fragments: ``time_fragments`` of all files and definitions of a translation unit in which one has a ``##``.
        max_arguments: The most parts for a name that comes from macro arguments; a single ``_`` counts then only
            beside ``##``. ``None`` sets neither limit, and suspects windows.h and immintrin.h, which 4 does not. Names
            put together from operands of ``##`` itself have no limit in any case.
    """
    return _can_paste(fragments, TIME_MACROS, max_arguments)


def can_paste_file_macro(fragments: Iterable[bytes]) -> bool:
    """Tell the same of ``file_fragments``: macros that give the name of a file, functions by their beginning."""
    fragments = set(fragments)
    return not fragments.isdisjoint(_BUILTIN_HEADS) or _can_paste(fragments, _FILE_MACROS, 4)


def _can_paste(fragments: Iterable[bytes], names: Sequence[bytes], max_arguments: int | None) -> bool:
    pieces = [_parse_piece(fragment) for fragment in set(fragments)]
    operands = [piece for piece in pieces if piece.is_operand]
    if any(_is_spelled(name, operands, None) for name in names):
        return True
    if max_arguments is not None:
        # A lone "_" beside "##" begins a name or ends one, as in `_##x`.
        pieces = [piece for piece in pieces if piece.text != b"_" or piece.is_operand]
        pieces = [replace(piece, is_outer=piece.text == b"_") for piece in pieces]
    return any(_is_spelled(name, pieces, max_arguments) for name in names)


def _parse_piece(fragment: bytes) -> _Piece:
    match = _FRAGMENT.fullmatch(fragment)
    if match is None:
        message = f"not a fragment: {fragment!r}"
        raise ValueError(message)
    left, text, right = match.groups()
    is_operand = b"##" in (left, right)
    return _Piece(text, left != b"##" and right is not None, right != b"##" and left is not None, is_operand)


def _is_spelled(name: bytes, pieces: list[_Piece], max_pieces: int | None) -> bool:
    """Join pieces one by one; ``reached`` holds how much of the name that many pieces can spell."""
    reached = {0}
    for _ in range(min(max_pieces or len(name), len(name))):
        reached = {
            start + len(piece.text)
            for start in reached
            for piece in pieces
            if name.startswith(piece.text, start)
            and (piece.begins or start > 0)
            and (piece.ends or start + len(piece.text) < len(name))
            and (not piece.is_outer or start in (0, len(name) - len(piece.text)))
        }
        if len(name) in reached:
            return True
    return False
