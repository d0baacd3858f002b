"""Hits that are given again, without being looked up, while all that they rest on is what it was.

Each record is a fact by itself: as long as this file is so, that part of the lookup ends as it did. A lookup's parts
are the settings and the caller's view (the session adds these), the compiler, the roots, the files of the command line,
the includes and the search, what the index holds, and the artifacts, which are compared as they are copied. What has no
such record (the time of day, a folder that does not stand still) is looked up each time.
"""

import threading
import time
from collections import OrderedDict
from typing import Final

from msgspec import Struct

from clcache_launcher.core.found import Found
from clcache_launcher.core.outputs import written_content
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.records import Result
from clcache_launcher.core.scope import Scope
from clcache_launcher.core.statistics import Statistics
from clcache_launcher.model import BuildRun, ResultKey
from clcache_launcher.util.file_records import Records
from clcache_launcher.util.standing_answers import Output, StandingAnswers, WrittenOver

__all__ = ["StandingHit", "StandingHits", "standing_hit"]

_MOST_BYTES: Final = 32 << 20
"""Of all hits together: some 4,000 with depfiles of 300 headers."""
_HIT_BYTES: Final = 2_000
_PIECE_BYTES: Final = 20
_MOST_REQUESTS: Final = 20_000
_MOST_PLACES: Final = 4096
_MOST_WRITTEN_BYTES: Final = 1 << 20
_SHARE_OF_PAUSE: Final = 1 / 3
"""After so much of it callers are asked for again, so that who asks sees no pause where there is none."""
_AGAIN_S: Final = 1.0
"""A hit that did not stand for so long is not kept once more: each time costs more than a lookup."""


class StandingHit(Struct, frozen=True):
    """A hit with what it rests on and what it puts in place."""

    rests_on: tuple[Records, ...]
    outputs: tuple[Output, ...]
    key: ResultKey
    result: Result


def standing_hit(unit: Prepared, scope: Scope) -> StandingHit | None:
    """What was last found for a unit as a standing hit, or ``None`` where not all that it rests on has a record."""
    knowledge, storage = scope.knowledge, scope.storage
    before = knowledge.found.find(unit, scope.roots)
    if before is None or not _may_stand(unit, scope):
        return None
    found = before.found
    # First what would show that the index changes, then what it says.
    index = storage.rests_on()
    rests_on = (
        index,
        knowledge.toolchains.rests_on(unit.toolchain),
        unit.rests_on,
        scope.roots.rests_on,
        before.inputs,
        *knowledge.rests_on((found.key, scope.roots.identity)),
    )
    outputs = _outputs(unit, found, scope)
    if outputs is None or not storage.is_in_place() or storage.seals(before.manifest, found.key) != found.seals:
        return None
    known = tuple(records for records in rests_on if records is not None)
    return StandingHit(known, outputs, found.key, found.result) if len(known) == len(rests_on) else None


def _may_stand(unit: Prepared, scope: Scope) -> bool:
    """Whether a lookup would ask nothing but files and the index, and change nothing but the outputs."""
    settings, compilation = scope.settings, unit.compilation
    is_looked_up = settings.verify or settings.nodirect or settings.recache
    # A link to an artifact changes its signature, and with it what is known of it.
    return not (is_looked_up or settings.hardlink or compilation.response_files or compilation.precompiled_made)


def _outputs(unit: Prepared, found: Found, scope: Scope) -> tuple[Output, ...] | None:
    by_role = {output.role: output for output in unit.compilation.outputs}
    mode, unlinks_first = 0o666 & ~unit.invocation.umask, unit.toolchain.dialect.unlinks_first
    made: list[Output] = []
    for role, digest in found.result.outputs:
        path = unit.absolute(by_role[role].path)
        if by_role[role].in_place:
            data = written_content(role, digest, scope.storage, scope.own_depfile(unit, found))
            if data is None or len(data) > _MOST_WRITTEN_BYTES:
                return None
            made.append(Output(path, mode, WrittenOver(scope.knowledge.words.share(data))))
            continue
        signature = scope.storage.artifacts.sound_signature(digest)
        if signature is None:
            return None
        made.append(Output(path, mode, (scope.storage.artifacts.path(digest), signature), unlinks_first))
    return tuple(made)


class _Kept(Struct, frozen=True):
    hit: StandingHit
    size: int
    statistics: Statistics
    place: int


class StandingHits:
    """The standing hits of a core, and what became of them; safe for several threads."""

    def __init__(self, answers: StandingAnswers, most_bytes: int = _MOST_BYTES) -> None:
        """Let ``answers`` give them, never more than take so many bytes."""
        self.answers = answers
        self._most_bytes, self._bytes = most_bytes, 0
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._parting: dict[int, _Kept] = {}
        self._since_s: OrderedDict[bytes, float] = OrderedDict()
        self._places: dict[str, int] = {}
        self._builds: dict[int, BuildRun] = {}
        self._given = 0
        self._lock = threading.Lock()

    def note_build(self, cwd: str, build: BuildRun, caller: int, tool: int, pause_s: float) -> None:
        """Callers in a folder are of a build while they come from where this one, a process, does.

        Args:
            cwd: The folder.
            build: The build.
            caller: The process, 0 where the system does not tell.
            tool: The build tool that stands nearest above it, 0 where none does.
            pause_s: After what pause callers are of another build; 0 for none.
        """
        with self._lock:
            if len(self._places) >= _MOST_PLACES and cwd not in self._places:
                return
            place = self._places.setdefault(cwd, len(self._places))
            if self._builds.get(place) != build:
                self._count()
                self._builds[place] = build
        self.answers.note_build(place, caller, tool, pause_s * _SHARE_OF_PAUSE)

    def is_to_keep(self, digest: bytes) -> bool:
        """Whether a hit, known by its request's digest, was not kept just now already."""
        now_s = time.monotonic()
        with self._lock:
            if now_s - self._since_s.get(digest, -_AGAIN_S) < _AGAIN_S:
                return False
            self._since_s[digest] = now_s
            self._since_s.move_to_end(digest)
            while len(self._since_s) > _MOST_REQUESTS:
                self._since_s.popitem(last=False)
        return True

    def keep(
        self,
        request: bytes,
        hit: StandingHit,
        reply: bytes,
        cwd: str,
        statistics: Statistics,
        log: tuple[str, str] | None,
    ) -> None:
        """Give a hit again to whoever asks with just these bytes.

        Args:
            request: All of a request's payload.
            hit: The hit.
            reply: The frame that tells the caller.
            cwd: Where the caller is.
            statistics: What counts it, in whatever build.
            log: The log file, and what follows the time spent in its line.
        """
        with self._lock:
            place = self._places.get(cwd)
            if place is None:
                return
            number = self.answers.keep(request, hit.rests_on, hit.outputs, reply, log, place)
            if not number:
                return
            self._kept[number] = _Kept(hit, _size(hit, reply), statistics, place)
            self._bytes += self._kept[number].size
            while self._bytes > self._most_bytes:
                old, kept = self._kept.popitem(last=False)
                self._bytes -= kept.size
                self._parting[old] = kept
                self.answers.forget(old)

    def count(self) -> int:
        """Count the hits that were given since this was last done; how many there were in all."""
        with self._lock:
            self._count()
            return self._given

    def _count(self) -> None:
        for count in self.answers.counts():
            kept = self._kept.get(count.number) or self._parting.get(count.number)
            if kept is None:
                continue
            self._given += count.hits
            if count.hits:
                statistics = kept.statistics.of(self._builds.get(kept.place))
                statistics.count_hit(kept.hit.key, count.last_s, saved_ms=kept.hit.result.spent_ms, times=count.hits)
            if count.is_gone and self._parting.pop(count.number, None) is None:
                self._bytes -= self._kept.pop(count.number).size


def _size(hit: StandingHit, reply: bytes) -> int:
    """About how many bytes a hit takes beside what others keep, too."""
    pieces = sum(output.content.count for output in hit.outputs if isinstance(output.content, WrittenOver))
    return _HIT_BYTES + _PIECE_BYTES * pieces + len(reply)
