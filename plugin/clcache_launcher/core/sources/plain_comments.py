r"""Which comments no compiler looks into, so that what is in them reaches neither an object nor a warning.

Comments are looked into by ``-Wcomment``, ``-Wbidi-chars``, ``-Wimplicit-fallthrough``, ``-Wdocumentation``; one that
code follows on its line moves that code, and ``-Wmisleading-indentation`` sees it. The rest is left out here, with the
blanks before it; lines stay. A file that not all compilers read alike is left as it is.
"""

import re
from collections.abc import Iterable
from typing import Final

from clcache_launcher.model import Digest
from clcache_launcher.util.files import digest_of, read_file
from clcache_launcher.util.patterns import late_pattern

__all__ = ["PlainComments", "without_plain_comments"]

# Raw strings, trigraphs, and in a code page of two bytes a backslash that is none.
_DOUBTFUL: Final = late_pattern(rb"""R"|\?\?|[\x00\x80-\xff]|\r(?!\n)""")
_SPLICE: Final = rb"\\[ \t\f\v]*+\r?\n"
_PART: Final = late_pattern(
    rb"""
    "(?:%(splice)s|\\.|[^"\\\n])*"?
    | '(?:%(splice)s|\\.|[^'\\\n])*'?
    | (?<![0-9A-Za-z_$])[0-9](?:'[0-9A-Za-z_]|[0-9A-Za-z_.])*
    | (?P<comment>[ \t]*+(?://(?:%(splice)s|[^\r\n])*|/\*.*?\*/))(?P<last>[ \t]*+(?:\r?\n|\Z))?
    """
    % {b"splice": _SPLICE},
    re.VERBOSE | re.DOTALL,
)
_LOOKED_INTO: Final = late_pattern(rb"[^\t\r\n -~]|[\\@<]|/\*|fall|lint", re.IGNORECASE)


def without_plain_comments(data: bytes) -> bytes:
    """A source without the comments at ends of lines that no compiler looks into."""
    return data if _DOUBTFUL.search(data) else _PART.sub(_shortened, data)


def _shortened(part: re.Match[bytes]) -> bytes:
    comment, last = part["comment"], part["last"]
    if comment is None or last is None or part.string[part.start() - 1 : part.start()] == b"\\":
        return part[0]
    opened = comment.lstrip(b" \t")
    if _LOOKED_INTO.search(opened[2:-2] if opened.startswith(b"/*") else opened):
        return part[0]
    return comment.count(b"\n") * b"\n" + last.lstrip(b" \t")


class PlainComments:
    """Digests of sources without plain comments, by the sources' own digests."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._known: dict[Digest, Digest] = {}

    def digest(self, files: Iterable[tuple[str, Digest]]) -> Digest | None:
        """One digest of several files without plain comments; ``None`` when one no longer has its digest."""
        parts: list[bytes] = []
        for path, digest in files:
            known = self._known.get(digest)
            if known is None:
                read = read_file(path)
                if read is None or digest_of(read[0]) != digest:
                    return None
                known = self._known[digest] = digest_of(without_plain_comments(read[0]))
            parts.append(known)
        return digest_of(b"".join(parts))
