"""Totals of the index, kept with every change; one that is lost or not as it was written is counted again."""

import sqlite3
from collections import Counter
from typing import Any, Final

from msgspec import Struct, field

from clcache_launcher.storage.seals import is_sealed, seal_of

__all__ = ["FACTS_ROW_BYTES", "TOTALS", "Totals", "Transaction", "read_totals", "reckon"]

FACTS_ROW_BYTES: Final = 64
"""What a row of facts takes besides its body, as the statement below says, too."""
TOTALS: Final = {
    "results": "SELECT count(*) FROM result",
    "artifact_bytes": "SELECT coalesce(sum(size), 0) FROM artifact WHERE typeof(size) = 'integer'",
    "facts_bytes": "SELECT coalesce(sum(length(body) + 64), 0) FROM facts",
}
"""Each with the statement that counts it."""


class Totals(Struct, frozen=True):
    """What a cache folder holds."""

    results: int
    artifact_bytes: int
    facts_bytes: int
    index_bytes: int
    free_bytes: int
    """How much of the index's file is free pages."""


class Transaction(Struct):
    """A transaction of the index, with what it adds to the totals."""

    sql: sqlite3.Connection
    added: Counter[str] = field(default_factory=Counter)
    doubted: set[str] = field(default_factory=set)
    """Totals that are to be counted again."""
    removes: bool = False
    """Results that others may remember go."""

    def rows(self, statement: str, *values: bytes | int | str) -> list[Any]:
        """Run a statement and return its rows."""
        return self.sql.execute(statement, values).fetchall()

    def write_totals(self) -> None:
        """Bring the totals up to date; what the transaction does comes before."""
        known = read_totals(self.rows("SELECT name, value, seal FROM total"))
        for name, statement in TOTALS.items():
            if name in known and name not in self.doubted:
                value = known[name] + self.added[name]
            else:
                ((value,),) = self.rows(statement)
            if known.get(name) != value:
                self.rows("INSERT OR REPLACE INTO total VALUES (?, ?, ?)", name, value, seal_of(name, value))


def read_totals(rows: list[Any]) -> dict[str, int]:
    """The totals that are as they were written."""
    return {name: value for name, value, seal in rows if is_sealed(seal, name, value) and name in TOTALS}


def reckon(transaction: Transaction) -> None:
    """Count every total again."""
    transaction.doubted.update(TOTALS)
