"""Counters of a cache folder, gathered in memory and written now and then."""

import threading
import time
from collections import Counter
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import asdict

from clcache_launcher.model import Apart, BuildRun, Reason, ResultKey
from clcache_launcher.storage.counters import MOST_BUILDS, BuildCounts
from clcache_launcher.storage.local import LocalStorage

__all__ = ["Figures", "Statistics", "Summary", "figures_of", "summarize"]

_REASON_PREFIX = "reason."
_APART_PREFIX = "apart."
_SAVED = "time_saved_ms"


class Figures(Struct, frozen=True):
    """What became of invocations."""

    hits: int
    misses: int
    hit_rate: float | None
    """The share of hits among what could be cached, at most 1; ``None`` where that is nothing."""
    uncacheable: int
    errors: int
    """Faults of ours that made an uncached compile."""
    time_saved_s: float
    """For each hit, how long the compiler ran when its result was stored."""
    reasons: dict[str, int]
    """Why so many were uncacheable, the largest first."""
    kept_apart: dict[str, int]
    """Why results that were stored serve no tree but those with the same roots."""


class Summary(Figures, frozen=True):
    """What ``clcache stats`` tells; the figures are of invocations since they were last set to zero."""

    cache_size_bytes: int
    entries: int
    verified: int
    """Hits that were compared with what the compiler makes."""
    verify_differences: int
    """Those that were not the same."""


class Statistics:
    """What happened, not yet written to the index; safe for several threads."""

    def __init__(self, gathered: "_Gathered | None" = None, build: BuildRun | None = None) -> None:
        """Nothing happened yet, unless something is ``gathered`` already.

        Args:
            gathered: What others count, too.
            build: The build in which it happens.
        """
        self._gathered = gathered or _Gathered()
        self._build = build

    def of(self, build: BuildRun | None) -> "Statistics":
        """The same, where what is counted counts for a build, too; one that is new begins now."""
        if build is None:
            return self
        self._gathered.note(build)
        return Statistics(self._gathered, build)

    def count_hit(self, key: ResultKey, now_s: int, *, saved_ms: int, times: int = 1) -> None:
        """A result was given out so many times, each of which saved a run of the compiler that once took so long."""
        self._gathered.add(self._build, {"hits": times, _SAVED: saved_ms * times}, (key, now_s))

    def count_miss(self) -> None:
        """The compiler ran and its result was stored."""
        self._gathered.add(self._build, {"misses": 1})

    def count_uncacheable(self, reason: Reason) -> None:
        """The compiler ran and nothing was stored."""
        self._gathered.add(self._build, {"uncacheable": 1, _REASON_PREFIX + reason.value: 1})

    def count_apart(self, why: Apart) -> None:
        """A result was stored that serves no tree but those with the same roots."""
        self._gathered.add(self._build, {_APART_PREFIX + why.value: 1})

    def count_verified(self) -> None:
        """A hit was compared with what the compiler makes."""
        self._gathered.add(self._build, {"verified": 1})

    def count_difference(self) -> None:
        """A hit was not what the compiler makes."""
        self._gathered.add(self._build, {"verify_differences": 1})

    def count_error(self) -> None:
        """A fault of ours made an uncached compile."""
        self._gathered.add(self._build, {"errors": 1})

    def flush(self, storage: LocalStorage) -> None:
        """Write what happened to the index; what can't be written is kept for the next time.

        Raises:
            StorageError: It can't be written.
        """
        self._gathered.flush(storage)

    def zero(self, storage: LocalStorage) -> None:
        """Forget every count.

        Raises:
            StorageError: The index can't be written.
        """
        self._gathered.zero(storage)


class _Gathered:
    """Counts and uses of one cache folder."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._used: dict[ResultKey, int] = {}
        self._builds: dict[str, BuildCounts] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    def note(self, build: BuildRun) -> None:
        if build.mark not in self._builds:
            self.add(build, {})

    def add(self, build: BuildRun | None, counts: Mapping[str, int], used: tuple[ResultKey, int] | None = None) -> None:
        with self._lock:
            _add(self._counts, counts)
            if used is not None:
                self._used[used[0]] = used[1]
            if build is not None:
                known = self._builds.get(build.mark)
                if known is None:
                    known = self._remember(BuildCounts(build.tools, time.time_ns(), {}))
                _add(known.counts, counts)

    def _remember(self, build: BuildCounts) -> BuildCounts:
        """The build of that mark; the oldest goes where there are too many, for the index can't be written for long."""
        known = self._builds.setdefault(build.tools[0][0], build)
        if len(self._builds) > MOST_BUILDS:
            self._builds.pop(next(iter(self._builds)))
        return known

    def flush(self, storage: LocalStorage) -> None:
        # Who asks for the counts while another thread writes some must not find these in neither place.
        with self._writing:
            with self._lock:
                counts, used, builds = self._counts, self._used, self._builds
                self._counts, self._used, self._builds = Counter(), {}, {}
            try:
                if used:
                    storage.note_use(used)
                    used = {}
                if counts or builds:
                    storage.index.count(counts, list(builds.values()))
                    counts, builds = Counter(), {}
            finally:
                with self._lock:
                    _add(self._counts, counts)
                    self._used = {**used, **self._used}
                    newer, self._builds = self._builds, builds
                    for build in newer.values():
                        known = self._remember(build)
                        if known is not build:
                            _add(known.counts, build.counts)

    def zero(self, storage: LocalStorage) -> None:
        with self._writing:
            with self._lock:
                self._counts.clear()
                self._builds.clear()
            storage.index.zero_counters()


def _add(counts: dict[str, int], more: Mapping[str, int]) -> None:
    for name, count in more.items():
        counts[name] = counts.get(name, 0) + count


def summarize(storage: LocalStorage) -> Summary:
    """What a folder's index counts and holds.

    Raises:
        StorageError: The index can't be read.
    """
    counts = storage.index.counters()
    return Summary(
        **asdict(figures_of(counts)),
        cache_size_bytes=storage.used_bytes(),
        entries=storage.index.totals().results,
        verified=counts.get("verified", 0),
        verify_differences=counts.get("verify_differences", 0),
    )


def figures_of(counts: Mapping[str, int]) -> Figures:
    """What counters tell, by their names in the index."""
    hits, misses = counts.get("hits", 0), counts.get("misses", 0)
    return Figures(
        hits=hits,
        misses=misses,
        hit_rate=hits / (hits + misses) if hits + misses else None,
        uncacheable=counts.get("uncacheable", 0),
        errors=counts.get("errors", 0),
        time_saved_s=counts.get(_SAVED, 0) / 1000,
        reasons=_with_prefix(counts, _REASON_PREFIX),
        kept_apart=_with_prefix(counts, _APART_PREFIX),
    )


def _with_prefix(counts: Mapping[str, int], prefix: str) -> dict[str, int]:
    """The counters whose names start so, by the rest of their names, the largest first."""
    found = {name[len(prefix) :]: n for name, n in counts.items() if name.startswith(prefix)}
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
