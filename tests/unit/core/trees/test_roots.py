"""Roots: paths in and out, whole components only."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.depfile_layout import escape_path
from clcache_launcher.core.trees.roots import NO_ROOTS, Roots

HERE = Roots((Path("/x/t"), Path("/x/t/deep"), Path("/y with space")))
THERE = Roots((Path("/z"), Path("/other/place"), Path("/w")))
names = st.text(st.characters(exclude_characters="/\0\x01", exclude_categories=["Cs"]), min_size=1, max_size=8)
paths = st.lists(names, max_size=4).map(lambda parts: "/" + "/".join(parts))
roots_ = st.sampled_from(["/x/t", "/x/t/deep", "/y with space", "/x", ""])


@given(root=roots_, rest=paths)
def test_path_that_went_in_comes_out(root: str, rest: str) -> None:
    path = root + rest.rstrip("/")
    assert HERE.outward(HERE.inward(path)) == path


@given(root=roots_, rest=paths)
def test_path_in_a_text_that_went_in_comes_out(root: str, rest: str) -> None:
    text = os.fsencode(f"{root}{rest}:1:2: warning: {root}{rest} '{root}'\n")
    assert HERE.outward_text(HERE.inward_text(text)) == text


@given(root=roots_, rest=paths)
def test_escaped_path_that_went_in_comes_out(root: str, rest: str) -> None:
    texts = HERE.escaped(escape_path)
    line = b"a.o: " + escape_path(os.fsencode(root + rest)) + b" b.h\n"
    assert texts.outward_text(texts.inward_text(line)) == line


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("/x/t/a.h", "/z/a.h"),
        ("/x/t", "/z"),
        ("/x/t/deep/a.h", "/other/place/a.h"),
        ("/x/t/deeper/a.h", "/z/deeper/a.h"),
        ("/y with space/a.h", "/w/a.h"),
        ("/x/tt/a.h", "/x/tt/a.h"),
        ("/x", "/x"),
        ("x/t/a.h", "x/t/a.h"),
        ("/a/x/t/b.h", "/a/x/t/b.h"),
    ],
)
def test_path_of_one_tree_in_the_other(path: str, there: str) -> None:
    assert THERE.outward(HERE.inward(path)) == there
    assert HERE.is_below(path) is (path != there)


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("/x/t/a.h:1: x", "/z/a.h:1: x"),
        ("In file included from /x/t/a.h,\n   from '/x/t'", "In file included from /z/a.h,\n   from '/z'"),
        ("/x/tt/a.h /a/x/t /x/t.h -I/x/t", "/x/tt/a.h /a/x/t /x/t.h -I/x/t"),
    ],
)
def test_text_of_one_tree_in_the_other(text: str, there: str) -> None:
    assert THERE.outward_text(HERE.inward_text(text.encode())) == there.encode()


def test_text_with_the_mark_can_not_be_mapped() -> None:
    assert not HERE.can_map(b"\x010\x01")
    assert HERE.can_map(b"/x/t")


def test_root_is_known_by_its_name_without_links_too(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "there").mkdir()
    here, there = Roots((tmp_path / "link",)), Roots((tmp_path / "there",))
    for name in ("link", "real"):
        inside = here.inward(str(tmp_path / name / "a.h"))
        assert here.outward(inside) == str(tmp_path / name / "a.h")
        assert inside.startswith("\x01")
    assert there.outward(here.inward(str(tmp_path / "link/a.h"))) == str(tmp_path / "there/a.h")


@pytest.mark.parametrize(
    ("prefixes", "covers"),
    [
        (["/x/t", "/y with space"], True),
        (["/x", "/y with space/"], True),
        (["/x/t"], False),
        ([], False),
        ([""], False),
    ],
)
def test_roots_that_are_mapped_away(prefixes: list[str], *, covers: bool) -> None:
    assert HERE.are_covered(prefixes) is covers


def test_content_that_holds_the_path_is_told() -> None:
    assert HERE.shows(b"..../x/t/a.cpp...")
    assert HERE.shows("/x/t/a.cpp".encode("utf-16-le"))
    assert not HERE.shows(b"a.cpp")


def test_no_roots_change_nothing() -> None:
    assert NO_ROOTS.identity == b""
    assert NO_ROOTS.inward("/x/t") == NO_ROOTS.outward("/x/t") == "/x/t"
    assert NO_ROOTS.inward_text(b"/x/t") == b"/x/t"
