"""Where the names of a search plan exist, and what else of the files there reaches an output.

Any change of it is a miss, whether a header appeared or went away, a link was turned or a folder replaced. Compilers
write the paths of system headers without links, and drop a search folder that is another one under a second name.
"""

import os
from collections.abc import Iterable, Mapping

from blake3 import blake3
from msgspec import Struct

from clcache_launcher.core.inputs.clock import Moment
from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.inputs.folders import FolderNames, Listing
from clcache_launcher.core.inputs.search import SearchPlan
from clcache_launcher.core.trees.roots import NO_ROOTS, Roots
from clcache_launcher.util.files import (
    DIGEST_BYTES,
    Signature,
    file_clock_ns,
    is_younger,
    signature_of,
)
from clcache_launcher.util.signatures import MISSING, Seen, take_signatures
from clcache_launcher.util.status import file_status

__all__ = ["SearchState", "search_state"]

_SECOND_NS = 10**9


class SearchState(Struct, frozen=True):
    """Where the names of a plan exist."""

    digest: bytes
    wanted: Mapping[str, frozenset[str]]
    """The names looked for, by folder."""
    found: Mapping[str, frozenset[str]]
    """Those that exist, by folder."""
    listings: Mapping[str, Listing]
    """Every folder that was read."""
    signatures: tuple[tuple[str, Signature | None], ...]
    """What was read: while these folders, links and files hold, so does the digest. Empty when that is not certain."""
    moment: Moment | None = None
    parts: frozenset[str] = frozenset()
    """The first folder in each name with folders that is looked for."""

    def names(self) -> frozenset[str]:
        """All that is looked for in any folder: what else comes and goes there does not matter."""
        return self.parts.union(*self.wanted.values())

    def header_map(self) -> str | None:
        """A search folder that is a file: what it leads to is not known."""
        return next((folder for folder, listing in self.listings.items() if listing.is_file), None)

    def precompiled_headers(self, plan: SearchPlan) -> list[str]:
        """Precompiled headers that the compiler may have taken in place of a header."""
        taken = _precompiled(self.found, plan)
        if plan.has_computed and plan.precompiled:
            # One that was taken by a name that a macro gives is in no list.
            for folder, listing in self.listings.items():
                names = (*listing.files, *listing.folders)
                taken += [os.path.join(folder, name) for name in names if name.endswith(plan.precompiled)]
        return taken


def search_state(
    plan: SearchPlan,
    folders: FolderNames,
    digests: FileDigests,
    moment: Moment | None = None,
    roots: Roots = NO_ROOTS,
) -> SearchState:
    """Where the names of a plan exist now.

    Args:
        plan: What is looked for where.
        folders: The names in folders.
        digests: The contents of files.
        moment: What of the clock reaches an output, if anything.
        roots: The digest does not depend on where they are.
    """
    listings: dict[str, Listing] = {}
    wanted: dict[str, frozenset[str]] = {}

    def listing(folder: str) -> Listing:
        if folder not in listings:
            listings[folder] = folders.listing(folder)
        return listings[folder]

    first_of = {part: _first_folder(part) for part in frozenset[str]().union(*(by_part for _, by_part in plan.looks))}
    for folder, by_part in plan.looks:
        below = listing(folder)
        for part, names in by_part.items():
            if not _may_lead_on(below, first_of[part]):
                continue
            place = os.path.join(folder, part) if part else folder
            listing(place)
            wanted[place] = wanted[place] | names if place in wanted else names
    for path in plan.made:
        folder, name = os.path.split(path)
        if folder in wanted:
            wanted[folder] = wanted[folder] - {name}
    found = {place: names for place in wanted if (names := listings[place].found(wanted[place], plan.precompiled))}
    search_folders = [listing(folder) for folder in plan.folders]
    parts = [*_places(found, listings), *_kinds(search_folders, plan), *_broken(wanted, listings)]
    files = _Files(digests)
    parts += _same_files(plan, found, files)
    parts += [f"cut\0{path}" for path in plan.cut]
    parts += _shortened(plan, found, listings, first_of)
    parts += [f"shown\0{path}\0{files.content(path)}" for path in plan.shown]
    parts += [f"stamp\0{path}\0{files.time_s(path)}" for path in plan.stamped]
    parts += [f"precompiled\0{path}\0{files.content(path)}" for path in _precompiled(found, plan)]
    if moment is not None:
        parts.append(f"moment\0{moment.zone}\0{moment.day}")
        if moment.stamps:
            parts += [f"stamp\0{path}\0{files.time_s(path)}" for path in plan.unit]
        files.note(moment.file)
    text = "\n".join(["search 5", *sorted(roots.inward_parts(parts))])
    digest = blake3(text.encode("utf-8", "surrogateescape")).digest(DIGEST_BYTES)
    signatures = _signatures(listings, wanted, files)
    return SearchState(digest, wanted, found, listings, signatures, moment, frozenset(first_of.values()))


def _first_folder(part: str) -> str:
    """The first folder in the folder part of a name; a name with a drive leads there from any folder."""
    return "" if os.path.splitdrive(part)[0] else part.partition("/")[0]


def _may_lead_on(listing: Listing, first: str) -> bool:
    """Whether a folder has the first folder of a name's folder part, if that names one."""
    return not first or first in (".", "..") or listing.may_have_folder(first)


def _precompiled(found: Mapping[str, frozenset[str]], plan: SearchPlan) -> list[str]:
    """Files, and folders, among those found that stand for a precompiled header."""
    if not plan.precompiled:
        return []
    return [
        os.path.join(folder, name)
        for folder, names in sorted(found.items())
        for name in sorted(names)
        if name.endswith(plan.precompiled)
    ]


def _places(found: Mapping[str, frozenset[str]], listings: Mapping[str, Listing]) -> Iterable[str]:
    for place, names in sorted(found.items()):
        listing = listings[place]
        links = sorted((name, link.path) for name, link in listing.links_among(names).items())
        yield "\0".join(("place", place, listing.path, *sorted(names), *(part for link in links for part in link)))


def _shortened(
    plan: SearchPlan,
    found: Mapping[str, frozenset[str]],
    listings: Mapping[str, Listing],
    first_of: Mapping[str, str],
) -> Iterable[str]:
    """Where the path of a system header is written without links, for that is shorter: by how much where that counts.

    It counts where a header names another by ``..``, whose path is shorter then by more than the links.
    """
    looks = dict(reversed(plan.looks)) if plan.system else {}
    is_exact = any(".." in part.split("/") for by_part in looks.values() for part in by_part)
    for folder, written in plan.system:
        for part in ("", *looks.get(folder, ())):
            if part and folder in listings and not _may_lead_on(listings[folder], first_of[part]):
                continue
            place = os.path.join(folder, part) if part else folder
            if place not in listings or (part and place not in found):
                continue
            before = written + (len(part) + 1 if part else 0)
            linked = listings[place].links_among(found.get(place, ()))
            saved = [("", before - len(listings[place].path) - 1)]
            saved += [(name, before + len(name) - len(link.path)) for name, link in sorted(linked.items())]
            for name, less in saved:
                if less > 0 or (is_exact and less):
                    yield f"shorter\0{place}\0{name}\0{less if is_exact else ''}"


def _kinds(folders: Iterable[Listing], plan: SearchPlan) -> Iterable[str]:
    """Which of the search folders are one, which can't be listed and, where that is told, which are missing."""
    numbers: dict[tuple[int, int], int] = {}
    for at, listing in enumerate(folders):
        if listing.is_file:
            yield f"header map\0{at}"
        elif listing.signature is None:
            if plan.tells_missing:
                yield f"missing\0{at}"
        elif listing.signature.size < 0:
            yield f"broken folder\0{at}\0{listing.signature.size}"
        else:
            first = numbers.setdefault((listing.signature.device, listing.signature.file), at)
            if first != at:
                yield f"same\0{at}\0{first}"


def _broken(wanted: Mapping[str, frozenset[str]], listings: Mapping[str, Listing]) -> Iterable[str]:
    """Names and places that lead nowhere, by a link in a circle, at which gcc gives up."""
    for place, names in sorted(wanted.items()):
        signature = listings[place].signature
        if signature is not None and signature.size < 0:
            yield f"broken place\0{place}\0{signature.size}"
        for name, link in sorted(listings[place].links_among(names).items()):
            if link.signature is not None and link.signature.size < 0:
                yield f"broken link\0{place}\0{name}\0{link.signature.size}"


class _Files:
    """Files of which more is asked than whether they are there, with what they were known by."""

    def __init__(self, digests: FileDigests) -> None:
        self._digests = digests
        self._clock_ns = file_clock_ns()
        self.signatures: dict[str, Signature | None] = {}
        self.is_settled = True

    def note(self, path: str) -> Signature | None:
        if path and path not in self.signatures:
            try:
                signature: Signature | None = signature_of(file_status(path))
            except OSError:
                signature = None
            self.signatures[path] = signature
            if signature is not None and is_younger(signature.ctime_ns, self._clock_ns):
                self.is_settled = False
        return self.signatures.get(path)

    def time_s(self, path: str) -> int | None:
        signature = self.note(path)
        return signature.mtime_ns // _SECOND_NS if signature else None

    def content(self, path: str) -> str:
        self.note(path)
        return (self._digests.digest(path) or b"").hex()

    def seen(self, paths: Iterable[str]) -> dict[str, Seen | None]:
        """The signatures of files whose contents were just asked for."""
        return {path: self._digests.signature(path) for path in paths}


def _same_files(plan: SearchPlan, found: Mapping[str, frozenset[str]], files: _Files) -> Iterable[str]:
    """Which of the files that may be read a compiler takes for one, though they have two names."""
    signatures = files.seen(plan.unit)
    heads = ((os.path.join(place, ""), names) for place, names in found.items())
    others = list({path for head, names in heads for name in names if (path := head + name) not in signatures})
    signatures.update(zip(others, take_signatures(others), strict=True))
    known = [(path, seen) for path, seen in signatures.items() if seen is not None and seen[0] != MISSING]
    if not plan.same_by_time:
        # Which file a name leads to does not change without a change of its folder or of a link there.
        yield from _groups((path, seen[3:]) for path, seen in known)
    elif plan.once:
        alike = _together((seen[0], path) for path, seen in known if seen[0])
        for equal in _together((files.content(path), path) for paths in alike for path in paths):
            yield from _groups((path, files.time_s(path)) for path in equal)


def _together(keyed: Iterable[tuple[object, str]]) -> list[list[str]]:
    """The paths that share a key with another; no path is there twice."""
    firsts: dict[object, str] = {}
    groups: dict[object, list[str]] = {}
    for key, path in keyed:
        first = firsts.setdefault(key, path)
        if first is not path:
            groups.setdefault(key, [first]).append(path)
    return list(groups.values())


def _groups(identities: Iterable[tuple[str, object]]) -> Iterable[str]:
    for paths in _together((identity, path) for path, identity in identities):
        yield "\0".join(("one file", *sorted(paths)))


def _signatures(
    listings: Mapping[str, Listing], wanted: Mapping[str, frozenset[str]], files: _Files
) -> tuple[tuple[str, Signature | None], ...]:
    if not files.is_settled or not all(listing.is_settled for listing in listings.values()):
        return ()
    folders = [(folder, listing.signature) for folder, listing in listings.items()]
    links = [
        (os.path.join(folder, name), link.signature)
        for folder, names in wanted.items()
        for name, link in listings[folder].links_among(names).items()
    ]
    return (*folders, *links, *files.signatures.items())
