"""Names in folders, remembered by the folder's signature."""

import os
from dataclasses import dataclass

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
    is_file: bool
    """It is no folder but a file, such as a header map."""
    is_settled: bool
    """A later change will show in the signature."""


_ABSENT = Listing(None, frozenset(), frozenset(), is_file=False, is_settled=True)


class FolderNames:
    """What names there are; a folder is read again only when its signature has changed."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[str, Listing] = {}

    def listing(self, folder: str) -> Listing:
        """The names in a folder now."""
        known = self._known.get(folder)
        if known is not None and known.signature == folder_signature(folder):
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
    settled = True
    try:
        status = os.stat(folder)
        with os.scandir(folder) as found:
            for item in found:
                if item.is_dir():
                    folders.append(item.name)
                elif not item.is_symlink() or os.path.exists(item.path):
                    files.append(item.name)
                else:
                    # What a dangling link leads to can appear without a trace in this folder.
                    settled = False
        signature = signature_of(os.stat(folder))
    except OSError:
        if os.path.isfile(folder):
            return Listing(folder_signature(folder), frozenset(), frozenset(), is_file=True, is_settled=False)
        return _ABSENT
    settled = settled and signature == signature_of(status) and not is_younger(signature.ctime_ns, before_ns)
    return Listing(signature, frozenset(files), frozenset(folders), is_file=False, is_settled=settled)
