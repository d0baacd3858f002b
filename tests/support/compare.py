"""Compares what the cache gives with what the bare compiler makes."""

import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from support.cache import Cache, Done

__all__ = ["Made", "check_bare_miss_hit", "make_bare", "make_cached"]

_COFF = (b"\x64\x86", b"\x4c\x01")
"""First bytes of an object for x86-64 and for x86."""


@dataclass(frozen=True)
class Made:
    """All that a compile leaves: streams, exit code, every file with its mode."""

    done: Done
    files: Mapping[str, tuple[int, bytes]]


def make_bare(cache: Cache, argv: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> Made:
    """Compile without the cache; what it made is then removed."""
    return _make(folder, lambda: cache.run(*argv, cwd=folder, env=env))


def make_cached(cache: Cache, argv: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> Made:
    """Compile through the cache; what it made is then removed."""
    return _make(folder, lambda: cache.compile(*argv, cwd=folder, env=env))


def check_bare_miss_hit(cache: Cache, argv: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> None:
    """Assert that an uncached compile, a miss and a hit leave the same, and that they were a miss and a hit."""
    before = cache.counts()
    bare = make_bare(cache, argv, folder, env)
    assert bare.done.code == 0, bare.done.stderr.decode()
    miss = make_cached(cache, argv, folder, env)
    hit = make_cached(cache, argv, folder, env)
    assert miss == bare
    assert hit == bare
    after = cache.counts()
    assert tuple(b - a for a, b in zip(before, after, strict=True)) == (1, 1, 0, 0), cache.log.read_text()


def _make(folder: Path, compile_: Callable[[], Done]) -> Made:
    before = _files(folder)
    done = compile_()
    after = _files(folder)
    made = {name: found for name, found in after.items() if before.get(name) != found}
    for name in made:
        if name not in before:
            (folder / name).unlink()
    return Made(done, made)


def _files(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[str(path.relative_to(folder))] = (stat.S_IMODE(path.stat().st_mode), _content(path))
    return found


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    # clang-cl writes the time of day into a COFF object, bytes 4 to 7.
    return data[:4] + data[8:] if path.suffix == ".obj" or data.startswith(_COFF) else data
