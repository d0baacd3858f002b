"""``clcache doctor BUILD`` tells what a build will not cache."""

import json
import os
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache, Done
from support.cmake import CMake, find_cmake, path_without_scripts, said
from support.msvc import write_toolchain
from support.project import PROJECT, TARGET, write_project

PACKAGE = "find_package(ClcacheLauncher REQUIRED)"
SWITCH = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}
GENERATORS = ["Ninja", "Ninja Multi-Config", "Unix Makefiles"]
generators = pytest.mark.parametrize("generator", GENERATORS)


def configure(cmake: CMake, source: Path, build: Path, *arguments: str, generator: str = "Ninja") -> None:
    ninja = [f"-DCMAKE_MAKE_PROGRAM={SCRIPTS}/ninja"] if "Ninja" in generator else []
    argv: list[str | Path] = [cmake.program, "-S", source, "-B", build, "-G", generator, *ninja, *arguments]
    done = cmake.run(*argv, cwd=source, env=SWITCH)
    assert done.code == 0, said(done)


def doctor(cmake: CMake, build: Path, *words: str) -> Done:
    return cmake.run(SCRIPTS / "clcache", "doctor", build, *words, cwd=build)


def findings(cmake: CMake, build: Path) -> list[tuple[str, str, list[str]]]:
    """Target, reason and names of sources of each finding."""
    done = doctor(cmake, build, "--json")
    answer = json.loads(done.stdout)
    assert done.code == (1 if answer["findings"] else 0)
    assert all(finding["remedy"] for finding in answer["findings"])
    return [
        (finding["target"], finding["reason"], [Path(source).name for source in finding["sources"]])
        for finding in answer["findings"]
    ]


@generators
def test_project_that_is_all_cached(cmake: CMake, tmp_path: Path, generator: str) -> None:
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, TARGET)
    configure(cmake, source, tmp_path / "b", "-DCMAKE_BUILD_TYPE=Debug", generator=generator)
    done = doctor(cmake, tmp_path / "b")
    assert (done.code, done.stderr) == (0, b"")
    lines = done.stdout.decode().splitlines()
    sources = 3 if "Multi" in generator else 1
    assert lines == [
        f"build folder: {tmp_path}/b ({generator}), 1 targets, {sources} sources",
        "all of them will be cached, as far as command lines and sources tell",
    ]


MIXED = {
    "time.c": "const char *t = __TIME__;\n",
    "comment.c": "/* __TIME__ */ int comment;\n",
    "embed.c": '__asm__(".incbin \\"made.c\\"");\n',
    "made.c.in": "int made;\n",
    "plain.c": "int plain;\n",
    "sub/CMakeLists.txt": 'add_library(b OBJECT b.c)\ntarget_compile_definitions(b PRIVATE [[A="x y"]] B=$x)\n',
    "sub/b.c": "int b;\n",
}
MIXED_LINES = (
    PROJECT,
    "add_library(early OBJECT a.c)",
    PACKAGE,
    "configure_file(made.c.in made.c)",
    "add_library(fine OBJECT a.c plain.c comment.c ${CMAKE_CURRENT_BINARY_DIR}/made.c)",
    "add_library(timed OBJECT a.c time.c embed.c)",
    "add_library(dumped OBJECT a.c plain.c)",
    "target_compile_options(dumped PRIVATE -fdump-tree-optimized)",
    "add_library(own OBJECT a.c)",
    "set_target_properties(own PROPERTIES C_COMPILER_LAUNCHER /usr/bin/env)",
    "add_library(two OBJECT a.c)",
    'set_target_properties(two PROPERTIES C_COMPILER_LAUNCHER "ccache;${CLCACHE_PROGRAM}")',
    "add_subdirectory(sub)",
)


@generators
def test_each_reason_is_told_with_target_and_sources(cmake: CMake, tmp_path: Path, generator: str) -> None:
    source = write_project(tmp_path / "s", *MIXED_LINES, files=MIXED)
    one = ["-DCMAKE_CONFIGURATION_TYPES=Debug"] if "Multi" in generator else []
    configure(cmake, source, tmp_path / "b p", *one, generator=generator)
    assert findings(cmake, tmp_path / "b p") == [
        ("dumped", "side_output", ["a.c", "plain.c"]),
        ("early", "no_launcher", ["a.c"]),
        ("own", "other_launcher", ["a.c"]),
        ("timed", "assembler_include", ["embed.c"]),
        ("timed", "time_macro", ["time.c"]),
        ("two", "second_launcher", ["a.c"]),
    ]


def test_text_names_target_sources_and_remedy(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(
        tmp_path / "s", PROJECT, PACKAGE, TARGET, "target_compile_options(a PRIVATE -fdump-tree-all)"
    )
    configure(cmake, source, tmp_path / "b")
    done = doctor(cmake, tmp_path / "b")
    assert done.code == 1
    assert done.stdout.decode().splitlines()[1:] == [
        "not cached: target a: 1 source: side_output (-fdump-tree-all)",
        f"    {source}/a.c",
        "  remedy: leave the option out of the targets that are to be cached",
        "1 of 1 sources will not be cached",
    ]


def test_what_it_says_is_what_the_build_does(cmake: CMake, tmp_path: Path) -> None:
    lines = [line for line in MIXED_LINES if "early" not in line and "own" not in line and "two" not in line]
    source, build = write_project(tmp_path / "s", *lines, files=MIXED), tmp_path / "b"
    configure(cmake, source, build)
    told = sum(len(sources) for _, _, sources in findings(cmake, build))
    assert cmake.cache.counts() == (0, 0, 0, 0)
    cmake.build(build)
    assert cmake.cache.counts() == (0, 6, told, 0), cmake.cache.log.read_text()


@generators
def test_rule_launcher_is_a_second_one(cmake: CMake, tmp_path: Path, generator: str) -> None:
    rule = "set_property(GLOBAL PROPERTY RULE_LAUNCH_COMPILE ccache)"
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, rule, TARGET)
    configure(cmake, source, tmp_path / "b", generator=generator)
    assert [reason for _, reason, _ in findings(cmake, tmp_path / "b")] == ["second_launcher"]


@pytest.mark.parametrize("generator", ["Ninja", "Unix Makefiles"])
def test_launcher_beside_clang_tidy_is_seen(cmake: CMake, tmp_path: Path, generator: str) -> None:
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, "set(CMAKE_C_CLANG_TIDY /usr/bin/true)", TARGET)
    config = tmp_path / "c c.yaml"
    config.write_text("")
    configure(cmake, source, tmp_path / "b", f"-DCLCACHE_CONFIG={config}", generator=generator)
    assert findings(cmake, tmp_path / "b") == []


@pytest.mark.clang_cl
@pytest.mark.parametrize("compiler", ["clang-cl", "cl"])
def test_command_lines_of_cl_are_read(cmake: CMake, tmp_path: Path, compiler: str) -> None:
    lines = [PROJECT, PACKAGE, TARGET, "add_library(m OBJECT a.c)", "target_compile_options(m PRIVATE --coverage)"]
    source, toolchain = write_project(tmp_path / "s", *lines), write_toolchain(tmp_path / "tools", compiler)
    configure(cmake, source, tmp_path / "b", toolchain, "-DCMAKE_BUILD_TYPE=Debug")
    assert findings(cmake, tmp_path / "b") == [("m", "coverage", ["a.c"])]


def test_folder_that_is_none_of_cmakes_is_told(cmake: CMake, tmp_path: Path) -> None:
    done = doctor(cmake, tmp_path)
    assert (done.code, done.stdout) == (1, b"")
    assert done.stderr.decode() == f"clcache: {tmp_path}: not a build folder of CMake; name one that is configured\n"


def test_build_files_that_are_not_read_are_told(cmake: CMake, tmp_path: Path) -> None:
    (tmp_path / "CMakeCache.txt").write_text("CMAKE_GENERATOR:INTERNAL=NMake Makefiles\n")
    done = doctor(cmake, tmp_path)
    assert (done.code, done.stdout) == (1, b"")
    assert "build files of the generator NMake Makefiles are not read; use -G Ninja" in said(done)


def test_generator_that_ignores_launchers_is_a_finding(cmake: CMake, tmp_path: Path) -> None:
    # No such generator is on this platform.
    (tmp_path / "CMakeCache.txt").write_text("CMAKE_GENERATOR:INTERNAL=Xcode\n")
    assert findings(cmake, tmp_path) == [("", "generator_ignores_launchers", [])]
    assert "not cached: all targets: generator_ignores_launchers (Xcode)" in said(doctor(cmake, tmp_path))


@pytest.mark.clang
def test_sources_of_modules_are_told_and_those_beside_them_not(cache: Cache, tmp_path: Path) -> None:
    # CMake 3.25 knows no modules.
    cmake = CMake(find_cmake("newest") or "cmake", cache)
    lines = [
        "cmake_minimum_required(VERSION 3.28)",
        "project(p LANGUAGES CXX)",
        PACKAGE,
        "add_library(m STATIC b.cpp)",
        "target_compile_features(m PUBLIC cxx_std_20)",
        "target_sources(m PUBLIC FILE_SET CXX_MODULES FILES m.cppm)",
    ]
    files = {"b.cpp": "int b;\n", "m.cppm": "export module m;\nexport int f();\n"}
    source = write_project(tmp_path / "s", *lines, files=files)
    text = cmake.configured(source, tmp_path / "b", "-DCMAKE_CXX_COMPILER=clang++-19", env=SWITCH)
    assert "clcache: 1 of 1 targets will not be cached: m (C++ modules);" in text
    assert findings(cmake, tmp_path / "b") == [("m", "modules", ["m.cppm"])]
