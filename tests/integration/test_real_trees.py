"""Two checkouts of a real project: in the second those files compile again that the bare compiler makes otherwise."""

import os
import re
import shutil
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache

PROJECTS = os.environ.get("CLCACHE_TEST_PROJECTS", "")
TOOLCHAINS = os.environ.get("CLCACHE_TEST_TOOLCHAINS", "")
CL = f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS}/clang-cl.cmake"
# The last number: how many compile again though their objects are equal, for the preprocessed text names the tree.
CASES = {
    "fmtlib, gcc, Release": ("fmtlib", ("-DFMT_TEST=OFF", "-DFMT_DOC=OFF", "-DCMAKE_BUILD_TYPE=Release"), 0),
    "fmtlib, gcc, Debug": ("fmtlib", ("-DFMT_TEST=OFF", "-DFMT_DOC=OFF", "-DCMAKE_BUILD_TYPE=Debug"), 0),
    "googletest, gcc, Release": ("googletest", ("-DCMAKE_BUILD_TYPE=Release",), 1),
    "yaml-cpp, clang-cl, Release": (
        "yaml-cpp",
        (CL, "-DYAML_CPP_BUILD_TESTS=OFF", "-DYAML_CPP_BUILD_TOOLS=OFF", "-DCMAKE_BUILD_TYPE=Release"),
        0,
    ),
}


class Checkout:
    """One tree of a project with its build."""

    def __init__(self, cache: Cache, folder: Path, project: str, options: tuple[str, ...]) -> None:
        self.cache, self.folder, self.options = cache, folder, options
        self.env = {"CLCACHE_BASEDIR": str(folder)}
        shutil.copytree(Path(PROJECTS, project), folder / "source")

    def build(self, launcher: str) -> tuple[dict[str, bytes], dict[str, list[str]]]:
        """Objects and what Ninja recorded of their headers, by their paths in the tree."""
        shutil.rmtree(self.folder / "build", ignore_errors=True)
        given = [f"-DCMAKE_{language}_COMPILER_LAUNCHER={launcher}" for language in ("C", "CXX")]
        argv: list[str | Path] = [
            SCRIPTS / "cmake",
            "-S",
            "source",
            "-B",
            "build",
            "-G",
            "Ninja",
            "-DCMAKE_POLICY_VERSION_MINIMUM=3.5",
        ]
        lines: list[list[str | Path]] = [[*argv, *self.options, *given], [SCRIPTS / "ninja", "-C", "build", "-j2"]]
        for line in lines:
            done = self.cache.run(*line, cwd=self.folder, env=self.env)
            assert done.code == 0, (done.stdout + done.stderr).decode()[-3000:]
        objects = {
            str(path.relative_to(self.folder)): _without_time(path)
            for kind in ("*.o", "*.obj")
            for path in (self.folder / "build").rglob(f"*.dir/**/{kind}")
        }
        text = self.cache.run(SCRIPTS / "ninja", "-C", "build", "-t", "deps", cwd=self.folder).stdout.decode()
        deps = dict(re.findall(r"^(\S+): #deps[^\n]*\n((?: {4}[^\n]*\n)*)", text, re.MULTILINE))
        return objects, {name: listed.split("\n") for name, listed in deps.items()}


def _without_time(path: Path) -> bytes:
    data = path.read_bytes()
    return data[:4] + data[8:] if path.suffix == ".obj" else data


@pytest.fixture(params=CASES.values(), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> tuple[str, tuple[str, ...], int]:
    """A project, its options, and how many of its files are in doubt."""
    found: tuple[str, tuple[str, ...], int] = request.param
    return found


@pytest.fixture
def checkouts(case: tuple[str, tuple[str, ...], int], cache: Cache, work: Path) -> list[Checkout]:
    """Two trees of equal content."""
    project, options, _ = case
    if not os.path.isdir(os.path.join(PROJECTS, project)) or not os.path.isdir(TOOLCHAINS):
        text = "CLCACHE_TEST_PROJECTS has to name a folder with yaml-cpp, googletest and fmtlib; .ci/run shows how"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)
    return [Checkout(cache, work / name, project, options) for name in ("one", "another one/zweite Größe")]


def test_second_checkout_compiles_what_differs_there(
    cache: Cache, case: tuple[str, tuple[str, ...], int], checkouts: list[Checkout]
) -> None:
    bare = [checkout.build("") for checkout in checkouts]
    differing = {name for name, data in bare[0][0].items() if bare[1][0][name] != data}
    cached = [checkouts[0].build(str(cache.launcher))]
    assert cache.counts() == (0, len(bare[0][0]), 0, 0), cache.log.read_text()[-3000:]
    cache.front_end("zero")
    log = len(cache.log.read_text())
    cached.append(checkouts[1].build(str(cache.launcher)))
    lines = cache.log.read_text()[log:]
    assert cached == bare
    misses = len(differing) + case[2]
    assert cache.counts() == (len(bare[0][0]) - misses, misses, 0, 0), lines[-6000:]
