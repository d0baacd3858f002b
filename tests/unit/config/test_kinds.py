"""Values of settings: from text and back."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.config.kinds import Kind, Place, Value, format_value, parse_value, parse_values, resolve_path
from clcache_launcher.util.folders import is_home_of_another

PLACE = Place("/work/build", "/home/u")
HOMELESS = Place("/work/build", None)


@pytest.mark.parametrize("text", ["1", "true", "yes", "on", "True", "YES", "oN", " on "])
def test_flag_is_on(text: str) -> None:
    assert parse_value(Kind.FLAG, text, PLACE) is True


@pytest.mark.parametrize("text", ["0", "false", "no", "off", "", " ", "False", "NO", "oFF"])
def test_flag_is_off(text: str) -> None:
    assert parse_value(Kind.FLAG, text, PLACE) is False


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/abs", "/abs"),
        ("rel", "/work/build/rel"),
        (".", "/work/build"),
        ("..", "/work"),
        ("a//b/./c/", "/work/build/a/b/c"),
        ("~", "/home/u"),
        ("~/x", "/home/u/x"),
        ("a~", "/work/build/a~"),
        ("./~", "/work/build/~"),
    ],
)
def test_path_is_made_absolute(text: str, path: str) -> None:
    assert resolve_path(text, PLACE) == path.replace("/", os.sep)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.FOLDER, "x", Path("/work/build/x")),
        (Kind.FILE, "x.log", Path("/work/build/x.log")),
        (Kind.FILE, "", None),
        (Kind.FILE, "off", None),
        (Kind.FILE, "0", None),
        (Kind.FOLDERS, "", ()),
        (Kind.FOLDERS, os.pathsep, ()),
        (Kind.FOLDERS, f"/a{os.pathsep}b", (Path("/a"), Path("/work/build/b"))),
        (Kind.FOLDERS, os.pathsep.join(["/b", "/a", "/b/"]), (Path("/b"), Path("/a"))),
        (Kind.SIZE, "5G", 5 * 10**9),
        (Kind.DURATION, "2m", 120),
    ],
)
def test_value_is_read(kind: Kind, text: str, value: Value) -> None:
    assert parse_value(kind, text, PLACE) == value


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (Kind.FLAG, "maybe", "expected true or false, got 'maybe'"),
        (Kind.SIZE, "5X", "expected a size such as 5G, got '5X'"),
        (Kind.DURATION, "soon", "expected a time such as 10m, got 'soon'"),
        (Kind.FOLDER, "", "expected a folder, got ''"),
        (Kind.FOLDER, "a\0b", r"expected a folder, got 'a\x00b'"),
        (Kind.FILE, "1", "expected a file, got '1'"),
        (Kind.FOLDER, "~bob/x", f"of '~' only '~' alone and '~{os.sep}' are understood, got '~bob/x'"),
    ],
)
def test_bad_value_is_told(kind: Kind, text: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        parse_value(kind, text, PLACE)

    assert str(caught.value) == message


def test_home_that_nobody_knows_is_told() -> None:
    with pytest.raises(ValueError, match="no home folder is known for '~/x'"):
        parse_value(Kind.FOLDER, "~/x", HOMELESS)


def test_empty_folder_in_a_list_is_told() -> None:
    with pytest.raises(ValueError, match="expected a folder, got ''"):
        parse_values(["/a", ""], PLACE)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.FLAG, True, "true"),
        (Kind.FLAG, False, "false"),
        (Kind.SIZE, 10**10, "10G"),
        (Kind.DURATION, 600, "10m"),
        (Kind.FILE, None, ""),
        (Kind.FILE, Path("/a"), f"{os.sep}a"),
        (Kind.FOLDERS, (Path("/a"), Path("/b")), os.pathsep.join([f"{os.sep}a", f"{os.sep}b"])),
    ],
)
def test_value_is_written(kind: Kind, value: Value, text: str) -> None:
    assert format_value(kind, value) == text


@given(
    st.one_of(
        st.tuples(st.just(Kind.FLAG), st.booleans()),
        st.tuples(st.just(Kind.SIZE), st.integers(0, 2**63 - 1)),
        st.tuples(st.just(Kind.DURATION), st.integers(0, 10**9 - 1)),
        st.tuples(
            st.just(Kind.ROOTS),
            st.dictionaries(
                st.sampled_from(["a", "b-1", "conan:x.y"]), st.sampled_from([Path("/a"), Path("/b c/d=e")])
            ).map(lambda found: tuple(found.items())),
        ),
        st.tuples(st.just(Kind.FOLDERS), st.lists(st.just(Path("/a")) | st.just(Path("/b/c")), unique=True).map(tuple)),
    )
)
def test_any_value_comes_back(case: tuple[Kind, Value]) -> None:
    kind, value = case
    assert parse_value(kind, format_value(kind, value), PLACE) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", ()),
        ("a=/x", (("a", Path("/x")),)),
        ("a=/x|b=y/..", (("a", Path("/x")), ("b", Path("/somewhere")))),
        ("a=/x|conan:greet=/y|b=/z", (("a", Path("/x")), ("conan:greet", Path("/y")), ("b", Path("/z")))),
        ("a=/x=y|a=/z|1", (("a", Path(f"/z{os.pathsep}1")),)),
        ("a=~/x", (("a", Path("/h/x")),)),
        ("a=/x\0b=/y|c=/z", (("a", Path("/x")), ("b", Path("/y")), ("c", Path("/z")))),
    ],
)
def test_roots_are_read(text: str, value: Value) -> None:
    assert parse_value(Kind.ROOTS, text.replace("|", os.pathsep), Place("/somewhere", "/h")) == value


@pytest.mark.parametrize("text", ["/x", "=/x", "a", "a=", "1a=/x", "a b=/x", "/x:a=/y", "a=/x\0/y"])
def test_text_that_names_no_root_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_value(Kind.ROOTS, text, PLACE)


@pytest.mark.parametrize("kind", [Kind.FOLDERS, Kind.ROOTS])
def test_home_of_another_user_and_what_is_above_ones_own_are_no_roots(kind: Kind, tmp_path: Path) -> None:
    name = "a=" if kind is Kind.ROOTS else ""
    place = Place("/somewhere", str(tmp_path / "homes/me"))
    for folder in (tmp_path / "homes", tmp_path, next(iter(_homes_of_others()), tmp_path)):
        with pytest.raises(ValueError, match="homes of other users"):
            parse_value(kind, f"{name}{folder}", place)
    assert parse_value(kind, f"{name}{tmp_path}/homes/me", place)


def _homes_of_others() -> list[str]:
    if sys.platform == "win32":
        return []
    import pwd  # noqa: PLC0415 - POSIX systems alone have it

    accounts = [(entry.pw_uid, entry.pw_dir) for entry in pwd.getpwall()]
    return [home for user, home in accounts if user != os.geteuid() and is_home_of_another(Path(home))]


@pytest.mark.parametrize(("text", "why"), [("/", "whole file system"), ("/home", "homes"), ("/x/../home/", "homes")])
def test_root_that_covers_more_than_a_tree_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_value(Kind.FOLDERS, text, Place("/somewhere", None))
