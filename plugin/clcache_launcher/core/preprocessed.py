"""Preprocessor mode: lookup by the preprocessed text, so that a change which it does not show can hit.

The text shows what the compiler compiles, but not all that it prints or records of the sources: a warning shows the
line as it stands in the file, debug information and sanitizers hold columns. A result with such texts, or of a command
line that is not known to be free of them, holds only while every file is what it was. Any other holds while these
differ in nothing but plain comments, for what is silent now may be warned of elsewhere: a macro that is defined anew, a
fall-through without its comment.
"""

import os
from collections.abc import Generator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.compilers.dependencies import (
    Listing,
    PreprocessorPlan,
    plan_preprocessing,
    read_preprocessing_report,
)
from clcache_launcher.compilers.families import CL_FAMILIES
from clcache_launcher.compilers.layout import is_free_of_layout
from clcache_launcher.compilers.probe import Family
from clcache_launcher.compilers.search_rules import SEARCH_RULES
from clcache_launcher.compilers.show_includes import parse_show_includes
from clcache_launcher.core.attempt import discard_scratch, fit
from clcache_launcher.core.found import Found
from clcache_launcher.core.keys import preprocessed_key
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.lookup import Miss, find_result
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.records import Entry
from clcache_launcher.core.run_report import entry_of, included_files
from clcache_launcher.core.scope import Scope
from clcache_launcher.core.sources.assembler_sources import assembler_refusal
from clcache_launcher.core.sources.source_facts import refusal
from clcache_launcher.core.steps import Run
from clcache_launcher.model import ASSEMBLER, ASSEMBLER_WITH_CPP, Digest, ManifestKey, Ran, Reason, Uncacheable
from clcache_launcher.util.files import read_file

__all__ = ["FoundByText", "Preprocessed", "look_up_by_text", "preprocess", "preprocessed_entry"]


class Preprocessed(Struct, frozen=True):
    """What a preprocessed text leads to."""

    key: ManifestKey
    files: tuple[tuple[str, Digest], ...]
    """The source and every include with their digests."""
    is_free: bool
    """Nothing but the text and, in warnings, the files without plain comments can reach what is made."""
    prefix: bytes
    """What stands before a header that ``/showIncludes`` lists."""


class FoundByText(Struct, frozen=True):
    """A result with what is needed to find it in direct mode next time."""

    found: Found
    listed: tuple[str, ...]
    started_ns: int


def look_up_by_text(
    prepared: Prepared, miss: Miss, scope: Scope
) -> Generator[Run, tuple[Ran, ...], FoundByText | Preprocessed | Uncacheable]:
    """Let the compiler preprocess, and find a result for the text."""
    plan, ran, depfile = yield from _run_preprocessor(prepared, scope)
    prefix = scope.knowledge.prefixes.find(prepared)
    listed = read_preprocessing_report(plan, ran.stderr, depfile, prefix)
    if ran.exit_code != 0:
        return Uncacheable(Reason.COMPILER_FAILED, "in the preprocessor")
    if listed is None:
        return Uncacheable(Reason.DEPENDENCIES_UNKNOWN)
    source, digest = miss.inputs[0]
    includes = included_files(prepared, listed, source, ran.started_ns, scope.knowledge)
    if isinstance(includes, Uncacheable):
        return includes
    files = ((source, digest), *includes)
    refused = _refusal(prepared, files, scope)
    if refused is not None:
        return refused
    key = preprocessed_key(
        prepared.invocation,
        prepared.compilation,
        prepared.toolchain.identity,
        prepared.environment,
        miss.inputs[1:],
        (listed, ran.stdout, _warnings(plan, ran.stderr, prefix)),
    )
    is_free = is_free_of_layout(prepared.compilation, ran.stdout, is_cl=prepared.toolchain.family in CL_FAMILIES)
    found = find_result(key, prepared, scope, lambda _, entry: _holds(entry, files, scope.knowledge))
    return FoundByText(found, listed, ran.started_ns) if found else Preprocessed(key, files, is_free, prefix)


def preprocess(prepared: Prepared, scope: Scope) -> Generator[Run, tuple[Ran, ...], bytes | None]:
    """The preprocessed text, or ``None`` when the compiler does not give one."""
    _, ran, _ = yield from _run_preprocessor(prepared, scope)
    return ran.stdout if ran.exit_code == 0 else None


def _run_preprocessor(
    prepared: Prepared, scope: Scope
) -> Generator[Run, tuple[Ran, ...], tuple[PreprocessorPlan, Ran, bytes | None]]:
    """Let the compiler preprocess: how that was planned and ended, and the depfile if there is one."""
    scratch = scope.storage.artifacts.scratch_path()
    plan = plan_preprocessing(
        prepared.invocation.arguments[0], prepared.toolchain.family, prepared.compilation, scratch
    )
    try:
        (ran,) = yield Run(tuple(fit((plan.argv,), prepared, scratch)), as_caller=False)
        read = read_file(scratch)
    finally:
        discard_scratch(scratch, scope.storage)
    return plan, ran, read[0] if read else None


def preprocessed_entry(
    preprocessed: Preprocessed, prepared: Prepared, texts: tuple[bytes, bytes], knowledge: Knowledge
) -> Entry:
    """The entry of a result under its text: with every file where the result may show how these are laid out."""
    # Which headers /showIncludes lists is in the key.
    is_silent = not texts[1] and (not texts[0] or not parse_show_includes(texts[0], preprocessed.prefix).rest)
    state = knowledge.plain_comments.digest(preprocessed.files) if preprocessed.is_free and is_silent else None
    return entry_of(prepared, preprocessed.files if state is None else (), state or b"", texts)


def _holds(entry: Entry, files: tuple[tuple[str, Digest], ...], knowledge: Knowledge) -> bool:
    """Whether the files are what they were, plain comments aside where the entry has no files."""
    if entry.search_state:
        return knowledge.plain_comments.digest(files) == entry.search_state
    return knowledge.digests.hold(entry.includes)


def _warnings(plan: PreprocessorPlan, stderr: bytes, prefix: bytes) -> bytes:
    """What a preprocessing run printed beside the headers."""
    return stderr if plan.listing is Listing.DEPFILE else parse_show_includes(stderr, prefix).rest


def _refusal(prepared: Prepared, files: Sequence[tuple[str, Digest]], scope: Scope) -> Uncacheable | None:
    """Why the text does not tell all that matters, if so."""
    gathered = scope.knowledge.facts.gather(files, scope.storage)
    if gathered is None:
        return Uncacheable(Reason.INPUT_CHANGED)
    # What is asked and included through macros is in the text.
    shown = [
        (path, replace(facts, computed_test=False, test_fragments=(), tested_in_macro=())) for path, facts in gathered
    ]
    family, definitions = prepared.toolchain.family, prepared.compilation.definitions
    refused = refusal(
        shown, definitions, import_makes_headers=family is Family.CL
    ) or scope.knowledge.closer_look.refusal(files, shown, definitions)
    if refused is None and prepared.compilation.language in (ASSEMBLER, ASSEMBLER_WITH_CPP):
        refused = assembler_refusal(files, definitions)
    if refused is not None:
        return refused
    rules = SEARCH_RULES[family]
    if rules.shows_line_names and any(facts.line_names or facts.computed_line for _, facts in gathered):
        return Uncacheable(Reason.FILE_PRAGMA, "#line")
    for path, _ in files[1:]:
        for suffix in (*rules.precompiled, *rules.forced_precompiled):
            # The compiler may take it when it compiles, though not when it only preprocesses.
            if os.path.exists(path + suffix):
                return Uncacheable(Reason.PRECOMPILED_HEADER, path + suffix)
    return None
