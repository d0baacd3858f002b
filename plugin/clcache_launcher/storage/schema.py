"""The index's tables and the version of its format.

History:
    1  clcache-launcher 0.1.0.

A row that is believed carries ``seal``: BLAKE3 over everything else in the row, since SQLite has no checksums.
"""

from typing import Final

__all__ = ["FORMAT_VERSION", "SCHEMA"]

FORMAT_VERSION: Final = 1

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
        size INTEGER NOT NULL
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
    CREATE TABLE total (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
    """
    INSERT INTO total VALUES ('artifact_bytes', 0), ('results', 0)
    """,
    """
    CREATE TRIGGER artifact_added AFTER INSERT ON artifact BEGIN
        UPDATE total SET value = value + new.size WHERE name = 'artifact_bytes'; END
    """,
    """
    CREATE TRIGGER artifact_removed AFTER DELETE ON artifact BEGIN
        UPDATE total SET value = value - old.size WHERE name = 'artifact_bytes'; END
    """,
    """
    CREATE TRIGGER result_added AFTER INSERT ON result BEGIN
        UPDATE total SET value = value + 1 WHERE name = 'results'; END
    """,
    """
    CREATE TRIGGER result_removed AFTER DELETE ON result BEGIN
        UPDATE total SET value = value - 1 WHERE name = 'results'; END
    """,
    """
    CREATE TABLE facts (
        digest BLOB PRIMARY KEY,
        body BLOB NOT NULL,
        seal BLOB NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE counter (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    ) WITHOUT ROWID
    """,
)
"""One statement an item."""
