"""Two checkouts of a real project: in the second those files compile again that the bare compiler makes otherwise."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from clcache_launcher.setup.context import module_folder
from support.cache import SCRIPTS, Cache

pytestmark = [pytest.mark.projects, pytest.mark.posix("gnu")]

PROJECTS = os.environ.get("CLCACHE_TEST_PROJECTS", "")
TOOLCHAINS = os.environ.get("CLCACHE_TEST_TOOLCHAINS", "")
BARE = {"CLCACHE_DISABLE": "1"}


@dataclass(frozen=True)
class Case:
    """A project as it is configured."""

    project: str
    compiler: str
    build_type: str
    relocatable: bool
    doubtful: int = 0
    """How many compile again though their objects are equal, for the preprocessed text names the tree."""

    @property
    def options(self) -> list[str]:
        """Of CMake."""
        given = [f"-DCMAKE_BUILD_TYPE={self.build_type}", f"-DCLCACHE_RELOCATABLE={self.relocatable}"]
        if self.compiler == "clang-cl":
            given.append(f"-DCMAKE_TOOLCHAIN_FILE={TOOLCHAINS}/clang-cl.cmake")
        return given + _OPTIONS[self.project]


_OPTIONS = {
    "fmtlib": ["-DFMT_TEST=OFF", "-DFMT_DOC=OFF"],
    "googletest": [],
    "yaml-cpp": ["-DYAML_CPP_BUILD_TESTS=OFF", "-DYAML_CPP_BUILD_TOOLS=OFF"],
}
CASES = {
    f"{project}, {compiler}, {build_type}, {'relocatable' if relocatable else 'as it is'}": Case(
        project, compiler, build_type, relocatable, doubtful
    )
    for project, compiler, build_type, relocatable, doubtful in [
        ("fmtlib", "gcc", "Release", False, 0),
        ("fmtlib", "gcc", "Release", True, 0),
        ("fmtlib", "gcc", "Debug", False, 0),
        ("fmtlib", "gcc", "Debug", True, 0),
        ("googletest", "gcc", "Release", False, 1),
        ("googletest", "gcc", "Debug", True, 0),
        ("yaml-cpp", "clang-cl", "Release", False, 0),
        ("yaml-cpp", "clang-cl", "Release", True, 0),
        ("yaml-cpp", "clang-cl", "Debug", False, 0),
        ("yaml-cpp", "clang-cl", "Debug", True, 0),
    ]
}


@dataclass(frozen=True)
class Built:
    """What a build left."""

    objects: dict[str, bytes]
    """By their paths in the tree."""
    headers: dict[str, list[str]]
    """What Ninja recorded of each object."""
    said: list[str]
    """What the compilers printed, line by line, sorted."""


class Checkout:
    """One tree of a project with its build."""

    def __init__(self, cache: Cache, folder: Path, case: Case) -> None:
        self.cache, self.folder, self.case = cache, folder, case
        shutil.copytree(Path(PROJECTS, case.project), folder / "source")

    def build(self, env: dict[str, str] | None = None) -> Built:
        """Build from nothing."""
        build = self.folder / "build"
        shutil.rmtree(build, ignore_errors=True)
        include = f"-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES={module_folder()}/ClcacheLauncher.cmake"
        options = ["-DCMAKE_POLICY_VERSION_MINIMUM=3.5", *self.case.options]
        self._run(env, SCRIPTS / "cmake", "-S", "source", "-B", "build", "-G", "Ninja", include, *options)
        text = self._run(env, SCRIPTS / "ninja", "-C", "build", "-j2")
        objects = {
            str(path.relative_to(self.folder)): _without_time(path)
            for kind in ("*.o", "*.obj")
            for path in build.rglob(f"*.dir/**/{kind}")
        }
        listed = self._run(env, SCRIPTS / "ninja", "-C", "build", "-t", "deps")
        deps = re.findall(r"^(\S+): #deps[^\n]*\n((?: {4}[^\n]*\n)*)", listed, re.MULTILINE)
        said = sorted(line for line in text.splitlines() if not line.startswith(("[", "ninja:")))
        return Built(objects, {name: re.findall("^ {4}(.*)$", names, re.MULTILINE) for name, names in deps}, said)

    def _run(self, env: dict[str, str] | None, *argv: str | Path) -> str:
        done = self.cache.run(*argv, cwd=self.folder, env=env)
        text = (done.stdout + done.stderr).decode()
        assert done.code == 0, text[-3000:]
        return text

    def change_header(self, built: Built) -> str:
        """Change the own header that the fewest files include, and no object by it; returns its name."""
        named = [name for names in built.headers.values() for name in names]
        own = {name for name in named if Path(self.folder, "build", name).is_relative_to(self.folder)}
        header = min(sorted(name for name in own if name.endswith((".h", ".hpp"))), key=named.count)
        with Path(self.folder, "build", header).open("a") as file:
            file.write("// changed\n")
        return header


def _without_time(path: Path) -> bytes:
    data = path.read_bytes()
    return data[:4] + data[8:] if path.suffix == ".obj" else data


@pytest.fixture(params=CASES.values(), ids=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    """A project with its options."""
    found: Case = request.param
    if not os.path.isdir(os.path.join(PROJECTS, found.project)) or not os.path.isdir(TOOLCHAINS):
        text = "CLCACHE_TEST_PROJECTS has to name a folder with yaml-cpp, googletest and fmtlib; .ci/run shows how"
        if os.environ.get("CI"):
            pytest.fail(text)
        pytest.skip(text)
    return found


def test_second_checkout_compiles_what_differs_there(cache: Cache, case: Case, work: Path) -> None:
    one, two = [Checkout(cache, work / name, case) for name in ("one", "another one/zweite Größe")]
    bare = [one.build(BARE), two.build(BARE)]
    differing = {name for name, data in bare[0].objects.items() if bare[1].objects[name] != data}
    if case.relocatable and case.compiler == "gcc":
        assert not differing
    every = len(bare[0].objects)
    cache.front_end("zero")
    assert one.build() == bare[0]
    assert cache.counts() == (0, every, 0, 0), cache.log.read_text()[-3000:]
    cache.front_end("zero")
    log = len(cache.log.read_text())
    assert two.build() == bare[1]
    misses = len(differing) + case.doubtful
    assert cache.counts() == (every - misses, misses, 0, 0), cache.log.read_text()[log:][-6000:]
    header = two.change_header(bare[1])
    changed = two.build(BARE)
    users = [name for name, headers in changed.headers.items() if header in headers]
    assert 0 < len(users) < every
    cache.front_end("zero")
    assert two.build() == changed
    assert cache.counts() == (every - len(users), len(users), 0, 0)
