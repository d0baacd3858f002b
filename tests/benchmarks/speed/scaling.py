"""How many hits a second a machine with more cores would give: a simulation from what one hit takes on this one.

PYTHONPATH=tests python -m benchmarks.speed.scaling [--launcher 0.2] [--alone 0.005] [--beside 0.5]

Each of so many jobs starts one launcher after the other. A launcher takes a processor, then one core process: first
what one thread of it does at a time (``--alone``: finding and counting a standing hit), then the rest (``--beside``:
looking at files, copying). All three are milliseconds of processor time.
"""

import argparse
import heapq
import random
from dataclasses import dataclass, field

__all__ = ["Demand", "hits_a_second"]


@dataclass(frozen=True)
class Demand:
    """Milliseconds of processor time of one hit."""

    launcher: float
    alone: float
    """Under the lock of a core process."""
    beside: float


@dataclass
class _Machine:
    """Processors and locks; what can't run yet waits in the order of its coming."""

    free: int
    locks: list[bool]
    waiting: list[tuple[int, int, int]] = field(default_factory=list)


def hits_a_second(demand: Demand, processors: int, jobs: int, cores: int = 1, hits: int = 20_000) -> float:
    """Simulate so many hits.

    Args:
        demand: What one takes; each time varies, exponentially.
        processors: Of the machine.
        jobs: How many launchers run at once.
        cores: How many core processes there are; a job stays with one.
        hits: After how many to stop.
    """
    chance = random.Random(7)
    spans = (demand.launcher, demand.alone, demand.beside)
    machine = _Machine(processors, [False] * cores)
    events: list[tuple[float, int, int]] = []
    now, arrived, done = 0.0, 0, 0
    for job in range(jobs):
        machine.waiting.append((arrived, job, 0))
        arrived += 1
    while done < hits:
        _start(machine, events, now, spans, chance)
        now, job, step = heapq.heappop(events)
        machine.free += 1
        if step == 1:
            machine.locks[job % cores] = False
        done += step == len(spans) - 1
        heapq.heappush(machine.waiting, (arrived, job, (step + 1) % len(spans)))
        arrived += 1
    return done / now * 1000


def _start(
    machine: _Machine,
    events: list[tuple[float, int, int]],
    now: float,
    spans: tuple[float, ...],
    chance: random.Random,
) -> None:
    """Let everything run that can: a step under a lock only where the lock is free."""
    held: list[tuple[int, int, int]] = []
    while machine.free and machine.waiting:
        turn, job, step = heapq.heappop(machine.waiting)
        lock = job % len(machine.locks)
        if step == 1 and machine.locks[lock]:
            held.append((turn, job, step))
            continue
        if step == 1:
            machine.locks[lock] = True
        machine.free -= 1
        heapq.heappush(events, (now + chance.expovariate(1 / spans[step]), job, step))
    for each in held:
        heapq.heappush(machine.waiting, each)


def main() -> None:
    """Print hits a second for machines of several sizes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--launcher", type=float, default=0.2)
    parser.add_argument("--alone", type=float, default=0.005)
    parser.add_argument("--beside", type=float, default=0.5)
    given = parser.parse_args()
    demand = Demand(given.launcher, given.alone, given.beside)
    print("| processors | jobs | one core process | four | sixteen |\n|---|---|---|---|---|")
    for processors, jobs in ((2, 4), (4, 8), (8, 16), (16, 32), (64, 128)):
        rates = [hits_a_second(demand, processors, jobs, cores) for cores in (1, 4, 16)]
        print(f"| {processors} | {jobs} | " + " | ".join(f"{rate:,.0f}" for rate in rates) + " |")


if __name__ == "__main__":
    main()
