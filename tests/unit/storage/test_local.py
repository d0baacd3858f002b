"""Storage: what is added is there, what is removed takes along what needs it, what is broken heals."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest, ManifestKey, ResultKey
from clcache_launcher.storage.local import LocalStorage, StoredEntry
from clcache_launcher.util.files import digest_of
from support.adder import COUNT


def key(number: int) -> ResultKey:
    return ResultKey(digest_of(b"result %d" % number))


def manifest(number: int) -> ManifestKey:
    return ManifestKey(digest_of(b"manifest %d" % number))


def add(storage: LocalStorage, number: int, content: bytes | None = None, to: int | None = None) -> Digest:
    data = b"content %d" % number if content is None else content
    entry = StoredEntry(key(number), b"entry %d" % number)
    storage.add(manifest(number if to is None else to), entry, b"result %d" % number, [storage.prepare(data)])
    return digest_of(data)


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "cache")


def artifact_files(storage: LocalStorage) -> int:
    return len(storage.artifacts.digests())


def test_added_result_is_found(storage: LocalStorage) -> None:
    digest = add(storage, 1)
    assert storage.index.entries(manifest(1)) == [StoredEntry(key(1), b"entry 1")]
    assert storage.index.result(key(1)) == b"result 1"
    assert storage.artifacts.is_sound(digest)
    assert storage.artifacts.read(digest) == b"content 1"
    assert storage.index.entries(manifest(2)) == []
    assert storage.index.result(key(2)) is None


def test_adding_what_is_there_is_a_success(storage: LocalStorage) -> None:
    for _ in range(3):
        digest = add(storage, 1)
    assert storage.index.totals().results == 1
    assert artifact_files(storage) == 1
    assert storage.artifacts.is_sound(digest)


def test_entry_that_was_evicted_while_its_artifact_stays_is_added_again(storage: LocalStorage) -> None:
    add(storage, 1, b"same")
    digest = add(storage, 2, b"same")
    storage.index.remove_result(key(1))
    assert storage.artifacts.is_sound(digest)
    add(storage, 1, b"same")
    assert storage.index.entries(manifest(1))
    assert storage.index.result(key(1)) == b"result 1"


def test_newest_entry_comes_first(storage: LocalStorage) -> None:
    for number in (1, 2, 3, 1):
        add(storage, number, to=9)
    assert [entry.result for entry in storage.index.entries(manifest(9))] == [key(1), key(3), key(2)]


def test_manifest_keeps_a_bounded_number_of_entries(storage: LocalStorage) -> None:
    for number in range(70):
        add(storage, number, to=9)
    entries = storage.index.entries(manifest(9))
    assert len(entries) == 64
    assert storage.index.totals().results == 64
    assert artifact_files(storage) == 64


def test_removed_result_takes_entries_and_own_artifacts_along(storage: LocalStorage) -> None:
    add(storage, 1)
    shared = add(storage, 2, b"shared")
    add(storage, 3, b"shared")
    storage.index.remove_result(key(1))
    storage.index.remove_result(key(2))
    assert storage.index.entries(manifest(1)) == []
    assert storage.artifacts.digests() == [shared]


def test_eviction_takes_what_was_used_least_recently(storage: LocalStorage) -> None:
    for number in range(120):
        add(storage, number, os.urandom(20_000))
    storage.note_use({key(number): 1000 + number for number in range(120)} | {key(0): 5000})
    storage.evict(1_500_000)
    assert storage.used_bytes() <= 1_500_000
    assert storage.index.result(key(0)) is not None
    assert storage.index.result(key(119)) is not None
    assert storage.index.result(key(1)) is None
    assert artifact_files(storage) == storage.index.totals().results


def test_no_limit_evicts_nothing(storage: LocalStorage) -> None:
    add(storage, 1)
    assert storage.evict(0) == 0
    assert storage.index.totals().results == 1


def test_clear_leaves_nothing_but_counters(storage: LocalStorage) -> None:
    add(storage, 1)
    storage.index.count({"hits": 2})
    storage.clear()
    assert storage.index.totals().results == 0
    assert storage.index.totals().artifact_bytes == 0
    assert artifact_files(storage) == 0
    assert storage.index.counters() == {"hits": 2}
    add(storage, 1)
    assert storage.index.entries(manifest(1))


def _remove(path: Path) -> None:
    path.unlink()


def _truncate(path: Path) -> None:
    os.truncate(path, 3)


def _flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[2] ^= 1
    path.write_bytes(data)


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "x").write_text("")


@pytest.mark.parametrize("damage", [_remove, _truncate, _flip_a_bit, _replace_by_folder])
def test_damaged_artifact_is_seen_and_heals(storage: LocalStorage, damage: Callable[[Path], None]) -> None:
    digest = add(storage, 1)
    assert storage.artifacts.is_sound(digest)
    damage(Path(storage.artifacts.path(digest)))
    assert not storage.artifacts.is_sound(digest)
    storage.forget(key(1), [digest])
    assert storage.index.entries(manifest(1)) == []
    add(storage, 1)
    assert storage.artifacts.is_sound(digest)
    assert storage.artifacts.read(digest) == b"content 1"


@pytest.mark.parametrize("change", ["x'00' || body", "CAST('text' AS BLOB)", "7", "substr(body, 2)"])
@pytest.mark.parametrize("table", ["entry", "result"])
def test_row_that_was_changed_is_not_believed(storage: LocalStorage, table: str, change: str) -> None:
    add(storage, 1)
    with closing(sqlite3.connect(storage.index.path)) as other, other:
        other.execute(f"UPDATE {table} SET body = {change}")
    assert (storage.index.entries(manifest(1)), storage.index.result(key(1)))[table == "result"] in ([], None)
    add(storage, 1)
    assert storage.index.entries(manifest(1))
    assert storage.index.result(key(1)) == b"result 1"


@pytest.mark.parametrize("damage", [b"", b"not a database, but long enough to be taken for one" * 100])
def test_index_that_is_no_index_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    first = LocalStorage(tmp_path)
    add(first, 1)
    first.close()
    Path(first.index.path).write_bytes(damage)
    second = LocalStorage(tmp_path)
    assert second.index.entries(manifest(1)) == []
    add(second, 1)
    assert second.index.entries(manifest(1))


def test_index_corrupted_while_open_is_an_error_and_then_heals(tmp_path: Path) -> None:
    first = LocalStorage(tmp_path)
    for number in range(200):
        add(first, number)
    first.close()
    path = Path(first.index.path)
    data = bytearray(path.read_bytes())
    for at in range(4096, len(data), 4096):
        data[at : at + 2000] = b"\xff" * 2000
    path.write_bytes(data)
    try:
        second = LocalStorage(tmp_path)
        second.index.entries(manifest(1))
        add(second, 1)
    except StorageError:
        pass
    third = LocalStorage(tmp_path)
    add(third, 1)
    assert third.index.entries(manifest(1))


def test_removed_folder_is_noticed(storage: LocalStorage) -> None:
    add(storage, 1)
    assert storage.is_in_place()
    shutil.rmtree(storage.folder)
    assert not storage.is_in_place()


def test_folder_that_can_not_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        LocalStorage(tmp_path / "file")


def test_two_users_of_a_folder_see_each_other(tmp_path: Path) -> None:
    first, second = LocalStorage(tmp_path), LocalStorage(tmp_path)
    digest = add(first, 1)
    assert second.index.entries(manifest(1))
    assert second.artifacts.is_sound(digest)
    second.index.remove_result(key(1))
    assert first.index.entries(manifest(1)) == []
    assert not first.artifacts.is_sound(digest)


def test_adders_at_once_lose_nothing(tmp_path: Path) -> None:
    storages = [LocalStorage(tmp_path) for _ in range(3)]

    def work(storage: LocalStorage) -> None:
        for number in range(40):
            add(storage, number % 10)
            if number % 7 == 0:
                storage.index.evict(2)

    threads = [threading.Thread(target=work, args=(storage,)) for storage in storages]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    storage = LocalStorage(tmp_path)
    for number in range(10):
        for entry in storage.index.entries(manifest(number)):
            assert storage.index.result(entry.result) == b"result %d" % number
            assert storage.artifacts.is_sound(digest_of(b"content %d" % number))
    assert not os.listdir(tmp_path / "scratch")


@pytest.mark.parametrize("hardlink", [False, True])
def test_artifact_is_given_out_as_a_new_file(storage: LocalStorage, tmp_path: Path, *, hardlink: bool) -> None:
    digest = add(storage, 1)
    target = tmp_path / "a.o"
    target.write_text("old")
    other = tmp_path / "other"
    other.hardlink_to(target)
    assert storage.artifacts.is_sound(digest)
    storage.artifacts.give_out(digest, str(target), 0o640, hardlink=hardlink)
    assert target.read_bytes() == b"content 1"
    assert other.read_text() == "old"
    assert storage.artifacts.is_sound(digest)
    if not hardlink:
        assert target.stat().st_mode & 0o777 == 0o640


def test_counters_add_up(storage: LocalStorage) -> None:
    storage.index.count({"hits": 1, "misses": 2})
    storage.index.count({"hits": 3})
    assert storage.index.counters() == {"hits": 4, "misses": 2}
    storage.index.zero_counters()
    assert storage.index.counters() == {}


def test_two_outputs_of_one_content_leave_no_scratch_file(storage: LocalStorage) -> None:
    prepared = [storage.prepare(b"same"), storage.prepare(b"same")]
    storage.add(manifest(1), StoredEntry(key(1), b"entry"), b"result", prepared)
    assert storage.artifacts.is_sound(prepared[0].digest)
    assert not os.listdir(storage.folder / "scratch")


class StorageModel(RuleBasedStateMachine):
    """Storage beside a model of it: a key is found with its own content or not at all."""

    numbers = st.integers(0, 5)

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.storage = LocalStorage(self.folder)
        self.there: set[int] = set()

    @rule(number=numbers)
    def add(self, number: int) -> None:
        add(self.storage, number)
        self.there.add(number)

    @rule(number=numbers)
    def remove(self, number: int) -> None:
        self.storage.index.remove_result(key(number))
        self.there.discard(number)

    @rule(number=numbers)
    def lose_artifact(self, number: int) -> None:
        digest = digest_of(b"content %d" % number)
        Path(self.storage.artifacts.path(digest)).unlink(missing_ok=True)
        if not self.storage.artifacts.is_sound(digest):
            self.storage.forget(key(number), [digest])
            self.there.discard(number)

    @rule()
    def reopen(self) -> None:
        self.storage.close()
        self.storage = LocalStorage(self.folder)

    @invariant()
    def what_is_there_is_whole(self) -> None:
        for number in range(6):
            entries = self.storage.index.entries(manifest(number))
            assert bool(entries) == (number in self.there)
            if entries:
                assert self.storage.index.result(key(number)) == b"result %d" % number
                assert self.storage.artifacts.read(digest_of(b"content %d" % number)) == b"content %d" % number
        assert self.storage.index.totals().results == len(self.there)

    def teardown(self) -> None:
        self.storage.close()
        shutil.rmtree(self.folder)


TestStorageModel = StorageModel.TestCase
TestStorageModel.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)


def test_two_processes_that_add_the_same_at_once_both_succeed(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "support.adder", str(tmp_path / "cache")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    adders = [subprocess.Popen(command, stdin=subprocess.PIPE, env=environment) for _ in range(2)]
    for adder in adders:
        assert adder.stdin is not None
        adder.stdin.close()
    assert [adder.wait(60) for adder in adders] == [0, 0]
    storage = LocalStorage(tmp_path / "cache")
    assert storage.index.totals().results == artifact_files(storage) == COUNT
    assert all(storage.artifacts.is_sound(digest) for digest in storage.artifacts.digests())
    assert not os.listdir(tmp_path / "cache/scratch")


def test_artifact_of_another_result_that_was_damaged_heals_by_the_next_add(storage: LocalStorage) -> None:
    digest = add(storage, 1, b"same")
    Path(storage.artifacts.path(digest)).write_bytes(b"some")
    add(storage, 2, b"same")
    assert storage.artifacts.read(digest) == b"same"


def test_artifacts_of_a_lost_index_do_not_stay(tmp_path: Path) -> None:
    first = LocalStorage(tmp_path)
    add(first, 1)
    first.close()
    Path(first.index.path).unlink()
    second = LocalStorage(tmp_path)
    assert artifact_files(second) == 0
    add(second, 1)
    assert artifact_files(LocalStorage(tmp_path)) == 1


def test_clean_removes_what_a_killed_process_left(storage: LocalStorage) -> None:
    digest = add(storage, 1)
    stray = storage.prepare(b"stray")
    storage.artifacts.place(stray.digest, stray.size, stray.scratch)
    assert storage.clean(0) == 0
    assert storage.artifacts.digests() == [digest]


def test_failed_add_leaves_no_scratch(storage: LocalStorage) -> None:
    prepared = storage.prepare(b"content")
    shutil.rmtree(storage.folder / "artifacts", ignore_errors=True)
    (storage.folder / "artifacts").write_text("in the way")
    with pytest.raises(StorageError):
        storage.add(manifest(1), StoredEntry(key(1), b"entry"), b"result", [prepared])
    assert storage.index.entries(manifest(1)) == []
    assert os.listdir(storage.folder / "scratch") == []
    (storage.folder / "artifacts").unlink()
    add(storage, 1)
    assert storage.index.entries(manifest(1))
