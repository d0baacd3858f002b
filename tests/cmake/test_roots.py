"""Which roots the module gives, and the maps that make paths the same in every tree."""

import os
from pathlib import Path

import pytest

from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts
from support.msvc import write_toolchain
from support.project import PROJECT, TARGET, write_project

LINES = (PROJECT, "find_package(ClcacheLauncher REQUIRED)", TARGET)
ACTIVATED = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}


def test_project_and_build_are_roots(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s p", *LINES)
    cmake.configured(source, tmp_path / "b", env=ACTIVATED)
    assert cmake.roots(tmp_path / "b") == [f"project={source}", f"build={tmp_path}/b"]


def test_two_trees_share(cmake: CMake, tmp_path: Path) -> None:
    for name in ("one", "another/tree with ä"):
        source = write_project(tmp_path / name, *LINES)
        cmake.configured(source, source / "b", "-DCMAKE_BUILD_TYPE=Release", env=ACTIVATED)
        cmake.build(source / "b")
    assert cmake.cache.counts() == (1, 1, 0, 0), cmake.cache.log.read_text()


def test_more_roots_are_named_by_a_variable(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", *LINES)
    cmake.configured(source, tmp_path / "b", "-DCLCACHE_ROOTS=sdk=/x/sdk;near=../n", env=ACTIVATED)
    assert cmake.roots(tmp_path / "b")[2:] == ["sdk=/x/sdk", f"near={tmp_path}/n"]


def test_roots_can_be_switched_off(cmake: CMake, tmp_path: Path) -> None:
    for name in ("one", "two"):
        source = write_project(tmp_path / name, *LINES)
        cmake.configured(source, source / "b", "-DCLCACHE_ROOTS=OFF", env=ACTIVATED)
        assert cmake.roots(source / "b") == []
        cmake.build(source / "b")
    assert cmake.cache.counts() == (0, 2, 0, 0)


@pytest.mark.parametrize(("value", "why"), [("/x", "expected names with folders"), ("a=/", "covers the whole file")])
def test_root_that_is_none_is_told(cmake: CMake, tmp_path: Path, value: str, why: str) -> None:
    source = write_project(tmp_path / "s", PROJECT, "find_package(ClcacheLauncher)", TARGET)
    text = cmake.configured(source, tmp_path / "b", f"-DCLCACHE_ROOTS={value}", env=ACTIVATED)
    assert "clcache: --roots:" in text
    assert why in text


def test_project_in_a_folder_that_can_be_no_root_is_cached_all_the_same(cmake: CMake, tmp_path: Path) -> None:
    # As in a container whose user has a home in the project.
    source = write_project(tmp_path / "s", *LINES)
    (source / "user").mkdir()
    env = ACTIVATED | {"HOME": f"{source}/user"}
    cmake.configured(source, tmp_path / "b", env=env)
    assert cmake.roots(tmp_path / "b") == []
    cmake.build(tmp_path / "b", env=env)
    assert cmake.cache.counts() == (0, 1, 0, 0)


@pytest.mark.parametrize("how", ["variable", "settings", "environment"])
def test_debug_builds_of_two_trees_share_where_they_are_to_be_relocatable(
    cmake: CMake, tmp_path: Path, how: str
) -> None:
    options = ["-DCLCACHE_RELOCATABLE=ON"] if how == "variable" else []
    files = {"clcache.yaml": "relocatable: on\n"} if how == "settings" else {}
    env = ACTIVATED | ({"CLCACHE_RELOCATABLE": "1"} if how == "environment" else {})
    for name in ("one", "another/tree with ä"):
        source = write_project(tmp_path / name, *LINES, files=files)
        cmake.configured(source, tmp_path / name / "b", "-DCMAKE_BUILD_TYPE=Debug", *options, env=env)
        cmake.build(source / "b")
    assert cmake.cache.counts() == (1, 1, 0, 0), cmake.cache.log.read_text()
    (made,) = (tmp_path / "another").rglob("a.c.o")
    assert os.fsencode(tmp_path) not in made.read_bytes()


def test_paths_are_kept_by_default(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", *LINES)
    cmake.configured(source, tmp_path / "b", "-DCMAKE_BUILD_TYPE=Debug", env=ACTIVATED)
    assert not [word for word in cmake.commands(tmp_path / "b")[0] if "prefix-map" in word]


@pytest.mark.parametrize(
    "own", ["add_compile_options(-ffile-prefix-map=/x=y)", "-DCMAKE_C_FLAGS=-fdebug-prefix-map=/x=y"]
)
def test_map_of_the_users_own_stays_alone(cmake: CMake, tmp_path: Path, own: str) -> None:
    is_option = own.startswith("-D")
    lines = (PROJECT, "" if is_option else own, "find_package(ClcacheLauncher REQUIRED)", TARGET)
    source = write_project(tmp_path / "s", *lines)
    options = [own] if is_option else []
    cmake.configured(source, tmp_path / "b", "-DCLCACHE_RELOCATABLE=ON", *options, env=ACTIVATED)
    maps = [word for word in cmake.commands(tmp_path / "b")[0] if "prefix-map" in word]
    assert len(maps) == 1


def test_second_include_maps_nothing_twice(cmake: CMake, tmp_path: Path) -> None:
    again = "find_package(ClcacheLauncher REQUIRED)"
    source = write_project(tmp_path / "s", again, PROJECT, again, again, TARGET)
    cmake.configured(source, tmp_path / "b", "-DCLCACHE_RELOCATABLE=ON", env=ACTIVATED)
    maps = [word for word in cmake.commands(tmp_path / "b")[0] if "prefix-map" in word]
    assert sorted(maps) == sorted(set(maps))
    assert f"-ffile-prefix-map={source}=." in maps


@pytest.mark.clang_cl
def test_clang_cl_is_given_its_own_spelling(cmake: CMake, tmp_path: Path) -> None:
    for name in ("one", "another/tree with ä"):
        source = write_project(tmp_path / name, *LINES)
        toolchain = write_toolchain(tmp_path / "tools", "clang-cl")
        options = [toolchain, "-DCMAKE_BUILD_TYPE=Debug", "-DCLCACHE_RELOCATABLE=ON"]
        cmake.configured(source, source / "b", *options, env=ACTIVATED)
        cmake.build(source / "b")
        assert f"/clang:-ffile-prefix-map={source}=." in cmake.commands(source / "b")[0]
    assert cmake.cache.counts() == (1, 1, 0, 0), cmake.cache.log.read_text()
