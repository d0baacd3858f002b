"""Command lines with one source, or with none that can be stored."""

from collections.abc import Callable, Sequence

from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.parse import parse_command_line
from clcache_launcher.model import Compilation, NotACompilation, Reason, Uncacheable

__all__ = ["parse_one"]


def parse_one(
    dialect: Dialect, arguments: Sequence[str], read: Callable[[str], bytes | None], is_file: Callable[[str], bool]
) -> Compilation | Uncacheable | NotACompilation:
    """The only compilation of a command line, or what is said in its place."""
    parsed = parse_command_line(dialect, arguments, read, is_file)
    if not isinstance(parsed, tuple):
        return parsed
    return parsed[0] if len(parsed) == 1 else Uncacheable(Reason.MULTIPLE_SOURCES, parsed[1].source)
