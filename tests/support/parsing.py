"""Command lines with one source, or with none that can be stored."""

from collections.abc import Callable, Sequence

from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.parse import parse_command_line
from clcache_launcher.model import Compilation, NotACompilation, Uncacheable

__all__ = ["parse_one"]


def parse_one(
    dialect: Dialect, arguments: Sequence[str], read: Callable[[str], bytes | None], is_file: Callable[[str], bool]
) -> Compilation | Uncacheable | NotACompilation:
    """The only compilation of a command line, or what is said in its place."""
    parsed = parse_command_line(dialect, arguments, read, is_file)
    if isinstance(parsed, tuple):
        (compilation,) = parsed
        return compilation
    return parsed
