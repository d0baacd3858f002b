"""Facts of contents in the index: read for many at once, added."""

from collections.abc import Mapping, Sequence
from typing import Final

from clcache_launcher.model import Digest
from clcache_launcher.storage.database import Database
from clcache_launcher.storage.seals import is_sealed, seal_of
from clcache_launcher.storage.totals import FACTS_ROW_BYTES, Transaction

__all__ = ["read_facts", "write_facts"]

_AT_ONCE: Final = 16
_SELECT: Final = "SELECT digest, body, seal FROM facts WHERE digest IN (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
"""Always the same, so that it is understood once."""


def read_facts(database: Database, digests: Sequence[Digest]) -> dict[Digest, bytes]:
    """The stored facts of contents, of those that have some.

    Raises:
        StorageError: SQLite can't do it.
    """
    found: dict[Digest, bytes] = {}
    for at in range(0, len(digests), _AT_ONCE):
        asked = digests[at : at + _AT_ONCE]
        last = (asked[-1],)
        for digest, body, seal in database.read(_SELECT, (*asked, *last * (_AT_ONCE - len(asked)))):
            if is_sealed(seal, digest, body):
                found[Digest(digest)] = bytes(body)
    return found


def write_facts(transaction: Transaction, facts: Mapping[Digest, bytes]) -> None:
    """Add facts of contents, or replace them."""
    for digest, body in facts.items():
        transaction.added["facts_bytes"] += len(body) + FACTS_ROW_BYTES
        row = digest, body, seal_of(digest, body)
        if not transaction.rows("INSERT INTO facts VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1", *row):
            old = transaction.rows("DELETE FROM facts WHERE digest = ? RETURNING length(body)", digest)
            transaction.rows("INSERT INTO facts VALUES (?, ?, ?)", *row)
            transaction.added["facts_bytes"] -= sum(length + FACTS_ROW_BYTES for (length,) in old)
