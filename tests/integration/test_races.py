"""Several adders, evictors and cores at once: each rule that keeps them apart is seen to be needed.

The scenarios of clcache's issue 155 and pull request 236. Each is played with the storage as it is, and with one that
has the rule in question taken out, which must be seen to fail.
"""

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pytest

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest, ManifestKey, ResultKey
from clcache_launcher.storage.local import LocalStorage, PreparedContent, StoredEntry
from clcache_launcher.storage.totals import Transaction
from support.cache import Cache
from support.compare import make_bare
from support.stock import add, content, dangling, find, key, manifest, scratch_files

pytestmark = pytest.mark.posix("gnu")

Claim = Callable[[type[LocalStorage], Path], None]


def hold_or_fail(claim: Claim, storage: type[LocalStorage], folder: Path) -> None:
    """A claim holds for the storage as it is, and fails for every other."""
    if storage is LocalStorage:
        claim(storage, folder)
        return
    with pytest.raises((AssertionError, StorageError)):
        claim(storage, folder)


def both(broken: type[LocalStorage]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("storage", [LocalStorage, broken])


# ---- two adders of one entry ----


class RefusesWhatIsThere(LocalStorage):
    """clcache's rule: who adds, takes it for granted that nothing is there."""

    def add(
        self, manifest: ManifestKey, entry: StoredEntry, result_body: bytes, prepared: Iterable[PreparedContent]
    ) -> None:
        given = list(prepared)
        if any(os.path.exists(self.artifacts.path(item.digest)) for item in given):
            raise StorageError("exists already")
        super().add(manifest, entry, result_body, given)


@both(RefusesWhatIsThere)
def test_two_cores_that_miss_one_file_at_once_both_store_it(storage: type[LocalStorage], tmp_path: Path) -> None:
    def claim(made: type[LocalStorage], folder: Path) -> None:
        cores = [made(folder), made(folder)]
        assert [find(core, 1) for core in cores] == [None, None]
        for core in cores:
            add(core, 1)
        assert [find(core, 1) for core in cores] == [content(1)] * 2
        assert cores[0].index.totals().results == 1
        assert dangling(cores[0]) == {}
        assert scratch_files(folder) == []

    hold_or_fail(claim, storage, tmp_path)


# ---- the manifest is evicted, the object is not ----


class WritesNoEntryForKnownArtifacts(LocalStorage):
    """clcache's rule: an object that is there needs no manifest any more."""

    def add(
        self, manifest: ManifestKey, entry: StoredEntry, result_body: bytes, prepared: Iterable[PreparedContent]
    ) -> None:
        given = list(prepared)
        if not all(os.path.exists(self.artifacts.path(item.digest)) for item in given):
            super().add(manifest, entry, result_body, given)


@both(WritesNoEntryForKnownArtifacts)
def test_entry_that_was_evicted_without_its_object_is_written_again(
    storage: type[LocalStorage], tmp_path: Path
) -> None:
    def claim(made: type[LocalStorage], folder: Path) -> None:
        core = made(folder)
        add(core, 1)
        # Another result has the same object, which therefore stays.
        LocalStorage(folder).add(manifest(2), StoredEntry(key(2), b"entry"), b"result", [core.prepare(content(1))])
        core.index.remove_result(key(1))
        assert find(core, 1) is None
        add(core, 1)
        assert find(core, 1) == content(1)
        assert dangling(core) == {}

    hold_or_fail(claim, storage, tmp_path)


# ---- the object is evicted, the manifest is not ----


class BelievesItsEntries(LocalStorage):
    """An entry that is there is complete: nothing is forgotten, nothing is added to it."""

    def forget(self, key: ResultKey, unsound: Iterable[Digest]) -> None:
        pass

    def add(
        self, manifest: ManifestKey, entry: StoredEntry, result_body: bytes, prepared: Iterable[PreparedContent]
    ) -> None:
        if self.index.result(entry.result) is None:
            super().add(manifest, entry, result_body, prepared)


@both(BelievesItsEntries)
def test_object_that_is_gone_without_its_entry_is_stored_again(storage: type[LocalStorage], tmp_path: Path) -> None:
    def claim(made: type[LocalStorage], folder: Path) -> None:
        core = made(folder)
        os.unlink(core.artifacts.path(add(core, 1)))
        assert find(core, 1) is None
        add(core, 1)
        assert find(core, 1) == content(1)
        assert dangling(core) == {}

    hold_or_fail(claim, storage, tmp_path)


class EvictsFilesAlone(LocalStorage):
    """The cleanup knows files and no manifests."""

    def evict(self, max_size_bytes: int, max_age_s: int = 0) -> int:
        del max_size_bytes, max_age_s
        digests = self.artifacts.digests()
        for digest in digests:
            self.artifacts.remove(digest)
        return len(digests)


@both(EvictsFilesAlone)
def test_no_entry_outlives_its_object(storage: type[LocalStorage], tmp_path: Path) -> None:
    def claim(made: type[LocalStorage], folder: Path) -> None:
        core = made(folder)
        for number in range(40):
            add(core, number)
        assert core.evict(1)
        assert dangling(core) == {}

    hold_or_fail(claim, storage, tmp_path)


# ---- an adder relies on an object that is about to be evicted ----


class InTheMiddle:
    """Something that another core does in the middle of what this one does, as far as it is let in."""

    def __init__(self) -> None:
        self.work: Callable[[], None] | None = None
        self.thread: threading.Thread | None = None

    def happens(self, *, within_a_transaction: bool) -> None:
        """Let the other core begin; where it is not kept out, let it end, too."""
        work, self.work = self.work, None
        if work is not None:
            self.thread = threading.Thread(target=work)
            self.thread.start()
            if not within_a_transaction:
                self.thread.join()

    def ends(self) -> None:
        assert self.thread is not None
        self.thread.join()


class Interrupted(LocalStorage):
    """The storage as it is, with something in the middle of an addition."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.middle = InTheMiddle()
        place = self.artifacts.place

        def place_and_wait(digest: Digest, size: int, scratch: str) -> None:
            place(digest, size, scratch)
            self.middle.happens(within_a_transaction=True)

        self.artifacts.place = place_and_wait  # type: ignore[method-assign]  # the moment is the test


class PlacesBeforeTheTransaction(Interrupted):
    """The files are put in place, then the rows are written."""

    def add(
        self, manifest: ManifestKey, entry: StoredEntry, result_body: bytes, prepared: Iterable[PreparedContent]
    ) -> None:
        given = list(prepared)
        for item in given:
            assert self.artifacts.is_sound(item.digest)
        self.middle.happens(within_a_transaction=False)
        sizes = {item.digest: 4096 for item in given}
        self.index.add(manifest, entry, result_body, sizes, 1, lambda: None)
        self.discard(given)


@pytest.mark.parametrize("storage", [Interrupted, PlacesBeforeTheTransaction])
def test_adder_that_found_an_object_is_not_robbed_of_it(storage: type[Interrupted], tmp_path: Path) -> None:
    adder, evictor = storage(tmp_path), LocalStorage(tmp_path)
    evictor.add(manifest(2), StoredEntry(key(2), b"entry"), b"result", [evictor.prepare(content(1))])
    adder.middle.work = lambda: evictor.index.remove_result(key(2))
    add(adder, 1)
    adder.middle.ends()
    if storage is Interrupted:
        assert dangling(adder) == {}
        assert find(adder, 1) == content(1)
    else:
        assert dangling(adder).keys() == {"missing"}
        assert find(adder, 1) is None


class EvictorInterrupted(LocalStorage):
    """The storage as it is, with something in the middle of an eviction."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.middle = InTheMiddle()
        self.index._remove_artifact = self.remove_artifact

    def remove_artifact(self, digest: Digest) -> None:
        self.middle.happens(within_a_transaction=True)
        self.artifacts.remove(digest)

    def evict_one(self, number: int) -> None:
        self.index.remove_result(key(number))


class RemovesAfterTheTransaction(EvictorInterrupted):
    """The rows are removed, then the files."""

    def remove_artifact(self, digest: Digest) -> None:
        pass

    def evict_one(self, number: int) -> None:
        super().evict_one(number)
        self.middle.happens(within_a_transaction=False)
        for digest in self.artifacts.digests():
            self.artifacts.remove(digest)


@pytest.mark.parametrize("storage", [EvictorInterrupted, RemovesAfterTheTransaction])
def test_object_that_is_added_while_it_is_evicted_stays_with_its_entry(
    storage: type[EvictorInterrupted], tmp_path: Path
) -> None:
    adder, evictor = LocalStorage(tmp_path), storage(tmp_path)
    add(adder, 1)

    def add_the_same() -> None:
        add(adder, 2, content(1))

    evictor.middle.work = add_the_same
    evictor.evict_one(1)
    evictor.middle.ends()
    if storage is EvictorInterrupted:
        assert dangling(adder) == {}
        assert adder.artifacts.read(adder.artifacts.digests()[0]) == content(1)
    else:
        assert dangling(adder).keys() == {"missing"}


# ---- a result that was read is replaced before it is given up ----


class ForgetsWithoutLooking(LocalStorage):
    """What was found unsound is removed, whatever it is now."""

    def forget(self, key: ResultKey, unsound: Iterable[Digest]) -> None:
        self.index.remove_result(key)
        for digest in unsound:
            self.artifacts.remove(digest)


@both(ForgetsWithoutLooking)
def test_result_that_another_core_has_just_healed_is_kept(storage: type[LocalStorage], tmp_path: Path) -> None:
    def claim(made: type[LocalStorage], folder: Path) -> None:
        reader, healer = made(folder), LocalStorage(folder)
        digest = add(reader, 1)
        os.unlink(reader.artifacts.path(digest))
        assert not reader.artifacts.is_sound(digest)
        add(healer, 1)
        reader.forget(key(1), [digest])
        assert find(reader, 1) == content(1)
        assert dangling(reader) == {}

    hold_or_fail(claim, storage, tmp_path)


# ---- a full cache under builds in several directories ----


class KeepsNoLimit(LocalStorage):
    """A cleanup that takes what it removed for what the folder lost."""

    def evict(self, max_size_bytes: int, max_age_s: int = 0) -> int:
        del max_size_bytes, max_age_s
        return self.index.evict(1)


@both(KeepsNoLimit)
def test_full_folder_stays_whole_and_in_its_limit_under_several_cores(
    storage: type[LocalStorage], tmp_path: Path
) -> None:
    limit = 2_000_000

    def build(made: type[LocalStorage], folder: Path, first: int, failed: list[BaseException]) -> None:
        try:
            core = made(folder)
            for number in [*range(first, first + 60), *range(first + 30, first + 60)]:
                data = content(number) * 3000
                if core.index.result(key(number)) is None:
                    add(core, number, data)
                if number % 5 == 0:
                    core.tend(limit)
            core.tend(limit)
            core.close()
        except BaseException as err:
            failed.append(err)
            raise

    def claim(made: type[LocalStorage], folder: Path) -> None:
        failed: list[BaseException] = []
        builds = [threading.Thread(target=build, args=(made, folder, first, failed)) for first in (0, 40, 80, 120)]
        for each in builds:
            each.start()
        for each in builds:
            each.join()
        assert failed == []
        core = made(folder)
        assert dangling(core) == {}
        assert core.index.totals().results > 10
        assert disk_usage(folder) <= limit * 1.02

    hold_or_fail(claim, storage, tmp_path)


def disk_usage(folder: Path) -> int:
    """Artifacts and index in whole blocks, without the write-ahead log."""
    found = 0
    for path in folder.rglob("*"):
        if not path.name.endswith(("-wal", "-shm")):
            with suppress(FileNotFoundError):
                found += -(-path.stat().st_size // 4096) * 4096
    return found


FILES, FOLDERS, LIMIT = 14, 4, 600_000


def _compile_all(cache: Cache, folder: Path, codes: list[int]) -> None:
    for turn in range(2):
        for number in range(FILES):
            output = folder / f"{number}-{turn}.o"
            codes.append(cache.compile("gcc", "-c", f"{number}.c", "-o", output, cwd=folder).code)


@pytest.mark.parametrize("command", [None, "clean", "clear"])
def test_builds_in_several_folders_share_a_full_cache_of_two_cores(
    lone_cache: Cache, work: Path, command: str | None
) -> None:
    """Whatever is evicted meanwhile, every object is right, no compile fails, and every compile is counted."""
    cache = lone_cache
    cache.environment |= {"CLCACHE_MAX_SIZE": str(LIMIT)}
    other = Cache(cache.folder.parent, Path(cache.endpoint + "2"))
    other.environment |= {"CLCACHE_MAX_SIZE": str(LIMIT)}
    folders = [work / str(number) for number in range(FOLDERS)]
    for folder in folders:
        folder.mkdir()
        for number in range(FILES):
            (folder / f"{number}.c").write_text(f"char a{number}[20000] = {{ {number + 1} }};\n")
    codes: list[int] = []
    builds = [
        threading.Thread(target=_compile_all, args=(replace_core, folder, codes))
        for replace_core, folder in zip((cache, other) * 2, folders, strict=True)
    ]
    for build in builds:
        build.start()
    while command and any(build.is_alive() for build in builds):
        assert cache.run(cache.launcher, command, cwd=work, env={"CLCACHE_SOCKET": cache.endpoint + "3"}).code == 0
    for build in builds:
        build.join()
    assert codes == [0] * (2 * FILES * FOLDERS)
    for folder in folders:
        for number in range(FILES):
            bare = make_bare(cache, ["gcc", "-c", f"{number}.c", "-o", "bare.o"], folder).files["bare.o"][1]
            assert {(folder / f"{number}-{turn}.o").read_bytes() for turn in range(2)} == {bare}
    assert other.front_end("stop").code == 0
    assert cache.front_end("stop").code == 0
    hits, misses, uncacheable, errors = cache.counts()
    assert (hits + misses, uncacheable, errors) == (len(codes), 0, 0)
    assert disk_usage(cache.folder) <= LIMIT * 1.02
    assert cache.front_end("doctor").code == 0
    assert not scratch_files(cache.folder)


def test_stopped_evictor_holds_nobody_up_for_ever(tmp_path: Path) -> None:
    """Who waits for a lock waits for a bounded time."""
    holder = LocalStorage(tmp_path)
    add(holder, 1)
    started, may_end = threading.Event(), threading.Event()

    def hold(_: Transaction) -> None:
        started.set()
        may_end.wait(30)

    thread = threading.Thread(target=holder.index.write, args=(hold,))
    thread.start()
    assert started.wait(10)
    other = LocalStorage(tmp_path)
    other.index._database._opened.writer.execute("PRAGMA busy_timeout=50")
    try:
        with pytest.raises(StorageError, match="locked"):
            add(other, 2)
        assert find(other, 1) == content(1)
    finally:
        may_end.set()
        thread.join()
    add(other, 2)
    assert find(holder, 2) == content(2)
    assert scratch_files(tmp_path) == []
