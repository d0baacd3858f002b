"""Store: from what the compiler did to an entry with its result, or to the reason why it is not stored."""

import contextlib
import os
import shlex
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.compilers.dependencies import (
    Listing,
    read_depfile_report,
    read_show_includes_report,
)
from clcache_launcher.core.attempt import Attempt
from clcache_launcher.core.direct_entry import DirectEntry, Report, direct_entry
from clcache_launcher.core.found import Found
from clcache_launcher.core.inputs.precompiled import PrecompiledContent
from clcache_launcher.core.keys import result_key
from clcache_launcher.core.outputs import MadeOutput, read_outputs
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.preprocessed import Preprocessed, preprocessed_entry
from clcache_launcher.core.records import Entry, Result
from clcache_launcher.core.scope import Scope
from clcache_launcher.core.trees.path_reach import Reach
from clcache_launcher.core.trees.sharing import share
from clcache_launcher.errors import StorageError
from clcache_launcher.model import ManifestKey, Ran, Reason, Uncacheable
from clcache_launcher.storage.local import LocalStorage, PreparedContent, StoredEntry
from clcache_launcher.util.files import digest_of, read_file

__all__ = ["Kept", "Stored", "Unclear", "store", "store_for_more_trees", "store_under_direct_key"]

_DIRECT_MODE_ALONE: Final = frozenset({Reason.COMPUTED_TEST, Reason.HEADER_MAP})
"""What direct mode can't follow and the preprocessed text shows."""
_MILLISECOND_NS: Final = 10**6
_OFFLOADED: Final = b"__omp_offloading_"


class Unclear(Struct, frozen=True):
    """The run may have failed for what was added to its command line; the compiler is to run as given."""


class Stored(Struct, frozen=True):
    """What the caller is to see, and why nothing was stored, if so."""

    stdout: bytes
    refused: Uncacheable | None
    fault: StorageError | None = None
    kept: "Kept | None" = None
    """What was stored in direct mode for a caller with roots, if anything."""


class Content(Struct, frozen=True):
    """What a run made and told."""

    made: Sequence[MadeOutput]
    texts: tuple[bytes, bytes, bytes]
    """stdout, stderr and the command line."""
    spent_ms: int
    """How long the compiler ran."""


class Kept(Struct, frozen=True):
    """A result that was stored for the trees that it is sure to serve."""

    entry: Entry
    reach: Reach
    content: Content


def store(
    attempt: Attempt, ran: Ran, listed_by: Ran | None, scope: Scope, preprocessed: Preprocessed | None = None
) -> Stored | Unclear:
    """Store what a run made.

    What the caller is to see is told also when the cache folder does not work.

    Args:
        attempt: What was planned.
        ran: How the compiler ended.
        listed_by: How the dependency pass ended, where there is one.
        scope: Where to store it.
        preprocessed: What the text that was looked up in preprocessor mode leads to.
    """
    is_ours = attempt.plan.argv != attempt.prepared.argv
    if ran.exit_code != 0 and is_ours and attempt.plan.depfile and not _is_whole(attempt.plan.depfile):
        return Unclear()
    prefix = scope.knowledge.prefixes.find(attempt.prepared)
    listed, stdout = _listed_files(attempt, ran, listed_by, prefix)
    if ran.exit_code != 0:
        return Stored(stdout, Uncacheable(Reason.COMPILER_FAILED, str(ran.exit_code)))
    if listed is None:
        return Stored(stdout, Uncacheable(Reason.DEPENDENCIES_UNKNOWN))
    if not scope.knowledge.toolchains.is_current(attempt.prepared.toolchain):
        return Stored(stdout, Uncacheable(Reason.INPUT_CHANGED, attempt.prepared.invocation.compiler))
    made = read_outputs(attempt.prepared, ran.started_ns)
    if made is None or _names_source_by_number(attempt.prepared, made):
        reason = Reason.OUTPUT_MISSING if made is None else Reason.OFFLOADING
        return Stored(stdout, Uncacheable(reason, attempt.prepared.compilation.outputs[0].path))
    texts = stdout, ran.stderr, os.fsencode(shlex.join(attempt.prepared.argv))
    content = Content(made, texts, round(ran.spent_ns / _MILLISECOND_NS))
    try:
        direct = direct_entry(attempt, Report(listed, made, stdout, ran.stderr, ran.started_ns), scope)
        kept: Kept | None = None
        if isinstance(direct, DirectEntry) and not scope.settings.nodirect:
            _note_precompiled(attempt.prepared, direct.entry, made, scope)
            kept = Kept(direct.entry, direct.reach, content)
            _add_for_trees(attempt, kept, scope)
        is_storable = isinstance(direct, DirectEntry) or direct.reason in _DIRECT_MODE_ALONE
        is_by_text = is_storable and _add_by_text(preprocessed, attempt, content, scope)
    except StorageError as err:
        return Stored(stdout, None, err)
    if isinstance(direct, Uncacheable):
        return Stored(stdout, None if is_by_text else direct)
    return Stored(stdout, None, kept=kept if scope.roots.names else None)


def _add_by_text(preprocessed: Preprocessed | None, attempt: Attempt, content: Content, scope: Scope) -> bool:
    """Add a result under its preprocessed text, where there is one that still tells what was compiled."""
    # A file may have changed after it was preprocessed and before it was compiled.
    if preprocessed is None or not scope.knowledge.digests.hold(preprocessed.files):
        return False
    entry = preprocessed_entry(preprocessed, attempt.prepared, content.texts[:2], scope.knowledge)
    _add(preprocessed.key, entry.bind(scope.roots.names, scope.roots), content, scope.storage)
    return True


def store_for_more_trees(attempt: Attempt, kept: Kept, reach: Reach, scope: Scope) -> None:
    """Store a result again whose preprocessed text has shown that fewer paths of its tree are in it."""
    with contextlib.suppress(StorageError):
        _add_for_trees(attempt, replace(kept, reach=reach), scope)


def _names_source_by_number(prepared: Prepared, made: Sequence[MadeOutput]) -> bool:
    """Whether names in an object hold the device and the number of the source's file, as clang's OpenMP regions do.

    Source: clang/lib/CodeGen/CGOpenMPRuntime.cpp, ``getTargetEntryUniqueInfo``; seen with clang 19, no device needed.
    """
    is_asked = any("openmp" in argument for argument in prepared.compilation.arguments)
    return is_asked and any(_OFFLOADED in output.data for output in made)


def _is_whole(depfile: str) -> bool:
    """Whether a compiler wrote its depfile to the end; on a full disk one is begun, and the compiler fails for it."""
    read = read_file(depfile)
    return read is not None and read[0].endswith(b"\n")


def store_under_direct_key(
    attempt: Attempt, listed: Sequence[str], started_ns: int, found: Found, scope: Scope
) -> None:
    """Let a result that preprocessor mode found hit in direct mode next time, where nothing speaks against it."""
    texts = found.result.stdout, found.result.stderr, found.result.made_by
    try:
        contents = [(role, scope.storage.artifacts.read(digest)) for role, digest in found.result.outputs]
        made = [MadeOutput(role, data) for role, data in contents if data is not None]
        direct = direct_entry(attempt, Report(listed, made, *texts[:2], started_ns), scope)
        if isinstance(direct, DirectEntry) and len(made) == len(contents):
            content = Content(made, texts, found.result.spent_ms)
            _add_for_trees(attempt, Kept(direct.entry, direct.reach, content), scope)
    except StorageError:
        # The result itself is sound; next time it is found the same way.
        return


def _listed_files(
    attempt: Attempt, ran: Ran, listed_by: Ran | None, prefix: bytes
) -> tuple[tuple[str, ...] | None, bytes]:
    """The files that the compiler said it read, and what of stdout the caller is to see."""
    plan = attempt.plan
    if plan.listing is Listing.NOWHERE:
        return (), ran.stdout
    is_listed = not plan.dependency_pass or (listed_by is not None and listed_by.exit_code == 0)
    if plan.listing is Listing.DEPFILE:
        read = read_file(attempt.prepared.absolute(plan.depfile)) if is_listed else None
        return read_depfile_report(read[0] if read else None), ran.stdout
    files, stdout = read_show_includes_report(plan, ran.stdout, listed_by.stderr if listed_by else b"", prefix)
    return (files if is_listed else None), stdout


def _note_precompiled(prepared: Prepared, entry: Entry, made: Sequence[MadeOutput], scope: Scope) -> None:
    """Note what is in the precompiled header that was made, if one was."""
    precompiled = prepared.compilation.precompiled
    for output in made if precompiled else ():
        if precompiled and output.role == precompiled.made:
            content = PrecompiledContent(precompiled.holds_times, entry.includes)
            scope.knowledge.precompiled.note(digest_of(output.data), content, scope.storage)


def _add_for_trees(attempt: Attempt, kept: Kept, scope: Scope) -> None:
    """Add a result for every tree that has those roots in the same place whose paths may be in it."""
    roots, entry, content = scope.roots, kept.entry, kept.content
    names = kept.reach.names | kept.reach.asked
    if roots.names:
        family = attempt.prepared.toolchain.family
        shared = None if names.issuperset(roots.names) else share(content.made, content.texts, family, roots)
        if shared is not None:
            content = Content(*shared, content.spent_ms)
        bound_to = roots.names if shared is None else names
        entry = replace(entry.bind(bound_to, roots), is_shared=shared is not None)
    _add(attempt.miss.manifest, entry.inward(roots), content, scope.storage)


def _add(manifest: ManifestKey, entry: Entry, content: Content, storage: LocalStorage) -> None:
    body = entry.encode()
    key = result_key(manifest, body)
    prepared: list[PreparedContent] = []
    try:
        for output in content.made:
            prepared.append(storage.prepare(output.data))  # noqa: PERF401 - what is prepared must be known at a fault
    except StorageError:
        storage.discard(prepared)
        raise
    digests = (each.digest for each in prepared)
    outputs = tuple(zip((output.role for output in content.made), digests, strict=True))
    result = Result(outputs, *content.texts, content.spent_ms)
    storage.add(manifest, StoredEntry(key, body), result.encode(), prepared)
