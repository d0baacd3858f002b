"""Whole builds on Windows by cmake.exe, ninja.exe and the launcher."""

import json
from pathlib import Path

import pytest

from support.windows import Finished, WindowsCache

pytestmark = pytest.mark.wine
SOURCES = 6


class Project:
    """A library of a few sources with a header each and one for all, in a folder whose name has a blank."""

    def __init__(self, cache: WindowsCache, folder: Path) -> None:
        self.cache, self.folder, self.build = cache, folder / "a project", folder / "a project/build"
        self.folder.mkdir()
        (self.folder / "all.h").write_text("#define ALL 1\n")
        names = [f"unit{number}" for number in range(SOURCES)]
        for name in names:
            (self.folder / f"{name}.h").write_text(f"int {name}();\n")
            (self.folder / f"{name}.cpp").write_text(
                f'#include "all.h"\n#include "{name}.h"\nint {name}() {{ return ALL; }}\n'
            )
        (self.folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(units LANGUAGES CXX)\n"
            f"add_library(units STATIC {' '.join(f'{name}.cpp' for name in names)})\n"
        )

    def configure(self) -> None:
        windows = self.cache.windows
        programs = {
            "MAKE_PROGRAM": windows.ninja,
            "CXX_COMPILER": self.cache.compiler,
            "CXX_COMPILER_LAUNCHER": self.cache.launcher,
        }
        own = {name: windows.path(program) for name, program in programs.items()} | windows.build_programs
        words = [f"-DCMAKE_{name}={program}" for name, program in own.items()]
        words += ["-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY"]
        words += ["-DCMAKE_BUILD_TYPE=Release", "-DCMAKE_CXX_FLAGS=/Brepro"]
        done = windows.run(
            windows.cmake,
            *("-G", "Ninja", "-S", windows.path(self.folder), "-B", windows.path(self.build), *words),
            cwd=self.folder,
            environment={**self.cache.variables, "CLCACHE_DISABLE": "1"},
        )
        assert done.exit_code == 0, done

    def ninja(self, *words: str) -> Finished:
        windows = self.cache.windows
        return windows.run(windows.ninja, *words, cwd=self.build, environment=self.cache.variables)

    def objects(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.build.rglob("unit*.obj")}


@pytest.fixture
def project(cache: WindowsCache, tmp_path: Path) -> Project:
    made = Project(cache, tmp_path)
    made.configure()
    return made


def test_second_build_is_all_hits_and_then_nothing_is_to_do(project: Project) -> None:
    first = project.ninja()
    assert first.exit_code == 0, first
    assert project.cache.outcomes() == ["miss"] * SOURCES
    objects = project.objects()
    assert len(objects) == SOURCES
    assert project.ninja("-t", "clean").exit_code == 0
    assert not project.objects()
    second = project.ninja()
    assert second.exit_code == 0, second
    assert project.cache.outcomes() == ["miss"] * SOURCES + ["hit"] * SOURCES
    assert project.objects() == objects
    assert b"no work to do" in project.ninja().stdout


def test_hits_tell_ninja_the_headers(project: Project) -> None:
    project.ninja()
    project.ninja("-t", "clean")
    project.ninja()
    (project.folder / "unit3.h").write_text("int unit3();  // changed\n")
    third = project.ninja()
    assert b"unit3.cpp.obj" in third.stdout and b"unit2.cpp.obj" not in third.stdout
    assert project.cache.outcomes()[-1] == "miss"


def test_core_killed_in_mid_build_breaks_no_build(project: Project) -> None:
    cache = project.cache
    assert cache.core is not None
    running = cache.windows.start(cache.windows.ninja, "-j2", cwd=project.build, environment=cache.variables)
    while not cache.outcomes():
        assert running.process.poll() is None
    kill_core(cache)
    done = running.finish()
    assert done.exit_code == 0, done
    assert len(project.objects()) == SOURCES
    project.ninja("-t", "clean")
    assert project.ninja().exit_code == 0
    stats = json.loads(cache.front_end("stats", "--json").stdout)
    assert stats["errors"] == 0
    assert cache.front_end("doctor").exit_code == 0


def test_launcher_starts_a_core_that_keeps_no_workspace(lone_cache: WindowsCache, tmp_path: Path) -> None:
    project = Project(lone_cache, tmp_path)
    project.configure()
    assert project.ninja().exit_code == 0
    assert lone_cache.outcomes() == ["miss"] * SOURCES
    assert b"is running" in lone_cache.front_end("status").stdout
    # By Windows' rules: what a process has open, or works in, can't be deleted.
    code = f"import shutil; shutil.rmtree({lone_cache.windows.path(project.folder)!r})"
    removed = lone_cache.windows.run(lone_cache.scripts / "python.exe", "-c", code, cwd=tmp_path)
    assert removed.exit_code == 0, removed
    assert not project.folder.exists()


def test_sixteen_launchers_at_once_start_one_core(lone_cache: WindowsCache, work: Path) -> None:
    running = []
    for number in range(16):
        (work / f"{number}.cpp").write_text(f"int f{number}() {{ return {number}; }}\n")
        arguments = ("/nologo", "/c", f"{number}.cpp", f"/Fo{number}.obj")
        compiler = lone_cache.windows.path(lone_cache.compiler)
        running.append(
            lone_cache.windows.start(
                lone_cache.launcher, compiler, *arguments, cwd=work, environment=lone_cache.variables
            )
        )
    assert [each.finish().exit_code for each in running] == [0] * 16
    assert len(list(work.glob("*.obj"))) == 16
    assert lone_cache.outcomes() == ["miss"] * 16


def kill_core(cache: WindowsCache) -> None:
    """End the core's process and nothing else, in the hard way."""
    answer = cache.front_end("status").stdout
    number = answer.split(b"is running as process ")[1].split()[0].decode()
    code = f"import os, signal; os.kill({number}, signal.SIGTERM)"  # TerminateProcess
    assert cache.windows.run(cache.scripts / "python.exe", "-c", code, cwd=cache.folder).exit_code == 0
