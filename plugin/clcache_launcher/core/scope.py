"""What one invocation is answered with: settings, the cache folder, what is known."""

import contextlib
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.config.settings import Settings
from clcache_launcher.core.knowledge import Knowledge
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

    def reopened(self) -> "Scope":
        """The same after the compiler has run: the cache folder may have been removed meanwhile, and made anew."""
        with contextlib.suppress(StorageError):
            return replace(self, storage=self.open_storage())
        return self
