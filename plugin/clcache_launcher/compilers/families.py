"""The dialect that a compiler speaks."""

import re
from typing import Final

from msgspec.structs import replace

from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.probe import Family, Probe
from clcache_launcher.compilers.response_file import Quoting

__all__ = ["CL_FAMILIES", "dialect_for"]

_VERSION: Final = re.compile(rb"^(?:gcc|.*clang) version (\d+)", re.MULTILINE)
_GCC_POSIX: Final = 15
"""From here on gcc reads backslashes in response files as POSIX does."""
_LLVM_KEEPS_EMPTY: Final = 11
"""From here on clang-cl reads response files as it does today."""
CL_FAMILIES: Final = frozenset({Family.CL, Family.CLANG_CL})
"""Families whose command lines are those of Microsoft's compiler."""


def dialect_for(probe: Probe) -> Dialect:
    """The dialect by what the compiler said of itself; only its option tables are loaded."""
    match probe.family:
        case Family.CL:
            from clcache_launcher.compilers.msvc import CL

            return CL
        case Family.CLANG_CL:
            from clcache_launcher.compilers.clang_cl import CLANG_CL

            return replace(CLANG_CL, quoting=Quoting.CLANG_CL) if _version(probe) >= _LLVM_KEEPS_EMPTY else CLANG_CL
        case Family.GCC:
            from clcache_launcher.compilers.gnu import GCC, GXX

            dialect = GXX if probe.is_cxx_driver else GCC
            return replace(dialect, quoting=Quoting.GCC) if 0 < _version(probe) < _GCC_POSIX else dialect
        case Family.CLANG:
            from clcache_launcher.compilers.gnu import CLANG, CLANG_CODEVIEW, CLANGXX, CLANGXX_CODEVIEW

            if probe.targets_msvc:
                return CLANGXX_CODEVIEW if probe.is_cxx_driver else CLANG_CODEVIEW
            return CLANGXX if probe.is_cxx_driver else CLANG


def _version(probe: Probe) -> int:
    """The compiler's major version, or 0."""
    found = _VERSION.search(probe.version)
    return int(found[1]) if found else 0
