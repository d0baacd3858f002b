"""How compilers look for headers, as far as a cache must know."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from clcache_launcher.compilers.probe import Family

__all__ = ["SEARCH_RULES", "SearchRules"]


class SearchRules(Struct, frozen=True):
    """Where quoted names are looked for, what is taken in place of a header, what else a search can show."""

    beside_every_includer: bool = False
    """Quoted names are looked for beside every file of the include stack, not only beside the includer."""
    precompiled: tuple[str, ...] = ()
    """Suffixes of a file or folder that is silently taken in place of an included header."""
    forced_precompiled: tuple[str, ...] = ()
    """The same for the header of ``-include`` alone."""
    same_by_time: bool = False
    """Two files are one by time, size and content, to ``#pragma once`` alone; else by device and number, to all."""
    shows_line_names: bool = False
    """Warnings show lines of the files that ``#line`` names."""
    missing_folder_options: tuple[str, ...] = ()
    """Text of options that make it warn of include folders that are missing."""
    shortens_paths: bool = False
    """The path of a system header is written without links and ``..`` where that is shorter than as it was found."""
    epoch_macros: frozenset[bytes] = frozenset()
    """Time macros that it may take from ``SOURCE_DATE_EPOCH``."""
    held_macros: frozenset[bytes] = frozenset()
    """Time macros that it prints in the local zone as it is known here: of a day, of a file's time."""


_MISSING: Final = "missing-include-dirs"
_TAKEN: Final = frozenset({b"__DATE__", b"__TIME__"})
_STAMP: Final = b"__TIMESTAMP__"
_HELD: Final = frozenset({b"__DATE__", _STAMP})
SEARCH_RULES: Final[Mapping[Family, SearchRules]] = {
    # gcc.gnu.org/onlinedocs/gcc/Precompiled-Headers.html; libcpp/files.cc (check_file_against_entries,
    # maybe_shorter_path) of gcc 12
    Family.GCC: SearchRules(
        precompiled=(".gch",),
        same_by_time=True,
        shows_line_names=True,
        shortens_paths=True,
        missing_folder_options=(_MISSING,),
        epoch_macros=_TAKEN,
        held_macros=_HELD,
    ),
    # clang.llvm.org/docs/UsersManual.html#using-a-pch-file
    Family.CLANG: SearchRules(
        forced_precompiled=(".pch", ".gch"),
        missing_folder_options=(_MISSING, "-Weverything"),
        epoch_macros=_TAKEN | {_STAMP},
        held_macros=_HELD,
    ),
    # learn.microsoft.com/cpp/preprocessor/hash-include-directive-c-cpp. cl knows no SOURCE_DATE_EPOCH.
    Family.CL: SearchRules(beside_every_includer=True),
    # /Wall is -Weverything, and /FI takes a precompiled header as -include does (19.1.7).
    Family.CLANG_CL: SearchRules(
        beside_every_includer=True,
        forced_precompiled=(".pch", ".gch"),
        missing_folder_options=(_MISSING, "-Weverything", "Wall"),
        epoch_macros=_TAKEN | {_STAMP},
        held_macros=_HELD,
    ),
}
