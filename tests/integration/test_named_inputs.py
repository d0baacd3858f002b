"""Files that options name, and what a processor is: their change is a miss, and what is left is the compiler's."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached

pytestmark = pytest.mark.posix("gnu")

SAMPLES = "f:{0}:{0}\n 0: {0}\n 1: {0}\nhot:{0}:{0}\n 0: {0}\n"
PROFILE_OF_FILES = "[clang]\ndefault:{}\n"
CASES = {
    "ignore_list": ("clang++-19 -fsanitize=address -fsanitize-ignorelist=in", "fun:f\n", "fun:g\n"),
    "coverage_list": (
        "clang++-19 -fsanitize-coverage=trace-pc-guard -fsanitize-coverage-ignorelist=in",
        "fun:_Z1fi\n",
        "fun:g\n",
    ),
    "function_list": ("clang++-19 -fxray-instrument -fxray-attr-list=in", "[always]\nfun:_Z1fi\n", "[never]\nfun:f\n"),
    "profile_list": (
        "clang++-19 -fprofile-instr-generate -fprofile-list=in",
        PROFILE_OF_FILES.format("allow"),
        PROFILE_OF_FILES.format("skip"),
    ),
    "sample_profile": ("clang++-19 -O2 -gmlt -fprofile-sample-use=in", SAMPLES.format(9999), SAMPLES.format(0)),
    "sample_profile_by_its_other_name": (
        "clang++-19 -O2 -gmlt -fauto-profile=in",
        SAMPLES.format(9999),
        SAMPLES.format(0),
    ),
    "ignore_list_of_clang_cl": (
        "clang-cl-19 /Brepro -fsanitize=address -fsanitize-ignorelist=in",
        "fun:*\n",
        "fun:g\n",
    ),
}


def expect(cache: Cache, folder: Path, argv: Sequence[str], outcome: str) -> None:
    before = cache.counts()
    cached = make_cached(cache, argv, folder)
    after = cache.counts()
    assert cached == make_bare(cache, argv, folder)
    names = ("hit", "miss", "uncacheable", "error")
    happened = [name for name, b, a in zip(names, before, after, strict=True) if a > b]
    assert happened == [outcome], cache.log.read_text()


@pytest.fixture
def source(work: Path) -> Path:
    (work / "sub").mkdir()
    (work / "a.cpp").write_text("int f(int* a) {\n  return *a ? 1 : 2;\n}\n")
    return work


@pytest.mark.clang
@pytest.mark.clang_cl
@pytest.mark.parametrize("case", CASES)
def test_change_of_a_named_file_is_miss(cache: Cache, source: Path, case: str) -> None:
    line, first, second = CASES[case]
    argv = [*line.split(), "-c", "a.cpp"]
    for content, outcomes in ((first, "miss hit"), (second, "miss hit"), (first, "hit")):
        (source / "in").write_text(content)
        for outcome in outcomes.split():
            expect(cache, source, argv, outcome)


@pytest.fixture
def profiled(source: Path, cache: Cache) -> Path:
    """A program whose run writes ``sub/a.gcda``."""
    (source / "a.cpp").write_text(
        "[[gnu::noinline]] int f(int a) { int s = 0; for (int i = 0; i < a; i++) s += i & 3 ? 1 : a; return s; }\n"
        "int main(int count, char**) { return f(count * 1000) == 7; }\n"
    )
    for line in ("g++ -O2 -fprofile-generate -c a.cpp -o sub/a.o", "g++ -fprofile-generate sub/a.o -o program"):
        assert cache.run(*line.split(), cwd=source).code == 0
    (source / "sub/a.o").unlink()
    return source


def test_profile_beside_the_object_is_an_input_that_may_be_missing(cache: Cache, profiled: Path) -> None:
    argv = ["g++", "-O2", "-fprofile-use", "-c", "a.cpp", "-o", "sub/a.o"]
    for program, outcomes in (((), "miss hit"), (("./program",), "miss hit"), (("./program", "1", "2"), "miss hit")):
        if program:
            assert cache.run(*program, cwd=profiled).code == 0
        for outcome in outcomes.split():
            expect(cache, profiled, argv, outcome)
    (profiled / "sub/a.gcda").unlink()
    expect(cache, profiled, argv, "hit")


def test_folder_of_profiles_is_uncacheable(cache: Cache, profiled: Path) -> None:
    for option in (["-fprofile-use=sub"], ["-fprofile-dir=sub", "-fprofile-use"]):
        expect(cache, profiled, ["g++", "-O2", *option, "-c", "a.cpp", "-o", "sub/a.o"], "uncacheable")


@pytest.mark.clang
def test_profile_is_found_in_a_folder_or_is_the_name_itself(cache: Cache, source: Path) -> None:
    def write_profile(path: Path, count: int) -> None:
        text = source / "text"
        text.write_text(f"_Z1fPi\n24\n2\n{count}\n1\n")
        assert cache.run("llvm-profdata-19", "merge", text, "-o", path, cwd=source).code == 0

    argv = ["clang++-19", "-O2", "-Wno-profile-instr-out-of-date", "-fprofile-use=sub", "-c", "a.cpp"]
    for count in (1, 99):
        write_profile(source / "sub/default.profdata", count)
        for outcome in ("miss", "hit"):
            expect(cache, source, argv, outcome)
    (source / "sub/default.profdata").rename(source / "kept")
    (source / "sub").rmdir()
    (source / "kept").rename(source / "sub")
    for outcome in ("miss", "hit"):
        expect(cache, source, argv, outcome)
    write_profile(source / "sub", 7)
    expect(cache, source, argv, "miss")


def test_specs_are_an_input(lone_cache: Cache, source: Path) -> None:
    argv = f"g++ -B{source}/nano --specs=nano.specs -c a.cpp".split()
    (source / "nano").mkdir()
    (source / "nano/h.h").write_text("#define H 1\n")
    (source / "a.cpp").write_text("#include <h.h>\nint f() { return H + X; }\n")
    for number in "12":
        (source / "nano/nano.specs").write_text(f"*cpp_unique_options:\n+ -isystem {source}/nano -DX={number}\n\n")
        for outcome in ("miss", "hit"):
            expect(lone_cache, source, argv, outcome)
    (source / "nano/h.h").write_text("#define H 2\n")
    expect(lone_cache, source, argv, "miss")


def test_specs_of_the_working_folder_are_uncacheable(lone_cache: Cache, source: Path) -> None:
    (source / "nano.specs").write_text("*cpp_unique_options:\n+ -DX=1\n\n")
    expect(lone_cache, source, ["g++", "--specs=nano.specs", "-c", "a.cpp"], "uncacheable")


@pytest.mark.clang
@pytest.mark.parametrize(("compiler", "outcomes"), [("gcc", "miss miss"), ("clang-19", "miss hit")])
def test_message_that_quotes_a_file_of_a_line_directive_is_right(
    cache: Cache, source: Path, compiler: str, outcomes: str
) -> None:
    (source / "a.c").write_text('#line 1 "parser.y"\nstatic int unused;\n')
    for text, outcome in zip(("first line\n", "other line\n"), outcomes.split(), strict=True):
        (source / "parser.y").write_text(text)
        expect(cache, source, [compiler, "-Wall", "-c", "a.c"], outcome)
    expect(cache, source, [compiler, "-c", "a.c"], "miss")


@pytest.mark.clang
@pytest.mark.parametrize("compiler", ["gcc", "clang-19"])
def test_header_of_an_assembler_source_is_an_input_and_its_own_includes_are_uncacheable(
    cache: Cache, source: Path, compiler: str
) -> None:
    (source / "b.s").write_text('.incbin "more"\n')
    (source / "more").write_text("a")
    expect(cache, source, [compiler, "-c", "b.s"], "uncacheable")
    argv = [compiler, "-c", "a.S"]
    (source / "a.S").write_text('#include "h.h"\n.globl f\nf: movl $H, %eax\n ret\n')
    for number in "12":
        (source / "h.h").write_text(f"#define H {number}\n")
        for outcome in ("miss", "hit"):
            expect(cache, source, argv, outcome)
    (source / "h.h").write_text('#define H 1\n.include "more.s"\n')
    for name in ("g", "h"):
        (source / "more.s").write_text(f".globl {name}\n{name}: ret\n")
        expect(cache, source, argv, "uncacheable")
