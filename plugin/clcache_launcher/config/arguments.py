"""The launcher's own words before the compiler: ``--config FILE``, any number of ``--roots=NAME=FOLDER``."""

import os
from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["read_options"]

_ROOTS: Final = "--roots="


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
    return config, {"roots": os.pathsep.join(roots)} if roots else {}
