"""Random edits of a small project: after each, what the cache gives is what the bare compiler makes.

``CLCACHE_TEST_SEED`` and ``CLCACHE_TEST_EDITS`` choose another or a longer run. A failure prints a short list of edits
that leads to it. ``CLCACHE_TEST_TWINS=1`` adds edits that make two names of one file or folder, and two files of one
content; without it there are none, since test_identity_of_files tells what is wrong with these today.
"""

import itertools
import os
import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached
from support.edits import FILE_EDITS, FOLDER_EDITS, FileEdit, minimal
from support.trial import compilers

pytestmark = pytest.mark.posix("gnu")

SEED = int(os.environ.get("CLCACHE_TEST_SEED", "1"))
EDITS = int(os.environ.get("CLCACHE_TEST_EDITS", "60"))
TWINS = bool(os.environ.get("CLCACHE_TEST_TWINS"))
_REPLAYS = 60

_FOLDERS = ("inc1", "inc2", "inc3", "src", "build")
_HEADERS = ("h0.h", "h1.h", "h2.h", "h3.h", "h4.h", "deep/d.h", "opt.h", "forced.h")
_PLACES = tuple(f"{folder}/{name}" for folder in _FOLDERS for name in _HEADERS) + _HEADERS
_SOURCES = ("s0.cpp", "s1.cpp")

# What each header includes, by name. All of them are in the last folder of the path, which is seldom edited.
_BODY = {
    "h0.h": '#include "h1.h"\n#include <h2.h>\n',
    "h1.h": '#include "deep/d.h"\n#if __has_include("opt.h")\n#include "opt.h"\n#endif\n',
    "h2.h": '#define NAME "h3.h"\n#include NAME\n#undef NAME\n',
    "h3.h": "#if __has_include(<opt.h>)\n#define OPT 1\n#endif\n",
    "h4.h": '#if __has_include_next("h4.h")\n#include_next "h4.h"\n#endif\n',
    "deep/d.h": '#include "h4.h"\n#if __has_include("../inc3/h3.h")\n#include "../inc3/h3.h"\n#endif\n',
    "opt.h": "",
    "forced.h": "",
}
# What is included twice, or by itself through a link, leaves a trace each time and comes to an end.
_FRAME = """#ifndef CAT
#define CAT(a, b) CAT2(a, b)
#define CAT2(a, b) a##b
#endif
__attribute__((used)) static const char CAT(w, __COUNTER__)[] = __FILE__;
#if __COUNTER__ < 60
{body}#endif
"""
_GUARDS = {"once": "#pragma once\n", "ifndef": "#ifndef GUARD_{0}\n#define GUARD_{0}\n", "none": ""}
_GNU_FLAGS = ("-g", "-O1", "-DX=1", "-DX=2", "-isystem{up}inc3", "-iquote{up}inc2", "-Wall", "-fno-exceptions", "-MP")
_CL_FLAGS = ("/Z7", "/O1", "/DX=1", "/DX=2", "/external:I{up}inc3", "/W4", "/GR-", "/showIncludes", "/Brepro")
_VARIABLES = ("CPATH", "CPLUS_INCLUDE_PATH", "INCLUDE", "LC_ALL", "SOURCE_DATE_EPOCH", "PWD")
_VALUES = {"LC_ALL": "C", "SOURCE_DATE_EPOCH": "1000000000", "PWD": "{tree}/src/.."}


def header_text(name: str, token: int, comment: int, guard: str) -> str:
    """A header that leaves a trace of its path, of its text and of each time it is included."""
    stem = name.replace("/", "_").removesuffix(".h")
    opening = _GUARDS[guard].format(stem)
    value = f"#undef V_{stem}\n#define V_{stem} {token}\n"
    closing = "#endif\n" if guard == "ifndef" else ""
    return f"{opening}// {comment}\n{value}{_FRAME.format(body=_BODY[name])}{closing}"


def source_text(name: str, token: int) -> str:
    """A source that shows every value that it sees."""
    includes = {
        "s0.cpp": '#include "h0.h"\n#include "h3.h"\n#include "h0.h"\n',
        "s1.cpp": '#include <h1.h>\n#include "h4.h"\n',
    }
    seen = "".join(
        f"#ifdef {macro}\nint seen_{macro} = {macro} + 0;\n#endif\n"
        for macro in ("V_h0", "V_h1", "V_h2", "V_h3", "V_h4", "V_deep_d", "V_opt", "V_forced", "OPT", "X")
    )
    return f"{includes[name]}{seen}int token = {token};\nint counter = __COUNTER__;\n"


@dataclass(frozen=True)
class Setting:
    """A change of how the sources are compiled: it switches something on or off."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


Edit = FileEdit | Setting


@dataclass
class Project:
    """The tree, and how it is compiled now."""

    cache: Cache
    tree: Path
    compiler: str
    switched: set[Setting] = field(default_factory=set)

    def __post_init__(self) -> None:
        for folder in ("inc1/deep", "inc2/deep", "inc3", "base/deep", "src", "build"):
            (self.tree / folder).mkdir(parents=True)
        for number, name in enumerate(_HEADERS):
            if name != "opt.h":
                text = header_text(name, number, 0, ("once", "ifndef", "none")[number % 3])
                (self.tree / "base" / name).write_text(text)
        for name in _SOURCES:
            (self.tree / "src" / name).write_text(source_text(name, 0))

    def apply(self, edit: Edit) -> None:
        """Make one change."""
        if isinstance(edit, FileEdit):
            edit.apply(self.tree)
        else:
            self.switched ^= {edit}

    def folder(self) -> Path:
        """Where the compiler runs."""
        return self.tree / ("build" if Setting("folder", "build") in self.switched else ".")

    def command(self, source: str) -> list[str]:
        """The command for one source as things are switched now."""
        up = "../" if Setting("folder", "build") in self.switched else ""
        flags = [setting.value.format(up=up) for setting in self._sorted("flag")]
        folders = ["inc1", "inc2", "inc3"]
        if Setting("order", "reversed") in self.switched:
            folders.reverse()
        includes = [f"-I{up}{name}" for name in (*folders, "base")]
        stem = source.removesuffix(".cpp")
        if self.compiler.startswith("clang-cl"):
            forced, ends = "/FIforced.h", ["/c", f"{up}src/{source}", f"/Fo{stem}.obj"]
            if Setting("depfile", "clang") in self.switched:
                ends += ["-clang:-MD", f"-clang:-MT{stem}.obj", f"-clang:-MF{stem}.d"]
            return [self.compiler, "/nologo", *flags, *includes, forced, *ends]
        ends = ["-MD", "-MF", f"{stem}.d", "-c", f"{up}src/{source}", "-o", f"{stem}.o"]
        return [self.compiler, *flags, *includes, "-include", "forced.h", *ends]

    def environment(self) -> dict[str, str]:
        """The variables that are switched on."""
        return {
            setting.value: _VALUES.get(setting.value, str(self.tree / "inc3")).format(tree=self.tree)
            for setting in self._sorted("variable")
        }

    def difference(self) -> str | None:
        """What is wrong with what the cache gives now; ``None`` when all is well."""
        folder, env = self.folder(), self.environment()
        for source in _SOURCES:
            command = self.command(source)
            bare = make_bare(self.cache, command, folder, env)
            before = self.cache.counts()
            for expected in ("hit or miss", "hit"):
                cached = make_cached(self.cache, command, folder, env)
                hits, misses, uncacheable, errors = (
                    after - b for after, b in zip(self.cache.counts(), before, strict=True)
                )
                before = self.cache.counts()
                happened = {"hit": hits, "miss": misses, "uncacheable": uncacheable, "error": errors}
                if cached != bare:
                    wrong = [
                        name for name in {*bare.files, *cached.files} if bare.files.get(name) != cached.files.get(name)
                    ]
                    return f"{happened}: {wrong or 'streams'} differ\n{' '.join(command)}\n{bare.done}\n{cached.done}"
                if bare.done.code == 0 and not any(happened[outcome] for outcome in expected.split(" or ")):
                    return f"{happened}, not {expected}\n{' '.join(command)}\n{self.cache.log.read_text()[-600:]}"
        return None

    def _sorted(self, kind: str) -> list[Setting]:
        return sorted((setting for setting in self.switched if setting.kind == kind), key=str)


def random_edits(seed: int, compiler: str) -> Iterator[Edit]:
    """Edits without end, the same for each seed."""
    choose = random.Random(f"{seed} {compiler}")
    flags = _CL_FLAGS if compiler.startswith("clang-cl") else _GNU_FLAGS
    settings = [Setting("flag", flag) for flag in flags] + [Setting("variable", name) for name in _VARIABLES]
    settings += [Setting("folder", "build"), Setting("order", "reversed"), Setting("depfile", "clang")]
    folder_edits = sorted(FOLDER_EDITS if TWINS else FOLDER_EDITS.keys() - {"replace-by-link"})
    for number in itertools.count():
        kind = choose.choice([*FILE_EDITS, "write", "write", "setting", "setting", "folder", "source", "base"])
        if kind == "setting":
            yield choose.choice(settings)
        elif kind == "folder":
            yield FileEdit(choose.choice([*folder_edits, "put-back"]), *choose.sample(_FOLDERS[:3], 2))
        elif kind == "source":
            name = choose.choice(_SOURCES)
            yield FileEdit("write", f"src/{name}", text=source_text(name, choose.randrange(3)))
        elif kind == "base":
            yield from _edit_of_base(choose)
        else:
            yield from _file_edits(choose, kind, number)


def _edit_of_base(choose: random.Random) -> Iterator[FileEdit]:
    """A change of what everything finds in the end; seldom it is not there."""
    name = choose.choice(_HEADERS)
    if choose.random() < 0.1:
        yield FileEdit("remove", f"base/{name}")
    else:
        text = header_text(name, choose.randrange(3), 0, choose.choice(list(_GUARDS)))
        yield FileEdit("write", f"base/{name}", text=text)


def _file_edits(choose: random.Random, kind: str, number: int) -> Iterator[FileEdit]:
    """A change of one header, or of two of the same name: that is what a search finds."""
    first = choose.choice(_PLACES)
    name = next(name for name in sorted(_HEADERS, key=len, reverse=True) if first.endswith(name))
    same_name = [place for place in (*_PLACES, f"base/{name}") if place.endswith(name)]
    second = choose.choice(same_name if choose.random() < 0.8 else _PLACES)
    text = header_text(name, choose.randrange(3), choose.randrange(3), choose.choice(list(_GUARDS)))
    if kind in {"link", "hard-link", "copy", "copy-with-its-time", "rename"}:
        if not TWINS:
            # Another file of its own, outside the search.
            first = f"store/{number}.h"
            yield FileEdit("write", first, text=f"{text}// {number}\n")
        elif choose.random() < 0.5:
            first = f"base/{name}"
        yield FileEdit(kind, first, second)
    elif kind == "append":
        yield FileEdit(kind, first, text=choose.choice(["\n", "// more\n", "#undef V_h3\n#define V_h3 9\n"]))
    elif kind.startswith("write"):
        yield FileEdit(kind, first, text=text if TWINS else f"{text}// {first}\n")
    else:
        yield FileEdit(kind, first)


@compilers
def test_random_edits(cache: Cache, tmp_path: Path, compiler: str) -> None:
    numbers = itertools.count()

    def failure(edits: Sequence[Edit]) -> str | None:
        """The first difference of a run from the start in a cache folder of its own."""
        root = tmp_path / f"run{next(numbers)}"
        cache.folder = root / "cache"
        cache.environment["CLCACHE_DIR"] = str(cache.folder)
        project = Project(cache, root / "tree", compiler)
        found = project.difference()
        for number, edit in enumerate(edits, 1):
            if found:
                break
            project.apply(edit)
            found = project.difference()
            found = found and f"after edit {number} of {len(edits)}: {found}"
        shutil.rmtree(root)
        return found

    edits = list(itertools.islice(random_edits(SEED, compiler), EDITS))
    found = failure(edits)
    if found:
        short = minimal(edits, lambda some: failure(some) is not None, _REPLAYS)
        told = "\n".join(f"  {edit}" for edit in short)
        pytest.fail(f"seed {SEED}:\n{told}\n{failure(short) or found}")
