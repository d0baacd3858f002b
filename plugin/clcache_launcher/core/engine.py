"""One invocation from question to answer: hit, run and store, or pass."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Final

from msgspec import Struct

from clcache_launcher.config.settings import Settings
from clcache_launcher.core.builds import BuildSummary, summarize_build
from clcache_launcher.core.compile import compile_through_cache, describe
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.prepare import Prepared, prepare
from clcache_launcher.core.scope import Scope
from clcache_launcher.core.standing import StandingHit, StandingHits, standing_hit
from clcache_launcher.core.statistics import Statistics, Summary, summarize
from clcache_launcher.core.steps import Pass, Steps
from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.core.trees.tree import Trees
from clcache_launcher.errors import StorageError
from clcache_launcher.model import BuildRun, Invocation, NotACompilation, Reason, Uncacheable
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.util.complaints import complain
from clcache_launcher.util.standing_answers import load_standing_answers

__all__ = ["Engine"]

_MOST_KNOWN: Final = 20_000
"""Command lines remembered: some 4 KB each."""


class _Understood(Struct, frozen=True):
    """An invocation as it is looked up."""

    units: tuple[Prepared, ...]
    roots: Roots
    settings: Settings
    """Those that the roots were made from."""

    def is_for(self, settings: Settings) -> bool:
        """Whether settings name the same roots."""
        own = self.settings
        return own is settings or (own.roots == settings.roots and own.basedir == settings.basedir)


class Engine:
    """The cache: all folders of its user, what is known of files, what happened."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._knowledge = Knowledge()
        self._storages: dict[Path, LocalStorage] = {}
        self._statistics: dict[Path, Statistics] = {}
        self._limits: dict[Path, tuple[int, int]] = {}
        self._last_folder: Path | None = None
        self.idle_timeout_s = 600
        """After how long a core that nobody asks ends, as the last request's settings say; 0 means never."""
        answers = load_standing_answers()
        self.standing = StandingHits(answers) if answers is not None else None
        """Hits that are given again without being looked up; ``None`` where the system has no such way."""
        self._trees = Trees()
        self._known: OrderedDict[bytes, _Understood] = OrderedDict()
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

    def answer(
        self, invocation: Invocation, settings: Settings, request: bytes, build: BuildRun | None = None
    ) -> Steps:
        """Answer an invocation, step by step.

        Args:
            invocation: What the launcher was asked to run.
            settings: The effective ones.
            request: Equal for equal invocations.
            build: What it belongs to.
        """
        self._limits[settings.dir] = settings.max_size, settings.max_age
        self._last_folder = settings.dir
        self.idle_timeout_s = settings.idle_timeout
        statistics = self.statistics(settings.dir).of(build)
        try:
            known = self._understand(invocation, settings, request)
            if isinstance(known, Uncacheable):
                statistics.count_uncacheable(known.reason)
                return Pass(describe(known))
            reopen = partial(self.storage, settings.dir)
            scope = Scope(settings, reopen(), statistics, self._knowledge, known.roots, reopen)
            return (yield from compile_through_cache(known.units, scope))
        except StorageError as err:
            statistics.count_error()
            return Pass(f"error: {err}")

    def _understand(self, invocation: Invocation, settings: Settings, request: bytes) -> _Understood | Uncacheable:
        """The units of an invocation with its roots, remembered while what they were made from holds."""
        if settings.disable:
            return Uncacheable(Reason.DISABLED)
        known = self._known.get(request)
        units = known.units if known is not None and all(map(self._is_current, known.units)) else None
        if known is not None and units is not None and known.is_for(settings) and known.roots.is_current:
            return known
        found = units or prepare(invocation, self._knowledge.toolchains)
        if isinstance(found, NotACompilation):
            return Uncacheable(found.reason)
        if isinstance(found, Uncacheable):
            return found
        known = _Understood(found, self._trees.roots_of(settings, found), settings)
        with self._lock:
            self._known[request] = known
            if len(self._known) > _MOST_KNOWN:
                self._known.popitem(last=False)
        return known

    def _is_current(self, unit: Prepared) -> bool:
        """Whether the compiler, the response files and ``PWD``'s link are what they were: no request tells."""
        files = unit.compilation.response_files
        return (
            unit.is_current
            and self._knowledge.toolchains.is_current(unit.toolchain)
            and (
                not files
                or self._knowledge.digests.hold(tuple((unit.absolute(name), digest) for name, digest in files))
            )
        )

    def standing_hit(self, request: bytes, settings: Settings) -> StandingHit | None:
        """The hit that a request was just answered by, as one that stands; ``None`` where it does not."""
        known = self._known.get(request)
        if known is None or len(known.units) != 1 or not known.is_for(settings):
            return None
        reopen = partial(self.storage, settings.dir)
        try:
            scope = Scope(settings, reopen(), self.statistics(settings.dir), self._knowledge, known.roots, reopen)
            return standing_hit(known.units[0], scope)
        except StorageError:
            return None

    def count_standing(self) -> int:
        """Count the hits that were given again without being looked up; how many there were since the core began."""
        return self.standing.count() if self.standing is not None else 0

    def count_unknown_error(self) -> None:
        """Something failed that nobody expected; counted where the last request went."""
        if self._last_folder is not None:
            self.statistics(self._last_folder).count_error()

    def tend(self) -> None:
        """Write what happened and keep each folder within its limit; called now and then, off the way of a hit."""
        self.count_standing()
        for folder, storage in list(self._storages.items()):
            try:
                self.statistics(folder).flush(storage)
                storage.tend(*self._limits.get(folder, (0, 0)))
            except StorageError as err:
                complain(err)

    def summary(self, folder: Path) -> Summary:
        """Counts and sizes of a folder, with what is not yet written.

        Raises:
            StorageError: The folder can't be used.
        """
        storage = self.storage(folder)
        self.count_standing()
        self.statistics(folder).flush(storage)
        return summarize(storage)

    def build_summary(self, folder: Path, place: str | None, around: Sequence[tuple[str, str]]) -> BuildSummary:
        """What was counted in one build, with what is not yet written; see ``summarize_build``.

        Raises:
            StorageError: The folder can't be used.
        """
        storage = self.storage(folder)
        self.count_standing()
        self.statistics(folder).flush(storage)
        return summarize_build(storage.index.builds(), place, around)

    def zero(self, folder: Path) -> None:
        """Set a folder's counters to zero.

        Raises:
            StorageError: The folder can't be used.
        """
        self.count_standing()
        self.statistics(folder).zero(self.storage(folder))

    def clean(self, folder: Path, max_size_bytes: int, max_age_s: int = 0) -> int:
        """Bring a folder within its limits and remove what processes long gone left; how many results were removed.

        Raises:
            StorageError: The folder can't be used.
        """
        storage = self.storage(folder)
        self.count_standing()
        self.statistics(folder).flush(storage)
        return storage.clean(max_size_bytes, max_age_s)

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
