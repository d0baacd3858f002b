"""Debug information goes into the objects of compilers that speak as cl does."""

import os
import re
from pathlib import Path

import pytest

from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts
from support.msvc import write_toolchain
from support.project import HEAD, PROJECT, TARGET, write_project

pytestmark = pytest.mark.clang_cl
PACKAGE = "find_package(ClcacheLauncher)"
SWITCH = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}
NEW = "-DCMAKE_POLICY_DEFAULT_CMP0141=NEW"
FORMAT = "CMAKE_MSVC_DEBUG_INFORMATION_FORMAT"
compilers = pytest.mark.parametrize("compiler", ["clang-cl", "cl"])


def configured(
    cmake: CMake, tmp_path: Path, compiler: str, *lines: str, arguments: tuple[str, ...] = (), build_type: str = "Debug"
) -> str:
    toolchain = write_toolchain(tmp_path / "tools", compiler)
    source = write_project(tmp_path / "s", *lines, files={"b.c": "int b;\n"})
    return cmake.configured(
        source, tmp_path / "b", toolchain, f"-DCMAKE_BUILD_TYPE={build_type}", *arguments, env=SWITCH
    )


def debug_options(cmake: CMake, build: Path) -> dict[str, list[str]]:
    """The options for debug information by the name of the source."""
    commands = [line for line in cmake.tool(build, "commands").splitlines() if " -c " in line]
    return {line.rpartition("/")[2]: re.findall(r"(?<= )[-/]Z[7iI](?= )", line) for line in commands}


@compilers
@pytest.mark.parametrize("policy", [(), (NEW,)], ids=["flags", "abstraction"])
@pytest.mark.parametrize(
    "lines",
    [(PROJECT, PACKAGE, TARGET), (HEAD, PACKAGE, "project(p LANGUAGES C)", TARGET)],
    ids=["after_project", "before_project"],
)
def test_debug_information_is_embedded(
    cmake: CMake, tmp_path: Path, compiler: str, policy: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    text = configured(cmake, tmp_path, compiler, *lines, arguments=policy)
    ((options),) = debug_options(cmake, tmp_path / "b").values()
    assert [option.lstrip("-/") for option in options] == ["Z7"]
    assert text.count("clcache: ") == 1


@compilers
def test_release_gets_no_debug_information(cmake: CMake, tmp_path: Path, compiler: str) -> None:
    configured(cmake, tmp_path, compiler, PROJECT, PACKAGE, TARGET, arguments=(NEW,), build_type="Release")
    assert debug_options(cmake, tmp_path / "b") == {"a.c": []}


def test_policy_by_the_projects_minimum_version(cmake: CMake, tmp_path: Path) -> None:
    head = "cmake_minimum_required(VERSION 3.25)"
    configured(cmake, tmp_path, "cl", head, PACKAGE, "project(p LANGUAGES C)", TARGET)
    assert debug_options(cmake, tmp_path / "b") == {"a.c": ["-Z7"]}


@compilers
def test_all_flags_of_a_language_are_rewritten(cmake: CMake, tmp_path: Path, compiler: str) -> None:
    arguments = ("-DCMAKE_C_FLAGS=/Zi /ZI /DX=/Zi -Zi", "-DCMAKE_C_FLAGS_OWN=/O2 /ZI")
    configured(cmake, tmp_path, compiler, PROJECT, PACKAGE, TARGET, arguments=arguments, build_type="Own")
    assert " /Z7 /Z7 /DX=/Zi /Z7 /O2 /Z7 " in cmake.tool(tmp_path / "b", "commands")


def test_subproject_with_another_language_is_rewritten(cmake: CMake, tmp_path: Path) -> None:
    lines = [PROJECT, PACKAGE, "add_subdirectory(sub)"]
    files = {
        "sub/CMakeLists.txt": "project(q LANGUAGES CXX)\nadd_library(b STATIC b.cpp)\n",
        "sub/b.cpp": "int b;\n",
    }
    toolchain = write_toolchain(tmp_path / "tools", "cl")
    source = write_project(tmp_path / "s", *lines, files=files)
    cmake.configured(source, tmp_path / "b", toolchain, "-DCMAKE_BUILD_TYPE=Debug", env=SWITCH)
    assert debug_options(cmake, tmp_path / "b") == {"b.cpp": ["/Z7"]}


@pytest.mark.parametrize("way", ["toolchain_file", "top_level_include", "vendored"])
@pytest.mark.parametrize("policy", [(), (NEW,)], ids=["flags", "abstraction"])
def test_other_ways_of_use(cmake: CMake, tmp_path: Path, way: str, policy: tuple[str, ...]) -> None:
    tools, source = tmp_path / "tools", tmp_path / "s"
    toolchain = write_toolchain(tools, "cl")
    vendored: list[str | Path] = [SCRIPTS / "clcache-setup", "--vendor", tools]
    assert cmake.run(*vendored, cwd=tmp_path).code == 0
    module = f"{tools}/ClcacheLauncher.cmake"
    if way == "toolchain_file":
        (tools / "cl.cmake").write_text((tools / "cl.cmake").read_text() + f'include("{module}")\n')
    include = [f"include({module})"] if way == "vendored" else []
    arguments = [f"-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES={module}"] if way == "top_level_include" else []
    write_project(source, HEAD, *include, "project(p LANGUAGES C)", TARGET)
    cmake.configured(source, tmp_path / "b", toolchain, "-DCMAKE_BUILD_TYPE=Debug", *arguments, *policy, env=SWITCH)
    assert debug_options(cmake, tmp_path / "b") == {"a.c": ["-Z7" if policy else "/Z7"]}


@compilers
@pytest.mark.parametrize("policy", [(), (NEW,)], ids=["flags", "abstraction"])
def test_kept_where_asked(cmake: CMake, tmp_path: Path, compiler: str, policy: tuple[str, ...]) -> None:
    arguments = ("-DCLCACHE_DEBUG_FORMAT=keep", *policy)
    text = configured(cmake, tmp_path, compiler, HEAD, PACKAGE, PROJECT, PACKAGE, TARGET, arguments=arguments)
    assert debug_options(cmake, tmp_path / "b") == {"a.c": ["-Zi" if policy else "/Zi"]}
    assert text.count("clcache: ") == 1


def test_unknown_format_is_told(cmake: CMake, tmp_path: Path) -> None:
    arguments = ("-DCLCACHE_DEBUG_FORMAT=embed",)
    text = configured(cmake, tmp_path, "cl", HEAD, PACKAGE, PROJECT, PACKAGE, TARGET, arguments=arguments)
    assert text.count("clcache: CLCACHE_DEBUG_FORMAT: expected embedded or keep, got 'embed'") == 1
    assert "clcache: 1 of 1 targets will not be cached: a (/Zi or /ZI among its options);" in text


@pytest.mark.parametrize("way", ["variable", "definition"])
def test_format_of_the_users_stays_and_is_told(cmake: CMake, tmp_path: Path, way: str) -> None:
    own = [f"set({FORMAT} ProgramDatabase)"] if way == "variable" else []
    arguments = (NEW, *([] if own else [f"-D{FORMAT}=ProgramDatabase"]))
    text = configured(cmake, tmp_path, "cl", PROJECT, *own, PACKAGE, TARGET, arguments=arguments)
    assert debug_options(cmake, tmp_path / "b") == {"a.c": ["-Zi"]}
    assert "1 of 1 targets will not be cached: a (/Zi or /ZI among its options);" in text


def test_switched_off_nothing_changes(cmake: CMake, tmp_path: Path) -> None:
    configured(cmake, tmp_path, "cl", PROJECT, PACKAGE, TARGET, arguments=("-DCLCACHE_ENABLE=OFF",))
    assert debug_options(cmake, tmp_path / "b") == {"a.c": ["/Zi"]}


@pytest.mark.parametrize(
    "line",
    [
        "target_compile_options(a PRIVATE /Zi)",
        "target_compile_options(a PRIVATE $<$<CONFIG:Debug>:-ZI>)",
        'target_compile_options(a PRIVATE "$<$<COMPILE_LANGUAGE:C>:/Ob0;/Zi>")',
        'set_target_properties(a PROPERTIES COMPILE_FLAGS "/Ob0 /Zi")',
        "set_source_files_properties(a.c PROPERTIES COMPILE_OPTIONS /Zi)",
        "add_library(i INTERFACE)\ntarget_compile_options(i INTERFACE /Zi)\ntarget_link_libraries(a i)",
        'set(CMAKE_C_FLAGS_DEBUG "/Od /Zi")',
    ],
    ids=["option", "generator_expression", "list", "flags", "source", "interface", "flags_of_the_folder"],
)
def test_hard_coded_option_is_told(cmake: CMake, tmp_path: Path, line: str) -> None:
    lines = [PROJECT, PACKAGE, TARGET, "add_library(fine OBJECT b.c)", "target_compile_options(fine PRIVATE /Zm9 /Z7)"]
    text = configured(cmake, tmp_path, "cl", *lines, line)
    both = "FLAGS_DEBUG" in line
    expected = "2 of 2 targets will not be cached: a, fine" if both else "1 of 2 targets will not be cached: a"
    assert f"clcache: {expected} (/Zi or /ZI among its options); 'clcache doctor {tmp_path}/b'" in text
    assert text.count("CMake Warning") == 1


def test_hard_coded_option_means_nothing_to_clang_cl(cmake: CMake, tmp_path: Path) -> None:
    text = configured(cmake, tmp_path, "clang-cl", PROJECT, PACKAGE, TARGET, "target_compile_options(a PRIVATE /Zi)")
    assert "CMake Warning" not in text


@pytest.mark.parametrize("build_type", ["Debug", "RelWithDebInfo"])
def test_build_is_cached(cmake: CMake, tmp_path: Path, build_type: str) -> None:
    configured(cmake, tmp_path, "clang-cl", PROJECT, PACKAGE, TARGET, build_type=build_type)
    for _ in range(2):
        cmake.build(tmp_path / "b")
        cmake.tool(tmp_path / "b", "clean")
    assert cmake.cache.counts() == (1, 1, 0, 0)


def test_file_of_the_users_that_follows_project_is_read_too(cmake: CMake, tmp_path: Path) -> None:
    own = tmp_path / "own.cmake"
    own.write_text("message(STATUS own)\n")
    lines = [HEAD, PACKAGE, "project(p LANGUAGES C)", PACKAGE, TARGET]
    text = configured(cmake, tmp_path, "cl", *lines, arguments=(f"-DCMAKE_PROJECT_INCLUDE={own}",))
    assert "-- own " in text
    assert debug_options(cmake, tmp_path / "b") == {"a.c": ["/Z7"]}


@pytest.mark.parametrize("how", ["settings", "environment", "variable"])
def test_format_is_a_setting_that_the_variable_wins_over(cmake: CMake, tmp_path: Path, how: str) -> None:
    toolchain = write_toolchain(tmp_path / "tools", "cl")
    files = {"clcache.yaml": "debug_format: keep\n"} if how != "environment" else {}
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, TARGET, files=files)
    env = SWITCH | ({"CLCACHE_DEBUG_FORMAT": "keep"} if how == "environment" else {})
    arguments = ["-DCLCACHE_DEBUG_FORMAT=embedded"] if how == "variable" else []
    cmake.configured(source, tmp_path / "b", toolchain, "-DCMAKE_BUILD_TYPE=Debug", *arguments, env=env)
    assert debug_options(cmake, tmp_path / "b") == {"a.c": ["/Z7"] if how == "variable" else ["/Zi"]}
