"""Response files: ``@file`` on a command line replaced by the tokens in the file.

Compilers differ in what quotes and backslashes mean, and one compiler differs between its versions. The tokenizers here
read only text on which all of them agree and answer ``None`` for the rest, so that the compiler decides.
"""

import codecs
import re
from collections.abc import Callable, Sequence
from typing import Final

from clcache_launcher.model import Reason, Uncacheable

__all__ = ["decode_response_file", "expand_response_files", "split_gnu", "split_windows"]

_MAX_DEPTH: Final = 16
_MAX_BYTES: Final = 16 << 20

# libiberty's buildargv and LLVM's TokenizeGNUCommandLine drop a backslash inside quotes; newer libiberties keep it by
# the rules of POSIX. All agree outside quotes, except before a line's end, and before " \ $ ` within double quotes.
_GNU_PIECE: Final = re.compile(
    r"""
    (?P<plain>[^ \t\r\n\v\f"'\\]+) | \\(?P<escaped>[^\r\n])
    | '(?P<single>[^'\\]*)' | "(?P<double>(?:[^"\\]|\\["\\$`])*)"
    """,
    re.VERBOSE,
)
_GNU_TOKEN: Final = re.compile(r"""(?:[^ \t\r\n\v\f"'\\]|\\[^\r\n]|'[^'\\]*'|"(?:[^"\\]|\\["\\$`])*")+""")
_GNU_ESCAPE: Final = re.compile(r'\\(["\\$`])')
# learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments: backslashes are literal unless a quote follows.
# What "" means within quotes and whether quotes span lines is not the same everywhere: no match.
_LITERAL: Final = r'\\+(?![\\"])|(?:\\\\)*\\"'
_WINDOWS_TOKEN: Final = re.compile(
    rf'(?:[^ \t\r\n\v\f"\\]|{_LITERAL}|(?:\\\\)*"(?:[^"\\\r\n]|{_LITERAL})*(?:\\\\)*"(?!"))+'
)
_WINDOWS_QUOTE: Final = re.compile(r'(\\*)"')
_SPACE: Final = re.compile(r"[ \t\r\n]*")


def expand_response_files(
    arguments: Sequence[str], read: Callable[[str], bytes | None], *, windows_quoting: bool
) -> tuple[str, ...] | Uncacheable:
    """Replace each ``@file`` by the tokens in the file, files in files included.

    Args:
        arguments: A command line without the compiler.
        read: Content of a file by its name after ``@``; ``None`` when it can't be read.
        windows_quoting: Split by Microsoft's rules (cl, clang-cl), not by those of GNU (gcc, clang).

    Returns:
        The command line as the compiler sees it; ``Uncacheable`` when a file can't be read (gcc then takes ``@file`` as
        it stands), names itself, or holds text whose meaning is not certain.

    Source: gcc.gnu.org/onlinedocs/gcc/Overall-Options.html, learn.microsoft.com/cpp/build/reference/cl-command-files
    """
    expanded: list[str] = []
    pending: list[tuple[str, tuple[str, ...]]] = [(argument, ()) for argument in reversed(arguments)]
    size = 0
    while pending:
        argument, files = pending.pop()
        if not argument.startswith("@"):
            expanded.append(argument)
            continue
        name = argument[1:]
        content = None if name in files or len(files) == _MAX_DEPTH else read(name)
        size += len(content or b"")
        tokens = None if content is None or size > _MAX_BYTES else _split(content, windows_quoting)
        if tokens is None:
            return Uncacheable(Reason.RESPONSE_FILE, argument)
        pending += [(token, (*files, name)) for token in reversed(tokens)]
    return tuple(expanded)


def decode_response_file(content: bytes, *, windows_quoting: bool) -> str | None:
    """Text of a response file, or ``None`` when its encoding is not certain.

    cl reads UTF-16 and UTF-8 by their byte order marks and all else in the system's code page, of which only ASCII is
    known. GNU programs read bytes; what is not UTF-8 becomes lone surrogates, as in ``sys.argv``.
    """
    text: str | None
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16") if windows_quoting else None
        elif content.startswith(codecs.BOM_UTF8):
            text = content.decode("utf-8-sig") if windows_quoting else None
        else:
            text = content.decode("ascii") if windows_quoting else content.decode("utf-8", "surrogateescape")
    except UnicodeDecodeError:
        return None
    return None if text is None or "\0" in text else text


def split_gnu(text: str) -> list[str] | None:
    """Split text as gcc and clang split a response file, or ``None`` when they might not agree."""
    found = _tokens(text, _GNU_TOKEN)
    tokens = None if found is None else ["".join(map(_gnu_piece, _GNU_PIECE.finditer(token))) for token in found]
    return tokens if tokens is not None and all(tokens) else None


def split_windows(text: str) -> list[str] | None:
    """Split text as cl and clang-cl split a response file, or ``None`` when they might not agree."""
    found = _tokens(text, _WINDOWS_TOKEN)
    tokens = None if found is None else [_WINDOWS_QUOTE.sub(_windows_quote, token) for token in found]
    return tokens if tokens is not None and all(tokens) else None


def _split(content: bytes, windows_quoting: bool) -> list[str] | None:
    text = decode_response_file(content, windows_quoting=windows_quoting)
    if text is None:
        return None
    return split_windows(text) if windows_quoting else split_gnu(text)


def _tokens(text: str, pattern: re.Pattern[str]) -> list[str] | None:
    """Runs of ``pattern`` with only white space between them, or ``None`` when there is anything else."""
    found: list[str] = []
    position = _end(_SPACE.match(text))
    while position < len(text):
        match = pattern.match(text, position)
        if match is None:
            return None
        found.append(match[0])
        position = _end(_SPACE.match(text, match.end()))
        if position == match.end() < len(text):
            return None
    return found


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _gnu_piece(match: re.Match[str]) -> str:
    double = match["double"]
    return _GNU_ESCAPE.sub(r"\1", double) if double is not None else match[match.lastgroup or 0]


def _windows_quote(match: re.Match[str]) -> str:
    backslashes = len(match[1])
    return "\\" * (backslashes // 2) + '"' * (backslashes % 2)
