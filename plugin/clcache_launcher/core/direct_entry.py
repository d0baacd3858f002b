"""The entry of direct mode for the files that a run of the compiler read, or the reason why there is none."""

import os
from collections.abc import Sequence

from msgspec import Struct

from clcache_launcher.compilers.dependencies import Listing
from clcache_launcher.core.attempt import Attempt
from clcache_launcher.core.inputs.search import SearchPlan
from clcache_launcher.core.inputs.search_state import SearchState
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.lookup import command_line_inputs
from clcache_launcher.core.outputs import MadeOutput
from clcache_launcher.core.records import Entry
from clcache_launcher.core.run_report import entry_of, included_files
from clcache_launcher.core.scope import Scope
from clcache_launcher.core.sources.facts import Facts
from clcache_launcher.core.trees.path_reach import NOWHERE, Compiled, Reach, reach_of
from clcache_launcher.core.unit import unit_refusal, what_changed
from clcache_launcher.model import Digest, Reason, Uncacheable
from clcache_launcher.util.files import may_have_changed

__all__ = ["DirectEntry", "Report", "direct_entry"]

_Files = tuple[tuple[str, Digest], ...]
_MOST_ROUNDS = 4


class _Unit(Struct, frozen=True):
    """A translation unit as it was found after the run."""

    includes: _Files
    stamped: int
    """How many of the last includes are held with their times."""
    plan: SearchPlan
    state: SearchState
    contents: _Files
    facts: Sequence[tuple[str, Facts]]


class Report(Struct, frozen=True):
    """What a run made and told."""

    listed: Sequence[str]
    """The files that it read, as the compiler names them."""
    made: Sequence[MadeOutput]
    stdout: bytes
    stderr: bytes
    started_ns: int


class DirectEntry(Struct, frozen=True):
    """An entry, and what of its tree is in the result."""

    entry: Entry
    reach: Reach = NOWHERE


def direct_entry(attempt: Attempt, report: Report, scope: Scope) -> DirectEntry | Uncacheable:
    """The entry of direct mode for files that a run read, if none may have changed since it was started.

    Args:
        attempt: What was planned before the run.
        report: What came of it.
        scope: Where the files' facts are.
    """
    prepared, knowledge, started_ns = attempt.prepared, scope.knowledge, report.started_ns
    changed = _changed_input(attempt, started_ns, knowledge)
    if changed is not None:
        return Uncacheable(Reason.INPUT_CHANGED, changed)
    includes = included_files(prepared, report.listed, attempt.miss.inputs[0][0], started_ns, knowledge)
    if isinstance(includes, Uncacheable):
        return includes
    unit = _unit(attempt, includes, report.stdout, scope)
    if isinstance(unit, Uncacheable):
        return unit
    header_map = unit.state.header_map()
    if header_map is not None:
        return Uncacheable(Reason.HEADER_MAP, header_map)
    changed = what_changed(prepared, attempt.folders, unit.plan, unit.state, started_ns)
    if changed is not None:
        return Uncacheable(Reason.INPUT_CHANGED, changed)
    entry = entry_of(prepared, unit.includes, unit.state.digest, (report.stdout, report.stderr), unit.stamped)
    if not scope.roots.names:
        return DirectEntry(entry)
    facts, texts = [facts for _, facts in unit.facts], (report.stdout, report.stderr)
    known = Compiled(unit.contents, facts, report.listed, report.made, texts)
    return DirectEntry(entry, reach_of(prepared, known, knowledge.file_names, scope.roots))


def _unit(attempt: Attempt, listed: _Files, stdout: bytes, scope: Scope) -> _Unit | Uncacheable:
    """The unit with the headers in the precompiled headers that it may have taken, which no compiler need list."""
    prepared, knowledge = attempt.prepared, scope.knowledge
    given = prepared.compilation.precompiled
    taken = tuple(map(prepared.absolute, given.used)) if given else ()
    for _ in range(_MOST_ROUNDS):
        found = _with_headers_of(taken, listed, scope)
        if isinstance(found, Uncacheable):
            return found
        includes, stamped = found
        if given and given.holds_times:
            includes, stamped = (*includes, attempt.miss.inputs[0]), len(includes) + 1
        contents = (attempt.miss.inputs[0], *includes)
        files = knowledge.facts.gather(contents, scope.storage)
        if files is None:
            return Uncacheable(Reason.INPUT_CHANGED)
        refused = unit_refusal(prepared, contents, files, knowledge) or _unlisted(attempt, stdout, files)
        if refused is not None:
            return refused
        plan = prepared.plan_search(files, stamped)
        state = knowledge.search_state(plan, prepared.invocation.environment, scope.roots)
        silent = state.precompiled_headers(plan)
        if set(silent) <= set(taken):
            return _Unit(includes, stamped, plan, state, contents, files)
        taken = tuple(dict.fromkeys((*taken, *silent)))
    return Uncacheable(Reason.PRECOMPILED_HEADER, "one in another")


def _with_headers_of(taken: Sequence[str], listed: _Files, scope: Scope) -> tuple[_Files, int] | Uncacheable:
    """The listed files with those in precompiled headers, the ones whose times matter last, and how many these are."""
    digests = scope.knowledge.digests
    inside: dict[str, Digest] = {}
    stamped: dict[str, Digest] = {}
    for path in taken:
        digest = digests.digest(path)
        content = scope.knowledge.precompiled.find(digest, scope.storage) if digest is not None else None
        if content is None:
            return Uncacheable(Reason.PRECOMPILED_HEADER, path)
        (stamped if content.holds_times else inside).update(content.includes)
    for path, digest in (*inside.items(), *stamped.items()):
        if digests.digest(path) != digest:
            return Uncacheable(Reason.PRECOMPILED_HEADER, f"{path} has changed since")
    known = dict(listed)
    first = [(path, digest) for path, digest in (known | inside).items() if path not in stamped]
    return (*first, *stamped.items()), len(stamped)


def _changed_input(attempt: Attempt, started_ns: int, knowledge: Knowledge) -> str | None:
    """A file of the command line that may have been another when the compiler read it than when the core did."""
    prepared = attempt.prepared
    if command_line_inputs(prepared, knowledge) != attempt.miss.inputs:
        return prepared.compilation.source
    for name, digest in prepared.compilation.response_files:
        path = prepared.absolute(name)
        if may_have_changed(path, started_ns) or knowledge.digests.digest(path) != digest:
            return name
    return None


def _unlisted(attempt: Attempt, stdout: bytes, files: Sequence[tuple[str, Facts]]) -> Uncacheable | None:
    """A source that names headers, of which /showIncludes told none: it may have told them in another language."""
    (source, facts), *includes = files
    names = facts.quoted or facts.angled or facts.computed_include or attempt.prepared.compilation.force_includes
    if includes or not names or attempt.plan.listing is Listing.DEPFILE:
        return None
    # All of them may be switched off. cl says which source it compiles.
    is_silent = stdout.strip() in (b"", os.fsencode(os.path.basename(source)))
    if is_silent and attempt.plan.listing is not Listing.PASS_STDERR:
        return None
    return Uncacheable(Reason.DEPENDENCIES_UNKNOWN, source)
