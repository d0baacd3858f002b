"""Names in folders, remembered by the folder's signature."""

import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from stat import S_ISDIR
from typing import Final

from msgspec import Struct, field

from clcache_launcher.util.file_records import Records, file_record, hold
from clcache_launcher.util.files import Signature, file_clock_ns, folder_signature, is_younger, signature_of
from clcache_launcher.util.status import file_status

__all__ = ["Changes", "FolderNames", "Link", "Listing"]

_MOST_STATES: Final = 500
"""Of a folder that are told apart; in a build folder each object makes one."""


class Link(Struct, frozen=True):
    """What a symbolic link leads to: that comes and goes without a trace in the link's folder."""

    signature: Signature | None
    path: str
    """Without links."""


class Listing(Struct, frozen=True):
    """The names in a folder at one moment."""

    signature: Signature | None
    """``None`` when there is no such folder; see ``folder_signature`` for one that can't be looked at."""
    files: frozenset[str]
    """Names of what is no folder; a symbolic link counts as what it leads to, and not at all when that is missing."""
    folders: frozenset[str]
    links: Mapping[str, Link]
    path: str
    """The folder's, without links."""
    is_file: bool
    """It can't be listed though files may be found in it: a header map, or a folder that only lets one pass."""
    is_settled: bool
    """A later change will show in the signature."""
    ignores_case: bool = False
    """A name finds a file that is spelled in other case; all names here are in folded case then."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    """The file number of each name itself; none on Windows."""

    def may_have_folder(self, name: str) -> bool:
        """Whether there is a folder of that name, or a link that can come to lead to one."""
        name = self._spelled(name)
        return name in self.folders or name in self.links

    def found(self, names: Iterable[str], precompiled: tuple[str, ...] = ()) -> frozenset[str]:
        """Which of some names lead to a file here, or to a folder where the name ends in one of some suffixes."""
        if not self.files and not self.folders:
            return frozenset()
        names = names if isinstance(names, frozenset) else frozenset(names)
        if self.ignores_case:
            there = self.files | self.folders if precompiled else self.files
            return frozenset(
                name
                for name in names
                if (folded := name.casefold()) in self.files or (folded in there and name.endswith(precompiled))
            )
        found = self.files & names
        if precompiled and (folders := self.folders & names):
            found |= {name for name in folders if name.endswith(precompiled)}
        return found

    def links_among(self, names: Iterable[str]) -> dict[str, Link]:
        """The links that some names lead to."""
        if not self.links:
            return {}
        if not self.ignores_case:
            names = self.links.keys() & names
        return {name: link for name in names if (link := self.links.get(self._spelled(name)))}

    def records(self, folder: str) -> Iterable[bytes]:
        """While these hold, these are the names."""
        yield file_record(folder, self.signature)
        for name, link in self.links.items():
            yield file_record(os.path.join(folder, name), link.signature)

    def _spelled(self, name: str) -> str:
        return name.casefold() if self.ignores_case else name


class Changes(Struct, frozen=True):
    """What became of a folder since it had a signature."""

    names: frozenset[str]
    """Those that came, went, or stand for another file."""
    listing: Listing
    """The names now."""


class _History(Struct):
    """The states of one folder, each with the names that changed on the way to the next."""

    last: Listing
    states: dict[Signature, int]
    changed: list[frozenset[str]]

    def since(self, signature: Signature) -> frozenset[str] | None:
        at = self.states.get(signature)
        return None if at is None else frozenset().union(*self.changed[at:])


class FolderNames:
    """What names there are; a folder is read again only when its signature has changed."""

    def __init__(self, ignores_case: Callable[[str, Iterable[str]], bool] | None = None) -> None:
        """Know nothing yet.

        Args:
            ignores_case: From a folder and the names in it to whether the case of a name does not matter there.
        """
        self._known: dict[str, tuple[Listing, Records]] = {}
        self._histories: dict[str, _History] = {}
        self._lock = threading.Lock()
        self._ignores_case = ignores_case or _ignores_case

    def listing(self, folder: str) -> Listing:
        """The names in a folder now."""
        known = self._known.get(folder)
        if known is not None and hold(known[1]):
            return known[0]
        listing = self._read(folder)
        if listing.is_settled:
            self._known[folder] = listing, Records(listing.records(folder))
            self._note(folder, listing)
        else:
            self._known.pop(folder, None)
        return listing

    def changes(self, folder: str, since: Signature) -> Changes | None:
        """What became of a folder since it had a settled signature, or ``None`` where that is not known."""
        listing = self.listing(folder)
        with self._lock:
            history = self._histories.get(folder)
            names = history.since(since) if history is not None and _is_same_folder(history.last, listing) else None
            if history is None or names is None:
                return None
            return Changes(names | _changed(history.last, listing), listing)

    def _note(self, folder: str, listing: Listing) -> None:
        if listing.signature is None:
            return
        with self._lock:
            history = self._histories.get(folder)
            if history is None or len(history.changed) >= _MOST_STATES or not _is_same_folder(history.last, listing):
                self._histories[folder] = _History(listing, {listing.signature: 0}, [])
            elif listing.signature not in history.states:
                history.changed.append(_changed(history.last, listing))
                history.states[listing.signature] = len(history.changed)
                history.last = listing

    def _read(self, folder: str) -> Listing:
        before_ns = file_clock_ns()
        files: set[str] = set()
        folders: set[str] = set()
        links: dict[str, Link] = {}
        numbers: dict[str, int] = {}
        try:
            status = file_status(folder)
            with os.scandir(folder) as found:
                for item in found:
                    if sys.platform != "win32":  # it takes a call each there, and case is ignored
                        numbers[item.name] = item.inode()
                    if item.is_symlink():
                        target = _target(item.path)
                        signature = signature_of(target) if target else folder_signature(item.path)
                        links[item.name] = Link(signature, os.path.realpath(item.path))
                        if target:
                            (folders if S_ISDIR(target.st_mode) else files).add(item.name)
                    else:
                        (folders if item.is_dir() else files).add(item.name)
            signature = signature_of(file_status(folder))
        except OSError:
            is_file = os.path.isfile(folder) or os.access(folder, os.X_OK)
            nothing = frozenset[str]()
            return Listing(
                folder_signature(folder), nothing, nothing, {}, folder, is_file=is_file, is_settled=not is_file
            )
        settled = signature == signature_of(status) and not is_younger(signature.ctime_ns, before_ns)
        ignores_case = self._ignores_case(folder, [*files, *folders])
        if ignores_case:
            files, folders = {name.casefold() for name in files}, {name.casefold() for name in folders}
            links = {name.casefold(): link for name, link in links.items()}
        return Listing(
            signature,
            frozenset(files),
            frozenset(folders),
            links,
            os.path.realpath(folder),
            is_file=False,
            is_settled=settled,
            ignores_case=ignores_case,
            numbers=numbers,
        )


def _is_same_folder(one: Listing, other: Listing) -> bool:
    """Whether two listings differ in names at most, as far as that can be told by names."""
    if one.signature is None or other.signature is None:
        return False
    if one.signature.size < 0 or other.signature.size < 0:
        return False
    same = (one.path, one.signature.file, one.signature.device) == (
        other.path,
        other.signature.file,
        other.signature.device,
    )
    return same and all(_tells_files(listing) for listing in (one, other))


def _tells_files(listing: Listing) -> bool:
    """Whether another file under an old name shows in a listing."""
    is_numbered = len(listing.numbers) >= len(listing.files) + len(listing.folders)
    return is_numbered and not listing.is_file and not listing.ignores_case


def _changed(one: Listing, other: Listing) -> frozenset[str]:
    """The names of which two listings of a folder tell different things."""
    numbers = {name for name, _ in one.numbers.items() ^ other.numbers.items()}
    links = {name for name in one.links.keys() | other.links.keys() if one.links.get(name) != other.links.get(name)}
    return frozenset(numbers | links | (one.files ^ other.files) | (one.folders ^ other.folders))


def _ignores_case(folder: str, names: Iterable[str]) -> bool:
    """Whether a name in other case leads to the same file; two names that differ in case alone say that it does not."""
    for name in names:
        other = name.swapcase()
        if other != name and other.isascii():
            path = os.path.join(folder, name)
            try:
                return os.path.samestat(os.lstat(path), os.lstat(os.path.join(folder, other))) and other not in names
            except OSError:
                return False
    return False


def _target(link: str) -> os.stat_result | None:
    try:
        return file_status(link)
    except OSError:
        return None
