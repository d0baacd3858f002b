"""Files that compilers take without listing them, and names that only a preprocessor knows."""

import shutil
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached
from support.tree import Tree, compilers, expect_twice

pytestmark = pytest.mark.posix("gnu")


@pytest.fixture
def tree(cache: Cache, work: Path, command: list[str]) -> Tree:
    return Tree(cache, work, command)


_INCLUDES = {
    "plain": '#include "sub/p.h"\n',
    "by a macro": '#define NAME "sub/p.h"\n#include NAME\n',
    "by tokens": "#define S(x) #x\n#define NAME(x) S(x)\n#define P sub/p.h\n#include NAME(P)\n",
    "by a macro in the search folder": "#define NAME <p.h>\n#include NAME\n",
}


@pytest.mark.parametrize("include", _INCLUDES.values(), ids=_INCLUDES.keys())
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_precompiled_header_that_gcc_takes_silently_is_not_hidden(
    cache: Cache, work: Path, include: str, kind: str
) -> None:
    (work / "sub").mkdir()
    (work / "sub/p.h").write_text("#define P 1\n")
    (work / "a.cpp").write_text(f"{include}int p = P;\n")
    command = ["g++", *(["-Isub"] if "<p.h>" in include else []), "-c", "a.cpp", "-o", "a.o"]

    def precompile(value: int) -> None:
        made = work / "sub/p.h.gch"
        shutil.rmtree(made) if made.is_dir() else made.unlink(missing_ok=True)
        done = cache.run("g++", f"-DP={value}", "-x", "c++-header", "sub/p.h", "-o", "any", cwd=work)
        assert done.code == 0
        if kind == "folder":
            made.mkdir()
        (work / "any").rename(made / "any" if kind == "folder" else made)

    def check() -> None:
        assert make_cached(cache, command, work) == make_bare(cache, command, work)

    check()
    for value in (2, 3):
        precompile(value)
        check()
    cache.front_end("clear")
    # One that is there when the source is first compiled is not listed.
    for value in (4, 5):
        precompile(value)
        check()
    assert cache.counts()[0] == 0


@pytest.mark.clang_cl
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_precompiled_header_that_clang_cl_takes_for_a_forced_one_is_not_hidden(
    cache: Cache, work: Path, kind: str
) -> None:
    (work / "p.h").write_text("#define P 1\n")
    (work / "a.cpp").write_text("int p = P;\n")
    command = ["clang-cl-19", "/FIp.h", "/c", "a.cpp", "/Foa.obj"]
    assert make_cached(cache, command, work) == make_bare(cache, command, work)
    made = cache.run("clang-cl-19", "/DP=2", "/Yc", "/Fpany.pch", "/FIp.h", "/c", "p.h", "/TP", cwd=work)
    assert (work / "any.pch").exists(), made
    if kind == "folder":
        (work / "p.h.pch").mkdir()
    (work / "any.pch").rename(work / ("p.h.pch/any" if kind == "folder" else "p.h.pch"))
    assert make_cached(cache, command, work) == make_bare(cache, command, work)
    assert cache.counts()[0] == 0


@compilers
@pytest.mark.parametrize(
    "source",
    [
        "#define I(x) __has_include(<x>)\n#if I(maybe.h)\nint m;\n#endif\n",
        "#define I(x) __has_include(<x.h>)\n#if I(maybe)\nint m;\n#endif\n",
        "#define P(x) __has_##x\n#if P(include)(<maybe.h>)\nint m;\n#endif\n",
        "#define P(x) __has%:%:x\n#if P(_include)(<maybe.h>)\nint m;\n#endif\n",
        "#define M maybe\n#define I __has_include(<M.h>)\n#if I\nint m;\n#endif\n",
        "#define I __has_include(<maybe.h>)\n#define maybe no\n#if I\nint m;\n#endif\n",
        "#define P(x) _##x\nconst char *t = P(_TIME__);\n",
        "#define P(x) _%:%:x\nconst char *t = P(_DATE__);\n",
        "#define P(x) _##x\nconst char *t = P(_TIMESTAMP__);\n",
    ],
)
def test_name_that_macros_put_together_is_uncacheable(tree: Tree, source: str) -> None:
    tree.write("a.cpp", source)
    for there in (False, True):
        if there:
            tree.write("first/maybe.h", "")
        before = tree.cache.counts()
        assert tree.cache.compile(*tree.command, cwd=tree.folder).code == 0
        after = tree.cache.counts()
        assert (after[:2], after[2]) == (before[:2], before[2] + 1), tree.cache.log.read_text()


def test_word_of_a_test_in_a_macro_that_another_file_or_the_command_line_defines_is_uncacheable(
    cache: Cache, work: Path
) -> None:
    (work / "x.h").write_text("#define/**/ maybe \\\n perhaps\n")
    test = "#define I __has_include(<maybe.h>)\n#if I\nint m;\n#endif\n"
    (work / "a.c").write_text(f'#include "x.h"\n{test}')
    (work / "b.c").write_text(test)
    for words in (["a.c"], ["b.c", "-Dmaybe=perhaps"]):
        assert cache.compile("gcc", "-I.", "-c", *words, cwd=work).code == 0
    assert cache.counts() == (0, 0, 2, 0)
    assert cache.compile("gcc", "-I.", "-c", "b.c", cwd=work).code == 0
    assert cache.counts() == (0, 1, 2, 0)


def test_name_passed_on_that_the_command_line_defines_is_uncacheable(cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("#define HAS(x) __has_include(x)\n#if HAS(<maybe.h>)\nint m;\n#endif\n")
    assert cache.compile("gcc", "-Dmaybe=perhaps", "-I.", "-c", "a.c", cwd=work).code == 0
    assert cache.counts() == (0, 0, 1, 0)
    assert cache.compile("gcc", "-Dother=perhaps", "-I.", "-c", "a.c", cwd=work).code == 0
    assert cache.counts() == (0, 1, 1, 0)


@pytest.mark.parametrize(
    "source",
    [
        '#define A(x) __asm__(x)\nA(".incb" "in \\"data\\"");\n',
        '#define S(x) #x\n#define X(x) S(x)\n#define C(x, y) x##y\n__asm__(X(.C(inc, bin) "data"));\n',
        '#include "part.h"\n__asm__(".inc" PART "\\"data\\"");\n',
        '__asm__(".macro m a b\\n\\\\a\\\\b \\"data\\"\\n.endm\\nm .inc bin");\n',
        '__asm__(".irp d,in\\n.\\\\d\\\\()cbin \\"data\\"\\n.endr");\n',
    ],
)
def test_assembler_text_that_is_put_together_is_uncacheable(cache: Cache, work: Path, source: str) -> None:
    (work / "data").write_text("one")
    (work / "part.h").write_text('#define PART "bin "\n')
    (work / "a.c").write_text(source)
    command = ["gcc", "-c", "a.c", "-o", "a.o"]
    for text in ("one", "two"):
        (work / "data").write_text(text)
        made = make_cached(cache, command, work)
        assert made == make_bare(cache, command, work)
        assert made.done.code == 0, made.done.stderr
    assert cache.counts() == (0, 0, 2, 0)


_PLAIN_ASSEMBLER = """#include <stdio.h>
#include <string.h>
static inline int f(int x) {
  int y;
  __asm__ volatile("mov %1, %0\\n\\t" /* text */ "add $1, %0" : "=r"(y) : "r"(x) : "cc");
  asm("" ::: "memory");
  return y;
}
int named(void) __asm__("other");
const char *names[] = {"bin", "include", ".inc", "A sentence."};
int g(int x) { printf("%d.%d", x, x); return f(x) + named(); }
"""


@pytest.mark.parametrize("compiler", ["gcc", pytest.param("clang-19", marks=pytest.mark.clang)])
def test_plain_assembler_is_cached(cache: Cache, work: Path, compiler: str) -> None:
    (work / "a.c").write_text(_PLAIN_ASSEMBLER)
    command = [compiler, "-c", "a.c", "-o", "a.o"]
    for _ in range(2):
        assert make_cached(cache, command, work) == make_bare(cache, command, work)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()


_MISSING = {
    "gcc": ["gcc", "-Wmissing-include-dirs", "-Inone", "-c", "a.c", "-o", "a.o"],
    "clang": ["clang-19", "-Wmissing-include-dirs", "-Inone", "-c", "a.c", "-o", "a.o"],
    "clang everything": ["clang-19", "-Weverything", "-Inone", "-c", "a.c", "-o", "a.o"],
    "clang-cl": ["clang-cl-19", "/Wall", "/Inone", "/c", "a.c", "/Foa.obj"],
}


@pytest.mark.clang
@pytest.mark.clang_cl
@pytest.mark.parametrize("command", _MISSING.values(), ids=_MISSING.keys())
def test_warning_of_a_missing_include_folder_is_not_overlooked(cache: Cache, work: Path, command: list[str]) -> None:
    (work / "a.c").write_text("typedef int a;\n")
    for name in (None, "none"):
        if name:
            (work / name).mkdir()
        for _ in range(2):
            assert make_cached(cache, command, work) == make_bare(cache, command, work)
    assert cache.counts() == (2, 2, 0, 0)


@compilers
def test_file_that_a_line_directive_names_is_not_overlooked(tree: Tree) -> None:
    tree.write("p.y", "first text\nsecond text\n")
    tree.write("a.cpp", '#line 2 "p.y"\nint f(void) { int unused; return 1; }\n')
    tree.command.append("-Wall")
    expect_twice(tree, "miss")
    tree.write("p.y", "first text\nother text\n")
    reads = tree.command[0] == "g++"
    tree.expect("miss" if reads else "hit")
    (tree.folder / "p.y").unlink()
    tree.expect("miss" if reads else "hit")
    tree.expect("hit")


@pytest.mark.clang
def test_region_that_clang_names_by_the_number_of_the_file_is_uncacheable(cache: Cache, work: Path) -> None:
    (work / "a.cpp").write_text("int f(int n) {\n#pragma omp target map(tofrom : n)\n  n += 1;\n  return n;\n}\n")
    line = ["clang++-19", "-fopenmp", "-c", "a.cpp", "-o", "a.o"]
    for _ in range(2):
        assert make_cached(cache, line, work) == make_bare(cache, line, work)
    assert cache.told("reasons") == {"offloading": 2}
    (work / "a.cpp").write_text("int f(int n) {\n#pragma omp parallel\n  n += 1;\n  return n;\n}\n")
    for _ in range(2):
        assert make_cached(cache, line, work) == make_bare(cache, line, work)
    assert cache.counts() == (1, 1, 2, 0)
