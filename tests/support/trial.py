"""One command that a test runs again and again, through the cache and without it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import Made, make_bare, make_cached

__all__ = ["COMPILERS", "Trial", "compile_words", "compilers", "write_wrapper"]

COMPILERS = {"gcc": "g++", "clang": "clang++-19", "clang_cl": "clang-cl-19"}
_MARKS = {"gcc": (), "clang": (pytest.mark.clang,), "clang_cl": (pytest.mark.clang_cl,)}
compilers = pytest.mark.parametrize(
    "compiler", [pytest.param(program, id=name, marks=_MARKS[name]) for name, program in COMPILERS.items()]
)


def compile_words(compiler: str, source: str = "a.cpp", target: str = "a.o") -> list[str]:
    """The command that compiles one source to one object."""
    if compiler.startswith("clang-cl"):
        return [compiler, "/nologo", "/c", source, f"/Fo{target.removesuffix('.o')}.obj"]
    return [compiler, "-c", source, "-o", target]


def write_wrapper(folder: Path, compiler: str, text: str) -> str:
    """Write a shell script under the compiler's name, by which compilers are known; the command line is ``"$@"``.

    Only one that does nothing but run a compiler is cached.
    """
    path = folder / "tools" / compiler
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


class Trial:
    """A folder with sources, and a command that is compared with the bare compiler at each step."""

    def __init__(self, cache: Cache, folder: Path, command: list[str], env: Mapping[str, str] | None = None) -> None:
        self.cache, self.folder, self.command, self.env = cache, folder, command, dict(env or {})

    def write(self, name: str, data: str | bytes) -> Path:
        """Write a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return path

    def remove(self, name: str) -> None:
        """Remove a file below the folder."""
        (self.folder / name).unlink()

    def expect(self, *, hits: int = 0, misses: int = 0, uncacheable: int = 0) -> Made:
        """Compile; it leaves what the bare compiler leaves, and the counts grow by just these."""
        bare = make_bare(self.cache, self.command, self.folder, self.env)
        before = self.cache.counts()
        cached = make_cached(self.cache, self.command, self.folder, self.env)
        grown = tuple(after - b for after, b in zip(self.cache.counts(), before, strict=True))
        assert cached == bare
        assert grown == (hits, misses, uncacheable, 0), self.cache.log.read_text()
        return bare

    def compare(self) -> Made:
        """Compile, whatever the outcome; it leaves what the bare compiler leaves."""
        bare = make_bare(self.cache, self.command, self.folder, self.env)
        assert make_cached(self.cache, self.command, self.folder, self.env) == bare
        return bare

    def expect_miss_then_hit(self) -> Made:
        """What changed compiles anew, and is then known."""
        self.expect(misses=1)
        return self.expect(hits=1)
