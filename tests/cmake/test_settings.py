"""Which settings file a project's build uses."""

import os
from pathlib import Path

import pytest

from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts
from support.project import PROJECT, TARGET, write_project

LINES = (PROJECT, "find_package(ClcacheLauncher REQUIRED)", TARGET)
ACTIVATED = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}
LAUNCHER = str(SCRIPTS / "clcache")
OFF = "disable: true\n"
DISABLED = (0, 0, 1, 0)


def test_file_beside_the_sources_holds_in_a_build_folder_elsewhere(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s p", *LINES, files={"clcache.yaml": OFF})
    cmake.configured(source, tmp_path / "b", env=ACTIVATED)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER, "--config", f"{source}/clcache.yaml"]}
    cmake.build(tmp_path / "b")
    assert cmake.cache.counts() == DISABLED


def test_file_above_the_build_folder_is_left_to_the_launcher(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", *LINES, files={"clcache.yaml": OFF})
    cmake.configured(source, source / "b", env=ACTIVATED)
    assert cmake.launchers(source / "b") == {"a.c": [LAUNCHER]}
    cmake.build(source / "b")
    assert cmake.cache.counts() == DISABLED


def test_variable_of_the_environment_comes_before_the_file_beside_the_sources(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", *LINES, files={"clcache.yaml": OFF, "other.yaml": "max_size: 1G\n"})
    env = {"CLCACHE_CONFIG": f"{source}/other.yaml"}
    cmake.configured(source, tmp_path / "b", env=ACTIVATED | env)
    cmake.build(tmp_path / "b", env=env)
    assert cmake.cache.counts() == (0, 1, 0, 0)


@pytest.mark.parametrize("how", ["relative", "absolute"])
def test_definition_comes_first(cmake: CMake, tmp_path: Path, how: str) -> None:
    files = {"clcache.yaml": "max_size: 1G\n", "conf/other.yaml": OFF}
    source = write_project(tmp_path / "s", *LINES, files=files)
    named = "conf/other.yaml" if how == "relative" else f"{source}/conf/other.yaml"
    cmake.configured(source, tmp_path / "b", f"-DCLCACHE_CONFIG={named}", env=ACTIVATED)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER, "--config", f"{source}/conf/other.yaml"]}
    cmake.build(tmp_path / "b")
    assert cmake.cache.counts() == DISABLED


def test_file_of_a_definition_that_is_not_there_is_told(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, "find_package(ClcacheLauncher)", TARGET)
    text = cmake.configured(source, tmp_path / "b", "-DCLCACHE_CONFIG=none.yaml", env=ACTIVATED)
    assert f"{source}/none.yaml: no such file" in text


def test_generated_toolchain_file_takes_the_file_beside_the_sources(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, TARGET, files={"clcache.yaml": OFF})
    assert cmake.run(SCRIPTS / "clcache-setup", source, "-B", tmp_path / "b", cwd=tmp_path).code == 0
    cmake.configured(source, tmp_path / "b", f"-DCMAKE_TOOLCHAIN_FILE={tmp_path}/b/clcache/toolchain.cmake")
    cmake.build(tmp_path / "b")
    assert cmake.cache.counts() == DISABLED


@pytest.mark.parametrize(("languages", "expected"), [("C", [LAUNCHER]), ("CXX", [])])
def test_languages(cmake: CMake, tmp_path: Path, languages: str, expected: list[str]) -> None:
    source = write_project(tmp_path / "s", *LINES)
    text = cmake.configured(source, tmp_path / "b", f"-DCLCACHE_LANGUAGES={languages}", env=ACTIVATED)
    assert cmake.launchers(tmp_path / "b") == {"a.c": expected}
    assert f"compiles {languages} through" in text
