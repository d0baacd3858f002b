"""What the core tells the launcher to do, one step after the other."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from clcache_launcher.core.standing import StandingHit
from clcache_launcher.model import Ran

__all__ = ["Pass", "Print", "Run", "Steps"]


@dataclass(frozen=True, slots=True)
class Run:
    """Run command lines of the compiler, each if the one before succeeded, and tell how they ended."""

    commands: tuple[tuple[str, ...], ...]
    as_caller: bool
    """stdout and stderr go to one place where the caller's do."""


@dataclass(frozen=True, slots=True)
class Print:
    """Every output is in place: print and end."""

    outcome: str
    """For the log: ``hit``, ``miss`` or a reason."""
    stdout: bytes
    stderr: bytes
    exit_code: int = 0
    signal: int = 0
    standing: Callable[[], StandingHit | None] | None = field(default=None, compare=False, repr=False)
    """Tells of a hit how it can be given again without being looked up, where it can."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Run the compiler as it was given."""

    outcome: str


Steps = Generator[Run, tuple[Ran, ...], Print | Pass]
"""Yields what is to be run, is sent how that ended, returns how the launcher is to end."""
