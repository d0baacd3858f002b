"""The table of all reasons for the documents."""

from typing import Final

from clcache_launcher.cli.remedies import REMEDIES
from clcache_launcher.model import Reason

__all__ = ["MEANINGS", "render_reasons"]

MEANINGS: Final[dict[Reason, str]] = {
    Reason.ASSEMBLER_INCLUDE: "assembler code reads another file (`.incbin`, `.include`)",
    Reason.ASSEMBLER_SOURCE: "an assembler source whose reading can't be followed, or its listing",
    Reason.BAD_ARGUMENT: "an option without its value, or with one that it does not take",
    Reason.COMPILER_CONFIGURATION: "the compiler reads a spec or configuration file that changes what it is",
    Reason.COMPILER_FAILED: "the compiler ended with an error",
    Reason.COMPILER_WRAPPER: "a program in front of the compiler, of which can't be told what it does",
    Reason.COMPUTED_TEST: "`__has_include` or `__has_embed` of a name that only the preprocessor knows",
    Reason.COVERAGE: "coverage by clang-cl, which writes beside the object",
    Reason.DEBUG_DATABASE: "`/Zi` or `/ZI` of cl: debug information of all sources in one database",
    Reason.DEPENDENCIES_UNKNOWN: "the compiler did not tell which headers it read",
    Reason.DISABLED: "switched off by the setting `disable`",
    Reason.EMBED: "`#embed`, or options for it",
    Reason.ENVIRONMENT: "an environment variable lets the compiler write or read more than the command line says",
    Reason.FILE_PRAGMA: "a pragma, `#using` or `#line` by which a source reads, tests or names other files",
    Reason.HEADER_MAP: "a header map (Xcode's `.hmap`) among the include folders",
    Reason.INPUT_CHANGED: "a source, header or the compiler changed while it was compiled",
    Reason.LINKING: "one command compiles and links",
    Reason.MANAGED_CODE: "`/clr` and its like",
    Reason.MODULES: "C++ modules, header units or clang's modules, or a scan for them",
    Reason.MULTIPLE_ARCHITECTURES: "one command compiles for several architectures",
    Reason.MULTIPLE_SOURCES: "several sources on one command line, which is cached for plain ones only",
    Reason.NO_SOURCE: "no source is named, or it is not there",
    Reason.OFFLOADING: "OpenMP target regions, whose names hold the number of the source's file",
    Reason.OUTPUT_MISSING: "after the compiler had ended an output was not there",
    Reason.OUTPUT_NOT_A_FILE: "the output is a device, a folder or standard output",
    Reason.PLUGIN: "a compiler plugin or another back end is loaded",
    Reason.PRECOMPILED_HEADER: "a precompiled header that the cache did not make, or that changed since",
    Reason.PREPROCESSING: "the preprocessor alone, or a check of the syntax",
    Reason.PROFILE: "a profile that is written, or read from where can't be told",
    Reason.READ_ONLY: "a miss; the setting `readonly` keeps it from being stored",
    Reason.RESPONSE_FILE: "a response file that is missing, too deep or in an unclear encoding",
    Reason.SIDE_OUTPUT: "an option that makes another file beside the object",
    Reason.SOURCE_ENCODING: "a source in an encoding in which its text can't be read for certain",
    Reason.SOURCE_LANGUAGE: "a language that is not cached",
    Reason.STANDARD_INPUT: "the source comes from standard input",
    Reason.TARGET_NATIVE: "code for whatever processor is at hand",
    Reason.TIME_MACRO: "`__TIME__`, or `__DATE__` or `__TIMESTAMP__` where they can't be followed",
    Reason.TOOL_QUERY: "a question such as `--version`",
    Reason.TYPE_LIBRARY: "`#import` of a type library, which makes headers",
    Reason.UNKNOWN_COMPILER: "the program is no compiler that is known",
    Reason.UNKNOWN_OPTION: "an option that no table has, so that nobody knows what it makes",
}


def render_reasons() -> str:
    """Return a Markdown table of name, meaning and remedy, in the order of the names."""
    rows = ["| reason | what it means | what to do |", "|---|---|---|"]
    by_name = sorted(MEANINGS.items(), key=lambda item: item[0].value)
    rows += [f"| `{reason.value}` | {meaning} | {REMEDIES[reason.value]} |" for reason, meaning in by_name]
    return "\n".join(rows) + "\n"
