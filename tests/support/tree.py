"""A source with headers in two folders, compiled by one command."""

from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached

__all__ = ["Tree", "compilers", "expect_twice"]

_COMPILERS = {
    "gcc": ["g++", "-c", "a.cpp", "-o", "a.o"],
    "clang": ["clang++-19", "-c", "a.cpp", "-o", "a.o"],
    "clang_cl": ["clang-cl-19", "/c", "a.cpp", "/Foa.obj"],
}
_MARKS = {"gcc": (), "clang": (pytest.mark.clang,), "clang_cl": (pytest.mark.clang_cl,)}
compilers = pytest.mark.parametrize(
    "command", [pytest.param(command, id=name, marks=_MARKS[name]) for name, command in _COMPILERS.items()]
)


class Tree:
    """A folder with ``a.cpp``, ``first/`` and ``second/h.h``, and the command that compiles it."""

    def __init__(self, cache: Cache, folder: Path, command: list[str]) -> None:
        self.cache, self.folder = cache, folder
        self.is_cl = command[0].startswith("clang-cl")
        option = "/I" if self.is_cl else "-I"
        self.command = [*command, f"{option}first", f"{option}second"]
        self.env: dict[str, str] = {}
        for name in ("first", "second", "second/deep"):
            (folder / name).mkdir()
        self.write("second/h.h", '#include "deep/d.h"\n#define H 1\n')
        self.write("second/deep/d.h", "#define D 1\n")
        self.write(
            "a.cpp",
            '#include "h.h"\n#if __has_include("maybe.h")\nint maybe;\n#endif\nint f() { return 1000 * H + D; }\n',
        )

    def write(self, name: str, text: str) -> None:
        """Write a file, and the folders that it needs."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)

    def expect(self, outcome: str) -> None:
        """Compile; whatever the outcome, what is left is what the bare compiler makes now."""
        before = self.cache.counts()
        cached = make_cached(self.cache, self.command, self.folder, self.env)
        after = self.cache.counts()
        assert cached == make_bare(self.cache, self.command, self.folder, self.env)
        names = ("hit", "miss", "uncacheable", "error")
        happened = [name for name, b, a in zip(names, before, after, strict=True) if a > b]
        assert happened == [outcome], self.cache.log.read_text()

    def link(self, name: str, target: str) -> None:
        """Make a symbolic link, in place of what has that name."""
        path = self.folder / name
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.exists():
            path.rename(path.with_name(path.name + ".old"))
        path.symlink_to(target)


def expect_twice(tree: Tree, first: str) -> None:
    """Compile twice: then what was stored is a hit."""
    tree.expect(first)
    tree.expect("hit")
