"""clang's configuration files: options that stand in front of the command line.

Source: clang.llvm.org/docs/UsersManual.html#configuration-files
"""

import os
import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from clcache_launcher.compilers.response_file import Quoting, decode_response_file, split_text

__all__ = ["Configuration", "read_configuration"]

_MAX_DEPTH: Final = 16
_FOLDER: Final = "<CFGDIR>"
_CONTINUED: Final = re.compile(r"\\\r?\n")


class Configuration(Struct, frozen=True):
    """What configuration files say."""

    options: tuple[str, ...]
    files: tuple[str, ...]
    """Every file that was read, with those that files name."""


def read_configuration(
    path: str, read: Callable[[str], bytes | None], including: tuple[str, ...] = ()
) -> Configuration | None:
    """Read one configuration file with the files that it names by ``@file``.

    Args:
        path: Absolute.
        read: Content of a file by its absolute path; ``None`` when it can't be read.
        including: The files that led here.

    Returns:
        Its options; ``None`` where it is not certain how clang reads it.
    """
    content = None if path in including or len(including) == _MAX_DEPTH else read(path)
    text = None if content is None else decode_response_file(content, Quoting.CLANG)
    # Whether a line that ends in two backslashes goes on is not certain.
    if text is None or re.search(r"\\\\\r?\n", text):
        return None
    folder = os.path.dirname(path)
    options: list[str] = []
    files = [path]
    for line in _lines(text):
        tokens = split_text(line, Quoting.CLANG)
        if tokens is None:
            return None
        for token in filter(None, tokens):
            if not token.startswith("@"):
                options.append(token.replace(_FOLDER, folder))
                continue
            named = os.path.join(folder, token[1:].replace(_FOLDER, folder))
            nested = read_configuration(named, read, (*including, path))
            if nested is None:
                return None
            options += nested.options
            files += nested.files
    return Configuration(tuple(options), tuple(files))


def _lines(text: str) -> list[str]:
    """Lines with those that a backslash continues, without comments, which a backslash does not continue."""
    lines: list[str] = []
    rest = text
    while rest:
        rest = rest.lstrip(" \t\r\n")
        if rest.startswith("#"):
            rest = rest.partition("\n")[2]
            continue
        end = re.search(r"(?<!\\)\n", rest)
        stop = end.start() if end else len(rest)
        lines.append(_CONTINUED.sub("", rest[:stop]))
        rest = rest[stop + 1 :]
    return lines
