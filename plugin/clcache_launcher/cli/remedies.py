"""What to do about each reason why something is not cached."""

from typing import Final

from clcache_launcher.model import Reason

__all__ = [
    "IGNORED_LAUNCHER",
    "NO_LAUNCHER",
    "OTHER_LAUNCHER",
    "REMEDIES",
    "SECOND_LAUNCHER",
]

IGNORED_LAUNCHER: Final = "generator_ignores_launchers"
NO_LAUNCHER: Final = "no_launcher"
OTHER_LAUNCHER: Final = "other_launcher"
SECOND_LAUNCHER: Final = "second_launcher"

_OPTION: Final = "leave the option out of the targets that are to be cached"
_SOURCE: Final = "move what needs it to a source of its own, so that the other sources of the target are cached"
_TEXTS: Final[dict[Reason, str]] = {
    Reason.ASSEMBLER_INCLUDE: _SOURCE,
    Reason.ASSEMBLER_SOURCE: "none is needed where they are few: assembling is quick",
    Reason.BAD_ARGUMENT: "mend the command line: compilers differ in what they make of it",
    Reason.COMPILER_CONFIGURATION: "leave out the spec or configuration file, or write its options on the command line",
    Reason.COMPILER_FAILED: "none: a failure is never stored, so that it is told anew each time",
    Reason.COMPILER_WRAPPER: "name the compiler itself and not a program in front of it",
    Reason.COMPUTED_TEST: "write the header's name out in __has_include",
    Reason.COVERAGE: "build coverage in a build folder of its own",
    Reason.DEBUG_DATABASE: "let debug information go into the objects: -DCLCACHE_DEBUG_FORMAT=embedded, and /Z7 for a"
    " /Zi or /ZI that a CMakeLists.txt names",
    Reason.DEPENDENCIES_UNKNOWN: "give each source a dependency file of its own, and keep cl's messages in one"
    " language (VSLANG)",
    Reason.DISABLED: "leave CLCACHE_DISABLE and disable unset; 'clcache config' tells where it comes from",
    Reason.EMBED: _SOURCE,
    Reason.ENVIRONMENT: "unset the environment variable",
    Reason.FILE_PRAGMA: _SOURCE,
    Reason.HEADER_MAP: "name folders in place of the header map",
    Reason.INPUT_CHANGED: "none where it is rare: it is stored the next time; else let the build wait for what"
    " makes the file",
    Reason.LINKING: "compile with -c and link by another command",
    Reason.MANAGED_CODE: "compile the sources without /clr that need no managed code",
    Reason.MODULES: "CMAKE_CXX_SCAN_FOR_MODULES=OFF for targets without modules; modules themselves are not cached",
    Reason.MULTIPLE_ARCHITECTURES: "build each architecture in a build folder of its own",
    Reason.MULTIPLE_SOURCES: "one source on a command line, as Ninja does",
    Reason.NO_SOURCE: "name a source on the command line",
    Reason.OFFLOADING: "keep OpenMP target regions in few sources",
    Reason.OUTPUT_MISSING: "compile into a file that is kept until the compiler has ended",
    Reason.OUTPUT_NOT_A_FILE: "let outputs be files",
    Reason.PLUGIN: "build with the plugin in a build folder of its own",
    Reason.PRECOMPILED_HEADER: "let target_precompile_headers() make the precompiled header",
    Reason.PREPROCESSING: "none is needed: it makes no object",
    Reason.PROFILE: "build for and with profiles in a build folder of its own",
    Reason.READ_ONLY: "none: it is a miss that is not to be stored; leave readonly unset where results may be",
    Reason.RESPONSE_FILE: "CMAKE_NINJA_FORCE_RESPONSE_FILE=OFF; what stands in the file can mean two things",
    Reason.SIDE_OUTPUT: _OPTION,
    Reason.SOURCE_ENCODING: "save the source as UTF-8",
    Reason.SOURCE_LANGUAGE: "none: only C, C++, Objective-C and preprocessed assembler are cached",
    Reason.STANDARD_INPUT: "compile a file",
    Reason.TARGET_NATIVE: "name the processor in place of native: its meaning depends on the machine",
    Reason.TIME_MACRO: "move the macro to a small source of its own; with gcc and clang set SOURCE_DATE_EPOCH",
    Reason.TOOL_QUERY: "none is needed: it makes no object",
    Reason.TYPE_LIBRARY: "make the headers of the type library beforehand and include them",
    Reason.UNKNOWN_COMPILER: "cl, clang-cl, gcc and clang are known; the program answered like none of them",
    Reason.UNKNOWN_OPTION: "leave the option out, or tell clcache's makers that it is missing",
}
REMEDIES: Final[dict[str, str]] = {
    IGNORED_LAUNCHER: "configure a new build folder with -G Ninja",
    NO_LAUNCHER: "include(ClcacheLauncher) before the target is made, in its folder or above",
    OTHER_LAUNCHER: "take the other launcher out of CMAKE_<LANG>_COMPILER_LAUNCHER",
    SECOND_LAUNCHER: "keep one cache: take the other out of CMAKE_<LANG>_COMPILER_LAUNCHER or RULE_LAUNCH_COMPILE",
    **{reason.value: text for reason, text in _TEXTS.items()},
}
"""By the reason's name in the report and in statistics."""
