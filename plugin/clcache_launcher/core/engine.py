"""One invocation from question to answer: hit, run and store, or pass."""

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clcache_launcher.config.settings import Settings
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.lookup import Hit, Miss, look_up
from clcache_launcher.core.prepare import Prepared, prepare
from clcache_launcher.core.statistics import Statistics, Summary, summarize
from clcache_launcher.core.store import Attempt, Ran, Stored, Unclear, plan_attempt, store
from clcache_launcher.errors import StorageError
from clcache_launcher.model import Invocation, NotACompilation, Reason, Uncacheable
from clcache_launcher.storage.local import LocalStorage

__all__ = ["Engine", "Fault"]

_LOG = logging.getLogger(__name__)

_MOST_PREPARED: Final = 20_000
"""Command lines remembered: some 4 KB each."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something of ours does not work; the compiler runs uncached."""

    message: str


class Engine:
    """The cache: all folders of its user, what is known of files, what happened."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._knowledge = Knowledge()
        self._storages: dict[Path, LocalStorage] = {}
        self._statistics: dict[Path, Statistics] = {}
        self._limits: dict[Path, int] = {}
        self._last_folder: Path | None = None
        self.idle_timeout_s = 600
        """After how long a core that nobody asks ends, as the last request's settings say; 0 means never."""
        self._prepared: OrderedDict[bytes, Prepared] = OrderedDict()
        self._lock = threading.Lock()

    def storage(self, folder: Path) -> LocalStorage:
        """The storage in a cache folder, opened anew where that was removed or replaced.

        Raises:
            StorageError: It can't be used.
        """
        storage = self._storages.get(folder)
        if storage is not None and storage.is_in_place():
            return storage
        with self._lock:
            storage = self._storages.get(folder)
            if storage is None or not storage.is_in_place():
                storage = self._storages[folder] = LocalStorage(folder)
        return storage

    def statistics(self, folder: Path) -> Statistics:
        """What happened in a cache folder and is not yet written to it."""
        return self._statistics.setdefault(folder, Statistics())

    def begin(self, invocation: Invocation, settings: Settings, request: bytes) -> Hit | Attempt | Uncacheable | Fault:
        """Answer an invocation.

        Args:
            invocation: What the launcher was asked to run.
            settings: The effective ones.
            request: Equal for equal invocations.
        """
        self._limits[settings.dir] = settings.max_size
        self._last_folder = settings.dir
        self.idle_timeout_s = settings.idle_timeout
        statistics = self.statistics(settings.dir)
        try:
            answer = self._look_up(invocation, settings, request)
        except StorageError as err:
            statistics.count_error()
            return Fault(str(err))
        if isinstance(answer, Hit):
            statistics.count_hit(answer.key, int(time.time()))
        elif isinstance(answer, Uncacheable):
            statistics.count_uncacheable(answer.reason)
        return answer

    def _look_up(self, invocation: Invocation, settings: Settings, request: bytes) -> Hit | Attempt | Uncacheable:
        if settings.disable:
            return Uncacheable(Reason.DISABLED)
        if settings.nodirect:
            return Uncacheable(Reason.PREPROCESSOR_MODE)
        prepared = self._prepare(invocation, request)
        if isinstance(prepared, NotACompilation):
            return Uncacheable(prepared.reason)
        if isinstance(prepared, Uncacheable):
            return prepared
        storage = self.storage(settings.dir)
        found = look_up(prepared, storage, self._knowledge, hardlink=settings.hardlink, recache=settings.recache)
        if not isinstance(found, Miss):
            return found
        if settings.readonly:
            return Uncacheable(Reason.READ_ONLY)
        return plan_attempt(prepared, found, storage, self._knowledge)

    def _prepare(self, invocation: Invocation, request: bytes) -> Prepared | Uncacheable | NotACompilation:
        known = self._prepared.get(request)
        if known is not None and self._knowledge.toolchains.is_current(known.toolchain):
            return known
        prepared = prepare(invocation, self._knowledge.toolchains)
        # What a response file holds is not in the request.
        if isinstance(prepared, Prepared) and not any(argument[:1] == "@" for argument in invocation.arguments):
            with self._lock:
                self._prepared[request] = prepared
                if len(self._prepared) > _MOST_PREPARED:
                    self._prepared.popitem(last=False)
        return prepared

    def finish(self, attempt: Attempt, ran: Ran, settings: Settings) -> Stored | Unclear:
        """Store what the compiler made."""
        statistics = self.statistics(settings.dir)
        try:
            storage = self.storage(settings.dir)
        except StorageError:
            # Whoever is told what to print must not see what we asked the compiler to print: store() takes it out.
            storage = self._storages[settings.dir]
        stored = store(attempt, ran, storage, self._knowledge)
        if isinstance(stored, Unclear):
            statistics.count_uncacheable(Reason.COMPILER_FAILED)
        elif stored.fault is not None:
            statistics.count_error()
        elif stored.refused is not None:
            statistics.count_uncacheable(stored.refused.reason)
        else:
            statistics.count_miss()
        return stored

    def count_unknown_error(self) -> None:
        """Something failed that nobody expected; counted where the last request went."""
        if self._last_folder is not None:
            self.statistics(self._last_folder).count_error()

    def tend(self) -> None:
        """Write what happened and keep each folder within its limit; called now and then, off the way of a hit."""
        for folder, storage in list(self._storages.items()):
            try:
                self.statistics(folder).flush(storage)
                storage.evict(self._limits.get(folder, 0))
            except StorageError as err:
                _LOG.warning("%s", err)

    def summary(self, folder: Path) -> Summary:
        """Counts and sizes of a folder, with what is not yet written.

        Raises:
            StorageError: The folder can't be used.
        """
        storage = self.storage(folder)
        self.statistics(folder).flush(storage)
        return summarize(storage)

    def zero(self, folder: Path) -> None:
        """Set a folder's counters to zero.

        Raises:
            StorageError: The folder can't be used.
        """
        self.statistics(folder).zero(self.storage(folder))

    def clean(self, folder: Path, max_size_bytes: int) -> int:
        """Bring a folder within a limit and remove what processes long gone left; how many results were removed.

        Raises:
            StorageError: The folder can't be used.
        """
        storage = self.storage(folder)
        self.statistics(folder).flush(storage)
        return storage.clean(max_size_bytes)

    def clear(self, folder: Path) -> None:
        """Remove every result of a folder.

        Raises:
            StorageError: The folder can't be used.
        """
        self.storage(folder).clear()

    def close(self) -> None:
        """Write what happened and close every folder."""
        self.tend()
        for storage in self._storages.values():
            storage.close()
