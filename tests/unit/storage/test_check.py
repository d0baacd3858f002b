"""Whatever is wrong in a cache folder is found, told without a change, and mended when asked to."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.storage.check import Finding, check_folder
from clcache_launcher.storage.counters import BuildCounts
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.storage.schema import FORMAT_VERSION
from clcache_launcher.util.files import digest_of
from clcache_launcher.util.machine import own_mark
from support.case import settle
from support.stock import add, content, dangling, find, key, rows

COUNT = 5


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    """Some results, and a closed index."""
    made = LocalStorage(tmp_path / "cache")
    for number in range(COUNT):
        add(made, number)
    made.index.add_facts([(digest_of(b"source"), b"facts")])
    made.index.count({"hits": 3, "misses": 4}, [BuildCounts((("mark", "/b"),), 1, {"hits": 3})])
    made.close()
    return made


def artifact(storage: LocalStorage, number: int = 1) -> Path:
    return Path(storage.artifacts.path(digest_of(content(number))))


def _flip_in_artifact(storage: LocalStorage) -> None:
    data = content(1)
    artifact(storage).write_bytes(data[:3] + bytes([data[3] ^ 1]) + data[4:])


def _remove_artifact(storage: LocalStorage) -> None:
    artifact(storage).unlink()


def _truncate_artifact(storage: LocalStorage) -> None:
    os.truncate(artifact(storage), 2)


def _replace_artifact_by_folder(storage: LocalStorage) -> None:
    _remove_artifact(storage)
    (artifact(storage) / "deep").mkdir(parents=True)


def _leave_artifact(storage: LocalStorage) -> None:
    stray = storage.prepare(b"stray")
    storage.artifacts.place(stray.digest, stray.size, stray.scratch)


def _leave_folder_as_artifact(storage: LocalStorage) -> None:
    Path(storage.artifacts.path(digest_of(b"stray"))).mkdir(parents=True)


def _leave_scratch(storage: LocalStorage) -> None:
    (storage.folder / "scratch" / f"{replace(own_mark(), boot='00000000')}-1-1").write_bytes(b"x")


def _leave_index(storage: LocalStorage) -> None:
    shutil.copy(storage.index.path, storage.folder / f"index-{FORMAT_VERSION}-ffffffff.sqlite")


def _overwrite_index(storage: LocalStorage) -> None:
    Path(storage.index.path).write_bytes(b"no index" * 4096)


def _truncate_index(storage: LocalStorage) -> None:
    os.truncate(storage.index.path, os.path.getsize(storage.index.path) // 2)


def _empty_index(storage: LocalStorage) -> None:
    os.truncate(storage.index.path, 0)


def _replace_index_by_folder(storage: LocalStorage) -> None:
    os.unlink(storage.index.path)
    os.mkdir(storage.index.path)


def _remove_index(storage: LocalStorage) -> None:
    os.unlink(storage.index.path)


def by(statement: str) -> Callable[[LocalStorage], None]:
    """Change rows."""
    return lambda storage: rows(storage, "PRAGMA foreign_keys=OFF", statement)


ONE = f"x'{key(1).hex()}'"
DIGEST = f"x'{digest_of(content(1)).hex()}'"
FAULTS = {
    "artifact flipped": _flip_in_artifact,
    "artifact removed": _remove_artifact,
    "artifact truncated": _truncate_artifact,
    "artifact a folder": _replace_artifact_by_folder,
    "artifact stray": _leave_artifact,
    "folder stray": _leave_folder_as_artifact,
    "scratch stray": _leave_scratch,
    "index stray": _leave_index,
    "index overwritten": _overwrite_index,
    "index truncated": _truncate_index,
    "index empty": _empty_index,
    "index a folder": _replace_index_by_folder,
    "index removed": _remove_index,
    "index of another version": by("PRAGMA user_version=9"),
    "entry flipped": by(f"UPDATE entry SET body = x'00' WHERE result = {ONE}"),
    "entry renamed": by(f"UPDATE entry SET manifest = x'00' WHERE result = {ONE}"),
    "entry of no result": by(f"UPDATE entry SET result = x'00' WHERE result = {ONE}"),
    "entry lost": by(f"DELETE FROM entry WHERE result = {ONE}"),
    "result flipped": by(f"UPDATE result SET body = 'text' WHERE key = {ONE}"),
    "result renamed": by(f"UPDATE result SET key = x'00' WHERE key = {ONE}"),
    "result lost": by(f"DELETE FROM result WHERE key = {ONE}"),
    "size flipped": by(f"UPDATE artifact SET size = size + 4096 WHERE digest = {DIGEST}"),
    "check flipped": by(f"UPDATE artifact SET verified = x'01' WHERE digest = {DIGEST}"),
    "artifact's row renamed": by(f"UPDATE artifact SET digest = x'00' WHERE digest = {DIGEST}"),
    "artifact's row of another type": by(f"UPDATE artifact SET digest = 'text' WHERE digest = {DIGEST}"),
    "artifact's row lost": by(f"DELETE FROM artifact WHERE digest = {DIGEST}"),
    "named artifact renamed": by(f"UPDATE result_artifact SET digest = x'00' WHERE digest = {DIGEST}"),
    "naming result renamed": by(f"UPDATE result_artifact SET result = x'00' WHERE digest = {DIGEST}"),
    "name lost": by(f"DELETE FROM result_artifact WHERE digest = {DIGEST}"),
    "facts flipped": by("UPDATE facts SET body = x'00'"),
    "counter flipped": by("UPDATE counter SET value = 7 WHERE name = 'hits'"),
    "build flipped": by("UPDATE build SET body = CAST(replace(body, 'hits', 'mits') AS BLOB)"),
    "counter renamed": by("UPDATE counter SET name = CAST(x'ff00' AS TEXT) WHERE name = 'hits'"),
    "table lost": by("DROP TABLE facts"),
}
WHOLE_INDEX_LOST = {
    "index overwritten",
    "index truncated",
    "index empty",
    "index a folder",
    "index removed",
    "index of another version",
    "table lost",
}


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes() if path.is_file() else b""
        for path in sorted(folder.rglob("*"))
        if not path.name.endswith(("-wal", "-shm"))
    }


def test_sound_folder_has_no_findings(storage: LocalStorage) -> None:
    assert check_folder(storage.folder, mend=False) == []
    assert check_folder(storage.folder, mend=True) == []


def test_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert check_folder(tmp_path / "no", mend=True) == []
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_fault_is_told_and_then_mended(
    storage: LocalStorage, fault: Callable[[LocalStorage], None], request: pytest.FixtureRequest
) -> None:
    fault(storage)
    before = _files(storage.folder)
    told = check_folder(storage.folder, mend=False)
    assert told
    assert not any(finding.is_mended for finding in told)
    if fault is not _remove_index:
        assert _files(storage.folder).keys() == before.keys()
    assert all(finding.is_mended for finding in check_folder(storage.folder, mend=True))
    assert check_folder(storage.folder, mend=False) == []
    after = LocalStorage(storage.folder)
    assert dangling(after) == {}
    kept = [number for number in range(COUNT) if find(after, number) is not None]
    if request.node.callspec.id in WHOLE_INDEX_LOST:
        assert kept == []
    else:
        assert set(kept) >= {0, 2, 3, 4}
        assert after.index.counters()["misses"] == 4
    for number in range(COUNT):
        add(after, number)
        assert find(after, number) == content(number)


@pytest.mark.parametrize("change", ["value = value + 1", "value = -5"])
@pytest.mark.parametrize("name", ["results", "artifact_bytes", "facts_bytes"])
def test_total_that_was_changed_is_counted_again(storage: LocalStorage, name: str, change: str) -> None:
    true = LocalStorage(storage.folder).index.totals()
    rows(storage, f"UPDATE total SET {change} WHERE name = '{name}'")
    assert LocalStorage(storage.folder).index.totals() == true


def test_total_that_is_sealed_and_wrong_is_found(storage: LocalStorage) -> None:
    true = LocalStorage(storage.folder).index.totals()
    rows(storage, "CREATE TABLE kept AS SELECT * FROM total")
    add(storage := LocalStorage(storage.folder), 9)
    rows(storage, "DELETE FROM total", "INSERT INTO total SELECT * FROM kept", "DROP TABLE kept")
    assert storage.index.totals().results == true.results
    told = check_folder(storage.folder, mend=True)
    assert told == [
        Finding("total 'results' is 5 and should be 6", is_mended=True),
        Finding("total 'artifact_bytes' is 20480 and should be 24576", is_mended=True),
    ]
    assert storage.index.totals().results == 6


def test_lost_totals_are_counted_again(storage: LocalStorage) -> None:
    true = LocalStorage(storage.folder).index.totals()
    rows(storage, "DELETE FROM total")
    opened = LocalStorage(storage.folder)
    assert opened.index.totals() == true
    rows(storage, "DELETE FROM total")
    opened.tend(10**9)
    assert opened.index.totals() == true


def test_what_is_checked_is_remembered_for_this_boot(storage: LocalStorage) -> None:
    settle()
    check_folder(storage.folder, mend=False)
    opened = LocalStorage(storage.folder)
    for number in range(COUNT):
        assert find(opened, number)
    assert opened.artifacts.take_verified() == {}
