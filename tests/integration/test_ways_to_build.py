"""The example by each way to switch clcache on: the compiler runs once for each source, and never again."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts

pytestmark = pytest.mark.posix("gnu")

HELLO = Path(__file__).parents[2] / "examples/hello"
SOURCES = 5
_ASSEMBLER = """#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (strstr(argv[i], ".dir/src/")) { FILE *f = fopen("RECORD", "a"); fprintf(f, "%s\\n", argv[i]); fclose(f); }
  return execv("/usr/bin/as", argv);
}
"""


class Hello:
    """A copy of the example whose assembler writes down each compilation; a script that did would not be cached."""

    def __init__(self, cmake: CMake, folder: Path) -> None:
        self.cmake, self.source, self.folder = cmake, folder / "source", folder / "build"
        shutil.copytree(HELLO, self.source)
        self.record = folder / "record"
        tools = folder / "tools"
        tools.mkdir()
        (tools / "as.c").write_text(_ASSEMBLER.replace("RECORD", str(self.record)))
        made = cmake.cache.run("gcc", "as.c", "-o", "as", cwd=tools)
        assert made.code == 0, made.stderr
        self.environment = {"CC": "/usr/bin/gcc", "CXX": "/usr/bin/g++", "PATH": f"{tools}:{path_without_scripts()}"}

    def configure(self, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        kind = "-DCMAKE_BUILD_TYPE=Debug"
        self.cmake.configured(self.source, self.folder, kind, *arguments, env=self.environment | dict(env or {}))

    def setup(self, *arguments: str) -> str:
        setup = SCRIPTS / "clcache-setup"
        done = self.cmake.run(setup, self.source, "-B", self.folder, *arguments, cwd=self.source, env=self.environment)
        assert done.code == 0, done.stdout + done.stderr
        return done.stdout.decode()

    def build(self) -> str:
        return self.cmake.build(self.folder, env=self.environment)

    def take_record(self) -> list[str]:
        """The compilations since the last time that anybody asked."""
        lines = self.record.read_text().splitlines() if self.record.exists() else []
        self.record.unlink(missing_ok=True)
        return lines

    def objects(self) -> dict[str, bytes]:
        found = self.folder.glob("CMakeFiles/*.dir/**/*.o")
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}

    def dependencies(self) -> dict[str, list[str]]:
        """By object, the files that Ninja knows it to depend on."""
        blocks = self.cmake.tool(self.folder, "deps").split("\n\n")
        return {block.partition(":")[0].strip(): block.splitlines()[1:] for block in blocks if block.strip()}

    def build_bare(self) -> tuple[dict[str, bytes], dict[str, list[str]]]:
        """Objects and dependencies of a build without clcache in the same folder, which is then removed."""
        self.configure()
        self.take_record()
        self.build()
        assert len(self.take_record()) == SOURCES
        made = self.objects(), self.dependencies()
        assert (len(made[0]), len(made[1])) == (SOURCES, SOURCES)
        shutil.rmtree(self.folder)
        return made

    def check_second_build(self, bare: tuple[dict[str, bytes], dict[str, list[str]]]) -> None:
        """After a first build: it made the same as the bare one, and so does a second one that compiles nothing."""
        assert self.cmake.cache.counts() == (0, SOURCES, 0, 0), self.cmake.cache.log.read_text()
        assert (self.objects(), self.dependencies()) == bare
        self.cmake.tool(self.folder, "clean")
        assert self.objects() == {}
        self.take_record()
        self.build()
        assert self.take_record() == []
        assert self.cmake.cache.counts() == (SOURCES, SOURCES, 0, 0), self.cmake.cache.log.read_text()
        assert (self.objects(), self.dependencies()) == bare
        assert "no work to do" in self.build()
        done = self.cmake.run(self.folder / "hello", cwd=self.folder)
        assert done.stdout == b"Hello, cmake!\nHello, ninja!\nHello, world!\n"


@pytest.fixture
def hello(cmake: CMake, work: Path) -> Hello:
    return Hello(cmake, work)


def test_by_include(hello: Hello) -> None:
    bare = hello.build_bare()
    hello.configure(env={"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"})
    hello.build()
    hello.check_second_build(bare)


def test_by_definitions(hello: Hello) -> None:
    bare = hello.build_bare()
    launcher = hello.cmake.cache.launcher
    hello.configure(f"-DCMAKE_C_COMPILER_LAUNCHER={launcher}", f"-DCMAKE_CXX_COMPILER_LAUNCHER={launcher}")
    hello.build()
    hello.check_second_build(bare)


def test_by_the_generated_toolchain_file(hello: Hello) -> None:
    bare = hello.build_bare()
    hello.setup()
    hello.configure(f"-DCMAKE_TOOLCHAIN_FILE={hello.folder}/clcache/toolchain.cmake")
    hello.build()
    hello.check_second_build(bare)


@pytest.mark.parametrize("cmake", ["newest"], indirect=True)
def test_by_setup_that_builds(hello: Hello) -> None:
    kind = ["--build", "-D", "CMAKE_BUILD_TYPE=Debug"]
    bare = hello.build_bare()
    assert f"clcache: 0 hits, {SOURCES} misses in " in hello.setup(*kind)
    hello.check_second_build(bare)
    shutil.rmtree(hello.folder)
    hello.take_record()
    assert f"clcache: {SOURCES} hits, 0 misses in " in hello.setup(*kind)
    assert hello.take_record() == []
    assert (hello.objects(), hello.dependencies()) == bare
