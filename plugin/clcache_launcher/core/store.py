"""Store: from what the compiler did to an entry with its result, or to the reason why it is not stored."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass

from clcache_launcher.compilers.dependencies import (
    Listing,
    RunPlan,
    plan_run,
    read_depfile_report,
    read_show_includes_report,
)
from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.folders import Listing as FolderListing
from clcache_launcher.core.keys import result_key
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.lookup import Miss, command_line_inputs
from clcache_launcher.core.outputs import MadeOutput, read_outputs
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.records import Entry, Result, Streams
from clcache_launcher.core.search import SearchPlan, SearchState, search_state
from clcache_launcher.core.source_facts import refusal
from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest, Reason, Uncacheable
from clcache_launcher.storage.local import LocalStorage, PreparedContent, StoredEntry
from clcache_launcher.util.files import is_younger, read_file

__all__ = ["Attempt", "Ran", "Stored", "Unclear", "plan_attempt", "store"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run of the compiler that is to be stored."""

    prepared: Prepared
    miss: Miss
    plan: RunPlan
    scratch: str
    folders: dict[str, FolderListing]
    """Names in the folders known before the run."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What the launcher tells of the run."""

    exit_code: int
    started_ns: int
    stdout: bytes
    stderr: bytes
    pass_exit_code: int
    pass_stderr: bytes


@dataclass(frozen=True, slots=True)
class Unclear:
    """The run may have failed for what was added to its command line; the compiler is to run as given."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the caller is to see, and why nothing was stored, if so."""

    stdout: bytes
    refused: Uncacheable | None
    fault: StorageError | None = None


def plan_attempt(prepared: Prepared, miss: Miss, storage: LocalStorage, knowledge: Knowledge) -> Attempt:
    """Plan the run that a miss needs."""
    scratch = storage.artifacts.scratch_path()
    compilation = prepared.compilation
    plan = plan_run(prepared.invocation.arguments, prepared.toolchain.family, compilation, scratch)
    known = [prepared.invocation.cwd, os.path.dirname(miss.inputs[0][0]), *prepared.search_folders]
    folders = {folder: knowledge.folders.listing(folder) for folder in dict.fromkeys(known)}
    return Attempt(prepared, miss, plan, scratch, folders)


def store(attempt: Attempt, ran: Ran, storage: LocalStorage, knowledge: Knowledge) -> Stored | Unclear:
    """Store what a run made.

    What the caller is to see is told also when the cache folder does not work.
    """
    is_ours = attempt.plan.argv != attempt.prepared.invocation.arguments
    try:
        if ran.exit_code != 0 and is_ours and attempt.plan.depfile and not os.path.exists(attempt.plan.depfile):
            return Unclear()
        listed, stdout = _listed_files(attempt, ran)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(attempt.scratch)
    if ran.exit_code != 0:
        return Stored(stdout, Uncacheable(Reason.COMPILER_FAILED, str(ran.exit_code)))
    if listed is None:
        return Stored(stdout, Uncacheable(Reason.DEPENDENCIES_UNKNOWN))
    made = read_outputs(attempt.prepared, ran.started_ns)
    if made is None:
        return Stored(stdout, Uncacheable(Reason.OUTPUT_MISSING, attempt.prepared.compilation.outputs[0].path))
    try:
        entry = _entry(attempt, ran, listed, stdout, storage, knowledge)
        if isinstance(entry, Uncacheable):
            return Stored(stdout, entry)
        _add(attempt.miss, entry, made, stdout, ran.stderr, storage)
    except StorageError as err:
        return Stored(stdout, None, err)
    return Stored(stdout, None)


def _listed_files(attempt: Attempt, ran: Ran) -> tuple[tuple[str, ...] | None, bytes]:
    """The files that the compiler said it read, and what of stdout the caller is to see."""
    plan = attempt.plan
    if plan.listing is Listing.DEPFILE:
        read = read_file(attempt.prepared.absolute(plan.depfile)) if ran.pass_exit_code == 0 else None
        return read_depfile_report(read[0] if read else None), ran.stdout
    files, stdout = read_show_includes_report(plan, ran.stdout, ran.pass_stderr)
    return (files if ran.pass_exit_code == 0 else None), stdout


def _entry(
    attempt: Attempt, ran: Ran, listed: Sequence[str], stdout: bytes, storage: LocalStorage, knowledge: Knowledge
) -> Entry | Uncacheable:
    prepared = attempt.prepared
    if command_line_inputs(prepared, knowledge) != attempt.miss.inputs:
        return Uncacheable(Reason.INPUT_CHANGED, prepared.compilation.source)
    source, source_digest = attempt.miss.inputs[0]
    includes = _includes(prepared, listed, source, ran.started_ns, knowledge)
    if isinstance(includes, Uncacheable):
        return includes
    files = knowledge.facts.gather(((source, source_digest), *includes), storage)
    if files is None:
        return Uncacheable(Reason.INPUT_CHANGED)
    is_cl = prepared.toolchain.family is Family.CL
    refused = refusal(files, prepared.compilation.definitions, import_makes_headers=is_cl)
    if refused is not None:
        return refused
    plan = prepared.plan_search(files)
    state = search_state(plan, knowledge.folders)
    precompiled = state.precompiled_header(plan)
    if precompiled is not None:
        return Uncacheable(Reason.PRECOMPILED_HEADER, precompiled)
    header_map = state.header_map()
    if header_map is not None:
        return Uncacheable(Reason.HEADER_MAP, header_map)
    changed = _changed_folder(attempt, plan, state, ran.started_ns)
    if changed is not None:
        return Uncacheable(Reason.INPUT_CHANGED, changed)
    return Entry(includes, state.digest, _streams(prepared, stdout, ran.stderr))


def _includes(
    prepared: Prepared, listed: Sequence[str], source: str, started_ns: int, knowledge: Knowledge
) -> tuple[tuple[str, Digest], ...] | Uncacheable:
    """The listed files with their digests, if none may have changed since the compiler was started."""
    includes: list[tuple[str, Digest]] = []
    for path in dict.fromkeys(prepared.absolute(name) for name in listed):
        try:
            changed_ns = os.stat(path).st_ctime_ns
        except OSError:
            return Uncacheable(Reason.INPUT_CHANGED, path)
        digest = knowledge.digests.digest(path)
        if digest is None or is_younger(changed_ns, started_ns):
            return Uncacheable(Reason.INPUT_CHANGED, path)
        if path != source:
            includes.append((path, digest))
    return tuple(includes)


def _changed_folder(attempt: Attempt, plan: SearchPlan, state: SearchState, started_ns: int) -> str | None:
    """A folder in which one of the looked for names may have come or gone while the compiler ran."""
    for folder, listing in state.listings.items():
        before = attempt.folders.get(folder)
        wanted, found = state.wanted.get(folder, frozenset()), state.found(folder)
        if before is not None:
            if before is not listing and before.files & wanted != found:
                return folder
        elif listing.signature is not None:
            is_young = is_younger(listing.signature.ctime_ns, started_ns)
            suspects = wanted if is_young else wanted & listing.links.keys()
            # Objects may be made here all the time. A header that went was listed, unless it was only tested for.
            went = (suspects - found) & plan.tested
            if went or any(_is_younger(os.path.join(folder, name), started_ns) for name in suspects & found):
                return folder
    return None


def _is_younger(path: str, started_ns: int) -> bool:
    try:
        stamps_ns = os.lstat(path).st_ctime_ns, os.stat(path).st_ctime_ns
    except OSError:
        return True
    return any(is_younger(stamp_ns, started_ns) for stamp_ns in stamps_ns)


def _streams(prepared: Prepared, stdout: bytes, stderr: bytes) -> Streams:
    if prepared.invocation.same_stream:
        return Streams.MERGED if stdout else Streams.ANY
    return Streams.APART if stdout and stderr else Streams.ANY


def _add(
    miss: Miss, entry: Entry, made: Sequence[MadeOutput], stdout: bytes, stderr: bytes, storage: LocalStorage
) -> None:
    key = result_key(miss.manifest, entry)
    prepared: list[PreparedContent] = []
    try:
        for output in made:
            prepared.append(storage.prepare(output.data))  # noqa: PERF401 - what is prepared must be known at a fault
    except StorageError:
        storage.discard(prepared)
        raise
    digests = (content.digest for content in prepared)
    result = Result(tuple(zip((output.role for output in made), digests, strict=True)), stdout, stderr)
    storage.add(miss.manifest, StoredEntry(key, entry.encode()), result.encode(), prepared)
