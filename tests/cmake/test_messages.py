"""What the module says, once, of what is wrong and of what it leaves alone."""

import os
from pathlib import Path

import pytest

from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts, said
from support.project import HEAD, PROJECT, TARGET, write_project

INCLUDE = "include(ClcacheLauncher)"
PACKAGE = "find_package(ClcacheLauncher)"
ACTIVATED = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}
LAUNCHER = str(SCRIPTS / "clcache")
WRONG = {"clcache.yaml": "# mine\nmax_sise: 5G\n"}
COMPLAINT = "clcache.yaml:2: max_sise: unknown key; did you mean 'max_size'?"


def test_wrong_setting_is_one_warning_however_often_it_is_met(cmake: CMake, tmp_path: Path) -> None:
    files = WRONG | {"sub/CMakeLists.txt": f"{INCLUDE}\nadd_library(b STATIC b.c)\n", "sub/b.c": "int b;\n"}
    lines = [PROJECT, PACKAGE, INCLUDE, TARGET, "add_subdirectory(sub)"]
    text = cmake.configured(write_project(tmp_path / "s", *lines, files=files), tmp_path / "b", env=ACTIVATED)
    assert text.count("clcache: ") == 1
    assert "CMake Warning" in text
    assert f"clcache: {tmp_path}/s/{COMPLAINT}; this build is not cached" in text
    assert cmake.launchers(tmp_path / "b") == {"a.c": [], "b.c": []}


def test_wrong_setting_above_a_build_folder_in_the_sources_is_told(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, TARGET, files=WRONG)
    assert COMPLAINT in cmake.configured(source, source / "b", env=ACTIVATED)


def test_required_package_that_cannot_be_used_is_an_error(cmake: CMake, tmp_path: Path) -> None:
    lines = [PROJECT, "find_package(ClcacheLauncher REQUIRED)", TARGET]
    done = cmake.configure(write_project(tmp_path / "s", *lines, files=WRONG), tmp_path / "b", env=ACTIVATED)
    assert done.code == 1
    assert COMPLAINT in said(done)
    assert "CMake Error" in said(done)


def test_mended_setting_switches_on_at_the_next_build(cmake: CMake, tmp_path: Path) -> None:
    source, build = write_project(tmp_path / "s", PROJECT, PACKAGE, TARGET, files=WRONG), tmp_path / "b"
    cmake.configured(source, build, env=ACTIVATED)
    settings = source / "clcache.yaml"
    settings.write_text("max_size: 5G\n")
    # Ninja compares times of files, and the file may be as old as the build by the file system's clock.
    later_ns = (build / "build.ninja").stat().st_mtime_ns + 1_000_000
    os.utime(settings, ns=(later_ns, later_ns))
    cmake.build(build, env=ACTIVATED)
    assert cmake.cache.counts() == (0, 1, 0, 0)


def test_switched_off_it_says_and_does_nothing(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, INCLUDE, TARGET, files=WRONG)
    text = cmake.configured(source, tmp_path / "b", "-DCLCACHE_ENABLE=OFF", env=ACTIVATED)
    assert "clcache: " not in text
    assert cmake.launchers(tmp_path / "b") == {"a.c": []}


@pytest.mark.parametrize("required", ["OFF", "ON"])
def test_missing_program_is_a_warning_or_where_required_an_error(cmake: CMake, tmp_path: Path, required: str) -> None:
    source = write_project(tmp_path / "s", PROJECT, INCLUDE, INCLUDE, TARGET)
    assert cmake.run(SCRIPTS / "clcache-setup", "--vendor", source, cwd=tmp_path).code == 0
    # CMake looks beside itself, too, where pip puts both.
    arguments = [f"-DCLCACHE_REQUIRED={required}", "-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF"]
    done = cmake.configure(source, tmp_path / "b", *arguments, f"-DCMAKE_MODULE_PATH={source}")
    assert done.code == (1 if required == "ON" else 0)
    assert said(done).count("clcache: ") == 1
    assert "clcache: the program clcache is not found; install it with 'pip install clcache-launcher'" in said(done)
    assert ("CMake Error" if required == "ON" else "CMake Warning") in said(done)


@pytest.mark.parametrize("required", ["OFF", "ON"])
def test_program_that_is_not_there_is_named(cmake: CMake, tmp_path: Path, required: str) -> None:
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, INCLUDE, TARGET)
    arguments = [f"-DCLCACHE_REQUIRED={required}", "-DCLCACHE_PROGRAM=/nowhere/clcache"]
    done = cmake.configure(source, tmp_path / "b", *arguments, env=ACTIVATED)
    assert done.code == (1 if required == "ON" else 0)
    assert said(done).count("clcache: ") == 1
    assert "'/nowhere/clcache config' fails: " in said(done)


def test_program_of_another_kind_is_told(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, TARGET)
    text = cmake.configured(source, tmp_path / "b", "-DCLCACHE_PROGRAM=/bin/false", env=ACTIVATED)
    assert "clcache: '/bin/false config' fails: 1; this build is not cached" in text
    assert cmake.launchers(tmp_path / "b") == {"a.c": []}


def test_generator_that_ignores_launchers_is_told(cmake: CMake, tmp_path: Path) -> None:
    # No such generator is on this platform: its name is given to the module alone.
    lines = [PROJECT, 'set(CMAKE_GENERATOR "Visual Studio 17 2022")', PACKAGE, TARGET]
    text = cmake.configured(write_project(tmp_path / "s", *lines), tmp_path / "b", env=ACTIVATED)
    assert "the generator Visual Studio 17 2022 ignores compiler launchers; use -G Ninja" in text


@pytest.mark.parametrize("way", ["variable", "definition", "environment", "empty", "property"])
def test_launcher_of_the_users_stays(cmake: CMake, tmp_path: Path, way: str) -> None:
    own = {"empty": "", "property": ""}.get(way, "/usr/bin/env")
    lines = {
        "variable": [PROJECT, "set(CMAKE_C_COMPILER_LAUNCHER /usr/bin/env)", PACKAGE, INCLUDE, TARGET],
        "property": [PROJECT, PACKAGE, TARGET, 'set_target_properties(a PROPERTIES C_COMPILER_LAUNCHER "")'],
    }
    arguments = [f"-DCMAKE_C_COMPILER_LAUNCHER={own}"] if way in {"definition", "empty"} else []
    env = {"CMAKE_C_COMPILER_LAUNCHER": own} if way == "environment" else {}
    source = write_project(tmp_path / "s", *lines.get(way, [HEAD, PACKAGE, "project(p C)", INCLUDE, TARGET]))
    text = cmake.configured(source, tmp_path / "b", *arguments, env=ACTIVATED | env)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [own] if own else []}
    assert text.count("clcache: ") == 1
    if way != "property":
        assert f"clcache: compiles CXX through {LAUNCHER}; C keeps its launcher '{own}'" in text


def test_launcher_named_by_the_user_is_left_to_him_where_it_is_ours(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, INCLUDE, TARGET)
    cmake.configured(source, tmp_path / "b", f"-DCMAKE_C_COMPILER_LAUNCHER={LAUNCHER}", env=ACTIVATED)
    assert cmake.launchers(tmp_path / "b") == {"a.c": [LAUNCHER]}


def test_target_without_a_launcher_is_named_once(cmake: CMake, tmp_path: Path) -> None:
    files = {"sub/CMakeLists.txt": "add_library(b OBJECT b.c)\n", "sub/b.c": "int b;\n"}
    lines = [
        PROJECT,
        "include(CTest)",
        "add_custom_target(nothing)",
        "add_library(headers INTERFACE)",
        TARGET,
        "add_subdirectory(sub)",
        PACKAGE,
        INCLUDE,
        "add_library(c STATIC a.c)",
    ]
    text = cmake.configured(write_project(tmp_path / "s", *lines, files=files), tmp_path / "b", env=ACTIVATED)
    assert text.count("CMake Warning") == 1
    expected = "clcache: 2 of 3 targets will not be cached: a, b (made before include(ClcacheLauncher));"
    assert f"{expected} 'clcache doctor {tmp_path}/b' says more, and what to do" in text


@pytest.mark.parametrize("scope", ["GLOBAL", "TARGET a"])
def test_second_launcher_by_a_rule_is_told(cmake: CMake, tmp_path: Path, scope: str) -> None:
    lines = [PROJECT, PACKAGE, TARGET, f"set_property({scope} PROPERTY RULE_LAUNCH_COMPILE /usr/bin/env)"]
    text = cmake.configured(write_project(tmp_path / "s", *lines), tmp_path / "b", env=ACTIVATED)
    assert "clcache: 1 of 1 targets will not be cached: a (RULE_LAUNCH_COMPILE is a second launcher);" in text


def test_target_with_another_launcher_is_not_named(cmake: CMake, tmp_path: Path) -> None:
    files = {"sub/CMakeLists.txt": f"{INCLUDE}\nadd_library(b STATIC b.c)\n", "sub/b.c": "int b;\n"}
    lines = [
        PROJECT,
        "list(APPEND CMAKE_MODULE_PATH ${module})",
        "add_subdirectory(sub)",
        INCLUDE,
        TARGET,
        INCLUDE,
    ]
    modules = cmake.run(SCRIPTS / "clcache-setup", "--print-module-dir", cwd=tmp_path).stdout.decode().strip()
    source = write_project(tmp_path / "s", *lines, files=files)
    assert "CMake Warning" not in cmake.configured(source, tmp_path / "b", f"-Dmodule={modules}")


def test_nothing_is_compiled_through_the_cache_at_configure_time(cmake: CMake, tmp_path: Path) -> None:
    lines = [
        HEAD,
        PACKAGE,
        "project(p LANGUAGES C)",
        INCLUDE,
        "include(CheckCSourceCompiles)",
        'check_c_source_compiles("int main(void) { return 0; }" IT_COMPILES)',
        "try_compile(BUILT ${CMAKE_BINARY_DIR}/t/b ${CMAKE_CURRENT_SOURCE_DIR}/t t OUTPUT_VARIABLE text)",
        'message(STATUS "built ${BUILT}: ${text}")',
        TARGET,
    ]
    files = {
        "t/CMakeLists.txt": f"{HEAD}\nproject(t C)\n{PACKAGE}\nadd_executable(t t.c)\n",
        "t/t.c": "int main(void) { return 0; }\n",
    }
    source, build = write_project(tmp_path / "s", *lines, files=files), tmp_path / "b"
    assert cmake.run(SCRIPTS / "clcache-setup", source, "-B", build, cwd=tmp_path).code == 0
    toolchain = f"-DCMAKE_TOOLCHAIN_FILE={build}/clcache/toolchain.cmake"
    text = cmake.configured(source, build, toolchain, env=ACTIVATED)
    assert "built TRUE" in text
    assert text.count("clcache: ") == 1
    assert cmake.cache.counts() == (0, 0, 0, 0)
