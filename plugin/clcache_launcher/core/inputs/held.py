"""By which files and folders entries were last found to hold: they hold as long as all of these are what they were."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.model import Digest
from clcache_launcher.util.file_records import file_record, hold
from clcache_launcher.util.files import Signature

__all__ = ["HeldEntries"]

_Key = TypeVar("_Key", bound=Hashable)
_MOST_RECORDS: Final = 200_000
_MOST_TUPLES: Final = 20_000
"""Past this what is remembered is no longer shared with what comes."""


@dataclass(frozen=True, slots=True)
class _Held:
    """The records of one entry; entries share them, and the tuples of what many search alike."""

    searched: tuple[bytes, ...]
    """Of all that its search state was read from."""
    includes: tuple[bytes, ...]
    """With the signatures under which they have the content that the entry holds; empty when one is not known."""
    beside: tuple[bytes, ...]
    """Those of ``searched`` that are not among ``includes``."""


class HeldEntries(Generic[_Key]):
    """The records of entries by key; safe for several threads."""

    def __init__(self, digests: FileDigests) -> None:
        """Know nothing yet; ``digests`` tells under which signature a file has its content."""
        self._digests = digests
        self._held: dict[_Key, _Held] = {}
        self._records: dict[str, bytes] = {}
        self._tuples: dict[tuple[bytes, ...], tuple[bytes, ...]] = {}

    def holds(self, key: _Key) -> bool:
        """Whether includes and search state are certainly what they were: one pass over all files."""
        held = self._held.get(key)
        return held is not None and bool(held.includes) and hold(held.includes) and hold(held.beside)

    def is_searched(self, key: _Key) -> bool:
        """Whether the search state is certainly what it was, whatever the includes are."""
        held = self._held.get(key)
        return held is not None and hold(held.searched)

    def note(
        self, key: _Key, searched: Sequence[tuple[str, Signature | None]], includes: Sequence[tuple[str, Digest]]
    ) -> None:
        """Remember that an entry was found to hold.

        Args:
            key: The entry's.
            searched: What its search state was read from; nothing when that does not stand still.
            includes: Its include files, each of which was just found to have its digest.
        """
        if not searched:
            self.forget(key)
            return
        if len(self._records) > _MOST_RECORDS or len(self._tuples) > _MOST_TUPLES:
            self._records.clear()
            self._tuples.clear()
        records = self._shared(self._record(path, signature) for path, signature in searched)
        self._held[key] = self._with_includes(records, includes)

    def note_includes(self, key: _Key, includes: Sequence[tuple[str, Digest]]) -> None:
        """Remember that the includes have their digests, perhaps under other signatures than when last noted."""
        held = self._held.get(key)
        if held is not None:
            self._held[key] = self._with_includes(held.searched, includes)

    def forget(self, key: _Key) -> None:
        """Forget an entry."""
        self._held.pop(key, None)

    def _with_includes(self, searched: tuple[bytes, ...], includes: Sequence[tuple[str, Digest]]) -> _Held:
        found: list[bytes] = []
        for path, digest in includes:
            signature = self._digests.signature_of(path, digest)
            if signature is None:
                return _Held(searched, (), ())
            found.append(self._record(path, signature))
        # A header that the search state knows by another signature stays among these, and no pass succeeds.
        included = set(found)
        beside = self._shared(record for record in searched if record not in included) if found else ()
        return _Held(searched, tuple(found), beside)

    def _record(self, path: str, signature: Signature | None) -> bytes:
        record = file_record(path, signature)
        known = self._records.get(path)
        if known == record:
            return known
        self._records[path] = record
        return record

    def _shared(self, records: Iterable[bytes]) -> tuple[bytes, ...]:
        found = tuple(records)
        return self._tuples.setdefault(found, found)
