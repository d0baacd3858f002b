"""What the module tells MSBuild; Visual Studio's generators are not on this platform, only their name is given."""

import os
from pathlib import Path

import pytest

from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts
from support.project import HEAD, PROJECT, TARGET, write_project

SWITCH = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}
PACKAGE = "find_package(ClcacheLauncher)"
GENERATOR = 'set(CMAKE_GENERATOR "Visual Studio 17 2022")'
SHOW = 'message(STATUS "globals [${CMAKE_VS_GLOBALS}]")'
ON = "-DCLCACHE_MSBUILD=ON"


def configured(cmake: CMake, tmp_path: Path, *lines: str, arguments: tuple[str, ...] = (ON,)) -> str:
    source = write_project(tmp_path / "s", HEAD, "project(p LANGUAGES C)", GENERATOR, *lines, TARGET, SHOW)
    return cmake.configured(source, tmp_path / "b p", *arguments, env=SWITCH)


def test_launcher_becomes_the_compiler_of_msbuild(cmake: CMake, tmp_path: Path) -> None:
    text = configured(cmake, tmp_path, PACKAGE, PACKAGE)
    folder = f"{tmp_path}/b p/clcache/msbuild"
    globals_ = ["CLToolExe=cl.exe", f"CLToolPath={folder}", "UseMultiToolTask=true", "TrackFileAccess=false"]
    assert f"globals [{';'.join(globals_)}]" in text
    assert text.count("clcache: ") == 1
    assert Path(folder, "cl.exe").read_bytes() == (SCRIPTS / "clcache").resolve().read_bytes()
    assert Path(folder, "clcache-core.path").read_text() == f"{SCRIPTS}/clcache-core\n"


def test_copy_beside_the_generated_toolchain_file_leads_to_the_same_core(cmake: CMake, tmp_path: Path) -> None:
    source, build = write_project(tmp_path / "s", HEAD, "project(p LANGUAGES C)", TARGET), tmp_path / "b"
    assert cmake.run(SCRIPTS / "clcache-setup", source, "-B", build, cwd=tmp_path).code == 0
    toolchain = build / "clcache/toolchain.cmake"
    toolchain.write_text(f"{GENERATOR}\n{toolchain.read_text()}")
    cmake.configured(source, build, f"-DCMAKE_TOOLCHAIN_FILE={toolchain}", ON)
    paths = [build / "clcache/clcache-core.path", build / "clcache/msbuild/clcache-core.path"]
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_properties_of_the_users_stay(cmake: CMake, tmp_path: Path) -> None:
    text = configured(cmake, tmp_path, 'set(CMAKE_VS_GLOBALS "Mine=1;TrackFileAccess=true")', PACKAGE)
    assert "globals [Mine=1;TrackFileAccess=true;CLToolExe=cl.exe;CLToolPath=" in text


@pytest.mark.parametrize(
    ("lines", "arguments", "expected"),
    [
        ((), (), "the generator Visual Studio 17 2022 ignores compiler launchers; use -G Ninja"),
        (('set(CMAKE_GENERATOR "Xcode")',), (ON,), "the generator Xcode ignores compiler launchers; use -G Ninja"),
        (
            ('set(CMAKE_GENERATOR_TOOLSET "ClangCL")',),
            (ON,),
            "CLCACHE_MSBUILD is for cl and not for the toolset ClangCL; use -G Ninja",
        ),
    ],
    ids=["not_asked_for", "xcode", "toolset"],
)
def test_what_cannot_be_done_is_told(
    cmake: CMake, tmp_path: Path, lines: tuple[str, ...], arguments: tuple[str, ...], expected: str
) -> None:
    text = configured(cmake, tmp_path, *lines, PACKAGE, arguments=arguments)
    assert f"clcache: {expected}; this build is not cached" in text
    assert "globals []" in text


def test_other_generators_get_no_properties(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, PACKAGE, TARGET, SHOW)
    assert "globals []" in cmake.configured(source, tmp_path / "b", ON, env=SWITCH)
