"""What the library tells of texts is what the patterns tell."""

import contextlib
import re
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.core.sources.facts import scan_source
from clcache_launcher.core.sources.tokens import directive_lines, read_by_patterns, read_natively
from clcache_launcher.util.source_text import NATIVE, Marks, Native, native, word_letters

_PIECES = ("/", "*", '"', "'", "\\", "\n", " ", "a", "\0", "/*", "*/", "//", "\\\n", '\\"', "é", "#include <a>")


def library() -> Native:
    assert NATIVE is not None
    return NATIVE


@given(st.lists(st.sampled_from(_PIECES), max_size=30).map("".join))
def test_text_is_split_as_by_the_patterns(text: str) -> None:
    assert read_natively(text.encode(), library()) == read_by_patterns(text.encode())


@pytest.mark.parametrize(
    "text", ["", "/", "'", '"', "\\", "/*", "/*/", "/**/", "//", "/***/x", '"\\', "'\\\n'", "a/*x*/b"]
)
def test_shortest_texts_are_split_as_by_the_patterns(text: str) -> None:
    assert read_natively(text.encode(), library()) == read_by_patterns(text.encode())


def test_long_texts_are_split_as_by_the_patterns() -> None:
    for piece in _PIECES:
        text = f"x{piece}y\n".encode() * 5000
        assert read_natively(text, library()) == read_by_patterns(text)


_FIRST, _SECOND = b"_AB", b"BcC"
_LETTERS = word_letters(_FIRST, _SECOND)
_WORDS = (re.compile(rb"(?<!\w)[_AB]+(?!\w)"), re.compile(rb"(?<!\w)[BcC]+(?!\w)"))


@given(st.text("_ABcC9 \n+\0é", max_size=60))
def test_words_are_those_of_the_letters_alone(text: str) -> None:
    found = library().words(text.encode(), _LETTERS)
    assert found == tuple(set(pattern.findall(text.encode())) for pattern in _WORDS)


def test_word_is_there_once_and_no_part_of_another() -> None:
    first, second = {b"A", b"AB", b"ABA", b"A_", b"B"}, {b"c", b"cB", b"B", b"cBc"}
    text = b" ".join([*first, *second, b"ABAC", b"xA", b"cA"] * 1000)
    assert library().words(text, _LETTERS) == (first, second)


@pytest.mark.parametrize("letter", [b"A", b"c"])
@pytest.mark.parametrize(("count", "fits"), [(30, True), (400, False)])
def test_more_words_than_there_is_room_for_are_not_told(letter: bytes, count: int, fits: bool) -> None:
    words = {letter + b"B" * number for number in range(1, count)}
    found = library().words(b" ".join(words), _LETTERS)
    none: set[bytes] = set()
    assert found == (((words, none) if letter == b"A" else (none, words)) if fits else None)


_MARKS = Marks((b"##", b"asm", b"as_is", b"once", b"%:%:"), any_case=(b"incbin", b".include"))


@given(
    st.lists(st.sampled_from(["#", "a", "asm", "as_i", "s", "ON", "on", "ce", "%:", "inc", "Bin", ".INC", "lude", "é"]))
)
def test_marks_are_found_as_by_search(pieces: list[str]) -> None:
    text = "".join(pieces).encode()
    assert _MARKS.find_natively(text, library()) == _MARKS.find_by_search(text)


@pytest.mark.parametrize("number", range(64))
def test_each_of_many_marks_has_a_bit_of_its_own(number: int) -> None:
    names = tuple(b"mark%02d" % at for at in range(64))
    marks = Marks(names[:32], any_case=names[32:])
    found = marks.find_natively(
        b"x" + names[number].upper() * (number >= 32) + names[number] * (number < 32), library()
    )
    assert [name for name in names if name in found] == [names[number]]


def test_mark_that_was_not_looked_for_is_an_error() -> None:
    found = _MARKS.find(b"asm")
    assert b"asm" in found
    with pytest.raises(KeyError):
        assert b"as" in found


@given(st.text("#%:\n \t\0é/ax", max_size=60))
def test_lines_of_directives_are_those_of_the_pattern(text: str) -> None:
    assert directive_lines(text.encode(), library()) == directive_lines(text.encode(), None)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (b"", b"\n"),
        (b"#a", b"\n"),
        (b"\n#a", b"\n#a\n"),
        (b"\n \0\t%:a\nb # c\n\n#\n", b"\n \0\t%:a\n#\n"),
        (b"\n%\n%", b"\n"),
    ],
)
def test_directive_begins_a_line(text: bytes, lines: bytes) -> None:
    assert directive_lines(text, library()) == directive_lines(text, None) == lines


_TOKENS = (
    "#include",
    "#define",
    "#if",
    "#pragma",
    "once",
    '"a.h"',
    "<b.h>",
    "##",
    "%:%:",
    "__TIME__",
    "__TI",
    "ME__",
    "__FI",
    "LE__",
    "__FILE__",
    "__builtin_FI",
    "__has_include",
    "(<c.h>)",
    "__has_embed",
    "asm",
    '(".inc")',
    '".Include"',
    "namespace",
    "{",
    "import",
    "module",
    "x;",
    "_FUNC",
    "source_location",
    "/*",
    "*/",
    "//",
    "'",
    'R"(',
    ')"',
    "??=",
    "\\\n",
    "\n",
    " ",
)


@given(st.lists(st.sampled_from(_TOKENS), max_size=40).map(" ".join))
def test_facts_are_the_same_without_the_library(text: str) -> None:
    found = scan_source(text.encode())
    places = "core.sources.tokens", "core.sources.pastes", "util.source_text"
    with contextlib.ExitStack() as changes:
        for place in places:
            changes.enter_context(mock.patch(f"clcache_launcher.{place}.NATIVE", None))
        assert scan_source(text.encode()) == found


@pytest.mark.parametrize("content", [None, "no library"])
def test_package_without_a_sound_library_has_no_functions(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        for name in ("_file_records.so", "_file_records.dll"):
            (tmp_path / name).write_text(content)
    assert native([str(tmp_path)]) is None
