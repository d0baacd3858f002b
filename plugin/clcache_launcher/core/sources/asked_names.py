"""The names that a file asks for, as a search takes them: by the folder part of each name."""

import os
import sys
from collections.abc import Iterable

from msgspec import Struct

__all__ = ["AskedNames", "ByPart", "asked_names", "by_folder_part"]

ByPart = tuple[tuple[str, tuple[str, ...]], ...]
"""Base names by the folder part of the name as written."""


class AskedNames(Struct, frozen=True):
    """What a file includes and tests."""

    beside: ByPart
    """Looked for beside the file, too."""
    everywhere: ByPart
    """All of them, which are looked for in the search folders."""
    tested: frozenset[str]
    """Base names of those that are tested."""


def asked_names(
    quoted: Iterable[bytes], angled: Iterable[bytes], tested_quoted: Iterable[bytes], tested_angled: Iterable[bytes]
) -> AskedNames:
    """Put the names of a file together."""
    tested = by_folder_part(map(os.fsdecode, (*tested_quoted, *tested_angled)))
    return AskedNames(
        by_folder_part(map(os.fsdecode, (*quoted, *tested_quoted))),
        by_folder_part(map(os.fsdecode, (*quoted, *tested_quoted, *angled, *tested_angled))),
        frozenset(base for _, bases in tested for base in bases),
    )


def by_folder_part(names: Iterable[str]) -> ByPart:
    """Base names by the folder part of the name as written."""
    grouped: dict[str, dict[str, None]] = {}
    for name in names:
        part, slash, base = name.replace("\\", "/").rpartition("/")
        # Most headers are named by several others.
        grouped.setdefault(sys.intern(part or slash), {})[sys.intern(base)] = None
    return tuple((part, tuple(bases)) for part, bases in grouped.items())
