"""Random projects in trees at other places: what the cache gives in each is what the bare compiler makes there.

``CLCACHE_TEST_SEED`` and ``CLCACHE_TEST_PROJECTS_TRIED`` choose other projects, or more of them. A failure names the
number of its project, with which it can be tried alone.
"""

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import Made, make_bare, make_cached
from support.trial import compilers

pytestmark = pytest.mark.posix("gnu")

SEED = int(os.environ.get("CLCACHE_TEST_SEED", "1"))
TRIED = int(os.environ.get("CLCACHE_TEST_PROJECTS_TRIED", "12"))

_NAMES = ("a", "ab", "a b", "a.b", "a=b", "a$x", "w#1", "Größe", "x-y", "A", "1", "@x", "~t", "longer-" * 12)
_BUILDS = ("{project}/build", "{project}", "{top}/out", "{project}-build")
_PACKAGES = ("{project}/third/pkg", "{top}/p", "{project}-pkg", "{base}/shared")
_ROOTS = (("project",), ("project", "build"), ("project", "build", "package"), ("package", "project"))

# {first} is the project's folder in the first tree, in every tree.
_LINES = (
    '#include "../inc/h.h"',
    '#include "gen.h"',
    "#include <p.h>",
    "#include <linked.h>",
    "int f(int a) {{ if (a = 2) return 1; return 7 / a; }}",
    "static int unused() {{ return 1; }}",
    '#line 7 "other.c"\nint g(int a) {{ if (a = 2) return 1; return a; }}',
    "#ifdef NAME\nunsigned n = sizeof(NAME);\n#endif",
)
_TELLING_LINES = (
    '#include "{first}/inc/h.h"',
    '#if __has_include("{first}/inc/h.h")\nint has;\n#endif',
    "const char* file() {{ return __FILE__; }}",
    "unsigned size() {{ return sizeof(__FILE__); }}",
    "unsigned pasted() {{ return sizeof(CAT(__FI, LE__)); }}",
    '#pragma message("{first}/x")',
    '#pragma message("{parent}" "/{name}")',
    "namespace {{ struct S {{ virtual ~S() {{}} }}; }}\nvoid* s() {{ return new S; }}",
    "auto l = [](auto) {{ return sizeof(__PRETTY_FUNCTION__); }};\nunsigned m = l([] {{}});",
)
_HEADER_LINES = (
    "static int h_{n}() {{ return 1; }}",
    "inline unsigned i_{n}() {{ return sizeof(__FILE__); }}\nunsigned (*j_{n})() = i_{n};",
    "#define NAME_{n} __FILE__",
    "#pragma once",
    "#ifdef WARNS\n#warning {n}\n#endif",
)
_MAPS = (
    "{project}=.",
    "{project}/=",
    "{project}={project}",
    "{top}=T",
    "{project}/inc=I",
    "{build}=./b",
    "{package}=./p",
)
_GNU_OPTIONS = ("-g", "-O2", "-Wall", "-H", "-MP", "-w", "-gz", "-DNAME=__FILE__", "-DWARNS", "-fsanitize=undefined")
_DEPFILES: tuple[list[str], ...] = ([], ["-MD"], ["-MMD", "-MT", "x.o"], ["-MD", "-MQ", "{build}/x"])
_CL_OPTIONS = (
    "/W4",
    "/O2",
    "/Z7",
    "/FC",
    "/DNAME=__FILE__",
    "/DWARNS",
    "/clang:-MMD",
    "/showIncludes",
    "/GR-",
    "/Brepro",
)


@dataclass(frozen=True)
class Tree:
    """Where one tree has its parts."""

    base: Path
    top: Path
    project: Path
    build: Path
    package: Path

    def fill(self, texts: Sequence[str]) -> list[str]:
        """Texts with the tree's folders in them."""
        return [text.format(**{name: getattr(self, name) for name in Tree.__dataclass_fields__}) for text in texts]


class Project:
    """A project, the trees that hold it, and how it is compiled: all by one number."""

    def __init__(self, base: Path, compiler: str, number: int) -> None:
        choose = random.Random(f"{SEED} {compiler} {number}")
        self.compiler, self.is_cl = compiler, compiler.startswith("clang-cl")
        build, package = choose.choice(_BUILDS), choose.choice(_PACKAGES)
        self.is_linked = choose.random() < 0.2
        names = zip("tu", choose.sample(_NAMES, 2), strict=True)
        self.trees = [self._tree(base, top, name, build, package) for top, name in names]
        self._write(choose, number)
        self.options = self._options(choose)
        self.kinds = [choose.choice(("-I", "-imsvc" if self.is_cl else "-isystem")) for _ in range(3)]
        self.is_relative, self.doubles = choose.random() < 0.2, choose.random() < 0.1
        self.roots = choose.choice(_ROOTS)
        self.runs_in = choose.choice(("build", "build", "project"))

    def _write(self, choose: random.Random, number: int) -> None:
        first = self.trees[0].project
        body = choose.sample(_LINES, choose.randint(1, 3)) + choose.sample(_TELLING_LINES, choose.choice((0, 0, 1)))
        text = "\n".join(body).format(first=first, parent=first.parent, name=first.name)
        headers = [choose.sample(_HEADER_LINES, choose.randint(0, 2)) for _ in range(4)]
        for tree in self.trees:
            places = (tree.project / "inc/h.h", tree.package / "p.h", tree.package / "linked.h", tree.build / "gen.h")
            for path, lines in zip(places, headers, strict=True):
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("\n".join(lines).format(n=path.stem) + "\n")
            (tree.project / "src").mkdir(exist_ok=True)
            (tree.project / "src/a.cpp").write_text(f"#define CAT(x, y) x##y\n{text}\nint last{number};\n")
            (tree.project / "inc/linked.h").symlink_to(tree.package / "linked.h")

    def _options(self, choose: random.Random) -> list[str]:
        found = choose.sample(_CL_OPTIONS if self.is_cl else _GNU_OPTIONS, choose.randint(0, 3))
        carrier = "/clang:" if self.is_cl else ""
        for value in choose.sample(_MAPS, choose.choice((0, 0, 1, 2))):
            found.append(f"{carrier}-f{choose.choice(('file', 'macro', 'debug'))}-prefix-map={value}")
        return found + ([] if self.is_cl else choose.choice(_DEPFILES))

    def _tree(self, base: Path, top: str, name: str, build: str, package: str) -> Tree:
        folder = base / top
        project = folder / name
        (folder / "real" / name).mkdir(parents=True)
        if self.is_linked:
            project.symlink_to(folder / "real" / name)
        else:
            project.mkdir()
        places = [each.format(base=base, top=folder, project=project) for each in (build, package)]
        for place in places:
            Path(place).mkdir(parents=True, exist_ok=True)
        return Tree(base, folder, project, *map(Path, places))

    def command(self, tree: Tree) -> list[str]:
        """The command line in a tree."""
        here = getattr(tree, self.runs_in)

        def spelled(path: Path) -> str:
            if self.is_relative and not self.is_linked:
                return os.path.relpath(path, here)
            return f"{path.parent}//{path.name}" if self.doubles else str(path)

        folders = (tree.project / "inc", tree.package, tree.build)
        words = [f"{kind}{spelled(folder)}" for kind, folder in zip(self.kinds, folders, strict=True)]
        source = spelled(tree.project / "src/a.cpp")
        options = tree.fill(self.options)
        if self.is_cl:
            return [self.compiler, "/nologo", "/std:c++20", *options, *words, "/c", "/Foa.obj", "--", source]
        return [self.compiler, "-std=c++20", *options, *words, "-c", source, "-o", "a.o"]

    def environment(self, tree: Tree) -> dict[str, str]:
        """The roots in a tree; its folders are named as they were given."""
        named = (f"{name}={getattr(tree, name)}" for name in self.roots)
        return {"CLCACHE_ROOTS": os.pathsep.join(named), "PWD": str(getattr(tree, self.runs_in))}

    def make(self, cache: Cache, tree: Tree, *, bare: bool = False) -> Made:
        """Compile in a tree."""
        by = make_bare if bare else make_cached
        return by(cache, self.command(tree), getattr(tree, self.runs_in), self.environment(tree))


@compilers
def test_each_of_random_trees_is_given_what_its_compiler_makes(cache: Cache, work: Path, compiler: str) -> None:
    shared = 0
    for number in range(TRIED):
        project = Project(work / str(number), compiler, number)
        for tree in (*project.trees, project.trees[0]):
            bare = project.make(cache, tree, bare=True)
            before = cache.counts()
            told = f"project {number} of seed {SEED} in {tree.project}:\n{project.command(tree)}\n{bare.done}"
            assert project.make(cache, tree) == bare, told
            shared += tree is project.trees[1] and cache.counts()[0] > before[0]
    assert shared
