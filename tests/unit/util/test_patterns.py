"""Regular expressions that are compiled late."""

import re

import pytest

from clcache_launcher.util.patterns import late_pattern


def test_late_pattern_finds_what_its_text_finds() -> None:
    late, made = late_pattern(rb"(?P<word>\w+)", re.ASCII), re.compile(rb"(?P<word>\w+)", re.ASCII)
    text = b"one two  three"
    assert [found["word"] for found in late.finditer(text)] == [found["word"] for found in made.finditer(text)]
    assert late.findall(text) == made.findall(text)
    assert late.split(text) == made.split(text)
    assert late.sub(b"x", text) == made.sub(b"x", text)
    for one in (late.match(text), late.search(text), late.search(text, 3), late.fullmatch(b"one")):
        assert one is not None
    assert late.fullmatch(text) is None
    assert (late.pattern, late.flags, late.groups) == (made.pattern, made.flags, made.groups)


def test_late_pattern_has_the_flags_it_was_given() -> None:
    assert late_pattern("a.b", re.DOTALL | re.IGNORECASE).fullmatch("A\nB")


def test_late_pattern_is_compiled_at_its_first_use_and_not_before() -> None:
    wrong = late_pattern("(")
    with pytest.raises(re.error):
        wrong.search("")


def test_late_pattern_has_the_methods_of_what_it_compiled() -> None:
    late = late_pattern("a")
    assert late.search("a")
    assert vars(late)["search"].__self__ is re.compile("a")
