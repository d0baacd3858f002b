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
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest, ManifestKey, ResultKey
from clcache_launcher.storage.local import LocalStorage, StoredEntry
from clcache_launcher.storage.totals import Transaction
from clcache_launcher.util.files import digest_of
from support import stock
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


@pytest.mark.posix
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
    if not hardlink and sys.platform != "win32":
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


class Crash(BaseException):
    """The process ends here."""


class StorageModel(RuleBasedStateMachine):
    """Storage beside a model of it: a key is found with its own content or not at all.

    ``there`` holds what must be found, ``maybe`` what may be: it was damaged behind the back of the storage, or its
    addition crashed.
    """

    numbers = st.integers(0, 5)

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "cache"
        self.now_s = 1_800_000_000
        self.used: dict[int, int] = {}
        self.there: set[int] = set()
        self.maybe: set[int] = set()
        self.crashed: list[LocalStorage] = []
        self.open()

    def open(self) -> None:
        self.storage = LocalStorage(self.folder, clock=lambda: self.now_s)

    @rule(number=numbers)
    def add(self, number: int) -> None:
        self.now_s += 1
        stock.add(self.storage, number)
        self.used[number] = self.now_s
        self.there.add(number)
        self.maybe.discard(number)

    @rule(number=numbers)
    def hit(self, number: int) -> None:
        self.now_s += 1
        if stock.find(self.storage, number) is not None:
            self.storage.note_use({stock.key(number): self.now_s})
            self.used[number] = self.now_s
        else:
            self.maybe.discard(number)

    @rule(most=st.integers(1, 3))
    def evict(self, most: int) -> None:
        known = self.there | self.maybe
        removed = self.storage.index.evict(most)
        assert min(most, len(self.there)) <= removed <= min(most, len(known))
        if not self.maybe:
            self.there -= set(sorted(self.there, key=self.used.__getitem__)[:removed])
        else:
            self.maybe |= self.there
            self.there.clear()

    @rule(age_s=st.integers(0, 20))
    def evict_by_age(self, age_s: int) -> None:
        self.storage.evict(0, age_s)
        if age_s:
            self.there -= {number for number in self.there if self.used[number] < self.now_s - age_s}

    @rule(by_s=st.sampled_from([-100_000_000, 100_000_000]))
    def clock_jumps(self, by_s: int) -> None:
        self.now_s += by_s
        self.storage.evict(0)
        if by_s < 0:
            self.used = dict.fromkeys(self.used, self.now_s)
            self.maybe |= self.there
            self.there.clear()

    @rule(number=numbers)
    def remove(self, number: int) -> None:
        self.storage.index.remove_result(stock.key(number))
        self.there.discard(number)
        self.maybe.discard(number)

    @rule()
    def clear(self) -> None:
        self.storage.clear()
        self.there.clear()
        self.maybe.clear()

    @rule(number=numbers, damage=st.sampled_from([_remove, _truncate, _replace_by_folder]))
    def damage_artifact(self, number: int, damage: Callable[[Path], None]) -> None:
        path = Path(self.storage.artifacts.path(digest_of(stock.content(number))))
        if path.is_file():
            damage(path)
        self.lose({number})

    # On Windows nobody removes what is open.
    @precondition(lambda _: sys.platform != "win32")
    @rule()
    def remove_index(self) -> None:
        Path(self.storage.index.path).unlink()
        assert not self.storage.is_in_place()
        self.reopen()
        self.there.clear()
        self.maybe.clear()

    @precondition(lambda _: sys.platform != "win32")
    @rule()
    def remove_folder(self) -> None:
        shutil.rmtree(self.folder)
        assert not self.storage.is_in_place()
        self.reopen()
        self.there.clear()
        self.maybe.clear()

    @rule(number=numbers, is_placed=st.booleans())
    def crash_while_adding(self, number: int, *, is_placed: bool) -> None:
        prepared = self.storage.prepare(stock.content(number))

        def place() -> None:
            if is_placed:
                self.storage.artifacts.place(prepared.digest, prepared.size, prepared.scratch)
            raise Crash

        with pytest.raises(Crash):
            self.storage.index.add(
                stock.manifest(number), StoredEntry(stock.key(number), b"entry"), b"result", {}, 1, place
            )
        self.crashed.append(self.storage)
        self.open()
        self.lose({number})

    @rule()
    def reopen(self) -> None:
        self.storage.close()
        self.open()

    @rule()
    def clean(self) -> None:
        self.storage.clean(0)
        self.storage.tend(0)
        wrong = stock.dangling(self.storage)
        assert wrong == {} or (wrong.keys() == {"missing"} and self.maybe)

    def lose(self, numbers: set[int]) -> None:
        self.maybe |= numbers & self.there
        self.there -= numbers

    @invariant()
    def what_is_there_is_whole(self) -> None:
        for number in range(6):
            entries = self.storage.index.entries(stock.manifest(number))
            if number not in self.maybe:
                assert bool(entries) == (number in self.there), number
            if number in self.there:
                assert stock.find(self.storage, number) == stock.content(number)
        assert len(self.there) <= self.storage.index.totals().results <= len(self.there | self.maybe)

    def teardown(self) -> None:
        for storage in (self.storage, *self.crashed):
            storage.close()
        shutil.rmtree(self.folder.parent)


TestStorageModel = StorageModel.TestCase
TestStorageModel.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)


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
    second.tend(0)
    assert artifact_files(second) == 0
    add(second, 1)
    third = LocalStorage(tmp_path)
    third.tend(0)
    assert artifact_files(third) == 1


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


# ---- limits ----


def disk_usage(storage: LocalStorage) -> int:
    """Artifacts, folders and index in whole blocks, without the write-ahead log."""
    found = 0
    for path in storage.folder.rglob("*"):
        if not path.name.endswith(("-wal", "-shm")) and path.name != "scratch":
            # Windows tells no size of a folder.
            found += -(-max(path.stat().st_size, path.is_dir()) // 4096) * 4096
    return found


@pytest.mark.parametrize("size", [1, 700, 5_000, 60_000, 900_000])
def test_limit_holds_at_rest_whatever_the_sizes_are(storage: LocalStorage, size: int) -> None:
    limit = 3_000_000
    for number in range(min(900, 3 * limit // max(size, 4096))):
        storage.index.add_facts([(digest_of(b"%d" % number), os.urandom(900))])
        add(storage, number, os.urandom(size))
        if number % 100 == 0:
            storage.tend(limit)
    storage.tend(limit)
    assert limit * 0.6 < disk_usage(storage) <= limit * 1.02
    assert abs(storage.used_bytes() - disk_usage(storage)) <= limit * 0.02
    assert stock.dangling(storage) == {}


def test_facts_alone_do_not_fill_the_folder(storage: LocalStorage) -> None:
    for number in range(3000):
        storage.index.add_facts([(digest_of(b"%d" % number), bytes(1000))])
    add(storage, 1)
    storage.tend(1_000_000)
    assert disk_usage(storage) <= 1_020_000
    assert storage.index.result(key(1)) is not None


def test_result_greater_than_the_limit_goes(storage: LocalStorage) -> None:
    add(storage, 1, os.urandom(3_000_000))
    storage.tend(1_000_000)
    assert disk_usage(storage) <= 1_020_000


def test_eviction_takes_no_more_than_is_needed(storage: LocalStorage) -> None:
    for number in range(12):
        add(storage, number, os.urandom(1_000_000))
    assert storage.evict(11_500_000) == 2


def test_empty_folder_takes_its_disk_back(storage: LocalStorage) -> None:
    for number in range(300):
        storage.add(
            manifest(number), StoredEntry(key(number), os.urandom(9000)), b"", [storage.prepare(b"%d" % number)]
        )
    storage.index.checkpoint(0)
    before = disk_usage(storage)
    storage.clear()
    assert before > 3_000_000
    assert disk_usage(storage) < 150_000


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def clocked(tmp_path: Path, clock: Clock) -> LocalStorage:
    return LocalStorage(tmp_path / "cache", clock=clock)


DAY_S = 86400


def kept(storage: LocalStorage) -> set[int]:
    return {number for number in range(200) if storage.index.result(key(number)) is not None}


def test_result_that_nobody_uses_goes_after_its_time(clocked: LocalStorage, clock: Clock) -> None:
    for number in range(130):
        add(clocked, number)
    clock.now_s += 20 * DAY_S
    clocked.note_use({key(3): int(clock.now_s)})
    add(clocked, 150)
    clock.now_s += 11 * DAY_S
    clocked.tend(0)
    assert len(kept(clocked)) == 131
    assert clocked.evict(0, 30 * DAY_S) == 129
    assert kept(clocked) == {3, 150}
    assert stock.dangling(clocked) == {}


def test_use_in_the_future_keeps_nothing_for_ever(clocked: LocalStorage, clock: Clock) -> None:
    clock.now_s += 5000 * DAY_S
    add(clocked, 1)
    clock.now_s -= 5000 * DAY_S
    for number in (2, 3):
        add(clocked, number)
    clocked.tend(0, 30 * DAY_S)
    assert kept(clocked) == {1, 2, 3}
    clock.now_s += 1
    clocked.note_use({key(2): int(clock.now_s), key(3): int(clock.now_s)})
    clocked.index.evict(1)
    assert kept(clocked) == {2, 3}
    add(clocked, 1)
    clock.now_s += 31 * DAY_S
    clocked.tend(0, 30 * DAY_S)
    assert kept(clocked) == set()


def test_clock_that_was_never_set_judges_nothing(clocked: LocalStorage, clock: Clock) -> None:
    add(clocked, 1)
    now_s, clock.now_s = clock.now_s, 7.0
    add(clocked, 2)
    clocked.tend(0, 30 * DAY_S)
    assert kept(clocked) == {1, 2}
    clock.now_s = now_s + 5
    clocked.tend(0, 30 * DAY_S)
    assert 1 in kept(clocked)


def test_reader_keeps_an_artifact_that_is_evicted(storage: LocalStorage) -> None:
    digest = add(storage, 1)
    with open(storage.artifacts.path(digest), "rb") as reader:
        storage.evict(1)
        # On Windows nobody removes what a program has open; nothing but the file itself is left.
        assert sys.platform == "win32" or not os.path.exists(storage.artifacts.path(digest))
        assert reader.read() == b"content 1"
    assert storage.index.result(key(1)) is None


def test_hits_do_not_wait_for_who_writes(storage: LocalStorage) -> None:
    stock.add(storage, 1)
    entered, may_end = threading.Event(), threading.Event()

    def hold(_: Transaction) -> None:
        entered.set()
        may_end.wait(30)

    writer = threading.Thread(target=storage.index.write, args=(hold,))
    writer.start()
    assert entered.wait(10)
    try:
        assert stock.find(storage, 1) == stock.content(1)
    finally:
        may_end.set()
        writer.join()


def test_clear_leaves_what_builds_add_meanwhile(tmp_path: Path) -> None:
    storage, other = LocalStorage(tmp_path), LocalStorage(tmp_path)
    for number in range(120):
        add(storage, number)
    scratch = other.prepare(b"on its way")
    remove = storage.artifacts.remove
    added: list[threading.Thread] = []

    def remove_and_add(digest: Digest) -> None:
        remove(digest)
        if not added:
            added.append(threading.Thread(target=add, args=(other, 150)))
            added[0].start()

    storage.index._remove_artifact = remove_and_add
    storage.clear()
    added[0].join()
    assert kept(other) <= {150}
    assert stock.dangling(other) == {}
    assert os.path.exists(scratch.scratch)


def test_commit_that_fails_keeps_no_lock(storage: LocalStorage, tmp_path: Path) -> None:
    def dangle(transaction: Transaction) -> None:
        transaction.rows("PRAGMA defer_foreign_keys=ON")
        transaction.rows("INSERT INTO entry VALUES (?, ?, ?, ?)", b"m", b"no such result", b"", b"")

    with pytest.raises(sqlite3.IntegrityError):
        storage.index._database._opened.write(lambda sql: dangle(Transaction(sql)))
    other = LocalStorage(tmp_path / "cache")
    add(other, 1)
    add(storage, 2)
    assert kept(other) == {1, 2}


def test_addition_whose_rows_can_not_be_written_leaves_no_artifact(storage: LocalStorage) -> None:
    add(storage, 1, b"same")
    sql = storage.index._database._opened.writer
    ((pages,),) = storage.index.read("PRAGMA page_count")
    sql.execute(f"PRAGMA max_page_count={pages}")
    for data in (b"other", b"same"):
        with pytest.raises(StorageError, match="full"):
            storage.add(manifest(2), StoredEntry(key(2), bytes(100_000)), b"", [storage.prepare(data)])
    assert stock.dangling(storage) == {}
    assert storage.artifacts.digests() == [digest_of(b"same")]
    assert stock.scratch_files(storage.folder) == []
    sql.execute("PRAGMA max_page_count=100000")
    add(storage, 2, b"other")
    assert kept(storage) == {1, 2}


def test_counter_that_was_changed_is_not_believed(storage: LocalStorage) -> None:
    storage.index.count({"hits": 4, "misses": 2})
    stock.rows(storage, "UPDATE counter SET value = value + 1024 WHERE name = 'hits'")
    assert storage.index.counters() == {"misses": 2}
    storage.index.count({"hits": 1})
    assert storage.index.counters() == {"hits": 1, "misses": 2}


def test_folder_on_the_network_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"nfs4, a network file system.*CLCACHE_DIR.*local disk"):
        LocalStorage(tmp_path / "cache", network_type=lambda _: "nfs4")
    assert os.listdir(tmp_path) == []


def test_index_made_anew_does_not_keep_the_artifacts_of_the_old(storage: LocalStorage) -> None:
    add(storage, 1)
    storage.tend(0)
    storage.index.renew()
    storage.tend(0)
    assert artifact_files(storage) == 0
    add(storage, 1)
    assert storage.index.result(key(1)) is not None


def test_index_damaged_while_open_heals_within_the_call(storage: LocalStorage) -> None:
    for number in range(200):
        add(storage, number)
    storage.index.checkpoint(0)
    with open(storage.index.path, "r+b") as file:
        for at in range(4096, os.path.getsize(storage.index.path), 4096):
            file.seek(at)
            file.write(b"\xff" * 2000)
    assert kept(storage) == set()
    add(storage, 1)
    assert kept(storage) == {1}
    assert storage.index.entries(manifest(1))


def test_log_of_the_index_does_not_grow_for_ever(storage: LocalStorage) -> None:
    for number in range(800):
        storage.index.add_facts([(digest_of(b"%d" % number), os.urandom(8000))])
    assert os.path.getsize(storage.index.path + "-wal") > 4 << 20
    storage.tend(0)
    assert os.path.getsize(storage.index.path + "-wal") == 0
