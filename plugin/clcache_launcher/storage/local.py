"""One cache folder: results by manifest key, their artifacts, and the folder's size."""

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest, ManifestKey, ResultKey
from clcache_launcher.storage.artifacts import ArtifactStore, disk_bytes
from clcache_launcher.storage.index import Index, StoredEntry, Totals
from clcache_launcher.storage.removals import Removals
from clcache_launcher.util.file_records import Records
from clcache_launcher.util.files import digest_of
from clcache_launcher.util.machine import boot_id
from clcache_launcher.util.mounts import network_file_system

__all__ = ["LocalStorage", "PreparedContent", "StoredEntry", "Totals", "explain_refusal"]

_EVICT_AT_ONCE: Final = 16
_FACTS_AT_ONCE: Final = 200
_LOW_WATER: Final = 0.95
"""Eviction ends when the folder holds this share of its limit, so that not every added result evicts."""
_FACTS_SHARE: Final = 1 / 8
"""The share of the limit that facts may take: they can be scanned again."""
_SWEEP_EVERY_S: Final = 60.0
_CLOCK_SLACK_S: Final = 60
_EARLIEST_S: Final = 1_767_225_600
"""2026-01-01: a clock that tells an earlier time was never set, and nothing is judged by it."""

# From the index of the table's keys alone; entries are long.
_SEALS: Final = (
    "SELECT result, (SELECT seal FROM result WHERE key = ?) FROM entry WHERE manifest = ? ORDER BY rowid DESC"
)


def explain_refusal(folder: Path, network_type: Callable[[str], str | None] = network_file_system) -> str | None:
    """Why a folder is not used, and what to use; ``None`` when it can be."""
    kind = network_type(str(folder))
    if kind is None:
        return None
    return (
        f"{folder} is on {kind}, a network file system, where processes can't share an index safely; "
        "set 'dir' in clcache.yaml, or CLCACHE_DIR, to a folder on a local disk"
    )


class PreparedContent(Struct, frozen=True):
    """Content on its way into storage, in a scratch file."""

    digest: Digest
    size: int
    scratch: str


class LocalStorage:
    """Local storage in one folder; safe for several threads and processes at once.

    Methods raise ``StorageError`` when the folder or the index does not work.
    """

    def __init__(
        self,
        folder: Path,
        *,
        clock: Callable[[], float] = time.time,
        boot: bytes | None = None,
        network_type: Callable[[str], str | None] = network_file_system,
    ) -> None:
        """Open the folder, making it where it is not there.

        Args:
            folder: The cache folder.
            clock: Seconds since the epoch.
            boot: What tells this run of the machine from others, where it is not the machine's own word.
            network_type: Names the kind of network file system that a folder is on.

        Raises:
            StorageError: It can't be used.
        """
        refused = explain_refusal(folder, network_type)
        if refused is not None:
            raise StorageError(refused)
        self.folder = folder
        self._clock = clock
        self.artifacts = ArtifactStore(folder, boot_id() if boot is None else boot, self._recall)
        self._removals = Removals(folder)
        self.index = Index(folder, self.artifacts.remove, self._removals.mark)
        # A new index knows nothing: what a lost one knew would count for nothing and stay for ever.
        self._known_index = self.index.path if self.index.totals().results else ""
        self._swept_s = time.monotonic()

    def _recall(self, digest: Digest) -> bytes | None:
        return self.index.verified(digest)

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
            sizes = {digest: disk_bytes(item.size) for digest, item in items.items()}
            self.index.add(manifest, entry, result_body, sizes, int(self._clock()), place)
        except StorageError:
            # On a full disk files were put in place and the rows could not be written.
            with contextlib.suppress(StorageError):
                self.index.remove_unknown(items)
            raise
        finally:
            self.discard(given)

    def seals(self, manifest: ManifestKey, key: ResultKey) -> tuple[tuple[ResultKey, bytes | None], ...]:
        """The results that a manifest names, newest first, each with the seal of one result, if that is there.

        A result's key stands for what its entry says and the seal for what the result's row holds: while all this is as
        it was, so are the bodies, which are not read.
        """
        return tuple(self.index.read(_SEALS, key, manifest))

    def rests_on(self) -> Records:
        """The records under which the index is this one and names all that it names now."""
        return Records((self._removals.record(), *self.index.rests_on()))

    def forget(self, key: ResultKey, unsound: Iterable[Digest]) -> None:
        """Remove a result that can't be given out, and artifacts that are not what they should be."""
        digests = list(unsound)
        if digests:
            self.index.remove_unsound(key, digests, self.artifacts.is_sound)
        else:
            self.index.remove_result(key)

    def note_use(self, used: Mapping[ResultKey, int]) -> None:
        """Note when results were last used, seconds since the epoch."""
        for now_s in sorted(set(used.values())):
            self.index.touch([key for key, used_s in used.items() if used_s == now_s], now_s)

    def used_bytes(self) -> int:
        """Artifacts and index on disk, without the write-ahead log."""
        totals = self.index.totals()
        return totals.artifact_bytes + totals.index_bytes + self.artifacts.folder_bytes()

    def evict(self, max_size_bytes: int, max_age_s: int = 0) -> int:
        """Remove what was not used for too long, then what was used least recently until the folder is in its limit.

        Args:
            max_size_bytes: The limit; 0 means none.
            max_age_s: The age at which a result goes that is not used; 0 means never.

        Returns:
            How many results were removed.
        """
        removed = self._evict_by_age(max_age_s)
        if not max_size_bytes or self.used_bytes() <= max_size_bytes:
            return removed
        while (surplus := self._surplus(max_size_bytes)) > 0:
            has_many_facts = self.index.totals().facts_bytes > max_size_bytes * _FACTS_SHARE
            if has_many_facts and self.index.evict_facts(_FACTS_AT_ONCE):
                continue
            count = self.index.evict(_EVICT_AT_ONCE, surplus)
            removed += count
            if not count and not self.index.evict_facts(_FACTS_AT_ONCE):
                break
        self.index.shrink()
        return removed

    def _surplus(self, max_size_bytes: int) -> int:
        return self.used_bytes() - self.index.totals().free_bytes - int(max_size_bytes * _LOW_WATER)

    def _evict_by_age(self, max_age_s: int) -> int:
        now_s = int(self._clock())
        if now_s < _EARLIEST_S:
            return 0
        self.index.forget_future(now_s + _CLOCK_SLACK_S, now_s)
        return self.index.evict_unused(now_s - max_age_s) if max_age_s else 0

    def tend(self, max_size_bytes: int, max_age_s: int = 0) -> None:
        """Do what keeps the folder in order, some milliseconds at a time; called now and then, off the way of a hit."""
        verified = self.artifacts.take_verified()
        if verified:
            self.index.note_verified(verified)
        if self.index.path != self._known_index:
            self._known_index = self.index.path
            self.index.remove_unknown(self.artifacts.digests())
        self.evict(max_size_bytes, max_age_s)
        self.index.checkpoint()
        if time.monotonic() - self._swept_s > _SWEEP_EVERY_S:
            self._swept_s = time.monotonic()
            self.artifacts.sweep_scratch()

    def clean(self, max_size_bytes: int, max_age_s: int = 0) -> int:
        """Evict, and remove files that no index row knows and scratch files that nobody uses."""
        removed = self.evict(max_size_bytes, max_age_s)
        self.index.remove_unknown(self.artifacts.digests())
        self.artifacts.sweep_scratch()
        self.index.shrink()
        return removed

    def clear(self) -> None:
        """Remove every result and artifact that is there now; counters stay, and so does what builds add meanwhile."""
        self.index.clear()
        self.index.remove_unknown(self.artifacts.digests())
        self.artifacts.remove_empty_folders()
        self.artifacts.sweep_scratch()
        self.index.shrink()

    def close(self) -> None:
        """Close the index."""
        with contextlib.suppress(StorageError):
            self.index.close()
