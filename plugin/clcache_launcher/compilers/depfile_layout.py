r"""How gcc and clang lay a depfile out in lines, so that one whose paths have changed is as they would write it.

Tried with gcc 12 and clang 19; a depfile that does not come out as it was is not one of theirs.
"""

import re
from typing import Final

from clcache_launcher.compilers.probe import Family
from clcache_launcher.util.patterns import late_pattern

__all__ = ["escape_path", "lay_out", "one_line"]

_CONTINUED: Final = late_pattern(rb"[ ]*\\\n[ ]*")
_HEAD: Final = late_pattern(rb"(?P<targets>[^\n]*?):(?: (?P<names>[^\n]*))?\n")
_NAME: Final = late_pattern(rb"(?:\\.|[^\\ ])+", re.DOTALL)
_ESCAPE: Final = late_pattern(rb"\$\$|\\([ \t#])")
_GCC_COLUMNS: Final = 72
_CLANG_COLUMNS: Final = 75


def escape_path(path: bytes) -> bytes:
    """A path as it stands in a depfile."""
    return re.sub(rb"([ #])", rb"\\\1", path.replace(b"$", b"$$"))


def one_line(depfile: bytes) -> bytes:
    """A depfile's rule on one line."""
    return _CONTINUED.sub(b" ", depfile)


def lay_out(line: bytes, family: Family) -> bytes | None:
    """A depfile with lines of the width that its compiler gives them; ``None`` when it is not understood.

    Args:
        line: As :func:`one_line` makes it.
        family: The compiler's.
    """
    head = _HEAD.match(line)
    if head is None:
        return None
    targets, names = _NAME.findall(head["targets"]), _NAME.findall(head["names"] or b"")
    if family is Family.GCC:
        return _gcc(targets, names) + b"\n" + line[head.end() :]
    return _clang(targets, names) + b"\n" + line[head.end() :]


def _gcc(targets: list[bytes], names: list[bytes]) -> bytes:
    out = bytearray()
    column = 0
    for place, words in ((0, targets), (1, names)):
        if place:
            out += b":"
            column += 1
        for word in words:
            if column:
                if column + len(word) > _GCC_COLUMNS:
                    out += b" \\\n"
                    column = 0
                column += 1
                out += b" "
            column += len(word)
            out += word
    return bytes(out)


def _clang(targets: list[bytes], names: list[bytes]) -> bytes:
    out = bytearray()
    column = 0
    for word in targets:
        if not column:
            column = len(word)
        elif column + len(word) + 2 > _CLANG_COLUMNS:
            column = len(word) + 2
            out += b" \\\n  "
        else:
            column += len(word) + 1
            out += b" "
        out += word
    out += b":"
    column += 1
    for word in names:
        size = len(_ESCAPE.sub(b"x", word))
        if column + size + 3 > _CLANG_COLUMNS:
            out += b" \\\n "
            column = 2
        out += b" " + word
        column += size + 1
    return bytes(out)
