"""The mark by which who remembers results sees that some were removed or replaced."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.storage.removals import Removals
from clcache_launcher.util.file_records import hold
from clcache_launcher.util.files import digest_of
from support import stock


def test_each_removal_shows(tmp_path: Path) -> None:
    removals = Removals(tmp_path)
    records = {removals.record()}
    for _ in range(20):
        removals.mark()
        records.add(removals.record())
    assert len(records) == 21
    assert Removals(tmp_path).record() in records


def test_folder_that_is_gone_is_no_fault(tmp_path: Path) -> None:
    removals = Removals(tmp_path / "gone")
    before = removals.record()
    removals.mark()
    assert removals.record() == before


def _remove_damaged(storage: LocalStorage) -> None:
    digest = digest_of(stock.content(1))
    Path(storage.artifacts.path(digest)).write_bytes(b"damaged")
    storage.forget(stock.key(1), [digest])


REMOVALS: dict[str, Callable[[LocalStorage], object]] = {
    "forget": lambda storage: storage.forget(stock.key(1), ()),
    "unsound": _remove_damaged,
    "evict": lambda storage: storage.index.evict(1),
    "unused": lambda storage: storage.index.evict_unused(1 << 40),
    "clear": lambda storage: storage.clear(),
    "replace": lambda storage: stock.add(storage, 1, b"other content"),
    "renew": lambda storage: storage.index.renew(),
}


@pytest.mark.parametrize("remove", REMOVALS.values(), ids=REMOVALS.keys())
def test_index_that_names_a_result_no_more_or_another_rests_on_other_records(
    tmp_path: Path, remove: Callable[[LocalStorage], object]
) -> None:
    storage, other = LocalStorage(tmp_path), LocalStorage(tmp_path)
    stock.add(storage, 1)
    records = other.rests_on()
    assert hold(records)
    remove(storage)
    assert not hold(records)


def test_what_is_added_or_used_changes_no_record(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    stock.add(storage, 1)
    records = storage.rests_on()
    stock.add(storage, 2)
    stock.add(storage, 3, to=1)
    storage.note_use({stock.key(1): 1_800_000_000})
    storage.tend(0)
    assert hold(records)
