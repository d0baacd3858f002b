"""Depfiles of gcc and clang."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.depfile import parse_depfile


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b"a.o: a.c\n", ("a.c",)),
        (b"a.o:\n", ()),
        (b": a.c\n", ("a.c",)),
        (b"a.o b.o: a.c  a.h\n", ("a.c", "a.h")),
        (b"a.o: a.c a.h a.c\n", ("a.c", "a.h")),
        (b"a.o: \\\n  a.c \\\n  a.h\n", ("a.c", "a.h")),
        (b"a.o:\\\n  a.c \\\n  a.h\n", ("a.c", "a.h")),
        (b"a.o: a.c \\\r\n  a.h\r\n", ("a.c", "a.h")),
        (b"a.o: a.c a.h\n\na.h:\nb\\ c.h:\n", ("a.c", "a.h")),
        (b"a.o: a.c a.h\r\na.h:\r\n", ("a.c", "a.h")),
        (b"C:\\out\\a.obj: C:\\src\\a.c \\\r\n  \\\\host\\b.h\r\n\r\nC:\\b.h:\r\n", ("C:\\src\\a.c", "\\\\host\\b.h")),
        (b"C:/out/a.obj: C:/src/a.c\n", ("C:/src/a.c",)),
        (b"a.o: a\\ b.h a\\  c.h\n", ("a b.h", "a ", "c.h")),
        (b"a.o: a\\ \\ b.h\n", ("a  b.h",)),
        (b"a.o: a\\\\\\ b.h\n", ("a\\ b.h",)),
        (b"a.o: a\\\\\\\\\\ b.h\n", ("a\\\\ b.h",)),
        (b"a.o: a\\\tb.h\n", ("a\tb.h",)),
        (b"a.o: a\\#b.h\n", ("a#b.h",)),
        (b"a.o: a\\\\#b.h\n", ("a\\#b.h",)),
        (b"a.o: a$$b.h $$$$\n", ("a$b.h", "$$")),
        (b"a.o: a\\$$b.h\n", ("a\\$b.h",)),
        (b"a.o: a:b.h a:\\ b.h\n", ("a:b.h", "a: b.h")),
        (b"a:b.o: a.c\n", ("a.c",)),
        (b"$(O)/a.o: a.c\n", ("a.c",)),
        (b"a.o: \xc3\xa9.h\n", ("é.h",)),
        (b"a.o: \xe9.h\n", ("\udce9.h",)),
    ],
)
def test_prerequisites_are_read(data: bytes, names: tuple[str, ...]) -> None:
    assert parse_depfile(data) == names


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"a.o",
        b"a.o a.c\n",
        b"a.o:a.c\n",
        b"a.o: a.c\0\n",
        b"a.o: a.c # comment\n",
        b"a.o: $(SOURCES)\n",
        b"a.o: a\tb.h\n",
        b"a.o: a.c\nb.o: b.c\n",
        b"a.o: a.c\n\techo\n",
        b"a.o: b.o: a.c\n",
        b"a.o: a.c x\\\na.h:\n",
        b"a.o: x\\\\ a.c\n",
        b"a.o: a.c\\",
        b"\x7fELF\x02\x01: \n\n\x01",
        b"a.o: a.c",
        b"a.o: a.c \\\n",
        b"a.o: a.c\na.h:",
    ],
)
def test_anything_doubtful_is_none(data: bytes) -> None:
    assert parse_depfile(data) is None


def escaped(name: str) -> str:
    text = ""
    for at, character in enumerate(name):
        before = name[:at]
        if character in " \t":
            text += "\\" * (len(before) - len(before.rstrip("\\")) + 1)
        text += {"#": "\\#", "$": "$$"}.get(character, character)
    return text


NAMES = st.text("ab /\\:#$é \t.", min_size=1, max_size=8).filter(lambda name: name[-1] not in "\\:")


@given(st.lists(NAMES, max_size=6), st.sampled_from([" ", " \\\n  ", " \\\r\n "]), st.booleans())
def test_names_as_gcc_writes_them_come_back(names: list[str], between: str, is_phony: bool) -> None:
    data = "a.o: " + between.join(map(escaped, names)) + "\n"
    data += "".join(f"{escaped(name)}:\n" for name in names) if is_phony else ""
    assert parse_depfile(data.encode()) == tuple(dict.fromkeys(names))


@given(st.lists(st.text("ab/:é\x0b\udce9.", min_size=1, max_size=4), max_size=6), st.sampled_from([" ", " \\\n  "]))
def test_plain_names_are_read_as_beside_one_that_is_escaped(names: list[str], between: str) -> None:
    plain = between.join(["a.o:", *names]).encode("utf-8", "surrogateescape")
    alone, beside = parse_depfile(plain + b"\n"), parse_depfile(plain + b" x\\ y\n")
    assert alone == (None if beside is None else beside[:-1])


@given(st.binary(max_size=60))
def test_any_bytes_are_read(data: bytes) -> None:
    parse_depfile(data)


@given(st.lists(NAMES, max_size=6), st.sampled_from([" ", " \\\n  "]), st.data())
def test_depfile_that_was_cut_off_is_none_or_whole(names: list[str], between: str, data: st.DataObject) -> None:
    text = ("a.o: " + between.join(map(escaped, names)) + "\n").encode()
    phony = "".join(f"{escaped(name)}:\n" for name in names).encode()
    whole = parse_depfile(text + phony)
    end = data.draw(st.integers(0, len(text + phony) - 1))
    assert parse_depfile((text + phony)[:end]) in ((None,) if end < len(text) else (None, whole))
