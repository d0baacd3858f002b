"""Option table types, matched against a command line."""

import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from clcache_launcher.model import Reason, Uncacheable

__all__ = ["Effect", "Match", "Option", "OptionTable", "Takes"]


class Takes(enum.Enum):
    """How an option takes its value."""

    NOTHING = enum.auto()
    """``-c``: the token is the spelling."""
    JOINED = enum.auto()
    """``-std=c++20``: the rest of the token, not empty."""
    OPTIONAL_JOINED = enum.auto()
    """``-O`` or ``-O2``: the rest of the token, which may be empty."""
    SEPARATE = enum.auto()
    """``-MT target``: the next token."""
    JOINED_OR_SEPARATE = enum.auto()
    """``-Idir`` or ``-I dir``."""


class Effect(enum.Enum):
    """What an option does to the key, the inputs and the outputs."""

    KEY = enum.auto()
    """Enters the key as written; names no file that is read or written."""
    NEUTRAL = enum.auto()
    """Changes nothing that is made or printed."""
    DEFINE = enum.auto()
    """Enters the key; its text may hold a time macro."""
    BITCODE = enum.auto()
    """Enters the key; the object is LLVM's own code, which changes its default name (``-emit-llvm``)."""
    COMPILE = enum.auto()
    """Stop after making an object (``-c``)."""
    ASSEMBLY = enum.auto()
    """Stop after making assembler text (``-S``), which is then the object."""
    OUTPUT = enum.auto()
    """Names the object."""
    LANGUAGE = enum.auto()
    """Names the language of the sources that follow, in the row's ``language`` or in the value."""
    SOURCE = enum.auto()
    """The value is a source of the row's ``language`` (``/Tpfile``)."""
    SEARCH = enum.auto()
    """Enters the key; the value is an include folder, of system headers where the row's ``suffix`` is ``system``."""
    FORCE_INCLUDE = enum.auto()
    """Enters the key; the value is included before the source."""
    INPUT = enum.auto()
    """Enters the key; the value is a file whose content reaches an output, or a folder with the row's ``suffix``."""
    INPUT_BESIDE_OBJECT = enum.auto()
    """Enters the key with the object's path; the object's path with the row's ``suffix`` is read if it exists."""
    DEPFILE = enum.auto()
    """Asks for a depfile that lists every header; a value names it (``-Wp,-MD,file``)."""
    DEPFILE_WITHOUT_SYSTEM = enum.auto()
    """Asks for a depfile without system headers (``-MMD``); a value names it."""
    DEPFILE_NAME = enum.auto()
    """Names the depfile (``-MF``)."""
    DEPFILE_FORM = enum.auto()
    """Changes the depfile's text (``-MT -MQ -MP``)."""
    SHOW_INCLUDES = enum.auto()
    """Lists headers on stdout; the row's ``suffix`` is ``all`` or ``user``."""
    RECORDS = enum.auto()
    """Enters the key; the command line itself is written into an output."""
    CODEVIEW = enum.auto()
    """Enters the key with the object's path; the command line itself is written, unless the next says otherwise."""
    CODEVIEW_COMMAND = enum.auto()
    """Enters the key; whether CodeView holds the command line: the row's ``suffix`` is ``on`` or ``off``."""
    NAMES_OUTPUT = enum.auto()
    """Enters the key; the object's path is written into an output."""
    PROFILE_FOLDER = enum.auto()
    """Enters the key; beside ``INPUT_BESIDE_OBJECT`` it changes what is read in a way that differs between versions."""
    SIDE_OUTPUT = enum.auto()
    """Enters the key with the object's path; one more file is written for each word in the row's ``suffix``: the
    object's path with that suffix."""
    LISTING = enum.auto()
    """A side output whose name follows from the value, if there is one (``/Fa``)."""
    NAMED_OUTPUT = enum.auto()
    """Enters the key; one more file is written: the value. It may tell the command line. Its role is ``suffix``."""
    CREATE_PCH = enum.auto()
    """Enters the key; a precompiled header is made, of the headers up to the one that the value names."""
    USE_PCH = enum.auto()
    """Enters the key; a precompiled header is used, which the row's ``suffix`` says how to name: the value itself
    (``file``) or the option that names it (``named``)."""
    EMIT_PCH = enum.auto()
    """Enters the key; says of a source that is a header what is made of it."""
    PCH_NAME = enum.auto()
    """Enters the key; names the precompiled header that is made or used."""
    NESTED = enum.auto()
    """The value holds options of another table, the row's ``suffix`` names it."""
    END = enum.auto()
    """``--``: what follows are sources."""
    QUERY = enum.auto()
    """Not a compilation (``--version``)."""
    UNCACHEABLE = enum.auto()
    """Uncacheable for the row's ``reason``."""


class Option(Struct, frozen=True):
    """One row of an option table."""

    spelling: str
    takes: Takes
    effect: Effect
    source: str
    """The vendor page that documents it, short: ``gcc:Preprocessor-Options``, ``ms:fo-object-file-name``."""
    reason: Reason | None = None
    language: str = ""
    suffix: str = ""
    probe: bool = False
    """It changes which tools or default include folders the compiler uses."""
    in_place: bool = False
    """The object is written into the file that is there."""


class Match(Struct, frozen=True):
    """An option found on a command line, or a positional argument (``option`` is ``None``)."""

    tokens: tuple[str, ...]
    value: str
    option: Option | None


class OptionTable:
    """Rows by spelling; the longest spelling that fits a token wins.

    They are indexed when the first token is looked up: a core that has just started needs one dialect's.
    """

    def __init__(self, rows: Iterable[Option], leads: str = "-") -> None:
        """Hold the rows.

        Args:
            rows: Each spelling begins with ``-``; a spelling may have several rows when they differ in ``takes``.
            leads: Characters that begin an option; ``-/`` also matches each row with a leading slash.
        """
        self._leads = leads
        self._rows = tuple(rows)

    @cached_property
    def _exact(self) -> Mapping[str, Option]:
        """By what stands alone, the last row of each spelling."""
        takes = frozenset({Takes.NOTHING, Takes.SEPARATE, Takes.OPTIONAL_JOINED, Takes.JOINED_OR_SEPARATE})
        return {row.spelling[1:]: row for row in self._rows if row.takes in takes}

    @cached_property
    def _joined(self) -> Mapping[str, Option]:
        """By what a value follows in the same token."""
        takes = frozenset({Takes.JOINED, Takes.OPTIONAL_JOINED, Takes.JOINED_OR_SEPARATE})
        return {row.spelling[1:]: row for row in self._rows if row.takes in takes}

    @cached_property
    def _lengths(self) -> Sequence[int]:
        """Of these, the longest first."""
        return sorted({len(body) for body in self._joined}, reverse=True)

    def is_option(self, token: str) -> bool:
        """Whether a token is an option by its first character; a lone ``-`` or ``/`` is not."""
        return len(token) > 1 and token[0] in self._leads

    def find(self, token: str) -> tuple[Option, str] | None:
        """The row for a token with the value that is joined to it, or ``None`` when no row knows it."""
        body = token[1:]
        option = self._exact.get(body)
        if option is not None:
            return option, ""
        joined = self._joined
        for length in self._lengths:
            option = joined.get(body[:length]) if length < len(body) else None
            if option is not None:
                return option, body[length:]
        return None

    def split(
        self, arguments: Sequence[str], is_file: Callable[[str], bool] = lambda _: False
    ) -> Iterator[Match | Uncacheable]:
        """Split a command line into matches, in order.

        Args:
            arguments: The command line without the compiler.
            is_file: Whether a token that begins like an option, but that no row knows, names a file (clang-cl takes
                ``/home/a.cpp`` for a source).

        Yields:
            A match for each option with its value and for each positional argument; ``Uncacheable`` in place of an
            option that no row knows or whose value is missing (what follows is then not looked at).
        """
        index = 0
        while index < len(arguments):
            token = arguments[index]
            index += 1
            found = self.find(token) if self.is_option(token) else None
            if found is None:
                if self.is_option(token) and not (token[0] == "/" and is_file(token)):
                    yield Uncacheable(Reason.UNKNOWN_OPTION, token)
                    return
                yield Match((token,), token, None)
                continue
            option, value = found
            if option.effect is Effect.END:
                yield Match((token,), "", option)
                yield from (Match((rest,), rest, None) for rest in arguments[index:])
                return
            wants_next = option.takes is Takes.SEPARATE or (option.takes is Takes.JOINED_OR_SEPARATE and not value)
            if not wants_next:
                yield Match((token,), value, option)
            elif index < len(arguments):
                yield Match((token, arguments[index]), arguments[index], option)
                index += 1
            else:
                yield Uncacheable(Reason.BAD_ARGUMENT, token)
                return
