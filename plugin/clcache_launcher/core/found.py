"""Results that were found for units, with what else but the unit and its roots each was found by.

A lookup has four kinds of parts. What the unit and the roots give alone, keys above all, is the same for the same two
objects. What files give is the same while their records hold. What the index gives is the same while it names the same
results with the same seals. And whether an entry holds and artifacts are sound is asked anew each time, of those that a
lookup asks.
"""

import threading
from collections import OrderedDict
from typing import Final

from msgspec import Struct

from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.records import Result
from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.model import ManifestKey, ResultKey
from clcache_launcher.util.file_records import Records

__all__ = ["Found", "FoundBefore", "FoundResults"]

_MOST_FOUND: Final = 20_000
"""Units whose results are remembered: 1.3 KB each beside the unit and its texts (2026-11)."""
_MOST_TEXT_BYTES: Final = 32 << 20
"""Texts of all these results together."""


class Found(Struct, frozen=True):
    """A result that the compiler would make now."""

    key: ResultKey
    result: Result
    is_shared: bool = False
    """Its depfile holds tokens in the place of roots."""
    seals: tuple[tuple[ResultKey, bytes], ...] = ()
    """What ``LocalStorage.seals`` tells while the index leads to it as it did."""


class FoundBefore(Struct, frozen=True):
    """A result that was found, with what of files and index it was found by."""

    prepared: Prepared
    roots: Roots
    inputs: Records
    """Source and other files of the command line."""
    manifest: ManifestKey
    found: Found

    @property
    def text_bytes(self) -> int:
        """How long its texts are."""
        result = self.found.result
        return len(result.stdout) + len(result.stderr) + len(result.made_by)


class FoundResults:
    """What was last found for each unit; safe for several threads."""

    def __init__(self, most: int = _MOST_FOUND, most_text_bytes: int = _MOST_TEXT_BYTES) -> None:
        """Know nothing yet, and never more than so many units and so long texts."""
        self._most, self._most_text_bytes = most, most_text_bytes
        self._known: OrderedDict[int, FoundBefore] = OrderedDict()
        """By a unit's identity: to hash one takes longer than the rest of a lookup."""
        self._text_bytes = 0
        self._lock = threading.Lock()

    def find(self, prepared: Prepared, roots: Roots) -> FoundBefore | None:
        """What was last found for just this unit with just these roots."""
        known = self._known.get(id(prepared))
        return known if known is not None and known.prepared is prepared and known.roots is roots else None

    def note(self, found: FoundBefore) -> None:
        """Remember what was found, forgetting the oldest where there is too much."""
        with self._lock:
            self._forget(id(found.prepared))
            self._known[id(found.prepared)] = found
            self._text_bytes += found.text_bytes
            while len(self._known) > self._most or self._text_bytes > self._most_text_bytes:
                self._forget(next(iter(self._known)))

    def _forget(self, identity: int) -> None:
        known = self._known.pop(identity, None)
        self._text_bytes -= known.text_bytes if known is not None else 0
