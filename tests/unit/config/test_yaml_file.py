"""Settings in YAML."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.config.kinds import Place, Sourced, Value
from clcache_launcher.config.settings import FIELDS
from clcache_launcher.config.yaml_file import parse_yaml
from clcache_launcher.errors import ConfigError

FILE = "/p/clcache.yaml"
PLACE = Place("/p", "/home/u")


def read(text: str | bytes) -> dict[str, Sourced]:
    return parse_yaml(text if isinstance(text, bytes) else text.encode(), FILE, PLACE)


def read_error(text: str | bytes) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff# with a byte order mark\n"])
def test_empty_file_sets_nothing(text: str) -> None:
    assert read(text) == {}


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("dir: cache", Path("/p/cache")),
        ("roots: {sdk: ../sdk, conan:x: /y}", (("sdk", Path("/sdk")), ("conan:x", Path("/y")))),
        ("roots: sdk=../sdk", (("sdk", Path("/sdk")),)),
        ("roots:", ()),
        ("dir: ~/cache", Path("/home/u/cache")),
        ("dir: ../cache", Path("/cache")),
        ("dir: '1'", Path("/p/1")),
        ("basedir: .", (Path("/p"),)),
        ("basedir: a b", (Path("/p/a b"),)),
        (f"basedir: 'a{os.pathsep}b'", (Path(f"/p/a{os.pathsep}b"),)),
        ("basedir: [., /x, ~/y]", (Path("/p"), Path("/x"), Path("/home/u/y"))),
        ("basedir: []", ()),
        ("basedir:", ()),
        ("basedir: ''", ()),
        ("disable: true", True),
        ("disable: no", False),
        ("disable: 1", True),
        ("disable: 'off'", False),
        ("disable:", False),
        ("readonly: on", True),
        ("recache: Yes", True),
        ("nodirect: FALSE", False),
        ("hardlink: true", True),
        ("max_size: 5G", 5 * 10**9),
        ("max_size: 5GiB", 5 * 2**30),
        ("max_size: '5 GB'", 5 * 10**9),
        ("max_size: 4096", 4096),
        ("max_size: 010", 10),
        ("max_size: 0", 0),
        ("log: clcache.log", Path("/p/clcache.log")),
        ("log:", None),
        ("log: null", None),
        ("idle_timeout: 10m", 600),
        ("idle_timeout: 90", 90),
    ],
)
def test_value_is_read(line: str, value: Value) -> None:
    assert [each.value for each in read(line).values()] == [value]


def test_origin_is_file_and_line() -> None:
    assert read("# comment\n\nmax_size: 5G\ndir:\n  x\n") == {
        "max_size": Sourced(5 * 10**9, f"{FILE}:3"),
        "dir": Sourced(Path("/p/x"), f"{FILE}:4"),
    }


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("max_size: 5X", "max_size: expected a size such as 5G, got '5X'"),
        ("max_size: 1.5", "max_size: expected a size such as 5G, got '1.5'"),
        ("max_size: -1", "max_size: expected a size such as 5G, got '-1'"),
        ("max_size:", "max_size: expected a size such as 5G, got nothing"),
        ("max_size: true", "max_size: expected a size such as 5G, got 'true'"),
        ("max_size: [5G]", "max_size: expected a size such as 5G, got a list"),
        ("max_size: {a: 1}", "max_size: expected a size such as 5G, got a mapping"),
        (
            "max_size: !!python/name:os.system x",
            "max_size: expected a size such as 5G, got a value with the tag tag:yaml.org,2002:python/name:os.system",
        ),
        ("idle_timeout: 1w", "idle_timeout: expected a time such as 10m, got '1w'"),
        ("disable: maybe", "disable: expected true or false, got 'maybe'"),
        ("disable: 2", "disable: expected true or false, got '2'"),
        ("readonly: []", "readonly: expected true or false, got a list"),
        ("recache: x", "recache: expected true or false, got 'x'"),
        ("nodirect: x", "nodirect: expected true or false, got 'x'"),
        ("hardlink: x", "hardlink: expected true or false, got 'x'"),
        ("dir:", "dir: expected a folder, got nothing"),
        ("dir: ''", "dir: expected a folder, got ''"),
        ("dir: yes", "dir: expected a folder, got yes; put quotes around a name"),
        ("dir: 2024", "dir: expected a folder, got 2024; put quotes around a name"),
        ("dir: ~", "dir: expected a folder, got nothing"),
        ("dir: ~bob", f"dir: of '~' only '~' alone and '~{os.sep}' are understood, got '~bob'"),
        ('dir: "a\\0b"', r"dir: expected a folder, got 'a\x00b'"),
        ("log: [a]", "log: expected a file, got a list"),
        ("log: true", "log: expected a file, got true; put quotes around a name"),
        ("basedir: {a: b}", "basedir: expected a folder or a list of folders, got a mapping"),
        ("basedir: [a, [b]]", "basedir: expected a folder, got a list"),
        ("basedir: [a, ]\nbasedir: b", None),
        ("basedir: [a, null]", "basedir: expected a folder, got nothing"),
        ("basedir: &a [*a]", "basedir: expected a folder, got a list"),
        ("max_sise: 5G", "max_sise: unknown key; did you mean 'max_size'?"),
        ("cache_dir: /x", "cache_dir: unknown key; did you mean 'dir'?"),
        ("socket: /x", "socket: unknown key; only the environment has it, as CLCACHE_SOCKET"),
        (
            "1: x",
            f"1: unknown key; known are {', '.join(sorted(FIELDS))}",
        ),
        ("<<: {dir: x}", None),
        ("[a]: x", "expected the name of a setting, got a list"),
        ("? {a: b}\n: x", "expected the name of a setting, got a mapping"),
    ],
)
def test_fault_is_told_with_path_and_line(line: str, message: str | None) -> None:
    error = read_error(f"# comment\n\n{line}\n")

    assert error.startswith(f"{FILE}:")
    assert message is None or error == f"{FILE}:3: {message}"


def test_line_of_a_bad_value_is_the_values() -> None:
    assert read_error("max_size:\n  5X\n") == f"{FILE}:2: max_size: expected a size such as 5G, got '5X'"


def test_key_given_twice_is_told_with_both_lines() -> None:
    assert read_error("log: a\ndir: b\nlog: c\n") == f"{FILE}:3: log: set twice, first in line 1"


@pytest.mark.parametrize(
    ("text", "what"), [("- a\n", "a list"), ("hello", "'hello'"), ("5", "'5'"), ("!x y", "a value with the tag !x")]
)
def test_document_that_is_no_mapping_is_told(text: str, what: str) -> None:
    assert read_error(text) == f"{FILE}:1: expected settings such as 'max_size: 5G', got {what}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: b\n  c: d\n", f"{FILE}:2:4: not valid YAML: mapping values are not allowed here"),
        ("dir: 'x\n", f"{FILE}:2:1: not valid YAML: found unexpected end of stream"),
        ("a: *x\n", f"{FILE}:1:4: not valid YAML: found undefined alias 'x'"),
        ("dir: a\n---\ndir: b\n", f"{FILE}:2:1: not valid YAML: but found another document"),
        ("log: x\ndir: a\x01b\n", f"{FILE}:2: not valid YAML: special characters are not allowed"),
        (b"log: x\ndir: \xff\n", f"{FILE}:2: not UTF-8"),
        ("[" * 5000, f"{FILE}: not valid YAML: nested too deeply"),
    ],
)
def test_bad_yaml_is_told_with_its_place(text: str | bytes, message: str) -> None:
    assert read_error(text) == message


@given(st.binary(max_size=60) | st.text("abdir:[]{}&*!?|>-,'\"#%@ \n\t~0", max_size=60).map(str.encode))
def test_any_content_is_settings_or_a_config_error(content: bytes) -> None:
    try:
        read(content)
    except ConfigError as error:
        assert str(error).startswith(FILE)
