"""Files whose lines a compiler quotes in its messages though it does not list them."""

import re
from collections.abc import Iterable
from typing import Final

from clcache_launcher.model import Digest, Reason, Uncacheable
from clcache_launcher.util.files import digest_of, read_file

__all__ = ["message_refusal"]

_LINE: Final = re.compile(rb"(?:#|%:)[ \t]*(?:line\b|\d+[ \t]+\")")


def message_refusal(files: Iterable[tuple[str, Digest]]) -> Uncacheable | None:
    """Why messages about these files can't be stored, if so: gcc 12 quotes from the file that ``#line`` names.

    clang 19 quotes from the file that it reads.
    """
    for path, digest in files:
        read = read_file(path)
        if read is None or digest_of(read[0]) != digest:
            return Uncacheable(Reason.INPUT_CHANGED, path)
        if _LINE.search(read[0]):
            return Uncacheable(Reason.LINE_DIRECTIVE, path)
    return None
