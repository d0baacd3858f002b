"""clang-cl, LLVM's compiler with the command line of cl."""

import os
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from clcache_launcher.compilers.clang_cl_options import CLANG_CL_ROWS, NESTED_ROWS
from clcache_launcher.compilers.dialect import Dialect, Names
from clcache_launcher.compilers.msvc import name_object, source_stem
from clcache_launcher.compilers.msvc_options import SHARED_ROWS
from clcache_launcher.compilers.options import OptionTable
from clcache_launcher.compilers.response_file import Quoting

__all__ = ["CLANG_CL"]

# A backslash is no separator for clang-cl on Linux: /Fod\ makes "d\.obj" there.
_SEPARATORS: Final = os.sep + (os.altsep or "")
_LANGUAGE_SUFFIXES: Final[Mapping[str, str]] = {
    "c": ".c",
    "c++": ".C .CC .CPP .CXX .C++ .cc .cp .cpp .cxx .c++",
    "objective-c": ".m",
    "objective-c++": ".M .mm",
    "assembler": ".S .asm .s",
    "c-header": ".h",
    "c++-header": ".H .hh .hpp .hxx",
}

# What clang-cl 19.1.7 was seen to use, or its library asks for; PATH and HOME are the probe's.
_ENVIRONMENT: Final = (
    "CL",
    "CLANG_NO_DEFAULT_CONFIG",
    "CPATH",
    "CPLUS_INCLUDE_PATH",
    "C_INCLUDE_PATH",
    "EXTERNAL_INCLUDE",
    "INCLUDE",
    "LLVM_OVERRIDE_PRODUCER",
    "OBJCPLUS_INCLUDE_PATH",
    "OBJC_INCLUDE_PATH",
    "PWD",
    "RC_DEBUG_PREFIX_MAP",
    "SDKROOT",
    "SOURCE_DATE_EPOCH",
    "TZ",
    "UCRTVersion",
    "UniversalCRTSdkDir",
    "VCINSTALLDIR",
    "VCToolsInstallDir",
    "VSINSTALLDIR",
    "WindowsSDKVersion",
    "WindowsSdkDir",
    "_CL_",
)
# They change the command line, or write files and statistics beside it.
_REJECTED: Final = (
    "AS_SECURE_LOG_FILE",
    "CCC_ADD_ARGS",
    "CCC_OVERRIDE_OPTIONS",
    "CC_LOG_DIAGNOSTICS",
    "CC_PRINT_HEADERS",
    "CC_PRINT_INTERNAL_STAT",
    "CC_PRINT_OPTIONS",
    "CC_PRINT_PROC_STAT",
    "FORCE_CLANG_DIAGNOSTICS_CRASH",
    "QA_OVERRIDE_GCC3_OPTIONS",
    "RC_DEBUG_OPTIONS",
)


def _object_path(names: Names) -> str:
    return name_object(names, _SEPARATORS)


def _depfile_path(names: Names) -> str:
    # In the working folder whatever /Fo says (19.1.7).
    return names.depfile or f"{source_stem(names.source, _SEPARATORS)}.d"


def _side_output_path(names: Names, suffix: str) -> str:
    # In the working folder, but for a listing with a name and what -o names (19.1.7).
    if suffix == ".asm" and names.listing:
        path = name_object(replace(names, output=names.listing), _SEPARATORS)
        return path.removesuffix(".obj") + ".asm" if path.endswith(".obj") and path != names.listing else path
    if suffix == ".dwo" and names.dash_o is not None:
        # "-o d/" makes "d/..dwo".
        return os.path.splitext(names.dash_o + "." * names.dash_o.endswith(tuple(_SEPARATORS)))[0] + suffix
    stem = source_stem(names.source, _SEPARATORS)
    return (source_stem(stem, _SEPARATORS) if suffix.startswith(".opt.") else stem) + suffix


def _split_nested(_name: str, values: Sequence[str]) -> Sequence[str]:
    """Each value is one token: ``-clang:-MF -clang:x.d`` is ``-MF x.d``."""
    return values


CLANG_CL: Final = Dialect(
    name="clang_cl",
    options=OptionTable((*SHARED_ROWS, *CLANG_CL_ROWS), leads="-/"),
    nested={name: OptionTable(rows) for name, rows in NESTED_ROWS.items()},
    split_nested=_split_nested,
    languages={suffix: language for language, suffixes in _LANGUAGE_SUFFIXES.items() for suffix in suffixes.split()},
    object_path=_object_path,
    depfile_path=_depfile_path,
    side_output_path=_side_output_path,
    environment=_ENVIRONMENT,
    rejected_environment=_REJECTED,
    windows_quoting=True,
    quoting=Quoting.CL,
    holds_header_times=True,
    replaced=frozenset({"object", "asm", "pch"}),
)
