"""The index's file: another version, damage, a closed connection, other processes."""

import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest, ManifestKey, ResultKey
from clcache_launcher.storage.index import Index, StoredEntry
from clcache_launcher.storage.schema import FORMAT_VERSION
from clcache_launcher.util.files import digest_of

MANIFEST = ManifestKey(b"manifest")
ENTRY = StoredEntry(ResultKey(b"result"), b"entry")
ARTIFACT = digest_of(b"artifact")


class Opened:
    """An index, with what it told to remove."""

    def __init__(self, folder: Path) -> None:
        self.removed: list[Digest] = []
        self.index = Index(folder, self.removed.append)

    def add(self, result: bytes = b"result", used_s: int = 1, artifacts: dict[Digest, int] | None = None) -> None:
        entry = StoredEntry(ResultKey(result), b"entry")
        self.index.add(MANIFEST, entry, b"body", artifacts or {ARTIFACT: 7}, used_s, lambda: None)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    made = Opened(tmp_path)
    yield made
    made.index.close()


def test_files_name_tells_the_format(opened: Opened) -> None:
    assert re.fullmatch(rf"index-{FORMAT_VERSION}-[0-9a-f]{{8}}\.sqlite", Path(opened.index.path).name)


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, -1])
def test_index_of_another_format_is_made_anew(tmp_path: Path, version: int) -> None:
    first = Opened(tmp_path)
    first.add()
    first.index.close()
    with closing(sqlite3.connect(first.index.path)) as other:
        other.execute(f"PRAGMA user_version={version}")
    second = Opened(tmp_path)
    assert second.index.entries(MANIFEST) == []
    second.add()
    second.index.close()
    assert Opened(tmp_path).index.entries(MANIFEST) == [ENTRY]


def test_use_after_close_is_an_error_and_harms_no_index(opened: Opened, tmp_path: Path) -> None:
    opened.add()
    opened.index.close()
    for use in (lambda: opened.index.entries(MANIFEST), lambda: opened.index.remove_result(ENTRY.result)):
        with pytest.raises(StorageError):
            use()
    assert Opened(tmp_path).index.entries(MANIFEST) == [ENTRY]


@pytest.mark.posix
def test_index_that_was_removed_is_no_longer_in_place(opened: Opened, tmp_path: Path) -> None:
    assert opened.index.is_in_place()
    Path(opened.index.path).unlink()
    assert not opened.index.is_in_place()
    other = Opened(tmp_path)
    assert other.index.is_in_place()
    assert not opened.index.is_in_place()


def test_all_who_open_a_new_folder_at_once_succeed(tmp_path: Path) -> None:
    barrier = threading.Barrier(6)

    def open_new(folders: list[Path]) -> list[bool]:
        opened = []
        for folder in folders:
            barrier.wait(10)
            opened.append(Index(folder, lambda _: None).is_in_place())
        return opened

    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(open_new, [[tmp_path / str(number) for number in range(15)]] * 6))
    assert opened == [[True] * 15] * 6


def test_index_that_is_replaced_by_a_folder_is_made_anew(tmp_path: Path) -> None:
    place = tmp_path / f"index-{FORMAT_VERSION}-00000000.sqlite"
    place.mkdir()
    opened = Opened(tmp_path)
    opened.add()
    assert opened.index.entries(MANIFEST) == [ENTRY]
    assert not place.exists()


def test_truncated_index_heals_after_at_most_one_error(tmp_path: Path) -> None:
    first = Opened(tmp_path)
    for number in range(300):
        first.add(b"%d" % number)
    first.index.close()
    path = Path(first.index.path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    try:
        second = Opened(tmp_path)
        second.add()
    except StorageError:
        pass
    third = Opened(tmp_path)
    third.add()
    assert ENTRY in third.index.entries(MANIFEST)


def test_failure_while_files_are_placed_adds_nothing(opened: Opened) -> None:
    def fail() -> None:
        raise StorageError("disk full")

    with pytest.raises(StorageError, match="disk full"):
        opened.index.add(MANIFEST, ENTRY, b"body", {ARTIFACT: 7}, 1, fail)
    assert opened.index.entries(MANIFEST) == []
    assert opened.index.totals().results == 0
    assert opened.index.totals().artifact_bytes == 0


def test_replaced_result_has_its_new_artifacts_alone(opened: Opened) -> None:
    other = digest_of(b"other")
    opened.add()
    opened.add(artifacts={other: 9})
    assert opened.removed == [ARTIFACT]
    assert opened.index.totals().artifact_bytes == 9


def test_artifact_goes_with_the_last_result_that_names_it(opened: Opened) -> None:
    opened.add(b"one")
    opened.add(b"two")
    opened.index.remove_result(ResultKey(b"one"))
    assert opened.removed == []
    assert opened.index.totals().artifact_bytes == 7
    opened.index.remove_result(ResultKey(b"two"))
    assert opened.removed == [ARTIFACT]
    assert opened.index.totals().artifact_bytes == 0


def test_no_row_names_what_is_gone(opened: Opened) -> None:
    for number in range(5):
        opened.add(b"%d" % number, artifacts={digest_of(b"%d" % (number // 2)): 1})
    opened.index.remove_result(ResultKey(b"0"))
    opened.index.evict(2)
    with closing(sqlite3.connect(opened.index.path)) as other:
        entries = other.execute("SELECT count(*) FROM entry WHERE result NOT IN (SELECT key FROM result)").fetchone()
        named = other.execute(
            "SELECT count(*) FROM result_artifact WHERE result NOT IN (SELECT key FROM result)"
            " OR digest NOT IN (SELECT digest FROM artifact)"
        ).fetchone()
        unnamed = other.execute(
            "SELECT count(*) FROM artifact WHERE digest NOT IN (SELECT digest FROM result_artifact)"
        ).fetchone()
    assert entries == named == unnamed == (0,)


def test_least_recently_used_goes_first(opened: Opened) -> None:
    for number in range(4):
        opened.add(b"%d" % number, used_s=number)
    opened.index.touch([ResultKey(b"0")], 9)
    assert opened.index.evict(2) == 2
    assert {bytes(entry.result) for entry in opened.index.entries(MANIFEST)} == {b"0", b"3"}
    assert opened.index.evict(5) == 2


def test_clear_removes_results_facts_and_artifacts(opened: Opened) -> None:
    opened.add()
    opened.index.add_facts([(ARTIFACT, b"facts")])
    opened.index.clear()
    assert opened.removed == [ARTIFACT]
    assert opened.index.entries(MANIFEST) == []
    assert opened.index.facts([ARTIFACT]) == {}


def test_facts_come_back_and_a_flipped_bit_is_not_believed(opened: Opened) -> None:
    opened.index.add_facts([(ARTIFACT, b"facts"), (ENTRY_DIGEST, b"")])
    assert opened.index.facts([ARTIFACT, ENTRY_DIGEST]) == {ARTIFACT: b"facts", ENTRY_DIGEST: b""}
    with closing(sqlite3.connect(opened.index.path)) as other, other:
        other.execute("UPDATE facts SET body = x'66616374' WHERE digest = ?", (ARTIFACT,))
    assert opened.index.facts([ARTIFACT]) == {}
    opened.index.add_facts([(ARTIFACT, b"again")])
    assert opened.index.facts([ARTIFACT]) == {ARTIFACT: b"again"}


@pytest.mark.parametrize("count", [0, 1, 14, 15, 16, 17, 100])
def test_facts_of_any_number_of_contents_are_found(opened: Opened, count: int) -> None:
    stored = {digest_of(b"%d" % number): b"%d" % number for number in range(count)}
    opened.index.add_facts(stored.items())
    assert opened.index.facts([*stored, digest_of(b"none")]) == stored
    assert opened.index.facts([*stored, *stored]) == stored


ENTRY_DIGEST = digest_of(b"entry")


@pytest.mark.parametrize("column", ["manifest", "result"])
def test_entry_under_another_key_is_not_believed(opened: Opened, column: str) -> None:
    opened.add(b"one")
    opened.add(b"two")
    with closing(sqlite3.connect(opened.index.path)) as other, other:
        other.execute("PRAGMA foreign_keys=OFF")
        if column == "manifest":
            other.execute("UPDATE entry SET manifest = x'00'")
            assert opened.index.entries(ManifestKey(b"\0")) == []
        else:
            other.execute("DELETE FROM entry WHERE result = CAST('two' AS BLOB)")
            other.execute("UPDATE entry SET result = CAST('two' AS BLOB)")
    assert opened.index.entries(MANIFEST) == []


def test_only_artifacts_of_which_no_row_tells_are_removed(opened: Opened) -> None:
    opened.add()
    stray = digest_of(b"stray")
    assert opened.index.remove_unknown([ARTIFACT, stray]) == 1
    assert opened.removed == [stray]


@pytest.mark.posix
def test_folder_that_is_removed_while_open_is_an_error_or_nothing(tmp_path: Path) -> None:
    opened = Opened(tmp_path / "cache")
    opened.add()
    shutil.rmtree(tmp_path / "cache")
    assert not opened.index.is_in_place()
    assert Opened(tmp_path / "cache").index.entries(MANIFEST) == []
