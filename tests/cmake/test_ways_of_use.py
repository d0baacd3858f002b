"""Each way to switch clcache on in a CMake project."""

import os
from pathlib import Path

import pytest

from clcache_launcher import __version__
from clcache_launcher.setup.context import module_folder
from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts
from support.project import HEAD, PROJECT, TARGET, write_project

INCLUDE = "include(ClcacheLauncher)"
LAUNCHER = str(SCRIPTS / "clcache")
ACTIVATED = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}


@pytest.fixture(scope="session")
def module_path() -> str:
    """The definition that makes ``include(ClcacheLauncher)`` work."""
    return f"-DCMAKE_MODULE_PATH={_module_dir()}"


def _module_dir() -> str:
    return module_folder()


def test_print_module_dir_names_the_folder_of_the_module(cmake: CMake, tmp_path: Path) -> None:
    done = cmake.run(SCRIPTS / "clcache-setup", "--print-module-dir", cwd=tmp_path)
    assert (done.code, done.stderr) == (0, b"")
    (folder,) = done.stdout.decode().splitlines()
    assert (Path(folder) / "ClcacheLauncher.cmake").is_file()
    build = tmp_path / "b"
    cmake.configured(write_project(tmp_path / "s", PROJECT, INCLUDE, TARGET), build, f"-DCMAKE_MODULE_PATH={folder}")
    assert cmake.launchers(build) == {"a.c": [LAUNCHER]}


@pytest.mark.parametrize(
    "lines",
    [
        (PROJECT, INCLUDE, TARGET),
        (HEAD, INCLUDE, "project(p LANGUAGES C)", TARGET),
        (PROJECT, INCLUDE, INCLUDE, TARGET),
        (PROJECT, INCLUDE, TARGET, INCLUDE),
        (HEAD, INCLUDE, "project(p LANGUAGES C)", INCLUDE, TARGET),
        (PROJECT, "function(f)", INCLUDE, TARGET, "endfunction()", "f()"),
    ],
    ids=["after_project", "before_project", "twice", "twice_around_the_target", "around_project", "in_a_function"],
)
def test_include(cmake: CMake, tmp_path: Path, module_path: str, lines: tuple[str, ...]) -> None:
    text = cmake.configured(write_project(tmp_path / "s", *lines), tmp_path / "b", module_path)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER]}
    assert text.count("clcache: ") == 1
    assert f"-- clcache: compiles C, CXX through {LAUNCHER} --" in text


def test_include_in_two_sibling_folders(cmake: CMake, tmp_path: Path, module_path: str) -> None:
    files = {
        f"{name}/{file}": text
        for name in ("one", "two", "three")
        for file, text in {
            "CMakeLists.txt": f"{INCLUDE if name != 'three' else ''}\nadd_library({name} STATIC {name}.c)\n",
            f"{name}.c": f"int {name};\n",
        }.items()
    }
    lines = [PROJECT, *(f"add_subdirectory({name})" for name in ("one", "two", "three")), TARGET]
    text = cmake.configured(write_project(tmp_path / "s", *lines, files=files), tmp_path / "b", module_path)
    assert cmake.launchers(tmp_path / "b") == {"one.c": [LAUNCHER], "two.c": [LAUNCHER], "three.c": [], "a.c": []}
    assert text.count("clcache: ") == 1


def test_include_holds_in_folders_below(cmake: CMake, tmp_path: Path, module_path: str) -> None:
    files = {"sub/CMakeLists.txt": "add_library(b STATIC b.c)\n", "sub/b.c": "int b;\n"}
    cmake.configured(
        write_project(tmp_path / "s", PROJECT, INCLUDE, "add_subdirectory(sub)", files=files),
        tmp_path / "b",
        module_path,
    )
    assert cmake.launchers(tmp_path / "b") == {"b.c": [LAUNCHER]}


def test_include_by_a_project_that_is_part_of_another(cmake: CMake, tmp_path: Path, module_path: str) -> None:
    inner = write_project(tmp_path / "inner", HEAD, "project(inner LANGUAGES C)", INCLUDE, "add_library(b STATIC b.c)")
    (inner / "b.c").write_text("int b;\n")
    lines = [
        PROJECT,
        "include(FetchContent)",
        f'FetchContent_Declare(inner SOURCE_DIR "{inner.as_posix()}")',
        "FetchContent_MakeAvailable(inner)",
        TARGET,
    ]
    text = cmake.configured(write_project(tmp_path / "s", *lines), tmp_path / "b", module_path)
    assert cmake.launchers(tmp_path / "b") == {"b.c": [LAUNCHER], "a.c": []}
    assert text.count("clcache: ") == 1


def test_include_again_by_a_part_of_a_project_that_has_it(cmake: CMake, tmp_path: Path, module_path: str) -> None:
    files = {
        "inner/CMakeLists.txt": f"{HEAD}\nproject(inner LANGUAGES C)\n{INCLUDE}\nadd_library(b STATIC b.c)\n",
        "inner/b.c": "int b;\n",
    }
    lines = [PROJECT, INCLUDE, "add_subdirectory(inner)", TARGET]
    text = cmake.configured(write_project(tmp_path / "s", *lines, files=files), tmp_path / "b", module_path)
    assert cmake.launchers(tmp_path / "b") == {"b.c": [LAUNCHER], "a.c": [LAUNCHER]}
    assert text.count("clcache: ") == 1


def test_include_holds_in_projects_that_are_fetched(cmake: CMake, tmp_path: Path, module_path: str) -> None:
    inner = write_project(tmp_path / "inner", HEAD, "project(inner LANGUAGES C)", "add_library(b STATIC b.c)")
    (inner / "b.c").write_text("int b;\n")
    lines = [
        PROJECT,
        INCLUDE,
        "include(FetchContent)",
        f'FetchContent_Declare(inner URL "{inner.as_posix()}")',
        "FetchContent_MakeAvailable(inner)",
        TARGET,
    ]
    text = cmake.configured(write_project(tmp_path / "s", *lines), tmp_path / "b", module_path)
    assert cmake.launchers(tmp_path / "b") == {"b.c": [LAUNCHER], "a.c": [LAUNCHER]}
    assert text.count("clcache: ") == 1


def test_project_below_may_switch_it_off(cmake: CMake, tmp_path: Path, module_path: str) -> None:
    below = ["project(q C)", 'set(CMAKE_C_COMPILER_LAUNCHER "")', "project(r C)", "add_library(b STATIC b.c)"]
    files = {"sub/CMakeLists.txt": "\n".join(below), "sub/b.c": "int b;\n"}
    lines = [PROJECT, INCLUDE, "add_subdirectory(sub)", TARGET]
    cmake.configured(write_project(tmp_path / "s", *lines, files=files), tmp_path / "b", module_path)
    assert cmake.launchers(tmp_path / "b") == {"b.c": [], "a.c": [LAUNCHER]}


@pytest.mark.parametrize("lines", [(PROJECT, INCLUDE), (HEAD, INCLUDE, "project(p LANGUAGES C)")])
def test_configured_again_it_is_the_same(
    cmake: CMake, tmp_path: Path, module_path: str, lines: tuple[str, ...]
) -> None:
    source, build = write_project(tmp_path / "s", *lines, TARGET), tmp_path / "b"
    texts = []
    for _ in range(2):
        text = cmake.configured(source, build, module_path)
        assert text.count("clcache: ") == 1
        texts.append(cmake.tool(build, "commands"))
    assert texts[0] == texts[1]


def test_include_with_policies_of_old_times(cmake: CMake, tmp_path: Path, module_path: str) -> None:
    lines = ["cmake_minimum_required(VERSION 3.1)", "project(p C)", INCLUDE, TARGET]
    arguments = [module_path, "-DCMAKE_POLICY_VERSION_MINIMUM=3.5"]
    text = cmake.configured(write_project(tmp_path / "s", *lines), tmp_path / "b", *arguments)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER]}
    assert "clcache: compiles" in text


@pytest.mark.parametrize("how", ["path", "prefix_path", "prefix_path_in_environment"])
def test_find_package(cmake: CMake, tmp_path: Path, how: str) -> None:
    prefix = SCRIPTS.parent
    env = {"path": ACTIVATED, "prefix_path_in_environment": {"CMAKE_PREFIX_PATH": str(prefix)}}.get(how)
    arguments = [f"-DCMAKE_PREFIX_PATH={prefix}"] if how == "prefix_path" else []
    lines = [PROJECT, "find_package(ClcacheLauncher REQUIRED)", TARGET]
    text = cmake.configured(write_project(tmp_path / "s", *lines), tmp_path / "b", *arguments, env=env)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER]}
    assert text.count("clcache: ") == 1


def test_find_package_lets_include_find_the_module(cmake: CMake, tmp_path: Path) -> None:
    lines = [PROJECT, "find_package(ClcacheLauncher QUIET)", INCLUDE, TARGET, INCLUDE]
    text = cmake.configured(write_project(tmp_path / "s", *lines), tmp_path / "b", env=ACTIVATED)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER]}
    assert text.count("clcache: ") == 1


@pytest.mark.posix("shell")
def test_launcher_that_came_with_the_module_is_taken_first(cmake: CMake, tmp_path: Path, module_path: str) -> None:
    other = tmp_path / "other/bin/clcache"
    other.parent.mkdir(parents=True)
    other.write_text("#!/bin/sh\nexit 1\n")
    other.chmod(0o755)
    env = {"PATH": f"{other.parent}{os.pathsep}{path_without_scripts()}", "CMAKE_PREFIX_PATH": str(tmp_path / "other")}
    cmake.configured(write_project(tmp_path / "s", PROJECT, INCLUDE, TARGET), tmp_path / "b", module_path, env=env)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER]}


@pytest.mark.posix("gnu")
def test_root_folder_of_a_cross_compiler_does_not_hide_the_launcher(
    cmake: CMake, tmp_path: Path, module_path: str
) -> None:
    arguments = [module_path, f"-DCMAKE_FIND_ROOT_PATH={tmp_path}", "-DCMAKE_FIND_ROOT_PATH_MODE_PROGRAM=ONLY"]
    arguments += ["-DCMAKE_C_COMPILER_WORKS=1", "-DCMAKE_C_COMPILER=/usr/bin/gcc"]
    cmake.configured(write_project(tmp_path / "s", PROJECT, INCLUDE, TARGET), tmp_path / "b", *arguments)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER]}


@pytest.mark.parametrize("activated", [True, False])
def test_generated_toolchain_file(cmake: CMake, tmp_path: Path, *, activated: bool) -> None:
    source, build = write_project(tmp_path / "s", PROJECT, TARGET), tmp_path / "b"
    assert cmake.run(SCRIPTS / "clcache-setup", source, "-B", build, cwd=tmp_path).code == 0
    text = cmake.configured(
        source,
        build,
        f"-DCMAKE_TOOLCHAIN_FILE={build}/clcache/toolchain.cmake",
        env=ACTIVATED if activated else None,
    )
    assert cmake.launchers(build) == {"a.c": [f"{build}/clcache/clcache"]}
    assert text.count("clcache: ") == 1
    cmake.build(build)
    assert cmake.cache.counts() == (0, 1, 0, 0)


def test_generated_toolchain_file_of_a_project_that_includes_the_module(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, "find_package(ClcacheLauncher)", INCLUDE, TARGET)
    build = tmp_path / "b"
    assert cmake.run(SCRIPTS / "clcache-setup", source, "-B", build, cwd=tmp_path).code == 0
    toolchain = f"-DCMAKE_TOOLCHAIN_FILE={build}/clcache/toolchain.cmake"
    text = cmake.configured(source, build, toolchain, env=ACTIVATED)
    assert cmake.launchers(build) == {"a.c": [f"{build}/clcache/clcache"]}
    assert text.count("clcache: ") == 1


@pytest.mark.posix("gnu")
def test_generated_toolchain_file_around_the_projects_own(cmake: CMake, tmp_path: Path) -> None:
    source, build = write_project(tmp_path / "s", PROJECT, TARGET), tmp_path / "b"
    (source / "own.cmake").write_text("set(CMAKE_C_COMPILER gcc)\nset(CMAKE_C_FLAGS_INIT -DOWN)\n")
    setup: list[str | Path] = [SCRIPTS / "clcache-setup", source, "-B", build, "--toolchain", source / "own.cmake"]
    assert cmake.run(*setup, cwd=tmp_path).code == 0
    cmake.configured(source, build, f"-DCMAKE_TOOLCHAIN_FILE={build}/clcache/toolchain.cmake")
    assert cmake.launchers(build) == {"a.c": [f"{build}/clcache/clcache"]}
    assert " -DOWN " in cmake.tool(build, "commands")


@pytest.mark.parametrize("found_by", ["path", "definition"])
def test_vendored_module(cmake: CMake, tmp_path: Path, found_by: str) -> None:
    lines = [HEAD, "list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_SOURCE_DIR}/cmake)", "project(p LANGUAGES C)"]
    source = write_project(tmp_path / "s", *lines, INCLUDE, TARGET)
    assert cmake.run(SCRIPTS / "clcache-setup", "--vendor", source / "cmake", cwd=tmp_path).code == 0
    assert [path.name for path in (source / "cmake").iterdir()] == ["ClcacheLauncher.cmake"]
    by_path = found_by == "path"
    arguments = [] if by_path else [f"-DCLCACHE_PROGRAM={LAUNCHER}"]
    cmake.configured(source, tmp_path / "b", *arguments, env=ACTIVATED if by_path else None)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER]}


def test_launcher_variable_alone(cmake: CMake, tmp_path: Path) -> None:
    source, build = write_project(tmp_path / "s", PROJECT, TARGET), tmp_path / "b"
    text = cmake.configured(source, build, "-DCMAKE_C_COMPILER_LAUNCHER=clcache", env=ACTIVATED)
    assert cmake.launchers(build) == {"a.c": ["clcache"]}
    assert "clcache: " not in text
    cmake.build(build, env=ACTIVATED)
    assert cmake.cache.counts() == (0, 1, 0, 0)


def test_launcher_variable_of_the_environment_alone(cmake: CMake, tmp_path: Path) -> None:
    source, build = write_project(tmp_path / "s", PROJECT, TARGET), tmp_path / "b"
    cmake.configured(source, build, env={"CMAKE_C_COMPILER_LAUNCHER": LAUNCHER})
    assert cmake.launchers(build) == {"a.c": [LAUNCHER]}


def test_top_level_include(cmake: CMake, tmp_path: Path) -> None:
    source, build = write_project(tmp_path / "s", PROJECT, TARGET), tmp_path / "b"
    text = cmake.configured(source, build, f"-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES={_module_dir()}/ClcacheLauncher.cmake")
    assert cmake.launchers(build) == {"a.c": [LAUNCHER]}
    assert text.count("clcache: ") == 1


def test_project_with_a_copy_of_its_own_below_one_that_has_the_module(
    cmake: CMake, tmp_path: Path, module_path: str
) -> None:
    below = "project(q LANGUAGES C)\ninclude(cmake/ClcacheLauncher.cmake)\nadd_library(b STATIC b.c)\n"
    files = {"sub/CMakeLists.txt": below, "sub/b.c": "int b;\n"}
    source = write_project(tmp_path / "s", PROJECT, INCLUDE, TARGET, "add_subdirectory(sub)", files=files)
    assert cmake.run(SCRIPTS / "clcache-setup", "--vendor", source / "sub/cmake", cwd=tmp_path).code == 0
    text = cmake.configured(source, tmp_path / "b", module_path)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER], "b.c": [LAUNCHER]}
    assert text.count("clcache: ") == 1


@pytest.mark.parametrize(("version", "is_found"), [("", True), ("0.1", True), (__version__, True), ("99.0", False)])
def test_package_is_found_where_its_version_serves(
    cmake: CMake, tmp_path: Path, version: str, *, is_found: bool
) -> None:
    source = write_project(tmp_path / "s", PROJECT, f"find_package(ClcacheLauncher {version})", TARGET)
    text = cmake.configured(source, tmp_path / "b", env=ACTIVATED)
    assert ("clcache: compiles C" in text) is is_found
