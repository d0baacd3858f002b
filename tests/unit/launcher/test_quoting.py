"""The command lines and the wide text that the launcher makes for Windows, against the rules written down again."""

import ctypes
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers import response_file

SOURCES = Path(__file__).parents[3] / "plugin" / "launcher"
COMPILER = shutil.which("cc")
pytestmark = [
    pytest.mark.posix,
    pytest.mark.skipif(COMPILER is None, reason="needs a C compiler named cc: apt-get install gcc"),
]

# Characters that have a meaning on a command line, and some that have none.
arguments = st.text(alphabet="\"\\ \t\n\vab/'^%äé€😀", max_size=12) | st.text(
    alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12
)
programs = arguments.filter(lambda text: '"' not in text)
units = st.lists(st.integers(1, 0xFFFF) | st.integers(0xD7F0, 0xE010), max_size=8)


@dataclass(frozen=True, slots=True)
class Quoting:
    """The launcher's functions, with results as Python's values."""

    library: ctypes.CDLL

    def quote(self, argv: list[str]) -> str | None:
        line = self.library.quote_arguments(self.array(argv))
        return ctypes.string_at(line).decode() if line else None

    def escape(self, arguments: list[str]) -> str:
        return ctypes.string_at(self.library.escape_arguments(self.array(arguments))).decode()

    def split(self, line: str) -> list[str]:
        items = ctypes.cast(self.library.split_arguments(line.encode()), ctypes.POINTER(ctypes.c_char_p))
        return [item.decode() for item in until_none(items)]

    def skip(self, line: str, count: int) -> str:
        kept = line.encode()
        return ctypes.string_at(self.library.skip_arguments(kept, ctypes.c_size_t(count))).decode()

    def widen(self, text: bytes) -> list[int] | None:
        wide = self.library.to_wide(text)
        return list(until_zero(ctypes.cast(wide, ctypes.POINTER(ctypes.c_uint16)))) if wide else None

    def narrow(self, wide: list[int]) -> bytes:
        return ctypes.string_at(self.library.to_text((ctypes.c_uint16 * (len(wide) + 1))(*wide, 0)))

    @staticmethod
    def array(argv: list[str]) -> "ctypes.Array[ctypes.c_char_p]":
        return (ctypes.c_char_p * (len(argv) + 1))(*(item.encode() for item in argv), None)


def until_none(items: "ctypes._Pointer[ctypes.c_char_p]") -> Iterator[bytes]:
    at = 0
    while (item := items[at]) is not None:
        assert isinstance(item, bytes)
        yield item
        at += 1


def until_zero(items: "ctypes._Pointer[ctypes.c_uint16]") -> Iterator[int]:
    at = 0
    while (item := items[at]) != 0:
        assert isinstance(item, int)
        yield item
        at += 1


@pytest.fixture(scope="module")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Quoting:
    path = tmp_path_factory.mktemp("quoting") / "quoting.so"
    sources = [SOURCES / "windows_quoting.c", SOURCES / "windows_text.c"]
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC"]
    subprocess.run([str(COMPILER), *flags, "-o", path, *sources], check=True, timeout=60)
    library = ctypes.CDLL(str(path))
    for name in ("quote_arguments", "escape_arguments", "split_arguments", "skip_arguments", "to_wide", "to_text"):
        getattr(library, name).restype = ctypes.c_void_p
    return Quoting(library)


def take_program(line: str) -> tuple[str, str]:
    """The first token, in which a quote only begins or ends what blanks do not; the rest without its blanks."""
    name, is_quoted, at = "", False, 0
    while at < len(line) and (is_quoted or line[at] not in " \t"):
        if line[at] == '"':
            is_quoted = not is_quoted
        else:
            name += line[at]
        at += 1
    return name, line[at:].lstrip(" \t")


def take_argument(line: str, *, ends_at_pair: bool) -> tuple[str, str]:
    """One argument and the rest; ``""`` within quotes is a quote, after which CommandLineToArgvW ends the quotes."""
    text, is_quoted, at = "", False, 0
    while at < len(line) and (is_quoted or line[at] not in " \t"):
        backslashes = len(line) - at - len(line[at:].lstrip("\\"))
        at += backslashes
        if line[at : at + 1] != '"':
            text += "\\" * backslashes
            if not backslashes:
                text += line[at]
                at += 1
            continue
        text += "\\" * (backslashes // 2)
        if backslashes % 2:
            text += '"'
        elif is_quoted and line[at + 1 : at + 2] == '"':
            text += '"'
            at += 1
            is_quoted = not ends_at_pair
        else:
            is_quoted = not is_quoted
        at += 1
    return text, line[at:].lstrip(" \t")


def split(line: str, *, ends_at_pair: bool) -> list[str]:
    program, rest = take_program(line)
    argv = [program]
    while rest:
        argument, rest = take_argument(rest, ends_at_pair=ends_at_pair)
        argv.append(argument)
    return argv


def by_c_runtime(line: str) -> list[str]:
    return split(line, ends_at_pair=False)


def by_shell(line: str) -> list[str]:
    return split(line, ends_at_pair=True)


# From learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments.
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('"abc" d e', ["abc", "d", "e"]),
        (r"a\\b d\"e\"f\"g h", [r"a\\b", 'd"e"f"g', "h"]),
        (r"a\\\"b c d", [r"a\"b", "c", "d"]),
        (r'a\\\\"b c" d e', [r"a\\b c", "d", "e"]),
        ('a"b"" c d', ['ab" c d']),
    ],
)
def test_lines_of_the_manual_are_split_as_it_says(quoting: Quoting, line: str, expected: list[str]) -> None:
    assert quoting.split(f"cl.exe {line}") == ["cl.exe", *expected]
    assert by_c_runtime(f"cl.exe {line}") == ["cl.exe", *expected]


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["cl"], "cl"),
        (["cl", ""], 'cl ""'),
        (["C:\\Program Files\\cl.exe", "/c"], '"C:\\Program Files\\cl.exe" /c'),
        (["C:\\a b\\", "x"], '"C:\\a b\\" x'),
        (["cl", "/IC:\\a b\\"], 'cl "/IC:\\a b\\\\"'),
        (["cl", '/DX="y"'], r'cl "/DX=\"y\""'),
        (["cl", '/DX=\\"y'], 'cl "/DX=\\\\\\"y"'),
        (["cl", "C:\\plain\\"], "cl C:\\plain\\"),
    ],
)
def test_arguments_are_quoted_where_they_must_be(quoting: Quoting, argv: list[str], expected: str) -> None:
    assert quoting.quote(argv) == expected


def test_quote_in_the_name_of_the_program_has_no_command_line(quoting: Quoting) -> None:
    assert quoting.quote(['c"l', "/c"]) is None


@pytest.mark.parametrize("read", [by_c_runtime, by_shell])
@given(program=programs, rest=st.lists(arguments, max_size=6))
def test_quoted_arguments_are_read_back(
    quoting: Quoting, read: Callable[[str], list[str]], program: str, rest: list[str]
) -> None:
    line = quoting.quote([program, *rest])

    assert line is not None
    assert read(line) == [program, *rest]


@given(line=arguments)
def test_any_line_is_split_as_the_c_runtime_does(quoting: Quoting, line: str) -> None:
    assert quoting.split(line) == by_c_runtime(line)


@given(program=programs, rest=st.lists(arguments, max_size=5), count=st.integers(0, 7))
def test_skipped_line_holds_the_arguments_that_are_left(
    quoting: Quoting, program: str, rest: list[str], count: int
) -> None:
    argv = [program, *rest]
    line = quoting.quote(argv)

    assert line is not None
    left = quoting.skip(line, count)

    if count == 0:
        assert left == line
    else:
        assert by_c_runtime(f"cl {left}") == ["cl", *argv[count:]]


@given(wide=units)
def test_any_wide_text_survives_both_ways(quoting: Quoting, wide: list[int]) -> None:
    text = quoting.narrow(wide)

    assert quoting.widen(text) == wide
    assert text == b"".join(unit.to_bytes(2, "little") for unit in wide).decode("utf-16-le", "surrogatepass").encode(
        "utf-8", "surrogatepass"
    )


@pytest.mark.parametrize(
    "text", [b"\x80", b"\xc0\x80", b"\xc3", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xff"]
)
def test_malformed_text_is_refused(quoting: Quoting, text: bytes) -> None:
    assert quoting.widen(text) is None


# LLVM leaves empty words out, and joins lines at a backslash; no compiler's option has either.
@given(st.lists(arguments.filter(lambda text: text and "\n" not in text), max_size=5))
def test_response_file_of_escaped_arguments_is_read_as_they_were(quoting: Quoting, words: list[str]) -> None:
    text = quoting.escape(words)
    for reader in (response_file.Quoting.GCC, response_file.Quoting.CLANG):
        assert response_file.split_text(text, reader) == words
