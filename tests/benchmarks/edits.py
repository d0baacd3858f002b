"""Random edits of a real project, each followed by a cached and an uncached build at one path that are compared.

PYTHONPATH=tests python tests/benchmarks/edits.py yaml-cpp [--edits 50] [--seed 1] [--projects DIR] [--toolchains DIR]

Ninja sees a file's time only; so after each edit some sources are touched, that what it does not see is compiled, too.
"""

import argparse
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.cache import Cache
from support.edits import FileEdit

_CL = "-DCMAKE_TOOLCHAIN_FILE={toolchains}/clang-cl.cmake"
PROJECTS = {
    "yaml-cpp": (_CL, "-DYAML_CPP_BUILD_TESTS=OFF", "-DYAML_CPP_BUILD_TOOLS=OFF"),
    "googletest": ("-DCMAKE_CXX_COMPILER=clang++-19", "-DCMAKE_C_COMPILER=clang-19"),
    "fmtlib": ("-DFMT_TEST=OFF", "-DFMT_DOC=OFF", "-DCMAKE_BUILD_TYPE=Debug"),
}
_COMMON = ("-G", "Ninja", "-DCMAKE_POLICY_VERSION_MINIMUM=3.5")
_MOST_INCLUDERS = 12
"""Headers that more sources include are edited seldom: a build of all takes long."""


@dataclass(frozen=True)
class Built:
    """What a build left."""

    code: int
    said: tuple[str, ...]
    objects: dict[str, bytes]
    dependencies: tuple[str, ...]

    def differences(self, other: "Built") -> list[str]:
        """Names of what is not equal."""
        found = [name for name in ("code", "said", "dependencies") if getattr(self, name) != getattr(other, name)]
        names = sorted({*self.objects, *other.objects})
        return found + [name for name in names if self.objects.get(name) != other.objects.get(name)]


class Builds:
    """A source folder and two build folders that take turns at one path."""

    def __init__(self, root: Path, source: Path, arguments: list[str]) -> None:
        self.root, self.source = root, root / "source"
        (root / "own").mkdir()
        self.cache = Cache(root / "own", Path(tempfile.mkdtemp(prefix="clc")) / "core")
        self.env: dict[str, str] = {}
        shutil.copytree(source, self.source)
        for name, launcher in (("cached", str(self.cache.launcher)), ("bare", "")):
            given = [f"-DCMAKE_{language}_COMPILER_LAUNCHER={launcher}" for language in ("C", "CXX")]
            argv = ["cmake", "-S", "source", "-B", "build", *_COMMON, *arguments, *given]
            done = self.cache.run(*argv, cwd=root)
            if done.code != 0:
                sys.exit(done.stderr.decode())
            (root / "build").rename(root / name)

    def build(self, name: str) -> Built:
        """Build in one of the two."""
        (self.root / name).rename(self.root / "build")
        done = self.cache.run("ninja", "-C", "build", "-j2", "-k0", cwd=self.root, env=self.env)
        listed = self.cache.run("ninja", "-C", "build", "-t", "deps", cwd=self.root)
        found = [path for kind in ("*.o", "*.obj") for path in (self.root / "build").rglob(f"*.dir/**/{kind}")]
        objects = {str(path.relative_to(self.root)): _content(path) for path in found}
        (self.root / "build").rename(self.root / name)
        # Ninja prints in the order in which compiles end, each with the count of what is done.
        said = sorted(re.sub(r"^\[\d+/\d+\] ", "", line) for line in done.stdout.decode().splitlines())
        said = [line for line in said if str(self.cache.launcher) not in line and not re.match(r"FAILED|: &&|/", line)]
        deps = sorted(re.sub(r"deps mtime \d+", "", listed.stdout.decode()).split("\n\n"))
        return Built(done.code, tuple(said), objects, tuple(deps))

    def headers(self) -> Counter[str]:
        """The project's headers with the number of sources that include each."""
        (self.root / "bare").rename(self.root / "build")
        listed = self.cache.run("ninja", "-C", "build", "-t", "deps", cwd=self.root).stdout.decode()
        (self.root / "build").rename(self.root / "bare")
        paths = re.findall(rf"^    (?:{re.escape(str(self.source))}|\.\./source)/(\S+)$", listed, re.MULTILINE)
        return Counter(path for path in paths if not path.endswith((".c", ".cc", ".cpp")))

    def sources(self) -> list[str]:
        """The project's sources that are built."""
        listed = (self.root / "bare" / "build.ninja").read_text()
        return sorted(set(re.findall(rf"_COMPILER__\S+ {re.escape(str(self.source))}/(\S+)", listed)))

    def close(self) -> None:
        """End the core and remove all."""
        self.cache.front_end("stop", cwd=self.root)
        shutil.rmtree(Path(self.cache.endpoint).parent)
        shutil.rmtree(self.root)


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    # clang-cl writes the time of day into a COFF object, bytes 4 to 7.
    return data[:4] + data[8:] if path.suffix == ".obj" else data


def _edits(choose: random.Random, headers: Counter[str], sources: list[str]) -> Iterator[list[FileEdit]]:
    """Edits without end, each a list of steps; what one breaks is often mended by the next."""
    few = sorted(name for name, count in headers.items() if count <= _MOST_INCLUDERS)
    while True:
        header = choose.choice(few if few and choose.random() < 0.9 else sorted(headers))
        source = choose.choice(sources)
        number = choose.randrange(3)
        text = f"\nnamespace {{ [[maybe_unused]] const int edit_{number} = {number}; }}\n"
        # A name in quotes is looked for beside the source first.
        shadow = f"{Path(source).parent}/{header.removeprefix('include/')}"
        kept = f"{header}.kept"
        steps = {
            "touch": [FileEdit("touch", header)],
            "comment": [FileEdit("append", header, text=f"// comment {number}\n")],
            "token": [FileEdit("append", header, text=text)],
            "source": [FileEdit("append", source, text=f"\nint edit_of_a_source_{choose.randrange(10**6)};\n")],
            "back": [FileEdit("copy-with-its-time", f"../original/{header}", header)],
            "remove": [FileEdit("remove", header)],
            "add": [FileEdit("write", f"{header}.added.h", text="int added;\n")],
            "shadow": [FileEdit("copy", header, shadow, text)] if shadow != header else [],
            "unshadow": [FileEdit("remove", shadow)] if shadow not in headers else [],
            "rename": [FileEdit("rename", header, kept)],
            "link": [FileEdit("rename", header, kept), FileEdit("link", kept, header)],
            "folder": [FileEdit("rename", header, kept), FileEdit("make-a-folder-of", header)],
            "hard-link": [FileEdit("hard-link", header, choose.choice(few or [header]) + ".same.h")],
            "folder-link": [FileEdit("swap-for-link", str(Path(header).parent))],
        }
        yield steps[choose.choice([*steps, "token", "back", "back", "shadow"])]


def run(builds: Builds, count: int, choose: random.Random) -> int:
    """Make the edits; how many of them ended in a difference."""
    shutil.copytree(builds.source, builds.root / "original")
    first = builds.build("bare").differences(builds.build("cached"))
    print(f"first build: {builds.cache.counts()} {first or 'equal'}")
    headers, sources, wrong, failed = builds.headers(), builds.sources(), int(bool(first)), 0
    edits = _edits(choose, headers, sources)
    for number in range(1, count + 1):
        steps = next(edits)
        steps += [FileEdit("touch", name) for name in choose.sample(sources, min(2, len(sources)))]
        if number % 10 == 0:
            variable = choose.choice(["CPATH", "INCLUDE"])
            builds.env = {} if builds.env else {variable: str((builds.source / choose.choice(sources)).parent)}
        for step in steps:
            step.apply(builds.source)
        before = builds.cache.counts()
        bare, cached = builds.build("bare"), builds.build("cached")
        grown = tuple(after - b for after, b in zip(builds.cache.counts(), before, strict=True))
        found = bare.differences(cached)
        wrong += bool(found)
        failed += bare.code != 0
        told = "; ".join(map(str, steps))
        print(
            f"{number:3} code {bare.code} hits, misses, uncacheable, errors {grown} {found or 'equal'}  {told[:150]!r}",
            flush=True,
        )
        if bare.code and number % 3 == 0:
            # What is broken stays broken: the project is put back as it was.
            shutil.rmtree(builds.source)
            shutil.copytree(builds.root / "original", builds.source)
    print(f"{count} edits, {failed} builds that failed, {wrong} differences; in all {builds.cache.counts()}")
    return wrong


def main() -> None:
    """Build, edit, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("project", choices=sorted(PROJECTS))
    parser.add_argument("--edits", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--projects", type=Path, default=Path(os.environ.get("CLCACHE_TEST_PROJECTS", ".")))
    parser.add_argument("--toolchains", default=os.environ.get("CLCACHE_TEST_TOOLCHAINS", ""))
    given = parser.parse_args()
    arguments = [word.format(toolchains=given.toolchains) for word in PROJECTS[given.project]]
    builds = Builds(Path(tempfile.mkdtemp(prefix="edits")), given.projects / given.project, arguments)
    try:
        sys.exit(min(1, run(builds, given.edits, random.Random(given.seed))))
    finally:
        builds.close()


if __name__ == "__main__":
    main()
