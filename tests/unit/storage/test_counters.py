"""What builds counted adds up, stays bounded, and is believed only as it was written."""

from pathlib import Path

import pytest

from clcache_launcher.storage.counters import MOST_BUILDS, BuildCounts
from clcache_launcher.storage.local import LocalStorage
from support import stock


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    """An empty cache folder."""
    return LocalStorage(tmp_path / "cache")


def build(mark: str, *, began_ns: int = 1, folder: str = "/b", **counts: int) -> BuildCounts:
    return BuildCounts(((mark, folder), ("outer", "/o")), began_ns, counts)


def test_counts_of_a_build_add_up_from_its_begin(storage: LocalStorage) -> None:
    storage.index.count({}, [build("one", began_ns=1, hits=2)])
    storage.index.count({}, [build("one", began_ns=9, hits=1, misses=4)])
    assert storage.index.builds() == [build("one", began_ns=1, hits=3, misses=4)]


def test_last_active_build_comes_first(storage: LocalStorage) -> None:
    for mark in ("one", "two", "one"):
        storage.index.count({}, [build(mark, hits=1)])
    assert [each.tools[0][0] for each in storage.index.builds()] == ["one", "two"]


def test_builds_that_were_idle_longest_go(storage: LocalStorage) -> None:
    storage.index.count({}, [build(str(number), hits=1) for number in range(MOST_BUILDS + 2)])
    marks = [each.tools[0][0] for each in storage.index.builds()]
    assert (len(marks), marks[0], marks[-1]) == (MOST_BUILDS, str(MOST_BUILDS + 1), "2")


def test_folder_with_any_name_comes_back(storage: LocalStorage) -> None:
    odd = build("one", folder="/\udcff \n\"'", hits=1)
    storage.index.count({}, [odd])
    assert storage.index.builds() == [odd]


def test_build_that_was_changed_is_not_believed(storage: LocalStorage) -> None:
    storage.index.count({}, [build("one", hits=1), build("two", hits=1)])
    stock.rows(storage, "UPDATE build SET body = replace(body, 'hits', 'mits') WHERE mark = 'one'")
    assert storage.index.builds() == [build("two", hits=1)]
    storage.index.count({}, [build("one", hits=5)])
    assert storage.index.builds()[0] == build("one", hits=5)


def test_zero_forgets_the_builds(storage: LocalStorage) -> None:
    storage.index.count({"hits": 1}, [build("one", hits=1)])
    storage.index.zero_counters()
    assert (storage.index.builds(), storage.index.counters()) == ([], {})
