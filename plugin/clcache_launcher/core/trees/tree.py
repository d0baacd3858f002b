"""Which roots an invocation has: those of the settings, the compiler's own, and how its command line spells them."""

import os
from collections.abc import Iterable, Sequence
from typing import Final

from clcache_launcher.config.settings import Settings
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.trees.roots import NO_ROOTS, NamedRoot, Roots
from clcache_launcher.util.status import file_status

__all__ = ["Trees", "named_roots"]

_MOST_SPELLINGS: Final = 8
_MOST_KNOWN: Final = 1000
_BETWEEN: Final = ("", "")


def named_roots(settings: Settings) -> list[NamedRoot]:
    """The roots that settings name; each ``basedir`` has its number for a name."""
    numbered = ((f"basedir{number}", folder) for number, folder in enumerate(settings.basedir))
    return [(name, str(folder)) for name, folder in (*settings.roots, *numbered)]


class Trees:
    """The roots of invocations; equal ones are one object, for a build's many commands have the same."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[tuple[NamedRoot, ...], Roots] = {}

    def roots_of(self, settings: Settings, units: Sequence[Prepared]) -> Roots:
        """The roots of an invocation; those of its compiler only beside others."""
        named = named_roots(settings)
        if not named:
            return NO_ROOTS
        named += dict.fromkeys(root for unit in units for root in unit.toolchain.installation)
        roots = self._find(named, [])
        spelled = _spellings(named, roots, dict.fromkeys(path for unit in units for path in _paths(unit)))
        return self._find(named, spelled) if spelled else roots

    def _find(self, named: Sequence[NamedRoot], spelled: Sequence[NamedRoot]) -> Roots:
        key = (*named, _BETWEEN, *spelled)
        known = self._known.get(key)
        if known is None or not known.is_current:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[key] = Roots(named, spelled)
        return known


def _paths(unit: Prepared) -> Iterable[str]:
    """Every path by which an invocation names something."""
    compilation = unit.compilation
    yield unit.invocation.cwd
    yield from (compilation.source, *compilation.key_paths, *compilation.search_folders)
    yield from (*compilation.force_includes, *compilation.input_files)
    for value in unit.environment.values():
        yield from value.split(os.pathsep)


def _spellings(named: Sequence[NamedRoot], roots: Roots, paths: Iterable[str]) -> list[NamedRoot]:
    """Texts that lead to a root's folder by another way than its own: capitals, doubled slashes, links."""
    folders: dict[tuple[int, int], str] = {}
    for name, folder in named:
        identity = _identity(folder)
        if identity is not None:
            folders.setdefault(identity, name)
    found: dict[str, str] = {}
    for path in paths:
        if not os.path.isabs(path) or roots.is_below(path):
            continue
        for prefix in _prefixes(path):
            identity = _identity(prefix)
            if identity is None:
                break
            if identity in folders:
                found.setdefault(prefix, folders[identity])
                break
    return [(name, prefix) for prefix, name in found.items()][:_MOST_SPELLINGS]


def _prefixes(path: str) -> Iterable[str]:
    """Each folder on the way to a path, as it is written, the top one first."""
    for at in range(1, len(path)):
        if path[at] in "/\\" and path[at - 1] not in "/\\":
            yield path[:at]
    yield path


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = file_status(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
