"""Short forms for many rows of an option table."""

from collections.abc import Iterable

from msgspec.structs import replace

from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.model import Reason

__all__ = ["keys", "over_old_object", "refusals", "rows", "switches"]


def rows(
    effect: Effect, takes: Takes, source: str, spellings: str, *, suffix: str = "", probe: bool = False
) -> tuple[Option, ...]:
    """One row for each of the spellings, which stand between spaces."""
    return tuple(Option(spelling, takes, effect, source, suffix=suffix, probe=probe) for spelling in spellings.split())


def keys(takes: Takes, source: str, spellings: str, *, lead: str = "", probe: bool = False) -> tuple[Option, ...]:
    """Options that only enter the key; ``lead`` stands before each spelling."""
    return tuple(Option(lead + name, takes, Effect.KEY, source, probe=probe) for name in spellings.split())


def switches(source: str, lead: str, names: str, *, probe: bool = False) -> tuple[Option, ...]:
    """Options without a value that only enter the key, each with its ``no-`` form."""
    both = " ".join(f"{name} no-{name}" for name in names.split())
    return keys(Takes.NOTHING, source, both, lead=lead, probe=probe)


def over_old_object(options: Iterable[Option]) -> tuple[Option, ...]:
    """Options that make the compiler write the object into the file that is there."""
    return tuple(replace(option, in_place=True) for option in options)


def refusals(reason: Reason, takes: Takes, source: str, spellings: str) -> tuple[Option, ...]:
    """Options that make an invocation uncacheable."""
    return tuple(Option(name, takes, Effect.UNCACHEABLE, source, reason=reason) for name in spellings.split())
