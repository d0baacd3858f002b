"""Command lines too long for the system, handed to the compiler by a response file of our own."""

import codecs
import os
import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from clcache_launcher.compilers.response_file import Quoting, split_response_file

__all__ = ["Limit", "Shortened", "posix_limit", "shorten", "windows_limit", "write_response_file"]

_POINTER_BYTES: Final = 8
_LEAST_POSIX_BYTES: Final = 128 << 10
_SINGLE_POSIX_BYTES: Final = 128 << 10
_WINDOWS_CHARACTERS: Final = 32767
_MOST_BYTES_A_CHARACTER: Final = 4
_OTHER_BYTES: Final = 8192
"""For what else stands there, and for make's variables, of which the launcher does not tell."""
_GNU_SPECIAL: Final = re.compile(r"""([ \t\v\f"'\\])""")
_WINDOWS_SPECIAL: Final = re.compile(r'[ \t\r\n\v\f"]')
_BEFORE_QUOTE: Final = re.compile(r'(\\*)("|\Z)')


class Limit(Struct, frozen=True):
    """The longest command line that a system takes."""

    total: int
    """Of all arguments, each with what the system adds to it."""
    single: int
    """Of one argument, its end included."""
    each: int
    """What the system adds to an argument."""
    is_bytes: bool
    """Bytes are counted, not UTF-16 code units."""


class Shortened(Struct, frozen=True):
    """A command line that the system takes."""

    argv: tuple[str, ...]
    content: bytes | None
    """What is to be in the response file that it names, if any."""


def posix_limit(given: Sequence[str], environment: Mapping[str, str]) -> Limit:
    """What Linux surely takes from a process that was itself started with ``given``.

    The true limit is a quarter of that process's stack limit, which nobody told us, but never less than 128 KiB with
    the environment, nor less than what ``given`` needed.

    Source: execve(2)
    """
    names_and_values = "".join((*environment, *environment.values()))
    variables = len(os.fsencode(names_and_values)) + len(environment) * (2 + _POINTER_BYTES)
    limit = Limit(0, _SINGLE_POSIX_BYTES, 1 + _POINTER_BYTES, is_bytes=True)
    # The path that is executed stands beside the arguments.
    return Limit(
        max(_length(given, limit), _LEAST_POSIX_BYTES - variables - _OTHER_BYTES - _POINTER_BYTES * 2),
        limit.single,
        limit.each,
        is_bytes=True,
    )


def windows_limit() -> Limit:
    """What CreateProcess takes; an argument needs two quotes and a blank, and at worst a backslash a character."""
    return Limit(_WINDOWS_CHARACTERS // 2, _WINDOWS_CHARACTERS // 2, 3, is_bytes=False)


def shorten(argv: Sequence[str], limit: Limit, quoting: Quoting, path: str) -> Shortened | None:
    """A command line that means the same and is not too long.

    Args:
        argv: The compiler with its arguments; a response file among them was read already or stays named.
        limit: The system's.
        quoting: The compiler's.
        path: Where a response file would be.

    Returns:
        ``argv`` where it is short enough; else the compiler with ``@path`` and what is to be written there; ``None``
        when the compiler can't be told these arguments by a file.
    """
    is_short = max(map(len, argv), default=0) < limit.single // _MOST_BYTES_A_CHARACTER
    if _length(argv, limit) <= limit.total and (is_short or all(_size(word, limit) < limit.single for word in argv)):
        return Shortened(tuple(argv), None)
    told = tuple(argument for argument in argv[1:] if argument.startswith("--rsp-quoting="))
    content = None if told else write_response_file(argv[1:], quoting)
    return None if content is None else Shortened((argv[0], f"@{path}"), content)


def write_response_file(tokens: Sequence[str], quoting: Quoting) -> bytes | None:
    """Content of a response file from which a compiler reads ``tokens``, or ``None`` when there is none that is sure.

    One line, for clang-cl misses the value of an option on the next; for cl UTF-16, the only encoding of more than
    ASCII that it is documented to read beside the system's.
    """
    is_gnu = quoting in (Quoting.GCC, Quoting.GNU, Quoting.CLANG, Quoting.CLANG_CL_POSIX)
    text = " ".join(map(_quote_gnu if is_gnu else _quote_windows, tokens))
    try:
        if quoting is Quoting.CL:
            content = codecs.BOM_UTF16_LE + text.encode("utf-16-le")
        else:
            # No token's first bytes are taken for a byte order mark behind a blank.
            content = b" " + text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return None
    nested = any(token.startswith("@") for token in tokens)
    return None if nested or split_response_file(content, quoting) != list(tokens) else content


def _length(argv: Sequence[str], limit: Limit) -> int:
    return _size("".join(argv), limit) + len(argv) * limit.each


def _size(word: str, limit: Limit) -> int:
    return len(os.fsencode(word)) if limit.is_bytes else len(word.encode("utf-16-le", "surrogatepass")) // 2


def _quote_gnu(token: str) -> str:
    # A backslash before a line's end is not read alike by all.
    escaped = _GNU_SPECIAL.sub(r"\\\1", token)
    return re.sub(r"[\r\n]+", r'"\g<0>"', escaped) or '""'


def _quote_windows(token: str) -> str:
    if token and not _WINDOWS_SPECIAL.search(token):
        return token
    # Backslashes count twice before a quote, also before the one that ends the token.
    return '"' + _BEFORE_QUOTE.sub(lambda m: m[1] * 2 + ("\\" + m[2] if m[2] else ""), token) + '"'
