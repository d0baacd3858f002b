"""What a probe will ask for, read while the compiler still answers."""

import threading
from collections.abc import Iterable, Mapping

from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.toolchains.programs import Loaded, load

__all__ = ["ReadAhead"]


class ReadAhead:
    """The libraries that programs load, and the content of both: a thread reads them for each program.

    The first hit of a core waits for a probe, most of which was to read what gcc runs (20 of 47 ms on two processors)
    or clang loads (95 of 144 ms; 2026-11).
    """

    def __init__(self, digests: FileDigests, cwd: str, environment: Mapping[str, str]) -> None:
        """Read into ``digests``; loaders run in ``cwd`` and see ``environment``."""
        self._digests = digests
        self._cwd = cwd
        self._environment = environment
        self._threads: dict[str, threading.Thread] = {}
        self._loaded: dict[str, Loaded] = {}
        self._files: set[str] = set()
        self._lock = threading.Lock()

    def begin(self, programs: Iterable[str]) -> None:
        """Begin to read programs that will be asked for; absolute paths."""
        for program in programs:
            if program not in self._threads:
                self._threads[program] = threading.Thread(target=self._read, args=(program,), daemon=True)
                self._threads[program].start()

    def loaded(self, programs: Iterable[str]) -> list[Loaded]:
        """What the loader loads with each of some programs, once that and their content has been read."""
        asked = list(programs)
        self.begin(asked)
        for program in asked:
            self._threads[program].join()
        return [self._loaded[program] for program in asked]

    def _read(self, program: str) -> None:
        loaded = self._loaded[program] = load(program, self._cwd, self._environment)
        for file in (program, *loaded.libraries):
            if self._is_first(file):
                self._digests.digest(file)

    def _is_first(self, file: str) -> bool:
        """Whether no other thread reads a file: clang's programs load the same 200 MB."""
        with self._lock:
            is_first = file not in self._files
            self._files.add(file)
            return is_first
