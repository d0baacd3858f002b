"""Names in folders, remembered by the folder's signature."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from stat import S_ISDIR

from clcache_launcher.util.files import Signature, file_clock_ns, folder_signature, is_younger, signature_of

__all__ = ["FolderNames", "Listing"]


@dataclass(frozen=True, slots=True)
class Listing:
    """The names in a folder at one moment."""

    signature: Signature | None
    """``None`` when there is no such folder."""
    files: frozenset[str]
    """Names of what is no folder; a symbolic link counts as what it leads to, and not at all when that is missing."""
    folders: frozenset[str]
    links: Mapping[str, Signature | None]
    """Symbolic links with the signature of what each leads to: that comes and goes without a trace in this folder."""
    is_file: bool
    """It can't be listed though files may be found in it: a header map, or a folder that only lets one pass."""
    is_settled: bool
    """A later change will show in the signature."""

    def may_have_folder(self, name: str) -> bool:
        """Whether there is a folder of that name, or a link that can come to lead to one."""
        return name in self.folders or name in self.links

    def holds(self, folder: str) -> bool:
        """Whether these are the names now."""
        return self.signature == folder_signature(folder) and all(
            signature == folder_signature(os.path.join(folder, name)) for name, signature in self.links.items()
        )


_ABSENT = Listing(None, frozenset(), frozenset(), {}, is_file=False, is_settled=True)


class FolderNames:
    """What names there are; a folder is read again only when its signature has changed."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[str, Listing] = {}

    def listing(self, folder: str) -> Listing:
        """The names in a folder now."""
        known = self._known.get(folder)
        if known is not None and known.holds(folder):
            return known
        listing = _read(folder)
        if listing.is_settled:
            self._known[folder] = listing
        else:
            self._known.pop(folder, None)
        return listing


def _read(folder: str) -> Listing:
    before_ns = file_clock_ns()
    files: list[str] = []
    folders: list[str] = []
    links: dict[str, Signature | None] = {}
    try:
        status = os.stat(folder)
        with os.scandir(folder) as found:
            for item in found:
                if item.is_symlink():
                    target = _target(item.path)
                    links[item.name] = signature_of(target) if target else None
                    if target:
                        (folders if S_ISDIR(target.st_mode) else files).append(item.name)
                else:
                    (folders if item.is_dir() else files).append(item.name)
        signature = signature_of(os.stat(folder))
    except OSError:
        if os.path.isfile(folder) or os.access(folder, os.X_OK):
            return Listing(folder_signature(folder), frozenset(), frozenset(), {}, is_file=True, is_settled=False)
        return _ABSENT
    settled = signature == signature_of(status) and not is_younger(signature.ctime_ns, before_ns)
    return Listing(signature, frozenset(files), frozenset(folders), links, is_file=False, is_settled=settled)


def _target(link: str) -> os.stat_result | None:
    try:
        return os.stat(link)
    except OSError:
        return None
