"""Whether two runs of a compiler over the same make the same: else a difference tells nothing.

gcc 12 names sections and symbols at random in these modes, and its precompiled headers hold what memory held.
Source: gcc.gnu.org/onlinedocs/gcc/Developer-Options.html, -frandom-seed; tried with each.
"""

import re
from typing import Final

from clcache_launcher.compilers.probe import Family
from clcache_launcher.model import Compilation

__all__ = ["is_reproducible"]

_RANDOM: Final = re.compile(
    r"-flto(?:=.*)?|--?coverage|-fprofile-(?:arcs|generate.*)|-ftest-coverage|-fsave-optimization-record"
)


def is_reproducible(compilation: Compilation, family: Family) -> bool:
    """Whether every run makes the same, but for the time of day in a COFF object."""
    if family is not Family.GCC:
        return True
    is_precompiled = compilation.precompiled is not None and bool(compilation.precompiled.made)
    return not is_precompiled and not any(_RANDOM.fullmatch(word) for word in compilation.arguments)
