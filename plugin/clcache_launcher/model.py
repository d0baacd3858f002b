"""Immutable values that cross layers."""

import enum
from collections.abc import Mapping
from typing import Final, NewType

from msgspec import Struct

__all__ = [
    "ASSEMBLER",
    "ASSEMBLER_WITH_CPP",
    "BuildRun",
    "Compilation",
    "Depfile",
    "Digest",
    "Invocation",
    "ManifestKey",
    "NotACompilation",
    "Output",
    "Precompiled",
    "Ran",
    "Reason",
    "ResultKey",
    "ShowIncludes",
    "Uncacheable",
]

ASSEMBLER: Final = "assembler"
"""The language of ``.s``."""
ASSEMBLER_WITH_CPP: Final = "assembler-with-cpp"
"""The language of ``.S``."""
Digest = NewType("Digest", bytes)
"""BLAKE3 of some content, 16 bytes."""
ManifestKey = NewType("ManifestKey", bytes)
ResultKey = NewType("ResultKey", bytes)


class Reason(enum.Enum):
    """Why an invocation is uncacheable; the value is its name in statistics and in the log."""

    # What the command line asks for
    ASSEMBLER_SOURCE = "assembler_source"
    BAD_ARGUMENT = "bad_argument"
    COMPILER_CONFIGURATION = "compiler_configuration"
    COMPILER_WRAPPER = "compiler_wrapper"
    COVERAGE = "coverage"
    DEBUG_DATABASE = "debug_database"
    LINKING = "linking"
    MANAGED_CODE = "managed_code"
    MODULES = "modules"
    MULTIPLE_ARCHITECTURES = "multiple_architectures"
    MULTIPLE_SOURCES = "multiple_sources"
    NO_SOURCE = "no_source"
    OUTPUT_NOT_A_FILE = "output_not_a_file"
    PLUGIN = "plugin"
    PRECOMPILED_HEADER = "precompiled_header"
    PREPROCESSING = "preprocessing"
    PROFILE = "profile"
    RESPONSE_FILE = "response_file"
    SIDE_OUTPUT = "side_output"
    SOURCE_LANGUAGE = "source_language"
    STANDARD_INPUT = "standard_input"
    TARGET_NATIVE = "target_native"
    TOOL_QUERY = "tool_query"
    UNKNOWN_COMPILER = "unknown_compiler"
    UNKNOWN_OPTION = "unknown_option"
    # What the sources or the environment hold
    ASSEMBLER_INCLUDE = "assembler_include"
    COMPUTED_TEST = "computed_test"
    EMBED = "embed"
    ENVIRONMENT = "environment"
    FILE_PRAGMA = "file_pragma"
    HEADER_MAP = "header_map"
    SOURCE_ENCODING = "source_encoding"
    TIME_MACRO = "time_macro"
    TYPE_LIBRARY = "type_library"
    # What became of it
    COMPILER_FAILED = "compiler_failed"
    DEPENDENCIES_UNKNOWN = "dependencies_unknown"
    DISABLED = "disabled"
    INPUT_CHANGED = "input_changed"
    OFFLOADING = "offloading"
    OUTPUT_MISSING = "output_missing"
    READ_ONLY = "read_only"


class Apart(enum.Enum):
    """Why a result serves no tree but those with the same roots; the value is its name in statistics."""

    ANONYMOUS_NAMESPACE = "anonymous_namespace"
    COMMAND_LINE = "command_line"
    COMPUTED_INCLUDE = "computed_include"
    DEBUG_INFORMATION = "debug_information"
    FILE_NAME = "file_name"
    MESSAGE = "message"
    OBJECT_TEXT = "object_text"
    OPTION = "option"
    PRECOMPILED_HEADER = "precompiled_header"
    SIDE_OUTPUT = "side_output"


class Ran(Struct, frozen=True):
    """How one command line ended that the launcher was told to run."""

    exit_code: int
    signal: int
    """The signal that ended it, or 0."""
    started_ns: int
    """The file system's clock when it was started."""
    stdout: bytes
    stderr: bytes
    spent_ns: int = 0
    """From its start to its end."""


class BuildRun(Struct, frozen=True):
    """One run of a build tool, which starts compilers."""

    tools: tuple[tuple[str, str], ...]
    """Its mark and its folder, then those of the runs above it, the nearest first."""

    @property
    def mark(self) -> str:
        """What tells it from all others."""
        return self.tools[0][0]


class Uncacheable(Struct, frozen=True):
    """The compiler runs, nothing is stored; the reason is counted."""

    reason: Reason
    detail: str = ""
    """What made it so, e.g. the option's text; for the log."""


class NotACompilation(Struct, frozen=True):
    """A call that makes no object, e.g. ``--version``; counted under ``reason`` all the same."""

    reason: Reason = Reason.TOOL_QUERY


class Invocation(Struct, frozen=True):
    """One run of a compiler as the launcher was asked for it."""

    arguments: tuple[str, ...]
    """``argv`` as received; the first is the compiler as it was named."""
    compiler: str
    """Absolute path of the program that runs."""
    cwd: str
    environment: Mapping[str, str]
    umask: int
    same_stream: bool
    """stdout and stderr of the caller are one file."""
    terminal: bytes = b""
    """What the compiler sees of the terminal that stderr is; empty where it is none."""


class ShowIncludes(enum.Enum):
    """Which headers the caller wants listed on stdout (``/showIncludes``)."""

    NONE = "none"
    ALL = "all"
    USER = "user"


class Depfile(Struct, frozen=True):
    """A dependency file that the caller asked for."""

    path: str
    """As the compiler will name it, relative to the working folder or absolute."""
    lists_system_headers: bool


class Output(Struct, frozen=True):
    """A file that the compiler will write."""

    role: str
    """``object``, ``depfile``, or a side output's suffix without its dot (``dwo``, ``gcno``, ``su`` …)."""
    path: str
    """As the compiler will name it, relative to the working folder or absolute."""
    in_place: bool = False
    """The compiler writes into the file that is there, with its mode and its other names, and not a new one."""


class Precompiled(Struct, frozen=True):
    """What a compilation has to do with precompiled headers."""

    made: str = ""
    """Role of the output that is one; empty when it makes none."""
    holds_times: bool = False
    """The one that is made holds the times of the headers in it, and can't be used once these change."""
    used: tuple[str, ...] = ()
    """Those that options name, as given."""


class Compilation(Struct, frozen=True):
    """What a compiler module read from one command line: one source to one object."""

    source: str
    """As given on the command line."""
    language: str
    """As ``-x`` names it: ``c``, ``c++``, ``objective-c`` …"""
    arguments: tuple[str, ...]
    """``argv[1:]`` with response files expanded."""
    key_arguments: tuple[str, ...]
    """What of the command line enters the manifest key, in order."""
    outputs: tuple[Output, ...]
    """The object first."""
    key_paths: tuple[str, ...] = ()
    """For each of the key's arguments, as far as there are any, the path at its end, or an empty text."""
    alone: tuple[str, ...] = ()
    """The arguments that compile this source where the command line names several; empty where it names only this."""
    depfile: Depfile | None = None
    show_includes: ShowIncludes = ShowIncludes.NONE
    records_command_line: bool = False
    """The compiler writes its command line into an output: nothing may be added to it."""
    precompiled: Precompiled | None = None
    """Not ``None`` where options make or name a precompiled header."""
    search_folders: tuple[str, ...] = ()
    """Include folders of the command line, as given, in order."""
    system_folders: tuple[str, ...] = ()
    """Those among them whose headers count as the system's."""
    force_includes: tuple[str, ...] = ()
    """Names of ``-include`` and ``/FI``, as given."""
    input_files: tuple[str, ...] = ()
    """Files of options whose content reaches an output, as given; one may be missing or a folder."""
    definitions: tuple[str, ...] = ()
    """Texts of ``-D``, as given, without the option."""
    inspection_arguments: tuple[str, ...] = ()
    """The arguments without those that name or make outputs: what a run that only lists the headers is given."""
    response_files: tuple[tuple[str, Digest], ...] = ()
    """Response files that were read, as given, with the digests of what was in them."""
    probe_arguments: tuple[str, ...] = ()
    """Options that change which tools or default include folders the compiler uses."""

    @property
    def precompiled_made(self) -> tuple[str, ...]:
        """Paths of the precompiled headers that are made."""
        role = self.precompiled.made if self.precompiled else ""
        return tuple(output.path for output in self.outputs if output.role == role)
