"""Compilations in which the test plays the compiler: no process runs."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from clcache_launcher.compilers.gnu import GCC
from clcache_launcher.compilers.parse import parse_command_line
from clcache_launcher.compilers.probe import Family
from clcache_launcher.config.settings import Settings
from clcache_launcher.core.attempt import Attempt, discard_scratch, plan_attempt
from clcache_launcher.core.found import Found
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.lookup import Miss, look_up
from clcache_launcher.core.outputs import put_in_place
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.scope import Scope
from clcache_launcher.core.statistics import Statistics
from clcache_launcher.core.store import Stored, Unclear, store
from clcache_launcher.core.toolchains.toolchain import Toolchain
from clcache_launcher.core.toolchains.watch import Watch, look
from clcache_launcher.core.trees.tree import Trees
from clcache_launcher.model import Invocation, Ran, Reason, Uncacheable
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.util.files import file_clock_ns
from support.programs import write_program

__all__ = ["TOOLCHAIN", "Case", "settle", "write_compiler"]

TOOLCHAIN = Toolchain(
    family=Family.GCC,
    dialect=GCC,
    identity=b"this gcc",
    search_folders=(),
    watch=Watch((), (), (), look()),
)


def settle() -> None:
    """Let the clock that stamps files move on."""
    began = time.time_ns()
    while file_clock_ns() <= began:
        pass


def write_compiler(path: Path, version: str = "12.2.0", search_folder: str = "/usr/include") -> Path:
    """Write a program that answers a probe as gcc does; it makes nothing."""
    return write_program(
        path,
        f"Target: x86_64-linux-gnu\ngcc version {version} (Test)\n"
        f'#include "..." search starts here:\n#include <...> search starts here:\n {search_folder}\n'
        "End of search list.\nprograms: =/\n",
    )


@dataclass
class Case:
    """A folder with sources, a cache folder beside it, and what is known of both."""

    root: Path
    toolchain: Toolchain = TOOLCHAIN
    environment: Mapping[str, str] = field(default_factory=dict)
    umask: int = 0 if sys.platform == "win32" else 0o22
    same_stream: bool = False

    def __post_init__(self) -> None:
        self.work = self.root / "work"
        self.work.mkdir()
        self.storage = LocalStorage(self.root / "cache")
        self.knowledge = Knowledge()
        self.settings = Settings(dir=self.root / "cache")

    @property
    def scope(self) -> Scope:
        """What an invocation is answered with."""
        storage, roots = self.storage, Trees().roots_of(self.settings, ())
        return Scope(self.settings, storage, Statistics(), self.knowledge, roots, lambda: storage)

    def write(self, name: str, text: str) -> Path:
        """Write a source, old enough to be trusted."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        settle()
        return path

    def prepared(self, *arguments: str) -> Prepared:
        """A command line of gcc, understood; ``-c a.c -o a.o`` unless told otherwise."""
        words = arguments or ("-c", "a.c", "-o", "a.o")
        compilations = parse_command_line(
            self.toolchain.dialect, words, lambda _: None, lambda name: (self.work / name).is_file()
        )
        assert isinstance(compilations, tuple), compilations
        (compilation,) = compilations
        invocation = Invocation(
            ("gcc", *words), "/usr/bin/gcc", str(self.work), self.environment, self.umask, same_stream=self.same_stream
        )
        return Prepared(invocation, compilation, self.toolchain, {})

    def look_up(self, prepared: Prepared | None = None, *, hardlink: bool = False) -> Found | Miss | Uncacheable:
        """Look a compilation up; what is found is put in place."""
        prepared = prepared or self.prepared()
        found = look_up(prepared, self.scope)
        if isinstance(found, Found) and not put_in_place(prepared, found.result, self.storage, hardlink=hardlink):
            return Uncacheable(Reason.OUTPUT_NOT_A_FILE, prepared.compilation.outputs[0].path)
        return found

    def begin(self, prepared: Prepared | None = None) -> Attempt:
        """A compilation that misses, up to the run of the compiler."""
        prepared = prepared or self.prepared()
        miss = self.look_up(prepared)
        assert isinstance(miss, Miss), miss
        return plan_attempt(prepared, miss, self.scope)

    def run(self, attempt: Attempt, headers: Sequence[str] = (), made: Mapping[str, bytes] | None = None) -> Ran:
        """Do what the compiler does: write its outputs and list its headers."""
        started_ns = file_clock_ns()
        for name, data in (made if made is not None else {"a.o": b"object"}).items():
            (self.work / name).write_bytes(data)
        listed = " ".join([attempt.prepared.compilation.source, *headers])
        (self.work / attempt.plan.depfile).write_text(f"a.o: {listed}\n")
        return Ran(0, 0, started_ns, b"", b"")

    def finish(
        self, attempt: Attempt, ran: Ran, listed_by: Ran | None = None, **changes: int | bytes
    ) -> Stored | Unclear:
        """Store what the compiler made."""
        ran = replace(ran, **changes)
        try:
            return store(attempt, ran, listed_by, self.scope)
        finally:
            discard_scratch(attempt.scratch, self.storage)

    def compile(self, headers: Sequence[str] = (), prepared: Prepared | None = None) -> Stored | Unclear:
        """A whole compilation that misses."""
        attempt = self.begin(prepared)
        return self.finish(attempt, self.run(attempt, headers))
