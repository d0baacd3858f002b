"""Real projects: a cold build all misses, a warm one all hits, and nothing differs from an uncached build."""

import os
import re
import shutil
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache

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
    if not os.path.isdir(os.path.join(PROJECTS, found[0])) or not os.path.isdir(TOOLCHAINS):
        text = "CLCACHE_TEST_PROJECTS has to name a folder with yaml-cpp, googletest and fmtlib; .ci/run shows how"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)
    return found


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
