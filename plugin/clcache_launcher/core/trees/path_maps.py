"""Which prefixes of paths a command line maps away, and what that leaves of other paths."""

import os
from collections.abc import Iterable, Sequence
from typing import Final

__all__ = ["DEBUG_MAP", "FILE_MAP", "MACRO_MAP", "TRIMS", "cut_names", "has_maps", "mapped", "without_carrier"]

FILE_MAP: Final = "-ffile-prefix-map="
DEBUG_MAP: Final = "-fdebug-prefix-map="
MACRO_MAP: Final = "-fmacro-prefix-map="
# cl takes what stands behind it off __FILE__; devblogs.microsoft.com/cppblog names it, clang-cl ignores it.
TRIMS: Final = ("-d1trimfile:", "/d1trimfile:")

_CARRIERS: Final = ("/clang:", "-clang:")
_SEPARATORS: Final = "/\\" if os.sep == "\\" else "/"


def has_maps(words: Iterable[str]) -> bool:
    """Whether a command line may have any: most have none, and are asked often."""
    return any("prefix-map=" in word or "trimfile:" in word for word in words)


def without_carrier(word: str) -> str:
    """A word without clang-cl's ``/clang:``."""
    return word[len(_CARRIERS[0]) :] if word.startswith(_CARRIERS) else word


def mapped(words: Sequence[str], *options: str) -> list[str]:
    """The folders that some options map away, in order.

    Args:
        words: The command line, without carriers.
        options: With their ``=``.
    """
    values = (next((word[len(option) :] for option in options if word.startswith(option)), "") for word in words)
    # Of several "=" compilers take the first or the last, by their version.
    return [value.partition("=")[0] for value in values if value.count("=") < 2]


def cut_names(paths: Iterable[str], words: Sequence[str]) -> tuple[str, ...]:
    """Paths in which a map ends within a name, each with what it leaves: of ``/x/tt/h.h`` ``/x/t=.`` makes ``.t/h.h``.

    Args:
        paths: Absolute.
        words: The command line.
    """
    if not has_maps(words):
        return ()
    prefixes = mapped(list(map(without_carrier, words)), FILE_MAP, DEBUG_MAP, MACRO_MAP)
    ends = [(at, end) for at, end in enumerate(prefixes) if end and end[-1] not in _SEPARATORS]
    return tuple(
        f"{path}\0{at}\0{path[len(end) :]}"
        for path in dict.fromkeys(paths if ends else ())
        for at, end in ends
        if path.startswith(end) and path[len(end) : len(end) + 1] not in _SEPARATORS
    )
