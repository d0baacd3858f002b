"""Several sources on one command line: each is looked up by itself."""

from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached

pytestmark = pytest.mark.posix("debian")

COMPILERS = [
    "g++ -c a.cpp b.cpp",
    pytest.param("clang++-19 -c a.cpp b.cpp", marks=pytest.mark.clang),
    pytest.param("clang-cl-19 /nologo /MP /c a.cpp b.cpp /Foout/", marks=pytest.mark.clang_cl),
    pytest.param("clang-cl-19 /c /showIncludes a.cpp /Tpb.cpp", marks=pytest.mark.clang_cl),
    pytest.param("clang-cl-19 /c /Z7 @sources.rsp", marks=pytest.mark.clang_cl),
]


@pytest.fixture
def project(work: Path) -> Path:
    """Two sources with a header each and a common one."""
    (work / "out").mkdir()
    (work / "common.h").write_text("#pragma once\n")
    for name in "ab":
        (work / f"{name}.h").write_text('#include "common.h"\n')
        (work / f"{name}.cpp").write_text(f'#include "{name}.h"\nint {name}() {{ return 1; }}\n')
    (work / "sources.rsp").write_text("a.cpp\nb.cpp\n")
    return work


@pytest.mark.parametrize("line", COMPILERS)
def test_two_sources_are_two_misses_and_then_two_hits(cache: Cache, project: Path, line: str) -> None:
    bare = make_bare(cache, line.split(), project)
    assert make_cached(cache, line.split(), project) == bare
    assert cache.counts() == (0, 2, 0, 0), cache.log.read_text()
    assert make_cached(cache, line.split(), project) == bare
    assert cache.counts() == (2, 2, 0, 0), cache.log.read_text()


@pytest.mark.parametrize("line", COMPILERS)
def test_only_the_source_that_changed_is_compiled(cache: Cache, project: Path, line: str) -> None:
    make_cached(cache, line.split(), project)
    (project / "b.h").write_text('#include "common.h"\n#define CHANGED\n')
    assert make_cached(cache, line.split(), project) == make_bare(cache, line.split(), project)
    assert cache.counts() == (1, 3, 0, 0), cache.log.read_text()


def test_object_of_a_line_with_several_sources_is_hit_by_a_line_with_one(cache: Cache, project: Path) -> None:
    make_cached(cache, ["g++", "-c", "a.cpp", "b.cpp"], project)
    make_cached(cache, ["g++", "-c", "a.cpp"], project)
    assert cache.counts() == (1, 2, 0, 0)


@pytest.mark.parametrize("compiler", ["g++", pytest.param("clang++-19", marks=pytest.mark.clang)])
def test_depfiles_and_warnings_are_those_of_each_source(cache: Cache, project: Path, compiler: str) -> None:
    for name in "ab":
        (project / f"{name}.cpp").write_text(f'#include "{name}.h"\nstatic int unused_{name}() {{ return 1; }}\n')
    line = [compiler, "-Wall", "-MD", "-c", "a.cpp", "b.cpp"]
    bare = make_bare(cache, line, project)
    assert bare.done.stderr.count(b"unused") >= 2
    assert make_cached(cache, line, project) == bare
    assert make_cached(cache, line, project) == bare
    assert cache.counts() == (2, 2, 0, 0)


@pytest.mark.parametrize("line", COMPILERS[:3])
def test_error_in_one_of_them_is_the_compilers_own(cache: Cache, project: Path, line: str) -> None:
    (project / "a.cpp").write_text("int a( {\n")
    bare = make_bare(cache, line.split(), project)
    assert bare.done.code != 0
    assert make_cached(cache, line.split(), project).done == bare.done
    assert cache.stats()["misses"] == 0


@pytest.mark.clang_cl
def test_five_sources(cache: Cache, work: Path) -> None:
    names = [f"s{number}.c" for number in range(5)]
    for name in names:
        (work / name).write_text(f"int {name[:2]};\n")
    for hits in (0, 5):
        make_cached(cache, ["clang-cl-19", "/MP2", "/c", *names], work)
        assert cache.counts() == (hits, 5, 0, 0)


def test_one_object_for_two_sources_is_uncacheable(cache: Cache, project: Path) -> None:
    done = cache.compile("g++", "-c", "a.cpp", "b.cpp", "-o", "x.o", cwd=project)
    assert done.code != 0
    assert cache.stats()["uncacheable"] == 1


@pytest.mark.clang
@pytest.mark.parametrize(
    ("line", "hits"),
    [
        ("g++ -Wstrict-prototypes -c a.cpp b.cpp", 2),
        ("g++ -c -x c a.cpp -x c++ b.cpp", 2),
        ("g++ -c -x c a.cpp -x none b.cpp -x c++", 2),
        ("clang++-19 -c a.cpp -x c b.cpp", 2),
        ("clang++-19 -g -grecord-command-line -c a.cpp b.cpp", 0),
    ],
)
def test_what_is_said_of_the_whole_line_is_same_bare_missed_and_hit(
    cache: Cache, project: Path, line: str, hits: int
) -> None:
    bare = make_bare(cache, line.split(), project)
    for _ in range(2):
        assert make_cached(cache, line.split(), project) == bare
    assert cache.counts()[0] == hits, cache.log.read_text()
