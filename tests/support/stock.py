"""Results of known content in a cache folder, and what must hold of every folder."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from clcache_launcher.model import Digest, ManifestKey, ResultKey
from clcache_launcher.storage.local import LocalStorage, StoredEntry
from clcache_launcher.util.files import digest_of

__all__ = ["add", "content", "dangling", "find", "key", "manifest", "rows"]


def key(number: int) -> ResultKey:
    """Key of a result."""
    return ResultKey(digest_of(b"result %d" % number))


def manifest(number: int) -> ManifestKey:
    """Key of a manifest."""
    return ManifestKey(digest_of(b"manifest %d" % number))


def content(number: int) -> bytes:
    """What the artifact of a result holds."""
    return b"content %d" % number


def add(storage: LocalStorage, number: int, data: bytes | None = None, to: int | None = None) -> Digest:
    """Add a result with one artifact to a manifest, by default its own."""
    data = content(number) if data is None else data
    entry = StoredEntry(key(number), b"entry %d" % number)
    digest = digest_of(data)
    storage.add(manifest(number if to is None else to), entry, b"result" + digest, [storage.prepare(data)])
    return digest


def find(storage: LocalStorage, number: int) -> bytes | None:
    """Look a result up as `core.lookup` does: its artifact's content, or ``None`` after forgetting what is unsound."""
    for entry in storage.index.entries(manifest(number)):
        if entry.body != b"entry %d" % number or entry.result != key(number):
            raise AssertionError(entry)
        body = storage.index.result(entry.result)
        digest = Digest(body.removeprefix(b"result")) if body is not None else None
        if digest is not None and storage.artifacts.is_sound(digest):
            return storage.artifacts.read(digest)
        storage.forget(entry.result, [digest] if digest is not None else [])
    return None


def dangling(storage: LocalStorage) -> dict[str, list[object]]:
    """What breaks the rules of the folder: every name leads somewhere, nothing is unnamed, the totals are true."""
    with closing(sqlite3.connect(storage.index.path)) as sql:
        found = {
            name: [row[0] for row in sql.execute(statement)]
            for name, statement in {
                "entry": "SELECT rowid FROM entry WHERE result NOT IN (SELECT key FROM result)",
                "result": "SELECT rowid FROM result WHERE key NOT IN (SELECT result FROM entry)",
                "named": "SELECT digest FROM result_artifact WHERE digest NOT IN (SELECT digest FROM artifact)"
                " OR result NOT IN (SELECT key FROM result)",
                "artifact": "SELECT digest FROM artifact WHERE digest NOT IN (SELECT digest FROM result_artifact)",
                "integrity": "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
            }.items()
        }
        known = [Digest(digest) for (digest,) in sql.execute("SELECT digest FROM artifact")]
        ((results, size),) = sql.execute(
            "SELECT (SELECT count(*) FROM result), (SELECT coalesce(sum(size), 0) FROM artifact)"
        )
    on_disk = storage.artifacts.digests()
    found["missing"] = sorted(set(known) - set(on_disk))
    found["stray"] = sorted(set(on_disk) - set(known))
    totals = storage.index.totals()
    found["totals"] = [] if (totals.results, totals.artifact_bytes) == (results, size) else [totals, results, size]
    return {name: wrong for name, wrong in found.items() if wrong}


def rows(storage: LocalStorage, *statements: str) -> None:
    """Change rows behind the back of the storage."""
    with closing(sqlite3.connect(storage.index.path, timeout=10)) as sql, sql:
        for statement in statements:
            sql.execute(statement)


def scratch_files(folder: Path) -> list[str]:
    """Names in the folder of temporary files."""
    return os.listdir(folder / "scratch") if (folder / "scratch").exists() else []
