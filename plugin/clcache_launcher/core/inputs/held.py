"""By which files and folders entries were last found to hold: they hold as long as all of these are what they were."""

from array import array
from bisect import bisect_left
from collections.abc import Hashable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.inputs.folders import FolderNames
from clcache_launcher.core.inputs.search_state import SearchState
from clcache_launcher.model import Digest
from clcache_launcher.util.file_records import Records, file_record, hold, split_record
from clcache_launcher.util.files import Signature

__all__ = ["HeldEntries"]

_Key = TypeVar("_Key", bound=Hashable)
_MOST_RECORDS: Final = 200_000
_MOST_TUPLES: Final = 20_000
"""Past this what is remembered is no longer shared with what comes."""
_NOTHING: Final = Records()


class _Held(Struct, frozen=True):
    """The records of one entry; entries share them, and the tuples of what many search alike."""

    searched: Records
    """Of all that its search state was read from."""
    includes: Records | None
    """With the signatures under which they have the content that the entry holds; ``None`` when one is not known."""
    beside: Records
    """Those of ``searched`` that are not among ``includes``."""
    names: "array[int] | None" = None
    """Hashes of the names that are looked for, in order; kept where a folder has changed before."""

    def asks_for(self, changed: Iterable[str]) -> bool:
        """Whether one of some names may be looked for."""
        names = self.names
        if names is None:
            return True
        return any((at := bisect_left(names, key)) < len(names) and names[at] == key for key in map(hash, changed))


class HeldEntries(Generic[_Key]):
    """The records of entries by key; safe for several threads."""

    def __init__(self, digests: FileDigests, folders: FolderNames) -> None:
        """Know nothing yet.

        Args:
            digests: Tells under which signature a file has its content.
            folders: Tells which names have changed in a folder.
        """
        self._digests, self._folders = digests, folders
        self._held: dict[_Key, _Held] = {}
        self._records: dict[str, bytes] = {}
        self._tuples: dict[tuple[bytes, ...], Records] = {}

    def holds(self, key: _Key) -> bool:
        """Whether includes and search state are certainly what they were: one pass over all files."""
        held = self._held.get(key)
        if held is None or held.includes is None or not hold(held.includes):
            return False
        return hold(held.beside) or self._other_names_changed(key, held)

    def rests_on(self, key: _Key) -> tuple[Records | None, ...]:
        """The records under which an entry holds; ``None`` among them where they are not known."""
        held = self._held.get(key)
        return (None,) if held is None else (held.includes, held.beside)

    def is_searched(self, key: _Key) -> bool:
        """Whether the search state is certainly what it was, whatever the includes are."""
        held = self._held.get(key)
        return held is not None and (hold(held.searched) or self._other_names_changed(key, held))

    def note(self, key: _Key, state: SearchState, includes: Sequence[tuple[str, Digest]]) -> None:
        """Remember that an entry was found to hold.

        Args:
            key: The entry's.
            state: Its search state.
            includes: Its include files, each of which was just found to have its digest.
        """
        if not state.signatures:
            self.forget(key)
            return
        if len(self._records) > _MOST_RECORDS or len(self._tuples) > _MOST_TUPLES:
            self._records.clear()
            self._tuples.clear()
        records = self._shared(self._record(path, signature) for path, signature in state.signatures)
        # Most entries are looked at in folders that stand still, and need not keep the names.
        names = array("q", sorted(map(hash, state.names()))) if key in self._held else None
        self._held[key] = replace(self._with_includes(records, includes), names=names)

    def note_includes(self, key: _Key, includes: Sequence[tuple[str, Digest]]) -> None:
        """Remember that the includes have their digests, perhaps under other signatures than when last noted."""
        held = self._held.get(key)
        if held is not None:
            self._held[key] = replace(self._with_includes(held.searched, includes), names=held.names)

    def forget(self, key: _Key) -> None:
        """Forget an entry."""
        self._held.pop(key, None)

    def _other_names_changed(self, key: _Key, held: _Held) -> bool:
        """Whether all that has changed are folders in which nothing came or went that is looked for."""
        if held.names is None:
            return False
        searched: list[bytes] = []
        for record in held.searched.items:
            if hold(Records((record,))):
                searched.append(record)
                continue
            path, signature = split_record(record)
            changes = self._folders.changes(path, signature) if signature is not None else None
            if changes is None or held.asks_for(changes.names):
                return False
            # A later change will not show in the signature of one that is too young.
            searched.append(self._record(path, changes.listing.signature) if changes.listing.is_settled else record)
        included = set(held.includes.items if held.includes is not None else ())
        beside = self._shared(record for record in searched if record not in included)
        self._held[key] = replace(held, searched=self._shared(searched), beside=beside)
        return True

    def _with_includes(self, searched: Records, includes: Sequence[tuple[str, Digest]]) -> _Held:
        found: list[bytes] = []
        for path, digest in includes:
            signature = self._digests.signature_of(path, digest)
            if signature is None:
                return _Held(searched, None, _NOTHING)
            found.append(self._record(path, signature))
        # A header that the search state knows by another signature stays among these, and no pass succeeds.
        included = set(found)
        beside = self._shared(record for record in searched.items if record not in included)
        return _Held(searched, Records(found), beside)

    def _record(self, path: str, signature: Signature | None) -> bytes:
        record = file_record(path, signature)
        known = self._records.get(path)
        if known == record:
            return known
        self._records[path] = record
        return record

    def _shared(self, records: Iterable[bytes]) -> Records:
        found = tuple(records)
        known = self._tuples.get(found)
        return known if known is not None else self._tuples.setdefault(found, Records(found))
