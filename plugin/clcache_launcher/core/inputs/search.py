"""What was and was not found on the way to the headers.

Which header a compiler takes depends on every folder it looks into before. The order of that search is not emulated:
for every name that a source includes or tests, the search plan says in which of the search folders and of the
includers' folders it is looked for; ``search_state`` says where it exists.
"""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from clcache_launcher.compilers.search_rules import SearchRules
from clcache_launcher.core.sources.asked_names import ByPart, by_folder_part
from clcache_launcher.core.sources.facts import Facts
from clcache_launcher.util.files import folder_of

__all__ = ["SearchPlan", "search_plan"]

_SEPARATORS = os.sep + (os.altsep or "")
_ByPart = Mapping[str, frozenset[str]]
"""Base names by the folder part of the name as written."""


class SearchPlan(Struct, frozen=True):
    """Which names are looked for in which folders, and what else of files must hold."""

    folders: tuple[str, ...]
    """The search folders, in order."""
    looks: tuple[tuple[str, _ByPart], ...]
    precompiled: tuple[str, ...]
    """Suffixes of names that stand for a precompiled header."""
    tested: frozenset[str]
    """Base names of ``__has_include``: such a file matters by its being there alone."""
    unit: tuple[str, ...] = ()
    """The source and each include."""
    once: bool = False
    """``#pragma once`` may occur."""
    same_by_time: bool = False
    """Two files are one by time, size and content, to ``#pragma once`` alone; else by device and number."""
    made: frozenset[str] = frozenset()
    """Precompiled headers that the compilation makes: what stands there before matters to no compiler."""
    stamped: tuple[str, ...] = ()
    """Files whose times matter: a precompiled header holds them."""
    shown: tuple[str, ...] = ()
    """Files whose lines a warning may show."""
    tells_missing: bool = False
    """It matters whether a search folder exists."""
    time_macros: frozenset[bytes] = frozenset()
    """Those that print the day, or the times of the unit's files."""
    has_computed: bool = False
    """The name of an include comes from a macro."""
    system: tuple[tuple[str, int], ...] = ()
    """Folders whose headers' paths are written without links where that is shorter, each with the length of what is
    written before a header's name; none where compilers don't do so."""
    cut: tuple[str, ...] = ()
    """Paths in which a map of the command line ends within a name, with what it leaves of them."""


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
    at_start = by_folder_part(name + suffix for name in forced for suffix in ("", *rules.forced_precompiled))
    computed: ByPart = ()
    has_computed = any(facts.computed_include for _, facts in files)
    if has_computed:
        # What a macro named was included: its name is the tail of an include's path, which may be without links.
        paths = [path for path, _ in files]
        real = map(os.path.realpath, search_folders)
        computed = by_folder_part(_tails(paths, [*search_folders, *real, *map(os.path.dirname, paths)]))
    everywhere = _Names((*at_start, *computed))
    beside: dict[str, _Names] = {cwd: _Names(at_start)}
    for path, facts in files:
        place = folder_of(path)
        names = beside.get(place)
        if names is None:
            names = beside[place] = _Names()
        names.add(facts.asked.beside)
        if facts.computed_include:
            names.add(computed)
        everywhere.add(facts.asked.everywhere)
    folders = tuple(dict.fromkeys(search_folders))
    shown = {os.fsdecode(name) for _, facts in files for name in facts.line_names} if rules.shows_line_names else ()
    return SearchPlan(
        folders=folders,
        looks=_looks(folders, everywhere, beside, rules),
        precompiled=rules.precompiled + rules.forced_precompiled,
        tested=frozenset().union(*(facts.asked.tested for _, facts in files)),
        unit=tuple(path for path, _ in files),
        once=any(facts.once for _, facts in files),
        same_by_time=rules.same_by_time,
        shown=tuple(sorted(os.path.join(cwd, name) for name in shown)),
        has_computed=has_computed,
    )


class _Names:
    """Base names by folder part, put together from those of several files."""

    def __init__(self, names: ByPart = ()) -> None:
        self.found: defaultdict[str, set[str]] = defaultdict(set)
        self.add(names)

    def add(self, names: Iterable[tuple[str, Iterable[str]]]) -> None:
        for part, bases in names:
            self.found[part].update(bases)

    def with_suffixes(self, suffixes: tuple[str, ...]) -> _ByPart:
        """The same with names beside each that have a suffix more."""
        return {
            part: frozenset(bases).union(*([base + suffix for base in bases] for suffix in suffixes))
            for part, bases in self.found.items()
        }


def _looks(
    folders: Iterable[str], everywhere: _Names, beside: Mapping[str, _Names], rules: SearchRules
) -> tuple[tuple[str, _ByPart], ...]:
    if rules.beside_every_includer:
        together = _Names()
        for names in beside.values():
            together.add(names.found.items())
        beside = dict.fromkeys(beside, together)
    in_search = everywhere.with_suffixes(rules.precompiled)
    # Names of one object are made once.
    made = {id(names): names.with_suffixes(rules.precompiled) for names in beside.values()}
    looks = [(folder, in_search) for folder in folders]
    looks += [(folder, made[id(names)]) for folder, names in beside.items() if names.found]
    return tuple(looks)


def _tails(paths: Sequence[str], folders: Iterable[str]) -> set[str]:
    """For each path below a folder, the rest of it: the names under which it can have been found there."""
    heads = {os.path.join(os.path.normcase(folder), "") for folder in folders}
    # On Windows a list of includes has the slashes and the case of the names that led to each.
    same = [(path, os.path.normcase(path)) for path in paths]
    return {path[len(head) :].lstrip(_SEPARATORS) for path, name in same for head in heads if name.startswith(head)}
