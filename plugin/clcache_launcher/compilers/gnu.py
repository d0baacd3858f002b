"""The dialects of gcc and clang."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from clcache_launcher.compilers.dialect import Dialect, Names
from clcache_launcher.compilers.gnu_code_generation import CODE_GENERATION
from clcache_launcher.compilers.gnu_nested import (
    ASSEMBLER,
    CARRIERS,
    CLANG_CARRIERS,
    MLLVM,
    PREPROCESSOR,
    XCLANG,
)
from clcache_launcher.compilers.gnu_options import CLANG_ONLY, COMMON, DEBUG, GCC_ONLY
from clcache_launcher.compilers.gnu_rare import RARE, RARE_CLANG
from clcache_launcher.compilers.gnu_targets import TARGET
from clcache_launcher.compilers.options import Effect, Option, OptionTable
from clcache_launcher.compilers.response_file import Quoting

__all__ = ["CLANG", "CLANGXX", "CLANGXX_CODEVIEW", "CLANG_CODEVIEW", "GCC", "GXX"]

# gcc.gnu.org/onlinedocs/gcc/Environment-Variables.html. What is asked only for a terminal (TERM, COLUMNS, COLORTERM,
# NO_COLOR) is left out: the compiler's output is never one. TZ reaches an output by time macros alone.
_ENVIRONMENT: Final = (
    "COMPILER_PATH",
    "CPATH",
    "CPLUS_INCLUDE_PATH",
    "C_INCLUDE_PATH",
    "DYLD_INSERT_LIBRARIES",
    "DYLD_LIBRARY_PATH",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LD_LIBRARY_PATH",
    "LD_PRELOAD",
    "MACOSX_DEPLOYMENT_TARGET",
    "OBJCPLUS_INCLUDE_PATH",
    "OBJC_INCLUDE_PATH",
    "PWD",
    "SDKROOT",
    "SOURCE_DATE_EPOCH",
)
_GCC_ENVIRONMENT: Final = (
    "GCC_COLORS",
    "GCC_EXEC_PREFIX",
    "GCC_EXTRA_DIAGNOSTIC_OUTPUT",
    "GCC_ROOT",
    "GCC_URLS",
    "TERM_URLS",
)
# clang.llvm.org/docs/CommandGuide/clang.html and what libclang-cpp 19 asks for. A configuration
# file may lie below HOME.
_CLANG_ENVIRONMENT: Final = (
    "CLANG_NO_DEFAULT_CONFIG",
    "DRIVERKIT_DEPLOYMENT_TARGET",
    "EXTERNAL_INCLUDE",
    "HOME",
    "INCLUDE",
    "IPHONEOS_DEPLOYMENT_TARGET",
    "LLVM_OVERRIDE_PRODUCER",
    "RC_DEBUG_PREFIX_MAP",
    "TVOS_DEPLOYMENT_TARGET",
    "UCRTVersion",
    "UniversalCRTSdkDir",
    "VCINSTALLDIR",
    "VCToolsInstallDir",
    "VSINSTALLDIR",
    "WATCHOS_DEPLOYMENT_TARGET",
    "WindowsSDKVersion",
    "WindowsSdkDir",
    "XROS_DEPLOYMENT_TARGET",
)
# Each makes the compiler write one more file, print a log, or take options that no command line shows.
_REJECTED: Final = ("DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES")
_GCC_REJECTED: Final = ("GCC_COMPARE_DEBUG",)
_CLANG_REJECTED: Final = (
    "AS_SECURE_LOG_FILE",
    "CCC_ADD_ARGS",
    "CCC_OVERRIDE_OPTIONS",
    "CC_LOG_DIAGNOSTICS",
    "CC_LOG_DIAGNOSTICS_FILE",
    "CC_PRINT_HEADERS",
    "CC_PRINT_HEADERS_FILE",
    "CC_PRINT_HEADERS_FILTERING",
    "CC_PRINT_HEADERS_FORMAT",
    "CC_PRINT_INTERNAL_STAT",
    "CC_PRINT_INTERNAL_STAT_FILE",
    "CC_PRINT_OPTIONS",
    "CC_PRINT_OPTIONS_FILE",
    "CC_PRINT_PROC_STAT",
    "CC_PRINT_PROC_STAT_FILE",
    "QA_OVERRIDE_GCC3_OPTIONS",
    "RC_DEBUG_OPTIONS",
)

_SUFFIXES: Final = {
    "c": ".c",
    "cpp-output": ".i",
    "c-header": ".h",
    "c++": ".C .c++ .cc .cp .cpp .cxx .CPP",
    "c++-cpp-output": ".ii",
    "c++-header": ".H .h++ .hh .hp .hpp .hxx .HPP .tcc",
    "objective-c": ".m",
    "objective-c-cpp-output": ".mi",
    "objective-c++": ".M .mm",
    "objective-c++-cpp-output": ".mii",
    "assembler": ".s",
    "assembler-with-cpp": ".S .sx",
}
_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {suffix: language for language, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}
)
_CLANG_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType(
    {**_LANGUAGES, **dict.fromkeys((".C++", ".CC", ".CXX"), "c++")}
)
_CXX_DRIVER: Final[Mapping[str, str]] = MappingProxyType({".c": "c++", ".h": "c++-header", ".i": "c++-cpp-output"})
"""``g++`` and ``clang++`` take C for C++ unless ``-x`` says otherwise."""


_TEMPORARY: Final = frozenset({".i", ".ii", ".mi", ".mii", ".s", ".bc"})
"""What ``-save-temps`` keeps; clang names it by the source."""


def _split_nested(name: str, values: Sequence[str]) -> Sequence[str]:
    return [part for value in values for part in value.split(",")] if name in ("Wp", "Wa") else values


def _without_suffix(path: str) -> str:
    """A path without what follows its last dot, in ``.o`` too."""
    folder, name = os.path.split(path)
    return os.path.join(folder, name.rpartition(".")[0] if "." in name else name)


def _object_path(names: Names) -> str:
    if names.output is not None:
        return names.output
    suffixes = (".bc", ".ll") if names.bitcode else (".o", ".s")
    return _without_suffix(os.path.basename(names.source)) + suffixes[names.assembly]


def _depfile_path(names: Names) -> str:
    return _without_suffix(_object_path(names)) + ".d" if names.depfile is None else names.depfile


def _gcc_side_output_path(names: Names, suffix: str) -> str:
    # gcc 12 leaves a name like ".o" as it is, and keeps the source's own suffix for an optimization record.
    kept = os.path.splitext(names.source)[1] if suffix.startswith(".opt-record.") else ""
    return os.path.splitext(_object_path(names))[0] + kept + suffix


def _clang_side_output_path(names: Names, suffix: str) -> str:
    # clang 19: what -save-temps keeps, and with -S the .dwo, is named after the source; and without -o the name of an
    # optimization record loses two suffixes.
    by_source = _without_suffix(os.path.basename(names.source))
    if suffix.startswith("cwd/") or (names.assembly and suffix == ".dwo"):
        return by_source + suffix.removeprefix("cwd/")
    if suffix in _TEMPORARY:
        return os.path.join(os.path.dirname(_object_path(names)), by_source + suffix)
    stem = _without_suffix(_object_path(names))
    if suffix.startswith(".opt.") and names.output is None:
        stem = _without_suffix(stem)
    return stem + suffix


def _tables(rows: Mapping[str, Iterable[Option]]) -> Mapping[str, OptionTable]:
    return MappingProxyType({name: OptionTable(table) for name, table in rows.items()})


def _dialect(
    name: str,
    rows: Iterable[Option],
    nested: Mapping[str, Iterable[Option]],
    environment: tuple[tuple[str, ...], tuple[str, ...]],
    side_output_path: Callable[[Names, str], str],
) -> Dialect:
    read, rejected = environment
    return Dialect(
        name=name,
        options=OptionTable((*CODE_GENERATION, *TARGET, *COMMON, *RARE, *CARRIERS, *rows)),
        nested=_tables(
            {
                "Wp": PREPROCESSOR,
                "Xpreprocessor": PREPROCESSOR,
                "Wa": ASSEMBLER,
                "Xassembler": ASSEMBLER,
                **nested,
            }
        ),
        split_nested=_split_nested,
        languages=_LANGUAGES,
        object_path=_object_path,
        depfile_path=_depfile_path,
        side_output_path=side_output_path,
        environment=tuple(sorted(_ENVIRONMENT + read)),
        rejected_environment=_REJECTED + rejected,
        windows_quoting=False,
        quoting=Quoting.GNU,
    )


def _clang(rows: Iterable[Option]) -> Dialect:
    dialect = _dialect(
        "clang",
        (*CLANG_ONLY, *RARE_CLANG, *CLANG_CARRIERS, *rows),
        # Xclang first: its -mllvm gives values to the other.
        {"Xclang": XCLANG, "mllvm": MLLVM},
        (_CLANG_ENVIRONMENT, _CLANG_REJECTED),
        _clang_side_output_path,
    )
    # The others it opens as they are (19.1.7).
    new = frozenset({"object", "dia", "json", *(suffix[1:] for suffix in _TEMPORARY)})
    return replace(
        dialect,
        languages=_CLANG_LANGUAGES,
        quoting=Quoting.CLANG,
        replaced=new,
        header_suffix=".pch",
        holds_header_times=True,
    )


GCC: Final = replace(
    _dialect("gcc", GCC_ONLY, {}, (_GCC_ENVIRONMENT, _GCC_REJECTED), _gcc_side_output_path),
    # The assembler unlinks its output first, and objcopy does; cc1 opens what is there (12.2).
    replaced=frozenset({"object", "dwo"}),
    unlinks_first=True,
    assembly_in_place=True,
    header_suffix=".gch",
)
GXX: Final = replace(GCC, languages=MappingProxyType({**GCC.languages, **_CXX_DRIVER}))
"""Called as ``g++``."""
CLANG: Final = _clang(())
CLANGXX: Final = replace(CLANG, languages=MappingProxyType({**CLANG.languages, **_CXX_DRIVER}))
"""Called as ``clang++``."""
CLANG_CODEVIEW: Final = _clang(replace(row, effect=Effect.RECORDS) for row in DEBUG)
"""A clang whose own target is ``*-windows-msvc``: any ``-g`` makes CodeView, which holds the command line."""
CLANGXX_CODEVIEW: Final = replace(CLANG_CODEVIEW, languages=CLANGXX.languages)
