"""A whole Ninja build: cold, warm, after a change, and while things go wrong."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache

HELLO = Path(__file__).parents[2] / "examples/hello"
CMAKES = {"system": "/usr/bin/cmake", "newest": str(SCRIPTS / "cmake")}
cmakes = pytest.mark.parametrize(
    "cmake", [pytest.param(path, id=name) for name, path in CMAKES.items() if os.path.exists(path)]
)


class Build:
    """The example in a folder of its own, configured with the launcher."""

    def __init__(self, cache: Cache, folder: Path, cmake: str, source: Path, *words: str) -> None:
        self.cache, self.folder, self.cmake = cache, folder, cmake
        shutil.copytree(source, folder / "source")
        self.words = words

    def configure(self, *words: str) -> None:
        done = self.cache.run(
            self.cmake, "-S", "source", "-B", "build", "-G", "Ninja", *self.words, *words, cwd=self.folder
        )
        assert done.code == 0, done.stderr.decode()

    def ninja(self, *words: str, env: Mapping[str, str] | None = None) -> str:
        done = self.cache.run("ninja", "-C", "build", *words, cwd=self.folder, env=env)
        assert done.code == 0, done.stdout.decode()
        return done.stdout.decode()

    def objects(self) -> dict[str, bytes]:
        found = [path for kind in ("*.o", "*.obj") for path in (self.folder / "build").rglob(f"*.dir/**/{kind}")]
        data = {str(path.relative_to(self.folder)): path.read_bytes() for path in found}
        return {name: text[:4] + text[8:] if name.endswith(".obj") else text for name, text in data.items()}

    def deps(self) -> dict[str, int]:
        return {name: int(n) for name, n in re.findall(r"^(\S+): #deps (\d+)", self.ninja("-t", "deps"), re.MULTILINE)}

    def check(self, count: int) -> None:
        """Bare, cold and warm builds agree."""
        off = [f"-DCMAKE_{language}_COMPILER_LAUNCHER=" for language in ("C", "CXX")]
        on = [f"-DCMAKE_{language}_COMPILER_LAUNCHER={self.cache.launcher}" for language in ("C", "CXX")]
        self.configure(*off)
        self.ninja()
        bare, deps = self.objects(), self.deps()
        assert len(deps) == len(bare) == count
        self.configure(*on)
        self.ninja("-t", "clean")
        self.ninja()
        assert self.cache.counts() == (0, count, 0, 0), self.cache.log.read_text()
        assert self.objects() == bare
        self.ninja("-t", "clean")
        self.ninja()
        assert self.cache.counts() == (count, count, 0, 0), self.cache.log.read_text()
        assert self.objects() == bare
        assert self.deps() == deps
        assert "no work to do" in self.ninja()


@pytest.fixture
def build(cache: Cache, work: Path, cmake: str) -> Build:
    return Build(
        cache, work, cmake, HELLO, "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_DISABLE_FIND_PACKAGE_ClcacheLauncher=ON"
    )


@cmakes
def test_second_build_is_all_hits_and_equals_an_uncached_one(build: Build) -> None:
    build.check(5)


@cmakes
def test_change_of_one_header_compiles_what_includes_it(build: Build) -> None:
    build.check(5)
    header = build.folder / "source/src/names.h"
    os.utime(header)
    before = build.cache.counts()
    build.ninja()
    assert build.cache.counts()[:2] == (before[0] + 2, before[1])
    header.write_text(header.read_text() + "int added();\n")
    build.ninja()
    assert build.cache.counts()[:2] == (before[0] + 2, before[1] + 2)
    assert "no work to do" in build.ninja()


CL_PROJECT = """cmake_minimum_required(VERSION 3.20)
project(p LANGUAGES C)
add_library(p STATIC a.c b.c)
target_include_directories(p PRIVATE inc)
"""
CL_TOOLCHAIN = """set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
set(CMAKE_C_COMPILER clang-cl-19)
set(CMAKE_LINKER lld-link-19)
set(CMAKE_AR llvm-lib-19)
set(CMAKE_MT llvm-mt-19)
set(CMAKE_RC_COMPILER llvm-rc-19)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
"""


@cmakes
@pytest.mark.clang_cl
@pytest.mark.parametrize("kind", ["Debug", "Release"])
def test_clang_cl_build_is_all_hits_and_equals_an_uncached_one(
    cache: Cache, work: Path, tmp_path: Path, cmake: str, kind: str
) -> None:
    source = tmp_path / "cl"
    (source / "inc").mkdir(parents=True)
    (source / "CMakeLists.txt").write_text(CL_PROJECT)
    (source / "inc/h.h").write_text("#define H 1\n")
    for name in ("a", "b"):
        (source / f"{name}.c").write_text(f'#include "h.h"\nint {name} = H;\n')
    toolchain = tmp_path / "clang-cl.cmake"
    toolchain.write_text(CL_TOOLCHAIN)
    build = Build(cache, work, cmake, source, f"-DCMAKE_BUILD_TYPE={kind}", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}")
    build.check(2)
    (work / "source/inc/h.h").write_text("#define H 2\n")
    build.ninja()
    assert build.cache.counts()[1] == 4


@pytest.mark.posix("proc")
@cmakes
@pytest.mark.parametrize(
    "env",
    [{"CLCACHE_DISABLE": "1"}, {"CLCACHE_DIR": "/proc/nowhere"}, {"CLCACHE_SOCKET": "/proc/nowhere/socket"}],
    ids=str,
)
def test_build_succeeds_where_the_cache_does_not_work(build: Build, env: dict[str, str]) -> None:
    build.configure(*(f"-DCMAKE_{language}_COMPILER_LAUNCHER={build.cache.launcher}" for language in ("C", "CXX")))
    build.ninja(env=env)
    assert sum(build.cache.counts()) == 0


@pytest.mark.posix("signals")
def test_build_succeeds_while_core_and_folder_go(lone_cache: Cache, work: Path) -> None:
    cmake = CMAKES["system"] if os.path.exists(CMAKES["system"]) else CMAKES["newest"]
    build = Build(lone_cache, work, cmake, HELLO, "-DCMAKE_DISABLE_FIND_PACKAGE_ClcacheLauncher=ON")
    build.configure(*(f"-DCMAKE_{language}_COMPILER_LAUNCHER={lone_cache.launcher}" for language in ("C", "CXX")))
    process = subprocess.Popen(
        ["ninja", "-C", "build"], cwd=work, env=lone_cache.environment, stdout=subprocess.DEVNULL
    )
    killed = 0
    while process.poll() is None:
        if (pid := lone_cache.core_pid()) is not None:
            os.kill(pid, signal.SIGKILL)
            killed += 1
        shutil.rmtree(lone_cache.folder, ignore_errors=True)
        time.sleep(0.05)
    assert process.returncode == 0
    assert killed > 0
    build.ninja("-t", "clean")
    build.ninja()
    build.ninja("-t", "clean")
    build.ninja()
    assert lone_cache.counts()[0] >= 5
