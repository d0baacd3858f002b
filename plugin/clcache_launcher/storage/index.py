"""The index: manifests, results, facts and counters in one SQLite file."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from msgspec import Struct

from clcache_launcher.model import Digest, ManifestKey, ResultKey
from clcache_launcher.storage.counters import (
    BuildCounts,
    add_builds,
    add_counts,
    read_builds,
    read_counters,
    remove_counters,
)
from clcache_launcher.storage.database import Database
from clcache_launcher.storage.facts import read_facts, write_facts
from clcache_launcher.storage.rows import add_artifact, artifacts_of, is_digest, remove_artifact_row, seal_artifact
from clcache_launcher.storage.seals import is_sealed, seal_of
from clcache_launcher.storage.totals import FACTS_ROW_BYTES, TOTALS, Totals, Transaction, read_totals, reckon

__all__ = ["Index", "StoredEntry", "Totals"]

_MOST_ENTRIES: Final = 64
"""Entries a manifest; the oldest go first."""
_WAL_BYTES: Final = 4 << 20
"""The write-ahead log is moved into the index when it has this size."""
_PAGES_AT_ONCE: Final = 256
_AT_ONCE: Final = 50
"""Rows of one transaction of a sweep: others write between two of them."""
_Done = TypeVar("_Done")
_Item = TypeVar("_Item")


class StoredEntry(Struct, frozen=True):
    """One entry of a manifest as it is stored."""

    result: ResultKey
    body: bytes


class Index:
    """A cache folder's index, shared by the threads of a process; other processes may use the same file at once.

    Every method raises ``StorageError`` when SQLite can't do it.
    """

    def __init__(
        self, folder: Path, remove_artifact: Callable[[Digest], None], removed: Callable[[], None] = lambda: None
    ) -> None:
        """Open the index in ``folder``; one that can't be used is replaced by a new one.

        Args:
            folder: The cache folder; made where it is not there.
            remove_artifact: Removes the file of an artifact that no result names any more. It is called while no other
                process can add one.
            removed: Is called after results were removed or replaced.

        Raises:
            StorageError: It can't be opened or made.
        """
        self._remove_artifact = remove_artifact
        self._database = Database(folder)
        self._removed = removed

    @property
    def path(self) -> str:
        """Where the file is; another place means that it was made anew."""
        return self._database.path

    def is_in_place(self) -> bool:
        """Whether the open file is still the one at its path: the folder may have been removed."""
        return self._database.is_in_place()

    def rests_on(self) -> list[bytes]:
        """The records of files under which that is so."""
        return self._database.rests_on()

    def renew(self) -> None:
        """Replace the index by an empty one."""
        self._database.renew()

    def close(self) -> None:
        """Close the file, which moves what the write-ahead log holds into it."""
        self._database.close()

    # ---- manifests and results ----

    def entries(self, manifest: ManifestKey) -> list[StoredEntry]:
        """The entries of a manifest, newest first; rows that are not as they were written are left out."""
        rows = self._database.read(
            "SELECT result, body, seal FROM entry WHERE manifest = ? ORDER BY rowid DESC", (manifest,)
        )
        return [StoredEntry(ResultKey(r), b) for r, b, seal in rows if is_sealed(seal, manifest, r, b)]

    def result(self, key: ResultKey) -> bytes | None:
        """A result's body, or ``None`` when there is none or its row is not as it was written."""
        for body, seal in self._database.read("SELECT body, seal FROM result WHERE key = ?", (key,)):
            if is_sealed(seal, key, body):
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
            artifacts: The result's artifacts with their sizes on disk, in bytes.
            now_s: The time of use to note, seconds since the epoch.
            place: Puts the artifacts' files in place; called while no other process can remove one, twice if need be.
        """
        key = entry.result

        def add(transaction: Transaction) -> None:
            self.remove_results(transaction, [key])
            place()
            seal = seal_of(key, result_body)
            transaction.rows("INSERT INTO result VALUES (?, ?, ?, ?)", key, result_body, seal, now_s)
            transaction.added["results"] += 1
            for digest, size in artifacts.items():
                add_artifact(transaction, digest, size)
                transaction.rows("INSERT INTO result_artifact VALUES (?, ?)", key, digest)
            seal = seal_of(manifest, key, entry.body)
            transaction.rows("INSERT INTO entry VALUES (?, ?, ?, ?)", manifest, key, entry.body, seal)
            surplus = "SELECT result FROM entry WHERE manifest = ? ORDER BY rowid DESC LIMIT -1 OFFSET ?"
            self.remove_results(transaction, [old for (old,) in transaction.rows(surplus, manifest, _MOST_ENTRIES)])

        self.write(add)

    def remove_result(self, key: ResultKey) -> None:
        """Remove a result with the entries that name it and the artifacts that only it names."""
        self.write(lambda transaction: self.remove_results(transaction, [key]))

    def remove_unsound(self, key: ResultKey, unsound: Iterable[Digest], is_sound: Callable[[Digest], bool]) -> None:
        """Remove artifacts that were found unsound, and the result that was read, if it still names one.

        Another process may have added a sound one, or a result of other artifacts, since they were looked at.
        """

        def remove(transaction: Transaction) -> None:
            still = [digest for digest in unsound if not is_sound(digest)]
            if any(digest in still for digest in artifacts_of(transaction, key)):
                self.remove_results(transaction, [key])
            for digest in still:
                self._remove_artifact(digest)

        self.write(remove)

    def touch(self, used: Iterable[ResultKey], now_s: int) -> None:
        """Note that results were used."""

        def touch(part: list[ResultKey], transaction: Transaction) -> None:
            rows = [(now_s, key) for key in part]
            transaction.sql.executemany("UPDATE result SET used_s = ? WHERE key = ?", rows)

        for part in _parts(used):
            self.write(partial(touch, part))

    # ---- artifacts ----

    def verified(self, digest: Digest) -> bytes | None:
        """What :meth:`note_verified` was last told of an artifact."""
        for size, verified, seal in self._database.read(
            "SELECT size, verified, seal FROM artifact WHERE digest = ?", (digest,)
        ):
            if is_sealed(seal, digest, size, verified):
                return bytes(verified)
        return None

    def note_verified(self, verified: Mapping[Digest, bytes]) -> None:
        """Note under what signature artifacts had their content."""

        def note(part: list[tuple[Digest, bytes]], transaction: Transaction) -> None:
            known = "SELECT size, verified, seal FROM artifact WHERE digest = ?"
            for digest, text in part:
                for size, old, seal in transaction.rows(known, digest):
                    if is_sealed(seal, digest, size, old):
                        seal_artifact(transaction, digest, size, text)

        for part in _parts(verified.items()):
            self.write(partial(note, part))

    def remove_unknown(self, on_disk: Iterable[Digest]) -> int:
        """Remove those of some artifacts of which no row tells: a killed process or a lost index has left them.

        Returns:
            How many there were.
        """

        def remove(part: list[Digest], transaction: Transaction) -> int:
            known = "SELECT 1 FROM artifact WHERE digest = ?"
            unknown = [digest for digest in part if not transaction.rows(known, digest)]
            for digest in unknown:
                self._remove_artifact(digest)
            return len(unknown)

        return sum(self.write(partial(remove, part)) for part in _parts(on_disk))

    # ---- size ----

    def totals(self) -> Totals:
        """How much is stored."""
        known = read_totals(self._database.read("SELECT name, value, seal FROM total"))
        if known.keys() != TOTALS.keys():
            self.reckon()
            known = read_totals(self._database.read("SELECT name, value, seal FROM total"))
        ((pages, free, size),) = self._database.read(
            "SELECT p.page_count, f.freelist_count, s.page_size"
            " FROM pragma_page_count p, pragma_freelist_count f, pragma_page_size s"
        )
        return Totals(
            known.get("results", 0),
            known.get("artifact_bytes", 0),
            known.get("facts_bytes", 0),
            pages * size,
            free * size,
        )

    def reckon(self) -> None:
        """Count every total again."""
        self.write(reckon)

    def evict(self, most: int, most_bytes: int | None = None) -> int:
        """Remove the results that were used least recently, with their entries and artifacts, in one transaction.

        Args:
            most: How many.
            most_bytes: Stop when artifacts of so many bytes are gone.

        Returns:
            How many there were.
        """

        def evict(transaction: Transaction) -> int:
            for (key,) in transaction.rows("SELECT key FROM result ORDER BY used_s, rowid LIMIT ?", most):
                self.remove_results(transaction, [key])
                if most_bytes is not None and -transaction.added["artifact_bytes"] >= most_bytes:
                    break
            return -transaction.added["results"]

        return self.write(evict)

    def evict_unused(self, since_s: int) -> int:
        """Remove every result that was not used since a moment, in small transactions; returns how many."""
        return self._in_steps("SELECT key FROM result WHERE used_s < ? ORDER BY used_s LIMIT ?", since_s)

    def forget_future(self, from_s: int, now_s: int) -> None:
        """Take uses after a moment for uses now: a clock that was wrong must not keep results for ever."""
        if self._database.read("SELECT 1 FROM result WHERE used_s > ? LIMIT 1", (from_s,)):
            change = "UPDATE result SET used_s = ? WHERE used_s > ?"
            self.write(lambda transaction: transaction.rows(change, now_s, from_s))

    def evict_facts(self, most: int) -> int:
        """Remove the facts that came first; returns how many there were."""

        def evict(transaction: Transaction) -> int:
            gone = transaction.rows(
                "DELETE FROM facts WHERE rowid IN (SELECT rowid FROM facts ORDER BY rowid LIMIT ?)"
                " RETURNING length(body)",
                most,
            )
            transaction.added["facts_bytes"] -= sum(length + FACTS_ROW_BYTES for (length,) in gone)
            return len(gone)

        return self.write(evict)

    def clear(self) -> None:
        """Remove the results and facts that are there now, in small transactions: builds go on and may add others."""
        ((last,),) = self._database.read("SELECT coalesce(max(rowid), 0) FROM result")
        self._in_steps("SELECT key FROM result WHERE rowid <= ? LIMIT ?", last)
        while self.evict_facts(_AT_ONCE):
            pass

    def shrink(self) -> None:
        """Give free pages back, some at a time."""

        def give_back(sql: sqlite3.Connection) -> None:
            for _ in range(_PAGES_AT_ONCE):
                # It works a page each time it is stepped, and sqlite3 steps a statement without rows once.
                sql.execute("PRAGMA incremental_vacuum(1)")

        ((free,),) = self._database.read("PRAGMA freelist_count")
        for _ in range(0, free, _PAGES_AT_ONCE):
            self._database.write(give_back)
        self.checkpoint(0)

    def checkpoint(self, least_bytes: int = _WAL_BYTES) -> None:
        """Move what the write-ahead log holds into the index, where it is longer than so many bytes."""
        self._database.checkpoint(least_bytes)

    def _in_steps(self, statement: str, value: int) -> int:
        def remove(transaction: Transaction) -> int:
            self.remove_results(transaction, [key for (key,) in transaction.rows(statement, value, _AT_ONCE)])
            return -transaction.added["results"]

        removed = 0
        while count := self.write(remove):
            removed += count
        return removed

    def remove_results(self, transaction: Transaction, keys: Iterable[ResultKey]) -> None:
        """Remove results with all that only they name, within a transaction."""
        for key in keys:
            named = artifacts_of(transaction, key)
            gone = transaction.rows("DELETE FROM result WHERE key = ? RETURNING 1", key)
            transaction.added["results"] -= len(gone)
            transaction.removes |= bool(gone)
            for digest in named:
                if transaction.rows("SELECT 1 FROM result_artifact WHERE digest = ? LIMIT 1", digest):
                    continue
                if is_digest(digest):
                    self._remove_artifact(digest)
                remove_artifact_row(transaction, digest)

    # ---- facts and counters ----

    def facts(self, digests: Sequence[Digest]) -> dict[Digest, bytes]:
        """The stored facts of contents, of those that have some."""
        return read_facts(self._database, digests)

    def add_facts(self, facts: Iterable[tuple[Digest, bytes]]) -> None:
        """Store facts of contents."""
        given = dict(facts)
        self.write(lambda transaction: write_facts(transaction, given))

    def counters(self) -> dict[str, int]:
        """Every counter that is not zero; one that is not as it was written counts as zero."""
        return read_counters(self._database.read("SELECT name, value, seal FROM counter"))

    def builds(self) -> list[BuildCounts]:
        """What was counted in the latest builds, the last active first."""
        return read_builds(self._database.read("SELECT mark, body, seal FROM build ORDER BY rowid DESC"))

    def count(self, increments: Mapping[str, int], builds: Sequence[BuildCounts] = ()) -> None:
        """Add to counters, and to those of builds."""

        def count(transaction: Transaction) -> None:
            add_counts(transaction, increments)
            add_builds(transaction, builds)

        self.write(count)

    def zero_counters(self) -> None:
        """Set every counter to zero, and forget the builds."""
        self.write(remove_counters)

    # ---- any statement ----

    # SQLite's columns have the types that the schema gives; sqlite3 knows them as Any.
    def read(self, statement: str, *values: bytes | int | str) -> list[Any]:
        """Run one statement that changes nothing, and return its rows."""
        return self._database.read(statement, values)

    def write(self, work: Callable[[Transaction], _Done]) -> _Done:
        """Do ``work`` in one transaction and keep the totals; it may be done twice, then in an empty index."""

        def write(sql: sqlite3.Connection) -> tuple[_Done, bool]:
            transaction = Transaction(sql)
            done = work(transaction)
            transaction.write_totals()
            return done, transaction.removes

        done, removes = self._database.write(write)
        if removes:
            self._removed()
        return done


def _parts(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    """What one transaction after the other does: who writes besides waits for one of them."""
    listed = list(items)
    for at in range(0, len(listed), _AT_ONCE):
        yield listed[at : at + _AT_ONCE]
