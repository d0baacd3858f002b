"""One invocation, from an understood command line to what the launcher is to do: the algorithm of the cache.

Each source of the command line is looked up by itself. What is found is put in place; the compiler runs for the rest,
and what it made is stored.
"""

import time
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from clcache_launcher.compilers.driver_text import join_texts
from clcache_launcher.compilers.reproducible import is_reproducible
from clcache_launcher.core.attempt import Attempt, discard_scratch, plan_attempt
from clcache_launcher.core.found import Found
from clcache_launcher.core.lookup import Miss, look_up, sound_result
from clcache_launcher.core.outputs import put_in_place
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.preprocessed import FoundByText, Preprocessed, look_up_by_text, preprocess
from clcache_launcher.core.scope import Scope
from clcache_launcher.core.steps import HIT, Pass, Print, Run, Steps
from clcache_launcher.core.store import Kept, Stored, Unclear, store, store_for_more_trees, store_under_direct_key
from clcache_launcher.core.trees.path_reach import reach_of_text
from clcache_launcher.core.verify import Expected, expect, find_difference
from clcache_launcher.model import ASSEMBLER, Ran, Reason, Uncacheable
from clcache_launcher.util.late_modules import LateModule

if TYPE_CHECKING:
    import random
else:
    random = LateModule("random")

__all__ = ["compile_through_cache"]


class _Planned(Struct, frozen=True):
    """A source that the compiler is to run for."""

    attempt: Attempt
    preprocessed: Preprocessed | None = None
    expected: Expected | None = None
    """The hit that this run is to verify."""


class _Piece(Struct, frozen=True):
    """What one source adds to the answer."""

    outcome: str
    stdout: bytes
    stderr: bytes


def compile_through_cache(units: Sequence[Prepared], scope: Scope) -> Steps:
    """Answer for the sources of one command line, in their order."""
    looked: list[Found | _Planned] = []
    for unit in units:
        found = yield from _look_up(unit, scope)
        if isinstance(found, Uncacheable):
            return refuse(found, scope)
        looked.append(found)
    planned = [found for found in looked if isinstance(found, _Planned)]
    if planned and scope.settings.readonly:
        return refuse(Uncacheable(Reason.READ_ONLY), scope)
    for unit, found in zip(units, looked, strict=True):
        if isinstance(found, Found) and not _deliver(unit, found, scope):
            if sound_result(found.key, scope.storage) is None:
                # It was evicted just now.
                return (yield from compile_through_cache(units, scope))
            return refuse(Uncacheable(Reason.OUTPUT_NOT_A_FILE, unit.compilation.outputs[0].path), scope)
    if len(planned) == 1 and len(units) == 1:
        return (yield from _compile_one(planned[0], scope))
    if len(units) == 1 and isinstance(looked[0], Found):
        piece = _give(looked[0], scope)
        return Print(piece.outcome, piece.stdout, piece.stderr)
    made = (yield from _compile_several(planned, scope)) if planned else []
    if isinstance(made, Pass):
        return made
    rest = iter(made)
    return _together([_give(found, scope) if isinstance(found, Found) else next(rest) for found in looked])


def refuse(uncacheable: Uncacheable, scope: Scope) -> Pass:
    """Leave an invocation to the compiler, with the reason counted."""
    scope.statistics.count_uncacheable(uncacheable.reason)
    return Pass(describe(uncacheable))


def describe(uncacheable: Uncacheable) -> str:
    """A reason for the log."""
    return f"uncacheable: {uncacheable.reason.value} {uncacheable.detail}".rstrip()


def _look_up(unit: Prepared, scope: Scope) -> Generator[Run, tuple[Ran, ...], Found | _Planned | Uncacheable]:
    """Find a result in direct mode, then, where the settings say so, by the preprocessed text."""
    found = look_up(unit, scope)
    if isinstance(found, Found):
        return _verification(unit, found, scope) if _is_to_verify(unit, scope) else found
    if isinstance(found, Uncacheable):
        return found
    reason = _direct_mode_alone(unit)
    if scope.settings.nodirect and reason is not None:
        return Uncacheable(reason, "without direct mode")
    attempt = _plan(unit, found, scope)
    if isinstance(attempt, Uncacheable):
        return attempt
    if not (scope.settings.nodirect or scope.settings.preprocessor) or reason is not None:
        return _Planned(attempt)
    by_text = yield from look_up_by_text(unit, found, scope)
    if isinstance(by_text, FoundByText):
        return _found_by_text(by_text, attempt, scope)
    if isinstance(by_text, Preprocessed):
        return _Planned(attempt, by_text)
    # What the preprocessor shows too little of can still be stored in direct mode.
    return by_text if scope.settings.nodirect else _Planned(attempt)


def _found_by_text(by_text: FoundByText, attempt: Attempt, scope: Scope) -> Found | _Planned:
    expected = expect(by_text.found, attempt.prepared, scope) if _is_to_verify(attempt.prepared, scope) else None
    if expected is not None:
        return _Planned(attempt, expected=expected)
    if not scope.settings.nodirect and not scope.settings.readonly:
        store_under_direct_key(attempt, by_text.listed, by_text.started_ns, by_text.found, scope)
    return by_text.found


def _plan(unit: Prepared, miss: Miss, scope: Scope) -> Attempt | Uncacheable:
    """Plan a run, if the compiler can be asked for the headers."""
    if not scope.knowledge.prefixes.find(unit):
        return Uncacheable(Reason.DEPENDENCIES_UNKNOWN, "the language of /showIncludes")
    attempt = plan_attempt(unit, miss, scope)
    plan, toolchain = attempt.plan, unit.toolchain
    is_other = plan.argv != unit.invocation.arguments
    if (is_other and toolchain.asks_any) or (plan.dependency_pass and toolchain.asks):
        # A script that chooses by its arguments may choose otherwise for those.
        discard_scratch(attempt.scratch, scope.storage)
        return Uncacheable(Reason.COMPILER_WRAPPER, unit.invocation.compiler)
    return attempt


def _direct_mode_alone(unit: Prepared) -> Reason | None:
    """Why a preprocessed text does not tell what a compilation makes, if so."""
    compilation = unit.compilation
    if unit.toolchain.asks:
        return Reason.COMPILER_WRAPPER
    if compilation.precompiled is not None:
        return Reason.PRECOMPILED_HEADER
    return Reason.ASSEMBLER_SOURCE if compilation.language == ASSEMBLER else None


def _deliver(unit: Prepared, found: Found, scope: Scope) -> bool:
    """Put a result's outputs in place as this tree has them; whether it could be done."""
    own_depfile, hardlink = scope.own_depfile(unit, found), scope.settings.hardlink
    return put_in_place(unit, found.result, scope.storage, hardlink=hardlink, own_depfile=own_depfile)


def _is_to_verify(unit: Prepared, scope: Scope) -> bool:
    share = scope.settings.verify
    # Where nothing may be stored a run can't stand for a hit.
    if not share or scope.settings.readonly or not is_reproducible(unit.compilation, unit.toolchain.family):
        return False
    return random.random() * 100 < share


def _verification(unit: Prepared, found: Found, scope: Scope) -> Found | _Planned:
    """A run in place of a hit, to compare the two; the hit itself where that can't be."""
    missed = look_up(unit, scope, finds_nothing=True)
    expected = expect(found, unit, scope)
    if isinstance(missed, Found | Uncacheable) or expected is None:
        return found
    attempt = _plan(unit, missed, scope)
    return found if isinstance(attempt, Uncacheable) else _Planned(attempt, expected=expected)


def _compile_one(planned: _Planned, scope: Scope) -> Steps:
    """Run the compiler for the only source; whatever comes of it is the answer."""
    attempt = planned.attempt
    try:
        (ran,) = yield Run((attempt.plan.argv,), as_caller=True)
        (listed_by,) = yield from _list_headers([planned], [ran])
        piece = yield from _finish(planned, ran, listed_by, scope.reopened())
    finally:
        discard_scratch(attempt.scratch, scope.storage)
    if piece is None:
        return Pass("uncacheable: compiler_failed")
    return Print(piece.outcome, piece.stdout, piece.stderr, ran.exit_code, ran.signal)


def _compile_several(planned: Sequence[_Planned], scope: Scope) -> Generator[Run, tuple[Ran, ...], list[_Piece] | Pass]:
    """Run the compiler for the sources that missed, one after the other."""
    try:
        runs = yield Run(tuple(each.attempt.plan.argv for each in planned), as_caller=True)
        if len(runs) < len(planned) or any(ran.exit_code for ran in runs):
            # What is compiled after a failure, and what is then said, is the compiler's own.
            return refuse(Uncacheable(Reason.COMPILER_FAILED, "one of several sources"), scope)
        listings = yield from _list_headers(planned, runs)
        scope = scope.reopened()
        pieces: list[_Piece] = []
        for one, ran, listed_by in zip(planned, runs, listings, strict=True):
            piece = yield from _finish(one, ran, listed_by, scope)
            if piece is not None:
                pieces.append(piece)
        return pieces
    finally:
        for each in planned:
            discard_scratch(each.attempt.scratch, scope.storage)


def _list_headers(
    planned: Sequence[_Planned], runs: Sequence[Ran]
) -> Generator[Run, tuple[Ran, ...], list[Ran | None]]:
    """Run the dependency passes of the sources that need one and compiled."""
    passes = [
        each.attempt.plan.dependency_pass if ran.exit_code == 0 else () for each, ran in zip(planned, runs, strict=True)
    ]
    wanted = tuple(each for each in passes if each)
    listings = iter((yield Run(wanted, as_caller=False)) if wanted else ())
    return [next(listings, None) if each else None for each in passes]


def _finish(
    planned: _Planned, ran: Ran, listed_by: Ran | None, scope: Scope
) -> Generator[Run, tuple[Ran, ...], _Piece | None]:
    """Store what a run made; ``None`` when the compiler is to run as it was given."""
    stored = store(planned.attempt, ran, listed_by, scope, planned.preprocessed)
    if isinstance(stored, Unclear):
        scope.statistics.count_uncacheable(Reason.COMPILER_FAILED)
        return None
    if stored.kept is not None:
        yield from _share(planned.attempt, stored.kept, scope)
    outcome = _verify(planned, stored, ran, scope) or _count(stored, scope)
    return _Piece(outcome, stored.stdout, ran.stderr)


def _share(attempt: Attempt, kept: Kept, scope: Scope) -> Generator[Run, tuple[Ran, ...], None]:
    """Let a result serve more trees, where the preprocessed text shows that it can, and count why it serves no more."""
    reach = kept.reach
    if reach.asked:
        text = yield from preprocess(attempt.prepared, scope)
        reach = reach_of_text(text, reach, attempt.prepared.toolchain.family, scope.roots)
        if reach.names != kept.reach.names | kept.reach.asked:
            store_for_more_trees(attempt, kept, reach, scope)
    if reach.why is not None and not reach.leaves_tree:
        scope.statistics.count_apart(reach.why)


def _verify(planned: _Planned, stored: Stored, ran: Ran, scope: Scope) -> str | None:
    """Count a run that was made to verify a hit, and say what came of it; ``None`` for any other run."""
    if planned.expected is None or ran.exit_code != 0:
        return None
    difference = find_difference(planned.expected, planned.attempt.prepared, (stored.stdout, ran.stderr), scope)
    if difference is not None:
        scope.statistics.count_miss()
        return f"verification failed: {difference}"
    scope.statistics.count_hit(planned.expected.found.key, int(time.time()), saved_ms=0)
    return "hit, verified"


def _count(stored: Stored, scope: Scope) -> str:
    """Count what came of a run, and say it for the log."""
    if stored.fault is not None:
        scope.statistics.count_error()
        return f"error: {stored.fault}"
    if stored.refused is not None:
        scope.statistics.count_uncacheable(stored.refused.reason)
        return describe(stored.refused)
    scope.statistics.count_miss()
    return "miss"


def _give(found: Found, scope: Scope) -> _Piece:
    scope.statistics.count_hit(found.key, int(time.time()), saved_ms=found.result.spent_ms)
    return _Piece(HIT, found.result.stdout, found.result.stderr)


def _together(pieces: Sequence[_Piece]) -> Print:
    """The answer for several sources."""
    outcome = ", ".join(piece.outcome for piece in pieces)
    stdout, stderr = [piece.stdout for piece in pieces], [piece.stderr for piece in pieces]
    return Print(outcome, join_texts(stdout), join_texts(stderr))
