"""Precompiled headers of clang hold no times of headers, so that a fresh clone hits."""

import os
import shutil
from pathlib import Path

import pytest

from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts
from support.project import HEAD, write_project

pytestmark = pytest.mark.posix("gnu")

SWITCH = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}
PACKAGE = "find_package(ClcacheLauncher)"
PROJECT = "project(p LANGUAGES C CXX)"
TARGET = "add_library(a OBJECT a.c b.cpp c.cpp)\ntarget_precompile_headers(a PRIVATE pch.h)"
HEADER = '#pragma once\n#include "deep.h"\nstruct s { int (*f)(void); };\n'
FILES = {
    "pch.h": HEADER,
    "deep.h": "static inline int deep(void) { return 1; }\n",
    "a.c": "struct s a = {deep};\n",
    "b.cpp": "s b = {deep};\n",
    "c.cpp": "s c = {deep};\n",
}
TIMELESS = "-fno-pch-timestamp"
COMPILERS = {
    "gcc": ["-DCMAKE_C_COMPILER=gcc", "-DCMAKE_CXX_COMPILER=g++"],
    "clang": ["-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19"],
    "clang-cl": [
        "-DCMAKE_C_COMPILER=clang-cl-19",
        "-DCMAKE_CXX_COMPILER=clang-cl-19",
        "-DCMAKE_SYSTEM_NAME=Windows",
        "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY",
    ],
}
MARKS = {"clang": [pytest.mark.clang], "clang-cl": [pytest.mark.clang_cl]}
clangs = pytest.mark.parametrize("compiler", [pytest.param(name, marks=marks) for name, marks in MARKS.items()])
LONG_AGO = 1_000_000_000


def set_times(source: Path, time: int) -> None:
    for path in source.iterdir():
        os.utime(path, (time, time))


def objects(build: Path) -> dict[str, bytes]:
    """What is made of the sources, without the objects that hold nothing but a precompiled header's name."""
    paths = (build / "CMakeFiles/a.dir").iterdir()
    return {path.name: path.read_bytes() for path in paths if path.suffix in {".o", ".obj"} and "pch" not in path.name}


@pytest.mark.parametrize("compiler", [pytest.param(name, marks=MARKS.get(name, [])) for name in COMPILERS])
@pytest.mark.parametrize("lines", [(PROJECT, PACKAGE), (PACKAGE, PROJECT)], ids=["after_project", "before_project"])
def test_build_after_a_clone_is_all_hits(cmake: CMake, tmp_path: Path, compiler: str, lines: tuple[str, ...]) -> None:
    source, build = write_project(tmp_path / "s", HEAD, *lines, TARGET, files=FILES), tmp_path / "b"
    made = []
    for time in (LONG_AGO, LONG_AGO + 1000):
        set_times(source, time)
        shutil.rmtree(build, ignore_errors=True)
        cmake.configured(source, build, *COMPILERS[compiler], env=SWITCH)
        cmake.cache.front_end("zero")
        cmake.build(build)
        made.append(objects(build))
    assert cmake.cache.counts() == (5, 0, 0, 0), cmake.cache.log.read_text()
    assert made[0] == made[1]
    assert set(made[0]) == {f"{name}.o{'bj' if compiler == 'clang-cl' else ''}" for name in ("a.c", "b.cpp", "c.cpp")}


@clangs
def test_objects_are_those_of_a_header_with_times(cmake: CMake, tmp_path: Path, compiler: str) -> None:
    source, build = write_project(tmp_path / "s", HEAD, PROJECT, PACKAGE, TARGET, files=FILES), tmp_path / "b"
    made, flags = [], "-DCMAKE_CXX_FLAGS=" + ("-mno-incremental-linker-compatible" if compiler == "clang-cl" else "")
    for keep in ("ON", "OFF"):
        shutil.rmtree(build, ignore_errors=True)
        arguments = [*COMPILERS[compiler], flags, flags.replace("CXX", "C"), f"-DCLCACHE_PCH_TIMESTAMPS={keep}"]
        cmake.configured(source, build, *arguments, env=SWITCH)
        cmake.build(build, env={"CLCACHE_DISABLE": "1"})
        commands = cmake.tool(build, "commands").splitlines()
        assert [TIMELESS in line for line in commands if " -c " in line].count(True) == (2 if keep == "OFF" else 0)
        made.append(objects(build))
    assert made[0] == made[1]


@clangs
def test_changed_header_is_compiled_again(cmake: CMake, tmp_path: Path, compiler: str) -> None:
    source, build = write_project(tmp_path / "s", HEAD, PROJECT, PACKAGE, TARGET, files=FILES), tmp_path / "b"
    cmake.configured(source, build, *COMPILERS[compiler], env=SWITCH)
    cmake.build(build)
    before = objects(build)
    deep = source / "deep.h"
    deep.write_text(deep.read_text().replace("1", "2"))
    # Ninja compares times of files, and the file may be as old as what was built by the file system's clock.
    later_ns = max(path.stat().st_mtime_ns for path in (build / "CMakeFiles/a.dir").iterdir()) + 1_000_000
    os.utime(deep, ns=(later_ns, later_ns))
    cmake.build(build)
    assert cmake.cache.counts() == (0, 10, 0, 0), cmake.cache.log.read_text()
    assert all(before[name] != content for name, content in objects(build).items())


@pytest.mark.clang
def test_option_of_the_projects_own_is_not_doubled(cmake: CMake, tmp_path: Path) -> None:
    own = f"list(APPEND CMAKE_CXX_COMPILE_OPTIONS_CREATE_PCH -Xclang {TIMELESS})"
    lines = [HEAD, PROJECT, own, PACKAGE, PACKAGE, TARGET]
    source = write_project(tmp_path / "s", *lines, files=FILES)
    cmake.configured(source, tmp_path / "b", *COMPILERS["clang"], env=SWITCH)
    (create,) = (line for line in cmake.tool(tmp_path / "b", "commands").splitlines() if "x c++-header" in line)
    assert create.count(TIMELESS) == 1
