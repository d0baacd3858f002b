"""What the cache did in one build: the run of a build tool that is meant, and all that it had compiled."""

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import asdict

from clcache_launcher.core.statistics import Figures, figures_of
from clcache_launcher.storage.counters import BuildCounts

__all__ = ["BuildSummary", "summarize_build"]


class BuildSummary(Figures, frozen=True):
    """What ``clcache stats --since-build`` tells."""

    build: str | None
    """The mark of the run; ``None`` where no compilation of one is known."""
    build_folder: str | None
    began_s: float | None
    """When its first compilation began, in seconds since the epoch."""


def summarize_build(
    builds: Sequence[BuildCounts], folder: str | None, around: Sequence[tuple[str, str]]
) -> BuildSummary:
    """What was counted in one build.

    Args:
        builds: Those that are known, the last active first.
        folder: Where the build tool ran; ``None`` means anywhere.
        around: Mark and folder of the runs above who asks, nearest first: one that is meant and goes on is the one.
    """
    meant = _run_in(around, folder) or next(
        (run for build in builds if (run := _run_in(build.tools, folder)) is not None), None
    )
    if meant is None:
        return BuildSummary(**asdict(figures_of({})), build=None, build_folder=folder, began_s=None)
    parts = [build for build in builds if meant in build.tools]
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.counts)
    mark, place = meant
    began_s = min(part.began_ns for part in parts) / 1e9 if parts else None
    return BuildSummary(**asdict(figures_of(counts)), build=mark, build_folder=place, began_s=began_s)


def _run_in(tools: Sequence[tuple[str, str]], folder: str | None) -> tuple[str, str] | None:
    """The nearest of some runs that is in a folder."""
    return next((run for run in tools if folder is None or run[1] == folder), None)
