"""A run of the compiler that is to be stored: its command lines, what is known before it, the files that it needs."""

import os
from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.compilers.command_line import posix_limit, shorten, windows_limit
from clcache_launcher.compilers.dependencies import RunPlan, plan_run
from clcache_launcher.core.inputs.folders import Listing
from clcache_launcher.core.lookup import Miss
from clcache_launcher.core.outputs import part_from_artifacts
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.scope import Scope
from clcache_launcher.errors import StorageError
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.util.files import write_new

__all__ = ["Attempt", "discard_scratch", "fit", "plan_attempt"]

_RESPONSE_FILE: Final = ".rsp"
"""What follows the name of a run's scratch file in that of its response file."""


class Attempt(Struct, frozen=True):
    """A run of the compiler that is to be stored."""

    prepared: Prepared
    miss: Miss
    plan: RunPlan
    scratch: str
    folders: dict[str, Listing]
    """Names in the folders known before the run."""


def plan_attempt(prepared: Prepared, miss: Miss, scope: Scope) -> Attempt:
    """Plan the run that a miss needs.

    Raises:
        StorageError: The scratch folder can't be written.
    """
    part_from_artifacts(prepared, scope.storage)
    scratch = scope.storage.artifacts.scratch_path()
    plan = plan_run(prepared.argv, prepared.toolchain.family, prepared.compilation, scratch)
    argv, dependency_pass = fit((plan.argv, plan.dependency_pass), prepared, scratch)
    known = [prepared.invocation.cwd, os.path.dirname(miss.inputs[0][0]), *prepared.search_folders]
    folders = {folder: scope.knowledge.folders.listing(folder) for folder in dict.fromkeys(known)}
    return Attempt(prepared, miss, replace(plan, argv=argv, dependency_pass=dependency_pass), scratch, folders)


def fit(commands: Iterable[tuple[str, ...]], prepared: Prepared, scratch: str) -> list[tuple[str, ...]]:
    """The command lines, one that is too long for the system with a response file of ours beside ``scratch``.

    At most one of them is longer than the one that was given. Where no response file helps the launcher can't start
    it and compiles uncached.

    Raises:
        StorageError: The response file can't be written.
    """
    given, environment = prepared.invocation.arguments, prepared.invocation.environment
    limit = windows_limit() if os.name == "nt" else posix_limit(given, environment)
    path = scratch + _RESPONSE_FILE
    fitting: list[tuple[str, ...]] = []
    for argv in commands:
        short = shorten(argv, limit, prepared.toolchain.dialect.quoting, path)
        if short is not None and short.content is not None:
            try:
                write_new(path, short.content)
            except OSError as err:
                raise StorageError(f"{path}: {err.strerror}") from err
        fitting.append(argv if short is None else short.argv)
    return fitting


def discard_scratch(scratch: str, storage: LocalStorage) -> None:
    """Remove what a run with that scratch file may have left."""
    for path in (scratch, scratch + _RESPONSE_FILE):
        storage.artifacts.discard(path)
