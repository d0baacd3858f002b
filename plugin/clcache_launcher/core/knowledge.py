"""What the core remembers between requests; none of it outlives the core, all of it can be found out again."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

from msgspec.structs import replace

from clcache_launcher.core.found import FoundResults
from clcache_launcher.core.inputs.clock import Moment, moment_of
from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.inputs.folders import FolderNames
from clcache_launcher.core.inputs.held import HeldEntries
from clcache_launcher.core.inputs.precompiled import PrecompiledHeaders
from clcache_launcher.core.inputs.search import SearchPlan
from clcache_launcher.core.inputs.search_state import SearchState, search_state
from clcache_launcher.core.inputs.words import Words
from clcache_launcher.core.records import Entry
from clcache_launcher.core.sources.closer_look import CloserLook
from clcache_launcher.core.sources.contents import Contents
from clcache_launcher.core.sources.plain_comments import PlainComments
from clcache_launcher.core.sources.source_facts import SourceFacts
from clcache_launcher.core.toolchains.epoch import EpochTrials
from clcache_launcher.core.toolchains.includes_prefix import IncludesPrefixes
from clcache_launcher.core.toolchains.toolchain import Toolchains
from clcache_launcher.core.trees.file_names import FileNames
from clcache_launcher.core.trees.own_depfiles import OwnDepfiles
from clcache_launcher.core.trees.roots import NO_ROOTS, Roots
from clcache_launcher.model import Digest, ResultKey
from clcache_launcher.storage.local import StoredEntry
from clcache_launcher.util.file_records import Records

__all__ = ["Knowledge"]

_MOST_INCLUDES: Final = 2_500_000
"""Include files in the remembered entries, together: 24 bytes each where entries share their headers."""
_MOST_PAIRS: Final = 200_000
"""Different pairs of a path with its digest: some 300 bytes each."""


EntryKey = tuple[ResultKey, bytes]
"""An entry's result with the identity of the roots of the tree that it is looked at in."""


class Knowledge:
    """Digests, folders, facts, toolchains and decoded entries, shared by the threads of a core."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """Know nothing yet; ``clock`` tells the seconds since 1970."""
        self.clock = clock
        contents = Contents()
        self.digests = FileDigests(contents.keep)
        self.folders = FolderNames()
        self.facts = SourceFacts(contents)
        self.closer_look = CloserLook(contents)
        self.plain_comments = PlainComments()
        self.precompiled = PrecompiledHeaders()
        self.prefixes = IncludesPrefixes()
        self.file_names = FileNames()
        self.own_depfiles = OwnDepfiles()
        self.words = Words()
        self.epoch = EpochTrials()
        self.toolchains = Toolchains(self.digests)
        self.found = FoundResults()
        self._entries: OrderedDict[EntryKey, Entry] = OrderedDict()
        self._held: HeldEntries[EntryKey] = HeldEntries(self.digests, self.folders)
        self._moments: dict[EntryKey, Moment] = {}
        self._pairs: dict[tuple[str, Digest], tuple[str, Digest]] = {}
        self._includes = 0
        self._lock = threading.Lock()

    def entry(self, stored: StoredEntry, roots: Roots = NO_ROOTS) -> Entry:
        """A stored entry, decoded, with its paths in a tree; a result key stands for one entry and never for another.

        Raises:
            EntryFormatError: It is not one.
        """
        key = (stored.result, roots.identity)
        known = self._entries.get(key)
        return known if known is not None else self.note_entry(key, Entry.decode(stored.body).outward(roots))

    def note_entry(self, key: EntryKey, entry: Entry) -> Entry:
        """Remember an entry, forgetting the oldest where there are too many."""
        with self._lock:
            if len(self._pairs) > _MOST_PAIRS:
                self._pairs.clear()
            shared = tuple(self._pairs.setdefault(pair, pair) for pair in entry.includes)
            entry = replace(entry, includes=shared)
            self._entries[key] = entry
            self._includes += len(shared)
            while self._includes > _MOST_INCLUDES and len(self._entries) > 1:
                old_key, old = self._entries.popitem(last=False)
                self._held.forget(old_key)
                self._moments.pop(old_key, None)
                self._includes -= len(old.includes)
        return entry

    def search_state(self, plan: SearchPlan, environment: Mapping[str, str], roots: Roots = NO_ROOTS) -> SearchState:
        """Where the names of a plan exist now, for a caller with this environment, told as any tree would."""
        moment = moment_of(plan.time_macros, environment, self.clock())
        return search_state(plan, self.folders, self.digests, moment, roots)

    def still_holds(self, key: EntryKey, environment: Mapping[str, str]) -> bool:
        """Whether nothing has changed since an entry was last found to hold."""
        return self._is_moment(key, environment) and self._held.holds(key)

    def rests_on(self, key: EntryKey) -> tuple[Records | None, ...]:
        """The records under which an entry holds; ``None`` among them where these alone don't tell."""
        return (None,) if key in self._moments else self._held.rests_on(key)

    def search_still_holds(self, key: EntryKey, environment: Mapping[str, str]) -> bool:
        """Whether nothing has changed since an entry's search state was last found true."""
        return self._is_moment(key, environment) and self._held.is_searched(key)

    def note_search(self, key: EntryKey, entry: Entry, state: SearchState) -> None:
        """Remember that an entry's includes and search state were found true."""
        if state.moment is not None:
            self._moments[key] = state.moment
        self._held.note(key, state, entry.includes)

    def note_includes(self, key: EntryKey, entry: Entry) -> None:
        """Remember that the includes of an entry were found true whose search state still holds."""
        self._held.note_includes(key, entry.includes)

    def _is_moment(self, key: EntryKey, environment: Mapping[str, str]) -> bool:
        noted = self._moments.get(key) if self._moments else None
        return noted is None or moment_of(noted.macros, environment, self.clock()) == noted
