"""How compilers look for headers, as far as a cache must know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from clcache_launcher.compilers.probe import Family

__all__ = ["SEARCH_RULES", "SearchRules"]


@dataclass(frozen=True, slots=True)
class SearchRules:
    """Where quoted names are looked for, and what is taken in place of a header."""

    beside_every_includer: bool = False
    """Quoted names are looked for beside every file of the include stack, not only beside the includer."""
    precompiled: tuple[str, ...] = ()
    """Suffixes of a file that is silently taken in place of an included header."""
    forced_precompiled: tuple[str, ...] = ()
    """The same for the header of ``-include`` alone."""


_CL: Final = SearchRules(beside_every_includer=True)
SEARCH_RULES: Final[Mapping[Family, SearchRules]] = {
    # gcc.gnu.org/onlinedocs/gcc/Precompiled-Headers.html
    Family.GCC: SearchRules(precompiled=(".gch",)),
    # clang.llvm.org/docs/UsersManual.html#using-a-pch-file
    Family.CLANG: SearchRules(forced_precompiled=(".pch", ".gch")),
    # learn.microsoft.com/cpp/preprocessor/hash-include-directive-c-cpp
    Family.CL: _CL,
    Family.CLANG_CL: _CL,
}
