"""Which roots' paths reach what a compilation makes: its result serves only trees that have these in the same place.

In doubt they do. A path reaches an output by debug information and what else records the working folder, by
``__FILE__`` and its like, and, under Microsoft's ABI, by the names of anonymous namespaces. Where the command line maps
a root away (``-ffile-prefix-map``) the first two do not. What is said of the tree in messages comes out with another
tree's paths, unless the sources hold the path as well: then which of the two it was is not known.
"""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.compilers.families import CL_FAMILIES
from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.outputs import MadeOutput
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.sources.facts import Facts
from clcache_launcher.core.toolchains.installation import INSTALLATION_NAMES
from clcache_launcher.core.trees.file_names import FileNames, Files, NamedFiles
from clcache_launcher.core.trees.path_maps import DEBUG_MAP, FILE_MAP, MACRO_MAP, TRIMS, mapped, without_carrier
from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.model import Apart
from clcache_launcher.util.files import digest_of, read_file
from clcache_launcher.util.patterns import late_pattern

__all__ = ["NOWHERE", "Compiled", "Reach", "reach_of", "reach_of_text"]

_DEBUG: Final = late_pattern(r"[-/](?:Z[7iI]|g(?!0$|no-).*)")
_RECORDS: Final = late_pattern(
    r"-f(?:lto|save-|profile|coverage|test-coverage|instrument-functions|xray|unique-internal-linkage-names)"
    # Takes components off the paths that a sanitizer tells, and leaves the others.
    r"|-fsanitize-undefined-strip-path-components=|--coverage|-Xclang"
)
# The assembler's own debug information; it may be compressed (gas: as.c, long_options).
_DEBUG_OF_ASSEMBLER: Final = late_pattern(r"(?:-Wa,(?:.*,)?)?(?:-g|--g(?:en-debug|dwarf-[2-5]|stabs\+?))(?:,.*)?")
# Microsoft's ABI names an anonymous namespace by a hash of the source's path as it was given, cl.exe lambdas, too.
# A name of more than 4096 characters is itself a hash (clang/lib/AST/MicrosoftMangle.cpp, msvc_hashing_ostream).
_HASHED: Final = late_pattern(rb"\?A0x|<lambda_[0-9a-f]{16}|\?\?@[0-9a-f]{32}@")
_DECORATED: Final = b"FUNCDNAME"
# gcc streams what may run on a device into the object, compressed, with the names of its files.
_OFFLOADED: Final = b".gnu.offload_"
# Messages in which paths are escaped, whose lines are broken by their length, or in the order of their names: gcc's -H
# sorts the headers without guards (libcpp/files.cc, _cpp_report_missing_guards).
_RETYPED: Final = late_pattern(
    r"-H|-fmessage-length=.*|-fdiagnostics-(?:format=|parseable|print-source-range|generate-patch|add-output|set-output).*"
)
# __FILE__ has the slashes of the target then (clang/lib/Frontend/CompilerInvocation.cpp, UseTargetPathSeparator).
_RESPELLS: Final = late_pattern(r"-f(?:file-prefix-map|macro-prefix-map|file-compilation-dir)=|-ffile-reproducible")
# Where messages tell a place, with tokens for roots: "In file included from /x/a.h:1", "/x/a.c: In function", "a.c(1".
_PLACE: Final = late_pattern(
    rb"\n(?:In file included from |[ ]+from )?\x01[^\x01\n]+\x01[^\n:(]*(?:[:(][0-9]|: (?:In|At) )"
    rb"|\nNote: including file: +\x01[^\n]*"
)
_TOLD_ROOT: Final = late_pattern(rb"\x01([^\x01]+?)(?:@|~[0-9]+)?\x01")
_MARKER: Final = late_pattern(rb"^#[^\n]*\n", re.MULTILINE)
_CALLS: Final = rb"\b(?:__builtin_(?:FILE|source_location)|source_location)\b"
_CALL_SITE: Final = late_pattern(_CALLS)
# clang names a lambda or a nameless type by its place: "(lambda at /x/a.cpp:3:5)".
_CALL_SITE_OF_CLANG: Final = late_pattern(_CALLS + rb"|\b__(?:PRETTY_FUNCTION|FUNCSIG|FUNCDNAME)__")


class Compiled(Struct, frozen=True):
    """What of a translation unit is known when it is to be stored."""

    files: Files
    """The source and each include with its digest; absolute."""
    facts: Sequence[Facts]
    """Theirs."""
    listed: Sequence[str]
    """The includes as the compiler names them."""
    made: Sequence[MadeOutput]
    texts: tuple[bytes, bytes]
    """stdout and stderr."""


class Reach(Struct, frozen=True):
    """Which roots' paths are, or may be, in what was made."""

    names: frozenset[str] = frozenset()
    why: Apart | None = None
    """The first of the reasons."""
    asked: frozenset[str] = frozenset()
    """Roots of which the code may ask for a file's name; the preprocessed text tells. Not among ``names``."""

    @property
    def leaves_tree(self) -> bool:
        """Whether the result serves trees in other places, those with their folders in the same order at least."""
        return all("^" in name or name in INSTALLATION_NAMES for name in self.names)

    def with_roots(self, names: Iterable[str], why: Apart) -> "Reach":
        """The same with more roots, for a reason."""
        more = frozenset(names) - self.names
        return replace(self, names=self.names | more, why=self.why or why) if more else self


NOWHERE: Final = Reach()


def reach_of(prepared: Prepared, unit: Compiled, file_names: FileNames, roots: Roots) -> Reach:
    """Which roots' paths are, or may be, in what was made."""
    compilation = prepared.compilation
    words = list(map(without_carrier, compilation.arguments))
    every = frozenset(roots.names)
    for holds, why in (
        (compilation.precompiled is not None, Apart.PRECOMPILED_HEADER),
        (compilation.records_command_line, Apart.COMMAND_LINE),
        (any(output.role not in ("object", "depfile") for output in unit.made), Apart.SIDE_OUTPUT),
        (any(_RECORDS.match(word) for word in words), Apart.OPTION),
        (_assembler_tells(words), Apart.DEBUG_INFORMATION),
    ):
        if holds:
            return Reach(every, why)
    reach = NOWHERE
    if any(_DEBUG.fullmatch(word) for word in words):
        alone = {prepared.invocation.cwd, prepared.environment.get("PWD", "")}
        open_ = roots.uncovered(mapped(words, FILE_MAP, DEBUG_MAP), alone)
        reach = reach.with_roots(open_, Apart.DEBUG_INFORMATION)
    data = next((output.data for output in unit.made if output.role == "object"), b"")
    if _HASHED.search(data) or _asks_for_decorated_name(prepared, unit, roots):
        reach = reach.with_roots(roots.above(compilation.source), Apart.ANONYMOUS_NAMESPACE)
    if _OFFLOADED in data:
        reach = reach.with_roots(every, Apart.OPTION)
    reach = reach.with_roots(roots.shown_in(data), Apart.OBJECT_TEXT)
    reach = reach.with_roots(_told(prepared, unit, roots), Apart.MESSAGE)
    reach = reach.with_roots(_composed(prepared, unit, roots), Apart.COMPUTED_INCLUDE)
    trimmed = TRIMS if prepared.toolchain.family is Family.CL else ()
    maps = mapped(words, FILE_MAP, MACRO_MAP, *trimmed)
    open_ = roots.uncovered(maps) - reach.names
    named = (compilation.source, *compilation.search_folders, *compilation.force_includes, *unit.listed)
    if open_ and any(map(roots.is_below, named)):
        call_site = _call_site(prepared.toolchain.family)
        known = NamedFiles(unit.files, unit.facts, compilation.definitions)
        if file_names.are_asked_for(known, call_site, roots.is_below):
            # What is left of a root's path the text does not tell from other words.
            is_respelled = prepared.toolchain.family is Family.CLANG_CL and any(map(_RESPELLS.match, words))
            cut = open_ if is_respelled else open_ & roots.cut(maps)
            return replace(reach.with_roots(cut, Apart.FILE_NAME), asked=open_ - cut)
    return reach


def reach_of_text(text: bytes | None, reach: Reach, family: Family, roots: Roots) -> Reach:
    """The reach when the preprocessed text, if there is one, shows what its code asks for."""
    code = _MARKER.sub(b"", text or b"")
    is_unclear = text is None or _call_site(family).search(code) is not None or not roots.are_plain
    # The way from one root to another may be in the text, too: that is not looked for.
    shown = reach.asked if is_unclear else {name for name in reach.asked if "^" in name} | roots.shown_in(code)
    return replace(reach, asked=frozenset()).with_roots(shown & reach.asked, Apart.FILE_NAME)


def _call_site(family: Family) -> re.Pattern[bytes]:
    return _CALL_SITE if family is Family.GCC else _CALL_SITE_OF_CLANG


def _asks_for_decorated_name(prepared: Prepared, unit: Compiled, roots: Roots) -> bool:
    """Whether code may reckon with the name of an anonymous namespace, which then need not be in the object."""
    asks = any(facts.file_macros for facts in unit.facts) or any(
        _DECORATED in os.fsencode(each) for each in prepared.compilation.definitions
    )
    if not asks or prepared.toolchain.family not in CL_FAMILIES:
        return False
    is_there = any(facts.anonymous_namespace for facts in unit.facts)
    return is_there and any(source is None or _DECORATED in source for source in _sources(prepared, unit, roots))


def _assembler_tells(words: Sequence[str]) -> bool:
    """Whether the assembler is asked for debug information of its own."""
    return any(
        _DEBUG_OF_ASSEMBLER.fullmatch(word) and (word.startswith("-Wa,") or before == "-Xassembler")
        for before, word in pairwise(("", *words))
    )


def _told(prepared: Prepared, unit: Compiled, roots: Roots) -> frozenset[str]:
    """Roots that the messages name in a way that does not come out in another tree as the compiler would write it."""
    text = b"\n".join(unit.texts)
    words = map(without_carrier, prepared.compilation.arguments)
    if any(unit.texts) and (prepared.invocation.terminal or any(map(_RETYPED.fullmatch, words)) or not roots.are_plain):
        return frozenset(roots.names)
    told = roots.shown_in(text)
    if not told:
        return told
    inward = roots.inward_text(text)
    left = roots.shown_in(inward)
    held: frozenset[str] = frozenset()
    missing = _missing_words(_spoken(inward, unit), roots)
    for source in _sources(prepared, unit, roots):
        if source is None:
            return told
        held |= roots.shown_in(source)
        if told <= held:
            break
        _strike(missing, source)
    return left | (told & (held | {name for name, words in missing if not words}))


def _spoken(inward: bytes, unit: Compiled) -> frozenset[str]:
    """Roots that messages name elsewhere than where they tell a place: macros and joined literals may have said so."""
    is_certain = not any(facts.computed_line for facts in unit.facts)
    spoken = _PLACE.sub(b"\n", b"\n" + inward) if is_certain else inward
    return frozenset(os.fsdecode(name) for name in _TOLD_ROOT.findall(spoken))


def _missing_words(names: frozenset[str], roots: Roots) -> list[tuple[str, set[bytes]]]:
    """What macros would have to put the path of each of some roots together from."""
    return [(name, set(words)) for name, words in roots.words if name in names]


def _strike(missing: Iterable[tuple[str, set[bytes]]], source: bytes) -> None:
    """Take out the words that a source holds."""
    for _, words in missing:
        words.difference_update([word for word in words if word in source])


def _composed(prepared: Prepared, unit: Compiled, roots: Roots) -> frozenset[str]:
    """Roots that macros may put the name of an include together with: every tree would read this one's file."""
    if not any(facts.computed_include for facts in unit.facts):
        return frozenset()
    own = frozenset().union(*(roots.above(path) for path, _ in unit.files))
    missing = _missing_words(own, roots)
    for source in _sources(prepared, unit, roots):
        if source is None:
            return own
        _strike(missing, source)
    return frozenset(name for name, words in missing if not words)


def _sources(prepared: Prepared, unit: Compiled, roots: Roots) -> Iterator[bytes | None]:
    """The text of the arguments without what is mapped, and of each file; ``None`` for one that has changed."""
    compilation = prepared.compilation
    pairs = zip_longest(compilation.key_arguments, compilation.key_paths, fillvalue="")
    arguments = "\n".join(roots.inward_argument(argument, path) for argument, path in pairs)
    yield arguments.encode("utf-8", "surrogateescape")
    for path, digest in unit.files:
        read = read_file(path)
        yield read[0] if read is not None and digest_of(read[0]) == digest else None
