"""The dialect of each compiler family."""

from collections.abc import Mapping
from typing import Final

from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.gnu import CLANG, GCC
from clcache_launcher.compilers.msvc import CL
from clcache_launcher.compilers.probe import Family

__all__ = ["CL_FAMILIES", "DIALECTS"]

DIALECTS: Final[Mapping[Family, Dialect]] = {
    Family.GCC: GCC,
    Family.CLANG: CLANG,
    Family.CL: CL,
    Family.CLANG_CL: CLANG_CL,
}
CL_FAMILIES: Final = frozenset({Family.CL, Family.CLANG_CL})
"""Families whose command lines are those of Microsoft's compiler."""
