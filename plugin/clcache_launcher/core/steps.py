"""What the core tells the launcher to do, one step after the other."""

from collections.abc import Generator
from typing import Final

from msgspec import Struct

from clcache_launcher.model import Ran

__all__ = ["HIT", "Pass", "Print", "Run", "Steps"]

HIT: Final = "hit"
"""What came of a request whose outputs all were found and put in place."""


class Run(Struct, frozen=True):
    """Run command lines of the compiler, each if the one before succeeded, and tell how they ended."""

    commands: tuple[tuple[str, ...], ...]
    as_caller: bool
    """stdout and stderr go to one place where the caller's do."""


class Print(Struct, frozen=True):
    """Every output is in place: print and end."""

    outcome: str
    """For the log: ``hit``, ``miss`` or a reason."""
    stdout: bytes
    stderr: bytes
    exit_code: int = 0
    signal: int = 0


class Pass(Struct, frozen=True):
    """Run the compiler as it was given."""

    outcome: str


Steps = Generator[Run, tuple[Ran, ...], Print | Pass]
"""Yields what is to be run, is sent how that ended, returns how the launcher is to end."""
