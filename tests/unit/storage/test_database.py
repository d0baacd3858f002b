"""The index's file: which one is opened, when it is replaced, who waits."""

import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from clcache_launcher.errors import StorageError
from clcache_launcher.storage.database import Database, index_files, is_damage
from clcache_launcher.storage.schema import FORMAT_VERSION


def count(database: Database, name: str) -> None:
    database.write(lambda sql: sql.execute("INSERT INTO counter VALUES (?, 1, x'00')", (name,)))


def names(database: Database) -> list[str]:
    return sorted(name for (name,) in database.read("SELECT name FROM counter"))


def test_all_who_open_one_folder_have_one_file(tmp_path: Path) -> None:
    first, second = Database(tmp_path), Database(tmp_path)
    assert first.path == second.path
    count(first, "one")
    count(second, "two")
    assert names(first) == names(second) == ["one", "two"]
    assert index_files(tmp_path) == [first.path]


def test_name_of_a_replaced_file_is_not_used_again(tmp_path: Path) -> None:
    database, other = Database(tmp_path), Database(tmp_path)
    count(database, "one")
    old = database.path
    database.renew()
    assert database.path != old
    assert names(database) == []
    assert not other.is_in_place()
    # The last to close the old file deletes its log by its name.
    count(database, "two")
    other.close()
    count(database, "three")
    assert names(Database(tmp_path)) == ["three", "two"]
    assert database.is_in_place()


def test_replaced_file_is_opened_by_nobody_and_goes_when_it_is_closed(tmp_path: Path) -> None:
    database, other = Database(tmp_path), Database(tmp_path)
    old = os.path.basename(database.path)
    for _ in range(3):  # whatever the new name is
        database.renew()
        assert Database(tmp_path).path == database.path
    assert other.path.endswith(old)
    assert not other.is_in_place()
    other.close()
    Database(tmp_path)
    assert [name for name in os.listdir(tmp_path) if name.startswith(old)] == []


LATER = f"index-{FORMAT_VERSION + 1}-00000000.sqlite"


def test_files_of_others_stay(tmp_path: Path) -> None:
    for name in ("index-1.sqlite", LATER, "notes"):
        (tmp_path / name).write_text("")
    (tmp_path / f"index-{FORMAT_VERSION}-00000000.sqlite-wal").write_text("left by a killed process")
    database = Database(tmp_path)
    own = os.path.basename(database.path)
    assert sorted(os.listdir(tmp_path)) == sorted(
        [own, f"{own}-shm", f"{own}-wal", "index-1.sqlite", LATER, "lock", "notes"]
    )


def _remove_shared(path: str) -> None:
    os.unlink(path + "-shm")


def _cut_shared(path: str) -> None:
    os.truncate(path + "-shm", 0)


def _remove(path: str) -> None:
    os.unlink(path)


def _replace(path: str) -> None:
    os.rename(path, path + ".old")
    Path(path).write_bytes(Path(path + ".old").read_bytes())


@pytest.mark.posix
@pytest.mark.parametrize("damage", [_remove_shared, _cut_shared, _remove, _replace])
def test_file_that_is_not_in_place_is_never_opened_beside_the_open_one(
    tmp_path: Path, damage: Callable[[str], None]
) -> None:
    database = Database(tmp_path)
    count(database, "one")
    damage(database.path)
    assert not database.is_in_place()
    other = Database(tmp_path)
    assert other.path != database.path
    count(other, "two")
    database.close()
    assert names(other) == ["two"]


@pytest.mark.posix
def test_file_of_another_user_is_left_to_them() -> None:
    # Root may read every file, so it is nobody here, outside of pytest's folders, which only their owner can enter.
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        path = Database(Path(name)).path
        os.chmod(path, 0)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            with pytest.raises(StorageError, match="Permission denied"):
                Database(Path(name))
        finally:
            os.seteuid(user)
        assert os.path.exists(path)


def test_opening_waits_for_nobody_who_writes(tmp_path: Path) -> None:
    database = Database(tmp_path)
    entered, may_end = threading.Event(), threading.Event()

    def hold(_: sqlite3.Connection) -> None:
        entered.set()
        may_end.wait(30)

    writer = threading.Thread(target=database.write, args=(hold,))
    writer.start()
    assert entered.wait(10)
    try:
        assert names(Database(tmp_path)) == []
    finally:
        may_end.set()
        writer.join()


@pytest.mark.parametrize(
    ("statement", "damaged"),
    [
        ("SELECT * FROM nothing", True),
        ("INSERT INTO counter VALUES ('one', 1, x'00')", True),
        ("PRAGMA max_page_count=1", False),
    ],
)
def test_only_what_the_file_says_is_damage(tmp_path: Path, statement: str, *, damaged: bool) -> None:
    database = Database(tmp_path)
    count(database, "one")
    with closing(sqlite3.connect(database.path)) as sql:
        try:
            sql.execute(statement)
            sql.execute("CREATE TABLE more (name TEXT)")
        except sqlite3.Error as err:
            assert is_damage(err) == damaged
        else:
            pytest.fail("no error")


def test_what_is_not_of_the_file_replaces_nothing(tmp_path: Path) -> None:
    database = Database(tmp_path)
    count(database, "one")
    path = database.path

    def interrupt(_: sqlite3.Connection) -> None:
        err = sqlite3.OperationalError("database or disk is full")
        err.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise err

    with pytest.raises(StorageError, match="full"):
        database.write(interrupt)
    assert database.path == path
    assert names(database) == ["one"]


def test_locked_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        Database(tmp_path / "file")
