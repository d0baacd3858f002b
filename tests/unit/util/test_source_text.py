"""What the library tells of texts is what the patterns tell."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.core.sources.tokens import read_by_patterns, read_natively
from clcache_launcher.util.source_text import NATIVE, Native, native, word_letters

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


_LETTERS = "_AB"
_WORD = re.compile(rb"(?<!\w)[_AB]+(?!\w)")


@given(st.text("_ABc9 \n+\0é", max_size=60))
def test_words_are_those_of_the_letters_alone(text: str) -> None:
    found = library().words(text.encode(), word_letters(_LETTERS.encode()))
    assert found == set(_WORD.findall(text.encode()))


def test_word_is_there_once_and_no_part_of_another() -> None:
    words = {b"A", b"AB", b"ABA", b"A_"}
    text = b" ".join([*words, b"ABAC", b"xA"] * 1000)
    assert library().words(text, word_letters(_LETTERS.encode())) == words


@pytest.mark.parametrize(("count", "fits"), [(30, True), (400, False)])
def test_more_words_than_there_is_room_for_are_not_told(count: int, fits: bool) -> None:
    words = {b"AB"[:1] * number + b"B" * number for number in range(1, count)}
    found = library().words(b" ".join(words), word_letters(_LETTERS.encode()))
    assert found == (words if fits else None)


@pytest.mark.parametrize("content", [None, "no library"])
def test_package_without_a_sound_library_has_no_functions(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        for name in ("_file_records.so", "_file_records.dll"):
            (tmp_path / name).write_text(content)
    assert native([str(tmp_path)]) is None
