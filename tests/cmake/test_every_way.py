"""What holds in each way to switch clcache on, with each CMake, and what each generator then builds."""

from pathlib import Path

import pytest

from support.cmake import CMake, said
from support.project import TARGET
from support.ways import WAYS, make_way

ways = pytest.mark.parametrize("name", WAYS)
OWN = "/usr/bin/env"
# A check at configure time, a project below, one that is fetched: what a project of some size has.
PROJECT = (
    "include(CheckCSourceCompiles)",
    'check_c_source_compiles("int main(void) { return 0; }" IT_COMPILES)',
    TARGET,
    "add_subdirectory(sub)",
    "include(FetchContent)",
    "FetchContent_Declare(fetched SOURCE_DIR ${CMAKE_CURRENT_SOURCE_DIR}/fetched)",
    "FetchContent_MakeAvailable(fetched)",
)
FILES = {
    "sub/CMakeLists.txt": "project(q LANGUAGES C)\nadd_library(b STATIC b.c)\n",
    "sub/b.c": "int b;\n",
    "fetched/CMakeLists.txt": "project(r LANGUAGES C)\nadd_library(c STATIC c.c)\n",
    "fetched/c.c": "int c;\n",
}


@ways
@pytest.mark.parametrize("generator", ["Ninja", "Ninja Multi-Config", "Unix Makefiles"])
def test_build_is_cached_and_checks_are_not(cmake: CMake, tmp_path: Path, name: str, generator: str) -> None:
    way = make_way(name, cmake, tmp_path, *PROJECT, generator=generator, files=FILES)
    done = way.configure()
    assert (done.code, done.stderr) == (0, b""), said(done)
    lines = [line for line in done.stdout.decode().splitlines() if "clcache: " in line]
    assert lines == [f"-- clcache: compiles C, CXX through {way.launcher}"]
    assert cmake.cache.counts() == (0, 0, 0, 0)
    cmake.build(way.build)
    assert cmake.cache.counts() == (0, 3, 0, 0)
    cmake.build(way.build, "--clean-first")
    assert cmake.cache.counts() == (3, 3, 0, 0)


@ways
def test_configured_again_it_is_the_same(cmake: CMake, tmp_path: Path, name: str) -> None:
    way = make_way(name, cmake, tmp_path, TARGET)
    texts = []
    for _ in range(2):
        done = way.configure()
        assert (done.code, said(done).count("clcache: ")) == (0, 1)
        texts.append(cmake.tool(way.build, "commands"))
    assert texts[0] == texts[1]
    assert cmake.launchers(way.build) == {"a.c": [way.launcher]}


@ways
def test_switched_off_it_says_and_does_nothing(cmake: CMake, tmp_path: Path, name: str) -> None:
    way = make_way(name, cmake, tmp_path, TARGET)
    done = way.configure("-DCLCACHE_ENABLE=OFF")
    assert (done.code, done.stderr) == (0, b"")
    assert "clcache: " not in said(done)
    assert cmake.launchers(way.build) == {"a.c": []}


@ways
@pytest.mark.parametrize("by", ["definition", "environment"])
def test_launcher_of_the_users_stays(cmake: CMake, tmp_path: Path, name: str, by: str) -> None:
    way = make_way(name, cmake, tmp_path, TARGET)
    arguments = [f"-DCMAKE_C_COMPILER_LAUNCHER={OWN}"] if by == "definition" else []
    done = way.configure(*arguments, env={"CMAKE_C_COMPILER_LAUNCHER": OWN} if by == "environment" else {})
    assert (done.code, done.stderr) == (0, b"")
    assert f"-- clcache: compiles CXX through {way.launcher}; C keeps its launcher '{OWN}'" in said(done)
    assert cmake.launchers(way.build) == {"a.c": [OWN]}


@ways
@pytest.mark.parametrize("required", ["OFF", "ON"])
def test_wrong_setting_is_a_warning_or_where_required_an_error(
    cmake: CMake, tmp_path: Path, name: str, required: str
) -> None:
    way = make_way(name, cmake, tmp_path, TARGET)
    config = tmp_path / "wrong.yaml"
    config.write_text("max_sise: 5G\n")
    done = way.configure(f"-DCLCACHE_CONFIG={config}", f"-DCLCACHE_REQUIRED={required}")
    assert done.code == (1 if required == "ON" else 0)
    assert said(done).count("clcache: ") == 1
    assert f"CMake {'Error' if required == 'ON' else 'Warning'}" in done.stderr.decode()
    assert "wrong.yaml:1: max_sise: unknown key; did you mean 'max_size'?" in said(done)


@ways
def test_config_and_languages_are_taken(cmake: CMake, tmp_path: Path, name: str) -> None:
    way = make_way(
        name, cmake, tmp_path, "enable_language(CXX)", "add_library(a STATIC a.c b.cpp)", files={"b.cpp": ""}
    )
    config = tmp_path / "c.yaml"
    config.write_text("")
    done = way.configure(f"-DCLCACHE_CONFIG={config}", "-DCLCACHE_LANGUAGES=C")
    assert f"-- clcache: compiles C through {way.launcher} " in f"{said(done)} "
    assert cmake.launchers(way.build) == {"a.c": [way.launcher, "--config", str(config)], "b.cpp": []}
