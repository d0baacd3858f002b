"""Preprocessor mode: hits by the preprocessed text, alone and behind direct mode."""

import json
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import check_bare_miss_hit, make_bare, make_cached
from support.meddler import meddle

pytestmark = pytest.mark.posix("debian")

ALONE = {"CLCACHE_NODIRECT": "1"}
BEHIND = {"CLCACHE_PREPROCESSOR": "1"}
MODES = pytest.mark.parametrize("mode", [ALONE, BEHIND], ids=["alone", "behind_direct"])
GNU = pytest.mark.parametrize("compiler", ["g++", pytest.param("clang++-19", marks=pytest.mark.clang)])
LINES = [
    "g++ -O2 -MD -MF a.d -c a.cpp -o a.o",
    "g++ -MMD -c a.cpp -o a.o",
    pytest.param("clang++-19 -O2 -MD -MF a.d -c a.cpp -o a.o", marks=pytest.mark.clang),
    pytest.param("clang-cl-19 /nologo /O2 /showIncludes /c a.cpp /Foa.obj", marks=pytest.mark.clang_cl),
    pytest.param("clang-cl-19 /nologo /c a.cpp /Foa.obj", marks=pytest.mark.clang_cl),
    pytest.param("clang-cl-19 /Z7 -clang:-MD -clang:-MFa.d /c a.cpp /Foa.obj", marks=pytest.mark.clang_cl),
]


@pytest.fixture
def project(work: Path) -> Path:
    """A source with a header that it finds in a folder."""
    (work / "inc").mkdir()
    (work / "inc/h.h").write_text("inline int h() { return 1; }\n")
    (work / "a.cpp").write_text('#include "inc/h.h"\nint f() { return h(); }\n')
    return work


@MODES
@pytest.mark.parametrize("line", LINES)
def test_line_is_same_bare_missed_and_hit(cache: Cache, project: Path, line: str, mode: dict[str, str]) -> None:
    check_bare_miss_hit(cache, line.split(), project, mode)


@MODES
@pytest.mark.parametrize("line", LINES[:5])
def test_changed_comment_is_hit(cache: Cache, project: Path, line: str, mode: dict[str, str]) -> None:
    make_cached(cache, line.split(), project, mode)
    (project / "inc/h.h").write_text("inline int h() { return 1; } // one\n")
    for hits in (1, 2):
        assert make_cached(cache, line.split(), project, mode) == make_bare(cache, line.split(), project)
        assert cache.counts() == (hits, 1, 0, 0), cache.log.read_text()


def test_hit_by_the_text_is_a_direct_hit_next_time(cache: Cache, project: Path) -> None:
    line = ["g++", "-c", "a.cpp", "-o", "a.o"]
    make_cached(cache, line, project, BEHIND)
    (project / "a.cpp").write_text('#include "inc/h.h"\nint f() { return h(); } // one\n')
    make_cached(cache, line, project, BEHIND)
    saved = time_saved_s(cache)
    make_cached(cache, line, project)
    assert cache.counts() == (2, 1, 0, 0)
    assert time_saved_s(cache) == pytest.approx(2 * saved)
    assert saved > 0


def time_saved_s(cache: Cache) -> float:
    return float(json.loads(cache.front_end("stats", "--json").stdout)["time_saved_s"])


@MODES
@pytest.mark.parametrize("line", LINES)
def test_changed_header_is_miss(cache: Cache, project: Path, line: str, mode: dict[str, str]) -> None:
    make_cached(cache, line.split(), project, mode)
    (project / "inc/h.h").write_text("inline int h() { return 2; }\n")
    assert make_cached(cache, line.split(), project, mode) == make_bare(cache, line.split(), project)
    assert cache.counts() == (0, 2, 0, 0), cache.log.read_text()


@MODES
@GNU
@pytest.mark.parametrize("options", ["-g", "-fsanitize=undefined", "-Wall -DWARN", "-fstack-usage"])
def test_comment_that_moves_a_column_is_miss_where_columns_show(
    cache: Cache, project: Path, compiler: str, options: str, mode: dict[str, str]
) -> None:
    if compiler.startswith("clang") and options == "-fsanitize=undefined":
        options += " -fno-sanitize-recover=all"
    text = "#ifdef WARN\nstatic int unused() { return 1; }\n#endif\nint g(int a, int b) { return %s a / b; }\n"
    (project / "a.cpp").write_text(text % "/* a */")
    line = [compiler, *options.split(), "-c", "a.cpp", "-o", "a.o"]
    make_cached(cache, line, project, mode)
    (project / "a.cpp").write_text(text % "/* much longer */")
    assert make_cached(cache, line, project, mode) == make_bare(cache, line, project)
    assert cache.counts() == (0, 2, 0, 0), cache.log.read_text()


@GNU
def test_column_that_the_code_asks_for_is_miss(cache: Cache, project: Path, compiler: str) -> None:
    text = "#include <source_location>\nunsigned g() { return %s std::source_location::current().column(); }\n"
    line = [compiler, "-std=c++20", "-c", "a.cpp", "-o", "a.o"]
    (project / "a.cpp").write_text(text % "/* a */")
    make_cached(cache, line, project, ALONE)
    (project / "a.cpp").write_text(text % "/* much longer */")
    assert make_cached(cache, line, project, ALONE) == make_bare(cache, line, project)
    assert cache.counts() == (0, 2, 0, 0)


@GNU
def test_test_through_a_macro_is_cacheable_by_the_text(cache: Cache, project: Path, compiler: str) -> None:
    (project / "a.cpp").write_text('#define NAME "later.h"\n#if __has_include(NAME)\nint later;\n#endif\n')
    line = [compiler, "-c", "a.cpp", "-o", "a.o"]
    check_bare_miss_hit(cache, line, project, ALONE)
    (project / "later.h").write_text("")
    assert make_cached(cache, line, project, ALONE) == make_bare(cache, line, project)
    assert cache.counts() == (1, 2, 0, 0)


@MODES
def test_time_macro_is_uncacheable(cache: Cache, project: Path, mode: dict[str, str]) -> None:
    (project / "a.cpp").write_text("const char* t = __TIME__;\n")
    make_cached(cache, ["g++", "-c", "a.cpp", "-o", "a.o"], project, mode)
    assert cache.counts() == (0, 0, 1, 0)


@GNU
def test_precompiled_header_beside_a_header_is_not_looked_past(cache: Cache, project: Path, compiler: str) -> None:
    assert cache.run(compiler, "-x", "c++-header", "inc/h.h", "-o", "inc/h.h.gch", cwd=project).code == 0
    (project / "a.cpp").write_text("int f() { return h(); }\n")
    line = [compiler, "-include", "inc/h.h", "-c", "a.cpp", "-o", "a.o"]
    make_cached(cache, line, project, ALONE)
    assert cache.counts()[2] == 1


@MODES
def test_error_is_the_compilers_own(cache: Cache, project: Path, mode: dict[str, str]) -> None:
    for text in ("int f( {\n", '#include "none.h"\n'):
        (project / "a.cpp").write_text(text)
        line = ["g++", "-c", "a.cpp", "-o", "a.o"]
        assert make_cached(cache, line, project, mode) == make_bare(cache, line, project)
    assert cache.counts()[:2] == (0, 0)


def test_two_sources_are_looked_up_by_their_texts(cache: Cache, project: Path) -> None:
    (project / "b.cpp").write_text("int b;\n")
    line = ["g++", "-c", "a.cpp", "b.cpp"]
    bare = make_bare(cache, line, project)
    for hits in (0, 2):
        assert make_cached(cache, line, project, ALONE) == bare
        assert cache.counts() == (hits, 2, 0, 0)


@MODES
def test_header_that_changes_between_preprocessor_and_compiler_is_not_stored_under_the_old_text(
    cache: Cache, project: Path, mode: dict[str, str]
) -> None:
    header, other = project / "inc/h.h", "inline int h() { return 2; }"
    text = header.read_text()
    env = {**mode, **meddle(project, after=f"test ! -f on || echo '{other}' >{header}", when="-E")}
    command = ["g++", "-O2", "-c", "a.cpp", "-o", "a.o"]
    (project / "on").touch()
    cache.compile(*command, cwd=project, env=env)
    assert header.read_text() == other + "\n"
    for name in ("on", "a.o"):
        (project / name).unlink()
    header.write_text(text)
    found = make_cached(cache, command, project, env)
    assert found == make_bare(cache, command, project, env)


SILENT_THEN_WARNED = [
    ("g++ -Wall -Wextra", "#define A 1\n#define A 1\n", "#define A 1\n#define A 2\n"),
    ("g++ -Wall", "/* one */\nint f();\n", "/* /* */\nint f();\n"),
    ("g++", "// one\nint f();\n", "// \u202eone\nint f();\n"),
    ("g++ -Wundef", "#define X 0\n#if X\n#endif\n", "#define Y 0\n#if X\n#endif\n"),
    (
        "g++ -Wextra",
        "int f(int a) { switch (a) { case 1: a++; // fall through\n case 2: a++; } return a; }\n",
        "int f(int a) { switch (a) { case 1: a++; // next\n case 2: a++; } return a; }\n",
    ),
    (
        "g++ -Wextra -Wimplicit-fallthrough=1",
        "int f(int a) { switch (a) { case 1: a++; // next\n case 2: a++; } return a; }\n",
        "int f(int a) { switch (a) { case 1: a++;\n case 2: a++; } return a; }\n",
    ),
    (
        "g++ -Wtautological-compare",
        "#define S(a) a\nint f(int a) { return S(a == a); }\n",
        "\nint f(int a) { return a == a; }\n",
    ),
    ("clang++-19 -Wall", "// one\nint f();\n", "// one \\\nint f();\n"),
    ("clang++-19 -Wunused-macros", "#define X\n#ifdef X\n#endif\n", "#define X\n#ifdef Y\n#endif\n"),
    ("clang++-19 -Wdocumentation", "/// \\param a one\nint f(int a);\n", "/// \\param b one\nint f(int a);\n"),
    ("clang-cl-19 /nologo -Wall", "/// <b>one</b>\nint f(int a);\n", "/// <b>one\nint f(int a);\n"),
]


@pytest.mark.clang
@pytest.mark.clang_cl
@pytest.mark.parametrize(("command", "silent", "warned"), SILENT_THEN_WARNED)
def test_warning_that_the_text_does_not_show_is_not_lost(
    cache: Cache, work: Path, command: str, silent: str, warned: str
) -> None:
    line = [*command.split(), *("/c a.cpp /Foa.obj" if "-cl-" in command else "-c a.cpp -o a.o").split()]
    (work / "a.cpp").write_text(silent)
    make_cached(cache, line, work, ALONE)
    (work / "a.cpp").write_text(warned)
    bare = make_bare(cache, line, work)
    assert make_cached(cache, line, work, ALONE) == bare
    assert b"warning" in bare.done.stderr
    assert cache.counts()[0] == 0, cache.log.read_text()
