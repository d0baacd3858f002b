"""Facts of sources by content digest: remembered, stored, or scanned."""

import contextlib
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, Final

from msgspec import msgpack
from msgspec.structs import astuple, fields, replace

from clcache_launcher.core.sources.contents import Contents
from clcache_launcher.core.sources.facts import (
    Facts,
    can_paste_test,
    can_paste_time_macro,
    scan_definition,
    scan_source,
)
from clcache_launcher.core.sources.pastes import TIME_MACROS
from clcache_launcher.core.sources.wrapped_tests import DirectiveNames, scan_directive_names, unite
from clcache_launcher.errors import EntryFormatError, StorageError
from clcache_launcher.model import Digest, Reason, Uncacheable
from clcache_launcher.storage.local import LocalStorage

__all__ = ["SourceFacts", "refusal", "time_macros"]

_SCANNER_VERSION: Final = 3
"""Changes when the scanner sees more: facts that an older one stored are then scanned again."""
_FORM: Final = tuple(type(field.default) for field in fields(Facts))
# What a file may be refused for; most are for nothing, and 200 are asked for a unit.
_CAUSES: Final = attrgetter(
    "opaque",
    "time_macros",
    "embedded",
    "imports",
    "assembler_include",
    "modules",
    "file_pragma",
    "computed_line",
    "computed_test",
)
_NO_CAUSE: Final = _CAUSES(Facts())


class SourceFacts:
    """Facts of contents; each content is scanned once for a cache folder."""

    def __init__(self, contents: Contents | None = None) -> None:
        """Know nothing yet; ``contents`` are what was just read."""
        self._contents = contents or Contents()
        self._known: dict[Digest, Facts] = {}
        self._directives: dict[Digest, DirectiveNames] = {}

    def gather(self, files: Sequence[tuple[str, Digest]], storage: LocalStorage) -> list[tuple[str, Facts]] | None:
        """Facts of each file, or ``None`` when one no longer has its digest."""
        gathered: list[tuple[str, Facts]] = []
        scanned: list[tuple[Digest, bytes]] = []
        stored = self._stored([digest for _, digest in files if digest not in self._known], storage)
        for path, digest in files:
            facts = self._known.get(digest) or stored.get(digest)
            if facts is None:
                data = self._contents.read(path, digest)
                if data is None:
                    return None
                facts = scan_source(data)
                scanned.append((digest, _encode(facts)))
            self._known[digest] = facts
            gathered.append((path, facts))
        if scanned:
            # They can be scanned again; whether the folder works shows when the result is stored.
            with contextlib.suppress(StorageError):
                storage.index.add_facts(scanned)
        if any(facts.forwards_test for _, facts in gathered):
            return self._with_wrapped_tests(files, gathered)
        return gathered

    def _with_wrapped_tests(
        self, files: Sequence[tuple[str, Digest]], gathered: Sequence[tuple[str, Facts]]
    ) -> list[tuple[str, Facts]] | None:
        """The same facts with what may be asked for through a macro, in any of the files."""
        directives: list[DirectiveNames] = []
        for path, digest in files:
            if digest not in self._directives:
                data = self._contents.read(path, digest)
                if data is None:
                    return None
                self._directives[digest] = scan_directive_names(data)
            directives.append(self._directives[digest])
        names = unite(directives)
        if names is None:
            return [(path, replace(facts, computed_test=True)) for path, facts in gathered]
        asked = tuple(sorted(names))
        return [
            (
                path,
                replace(
                    facts,
                    tested_quoted=(*facts.tested_quoted, *asked),
                    tested_angled=(*facts.tested_angled, *asked),
                ),
            )
            for path, facts in gathered
        ]

    def _stored(self, digests: Sequence[Digest], storage: LocalStorage) -> dict[Digest, Facts]:
        """Facts that the folder has of contents."""
        found: dict[Digest, Facts] = {}
        with contextlib.suppress(StorageError):
            for digest, body in storage.index.facts(digests).items():
                with contextlib.suppress(EntryFormatError):
                    facts = _decode(body)
                    if facts is not None:
                        found[digest] = facts
        return found


def _encode(facts: Facts) -> bytes:
    """A msgpack array: the scanner's version, then the fields of ``Facts`` in their order."""
    return msgpack.encode([_SCANNER_VERSION, *astuple(facts)])


def _decode(body: bytes) -> Facts | None:
    try:
        version, *read = msgpack.decode(body)
    except (ValueError, TypeError, RecursionError) as err:
        raise EntryFormatError(f"facts: {err}") from err
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in read]
    if version != _SCANNER_VERSION or tuple(map(type, values)) != _FORM:
        return None
    return Facts(*values)


def time_macros(files: Iterable[tuple[str, Facts]], definitions: Iterable[str]) -> frozenset[bytes]:
    """The time macros that occur in a translation unit of these files and ``-D`` texts."""
    found = {name for _, facts in files if facts.time_macros for name in facts.time_macros}
    for text in definitions:
        if any(name.decode() in text for name in TIME_MACROS):
            found.update(scan_definition(text).time_macros)
    return frozenset(found)


def refusal(
    files: Iterable[tuple[str, Facts]],
    definitions: Iterable[str],
    *,
    held: frozenset[bytes] = frozenset(),
    import_makes_headers: bool = False,
    shows_line_names: bool = False,
) -> Uncacheable | None:
    """Why a translation unit of these files and ``-D`` texts can't be stored in direct mode, if so.

    Args:
        files: Path and facts of each.
        definitions: Texts of ``-D``.
        held: Time macros whose values are checked before a hit.
        import_makes_headers: Of a type library, as cl.exe does
            (learn.microsoft.com/cpp/preprocessor/hash-import-directive-cpp).
        shows_line_names: Warnings show lines of the files that ``#line`` names.
    """
    known = [*files, *((f"-D{text}", scan_definition(text)) for text in definitions)]
    for path, facts in known:
        if _CAUSES(facts) == _NO_CAUSE:
            continue
        for is_so, reason in (
            (facts.opaque, Reason.SOURCE_ENCODING),
            (facts.time_macros and not held.issuperset(facts.time_macros), Reason.TIME_MACRO),
            (facts.embedded, Reason.EMBED),
            (facts.imports and import_makes_headers, Reason.TYPE_LIBRARY),
            (facts.assembler_include, Reason.ASSEMBLER_INCLUDE),
            (facts.modules, Reason.MODULES),
            (facts.file_pragma or (facts.computed_line and shows_line_names), Reason.FILE_PRAGMA),
            (facts.computed_test, Reason.COMPUTED_TEST),
        ):
            if is_so:
                return Uncacheable(reason, path)
    return _paste_refusal([facts for _, facts in known])


def _paste_refusal(known: Sequence[Facts]) -> Uncacheable | None:
    if not any(facts.pastes for facts in known):
        return None
    if can_paste_time_macro({fragment for facts in known for fragment in facts.time_fragments}):
        return Uncacheable(Reason.TIME_MACRO, "pasted")
    if can_paste_test({fragment for facts in known for fragment in facts.test_fragments}):
        return Uncacheable(Reason.COMPUTED_TEST, "pasted")
    return None
