"""Times of processes, taken in turns so that what else the machine does meets all alike, and what they come to."""

import os
import resource
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

__all__ = ["Sample", "cpu_of", "in_turns", "memory_of", "ratio", "run", "sample", "take_turns"]


@dataclass(frozen=True)
class Sample:
    """What several measurements of one thing come to."""

    median: float
    least: float
    low: float
    """A tenth is below."""
    high: float
    """A tenth is above."""
    count: int


def sample(values: Sequence[float]) -> Sample:
    """Median, minimum and the tenths of some measurements."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return Sample(
        statistics.median(ordered), ordered[0], ordered[round(last * 0.1)], ordered[round(last * 0.9)], len(ordered)
    )


def ratio(first: Sample, second: Sample) -> float:
    """How many times the second the first takes, by medians."""
    return first.median / second.median


def run(argv: Sequence[str], environment: Mapping[str, str]) -> float:
    """Run a process to its end; milliseconds.

    Raises:
        RuntimeError: It failed.
    """
    began = time.perf_counter()
    process = os.posix_spawn(argv[0], list(argv), environment)
    _, status = os.waitpid(process, 0)
    spent = (time.perf_counter() - began) * 1000
    if status:
        raise RuntimeError(f"{argv}: {os.waitstatus_to_exitcode(status)}")
    return spent


def take_turns(work: Mapping[str, Callable[[], float]], turns: int) -> dict[str, list[float]]:
    """Measure each, one after the other, that many times; who begins changes from turn to turn."""
    names = list(work)
    values: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(turns):
        at = turn % len(names)
        for name in names[at:] + names[:at]:
            values[name].append(work[name]())
    return values


def in_turns(work: Mapping[str, Callable[[], float]], turns: int) -> dict[str, Sample]:
    """What :func:`take_turns` comes to."""
    return {name: sample(taken) for name, taken in take_turns(work, turns).items()}


def cpu_of(servers: Sequence[int]) -> float:
    """Processor seconds that this process's children and some servers with theirs have taken."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = 0
    for server in servers:
        try:
            with open(f"/proc/{server}/stat", encoding="utf-8") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return children.ru_utime + children.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def memory_of(servers: Sequence[int]) -> float:
    """Resident megabytes of some processes."""
    pages = 0
    for server in servers:
        with open(f"/proc/{server}/statm", encoding="utf-8") as file:
            pages += int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
