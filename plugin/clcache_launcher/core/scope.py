"""What one invocation is answered with: settings, the cache folder, what is known."""

import contextlib
from collections.abc import Callable
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.config.settings import Settings
from clcache_launcher.core.found import Found
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.statistics import Statistics
from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.errors import StorageError
from clcache_launcher.storage.local import LocalStorage

__all__ = ["Scope"]


class Scope(Struct, frozen=True):
    """Shared by the steps of one invocation."""

    settings: Settings
    storage: LocalStorage
    statistics: Statistics
    knowledge: Knowledge
    roots: Roots
    open_storage: Callable[[], LocalStorage]

    def own_depfile(self, unit: Prepared, found: Found) -> Callable[[bytes], bytes | None] | None:
        """What makes this tree's depfile of one that trees share; ``None`` where a result's is the tree's own."""
        if not found.is_shared:
            return None
        return partial(self.knowledge.own_depfiles.find, family=unit.toolchain.family, roots=self.roots)

    def reopened(self) -> "Scope":
        """The same after the compiler has run: the cache folder may have been removed meanwhile, and made anew."""
        with contextlib.suppress(StorageError):
            return replace(self, storage=self.open_storage())
        return self
