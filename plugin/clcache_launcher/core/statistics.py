"""Counters of a cache folder, gathered in memory and written now and then."""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from clcache_launcher.model import Reason, ResultKey
from clcache_launcher.storage.local import LocalStorage

__all__ = ["Figures", "Statistics", "Summary", "figures_of", "summarize"]

_REASON_PREFIX = "reason."
_SAVED = "time_saved_ms"


@dataclass(frozen=True, slots=True)
class Figures:
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


@dataclass(frozen=True, slots=True)
class Summary(Figures):
    """What ``clcache stats`` tells; the figures are of invocations since they were last set to zero."""

    cache_size_bytes: int
    entries: int
    verified: int
    """Hits that were compared with what the compiler makes."""
    verify_differences: int
    """Those that were not the same."""


class Statistics:
    """What happened, not yet written to the index."""

    def __init__(self) -> None:
        """Nothing happened yet."""
        self._counts: Counter[str] = Counter()
        self._used: dict[ResultKey, int] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    def count_hit(self, key: ResultKey, now_s: int, *, saved_ms: int) -> None:
        """A result was given out, which saved a run of the compiler that once took so long."""
        with self._lock:
            self._counts["hits"] += 1
            self._counts[_SAVED] += saved_ms
            self._used[key] = now_s

    def count_miss(self) -> None:
        """The compiler ran and its result was stored."""
        with self._lock:
            self._counts["misses"] += 1

    def count_uncacheable(self, reason: Reason) -> None:
        """The compiler ran and nothing was stored."""
        with self._lock:
            self._counts["uncacheable"] += 1
            self._counts[_REASON_PREFIX + reason.value] += 1

    def count_verified(self) -> None:
        """A hit was compared with what the compiler makes."""
        with self._lock:
            self._counts["verified"] += 1

    def count_difference(self) -> None:
        """A hit was not what the compiler makes."""
        with self._lock:
            self._counts["verify_differences"] += 1

    def count_error(self) -> None:
        """A fault of ours made an uncached compile."""
        with self._lock:
            self._counts["errors"] += 1

    def flush(self, storage: LocalStorage) -> None:
        """Write what happened to the index; what can't be written is kept for the next time.

        Raises:
            StorageError: It can't be written.
        """
        # Who asks for the counts while another thread writes some must not find these in neither place.
        with self._writing:
            with self._lock:
                counts, used = self._counts, self._used
                self._counts, self._used = Counter(), {}
            try:
                if used:
                    storage.note_use(used)
                    used = {}
                if counts:
                    storage.index.count(counts)
                    counts = Counter()
            finally:
                with self._lock:
                    self._counts.update(counts)
                    self._used = {**used, **self._used}

    def zero(self, storage: LocalStorage) -> None:
        """Forget every count.

        Raises:
            StorageError: The index can't be written.
        """
        with self._writing:
            with self._lock:
                self._counts.clear()
            storage.index.zero_counters()


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
    reasons = {name[len(_REASON_PREFIX) :]: n for name, n in counts.items() if name.startswith(_REASON_PREFIX)}
    return Figures(
        hits=hits,
        misses=misses,
        hit_rate=round(hits / (hits + misses), 4) if hits + misses else None,
        uncacheable=counts.get("uncacheable", 0),
        errors=counts.get("errors", 0),
        time_saved_s=counts.get(_SAVED, 0) / 1000,
        reasons=dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
    )
