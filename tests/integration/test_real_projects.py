"""Real projects: a cold build all misses, a warm one all hits, and nothing differs from an uncached build.

``CLCACHE_TEST_ALL=1`` adds the configurations that take long, and looks whether two uncached builds agree as is said
here that they do.
"""

import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache
from support.skip import skip_or_fail

pytestmark = [pytest.mark.projects, pytest.mark.posix("gnu")]

PROJECTS = os.environ.get("CLCACHE_TEST_PROJECTS", "")
TOOLCHAINS = os.environ.get("CLCACHE_TEST_TOOLCHAINS", "")
COMMON = ("-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_POLICY_VERSION_MINIMUM=3.5")
CL = f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS}/clang-cl.cmake"
CMAKES = {"system": "/usr/bin/cmake", "newest": str(SCRIPTS / "cmake")}
CASES = {
    "yaml-cpp with clang-cl, newest CMake": (
        "yaml-cpp",
        "newest",
        (CL, "-DYAML_CPP_BUILD_TESTS=OFF", "-DYAML_CPP_BUILD_TOOLS=OFF"),
    ),
    "yaml-cpp with clang-cl, oldest CMake": (
        "yaml-cpp",
        "system",
        (CL, "-DYAML_CPP_BUILD_TESTS=OFF", "-DYAML_CPP_BUILD_TOOLS=OFF"),
    ),
    "googletest with clang-cl": ("googletest", "newest", (CL,)),
    "fmtlib with gcc": ("fmtlib", "system", ("-DFMT_TEST=OFF", "-DFMT_DOC=OFF")),
}
HEADERS = {
    "yaml-cpp": "include/yaml-cpp/mark.h",
    "googletest": "googletest/include/gtest/gtest-spi.h",
    "fmtlib": "include/fmt/os.h",
}


@pytest.fixture(params=CASES.values(), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> tuple[str, str, tuple[str, ...]]:
    """One project with its CMake and arguments."""
    found: tuple[str, str, tuple[str, ...]] = request.param
    _found(found[0])
    return found


def _found(project: str) -> Path:
    if not os.path.isdir(os.path.join(PROJECTS, project)) or not os.path.isdir(TOOLCHAINS):
        skip_or_fail(
            "CLCACHE_TEST_PROJECTS has to name a folder with yaml-cpp, googletest and fmtlib; .ci/run shows how"
        )
    return Path(PROJECTS, project)


def test_real_project(cache: Cache, work: Path, case: tuple[str, str, tuple[str, ...]]) -> None:
    name, cmake, words = case
    shutil.copytree(Path(PROJECTS, name), work / "source")

    def configure(launcher: str) -> None:
        given = [f"-DCMAKE_{language}_COMPILER_LAUNCHER={launcher}" for language in ("C", "CXX")]
        argv = [CMAKES[cmake], "-S", "source", "-B", "build", "-G", "Ninja", *COMMON, *words, *given]
        done = cache.run(*argv, cwd=work)
        assert done.code == 0, done.stderr.decode()

    def ninja(*arguments: str) -> str:
        done = cache.run("ninja", "-C", "build", "-j2", *arguments, cwd=work)
        assert done.code == 0, done.stdout.decode()[-3000:]
        return done.stdout.decode()

    def objects() -> dict[str, bytes]:
        found = [path for kind in ("*.o", "*.obj") for path in (work / "build").rglob(f"*.dir/**/{kind}")]
        data = {str(path): path.read_bytes() for path in found}
        return {name: text[:4] + text[8:] if name.endswith(".obj") else text for name, text in data.items()}

    def deps() -> dict[str, str]:
        return dict(re.findall(r"^(\S+): #deps (\d+)", ninja("-t", "deps"), re.MULTILINE))

    configure("")
    ninja()
    bare, bare_deps = objects(), deps()
    count = len(bare)
    assert count >= 2
    assert len(bare_deps) == count
    configure(str(cache.launcher))
    ninja("-t", "clean")
    ninja()
    assert cache.counts() == (0, count, 0, 0), cache.log.read_text()[-3000:]
    assert objects() == bare
    ninja("-t", "clean")
    ninja()
    assert cache.counts() == (count, count, 0, 0), cache.log.read_text()[-3000:]
    assert objects() == bare
    assert deps() == bare_deps
    assert "no work to do" in ninja()
    (work / "source" / HEADERS[name]).touch()
    rebuilt = ninja().count("Building")
    assert 0 < rebuilt <= count
    assert cache.counts() == (count + rebuilt, count, 0, 0)


ALL = bool(os.environ.get("CLCACHE_TEST_ALL"))
_ARGUMENTS = {
    "fmtlib": ("-DFMT_TEST=OFF", "-DFMT_DOC=OFF"),
    "googletest": (),
    "yaml-cpp": ("-DYAML_CPP_BUILD_TESTS=OFF", "-DYAML_CPP_BUILD_TOOLS=OFF"),
}
_TARGETS = {"fmtlib": "fmt", "googletest": "gtest", "yaml-cpp": "yaml-cpp"}
_COMPILERS = {
    "gcc": ("-DCMAKE_C_COMPILER=gcc", "-DCMAKE_CXX_COMPILER=g++"),
    "clang": ("-DCMAKE_C_COMPILER=clang-19", "-DCMAKE_CXX_COMPILER=clang++-19"),
    "clang_cl": (CL,),
}
_FLAGS = {
    "debug": "-O0 -g",
    "optimized": "-O2",
    "split_debug_information": "-g -gsplit-dwarf",
    "coverage": "--coverage -frandom-seed=x",
    "precompiled_header": "",
}
# gcc draws the number that joins object and .dwo; a precompiled header holds addresses (gcc) and times (clang).
_UNLIKE = {
    ("gcc", "split_debug_information"): {".o", ".dwo"},
    ("gcc", "precompiled_header"): {".gch"},
    ("clang", "precompiled_header"): {".pch"},
}
_IN_CI = {
    ("fmtlib", "gcc", "debug"),
    ("fmtlib", "gcc", "split_debug_information"),
    ("fmtlib", "gcc", "coverage"),
    ("fmtlib", "gcc", "precompiled_header"),
    ("googletest", "clang", "split_debug_information"),
    ("googletest", "clang", "coverage"),
    ("yaml-cpp", "clang_cl", "optimized"),
}
_NEVER = {("clang_cl", "coverage"), ("clang_cl", "split_debug_information")}
"""What the option tables refuse: clang-cl names its side files otherwise."""
_MOST_OBJECTS = 8


@dataclass(frozen=True)
class Configuration:
    """A project with one compiler and one set of flags."""

    project: str
    compiler: str
    flags: str

    def arguments(self, folder: Path) -> list[str]:
        """What CMake is given."""
        words = [*_COMPILERS[self.compiler], *_ARGUMENTS[self.project], "-DCMAKE_POLICY_VERSION_MINIMUM=3.5"]
        words += ["-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY", "-DCMAKE_BUILD_TYPE="]
        flags = _FLAGS[self.flags]
        if self.compiler == "clang_cl":
            flags = "/EHsc " + flags.replace("-O0 -g", "/Od /Z7").replace("-O2", "/O2")
        if self.flags == "precompiled_header":
            script = folder / "precompile.cmake"
            target = _TARGETS[self.project]
            script.write_text(
                f"function(precompile)\n  target_precompile_headers({target} PRIVATE <vector> <string>)\n"
                "endfunction()\ncmake_language(DEFER CALL precompile)\n"
            )
            words.append(f"-DCMAKE_PROJECT_INCLUDE={script}")
        # A toolchain file adds its own flags to these.
        return [*words, f"-DCMAKE_CXX_FLAGS={flags}", f"-DCMAKE_C_FLAGS={flags}"]


def _configurations() -> Iterable[object]:
    for project in _ARGUMENTS:
        for compiler in _COMPILERS:
            for flags in _FLAGS:
                if (compiler, flags) in _NEVER or not (ALL or (project, compiler, flags) in _IN_CI):
                    continue
                marks: list[pytest.MarkDecorator] = []
                marks += [getattr(pytest.mark, compiler)] if compiler != "gcc" else []
                found = Configuration(project, compiler, flags)
                yield pytest.param(found, id=f"{project}-{compiler}-{flags}", marks=marks)


@dataclass
class Build:
    """One build folder, made several times."""

    cache: Cache
    folder: Path
    configuration: Configuration

    def make(self, launcher: str) -> dict[str, bytes]:
        """Configure and build from the start; every file that a compile made, by its path."""
        given = [f"-DCMAKE_{language}_COMPILER_LAUNCHER={launcher}" for language in ("C", "CXX")]
        words = self.configuration.arguments(self.folder)
        self.run(CMAKES["system"], "-S", "source", "-B", "build", "-G", "Ninja", *words, *given)
        self.run("ninja", "-C", "build", "-t", "clean")
        listed = self.run("ninja", "-C", "build", "-t", "targets", "all")
        objects = re.findall(r"^(\S+\.dir/\S+\.(?:o|obj|gch|pch)): \w+_COMPILER", listed, re.MULTILINE)
        # Without ninja's own reading of them depfiles stay, to be compared, too.
        self.run("ninja", "-C", "build", "-j2", "-d", "keepdepfile", *sorted(objects)[:_MOST_OBJECTS])
        kinds = ("o", "obj", "gch", "pch", "dwo", "gcno", "d")
        made = [path for kind in kinds for path in (self.folder / "build").rglob(f"*.dir/**/*.{kind}")]
        return {str(path.relative_to(self.folder)): _stable(path) for path in made}

    def run(self, *argv: str) -> str:
        """Run a program that has to succeed."""
        done = self.cache.run(*argv, cwd=self.folder)
        assert done.code == 0, (done.stdout + done.stderr).decode()[-3000:]
        return done.stdout.decode()


def _stable(path: Path) -> bytes:
    data = path.read_bytes()
    return data[:4] + data[8:] if path.suffix == ".obj" else data


@pytest.mark.parametrize("configuration", list(_configurations()))
def test_configuration_of_a_real_project(cache: Cache, work: Path, configuration: Configuration) -> None:
    shutil.copytree(_found(configuration.project), work / "source")
    build = Build(cache, work, configuration)
    unlike = _UNLIKE.get((configuration.compiler, configuration.flags), set())

    def comparable(made: dict[str, bytes]) -> dict[str, bytes]:
        return {name: b"" if Path(name).suffix in unlike else data for name, data in made.items()}

    bare = build.make("")
    if ALL:
        assert comparable(build.make("")) == comparable(bare)
    cold = build.make(str(cache.launcher))
    _, misses, *others = cache.counts()
    assert comparable(cold) == comparable(bare)
    warm = build.make(str(cache.launcher))
    assert warm == cold
    objects = sum(Path(name).suffix in {".o", ".obj", ".gch", ".pch"} for name in bare)
    assert (misses, *others) == (objects, 0, 0), cache.log.read_text()[-3000:]
    assert cache.counts() == (objects, objects, 0, 0), cache.log.read_text()[-3000:]
