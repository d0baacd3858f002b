"""What a driver says of a command line: once, however many sources it compiles."""

from collections.abc import Sequence
from typing import Final

from clcache_launcher.util.patterns import late_pattern

__all__ = ["join_texts"]

# "clang-cl-19: warning: argument unused during compilation: '/MP'"; a compiler's own begins with a file and a line, or,
# where it is the command line, with the name of gcc's compiler proper, which runs for each source.
_OF_DRIVER: Final = late_pattern(rb"(?!cc1|lto1|f951)[\w.+-]+: (?:warning|note|remark): .*")
# Colours, which gcc ends with "\x1b[K", and links.
_ESCAPE: Final = late_pattern(rb"\x1b(?:\[[0-9;]*[mK]|\]8;;[^\x07\x1b]*(?:\x07|\x1b\\))")


def join_texts(texts: Sequence[bytes]) -> bytes:
    """The text of one run over several sources, from the texts of a run for each.

    Args:
        texts: In the order of the sources; each begins with what the driver says of the command line.
    """
    lines = [text.splitlines(keepends=True) for text in texts]
    shared = 0
    while all(len(each) > shared and each[shared] == lines[0][shared] for each in lines):
        if not _OF_DRIVER.fullmatch(_ESCAPE.sub(b"", lines[0][shared]).rstrip(b"\r\n")):
            break
        shared += 1
    return b"".join([*lines[0][:shared], *(line for each in lines for line in each[shared:])])
