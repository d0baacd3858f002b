"""Precompiled headers: made and used through the cache, and never a compiler's complaint hidden."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache
from support.compare import Made, make_bare, make_cached

pytestmark = pytest.mark.posix("debian")

LONG_AGO = 1_000_000_000


@dataclass(frozen=True)
class Lines:
    """How a compiler makes a precompiled header and how it uses it."""

    create: str
    use: str
    made: str
    holds_times: bool
    is_reproducible: bool = True


GCC = Lines("g++ -x c++-header pch.h -o pch.h.gch", "g++ -include pch.h -c a.cpp -o a.o", "pch.h.gch", False, False)
CLANG = Lines(
    "clang++-19 -x c++-header pch.h -o pch.h.pch",
    "clang++-19 -include-pch pch.h.pch -c a.cpp -o a.o",
    "pch.h.pch",
    True,
)
CLANG_FOUND = Lines(CLANG.create, "clang++-19 -include pch.h -c a.cpp -o a.o", "pch.h.pch", True)
CLANG_TIMELESS = Lines(
    "clang++-19 -Xclang -fno-pch-timestamp -x c++-header pch.h -o pch.h.pch",
    "clang++-19 -Xclang -fno-pch-timestamp -include-pch pch.h.pch -MD -MF a.d -c a.cpp -o a.o",
    "pch.h.pch",
    False,
)
CL = Lines(
    "clang-cl-19 /nologo /c pch.cpp /Ycpch.h /Fpx.pch /Fopch.obj",
    "clang-cl-19 /nologo /c b.cpp /Yupch.h /Fpx.pch /Fob.obj",
    "x.pch",
    True,
)
CL_FORCED = Lines(
    "clang-cl-19 /nologo /c empty.cpp /Ycpch.h /FIpch.h /Fpx.pch /Foempty.obj",
    "clang-cl-19 /nologo /showIncludes /c a.cpp /Yupch.h /FIpch.h /Fpx.pch /Foa.obj",
    "x.pch",
    True,
)
CL_TIMELESS = Lines(
    "clang-cl-19 /nologo /Z7 -Xclang -fno-pch-timestamp /c pch.cpp /Ycpch.h /Fopch.obj",
    "clang-cl-19 /nologo /Z7 -Xclang -fno-pch-timestamp /c b.cpp /Yupch.h /Fob.obj",
    "pch.pch",
    False,
)
_CLANG, _CL = pytest.mark.clang, pytest.mark.clang_cl
ALL = [
    pytest.param(GCC, id="gcc"),
    pytest.param(CLANG, id="clang", marks=_CLANG),
    pytest.param(CLANG_FOUND, id="clang_found", marks=_CLANG),
    pytest.param(CLANG_TIMELESS, id="clang_timeless", marks=_CLANG),
    pytest.param(CL, id="cl", marks=_CL),
    pytest.param(CL_FORCED, id="cl_forced", marks=_CL),
    pytest.param(CL_TIMELESS, id="cl_timeless", marks=_CL),
]
lines_ = pytest.mark.parametrize("lines", ALL)


@pytest.fixture
def project(work: Path) -> Path:
    """A header with another in it, and sources that use it."""
    (work / "deep.h").write_text("#pragma once\ninline int deep() { return 1; }\n")
    (work / "pch.h").write_text('#ifndef PCH\n#define PCH\n#include "deep.h"\n#include <stddef.h>\n#endif\n')
    (work / "pch.cpp").write_text('#include "pch.h"\n')
    (work / "empty.cpp").write_text("")
    (work / "a.cpp").write_text("int f() { return deep(); }\n")
    (work / "b.cpp").write_text('#include "pch.h"\nint f() { return deep(); }\n')
    for path in work.iterdir():
        os.utime(path, (LONG_AGO, LONG_AGO))
    return work


def create(cache: Cache, project: Path, lines: Lines) -> None:
    done = cache.compile(*lines.create.split(), cwd=project)
    assert (done.code, done.stdout, done.stderr) == (0, b"", b"")


def use(cache: Cache, project: Path, lines: Lines) -> Made:
    """The same as the bare compiler gives at this moment."""
    cached = make_cached(cache, lines.use.split(), project)
    bare = make_bare(cache, lines.use.split(), project)
    assert cached == bare
    return cached


@lines_
def test_created_and_used_again_is_two_hits(cache: Cache, project: Path, lines: Lines) -> None:
    create(cache, project, lines)
    first = (project / lines.made).read_bytes()
    assert use(cache, project, lines).done.code == 0
    assert cache.counts() == (0, 2, 0, 0), cache.log.read_text()
    (project / lines.made).unlink()
    create(cache, project, lines)
    assert (project / lines.made).read_bytes() == first
    assert use(cache, project, lines).done.code == 0
    assert cache.counts() == (2, 2, 0, 0), cache.log.read_text()


@lines_
def test_precompiled_header_from_the_cache_is_what_the_compiler_makes(
    cache: Cache, project: Path, lines: Lines
) -> None:
    if not lines.is_reproducible:
        create(cache, project, lines)
        create(cache, project, lines)
        assert cache.counts() == (1, 1, 0, 0)
        return
    bare = make_bare(cache, lines.create.split(), project)
    for _ in range(2):
        assert make_cached(cache, lines.create.split(), project) == bare
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()


@lines_
@pytest.mark.parametrize("name", ["pch.h", "deep.h"])
def test_changed_header_is_miss(cache: Cache, project: Path, lines: Lines, name: str) -> None:
    create(cache, project, lines)
    use(cache, project, lines)
    (project / name).write_text((project / name).read_text() + "#define MORE 1\n")
    create(cache, project, lines)
    assert use(cache, project, lines).done.code == 0
    assert cache.counts() == (0, 4, 0, 0), cache.log.read_text()


@lines_
def test_times_that_changed_matter_only_where_the_compiler_looks_at_them(
    cache: Cache, project: Path, lines: Lines
) -> None:
    # As after a clone into the same folder.
    create(cache, project, lines)
    use(cache, project, lines)
    for path in project.glob("*.h"):
        os.utime(path, (LONG_AGO + 1000, LONG_AGO + 1000))
    (project / lines.made).unlink()
    create(cache, project, lines)
    assert use(cache, project, lines).done.code == 0
    assert cache.counts() == ((0, 4, 0, 0) if lines.holds_times else (2, 2, 0, 0)), cache.log.read_text()


@lines_
def test_complaint_that_it_is_out_of_date_is_not_hidden(cache: Cache, project: Path, lines: Lines) -> None:
    create(cache, project, lines)
    use(cache, project, lines)
    os.utime(project / "deep.h", (LONG_AGO + 1000, LONG_AGO + 1000))
    assert (use(cache, project, lines).done.code != 0) is lines.holds_times


@lines_
def test_source_with_other_times_still_hits(cache: Cache, project: Path, lines: Lines) -> None:
    create(cache, project, lines)
    use(cache, project, lines)
    for name in ("a.cpp", "b.cpp"):
        os.utime(project / name, (LONG_AGO + 1000, LONG_AGO + 1000))
    use(cache, project, lines)
    assert cache.counts() == (1, 2, 0, 0), cache.log.read_text()


@lines_
def test_precompiled_header_of_other_content_is_miss(cache: Cache, project: Path, lines: Lines) -> None:
    create(cache, project, lines)
    use(cache, project, lines)
    options = lines.create.split()
    create(cache, project, Lines(" ".join([options[0], "-DOTHER", *options[1:]]), "", "", False))
    use(cache, project, lines)
    assert cache.counts()[:2] in ((0, 3), (0, 4)), cache.log.read_text()


@lines_
def test_precompiled_header_that_went_is_no_hit(cache: Cache, project: Path, lines: Lines) -> None:
    create(cache, project, lines)
    use(cache, project, lines)
    (project / lines.made).unlink()
    use(cache, project, lines)
    assert cache.counts()[0] == 0, cache.log.read_text()


@lines_
def test_precompiled_header_that_the_cache_did_not_make_is_the_compilers_business(
    cache: Cache, project: Path, lines: Lines
) -> None:
    assert cache.run(*lines.create.split(), cwd=project).code == 0
    use(cache, project, lines)
    assert cache.counts() == (0, 0, 1, 0)
    assert "uncacheable: precompiled_header" in cache.log.read_text()


@lines_
def test_without_direct_mode_it_is_uncacheable(cache: Cache, project: Path, lines: Lines) -> None:
    env = {"CLCACHE_NODIRECT": "1"}
    create(cache, project, lines)
    for line in (lines.create, lines.use):
        assert cache.compile(*line.split(), cwd=project, env=env).code == 0
    assert cache.counts()[:3] == (0, 1, 2), cache.log.read_text()


@pytest.mark.parametrize("line", ["clang-cl-19 /c pch.cpp /Ycpch.h /Yupch.h", "clang-cl-19 /c pch.cpp /Ycpch.h /Y-"])
@pytest.mark.clang_cl
def test_what_contradicts_itself_is_uncacheable(cache: Cache, project: Path, line: str) -> None:
    cache.compile(*line.split(), cwd=project)
    assert cache.counts() == (0, 0, 1, 0)


@pytest.mark.parametrize(
    "compiler",
    [
        "g++",
        pytest.param("clang++-19", marks=pytest.mark.clang),
        pytest.param("clang-cl-19", marks=pytest.mark.clang_cl),
    ],
)
@pytest.mark.parametrize("is_cloned", [False, True])
def test_second_build_of_cmakes_precompiled_headers_is_all_hits(
    cache: Cache, project: Path, compiler: str, *, is_cloned: bool
) -> None:
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(p CXX)\n"
        "add_library(l OBJECT a.cpp b.cpp)\ntarget_precompile_headers(l PRIVATE pch.h)\n"
    )
    launcher = f"-DCMAKE_CXX_COMPILER_LAUNCHER={cache.launcher}"
    flags = "-DCMAKE_CXX_FLAGS=" + ("" if compiler == "g++" else "-Xclang -fno-pch-timestamp")
    system = ["-DCMAKE_SYSTEM_NAME=Windows"] if "cl-" in compiler else []
    for number in range(2):
        shutil.rmtree(project / "build", ignore_errors=True)
        if number and is_cloned:
            for path in project.iterdir():
                os.utime(path, (LONG_AGO + 1000, LONG_AGO + 1000))
        done = cache.run(
            SCRIPTS / "cmake",
            *("-S", ".", "-B", "build", "-G", "Ninja", launcher, flags, *system),
            *(f"-DCMAKE_CXX_COMPILER={compiler}", "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY"),
            cwd=project,
        )
        assert done.code == 0, done.stderr.decode()
        cache.front_end("zero")
        assert cache.run(SCRIPTS / "ninja", "-C", "build", cwd=project).code == 0
        assert cache.counts() == ((3, 0, 0, 0) if number else (0, 3, 0, 0)), cache.log.read_text()


def test_precompiled_header_of_gcc_is_written_into_the_file_that_is_there(cache: Cache, project: Path) -> None:
    made, other = project / "pch.h.gch", project / "other"
    create(cache, project, GCC)
    made.chmod(0o600)
    other.hardlink_to(made)
    create(cache, project, GCC)
    assert cache.counts() == (1, 1, 0, 0)
    assert made.samefile(other)
    assert made.stat().st_mode & 0o777 == 0o600
