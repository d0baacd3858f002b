"""Rows of artifacts, within a transaction."""

from typing import TypeGuard

from clcache_launcher.model import Digest, ResultKey
from clcache_launcher.storage.seals import is_sealed, seal_of
from clcache_launcher.storage.totals import Transaction
from clcache_launcher.util.files import DIGEST_BYTES

__all__ = ["add_artifact", "artifacts_of", "is_digest", "remove_artifact_row", "seal_artifact"]


def is_digest(value: object) -> TypeGuard[Digest]:
    """Whether a column holds a digest; one of another length is none of ours, and its path may be a folder."""
    return isinstance(value, bytes) and len(value) == DIGEST_BYTES


def artifacts_of(transaction: Transaction, key: ResultKey) -> list[Digest]:
    """The artifacts that a result names."""
    return [digest for (digest,) in transaction.rows("SELECT digest FROM result_artifact WHERE result = ?", key)]


def add_artifact(transaction: Transaction, digest: Digest, size: int) -> None:
    """Have the row of an artifact that has so many bytes on disk."""
    for old, verified, seal in transaction.rows("SELECT size, verified, seal FROM artifact WHERE digest = ?", digest):
        if old == size and is_sealed(seal, digest, old, verified):
            return
        transaction.doubted.add("artifact_bytes")
        seal_artifact(transaction, digest, size, b"")
        return
    transaction.rows("INSERT INTO artifact VALUES (?, ?, ?, ?)", digest, size, b"", seal_of(digest, size, b""))
    transaction.added["artifact_bytes"] += size


def seal_artifact(transaction: Transaction, digest: Digest, size: int, verified: bytes) -> None:
    """Write what is known of an artifact whose row is there."""
    transaction.rows(
        "UPDATE artifact SET size = ?, verified = ?, seal = ? WHERE digest = ?",
        size,
        verified,
        seal_of(digest, size, verified),
        digest,
    )


def remove_artifact_row(transaction: Transaction, digest: Digest) -> None:
    """Remove the row of an artifact."""
    for size, verified, seal in transaction.rows(
        "DELETE FROM artifact WHERE digest = ? RETURNING size, verified, seal", digest
    ):
        if is_sealed(seal, digest, size, verified):
            transaction.added["artifact_bytes"] -= size
        else:
            transaction.doubted.add("artifact_bytes")
