"""The index: manifests, results, facts and counters in one SQLite file."""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest, ManifestKey, ResultKey
from clcache_launcher.storage.schema import FORMAT_VERSION, SCHEMA
from clcache_launcher.util.files import digest_of

__all__ = ["Index", "StoredEntry", "Totals"]

_BUSY_TIMEOUT_S: Final = 10.0
_RETRY_AFTER_S: Final = 0.005
_MOST_ENTRIES: Final = 64
"""Entries a manifest; the oldest go first."""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """One entry of a manifest as it is stored."""

    result: ResultKey
    body: bytes


@dataclass(frozen=True, slots=True)
class Totals:
    """What a cache folder holds."""

    results: int
    artifact_bytes: int
    index_bytes: int


class Index:
    """One connection to a cache folder's index, shared by the threads of a process.

    Other processes may use the same file at once. Every method raises ``StorageError`` when SQLite can't do it.
    """

    def __init__(self, folder: Path, remove_artifact: Callable[[Digest], None]) -> None:
        """Open the index in ``folder``; one that SQLite can't read is replaced by a new one.

        Args:
            folder: The cache folder; made where it is not there.
            remove_artifact: Removes the file of an artifact that no result names any more. It is called while no other
                process can add one.

        Raises:
            StorageError: It can't be opened or made.
        """
        self.path = str(folder / f"index-{FORMAT_VERSION}.sqlite")
        self._lock = threading.RLock()
        self._remove_artifact = remove_artifact
        with self._storage_errors():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                self._connection = _open(self.path)
            except sqlite3.DatabaseError as err:
                if isinstance(err, sqlite3.OperationalError):
                    raise
                self.remove_files()
                self._connection = _open(self.path)
            status = os.stat(self.path)
            self._identity = (status.st_dev, status.st_ino)

    def __del__(self) -> None:
        # One that was replaced is closed when the last thread that uses it is done.
        with contextlib.suppress(AttributeError, sqlite3.Error):
            self._connection.close()

    def is_in_place(self) -> bool:
        """Whether the open file is still the one at its path: the folder may have been removed."""
        try:
            status = os.stat(self.path)
        except OSError:
            return False
        return self._identity == (status.st_dev, status.st_ino)

    def remove_files(self) -> None:
        """Remove the index from disk."""
        for suffix in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path + suffix)

    def close(self) -> None:
        """Close the connection, which moves what the write-ahead log holds into the index."""
        with self._storage_errors(), self._lock:
            self._connection.close()

    # ---- manifests and results ----

    def entries(self, manifest: ManifestKey) -> list[StoredEntry]:
        """The entries of a manifest, newest first; rows that are not as they were written are left out."""
        rows = self._read("SELECT result, body, seal FROM entry WHERE manifest = ? ORDER BY rowid DESC", (manifest,))
        return [StoredEntry(ResultKey(r), b) for r, b, seal in rows if _is_sealed(seal, manifest, r, b)]

    def result(self, key: ResultKey) -> bytes | None:
        """A result's body, or ``None`` when there is none or its row is not as it was written."""
        for body, seal in self._read("SELECT body, seal FROM result WHERE key = ?", (key,)):
            if _is_sealed(seal, key, body):
                return bytes(body)
        return None

    def add(
        self,
        manifest: ManifestKey,
        entry: StoredEntry,
        result_body: bytes,
        artifacts: Mapping[Digest, int],
        now_s: int,
        place: Callable[[], None],
    ) -> None:
        """Add an entry with its result, or replace them where they are there already.

        Args:
            manifest: Whose entry it is.
            entry: The entry; it comes first from now on.
            result_body: The result that it names.
            artifacts: The result's artifacts with their sizes in bytes.
            now_s: The time of use to note, seconds since the epoch.
            place: Puts the artifacts' files in place; called while no other process can remove one.
        """
        key = entry.result
        with self._write() as sql:
            self._remove_results(sql, [key])
            place()
            sql.execute("INSERT INTO result VALUES (?, ?, ?, ?)", (key, result_body, _seal(key, result_body), now_s))
            sql.executemany("INSERT OR IGNORE INTO artifact VALUES (?, ?)", artifacts.items())
            sql.executemany("INSERT INTO result_artifact VALUES (?, ?)", [(key, digest) for digest in artifacts])
            seal = _seal(manifest, key, entry.body)
            sql.execute("INSERT INTO entry VALUES (?, ?, ?, ?)", (manifest, key, entry.body, seal))
            surplus = sql.execute(
                "SELECT result FROM entry WHERE manifest = ? ORDER BY rowid DESC LIMIT -1 OFFSET ?",
                (manifest, _MOST_ENTRIES),
            ).fetchall()
            self._remove_results(sql, [ResultKey(old) for (old,) in surplus])

    def remove_result(self, key: ResultKey) -> None:
        """Remove a result with the entries that name it and the artifacts that only it names."""
        with self._write() as sql:
            self._remove_results(sql, [key])

    def touch(self, used: Iterable[ResultKey], now_s: int) -> None:
        """Note that results were used."""
        with self._write() as sql:
            sql.executemany("UPDATE result SET used_s = ? WHERE key = ?", [(now_s, key) for key in used])

    # ---- size ----

    def totals(self) -> Totals:
        """How much is stored."""
        values = dict(self._read("SELECT name, value FROM total"))
        ((pages, free, size),) = self._read(
            "SELECT p.page_count, f.freelist_count, s.page_size"
            " FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s"
        )
        return Totals(values["results"], values["artifact_bytes"], (pages - free) * size)

    def evict(self, most: int) -> int:
        """Remove the results that were used least recently, with their entries and artifacts, in one transaction.

        Args:
            most: How many.

        Returns:
            How many there were.
        """
        with self._write() as sql:
            oldest = sql.execute("SELECT key FROM result ORDER BY used_s, rowid LIMIT ?", (most,)).fetchall()
            self._remove_results(sql, [ResultKey(key) for (key,) in oldest])
        return len(oldest)

    def clear(self) -> None:
        """Remove every result, entry, artifact and fact."""
        with self._write() as sql:
            sql.execute("DELETE FROM result")
            sql.execute("DELETE FROM facts")
            for (digest,) in sql.execute("DELETE FROM artifact RETURNING digest").fetchall():
                self._remove_artifact(Digest(digest))
        self._read("VACUUM")

    def remove_unknown(self, on_disk: Callable[[], Iterable[Digest]]) -> None:
        """Remove the artifacts of which no row tells: a killed process or a lost index has left them.

        Args:
            on_disk: Lists the artifacts; called while no other process can add one.
        """
        with self._write() as sql:
            for digest in on_disk():
                if not sql.execute("SELECT 1 FROM artifact WHERE digest = ?", (digest,)).fetchone():
                    self._remove_artifact(digest)

    def _remove_results(self, sql: sqlite3.Connection, keys: Iterable[ResultKey]) -> None:
        for key in keys:
            named = sql.execute("SELECT digest FROM result_artifact WHERE result = ?", (key,)).fetchall()
            sql.execute("DELETE FROM result WHERE key = ?", (key,))
            for (digest,) in named:
                if not sql.execute("SELECT 1 FROM result_artifact WHERE digest = ? LIMIT 1", (digest,)).fetchone():
                    self._remove_artifact(Digest(digest))
                    sql.execute("DELETE FROM artifact WHERE digest = ?", (digest,))

    # ---- facts and counters ----

    def facts(self, digest: Digest) -> bytes | None:
        """The stored facts of a content, or ``None``."""
        for body, seal in self._read("SELECT body, seal FROM facts WHERE digest = ?", (digest,)):
            if _is_sealed(seal, digest, body):
                return bytes(body)
        return None

    def add_facts(self, facts: Iterable[tuple[Digest, bytes]]) -> None:
        """Store facts of contents."""
        with self._write() as sql:
            rows = [(digest, body, _seal(digest, body)) for digest, body in facts]
            sql.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?)", rows)

    def counters(self) -> dict[str, int]:
        """Every counter that is not zero."""
        return dict(self._read("SELECT name, value FROM counter WHERE value <> 0"))

    def count(self, increments: Mapping[str, int]) -> None:
        """Add to counters."""
        with self._write() as sql:
            sql.executemany(
                "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
                increments.items(),
            )

    def zero_counters(self) -> None:
        """Set every counter to zero."""
        with self._write() as sql:
            sql.execute("DELETE FROM counter")

    # ---- SQLite ----

    @contextlib.contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._storage_errors(), self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    # SQLite's columns have the types that the schema gives; sqlite3 knows them as Any.
    def _read(self, statement: str, values: tuple[bytes, ...] = ()) -> list[Any]:
        with self._storage_errors(), self._lock:
            return self._connection.execute(statement, values).fetchall()

    @contextlib.contextmanager
    def _storage_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.InterfaceError) as err:
            # What it holds may be sound: it is locked, full, or closed already.
            raise StorageError(f"{self.path}: {err}") from err
        except sqlite3.Error as err:
            # Corrupt: what it holds can't be believed; the next to open it begins anew.
            with contextlib.suppress(OSError):
                self.remove_files()
            raise StorageError(f"{self.path}: {err}") from err
        except OSError as err:
            raise StorageError(f"{self.path}: {err.strerror}") from err


def _open(path: str) -> sqlite3.Connection:
    until_s = time.monotonic() + _BUSY_TIMEOUT_S
    while True:
        try:
            return _connect(path)
        except sqlite3.OperationalError as err:
            # SQLite does not wait for another process that switches to the write-ahead log at the same moment.
            if err.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until_s:
                raise
        time.sleep(_RETRY_AFTER_S)


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA trusted_schema=OFF")
        if connection.execute("PRAGMA user_version").fetchone()[0] == 0:
            _make(connection)
        if connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT_VERSION:
            raise sqlite3.DatabaseError("another format")
        connection.execute("SELECT count(*) FROM total").fetchone()
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


def _is_sealed(seal: object, *parts: object) -> bool:
    """Whether a row is as it was written; where a bit flipped, a column may even be of another type."""
    known = [part for part in parts if isinstance(part, bytes)]
    return len(known) == len(parts) and seal == _seal(*known)


def _seal(*parts: bytes) -> bytes:
    return digest_of(b"".join(len(part).to_bytes(4, "little") + part for part in parts))
