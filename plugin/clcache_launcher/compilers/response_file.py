"""Response files: ``@file`` on a command line replaced by the tokens in the file.

Compilers differ in what quotes and backslashes mean, and one compiler differs between its versions. Where the compiler
is known its rules are followed to the letter (the tests ask it); where it is not, text that could mean two things is
refused, so that the compiler decides.
"""

import codecs
import enum
import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from clcache_launcher.model import Digest, Reason, Uncacheable
from clcache_launcher.util.files import digest_of
from clcache_launcher.util.patterns import late_pattern

__all__ = [
    "MAX_BYTES",
    "Expanded",
    "Quoting",
    "decode_response_file",
    "expand_response_files",
    "split_response_file",
    "split_text",
]

_MAX_DEPTH: Final = 16
_MAX_FILES: Final = 1000
"""libiberty gives up after 2000."""
MAX_BYTES: Final = 16 << 20
_OF_A_PROCESS: Final = late_pattern(r"/(?:dev|proc)/")
"""What is there depends on who looks: a shell's ``@<(…)`` is ``@/dev/fd/63``."""


class Quoting(enum.Enum):
    """How a compiler reads its response files."""

    CL = enum.auto()
    """Microsoft's rules, as far as they are documented; text in the system's code page."""
    CLANG_CL = enum.auto()
    """LLVM's TokenizeWindowsCommandLine since LLVM 11."""
    CLANG_CL_POSIX = enum.auto()
    """clang-cl told to read as clang."""
    CLANG = enum.auto()
    """LLVM's TokenizeGNUCommandLine."""
    CLANG_WINDOWS = enum.auto()
    """clang told to read as clang-cl."""
    GCC = enum.auto()
    """libiberty's buildargv up to gcc 14."""
    GNU = enum.auto()
    """A libiberty of which it is not known whether a backslash within quotes is POSIX's."""


_WINDOWS: Final = frozenset({Quoting.CL, Quoting.CLANG_CL, Quoting.CLANG_WINDOWS})
_LLVM: Final = frozenset({Quoting.CLANG_CL, Quoting.CLANG_CL_POSIX, Quoting.CLANG, Quoting.CLANG_WINDOWS})
_KEEP_EMPTY: Final = frozenset({Quoting.CLANG_CL, Quoting.CLANG_WINDOWS, Quoting.GCC, Quoting.GNU})
_MINDS_LINES: Final = frozenset({Quoting.CL, Quoting.CLANG_CL, Quoting.CLANG_CL_POSIX})
# clang.llvm.org/docs/ClangCommandLineReference.html; only what stands on the command line itself counts (19.1.7).
_TELLS: Final = "--rsp-quoting="
_TOLD: Final = {
    ("--rsp-quoting=posix", Quoting.CLANG): Quoting.CLANG,
    ("--rsp-quoting=posix", Quoting.CLANG_CL): Quoting.CLANG_CL_POSIX,
    ("--rsp-quoting=windows", Quoting.CLANG): Quoting.CLANG_WINDOWS,
    ("--rsp-quoting=windows", Quoting.CLANG_CL): Quoting.CLANG_CL,
}

# LLVM and old libiberties drop a backslash inside quotes; newer libiberties keep it by the rules of POSIX. All agree
# outside quotes, except before a line's end, and before " \ $ ` within double quotes.
_CERTAIN_GNU: Final = late_pattern(r"""(?:[^"'\\]++|\\[^\r\n]|'[^'\\]*+'|"(?:[^"\\]|\\["\\$`])*+")*+""")
# learn.microsoft.com/cpp/c-language/parsing-c-command-line-arguments: backslashes are literal unless a quote follows.
# What "" means within quotes and whether quotes span lines is not said for cl.
_CERTAIN_WINDOWS: Final = late_pattern(
    r'(?:[^\v\f"\\]++|\\++(?!")|(?:\\\\)*+\\"|(?:\\\\)*+"(?:[^"\\\r\n]|\\++(?!")|(?:\\\\)*\\")*(?:\\\\)*"(?!"))*'
)
_CERTAIN: Final = {Quoting.CL: _CERTAIN_WINDOWS, Quoting.GNU: _CERTAIN_GNU}
_WINDOWS_PIECE: Final = late_pattern(r'[ \t\r\n]+|\\*"|\\+|[^ \t\r\n\\"]+')
_LLVM_PIECE: Final = late_pattern(r"""[ \t\r\n]+|\\.|["'\\]|[^ \t\r\n"'\\]+""", re.DOTALL)
_LIBIBERTY_PIECE: Final = late_pattern(r"""[ \t\r\n\v\f]+|\\.|["'\\]|[^ \t\r\n\v\f"'\\]+""", re.DOTALL)


class Expanded(Struct, frozen=True):
    """A command line as the compiler sees it."""

    arguments: tuple[str, ...]
    files: tuple[tuple[str, Digest], ...] = ()
    """Response files that were read, by the name after ``@``, with their content's digest."""
    line_ends: frozenset[int] = frozenset()
    """How many arguments stand before each line's end that the compiler minds: no option takes its value beyond."""


def expand_response_files(
    arguments: Sequence[str], read: Callable[[str], bytes | None], quoting: Quoting
) -> Expanded | Uncacheable:
    """Replace each ``@file`` by the tokens in the file, files in files included.

    Args:
        arguments: A command line without the compiler.
        read: Content of a file by its name after ``@``, from the working folder also where a file names it; ``None``
            when it can't be read.
        quoting: The compiler's.

    Returns:
        The command line as the compiler sees it; ``Uncacheable`` when a file can't be read (gcc and clang then take
        ``@file`` as it stands), names itself, or holds text whose meaning is not certain.

    Source: gcc.gnu.org/onlinedocs/gcc/Overall-Options.html, learn.microsoft.com/cpp/build/reference/cl-command-files
    """
    if not any(argument.startswith("@") for argument in arguments):
        return Expanded(tuple(arguments))
    own = quoting
    for argument in arguments:
        if argument.startswith(_TELLS):
            if (argument, own) not in _TOLD:
                return Uncacheable(Reason.RESPONSE_FILE, argument)
            quoting = _TOLD[argument, own]
    expanded: list[str] = []
    line_ends: set[int] = set()
    read_files: list[tuple[str, Digest]] = []
    pending: list[tuple[str | None, tuple[str, ...]]] = [(argument, ()) for argument in reversed(arguments)]
    size = 0
    while pending:
        token, files = pending.pop()
        if token is None:
            line_ends.add(len(expanded))
            continue
        if not token.startswith("@"):
            expanded.append(token)
            continue
        name = token[1:]
        is_refused = name in files or len(files) == _MAX_DEPTH or len(read_files) == _MAX_FILES
        content = None if is_refused or _OF_A_PROCESS.match(name) else read(name)
        size += len(content or b"")
        tokens = None if content is None or size > MAX_BYTES else split_response_file(content, quoting)
        if content is None or tokens is None:
            return Uncacheable(Reason.RESPONSE_FILE, token)
        read_files.append((name, digest_of(content)))
        pending += [(token, (*files, name)) for token in reversed(tokens)]
    return Expanded(tuple(expanded), tuple(dict.fromkeys(read_files)), frozenset(line_ends))


def split_response_file(content: bytes, quoting: Quoting) -> list[str | None] | None:
    """The tokens of a response file, ``None`` among them for each line's end that the compiler minds.

    Returns:
        ``None`` when it is not certain what the compiler reads.
    """
    text = decode_response_file(content, quoting)
    return None if text is None else split_text(text, quoting)


def split_text(text: str, quoting: Quoting) -> list[str | None] | None:
    """The same of text, which may come from a variable."""
    certain = _CERTAIN.get(quoting)
    if certain is not None and certain.fullmatch(text) is None:
        return None
    tokens = _split_windows(text) if quoting in _WINDOWS else _split_gnu(text, is_llvm=quoting in _LLVM)
    # LLVM's GNU rules dropped empty tokens up to 19, and later keep them; what cl does with one is not said.
    if "" in tokens and quoting not in _KEEP_EMPTY:
        return None
    return tokens if quoting in _MINDS_LINES else [token for token in tokens if token is not None]


def decode_response_file(content: bytes, quoting: Quoting) -> str | None:
    """Text of a response file, or ``None`` when its encoding is not certain.

    cl reads UTF-16 and UTF-8 by their byte order marks and all else in the system's code page, of which only ASCII is
    known. LLVM knows the same marks, libiberty none. What else is not UTF-8 becomes lone surrogates, as in
    ``sys.argv``.
    """
    errors = "strict" if quoting is Quoting.CL else "surrogateescape"
    knows_marks = quoting not in (Quoting.GCC, Quoting.GNU)
    try:
        if knows_marks and content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            text = content.decode("utf-16")
        elif knows_marks and content.startswith(codecs.BOM_UTF8):
            text = content[len(codecs.BOM_UTF8) :].decode("utf-8", errors)
        else:
            text = content.decode("ascii" if quoting is Quoting.CL else "utf-8", errors)
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _split_gnu(text: str, *, is_llvm: bool) -> list[str | None]:
    tokens: list[str | None] = []
    token: str | None = None
    quote = ""
    spaces, pieces = (" \t\r\n", _LLVM_PIECE) if is_llvm else (" \t\r\n\v\f", _LIBIBERTY_PIECE)
    for piece in pieces.findall(text):
        if piece[0] == "\\":
            # libiberty drops one that nothing follows.
            token = (token or "") + (piece[1:] or ("\\" if is_llvm else ""))
        elif piece == quote:
            quote = ""
        elif not quote and piece in "\"'":
            quote = piece
            token = token or ""
        elif quote or piece[0] not in spaces:
            token = (token or "") + piece
        else:
            _end_token(tokens, token, piece)
            token = None
    _end_token(tokens, token)
    return tokens


def _split_windows(text: str) -> list[str | None]:
    tokens: list[str | None] = []
    token: str | None = None
    is_quoted = False
    pieces = _WINDOWS_PIECE.findall(text)
    index = 0
    while index < len(pieces):
        piece = pieces[index]
        index += 1
        if piece[-1] == '"':
            backslashes = len(piece) - 1
            token = (token or "") + "\\" * (backslashes // 2)
            if backslashes % 2:
                token += '"'
            elif is_quoted and index < len(pieces) and pieces[index] == '"':
                token += '"'
                index += 1
            else:
                is_quoted = not is_quoted
        elif is_quoted or piece[0] not in " \t\r\n":
            token = (token or "") + piece
        else:
            _end_token(tokens, token, piece)
            token = None
    _end_token(tokens, token)
    return tokens


def _end_token(tokens: list[str | None], token: str | None, space: str = "") -> None:
    if token is not None:
        tokens.append(token)
    if "\n" in space:
        tokens.append(None)
