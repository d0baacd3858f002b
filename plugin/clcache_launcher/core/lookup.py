"""Lookup: from an understood invocation to a stored result, or to what a miss needs to be stored."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.core.found import Found, FoundBefore
from clcache_launcher.core.keys import manifest_key
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.records import Entry, Result, Streams
from clcache_launcher.core.scope import Scope
from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.errors import EntryFormatError
from clcache_launcher.model import Digest, ManifestKey, Reason, ResultKey, Uncacheable
from clcache_launcher.storage.local import LocalStorage, StoredEntry
from clcache_launcher.storage.seals import seal_of
from clcache_launcher.util.file_records import Records, file_record, hold

__all__ = ["Miss", "command_line_inputs", "find_result", "look_up", "sound_result"]

_MISSING: Final = Digest(b"missing")
_FOLDER: Final = Digest(b"folder")


class Miss(Struct, frozen=True):
    """No entry holds; the compiler is to run."""

    manifest: ManifestKey
    inputs: tuple[tuple[str, Digest], ...]
    """The files of the command line as they were looked up, the source first; absolute."""


def look_up(prepared: Prepared, scope: Scope, *, finds_nothing: bool = False) -> Found | Miss | Uncacheable:
    """Find a result in direct mode, unless the settings or the caller say that it ``finds_nothing``."""
    finds_nothing = finds_nothing or scope.settings.nodirect or scope.settings.recache
    before = None if finds_nothing else scope.knowledge.found.find(prepared, scope.roots)
    if before is not None and _is_found_again(before, scope):
        return before.found
    inputs = command_line_inputs(prepared, scope.knowledge)
    if inputs is None:
        return Uncacheable(Reason.NO_SOURCE, prepared.compilation.source)
    key = manifest_key(
        prepared.invocation,
        prepared.compilation,
        prepared.toolchain.identity_among(scope.roots),
        prepared.environment,
        inputs,
        scope.roots,
    )
    if finds_nothing:
        return Miss(key, inputs)
    found = find_result(key, prepared, scope, lambda result_key, entry: _holds(result_key, entry, prepared, scope))
    if found is None or not _is_usable(found, prepared, scope):
        return Miss(key, inputs)
    _note(found, key, inputs, prepared, scope)
    return found


def _is_found_again(before: FoundBefore, scope: Scope) -> bool:
    """Whether a lookup would find the same: all that it reads and asks, without what it only reckons from that."""
    found, prepared = before.found, before.prepared
    return (
        hold(before.inputs)
        and scope.storage.seals(before.manifest, found.key) == found.seals
        and scope.knowledge.still_holds((found.key, scope.roots.identity), prepared.invocation.environment)
        and all(scope.storage.artifacts.is_sound(digest) for _, digest in found.result.outputs)
        and _is_usable(found, prepared, scope)
    )


def _note(
    found: Found, key: ManifestKey, inputs: Iterable[tuple[str, Digest]], prepared: Prepared, scope: Scope
) -> None:
    """Remember what was found, where each input is known by a signature."""
    digests = scope.knowledge.digests
    signatures = [(path, digests.signature_of(path, digest)) for path, digest in inputs]
    if all(signature is not None for _, signature in signatures):
        records = Records(file_record(path, signature) for path, signature in signatures)
        scope.knowledge.found.note(FoundBefore(prepared, scope.roots, records, key, found))


def find_result(
    key: ManifestKey, prepared: Prepared, scope: Scope, holds: Callable[[ResultKey, Entry], bool]
) -> Found | None:
    """The result of a manifest's newest entry that holds, is whole, and whose streams fit the caller."""
    if scope.settings.recache:
        return None
    stored = scope.storage.index.entries(key)
    for result_key, entry in _decoded(stored, scope):
        if entry.serves(scope.roots) and _fits(entry, prepared) and holds(result_key, entry):
            result = sound_result(result_key, scope.storage)
            if result is not None:
                seal = seal_of(result_key, result.encode())
                seals = tuple((each.result, seal) for each in stored)
                return _found(Found(result_key, result, entry.is_shared, seals), scope.roots)
    return None


def _found(found: Found, roots: Roots) -> Found:
    """A result with its texts as the tree that asks has them."""
    if not found.is_shared:
        return found
    stdout, stderr = roots.outward_text(found.result.stdout), roots.outward_text(found.result.stderr)
    return replace(found, result=replace(found.result, stdout=stdout, stderr=stderr))


def command_line_inputs(prepared: Prepared, knowledge: Knowledge) -> tuple[tuple[str, Digest], ...] | None:
    """The source and other files of the command line with their digests; ``None`` when one can't be read."""
    inputs: list[tuple[str, Digest]] = []
    for name in (prepared.compilation.source, *prepared.compilation.input_files):
        path = prepared.absolute(name)
        digest = knowledge.digests.digest(path)
        if digest is None and inputs:
            digest = _not_a_file(path)
        if digest is None:
            return None
        inputs.append((path, digest))
    return tuple(inputs)


def _not_a_file(path: str) -> Digest | None:
    """What stands for an input that is missing or a folder: compilers do without some of them, with a warning."""
    if os.path.isdir(path):
        return _FOLDER
    return None if os.path.lexists(path) else _MISSING


def _decoded(entries: Iterable[StoredEntry], scope: Scope) -> Iterator[tuple[ResultKey, Entry]]:
    for stored in entries:
        try:
            yield stored.result, scope.knowledge.entry(stored, scope.roots)
        except EntryFormatError:
            scope.storage.forget(stored.result, ())


def _fits(entry: Entry, prepared: Prepared) -> bool:
    """Whether the result's texts can be given to this caller as they were taken."""
    if entry.terminal is not None and entry.terminal != prepared.invocation.terminal:
        return False
    if prepared.invocation.same_stream:
        return entry.streams is not Streams.APART
    return entry.streams is not Streams.MERGED


def _holds(key: ResultKey, entry: Entry, prepared: Prepared, scope: Scope) -> bool:
    """Whether every include is as it was, and every name is found and not found where it was."""
    knowledge, environment = scope.knowledge, prepared.invocation.environment
    looked_at = (key, scope.roots.identity)
    if knowledge.still_holds(looked_at, environment):
        return True
    if not knowledge.digests.hold(entry.includes):
        return False
    if knowledge.search_still_holds(looked_at, environment):
        knowledge.note_includes(looked_at, entry)
        return True
    source = prepared.absolute(prepared.compilation.source)
    digest = knowledge.digests.digest(source)
    if digest is None:
        return False
    files = knowledge.facts.gather(((source, digest), *entry.includes), scope.storage)
    if files is None:
        return False
    state = knowledge.search_state(prepared.plan_search(files, entry.stamped), environment, scope.roots)
    if state.digest != entry.search_state:
        return False
    knowledge.note_search(looked_at, entry, state)
    return True


def _is_usable(found: Found, prepared: Prepared, scope: Scope) -> bool:
    """Whether what is known of a precompiled header that a result holds is still known: its uses need that."""
    precompiled = prepared.compilation.precompiled
    if precompiled is None or not precompiled.made:
        return True
    digest = dict(found.result.outputs).get(precompiled.made)
    return digest is not None and scope.knowledge.precompiled.find(digest, scope.storage) is not None


def sound_result(key: ResultKey, storage: LocalStorage) -> Result | None:
    """The result, or ``None`` after removing it when it or one of its artifacts is not what it should be."""
    body = storage.index.result(key)
    try:
        result = Result.decode(body) if body is not None else None
    except EntryFormatError:
        result = None
    unsound = [digest for _, digest in result.outputs if not storage.artifacts.is_sound(digest)] if result else []
    if result is None or unsound:
        storage.forget(key, unsound)
        return None
    return result
