"""Whether a compiled translation unit may be stored: its facts, its clock, and what changed while the compiler ran."""

import os
from collections.abc import Iterable, Mapping, Sequence
from stat import S_ISDIR

from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.inputs.clock import moment_of
from clcache_launcher.core.inputs.folders import Listing
from clcache_launcher.core.inputs.search import SearchPlan
from clcache_launcher.core.inputs.search_state import SearchState
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.sources.assembler_sources import assembler_refusal
from clcache_launcher.core.sources.facts import Facts
from clcache_launcher.core.sources.source_facts import refusal, time_macros
from clcache_launcher.model import ASSEMBLER, ASSEMBLER_WITH_CPP, Digest, Reason, Uncacheable
from clcache_launcher.util.files import is_younger, may_have_changed
from clcache_launcher.util.signatures import young_on_the_ways
from clcache_launcher.util.status import link_status

__all__ = ["unit_refusal", "what_changed"]

_SECOND_NS = 10**9


def unit_refusal(
    prepared: Prepared,
    files: Sequence[tuple[str, Digest]],
    gathered: Sequence[tuple[str, Facts]],
    knowledge: Knowledge,
) -> Uncacheable | None:
    """Why a translation unit can't be stored for what its files hold, if so.

    Args:
        prepared: The invocation.
        files: The source and the includes with their digests.
        gathered: The same with their facts.
        knowledge: What is known of files and compilers.
    """
    definitions = prepared.compilation.definitions
    refused = refusal(
        gathered,
        definitions,
        held=_held(prepared, time_macros(gathered, definitions), knowledge),
        import_makes_headers=prepared.toolchain.family is Family.CL,
        shows_line_names=prepared.rules.shows_line_names,
    )
    if refused is None and any(facts.computed_include for _, facts in gathered):
        refused = _precompiled(prepared, files, knowledge)
    if refused is None and prepared.compilation.language in (ASSEMBLER, ASSEMBLER_WITH_CPP):
        refused = assembler_refusal(files, definitions)
    return refused or knowledge.closer_look.refusal(files, gathered, definitions)


def _precompiled(prepared: Prepared, files: Sequence[tuple[str, Digest]], knowledge: Knowledge) -> Uncacheable | None:
    """A precompiled header in a folder that macros name: taken by a name that a macro gives, it is in no list."""
    suffixes = prepared.rules.precompiled
    bases = {*prepared.search_folders, *(os.path.dirname(path) for path, _ in files)} if suffixes else ()
    for part in knowledge.closer_look.folder_parts(files, prepared.compilation.definitions) if bases else ():
        for base in bases:
            place = os.path.join(base, part)
            listing = knowledge.folders.listing(place)
            for name in (*listing.files, *listing.folders):
                if name.endswith(suffixes):
                    return Uncacheable(Reason.PRECOMPILED_HEADER, os.path.join(place, name))
    return None


def _held(prepared: Prepared, macros: frozenset[bytes], knowledge: Knowledge) -> frozenset[bytes]:
    """The time macros among some whose values are checked before a hit."""
    environment = prepared.invocation.environment
    held = macros & prepared.epoch_macros
    if held:
        held &= knowledge.epoch.taken(prepared.invocation.compiler, prepared.toolchain.identity, environment)
    local = (macros - prepared.epoch_macros) & prepared.rules.held_macros
    moment = moment_of(local, environment, knowledge.clock())
    return held if moment is None or not moment.zone else held | local


def what_changed(
    prepared: Prepared,
    before: Mapping[str, Listing],
    plan: SearchPlan,
    state: SearchState,
    started_ns: int,
) -> str | None:
    """What on the way to the headers may have changed while the compiler ran, if anything.

    Args:
        prepared: The invocation.
        before: Names in the folders known before the run.
        plan: What was looked for where.
        state: Where it is now.
        started_ns: When the compiler was started, by the clock that stamps files.
    """
    moment = state.moment
    if moment is not None:
        if moment != moment_of(moment.macros, prepared.invocation.environment, started_ns / _SECOND_NS):
            return "the day"
        if moment.file and may_have_changed(moment.file, started_ns):
            return moment.file
    for folder, listing in state.listings.items():
        changed = _changed_folder(folder, listing, before.get(folder), plan, state, started_ns)
        if changed is not None:
            return changed
    young = (path for path in plan.shown if os.path.exists(path) and may_have_changed(path, started_ns))
    return next(young, None) or _moved([*state.wanted, *plan.folders, *plan.unit], started_ns)


def _changed_folder(
    folder: str, listing: Listing, before: Listing | None, plan: SearchPlan, state: SearchState, started_ns: int
) -> str | None:
    """A folder in which one of the looked for names may have come or gone."""
    wanted, found = state.wanted.get(folder, frozenset()), state.found.get(folder, frozenset())
    if before is listing or (before is None and listing.signature is None):
        return None
    if before is not None:
        was, now = before.signature, listing.signature
        if before.found(wanted, plan.precompiled) != found or (was and now and was[3:] != now[3:]):
            return folder
    is_young = listing.signature is not None and is_younger(listing.signature.ctime_ns, started_ns)
    suspects = wanted if is_young else frozenset(listing.links_among(wanted))
    # Objects may be made here all the time. A header that went was listed, unless it was only tested for.
    went = (suspects - found) & plan.tested if before is None else ()
    if went or any(may_have_changed(os.path.join(folder, name), started_ns) for name in suspects & found):
        return folder
    return None


def _moved(paths: Iterable[str], started_ns: int) -> str | None:
    """A link or folder on some paths that was put there, or a file there that was changed, since a moment."""
    return next((path for path in young_on_the_ways(paths, started_ns) if not _was_made_in(path)), None)


def _was_made_in(path: str) -> bool:
    """Whether this is a folder that is only young because something was made in it, or is gone."""
    try:
        status = link_status(path)
    except OSError:
        return True
    # What is made in a folder changes both of its times; a new name for it only this one.
    return S_ISDIR(status.st_mode) and status.st_ctime_ns == status.st_mtime_ns
