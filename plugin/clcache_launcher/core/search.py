"""What was and was not found on the way to the headers.

Which header a compiler takes depends on every folder it looks into before. The order of that search is not emulated:
for every name that a source includes or tests, the search state holds in which of the search folders and of the
includers' folders a file of that name exists. Any change of it is a miss, whether a header appeared or went away.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from blake3 import blake3

from clcache_launcher.compilers.search_rules import SearchRules
from clcache_launcher.core.facts import Facts
from clcache_launcher.core.folders import FolderNames, Listing
from clcache_launcher.util.files import DIGEST_BYTES, Signature

__all__ = ["SearchPlan", "SearchState", "search_plan", "search_state"]

_ByPart = Mapping[str, frozenset[str]]
"""Base names by the folder part of the name as written."""


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """Which names are looked for in which folders."""

    looks: tuple[tuple[str, _ByPart], ...]
    precompiled: tuple[str, ...]
    """Suffixes of names that stand for a precompiled header."""
    tested: frozenset[str]
    """Base names of ``__has_include``: such a file matters by its being there alone."""


@dataclass(frozen=True, slots=True)
class SearchState:
    """Where the names of a plan exist."""

    digest: bytes
    wanted: Mapping[str, frozenset[str]]
    """The names looked for, by folder."""
    listings: Mapping[str, Listing]
    """Every folder that was read."""

    @property
    def signatures(self) -> tuple[tuple[str, Signature | None], ...]:
        """What was read: while these folders and links hold, so does the digest. Empty when that is not certain."""
        if not all(listing.is_settled for listing in self.listings.values()):
            return ()
        folders = [(folder, listing.signature) for folder, listing in self.listings.items()]
        links = [
            (os.path.join(folder, name), self.listings[folder].links[name])
            for folder, names in self.wanted.items()
            for name in self.listings[folder].links.keys() & names
        ]
        return (*folders, *links)

    def found(self, folder: str) -> frozenset[str]:
        """The names that exist in a folder."""
        listing, wanted = self.listings.get(folder), self.wanted.get(folder)
        return listing.files & wanted if listing and wanted else frozenset()

    def header_map(self) -> str | None:
        """A search folder that is a file: what it leads to is not known."""
        return next((folder for folder, listing in self.listings.items() if listing.is_file), None)

    def precompiled_header(self, plan: SearchPlan) -> str | None:
        """A precompiled header that the compiler may have taken in place of a header."""
        for folder in self.wanted if plan.precompiled else ():
            for name in self.found(folder):
                if name.endswith(plan.precompiled):
                    return os.path.join(folder, name)
        return None


def search_plan(
    files: Sequence[tuple[str, Facts]],
    search_folders: Sequence[str],
    cwd: str,
    forced: Iterable[str],
    rules: SearchRules,
) -> SearchPlan:
    """Plan the looks for one compilation.

    Args:
        files: Absolute path and facts of the source and of each include.
        search_folders: Include folders, absolute.
        cwd: The working folder, where ``-include`` looks first.
        forced: Names of force-includes.
        rules: How the compiler looks.
    """
    at_start = {name + suffix for name in forced for suffix in ("", *rules.forced_precompiled)}
    everywhere = set(at_start)
    tested: set[str] = set()
    computed: set[str] = set()
    if any(facts.computed_include for _, facts in files):
        # What a macro named was included: its name is the tail of an include's path.
        paths = [path for path, _ in files]
        computed = _tails(paths, [*search_folders, *map(os.path.dirname, paths)])
        everywhere |= computed
    quoted: dict[str, set[str]] = {cwd: set(at_start)}
    for path, facts in files:
        beside = {os.fsdecode(name) for name in (*facts.quoted, *facts.tested_quoted)}
        if facts.computed_include:
            beside |= computed
        tested.update(os.fsdecode(name) for name in (*facts.tested_quoted, *facts.tested_angled))
        everywhere.update(beside, (os.fsdecode(name) for name in (*facts.angled, *facts.tested_angled)))
        quoted.setdefault(os.path.dirname(path), set()).update(beside)
    if rules.beside_every_includer:
        quoted = dict.fromkeys(quoted, set().union(*quoted.values()))
    grouped: dict[frozenset[str], _ByPart] = {}

    def group(names: set[str]) -> _ByPart:
        key = frozenset(names)
        if key not in grouped:
            grouped[key] = _by_folder_part(name + suffix for name in key for suffix in ("", *rules.precompiled))
        return grouped[key]

    looks = [(folder, group(everywhere)) for folder in dict.fromkeys(search_folders)]
    looks += [(folder, group(beside)) for folder, beside in quoted.items() if beside]
    base_names = frozenset(re.split(r"[/\\]", name)[-1] for name in tested)
    return SearchPlan(tuple(looks), rules.precompiled + rules.forced_precompiled, base_names)


def search_state(plan: SearchPlan, folders: FolderNames) -> SearchState:
    """Where the names of a plan exist now."""
    listings: dict[str, Listing] = {}
    wanted: dict[str, frozenset[str]] = {}

    def listing(folder: str) -> Listing:
        if folder not in listings:
            listings[folder] = folders.listing(folder)
        return listings[folder]

    for folder, by_part in plan.looks:
        for part, names in by_part.items():
            first = part.partition("/")[0]
            if first and first not in (".", "..") and not listing(folder).may_have_folder(first):
                continue
            place = os.path.join(folder, part) if part else folder
            listing(place)
            wanted[place] = wanted[place] | names if place in wanted else names
    state = SearchState(b"", wanted, listings)
    digest = blake3()
    for place in sorted(wanted):
        if found := state.found(place):
            digest.update("\0".join((place, *sorted(found), "", "")).encode("utf-8", "surrogateescape"))
    if header_map := state.header_map():
        digest.update(b"header map\0" + os.fsencode(header_map))
    return SearchState(digest.digest(DIGEST_BYTES), wanted, listings)


def _tails(paths: Sequence[str], folders: Iterable[str]) -> set[str]:
    """For each path below a folder, the rest of it: the names under which it can have been found there."""
    heads = {folder.rstrip("/") + "/" for folder in folders}
    return {path[len(head) :] for path in paths for head in heads if path.startswith(head)}


def _by_folder_part(names: Iterable[str]) -> _ByPart:
    grouped: dict[str, set[str]] = {}
    for name in names:
        part, slash, base = name.replace("\\", "/").rpartition("/")
        grouped.setdefault(part or slash, set()).add(base)
    return {part: frozenset(basenames) for part, basenames in grouped.items()}
