"""Response files are read as the compilers at hand read them: random text, and what ``-###`` shows of it."""

import codecs
import itertools
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clcache_launcher.compilers.command_line import write_response_file
from clcache_launcher.compilers.response_file import Expanded, Quoting, expand_response_files
from support.cache import Cache
from support.compare import check_bare_miss_hit, make_bare, make_cached

pytestmark = pytest.mark.posix("gnu")

# Both drivers quote what they show with backslashes before these.
_SHOWN = re.compile(r' (?:"((?:[^"\\$]|\\.)*)"|([^ "\n]+))', re.DOTALL)
_COMMAND = re.compile(r'(?<=\n) (?:/\S+/cc1 |"/\S+" "-cc1")')
_JUNK = ("a", "b", " ", "  ", "\t", "\n", "\r\n", "\v", "\\", "\\\\", '"', "'", '""', "''", '\\"', "\\'", "$", "`", "ä")
READERS = {
    "gcc": (("gcc",), Quoting.GCC),
    "clang": (("clang-19",), Quoting.CLANG),
    "clang_windows": (("clang-19", "--rsp-quoting=windows"), Quoting.CLANG),
    "clang_cl": (("clang-cl-19",), Quoting.CLANG_CL),
    "clang_cl_posix": (("clang-cl-19", "--rsp-quoting=posix"), Quoting.CLANG_CL),
}
readers = pytest.mark.parametrize(("compiler", "quoting"), READERS.values(), ids=READERS.keys())


def _texts(seed: int, count: int) -> Iterator[str]:
    """Definitions with random white space, quotes and backslashes in and between them."""
    chance = random.Random(seed)
    for _ in range(count):
        pieces = [f"-D{'' if chance.random() < 0.1 else 'X'}" + _junk(chance) for _ in range(chance.randint(1, 4))]
        yield _junk(chance).replace("a", " ").replace("b", " ") + chance.choice([" ", "\n"]).join(pieces)


def _junk(chance: random.Random) -> str:
    return "".join(chance.choice(_JUNK) for _ in range(chance.randint(0, 8)))


def _shown_definitions(shown: str) -> list[str]:
    start = _COMMAND.search(shown)
    assert start, shown
    line = shown[start.start() : shown.find("COLLECT_GCC_OPTIONS=", start.end()) % (len(shown) + 1)]
    words = [re.sub(r'\\(["\\$])', r"\1", quoted) or plain for quoted, plain in _SHOWN.findall(line)]
    return [value for word, value in itertools.pairwise(words) if word == "-D"]


def _definitions(arguments: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "-D":
            found.append(next(words))
        elif word.startswith("-D"):
            found.append(word[2:])
    return found


def _check(cache: Cache, work: Path, compiler: tuple[str, ...], quoting: Quoting, content: bytes) -> bool:
    """Compare what a compiler makes of a response file with what we make of it; whether it was certain."""
    (work / "r.rsp").write_bytes(content)
    (work / "a.c").touch()
    expanded = expand_response_files([*compiler[1:], "@r.rsp"], {"r.rsp": content}.get, quoting)
    if not isinstance(expanded, Expanded) or expanded.arguments[-1:] == ("-D",):
        return False
    done = cache.run(*compiler, "-###", "-c", "a.c", "@r.rsp", cwd=work)
    shown = done.stderr.decode("utf-8", "surrogateescape")
    if any(end and expanded.arguments[end - 1] == "-D" for end in expanded.line_ends):
        assert "argument to '-D' is missing" in shown
        return True
    assert _shown_definitions(shown) == _definitions(expanded.arguments), (content, shown)
    return True


@pytest.mark.clang
@pytest.mark.clang_cl
@readers
def test_random_text_is_read_as_the_compiler_reads_it(
    cache: Cache, work: Path, compiler: tuple[str, ...], quoting: Quoting
) -> None:
    certain = [_check(cache, work, compiler, quoting, text.encode()) for text in _texts(1, 40)]
    assert sum(certain) > 25


_ENCODED = {
    "utf8": "-DX=ä".encode(),
    "utf8_bom": codecs.BOM_UTF8 + "-DX=ä -DY".encode(),
    "not_utf8": b"-DX=\xe4 -DY",
    "utf16le": codecs.BOM_UTF16_LE + '"-DX=ä \N{GRINNING FACE}"\r\n-DY'.encode("utf-16-le"),
    "utf16be": codecs.BOM_UTF16_BE + '"-DX=ä \N{GRINNING FACE}"\r\n-DY'.encode("utf-16-be"),
    "empty": b"",
    "blank": b" \r\n\t",
    "large": b"-DX -DY\n" * 10_000,
}


@pytest.mark.clang
@pytest.mark.clang_cl
@pytest.mark.parametrize("content", _ENCODED.values(), ids=_ENCODED.keys())
@readers
def test_encodings_are_read_as_the_compiler_reads_them(
    cache: Cache, work: Path, compiler: tuple[str, ...], quoting: Quoting, content: bytes
) -> None:
    certain = _check(cache, work, compiler, quoting, content)
    # libiberty knows no UTF-16: the text ends at the first NUL.
    assert certain or (quoting is Quoting.GCC and b"\0" in content)


COMPILERS = [
    pytest.param("g++", id="gcc"),
    pytest.param("clang++-19", id="clang", marks=pytest.mark.clang),
    pytest.param("clang-cl-19", id="clang_cl", marks=pytest.mark.clang_cl),
]
compilers = pytest.mark.parametrize("compiler", COMPILERS)


@pytest.fixture
def source(work: Path) -> Path:
    """A source whose object shows a definition."""
    (work / "a.cpp").write_text(
        "#define T(x) #x\n#define S(x) T(x)\nextern const char text[];\nconst char text[] = S(X);\n"
    )
    return work


def _hits(cache: Cache, before: tuple[int, int, int, int]) -> tuple[int, ...]:
    return tuple(b - a for a, b in zip(before, cache.counts(), strict=True))


@compilers
@pytest.mark.parametrize(
    "content",
    [
        b'"-DX=a b" -c a.cpp',
        b"-DX='a' -c\r\na.cpp\r\n",
        "-DX=ä -c a.cpp".encode(),
        rb"-DX=\"a\\b\" -c a.cpp",
        b'-c a.cpp "-DX=open',
        b"-c @nested.rsp",
    ],
)
def test_compilation_by_response_file_is_same_bare_missed_and_hit(
    cache: Cache, source: Path, compiler: str, content: bytes
) -> None:
    (source / "r.rsp").write_bytes(content)
    (source / "nested.rsp").write_bytes(b"a.cpp -DX=nested")
    check_bare_miss_hit(cache, [compiler, "@r.rsp"], source)


@compilers
@pytest.mark.parametrize("name", ["r.rsp", "nested.rsp"])
def test_changed_response_file_is_a_miss_and_the_former_one_hits_again(
    cache: Cache, source: Path, compiler: str, name: str
) -> None:
    (source / "r.rsp").write_text("@nested.rsp -c a.cpp")
    (source / "nested.rsp").write_text("-DX=1")
    first = make_cached(cache, [compiler, "@r.rsp"], source)
    former = (source / name).read_text()
    (source / name).write_text(former + " -UX -DX=2")
    before = cache.counts()
    assert make_cached(cache, [compiler, "@r.rsp"], source) == make_bare(cache, [compiler, "@r.rsp"], source)
    assert _hits(cache, before) == (0, 1, 0, 0)
    (source / name).write_text(former)
    assert make_cached(cache, [compiler, "@r.rsp"], source) == first
    assert _hits(cache, before) == (1, 1, 0, 0)


@compilers
def test_other_white_space_in_a_response_file_hits(cache: Cache, source: Path, compiler: str) -> None:
    (source / "r.rsp").write_text("-DX=1 -c a.cpp")
    first = make_cached(cache, [compiler, "@r.rsp"], source)
    (source / "r.rsp").write_text("  -DX=1\r\n-c\ta.cpp\n")
    assert make_cached(cache, [compiler, "@r.rsp"], source) == first
    (source / "s.rsp").write_text("a.cpp")
    assert make_cached(cache, [compiler, "-DX=1", "-c", "@s.rsp"], source) == first
    assert cache.counts()[:2] == (2, 1)


@pytest.mark.clang_cl
@pytest.mark.parametrize("content", [b"/D\nX=1", b"/DX=1 /I\r\n."])
def test_value_on_the_next_line_is_an_error_of_clang_cl_and_never_a_hit(
    cache: Cache, source: Path, content: bytes
) -> None:
    (source / "r.rsp").write_bytes(content.replace(b"\r", b"").replace(b"\n", b" "))
    check_bare_miss_hit(cache, ["clang-cl-19", "/c", "a.cpp", "@r.rsp"], source)
    (source / "r.rsp").write_bytes(content)
    command = ["clang-cl-19", "/c", "a.cpp", "@r.rsp"]
    bare = make_bare(cache, command, source)
    assert bare.done.code == 1
    assert make_cached(cache, command, source) == bare


@compilers
@pytest.mark.parametrize("argument", ["@none", "@", "@folder", "@itself", "@/dev/null", "a@b"])
def test_what_is_no_response_file_is_left_to_the_compiler(
    cache: Cache, source: Path, compiler: str, argument: str
) -> None:
    (source / "folder").mkdir()
    (source / "itself").write_text("@itself")
    command = [compiler, "-DX=1", "-c", "a.cpp", argument]
    bare = make_bare(cache, command, source)
    assert make_cached(cache, command, source) == bare
    assert make_cached(cache, command, source) == bare
    assert cache.counts()[0] == 0


@pytest.mark.clang_cl
@pytest.mark.parametrize(
    "value", ["'/DX=a'", '"/DX=a b', '/DX="""a"', "/DX#1", "/D X#1", "@r.rsp", "--rsp-quoting=posix"]
)
@pytest.mark.parametrize("name", ["CL", "_CL_"])
def test_variable_is_read_as_clang_cl_reads_it(cache: Cache, source: Path, name: str, value: str) -> None:
    (source / "r.rsp").write_text("/DX=r 'a b'")
    for command in (["clang-cl-19", "/c", "a.cpp"], ["clang-cl-19", "/c", "a.cpp", "@r.rsp"]):
        bare = make_bare(cache, command, source, {name: value})
        for _ in range(2):
            assert make_cached(cache, command, source, {name: value}) == bare


@pytest.mark.clang
@pytest.mark.clang_cl
@pytest.mark.parametrize(
    "command", [["clang++-19", "-MMD", "-c"], ["clang-cl-19", "/Z7", "/c"]], ids=["clang", "clang_cl"]
)
@pytest.mark.parametrize("size", [5_000, 200_000])
def test_second_run_of_a_command_line_too_long_for_the_system_is_given_a_file(
    cache: Cache, source: Path, command: list[str], size: int
) -> None:
    words = [f'"-DN{number}=\\"{"x" * size} a\\\\b\\""' for number in range(3_000_000 // size)]
    (source / "r.rsp").write_text(" ".join(words))
    check_bare_miss_hit(cache, [*command, "-DX=1", "a.cpp", "@r.rsp"], source)
    assert not list((cache.folder / "scratch").iterdir())


@pytest.mark.clang
@pytest.mark.clang_cl
@readers
def test_what_we_write_is_read_by_the_compiler(
    cache: Cache, work: Path, compiler: tuple[str, ...], quoting: Quoting
) -> None:
    if compiler[1:]:
        own = {"windows": Quoting.CLANG_WINDOWS, "posix": Quoting.CLANG_CL_POSIX}[compiler[1].rpartition("=")[2]]
    else:
        own = quoting
    chance = random.Random(2)
    for _ in range(15):
        tokens = [f"-DX{_junk(chance)}" for _ in range(5)]
        content = write_response_file(tokens, own)
        assert content is not None
        (work / "r.rsp").write_bytes(content)
        (work / "a.c").touch()
        done = cache.run(*compiler, "-###", "-c", "a.c", "@r.rsp", cwd=work)
        assert _shown_definitions(done.stderr.decode()) == [token[2:] for token in tokens]
