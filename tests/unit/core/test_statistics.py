"""Counts are exact, also while they are written."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from clcache_launcher.core.statistics import Statistics, figures_of, summarize
from clcache_launcher.errors import StorageError
from clcache_launcher.model import BuildRun, Reason, ResultKey
from clcache_launcher.storage.counters import MOST_BUILDS
from clcache_launcher.storage.local import LocalStorage

RUN = BuildRun((("mark", "/a"),))


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    """An empty cache folder."""
    return LocalStorage(tmp_path / "cache")


def test_reasons_come_most_frequent_first(storage: LocalStorage) -> None:
    statistics = Statistics()
    for reason in (Reason.LINKING, Reason.TIME_MACRO, Reason.TIME_MACRO):
        statistics.count_uncacheable(reason)
    statistics.count_miss()
    statistics.count_error()
    statistics.flush(storage)
    summary = summarize(storage)
    assert (summary.hits, summary.misses, summary.uncacheable, summary.errors) == (0, 1, 3, 1)
    assert list(summary.reasons.items()) == [("time_macro", 2), ("linking", 1)]


def test_time_saved_is_that_of_every_hit(storage: LocalStorage) -> None:
    statistics = Statistics()
    for saved_ms in (1500, 0, 250):
        statistics.count_hit(ResultKey(b"key"), 1, saved_ms=saved_ms)
        statistics.flush(storage)
    assert summarize(storage).time_saved_s == 1.75


@pytest.mark.parametrize(("hits", "misses", "rate"), [(0, 0, None), (0, 3, 0.0), (2, 1, 2 / 3), (5, 0, 1.0)])
def test_hit_rate_is_of_what_could_be_cached(hits: int, misses: int, rate: float | None) -> None:
    assert figures_of({"hits": hits, "misses": misses, "uncacheable": 9}).hit_rate == rate


class HeldStorage(LocalStorage):
    """Storage whose writer can be held up in the middle of its work."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.entered, self.may_go_on = threading.Event(), threading.Event()

    def note_use(self, used: Mapping[ResultKey, int]) -> None:
        self.entered.set()
        self.may_go_on.wait(10)
        super().note_use(used)


def test_who_asks_while_another_writes_misses_no_count(tmp_path: Path) -> None:
    storage, statistics = HeldStorage(tmp_path), Statistics()
    statistics.count_hit(ResultKey(b"key"), 1, saved_ms=1)
    told: list[int] = []

    def ask() -> None:
        statistics.flush(storage)
        told.append(summarize(storage).hits)

    threads = [threading.Thread(target=statistics.flush, args=(storage,)), threading.Thread(target=ask)]
    threads[0].start()
    assert storage.entered.wait(10)
    threads[1].start()
    threads[1].join(0.05)
    storage.may_go_on.set()
    for thread in threads:
        thread.join()
    assert told == [1]


def test_counts_that_can_not_be_written_are_kept(storage: LocalStorage, tmp_path: Path) -> None:
    statistics = Statistics()
    statistics.count_miss()
    storage.close()
    with pytest.raises(StorageError):
        statistics.flush(storage)
    other = LocalStorage(tmp_path / "other")
    statistics.flush(other)
    assert summarize(other).misses == 1


def test_zero_forgets_what_is_not_written_yet(storage: LocalStorage) -> None:
    statistics = Statistics().of(RUN)
    statistics.count_miss()
    statistics.flush(storage)
    statistics.count_miss()
    statistics.zero(storage)
    statistics.flush(storage)
    assert summarize(storage).misses == 0
    assert storage.index.builds() == []


def test_what_counts_for_a_build_counts_for_the_folder_too(storage: LocalStorage) -> None:
    statistics, other = Statistics(), BuildRun((("other", "/b"),))
    statistics.count_miss()
    statistics.of(None).count_miss()
    statistics.of(other).count_uncacheable(Reason.LINKING)
    for _ in range(2):
        statistics.of(RUN).count_hit(ResultKey(b"key"), 1, saved_ms=500)
        statistics.of(RUN).count_error()
        statistics.flush(storage)
    summary = summarize(storage)
    assert (summary.hits, summary.misses, summary.uncacheable, summary.errors) == (2, 2, 1, 2)
    assert {build.tools: build.counts for build in storage.index.builds()} == {
        RUN.tools: {"hits": 2, "time_saved_ms": 1000, "errors": 2},
        other.tools: {"uncacheable": 1, "reason.linking": 1},
    }


def test_build_begins_with_its_first_invocation(storage: LocalStorage) -> None:
    statistics = Statistics()
    before_ns = time.time_ns()
    of_build = statistics.of(RUN)
    after_ns = time.time_ns()
    statistics.flush(storage)
    of_build.count_miss()
    statistics.flush(storage)
    (build,) = storage.index.builds()
    assert before_ns <= build.began_ns <= after_ns
    assert build.counts == {"misses": 1}


def test_builds_that_can_not_be_written_are_kept_within_a_bound(storage: LocalStorage, tmp_path: Path) -> None:
    statistics = Statistics()
    storage.close()
    for number in range(MOST_BUILDS + 1):
        statistics.of(BuildRun(((str(number), "/b"),))).count_miss()
    for _ in range(2):
        with pytest.raises(StorageError):
            statistics.flush(storage)
    statistics.of(BuildRun(((str(MOST_BUILDS), "/b"),))).count_hit(ResultKey(b"key"), 1, saved_ms=0)
    other = LocalStorage(tmp_path / "other")
    statistics.flush(other)
    builds = other.index.builds()
    assert [build.tools[0][0] for build in builds] == [str(number) for number in range(MOST_BUILDS, 0, -1)]
    assert builds[0].counts == {"misses": 1, "hits": 1, "time_saved_ms": 0}


class BusyStorage(LocalStorage):
    """Storage that can't be written, and while it is tried something happens."""

    def __init__(self, folder: Path, meanwhile: Callable[[], None]) -> None:
        super().__init__(folder)
        self.meanwhile = meanwhile

    def note_use(self, used: Mapping[ResultKey, int]) -> None:
        self.meanwhile()
        raise StorageError(f"no room for {len(used)}")


@pytest.mark.parametrize(
    ("others", "counts"),
    [(MOST_BUILDS - 1, {"hits": 1, "time_saved_ms": 1, "misses": 2}), (MOST_BUILDS, {"misses": 1})],
    ids=["within the bound", "beyond it"],
)
def test_what_builds_count_while_a_write_fails_is_kept_within_the_bound(
    tmp_path: Path, others: int, counts: dict[str, int]
) -> None:
    statistics = Statistics().of(RUN)

    def meanwhile() -> None:
        statistics.count_miss()
        for number in range(others):
            statistics.of(BuildRun(((str(number), "/b"),))).count_miss()

    statistics.count_hit(ResultKey(b"key"), 1, saved_ms=1)
    with pytest.raises(StorageError):
        statistics.flush(BusyStorage(tmp_path / "busy", meanwhile))
    statistics.count_miss()
    other = LocalStorage(tmp_path / "other")
    statistics.flush(other)
    found = {build.tools[0][0]: build.counts for build in other.index.builds()}
    assert (len(found), found["mark"]) == (MOST_BUILDS, counts)
