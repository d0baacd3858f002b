"""Paths by which it shows that a compiler is not what it was any more."""

import os
import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.util.file_records import Kind, Records, file_record, hold
from clcache_launcher.util.files import Signature, file_clock_ns, folder_signature, is_younger, signature_of
from clcache_launcher.util.status import file_status, link_status

__all__ = ["Lookup", "Watch", "Watches", "links_on_the_way", "look", "watch"]

_MOST_LINKS: Final = 64
"""More than any system follows."""
# Configuration files, lists of sanitizers, marks of an installation of gcc, parts of cl.
_CHOSEN_BY: Final = re.compile(r".*\.(?:cfg|txt|dll|exe)|crtbegin\.o|libgcc\.a|_mingw\.h", re.IGNORECASE)
_MOST_LOOKED: Final = 5_000
_MOST_HELD: Final = 1_000


class Lookup(Struct, frozen=True):
    """Names that are looked for in folders: a program on ``PATH``, a shared library."""

    folders: tuple[str, ...]
    """Existing ones; where one was missing, the last folder on the way to it."""
    candidates: tuple[str, ...]
    """Each name in each of the folders that are looked into."""
    found: tuple[str, ...]
    """The candidates that exist."""


class Watch(Struct, frozen=True):
    """Nothing that a compiler depends on has changed while all of this holds."""

    links: tuple[tuple[str, Signature | None], ...]
    """Symbolic links on the way to the compiler: it looks for its parts beside what they lead to."""
    paths: tuple[tuple[str, Signature | None], ...]
    """Programs, libraries, configuration files; ``None`` where there is nothing."""
    folders: tuple[tuple[str, str], ...]
    """Folders in which the compiler chose, with the names that its choice may depend on."""
    lookup: Lookup


class Watches:
    """Says whether watches hold; a lookup is repeated only after one of its folders has changed."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._listed: dict[str, tuple[tuple[int, ...] | None, str]] = {}
        self._looked: dict[Lookup, tuple[tuple[int, ...] | None, ...]] = {}
        self._held: dict[int, tuple[Watch, Records]] = {}
        """By a watch's identity: to hash one takes longer than to check it."""

    def hold(self, watched: Watch) -> bool:
        """Whether nothing has changed. This is on the way of every hit: one pass over links, paths and folders."""
        known = self._held.get(id(watched))
        if known is not None and known[0] is watched and hold(known[1]):
            return True
        if not self._holds(watched):
            return False
        records = self._records(watched)
        if records is not None:
            if len(self._held) > _MOST_HELD:
                self._held.clear()
            self._held[id(watched)] = watched, records
        return True

    def rests_on(self, watched: Watch) -> Records | None:
        """The records under which a watch holds, where it was last found to."""
        known = self._held.get(id(watched))
        return known[1] if known is not None and known[0] is watched else None

    def _records(self, watched: Watch) -> Records | None:
        """By what a watch was just found to hold, or ``None`` where a folder does not stand still."""
        looked = self._looked.get(watched.lookup)
        if looked is None:
            return None
        seen: list[tuple[str, Signature | None]] = [*watched.paths]
        for folder, names in watched.folders:
            state, listed = self._listed.get(folder, (None, None))
            if listed != names:
                return None
            seen.append((folder, Signature(*state) if state else None))
        seen += (
            (folder, Signature(*state) if state else None)
            for folder, state in zip(watched.lookup.folders, looked, strict=True)
        )
        links = (file_record(link, signature, Kind.LINK) for link, signature in watched.links)
        return Records(dict.fromkeys((*links, *(file_record(path, signature) for path, signature in seen))))

    def _holds(self, watched: Watch) -> bool:
        if not _lead_there(watched.links):
            return False
        for path, signature in watched.paths:
            try:
                s = file_status(path)
            except OSError:
                if signature is not None:
                    return False
                continue
            if signature != (s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_dev):
                return False
        now = _signatures(folder for folder, _ in watched.folders)
        for (folder, names), state in zip(watched.folders, now, strict=True):
            if self._listed.get(folder) != (state, names) and not self._lists_the_same(folder, names):
                return False
        lookup = watched.lookup
        return self._looked.get(lookup) == _signatures(lookup.folders) or self._finds_the_same(lookup)

    def _lists_the_same(self, folder: str, names: str) -> bool:
        before_ns = file_clock_ns()
        (signature,) = _signatures([folder])
        listed = _names(folder)
        if not (signature and is_younger(signature[2], before_ns)):
            self._listed[folder] = (signature, listed)
        return listed == names

    def _finds_the_same(self, lookup: Lookup) -> bool:
        before_ns = file_clock_ns()
        signatures = _signatures(lookup.folders)
        if tuple(filter(os.path.lexists, lookup.candidates)) != lookup.found:
            return False
        if not any(signature and is_younger(signature[2], before_ns) for signature in signatures):
            if len(self._looked) > _MOST_LOOKED:
                self._looked.clear()
            self._looked[lookup] = signatures
        return True


def _lead_there(links: Iterable[tuple[str, Signature | None]]) -> bool:
    """Whether each link is the one that it was."""
    return all(_link_signature(link) == signature for link, signature in links)


def _signatures(folders: Iterable[str]) -> tuple[tuple[int, ...] | None, ...]:
    found: list[tuple[int, ...] | None] = []
    for folder in folders:
        try:
            s = file_status(folder)
        except OSError:
            found.append(None)
        else:
            found.append((s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino, s.st_dev))
    return tuple(found)


def look(*looks: tuple[Iterable[str], Iterable[str]]) -> Lookup:
    """Look for names in folders, for each pair of them; every candidate counts, whichever the compiler would take."""
    pairs = [(list(dict.fromkeys(folders)), list(dict.fromkeys(names))) for folders, names in looks]
    candidates = tuple(
        dict.fromkeys(os.path.join(folder, name) for folders, names in pairs for name in names for folder in folders)
    )
    existing = dict.fromkeys(_last_existing(folder) for folders, names in pairs if names for folder in folders)
    return Lookup(tuple(existing), candidates, tuple(filter(os.path.lexists, candidates)))


def watch(
    paths: Iterable[str], folders: Iterable[str], links: Iterable[str], lookup: Lookup, since_ns: int
) -> tuple[Watch, bool]:
    """Watch what a compiler depends on.

    Args:
        paths: Files that matter by their content or their absence.
        folders: Folders that matter by the folders, links and some files in them; they need not exist.
        links: Symbolic links that matter by where they lead.
        lookup: Its finds are watched too: one that can't be run now may be run later.
        since_ns: The file clock before anything was read.

    Returns:
        The watch, and whether nothing of it may have changed since then; if it may, the watch will never hold.
    """
    places = dict.fromkeys(map(_last_existing, folders))
    watched = Watch(
        links=tuple((link, _link_signature(link)) for link in dict.fromkeys(links)),
        paths=tuple((path, folder_signature(path)) for path in dict.fromkeys((*paths, *lookup.found))),
        folders=tuple((place, _names(place)) for place in places),
        lookup=lookup,
    )
    stamps_ns = [signature.ctime_ns for _, signature in (*watched.links, *watched.paths) if signature]
    stamps_ns += [stamp_ns for place in places for stamp_ns in _young_names(place, since_ns)]
    if any(is_younger(stamp_ns, since_ns) for stamp_ns in stamps_ns):
        return replace(watched, paths=((os.sep, None),)), False
    return watched, True


def _names(folder: str) -> str:
    """Names of folders and links, and of the files that compilers choose by; nothing else in it matters."""
    return "\0".join(sorted(_stamps(folder)))


def _young_names(folder: str, since_ns: int) -> Iterable[int]:
    signature = folder_signature(folder)
    return _stamps(folder).values() if signature and is_younger(signature.ctime_ns, since_ns) else ()


def _stamps(folder: str) -> dict[str, int]:
    try:
        with os.scandir(folder) as found:
            return {
                item.name: link_status(item.path).st_ctime_ns
                for item in found
                if not item.is_file(follow_symlinks=False) or _CHOSEN_BY.fullmatch(item.name)
            }
    except OSError:
        return {}


def links_on_the_way(path: str) -> list[str]:
    """The symbolic links that an absolute path leads through, folders too."""
    links: list[str] = []
    place, pending = _parts(path)
    while pending and len(links) < _MOST_LINKS:
        place = os.path.normpath(os.path.join(place, pending.pop()))
        try:
            target = os.readlink(place)
        except OSError:
            continue
        links.append(place)
        top, names = _parts(target)
        pending += names
        place = top if os.path.isabs(target) else os.path.dirname(place)
    return links


def _parts(path: str) -> tuple[str, list[str]]:
    """The folder at the top of an absolute path, and the names below it, the last one first."""
    drive, rest = os.path.splitdrive(path)
    return drive + os.sep, rest.replace(os.altsep or os.sep, os.sep).split(os.sep)[::-1]


def _last_existing(path: str) -> str:
    """The path, or the last on the way to it that exists; a link that leads to nothing may come to lead somewhere."""
    while not os.path.lexists(path) and os.path.dirname(path) != path:
        path = os.path.dirname(path)
    # Without links "a/../b" is "b", and need not be asked for twice.
    return path if ".." not in path or links_on_the_way(path) else os.path.normpath(path)


def _link_signature(path: str) -> Signature | None:
    try:
        return signature_of(link_status(path))
    except OSError:
        return None
