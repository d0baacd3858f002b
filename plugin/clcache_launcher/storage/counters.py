"""Rows of counters, those of all invocations and those of one run of a build tool, within a transaction.

The body of a build is JSON: ``{"began_ns": time of its first invocation, "tools": [[mark, folder] …], "counts": {name:
count}}``; ``tools`` are the run, whose mark is the row's name, and the runs above it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import asdict

from clcache_launcher.storage.seals import is_sealed, seal_of
from clcache_launcher.storage.totals import Transaction

__all__ = ["MOST_BUILDS", "BuildCounts", "add_builds", "add_counts", "read_builds", "read_counters", "remove_counters"]

MOST_BUILDS: Final = 1000
"""Builds that a cache folder remembers; those go first that were idle longest."""


class BuildCounts(Struct, frozen=True):
    """What was counted in one run of a build tool."""

    tools: tuple[tuple[str, str], ...]
    """Mark and folder of the run and of those above it, nearest first."""
    began_ns: int
    """When the first invocation came."""
    counts: dict[str, int]

    def with_more(self, counts: Mapping[str, int]) -> "BuildCounts":
        """The same with counts added."""
        added = {name: self.counts.get(name, 0) + count for name, count in counts.items()}
        return BuildCounts(self.tools, self.began_ns, self.counts | added)


def add_counts(transaction: Transaction, increments: Mapping[str, int]) -> None:
    """Add to counters."""
    for name, increment in increments.items():
        for old, seal in transaction.rows("SELECT value, seal FROM counter WHERE name = ?", name):
            increment += old if is_sealed(seal, name, old) else 0  # noqa: PLW2901 - at most one row
        seal = seal_of(name, increment)
        transaction.rows("INSERT OR REPLACE INTO counter VALUES (?, ?, ?)", name, increment, seal)


def add_builds(transaction: Transaction, builds: Iterable[BuildCounts]) -> None:
    """Add to what is counted of builds; who was added to last is the last row."""
    for build in builds:
        mark = build.tools[0][0]
        for known in read_builds(transaction.rows("SELECT mark, body, seal FROM build WHERE mark = ?", mark)):
            build = known.with_more(build.counts)  # noqa: PLW2901 - at most one row
        body = json.dumps(asdict(build)).encode()
        transaction.rows("INSERT OR REPLACE INTO build VALUES (?, ?, ?)", mark, body, seal_of(mark, body))
    surplus = "SELECT rowid FROM build ORDER BY rowid DESC LIMIT -1 OFFSET ?"
    transaction.rows(f"DELETE FROM build WHERE rowid IN ({surplus})", MOST_BUILDS)  # noqa: S608 - a text of ours


def read_counters(rows: Iterable[Any]) -> dict[str, int]:
    """Every counter that is not zero; one that is not as it was written counts as zero."""
    return {name: value for name, value, seal in rows if is_sealed(seal, name, value) and value}


def read_builds(rows: Iterable[Any]) -> list[BuildCounts]:
    """The builds of rows with mark, body and seal; one that is not as it was written is left out."""
    bodies = [json.loads(body) for mark, body, seal in rows if is_sealed(seal, mark, body)]
    return [
        BuildCounts(tuple((mark, folder) for mark, folder in body["tools"]), body["began_ns"], body["counts"])
        for body in bodies
    ]


def remove_counters(transaction: Transaction) -> None:
    """Set every counter to zero, and forget the builds."""
    transaction.rows("DELETE FROM counter")
    transaction.rows("DELETE FROM build")
