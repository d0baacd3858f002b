"""Roots: paths in and out, whole components only."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.depfile_layout import escape_path
from clcache_launcher.core.trees.roots import NO_ROOTS, Roots

FOLDERS = {"top": "/x/t", "deep": "/x/t/deep", "other": "/y with space"}
HERE = Roots(list(FOLDERS.items()))
THERE = Roots([("top", "/z"), ("deep", "/other/place"), ("other", "/w")])
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


@pytest.mark.links
def test_root_is_known_by_its_name_without_links_too(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "there").mkdir()
    here, there = Roots([("a", f"{tmp_path}/link")]), Roots([("a", f"{tmp_path}/there")])
    for name in ("link", "real"):
        inside = here.inward(str(tmp_path / name / "a.h"))
        assert here.outward(inside) == str(tmp_path / name / "a.h")
        assert inside.startswith("\x01")
    assert there.outward(here.inward(str(tmp_path / "link/a.h"))) == str(tmp_path / "there/a.h")


def absolute(path: str) -> str:
    """As this system writes it."""
    return f"C:{path}".replace("/", "\\") if sys.platform == "win32" and path else path


@pytest.mark.parametrize(
    ("prefixes", "uncovered"),
    [
        (["/x/t", "/y with space"], {"deep^top"}),
        (["/x", "/y with space/"], {"top", "deep"}),
        (["/x/t", "/x/t/deep", "/y with space"], set()),
        (["/x/t/deep", "/x/t", "/y with space"], {"deep^top"}),
        (["/x/", "/y with"], {"top", "deep", "other"}),
        (["/x/tt"], {"top", "deep", "other"}),
        (["/x/t//", "/y with space/"], {"top", "deep"}),
        (["/x/t"], {"deep^top", "other"}),
        (["/x/t/deep"], {"top", "other"}),
        ([], {"top", "deep", "other"}),
        ([""], {"top", "deep", "other"}),
    ],
)
def test_roots_that_are_not_mapped_away(prefixes: list[str], uncovered: set[str]) -> None:
    roots = Roots([(name, absolute(folder)) for name, folder in FOLDERS.items()])
    assert roots.uncovered(list(map(absolute, prefixes))) == uncovered


def test_prefix_with_a_separator_at_its_end_does_not_cover_a_folder_that_stands_alone() -> None:
    roots = Roots([(name, absolute(folder)) for name, folder in FOLDERS.items()])
    prefixes = [absolute(folder) + os.sep for folder in FOLDERS.values()]
    assert roots.uncovered(prefixes) == set()
    assert roots.uncovered(prefixes, {absolute("/y with space")}) == {"other"}


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"..../x/t/a.cpp...", {"top"}),
        ("/x/t/deep/a.cpp".encode("utf-16-le"), {"top", "deep"}),
        (b"/y with space", {"other"}),
        (b"a.cpp", set()),
    ],
)
def test_content_that_holds_the_path_of_a_root_is_told(content: bytes, names: set[str]) -> None:
    assert HERE.shown_in(content) == names


def test_words_of_a_root_are_those_of_its_path() -> None:
    assert dict(HERE.words) == {"top": {b"x", b"t"}, "deep": {b"x", b"t", b"deep"}, "other": {b"y", b"with", b"space"}}


def test_root_above_a_path_is_the_nearest() -> None:
    assert HERE.above("/x/t/deep/a.h") == {"deep"}
    assert HERE.above("/x/t/deeper/a.h") == {"top"}
    assert HERE.above("/x") == set()


def test_trees_are_bound_by_the_folders_of_the_named_roots_alone() -> None:
    moved = Roots([("top", "/x/t"), ("deep", "/x/t/deep"), ("other", "/elsewhere")])
    assert moved.bound(["top", "deep"]) == HERE.bound(["deep", "top"])
    assert moved.bound(["other"]) != HERE.bound(["other"])
    assert HERE.bound([]) == b""
    assert HERE.bound(["nobody's"]) not in (b"", HERE.bound(["top"]))


def test_way_between_roots_binds_trees_that_have_the_same_one() -> None:
    moved = Roots([("top", "/z"), ("deep", "/z/deep"), ("other", "/y with space")])
    assert moved.bound(["deep^top"]) == HERE.bound(["deep^top"])
    assert THERE.bound(["deep^top"]) != HERE.bound(["deep^top"])
    assert Roots([("top", "/z"), ("deep", "/z/other")]).bound(["deep^top"]) != HERE.bound(["deep^top"])


@pytest.mark.links
def test_where_a_link_leads_binds_a_tree(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "current").symlink_to("one")
    before = Roots([("a", f"{tmp_path}/current")])
    assert before.is_current
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("two")
    assert not before.is_current
    assert Roots([("a", f"{tmp_path}/current")]).bound(["a"]) != before.bound(["a"])


def test_first_of_two_roots_with_one_folder_or_one_name_is_taken() -> None:
    roots = Roots([("a", "/x"), ("b", "/x"), ("a", "/y"), ("c", "/z")])
    assert roots.names == ("a", "c")
    assert roots.outward(roots.inward("/x/h")) == "/x/h"
    assert roots.inward("/y/h") == "/y/h"
    assert roots.holds([("a", "/x"), ("c", "/z")])
    assert not roots.holds([("a", "/y")])


def test_spelling_has_a_token_of_its_own() -> None:
    here = Roots([("a", "/x/t")], [("a", "/x//t"), ("a", "/X/t")])
    there = Roots([("a", "/z")], [("a", "//z"), ("a", "/Z")])
    assert there.outward(here.inward("/x//t/h")) == "//z/h"
    assert there.outward_text(here.inward_text(b"/X/t/h:1: in /x/t/h")) == b"/Z/h:1: in /z/h"


def test_no_roots_change_nothing() -> None:
    assert NO_ROOTS.identity == b""
    assert NO_ROOTS.inward("/x/t") == NO_ROOTS.outward("/x/t") == "/x/t"
    assert NO_ROOTS.inward_text(b"/x/t") == b"/x/t"
