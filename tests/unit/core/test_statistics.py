"""Counts are exact, also while they are written."""

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from clcache_launcher.core.statistics import Statistics, figures_of, summarize
from clcache_launcher.errors import StorageError
from clcache_launcher.model import Reason, ResultKey
from clcache_launcher.storage.local import LocalStorage


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


@pytest.mark.parametrize(("hits", "misses", "rate"), [(0, 0, None), (0, 3, 0.0), (2, 1, 0.6667), (5, 0, 1.0)])
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
    statistics = Statistics()
    statistics.count_miss()
    statistics.flush(storage)
    statistics.count_miss()
    statistics.zero(storage)
    statistics.flush(storage)
    assert summarize(storage).misses == 0
