"""What was and was not found on the way to the headers.

Which header a compiler takes depends on every folder it looks into before. The order of that search is not emulated:
for every name that a source includes or tests, the search plan says in which of the search folders and of the
includers' folders it is looked for; ``search_state`` says where it exists.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from clcache_launcher.compilers.search_rules import SearchRules
from clcache_launcher.core.sources.facts import Facts

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
    has_computed = any(facts.computed_include for _, facts in files)
    if has_computed:
        # What a macro named was included: its name is the tail of an include's path, which may be without links.
        paths = [path for path, _ in files]
        real = map(os.path.realpath, search_folders)
        computed = _tails(paths, [*search_folders, *real, *map(os.path.dirname, paths)])
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
    base_names = frozenset(re.split(r"[/\\]", name)[-1] for name in tested)
    folders = tuple(dict.fromkeys(search_folders))
    shown = {os.fsdecode(name) for _, facts in files for name in facts.line_names} if rules.shows_line_names else ()
    return SearchPlan(
        folders=folders,
        looks=_looks(folders, everywhere, quoted, rules.precompiled),
        precompiled=rules.precompiled + rules.forced_precompiled,
        tested=base_names,
        unit=tuple(path for path, _ in files),
        once=any(facts.once for _, facts in files),
        same_by_time=rules.same_by_time,
        shown=tuple(sorted(os.path.join(cwd, name) for name in shown)),
        has_computed=has_computed,
    )


def _looks(
    folders: Iterable[str], everywhere: set[str], quoted: Mapping[str, set[str]], precompiled: tuple[str, ...]
) -> tuple[tuple[str, _ByPart], ...]:
    grouped: dict[frozenset[str], _ByPart] = {}

    def group(names: set[str]) -> _ByPart:
        key = frozenset(names)
        if key not in grouped:
            grouped[key] = _by_folder_part(name + suffix for name in key for suffix in ("", *precompiled))
        return grouped[key]

    looks = [(folder, group(everywhere)) for folder in folders]
    looks += [(folder, group(beside)) for folder, beside in quoted.items() if beside]
    return tuple(looks)


def _tails(paths: Sequence[str], folders: Iterable[str]) -> set[str]:
    """For each path below a folder, the rest of it: the names under which it can have been found there."""
    heads = {os.path.join(os.path.normcase(folder), "") for folder in folders}
    # On Windows a list of includes has the slashes and the case of the names that led to each.
    same = [(path, os.path.normcase(path)) for path in paths]
    return {path[len(head) :].lstrip(_SEPARATORS) for path, name in same for head in heads if name.startswith(head)}


def _by_folder_part(names: Iterable[str]) -> _ByPart:
    grouped: dict[str, set[str]] = {}
    for name in names:
        part, slash, base = name.replace("\\", "/").rpartition("/")
        grouped.setdefault(part or slash, set()).add(base)
    return {part: frozenset(basenames) for part, basenames in grouped.items()}
