"""The index's tables and the version of its format.

History:
    1  clcache-launcher 0.1.0.
    2  Every row that is printed or believed is sealed, counters and totals too; an artifact's row has its size on disk
       and what it was last checked under; facts are in the order of their coming; free pages can be given back. The
       file's name has a part that is never used again.
    3  What builds counted.

``seal`` is BLAKE3 over everything else in the row (``seals.py``), but for ``used_s``, which orders alone. The rows of
``result_artifact`` have none: what one row says shows in two other tables, and `check.py` compares them.
A later version takes another name for its index and for the folder of its artifacts.
"""

from typing import Final

__all__ = ["FORMAT_VERSION", "SCHEMA"]

FORMAT_VERSION: Final = 3

SCHEMA: Final = (
    """
    CREATE TABLE result (
        key BLOB PRIMARY KEY,
        body BLOB NOT NULL,
        seal BLOB NOT NULL,
        used_s INTEGER NOT NULL
    )
    """,
    """
    CREATE INDEX result_by_use ON result (used_s)
    """,
    """
    CREATE TABLE entry (
        manifest BLOB NOT NULL,
        result BLOB NOT NULL REFERENCES result (key) ON DELETE CASCADE,
        body BLOB NOT NULL,
        seal BLOB NOT NULL,
        PRIMARY KEY (manifest, result)
    )
    """,
    """
    CREATE INDEX entry_by_result ON entry (result)
    """,
    """
    CREATE TABLE artifact (
        digest BLOB PRIMARY KEY,
        size INTEGER NOT NULL,
        verified BLOB NOT NULL,
        seal BLOB NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE result_artifact (
        result BLOB NOT NULL REFERENCES result (key) ON DELETE CASCADE,
        digest BLOB NOT NULL REFERENCES artifact (digest),
        PRIMARY KEY (result, digest)
    ) WITHOUT ROWID
    """,
    """
    CREATE INDEX result_by_artifact ON result_artifact (digest)
    """,
    """
    CREATE TABLE facts (
        digest BLOB PRIMARY KEY,
        body BLOB NOT NULL,
        seal BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE total (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL,
        seal BLOB NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE counter (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL,
        seal BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE build (
        mark TEXT PRIMARY KEY,
        body BLOB NOT NULL,
        seal BLOB NOT NULL
    )
    """,
)
"""One statement an item."""
