"""The dialect that a compiler speaks."""

from typing import Final

from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.gnu import CLANG, CLANG_CODEVIEW, CLANGXX, CLANGXX_CODEVIEW, GCC, GXX
from clcache_launcher.compilers.msvc import CL
from clcache_launcher.compilers.probe import Family, Probe

__all__ = ["CL_FAMILIES", "dialect_for"]

CL_FAMILIES: Final = frozenset({Family.CL, Family.CLANG_CL})
"""Families whose command lines are those of Microsoft's compiler."""


def dialect_for(probe: Probe) -> Dialect:
    """The dialect by what the compiler said of itself."""
    match probe.family:
        case Family.CL:
            return CL
        case Family.CLANG_CL:
            return CLANG_CL
        case Family.GCC:
            return GXX if probe.is_cxx_driver else GCC
        case Family.CLANG:
            if probe.targets_msvc:
                return CLANGXX_CODEVIEW if probe.is_cxx_driver else CLANG_CODEVIEW
            return CLANGXX if probe.is_cxx_driver else CLANG
