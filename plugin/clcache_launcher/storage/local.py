"""One cache folder: results by manifest key, their artifacts, and the folder's size."""

import contextlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest, ManifestKey, ResultKey
from clcache_launcher.storage.artifacts import ArtifactStore
from clcache_launcher.storage.index import Index, StoredEntry, Totals
from clcache_launcher.util.files import digest_of

__all__ = ["LocalStorage", "PreparedContent", "StoredEntry", "Totals"]

_EVICT_AT_ONCE: Final = 50
_LOW_WATER: Final = 0.95
"""Eviction ends when the folder holds this share of its limit, so that not every added result evicts."""


@dataclass(frozen=True, slots=True)
class PreparedContent:
    """Content on its way into storage, in a scratch file."""

    digest: Digest
    size: int
    scratch: str


class LocalStorage:
    """Local storage in one folder; safe for several threads and processes at once.

    Methods raise ``StorageError`` when the folder or the index does not work.
    """

    def __init__(self, folder: Path) -> None:
        """Open the folder, making it where it is not there.

        Raises:
            StorageError: It can't be used.
        """
        self.folder = folder
        self.artifacts = ArtifactStore(folder)
        self.index = Index(folder, self.artifacts.remove)
        if not self.index.totals().results:
            # The index may be new: what a lost one knew would count for nothing and stay for ever.
            self.index.remove_unknown(self.artifacts.digests)

    def is_in_place(self) -> bool:
        """Whether the folder is still the one that was opened."""
        return self.index.is_in_place()

    def prepare(self, data: bytes) -> PreparedContent:
        """Write content to the folder, not yet as an artifact."""
        return PreparedContent(digest_of(data), len(data), self.artifacts.prepare(data))

    def discard(self, prepared: Iterable[PreparedContent]) -> None:
        """Take back what :meth:`add` was not called for."""
        for item in prepared:
            self.artifacts.discard(item.scratch)

    def add(
        self, manifest: ManifestKey, entry: StoredEntry, result_body: bytes, prepared: Iterable[PreparedContent]
    ) -> None:
        """Add an entry, its result and the result's artifacts; that they are there already is a success.

        The files are put in place inside the index's transaction, as they are removed inside one: an artifact is
        never removed between the moment it is seen and the moment a result names it.
        """
        given = list(prepared)
        # Two outputs may have the same content; the scratch file of each goes.
        items = {item.digest: item for item in given}

        def place() -> None:
            for item in items.values():
                self.artifacts.place(item.digest, item.size, item.scratch)

        try:
            sizes = {digest: item.size for digest, item in items.items()}
            self.index.add(manifest, entry, result_body, sizes, int(time.time()), place)
        finally:
            self.discard(given)

    def forget(self, key: ResultKey, unsound: Iterable[Digest]) -> None:
        """Remove a result that can't be given out, and artifacts that are not what they should be."""
        self.index.remove_result(key)
        for digest in unsound:
            self.artifacts.remove(digest)

    def note_use(self, used: Mapping[ResultKey, int]) -> None:
        """Note when results were last used, seconds since the epoch."""
        for now_s in sorted(set(used.values())):
            self.index.touch([key for key, used_s in used.items() if used_s == now_s], now_s)

    def used_bytes(self) -> int:
        """Artifacts and index on disk."""
        totals = self.index.totals()
        return totals.artifact_bytes + totals.index_bytes

    def evict(self, max_size_bytes: int) -> int:
        """Remove the least recently used results until the folder is within its limit.

        Args:
            max_size_bytes: The limit; 0 means none.

        Returns:
            How many results were removed.
        """
        if not max_size_bytes or self.used_bytes() <= max_size_bytes:
            return 0
        removed = 0
        while self.used_bytes() > max_size_bytes * _LOW_WATER:
            count = self.index.evict(_EVICT_AT_ONCE)
            removed += count
            if not count:
                break
        return removed

    def clean(self, max_size_bytes: int) -> int:
        """Evict, and remove files that no index row knows and scratch files of processes long gone."""
        removed = self.evict(max_size_bytes)
        self.index.remove_unknown(self.artifacts.digests)
        self.artifacts.sweep_scratch()
        return removed

    def clear(self) -> None:
        """Remove every result and artifact; counters stay."""
        self.index.clear()
        self.artifacts.clear()

    def close(self) -> None:
        """Close the index."""
        with contextlib.suppress(StorageError):
            self.index.close()
