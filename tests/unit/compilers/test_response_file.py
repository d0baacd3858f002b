"""Response files."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.response_file import (
    decode_response_file,
    expand_response_files,
    split_gnu,
    split_windows,
)
from clcache_launcher.model import Reason, Uncacheable


def expand(
    *arguments: str, files: dict[str, bytes] | None = None, windows: bool = False
) -> tuple[str, ...] | Uncacheable:
    return expand_response_files(arguments, (files or {}).get, windows_quoting=windows)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        (" \t\r\n", []),
        ("-c a.c", ["-c", "a.c"]),
        ("-c\r\na.c\n", ["-c", "a.c"]),
        (r"-DX=\"a\"", ['-DX="a"']),
        (r'"-DX=\"a b\""', ['-DX="a b"']),
        ("'-DX=\"a b\"'", ['-DX="a b"']),
        ("-I'a b'\"c d\"e", ["-Ia bc de"]),
        (r"C:\\a\b", [r"C:\ab"]),
        (r'"\\\$\`"', [r"\$`"]),
        ("'a\nb'", ["a\nb"]),
        (r"a\ b", ["a b"]),
        ("ä", ["ä"]),
        ("\N{NO-BREAK SPACE}", ["\N{NO-BREAK SPACE}"]),
    ],
)
def test_gnu_quoting(text: str, tokens: list[str]) -> None:
    assert split_gnu(text) == tokens


@pytest.mark.parametrize(
    "text", ['"a', "'a", "a\\", "a\\\nb", r'"\a"', r"'\a'", '""', "a ''", "a\vb", "a\fb", '"\\'], ids=repr
)
def test_gnu_text_that_compilers_read_differently_is_refused(text: str) -> None:
    assert split_gnu(text) is None


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", []),
        ("/c a.c\r\n/O2", ["/c", "a.c", "/O2"]),
        (r"/IC:\a\b", [r"/IC:\a\b"]),
        (r'/I"C:\a b\\" x', ["/IC:\\a b\\", "x"]),
        (r"/DX=\"a\"", ['/DX="a"']),
        (r'"/DX=\"a b\""', ['/DX="a b"']),
        (r"a\\\"b", [r"a\"b"]),
        (r'a\\"b c"', [r"a\b c"]),
        ('/DX=""', ["/DX="]),
        ("'a b'", ["'a", "b'"]),
        ("a\\\n", ["a\\"]),
    ],
)
def test_windows_quoting(text: str, tokens: list[str]) -> None:
    assert split_windows(text) == tokens


@pytest.mark.parametrize("text", ['"a', '""', '"a""b"', '"a\nb"', "a\vb", '"a\\"'], ids=repr)
def test_windows_text_that_compilers_read_differently_is_refused(text: str) -> None:
    assert split_windows(text) is None


@given(st.lists(st.text(st.characters(exclude_characters="\0\v\f", codec="utf-8"), min_size=1)))
def test_gnu_escaped_text_comes_back(tokens: list[str]) -> None:
    def quote(token: str) -> str:
        return "".join(f'"{char}"' if char in "\r\n" else "\\" + char if char in " \t\"'\\" else char for char in token)

    assert split_gnu(" \n".join(map(quote, tokens))) == tokens


@given(st.lists(st.text(st.characters(exclude_characters='\0\v\f\r\n"', codec="ascii"), min_size=1)))
def test_windows_quoted_text_comes_back(tokens: list[str]) -> None:
    def quote(token: str) -> str:
        return '"' + token + "\\" * (len(token) - len(token.rstrip("\\"))) + '"'

    assert split_windows("\r\n".join(map(quote, tokens))) == tokens


@given(st.text())
def test_no_text_makes_an_empty_token_or_a_crash(text: str) -> None:
    for tokens in (split_gnu(text), split_windows(text)):
        assert tokens is None or all(tokens)


@pytest.mark.parametrize(
    ("content", "windows", "text"),
    [
        (b"a", True, "a"),
        (b"a", False, "a"),
        ("ä".encode(), False, "ä"),
        (b"\xe4", False, "\udce4"),
        (codecs.BOM_UTF8 + "ä".encode(), True, "ä"),
        ("ä".encode("utf-16"), True, "ä"),
        (codecs.BOM_UTF16_BE + "ä".encode("utf-16-be"), True, "ä"),
        ("ä".encode(), True, None),
        (b"\xe4", True, None),
        (codecs.BOM_UTF8 + b"a", False, None),
        (codecs.BOM_UTF16_LE + b"a\0", False, None),
        (codecs.BOM_UTF16_LE + b"a", True, None),
        (b"a\0b", False, None),
        (b"a\0b", True, None),
    ],
)
def test_encoding(content: bytes, windows: bool, text: str | None) -> None:
    assert decode_response_file(content, windows_quoting=windows) == text


def test_command_line_without_response_file_stays() -> None:
    assert expand("-c", "a.c", "-o", "", "a@b") == ("-c", "a.c", "-o", "", "a@b")


def test_tokens_stand_where_the_file_stood() -> None:
    assert expand("-c", "@r", "-O2", files={"r": b"-g a.c"}) == ("-c", "-g", "a.c", "-O2")


def test_nested_files_are_expanded() -> None:
    assert expand("@r", "z", files={"r": b"a @s b", "s": b"c @t", "t": b"d"}) == ("a", "c", "d", "b", "z")


def test_a_file_may_be_named_twice() -> None:
    assert expand("@r", "@r", files={"r": b"@s @s", "s": b"a"}) == ("a",) * 4


def test_quoting_follows_the_compiler() -> None:
    files = {"r": rb"a\b"}
    assert expand("@r", files=files) == ("ab",)
    assert expand("@r", files=files, windows=True) == (r"a\b",)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"r": b"@s"},
        {"r": b"@r"},
        {"r": b"@s", "s": b"a @r"},
        {"r": b'"'},
        {"r": b"@"},
        {"r": b" " * (17 << 20)},
        {"r": b"@s @s", "s": b" " * (9 << 20)},
        {"r": b"@r0"} | {f"r{i}": f"@r{i + 1}".encode() for i in range(100)},
    ],
    ids=["missing", "missing inside", "itself", "cycle", "open quote", "no name", "large", "large in all", "deep"],
)
def test_what_is_not_certain_is_uncacheable(files: dict[str, bytes]) -> None:
    result = expand("-c", "@r", files=files)

    assert isinstance(result, Uncacheable)
    assert result.reason is Reason.RESPONSE_FILE
    assert result.detail.startswith("@")
