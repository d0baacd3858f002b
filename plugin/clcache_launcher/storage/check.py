"""Checks all that a cache folder holds, and mends it while builds go on."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from clcache_launcher.model import Digest
from clcache_launcher.storage.database import index_files
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.storage.rows import is_digest
from clcache_launcher.storage.schema import FORMAT_VERSION
from clcache_launcher.storage.seals import is_sealed
from clcache_launcher.storage.totals import TOTALS, Transaction, read_totals

__all__ = ["Finding", "check_folder"]

_AT_ONCE: Final = 200
_SEALED: Final = {
    "entry": ("rowid", "manifest, result, body"),
    "result": ("rowid", "key, body"),
    "facts": ("rowid", "digest, body"),
    "artifact": ("digest", "digest, size, verified"),
    "counter": ("rowid", "name, value"),
    "build": ("rowid", "mark, body"),
}
"""Each table whose rows have a seal, with what names a row and what is sealed."""
_DANGLING: Final = {
    "entries of results that are gone": "SELECT result FROM entry WHERE result NOT IN (SELECT key FROM result)",
    "results that no entry names": "SELECT key FROM result WHERE key NOT IN (SELECT result FROM entry)",
    "results whose artifacts are gone": "SELECT DISTINCT result FROM result_artifact"
    " WHERE digest NOT IN (SELECT digest FROM artifact) OR result NOT IN (SELECT key FROM result)",
    "artifacts that no result names": "SELECT digest FROM artifact"
    " WHERE digest NOT IN (SELECT digest FROM result_artifact)",
}
"""What should be named by another row or name one; each with the statement that lists it."""


class Finding(Struct, frozen=True):
    """Something that is not as it should be."""

    what: str
    """In words, with a number."""
    is_mended: bool


def check_folder(folder: Path, *, mend: bool) -> list[Finding]:
    """Check the index, every row, every artifact by its digest, the totals, and what else lies in the folder.

    Args:
        folder: The cache folder; where there is none, nothing is wrong.
        mend: Remove or write anew what is wrong. Builds lose at most hits by it.

    Raises:
        StorageError: The folder can't be used.
    """
    if not folder.is_dir():
        return []
    paths = index_files(folder)
    damage = [fault for path in paths[:1] for fault in _check_file(path)]
    found = [*damage, *(f"{path}: an index that is not in use" for path in paths[1:])]
    if found and not mend:
        # To open it would mend it.
        return [Finding(what, is_mended=False) for what in found]
    storage = LocalStorage(folder)
    try:
        if damage and storage.index.path == paths[0]:
            storage.index.renew()
        found += _Checkup(storage, mend=mend).run()
        if mend and _Checkup(storage, mend=True).run():
            # A row whose very name is spoilt can't be named to be removed.
            found.append("rows that can't be mended; the index is made anew")
            storage.index.renew()
            storage.clean(0)
    finally:
        storage.close()
    return [Finding(what, is_mended=mend) for what in found]


def _check_file(path: str) -> list[str]:
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return [f"{path}: not a file"]
        with closing(sqlite3.connect(f"{Path(path).as_uri()}?mode=rw", uri=True, isolation_level=None)) as sql:
            sql.execute("PRAGMA wal_autocheckpoint=0")
            rows = sql.execute("PRAGMA integrity_check(10)").fetchall()
            if sql.execute("PRAGMA user_version").fetchone() != (FORMAT_VERSION,):
                return [f"{path}: not of this version"]
            for table in _SEALED:
                sql.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - a name of ours
    except (sqlite3.Error, OSError) as err:
        return [f"{path}: {err}"]
    return [f"{path}: {text}" for (text,) in rows if text != "ok"]


class _Checkup:
    """Checks of a folder that can be opened; what it suspects it looks at again while nobody else writes."""

    def __init__(self, storage: LocalStorage, *, mend: bool) -> None:
        self._storage, self._index, self._artifacts = storage, storage.index, storage.artifacts
        self._mend = mend

    def run(self) -> list[str]:
        """What is wrong, or was."""
        found = self._index.write(self._check_totals)
        for table in _SEALED:
            broken = list(self._broken_rows(table))
            self._mend_each(broken, partial(_remove_row, self._storage, table))
            found += _tell(broken, f"rows of '{table}' are not as they were written")
        for what, statement in _DANGLING.items():
            names = [name for (name,) in self._index.read(statement)]
            self._mend_each(names, partial(_release, self._storage))
            found += _tell(names, what)
        return [*found, *self._check_artifacts(), *self._check_strays()]

    def _mend_each(self, names: Iterable[Any], mend: Callable[[Any, Transaction], None]) -> None:
        for name in names if self._mend else ():
            self._index.write(partial(mend, name))

    def _check_totals(self, transaction: Transaction) -> list[str]:
        known = read_totals(transaction.rows("SELECT name, value, seal FROM total"))
        counted = {name: transaction.rows(statement)[0][0] for name, statement in TOTALS.items()}
        wrong = [name for name in TOTALS if known.get(name, counted[name]) != counted[name]]
        if self._mend:
            transaction.doubted.update(wrong)
        return [f"total '{name}' is {known[name]} and should be {counted[name]}" for name in wrong]

    def _broken_rows(self, table: str) -> Iterator[bytes | int | str]:
        name, columns = _SEALED[table]
        statement = f"SELECT {name}, seal, {columns} FROM {table}"  # noqa: S608 - names of ours
        if name != "rowid":
            yield from _unsealed(self._index.read(statement))
            return
        last = -1
        while rows := self._index.read(f"{statement} WHERE rowid > ? ORDER BY rowid LIMIT ?", last, _AT_ONCE):
            yield from _unsealed(rows)
            last = rows[-1][0]

    def _check_artifacts(self) -> list[str]:
        digests = [digest for (digest,) in self._index.read("SELECT digest FROM artifact") if is_digest(digest)]
        suspects = [digest for digest in digests if not self._artifacts.is_sound_in_full(digest)]
        unsound = [digest for digest in suspects if self._index.write(partial(self._is_unsound, digest))]
        self._index.note_verified(self._artifacts.take_verified())
        return _tell(unsound, "artifacts are missing or damaged")

    def _is_unsound(self, digest: Digest, transaction: Transaction) -> bool:
        is_named = transaction.rows("SELECT 1 FROM artifact WHERE digest = ?", digest)
        if not is_named or self._artifacts.is_sound_in_full(digest):
            return False
        if self._mend:
            _release(self._storage, digest, transaction)
        return True

    def _check_strays(self) -> list[str]:
        known = {digest for (digest,) in self._index.read("SELECT digest FROM artifact")}
        suspects = [digest for digest in self._artifacts.digests() if digest not in known]
        strays = [digest for digest in suspects if self._index.write(partial(self._is_stray, digest))]
        scratch = self._artifacts.stray_scratch()
        if self._mend:
            self._artifacts.sweep_scratch()
        return [*_tell(strays, "files of artifacts that no row names"), *_tell(scratch, "temporary files left behind")]

    def _is_stray(self, digest: Digest, transaction: Transaction) -> bool:
        if transaction.rows("SELECT 1 FROM artifact WHERE digest = ?", digest):
            return False
        if self._mend:
            self._artifacts.remove(digest)
        return True


def _tell(names: list[Any], what: str) -> list[str]:
    return [f"{len(names)} {what}"] if names else []


def _unsealed(rows: Iterable[Any]) -> Iterator[bytes | int | str]:
    for name, seal, *parts in rows:
        if not is_sealed(seal, *parts):
            yield name


def _remove_row(storage: LocalStorage, table: str, name: bytes | int | str, transaction: Transaction) -> None:
    if table == "artifact":
        _release(storage, name, transaction)
        return
    if table == "result":
        for (key,) in transaction.rows("SELECT key FROM result WHERE rowid = ?", name):
            storage.index.remove_results(transaction, [key])
    transaction.rows(f"DELETE FROM {table} WHERE {_SEALED[table][0]} = ?", name)  # noqa: S608 - names of ours
    transaction.doubted.update(TOTALS)


def _release(storage: LocalStorage, name: Any, transaction: Transaction) -> None:
    """Remove a result or an artifact by its name, with all that names it."""
    users = transaction.rows("SELECT result FROM result_artifact WHERE digest = ?", name)
    storage.index.remove_results(transaction, [name, *(key for (key,) in users)])
    transaction.rows("DELETE FROM entry WHERE result = ?", name)
    transaction.rows("DELETE FROM result_artifact WHERE ? IN (result, digest)", name)
    transaction.rows("DELETE FROM artifact WHERE digest = ?", name)
    transaction.doubted.update(TOTALS)
