"""The SQLite file of a cache folder: opening it, using it in transactions, making it anew where it is damaged."""

import contextlib
import errno
import os
import sqlite3
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from clcache_launcher.errors import StorageError
from clcache_launcher.storage.schema import FORMAT_VERSION, SCHEMA
from clcache_launcher.util.file_records import Kind, record_of
from clcache_launcher.util.files import remove_tree
from clcache_launcher.util.locks import hold_lock

__all__ = ["BUSY_TIMEOUT_S", "Database", "index_files", "is_damage"]

BUSY_TIMEOUT_S: Final = 10.0
_CHECKPOINT_TIMEOUT_S: Final = 0.5
_RETRY_AFTER_S: Final = 0.005
_SHARED_BYTES: Final = 32768
"""The least size of the ``-shm`` file. Source: sqlite.org/walformat.html"""
_PREFIX: Final = f"index-{FORMAT_VERSION}-"
_SUFFIX: Final = ".sqlite"
_REPLACED: Final = "-replaced"
"""Stands behind the name of an index that was to go and can't: on Windows nobody removes what another has open."""
_ENVIRONMENT: Final = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_ABORT,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_AUTH,
    }
)
"""Errors that tell of the machine and nothing of what the file holds."""
_Done = TypeVar("_Done")


def is_damage(err: sqlite3.Error) -> bool:
    """Whether an error says that the file is not what was written: then nothing in it can be believed."""
    code = getattr(err, "sqlite_errorcode", None)
    if code is None:
        return False
    return code == sqlite3.SQLITE_IOERR_SHORT_READ or code & 0xFF not in _ENVIRONMENT


def index_files(folder: Path) -> list[str]:
    """Paths of the indexes of this format in a folder; the first is the one that counts."""
    with contextlib.suppress(OSError):
        names = set(os.listdir(folder))
        return sorted(str(folder / name) for name in names if _is_index(name) and name + _REPLACED not in names)
    return []


def _is_index(name: str) -> bool:
    return name.startswith(_PREFIX) and name.endswith(_SUFFIX)


class _Opened:
    """Connections to one file: readers never wait for the writer."""

    def __init__(self, path: str, *, is_new: bool) -> None:
        self.path = path
        self.writer = _connect(path, is_new=is_new)
        try:
            self.reader = _connect(path, is_new=False)
            self.reader.execute("PRAGMA query_only=ON")
            self._identities = [_identity(path), _identity(path + "-shm")]
        except (sqlite3.Error, OSError):
            getattr(self, "reader", self.writer).close()
            self.writer.close()
            raise
        self.reading, self.writing = threading.Lock(), threading.RLock()

    def __del__(self) -> None:
        # One that was replaced is closed when the last thread that uses it is done.
        with contextlib.suppress(AttributeError, sqlite3.Error):
            self.close()

    def close(self) -> None:
        self.reader.close()
        self.writer.close()

    def is_in_place(self) -> bool:
        """Whether the open files are those at their paths.

        Where the shared memory is gone, other processes would make their own, and two of these spoil the file. One that
        is cut short would end this process when it is touched.
        """
        try:
            status = os.stat(self.path + "-shm")
            shared = (status.st_dev, status.st_ino)
            is_whole = status.st_size >= _SHARED_BYTES and [_identity(self.path), shared] == self._identities
            return is_whole and not (sys.platform == "win32" and os.path.exists(self.path + _REPLACED))
        except OSError:
            return False

    def read(self, statement: str, values: tuple[bytes | int | str, ...]) -> list[Any]:
        with self.reading:
            return self.reader.execute(statement, values).fetchall()

    def write(self, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        with self.writing:
            self.writer.execute("BEGIN IMMEDIATE")
            try:
                done = work(self.writer)
                self.writer.execute("COMMIT")
            except BaseException:
                # A commit that fails leaves its transaction, and with it the lock; a full disk may have ended it.
                if self.writer.in_transaction:
                    self.writer.execute("ROLLBACK")
                raise
        return done

    def checkpoint(self) -> None:
        with self.writing:
            self.writer.execute(f"PRAGMA busy_timeout={int(_CHECKPOINT_TIMEOUT_S * 1000)}")
            try:
                self.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            finally:
                self.writer.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_S * 1000)}")


class Database:
    """The index's file, shared by the threads of a process and by other processes.

    Methods raise ``StorageError`` when SQLite can't do it. Where SQLite says that the file is damaged, it is replaced
    by a new one under a new name, and what was asked is done there: other processes that have the old one open, and
    delete its log when they close it, do not touch the new one.
    """

    def __init__(self, folder: Path) -> None:
        """Open the file in ``folder``; one that can't be used is replaced.

        Raises:
            StorageError: It can't be opened or made.
        """
        self._folder = folder
        self._renewing = threading.Lock()
        with _storage_errors(str(folder)):
            self._opened = _open_folder(folder, None)

    @property
    def path(self) -> str:
        """Where the file is."""
        return self._opened.path

    def is_in_place(self) -> bool:
        """Whether the open file is still the one at its path: the folder may have been removed."""
        opened = self._opened
        if opened.is_in_place():
            return True
        # What is left of it must not be opened beside what is open here.
        with contextlib.suppress(OSError):
            _remove(opened.path)
        return False

    def rests_on(self) -> list[bytes]:
        """The records of files under which the open file is the one at its path."""
        path = self._opened.path
        replaced = [record_of(path + _REPLACED, Kind.FILE)] if sys.platform == "win32" else []
        return [*(record_of(name, Kind.WHICH_FILE) for name in (path, path + "-shm")), *replaced]

    def close(self) -> None:
        """Close it, which moves what the write-ahead log holds into it when nobody else has it open."""
        with _storage_errors(self.path), self._opened.writing, self._opened.reading:
            self._opened.close()

    # SQLite's columns have the types that the schema gives; sqlite3 knows them as Any.
    def read(self, statement: str, values: tuple[bytes | int | str, ...] = ()) -> list[Any]:
        """Run one statement that changes nothing, and return its rows."""
        return self._healing(lambda opened: opened.read(statement, values))

    def write(self, work: Callable[[sqlite3.Connection], _Done]) -> _Done:
        """Do ``work`` in one transaction; it may be done twice, the second time in a new file."""
        return self._healing(lambda opened: opened.write(work))

    def checkpoint(self, least_bytes: int = 0) -> None:
        """Move what the write-ahead log holds into the file, if that is more than so many bytes.

        One process does it at a time, and no other writes meanwhile: SQLite before 3.51.3 may else spoil the file
        (sqlite.org/wal.html#walresetbug), which is why nothing else checkpoints an open file. Who reads is not held up.
        """
        opened = self._opened
        with _storage_errors(opened.path):
            try:
                if os.stat(opened.path + "-wal").st_size <= least_bytes:
                    return
            except FileNotFoundError:
                return
            with hold_lock(_lock_file(self._folder), 0) as is_held:
                if is_held:
                    opened.checkpoint()

    def renew(self) -> None:
        """Replace the file by a new one."""
        self._renew(self._opened)

    def _healing(self, use: Callable[[_Opened], _Done]) -> _Done:
        opened = self._opened
        with _storage_errors(opened.path):
            try:
                return use(opened)
            except sqlite3.Error as err:
                if not is_damage(err):
                    raise
            self._renew(opened)
            return use(self._opened)

    def _renew(self, damaged: _Opened) -> None:
        with self._renewing, _storage_errors(damaged.path):
            if self._opened is damaged:
                self._opened = _open_folder(self._folder, damaged.path)


@contextlib.contextmanager
def _storage_errors(place: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as err:
        raise StorageError(f"{place}: {err}") from err
    except OSError as err:
        raise StorageError(f"{err.filename or place}: {err.strerror}") from err


def _lock_file(folder: Path) -> str:
    path = str(folder / "lock")
    if os.path.isdir(path):
        remove_tree(path)
    return path


def _open_folder(folder: Path, damaged: str | None) -> _Opened:
    """Open the index of a folder, or make one, while nobody else does; what can't be used goes when another can."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with hold_lock(_lock_file(folder), BUSY_TIMEOUT_S) as is_held:
        if not is_held:
            raise StorageError(f"{folder}: another process opens it and does not end")
        opened = None
        for path in index_files(folder):
            if opened is None and path != damaged:
                opened = _try_to_open(path)
        if opened is None:
            opened = _Opened(str(folder / f"{_PREFIX}{os.urandom(4).hex()}{_SUFFIX}"), is_new=True)
        _remove_others(folder, os.path.basename(opened.path))
    return opened


def _remove_others(folder: Path, own: str) -> None:
    """Remove all indexes but one, with what belongs to them."""
    others = [name for name in os.listdir(folder) if name.startswith(_PREFIX) and not name.startswith(own)]
    for name in others:
        _remove_one(str(folder / name))
    for name in filter(_is_index, others):
        if (folder / name).exists():
            (folder / (name + _REPLACED)).touch()


def _try_to_open(path: str) -> _Opened | None:
    """Open an index that is there; ``None`` when it is damaged.

    Raises:
        OSError: It is not ours.
        sqlite3.Error: It is in use.
    """
    for file in (path, path + "-wal", path + "-shm"):
        with contextlib.suppress(FileNotFoundError):
            status = os.lstat(file)
            # SQLite takes an empty file for a new one, and waits for who has it open to make it.
            if not stat.S_ISREG(status.st_mode) or (file == path and not status.st_size):
                return None
            # Not by opening it: to close it again would drop the locks that SQLite holds for this process.
            # Who closes the index as the last one removes two of its files.
            if not os.access(file, os.R_OK | os.W_OK) and os.path.lexists(file):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), file)
    try:
        return _Opened(path, is_new=False)
    except sqlite3.Error as err:
        if _code(err) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL}:
            raise
        return None


def _code(err: sqlite3.Error) -> int:
    return getattr(err, "sqlite_errorcode", 0) & 0xFF


def _identity(path: str) -> tuple[int, int]:
    status = os.stat(path)
    return status.st_dev, status.st_ino


def _remove(path: str) -> None:
    for suffix in ("", "-wal", "-shm"):
        _remove_one(path + suffix)


def _remove_one(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError:
        remove_tree(path)


def _connect(path: str, *, is_new: bool) -> sqlite3.Connection:
    until_s = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            return _connect_once(path, is_new=is_new)
        except sqlite3.OperationalError as err:
            # SQLite does not wait for another process that closes the file as the last one at the same moment.
            if _code(err) != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
        time.sleep(_RETRY_AFTER_S)


def _connect_once(path: str, *, is_new: bool) -> sqlite3.Connection:
    # Nothing here may write to a file that is there: another process may be writing.
    place = f"{Path(path).as_uri()}?mode={'rwc' if is_new else 'rw'}"
    connection = sqlite3.connect(place, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    connection.text_factory = lambda data: data.decode(errors="replace")
    try:
        for pragma in (
            *(["auto_vacuum=INCREMENTAL"] if is_new else []),
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "wal_autocheckpoint=0",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "cell_size_check=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            _make(connection)
        if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT_VERSION:
            raise sqlite3.DatabaseError("another format")
        connection.execute("SELECT count(*) FROM counter").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _make(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
        for statement in SCHEMA:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={FORMAT_VERSION}")
    connection.execute("COMMIT")
