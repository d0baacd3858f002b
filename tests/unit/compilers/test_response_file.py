"""Response files."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.response_file import (
    Expanded,
    Quoting,
    decode_response_file,
    expand_response_files,
    split_text,
)
from clcache_launcher.model import Reason, Uncacheable
from clcache_launcher.util.files import digest_of

GNU = (Quoting.CLANG, Quoting.CLANG_CL_POSIX, Quoting.GCC, Quoting.GNU)
WINDOWS = (Quoting.CL, Quoting.CLANG_CL, Quoting.CLANG_WINDOWS)


def expand(
    *arguments: str, files: dict[str, bytes] | None = None, quoting: Quoting = Quoting.GNU
) -> tuple[str, ...] | Uncacheable:
    expanded = expand_response_files(arguments, (files or {}).get, quoting)
    return expanded.arguments if isinstance(expanded, Expanded) else expanded


def split(text: str, quoting: Quoting) -> list[str] | None:
    tokens = split_text(text, quoting)
    return None if tokens is None else [token for token in tokens if token is not None]


@pytest.mark.parametrize("quoting", GNU)
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
        ("a''", ["a"]),
        ("ä", ["ä"]),
        ("\N{NO-BREAK SPACE}", ["\N{NO-BREAK SPACE}"]),
        ("\x1ca", ["\x1ca"]),
    ],
)
def test_gnu_quoting(text: str, tokens: list[str], quoting: Quoting) -> None:
    assert split(text, quoting) == tokens


@pytest.mark.parametrize(
    ("text", "clang", "gcc"),
    [
        ('"a', ["a"], ["a"]),
        ("'a b", ["a b"], ["a b"]),
        ("a\\", ["a\\"], ["a"]),
        ("a\\\nb", ["a\nb"], ["a\nb"]),
        (r'"\a"', ["a"], ["a"]),
        (r"'\a'", ["a"], ["a"]),
        (r"'\''", ["'"], ["'"]),
        ('"\\', ["\\"], [""]),
        ("\\", ["\\"], [""]),
    ],
    ids=repr,
)
def test_gnu_text_that_compilers_read_differently_is_read_as_the_compiler_at_hand_does(
    text: str, clang: list[str], gcc: list[str]
) -> None:
    assert split(text, Quoting.CLANG) == clang
    assert split(text, Quoting.GCC) == gcc
    assert split(text, Quoting.GNU) is None


def test_empty_argument_is_kept_by_gcc_and_not_certain_for_clang() -> None:
    for text in ('""', "a ''"):
        assert split(text, Quoting.GCC) == split(text, Quoting.GNU) == [*text.split()[:-1], ""]
        assert split(text, Quoting.CLANG) is None


def test_vertical_white_space_ends_an_argument_of_gcc_and_none_of_clang() -> None:
    assert split("a\vb\fc", Quoting.GCC) == ["a", "b", "c"]
    assert split("a\vb\fc", Quoting.CLANG) == ["a\vb\fc"]


@pytest.mark.parametrize("quoting", WINDOWS)
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
        (r'\\\\"a b" c', [r"\\a b", "c"]),
        (r"\\srv\a\\b", [r"\\srv\a\\b"]),
        ('/DX=""', ["/DX="]),
        ("'a b'", ["'a", "b'"]),
        ("a\\\n", ["a\\"]),
        ('a"b c"d', ["ab cd"]),
        ("a\tb", ["a", "b"]),
    ],
)
def test_windows_quoting(text: str, tokens: list[str], quoting: Quoting) -> None:
    assert split(text, quoting) == tokens


@pytest.mark.parametrize(
    ("text", "clang_cl"),
    [
        ('"a', ["a"]),
        ('""', [""]),
        ('a "" b', ["a", "", "b"]),
        ('"a""b"', ['a"b']),
        ('"a"" b', ['a" b']),
        ('"""a"', ['"a']),
        ('"a\nb"', ["a\nb"]),
        ("a\vb", ["a\vb"]),
        ('"a\\"', ['a"']),
        (r'"a\\""b"', ['a\\"b']),
    ],
    ids=repr,
)
def test_windows_text_that_is_not_documented_is_read_as_clang_cl_does(text: str, clang_cl: list[str]) -> None:
    assert split(text, Quoting.CLANG_CL) == split(text, Quoting.CLANG_WINDOWS) == clang_cl
    assert split(text, Quoting.CL) is None


@given(st.text(), st.sampled_from(Quoting))
def test_any_text_is_read(text: str, quoting: Quoting) -> None:
    split_text(text, quoting)


@given(st.text(st.sampled_from("ab \"'\\\n\t"), max_size=20))
def test_what_is_certain_is_read_alike_by_all(text: str) -> None:
    for certain, others in ((Quoting.GNU, GNU), (Quoting.CL, WINDOWS)):
        tokens = split(text, certain)
        if tokens is not None and all(tokens):
            assert all(split(text, other) == tokens for other in others)


LLVM = tuple(quoting for quoting in Quoting if quoting.name.startswith("CLANG"))
LIBIBERTY = (Quoting.GCC, Quoting.GNU)


@pytest.mark.parametrize(
    ("content", "cl", "llvm", "libiberty"),
    [
        (b"a", "a", "a", "a"),
        ("ä".encode(), None, "ä", "ä"),
        (b"\xe4", None, "\udce4", "\udce4"),
        (codecs.BOM_UTF8 + "ä".encode(), "ä", "ä", "\ufeffä"),
        (codecs.BOM_UTF8 + b"\xe4", None, "\udce4", "\ufeff\udce4"),
        (codecs.BOM_UTF16_LE + "ä".encode("utf-16-le"), "ä", "ä", None),
        (codecs.BOM_UTF16_BE + "ä".encode("utf-16-be"), "ä", "ä", None),
        (codecs.BOM_UTF16_LE + b"a", None, None, "\udcff\udcfea"),
        (codecs.BOM_UTF16_LE + b"\0\xd8", None, None, None),
        (b"a\0b", None, None, None),
    ],
)
def test_encoding(content: bytes, cl: str | None, llvm: str | None, libiberty: str | None) -> None:
    assert decode_response_file(content, Quoting.CL) == cl
    assert {decode_response_file(content, quoting) for quoting in LLVM} == {llvm}
    assert {decode_response_file(content, quoting) for quoting in LIBIBERTY} == {libiberty}


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
    assert expand("@r", files=files, quoting=Quoting.CL) == (r"a\b",)


@pytest.mark.parametrize(
    ("own", "told", "token"),
    [
        (Quoting.CLANG, "windows", r"a\b"),
        (Quoting.CLANG, "posix", "ab"),
        (Quoting.CLANG_CL, "windows", r"a\b"),
        (Quoting.CLANG_CL, "posix", "ab"),
    ],
)
def test_option_says_how_files_are_read(own: Quoting, told: str, token: str) -> None:
    option = f"--rsp-quoting={told}"
    other = "--rsp-quoting=windows" if told == "posix" else "--rsp-quoting=posix"
    assert expand(other, "@r", option, files={"r": rb"a\b"}, quoting=own) == (other, token, option)


def test_option_within_a_file_does_not_say_how_files_are_read() -> None:
    files = {"r": rb"--rsp-quoting=windows a\b"}
    assert expand("@r", files=files, quoting=Quoting.CLANG) == ("--rsp-quoting=windows", "ab")


@pytest.mark.parametrize("quoting", [Quoting.GCC, Quoting.GNU, Quoting.CL])
def test_option_of_another_compiler_is_uncacheable(quoting: Quoting) -> None:
    result = expand("@r", "--rsp-quoting=posix", files={"r": b"a"}, quoting=quoting)
    assert result == Uncacheable(Reason.RESPONSE_FILE, "--rsp-quoting=posix")


def test_files_are_told_with_their_digests() -> None:
    files = {"r": b"a @s", "s": b"b"}
    expanded = expand_response_files(["@r", "@s"], files.get, Quoting.GNU)
    assert isinstance(expanded, Expanded)
    assert expanded.files == tuple((name, digest_of(content)) for name, content in files.items())


@pytest.mark.parametrize(
    ("quoting", "ends"),
    [(Quoting.CLANG_CL, {0, 3}), (Quoting.CL, {0, 3}), (Quoting.CLANG_CL_POSIX, {0, 3}), (Quoting.CLANG, set())],
)
def test_lines_end_after_the_arguments_before(quoting: Quoting, ends: set[int]) -> None:
    expanded = expand_response_files(["@r", "d"], {"r": b"\na b @s\r\n\n", "s": b"c"}.get, quoting)
    assert expanded == Expanded(("a", "b", "c", "d"), getattr(expanded, "files", ()), frozenset(ends))


@pytest.mark.parametrize("name", ["/dev/fd/63", "/dev/stdin", "/proc/self/fd/3"])
def test_file_of_the_process_is_uncacheable(name: str) -> None:
    assert expand(f"@{name}", files={name: b"a"}) == Uncacheable(Reason.RESPONSE_FILE, f"@{name}")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"r": b"@s"},
        {"r": b"@r"},
        {"r": b"@s", "s": b"a @r"},
        {"r": b"\\"},
        {"r": b"@"},
        {"r": b" " * (17 << 20)},
        {"r": b"@s @s", "s": b" " * (9 << 20)},
        {"r": b"@r0"} | {f"r{i}": f"@r{i + 1}".encode() for i in range(100)},
        {"r": b"@s " * 2000, "s": b"a"},
    ],
    ids=["missing", "missing inside", "itself", "cycle", "escape", "no name", "large", "large in all", "deep", "many"],
)
def test_what_is_not_certain_is_uncacheable(files: dict[str, bytes]) -> None:
    result = expand("-c", "@r", files=files)

    assert isinstance(result, Uncacheable)
    assert result.reason is Reason.RESPONSE_FILE
    assert result.detail.startswith("@")
