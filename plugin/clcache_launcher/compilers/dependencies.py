"""How to learn from a compiler which headers it read, and how to read what it says.

What the caller asked for serves where it is complete. Else the compiler is asked by one more option whose output is
taken out again; where it records its command line in the object nothing may be added, and a pass of its own lists the
headers.
"""

import enum
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from clcache_launcher.compilers.depfile import parse_depfile
from clcache_launcher.compilers.probe import Family
from clcache_launcher.compilers.show_includes import parse_show_includes
from clcache_launcher.model import ASSEMBLER, Compilation, ShowIncludes

__all__ = [
    "SHOW_INCLUDES_PREFIX",
    "Listing",
    "PreprocessorPlan",
    "RunPlan",
    "plan_preprocessing",
    "plan_run",
    "read_depfile_report",
    "read_preprocessing_report",
    "read_show_includes_report",
]

SHOW_INCLUDES_PREFIX: Final = b"Note: including file:"


class Listing(enum.Enum):
    """Where the list of headers is after the run."""

    DEPFILE = enum.auto()
    """In the depfile at ``RunPlan.depfile``."""
    STDOUT = enum.auto()
    """In ``/showIncludes`` lines that the caller asked for."""
    STDOUT_HIDDEN = enum.auto()
    """In ``/showIncludes`` lines that the caller must not see."""
    NOWHERE = enum.auto()
    """The source includes nothing."""
    PASS_STDERR = enum.auto()
    """In ``/showIncludes`` lines on the dependency pass's stderr."""


class RunPlan(Struct, frozen=True):
    """What the launcher is to run."""

    argv: tuple[str, ...]
    dependency_pass: tuple[str, ...]
    """A second run that only lists the headers; empty when the first one does."""
    listing: Listing
    depfile: str = ""
    """As the compiler will name it."""


class PreprocessorPlan(Struct, frozen=True):
    """A run that prints the preprocessed text and lists the headers."""

    argv: tuple[str, ...]
    listing: Listing


def plan_preprocessing(compiler: str, family: Family, compilation: Compilation, scratch: str) -> PreprocessorPlan:
    """Plan a run that only preprocesses.

    Args:
        compiler: ``argv[0]`` as given.
        family: The compiler's.
        compilation: What the command line means.
        scratch: Absolute path for a depfile of ours.
    """
    ours: tuple[str, ...] = ("-E", "-MD", "-MF", scratch)
    if family in (Family.CL, Family.CLANG_CL):
        # learn.microsoft.com/cpp/build/reference/showincludes-list-include-files: with /E they go to stderr.
        ours = ("/nologo", "/E", "/showIncludes")
        asks = compilation.inspection_arguments
        if compilation.depfile is not None:
            # What the caller asks inside /clang: would be written anew, with another target; the last name counts.
            asks = _before_sources(asks, (f"-clang:-MF{scratch}",))
        return PreprocessorPlan((compiler, *ours, *asks), Listing.PASS_STDERR)
    return PreprocessorPlan((compiler, *ours, *compilation.inspection_arguments), Listing.DEPFILE)


def plan_run(argv: Sequence[str], family: Family, compilation: Compilation, scratch: str) -> RunPlan:
    """Plan a run that tells the headers.

    Args:
        argv: The command line as given.
        family: The compiler's.
        compilation: What the command line means.
        scratch: Absolute path for a depfile of ours.
    """
    given = tuple(argv)
    compiler, rest = given[:1], given[1:]
    ours: tuple[str, ...]
    if compilation.language == ASSEMBLER:
        return RunPlan(given, (), Listing.NOWHERE)
    if compilation.depfile and compilation.depfile.lists_system_headers:
        return RunPlan(given, (), Listing.DEPFILE, compilation.depfile.path)
    if family in (Family.CL, Family.CLANG_CL):
        if compilation.show_includes is ShowIncludes.ALL:
            return RunPlan(given, (), Listing.STDOUT)
        asks_nothing = compilation.depfile is None and compilation.show_includes is ShowIncludes.NONE
        # /showIncludes would put system headers into a depfile that is to have none (clang-cl 19).
        if asks_nothing and not compilation.records_command_line:
            return RunPlan((*compiler, "/showIncludes", *rest), (), Listing.STDOUT_HIDDEN)
        if family is Family.CL:
            # /P with /showIncludes lists on stderr; what it preprocesses goes to the scratch file.
            ours = ("/nologo", "/P", f"/Fi{scratch}", "/showIncludes")
            return RunPlan(given, (*compiler, *ours, *compilation.inspection_arguments), Listing.PASS_STDERR)
        # Behind what the caller asks inside /clang:, because the last name counts, and -M more than -MMD.
        ours = ("-clang:-M", f"-clang:-MF{scratch}")
        line = (*compiler, *_before_sources(compilation.inspection_arguments, ours))
        return RunPlan(given, line, Listing.DEPFILE, scratch)
    if compilation.depfile or compilation.records_command_line:
        ours = ("-M", "-MF", scratch)
        return RunPlan(given, (*compiler, *ours, *compilation.inspection_arguments), Listing.DEPFILE, scratch)
    return RunPlan((*compiler, "-MD", "-MF", scratch, *rest), (), Listing.DEPFILE, scratch)


def _before_sources(arguments: tuple[str, ...], ours: tuple[str, ...]) -> tuple[str, ...]:
    """Options behind all others; after ``--`` there are only sources."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    return (*arguments[:at], *ours, *arguments[at:])


def read_depfile_report(data: bytes | None) -> tuple[str, ...] | None:
    """The headers that a depfile lists, or ``None`` when it is none."""
    return parse_depfile(data) if data is not None else None


def read_preprocessing_report(
    plan: PreprocessorPlan, stderr: bytes, depfile: bytes | None, prefix: bytes
) -> tuple[str, ...] | None:
    """The headers that a preprocessing run listed, or ``None`` when it did not; ``prefix`` as for the next."""
    if plan.listing is Listing.DEPFILE:
        return read_depfile_report(depfile)
    return parse_show_includes(stderr, prefix).files if prefix else None


def read_show_includes_report(
    plan: RunPlan, stdout: bytes, pass_stderr: bytes, prefix: bytes
) -> tuple[tuple[str, ...] | None, bytes]:
    """The headers that ``/showIncludes`` listed, and what of stdout the caller is to see.

    Args:
        plan: What was run.
        stdout: What the compiler printed.
        pass_stderr: What the dependency pass printed.
        prefix: What stands before each header; empty when that is not known, and then no header is.
    """
    if not prefix:
        return None, stdout
    if plan.listing is Listing.PASS_STDERR:
        return parse_show_includes(pass_stderr, prefix).files, stdout
    report = parse_show_includes(stdout, prefix)
    return report.files, report.rest if plan.listing is Listing.STDOUT_HIDDEN else stdout
