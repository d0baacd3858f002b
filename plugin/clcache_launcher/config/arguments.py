"""The launcher's own words before the compiler: ``--config FILE``, any number of ``--roots=NAME=FOLDER``."""

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["count_options", "read_options"]

_ROOTS: Final = "--roots="


def count_options(words: Sequence[str]) -> int:
    """How many of the words behind the launcher are its own."""
    count = 0
    while count < len(words):
        if words[count] == "--config":
            count += 2
        elif words[count].startswith(_ROOTS):
            count += 1
        else:
            break
    return count


def read_options(words: Sequence[str]) -> tuple[str | None, Mapping[str, str]]:
    """The settings file that is named, if one is, and the texts of settings by their names.

    Args:
        words: As ``plugin/launcher/main.c`` takes them off a command line.
    """
    config: str | None = None
    roots: list[str] = []
    rest = iter(words)
    for word in rest:
        if word.startswith(_ROOTS):
            roots.append(word[len(_ROOTS) :])
        else:
            config = next(rest, None)
    return config, {"roots": "\0".join(roots)} if roots else {}
