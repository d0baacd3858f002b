"""What is measured: one function for each kind, from the caches to samples by name."""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.speed.caches import OWN, Cache, own_cache, uncached
from benchmarks.speed.filling import fill_index, known_megabytes
from benchmarks.speed.targets import TRUE
from benchmarks.speed.timing import Sample, cpu_of, in_turns, memory_of, run, sample, take_turns
from benchmarks.speed.workloads import Build, grown_unit, large_unit, many_units, real_project

__all__ = ["cold_and_warm", "growth", "hits", "index_growth", "launcher_size", "memory", "rates", "starts"]

_Work = dict[str, Callable[[], float]]
"""A timed run for each cache."""
_WARM_UP: Final = 3
_LAUNCHER: Final = Path(__file__).parents[3] / "plugin" / "launcher"
_SETTLE_S: Final = 0.05
"""Files must be older than the clock's grain to be known by their signature."""


@contextlib.contextmanager
def _running(caches: Sequence[Cache]) -> Iterator[None]:
    """The working folder is the same afterwards; the servers that were started are ended."""
    before = Path.cwd()
    try:
        yield
    finally:
        os.chdir(before)
        for cache in caches:
            cache.stop()


def _hitting(caches: Sequence[Cache], folder: Path, make: Callable[[Path], list[str]]) -> _Work:
    """A timed run for each cache, all of them warm.

    Each has its unit in a folder of its own, and finds the object there that it put there itself: who replaces that
    of another waits until it is on the disk.

    Args:
        caches: The caches.
        folder: For their folders.
        make: Makes the unit in a folder; returns its command line.
    """

    def once(cache: Cache, place: Path, command: list[str]) -> float:
        os.chdir(place)
        return run([*cache.launcher, *command], cache.environment)

    work: _Work = {cache.name: partial(once, cache, folder / cache.name, make(folder / cache.name)) for cache in caches}
    time.sleep(_SETTLE_S)
    for timed in work.values():
        for _ in range(_WARM_UP):
            timed()
    return work


def _checked(caches: Sequence[Cache], turns: int, measure: Callable[[], dict[str, Sample]]) -> dict[str, Sample]:
    """Measure, and see that each cache counted a hit for each run.

    Raises:
        RuntimeError: One did not.
    """
    before = {cache.name: cache.hits() for cache in caches}
    taken = measure()
    for cache in caches:
        counted = cache.hits() - before[cache.name]
        if counted < turns:
            raise RuntimeError(f"{cache.name}: {counted} hits in {turns} runs")
    return taken


def hits(caches: Sequence[Cache], folder: Path, turns: int) -> dict[str, Sample]:
    """Milliseconds of a hit of a large unit, beside starting a process that does nothing."""
    with _running(caches):
        work: _Work = {TRUE: partial(run, [TRUE], {})}
        work |= _hitting(caches, folder, large_unit)
        return _checked(caches, turns, lambda: in_turns(work, turns))


def growth(caches: Sequence[Cache], folder: Path, turns: int, headers: int) -> dict[str, Sample]:
    """Milliseconds of a hit of a unit with many small headers."""
    with _running(caches):
        work = _hitting(caches, folder, lambda place: grown_unit(place, headers))
        return _checked(caches, turns, lambda: in_turns(work, turns))


def rates(caches: Sequence[Cache], folder: Path, turns: int, *, units: int = 48, rounds: int = 4) -> dict[str, Sample]:
    """Hits a second of units with 1.25 MB objects, four at a time, started by one xargs in several rounds."""

    def listed_in(place: Path) -> Path:
        command, listed = large_unit(place), place / "list"
        lines: list[str] = []
        for number in range(units):
            shutil.copy(place / "large.cpp", place / f"large{number}.cpp")
            words = [word.replace("large.", f"large{number}.") for word in command]
            lines.append(" ".join(words) + "\n")
        listed.write_text("".join(lines * rounds))
        return listed

    def once(cache: Cache, listed: Path) -> float:
        command = ["xargs", "-P4", "-L1", *cache.launcher]
        with listed.open("rb") as given:
            began = time.perf_counter()
            subprocess.run(command, stdin=given, cwd=listed.parent, env=cache.environment, check=True)
            return units * rounds / (time.perf_counter() - began)

    with _running(caches):
        work = {cache.name: partial(once, cache, listed_in(folder / cache.name)) for cache in caches}
        time.sleep(_SETTLE_S)
        for timed in work.values():
            for _ in range(2):
                timed()
        return _checked(caches, turns * units * rounds, lambda: in_turns(work, turns))


def cold_and_warm(
    caches: Sequence[Cache], sources: Path, folder: Path, turns: int, warm_turns: int
) -> dict[str, dict[str, Sample]]:
    """Seconds of a real build: uncached, into empty caches, and out of full ones."""
    bare = uncached(folder / "uncached")
    processor: dict[str, list[float]] = {}

    def build(cache: Cache, build: Build) -> float:
        build.remove_objects()
        began, cpu = time.perf_counter(), cpu_of(cache.servers())
        subprocess.run(build.command(), env=cache.environment, check=True, stdout=subprocess.DEVNULL)
        spent = time.perf_counter() - began
        processor.setdefault(cache.name, []).append(cpu_of(cache.servers()) - cpu)
        return spent

    def cold(cache: Cache, place: Build) -> float:
        cache.stop()
        shutil.rmtree(cache.root / "cache", ignore_errors=True)
        return build(cache, place)

    every = [bare, *caches]
    with _running(caches):
        places = {cache.name: real_project(sources, folder / f"build-{cache.name}", cache) for cache in every}
        taken = take_turns({each.name: partial(cold, each, places[each.name]) for each in every}, turns)
        spent = {name: sample(values) for name, values in processor.items()}
        warm = in_turns({each.name: partial(build, each, places[each.name]) for each in caches}, warm_turns)
    # The machine may be twice as fast in one turn as in the next.
    more = {
        name: sample([value / base for value, base in zip(values, taken[bare.name], strict=True)])
        for name, values in taken.items()
    }
    of_all = {name: sample(values) for name, values in taken.items()}
    return {"cold": of_all, "cold ratio": more, "cold processor": spent, "warm": warm}


def index_growth(folder: Path, turns: int, sizes: Sequence[int]) -> dict[str, dict[str, Sample]]:
    """Milliseconds of a hit with so many other entries in the index."""
    caches = {f"index {size}": own_cache(folder / f"own-{size}") for size in sizes}
    with _running(list(caches.values())):
        for size, cache in zip(sizes, caches.values(), strict=True):
            fill_index(cache.root / "cache", size)
        work = {name: _hitting([cache], folder / name, large_unit)[OWN] for name, cache in caches.items()}
        taken = in_turns(work, turns)
    return {name: {OWN: each} for name, each in taken.items()}


def memory(folder: Path) -> dict[str, Sample]:
    """Resident megabytes of the core."""
    cache, place = own_cache(folder / "own"), folder / "work"
    with _running([cache]):
        headers = ("vector", "string", "map", "memory")
        listed = folder / "list"
        commands = many_units(place, 1000, headers)
        listed.write_text("".join(" ".join(command) + "\n" for command in commands))
        with listed.open("rb") as given:
            command = ["xargs", "-P2", "-L1", *cache.launcher]
            subprocess.run(command, stdin=given, cwd=place, env=cache.environment, check=True)
        built = memory_of(cache.servers())
    return {"built": sample([built]), "known": sample([known_megabytes(100_000)])}


def starts(folder: Path, turns: int) -> dict[str, Sample]:
    """Milliseconds of a hit that has to start the core."""
    cache = own_cache(folder / "own")
    with _running([cache]):
        timed = _hitting([cache], folder, large_unit)[OWN]
        values: list[float] = []
        for _ in range(turns):
            cache.stop()
            values.append(timed())
    return {OWN: sample(values)}


def launcher_size(folder: Path) -> Mapping[str, Sample]:
    """Kilobytes of code and data in the launcher's own objects, without the C library."""
    folder.mkdir(parents=True, exist_ok=True)
    early = ("ask", "wire", "frontend", "posix", "posix_endpoint", "linux_start")
    names = (*early, "main", "posix_core", "posix_process")
    defined = ('-DCLCACHE_VERSION="0"', '-DCLCACHE_BUILD="0"')
    objects = [str(folder / f"{name}.o") for name in names]
    for name, made in zip(names, objects, strict=True):
        without = ("-include", str(_LAUNCHER / "linux_start.h"), "-ffreestanding") if name in early else ()
        words = [
            "gcc",
            "-std=gnu11",
            "-O3",
            "-DNDEBUG",
            *without,
            *defined,
            "-c",
            str(_LAUNCHER / f"{name}.c"),
            "-o",
            made,
        ]
        subprocess.run(words, check=True)
    told = subprocess.run(["size", "-t", *objects], capture_output=True, text=True, check=True).stdout
    text, data = map(int, told.splitlines()[-1].split()[:2])
    return {OWN: sample([(text + data) / 1000])}
