"""What differs between the command lines of the compiler families."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from clcache_launcher.compilers.options import OptionTable
from clcache_launcher.compilers.response_file import Quoting

__all__ = ["Dialect", "Names"]


class Names(Struct, frozen=True):
    """The values of a command line from which the names of outputs follow."""

    source: str
    output: str | None
    """Last value of the option that names the object, e.g. of ``-o``."""
    depfile: str | None
    """Last value of the option that names the depfile."""
    assembly: bool
    bitcode: bool = False
    dash_o: str | None = None
    """Last value of ``-o``, where other options name the object too."""
    listing: str | None = None
    """Last value of the option that names an assembler listing (``/Fa``)."""


class Dialect(Struct, frozen=True):
    """One family of compilers: its option tables and how it names its outputs."""

    name: str
    """``gcc``, ``clang``, ``cl`` or ``clang_cl``."""
    options: OptionTable
    nested: Mapping[str, OptionTable]
    """Tables for options inside options, by the ``suffix`` of the rows whose effect is ``NESTED``."""
    split_nested: Callable[[str, Sequence[str]], Sequence[str]]
    """From a nested table's name and the values found for it, in order, to that table's command line."""
    languages: Mapping[str, str]
    """Language by the source's suffix with its dot."""
    object_path: Callable[[Names], str]
    depfile_path: Callable[[Names], str]
    side_output_path: Callable[[Names, str], str]
    """From names and a row's ``suffix`` to the side output's path."""
    environment: tuple[str, ...]
    """Environment variables that this compiler reads and that reach an output."""
    rejected_environment: tuple[str, ...]
    """Environment variables that make every invocation uncacheable while they are set."""
    windows_quoting: bool
    """The command line is that of Microsoft's compiler."""
    quoting: Quoting
    """How response files are read."""
    replaced: frozenset[str] = frozenset({"object"})
    """Roles of outputs that the compiler puts in the place of what was there; into any other file it writes."""
    unlinks_first: bool = False
    """Before it writes those it removes what is there; else it renames a new file."""
    assembly_in_place: bool = False
    """The compiler writes its text (``-S``) into the file that is there and its assembler replaces that; else it is the
    other way."""
    header_suffix: str = ""
    """What follows a header's name in that of its precompiled form; empty where a header is no source."""
    holds_header_times: bool = False
    """A precompiled header can't be used once the time of one of its headers has changed."""
    names_output: bool = False
    """The object's path is written into every object."""
