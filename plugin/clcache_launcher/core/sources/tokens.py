"""What the first translation phases may make of the bytes of a C-family source file.

How a file is read depends on the compiler, its language standard and the code page: whether ``R"(`` opens a raw string,
``??/`` is a backslash, a backslash with blanks behind it joins lines, ``1'0`` is one number, ``//`` opens a comment in
strict C90, a non-ASCII character belongs to a name. None of this is known here. So a file in which the answers differ
gets several readings, one after the other: what any of them shows is not missed.

All patterns run in linear time. Only single-character items are repeated possessively: before Python 3.11.5 a
possessive group could swallow half an iteration (CPython issue 106052).
"""

import codecs
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final

from msgspec import Struct

from clcache_launcher.util.patterns import late_pattern
from clcache_launcher.util.source_text import NATIVE, FoundMarks, Marks, Native

__all__ = ["BLANK", "Source", "directive_lines", "literals", "read_by_patterns", "read_natively", "read_source"]

BLANK: Final = rb"[ \t\f\v\0\x80-\xff]"
"""A byte that may part two tokens of a line: NUL is a comment, and clang takes non-ASCII spaces for blanks."""

_STRING: Final = rb'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*"?'
_CHARACTER: Final = rb"'[^'\\\n]*+(?:\\[^\n][^'\\\n]*+)*'?"
_NUMBER: Final = rb"(?<![0-9A-Za-z_$])[0-9][0-9A-Za-z_.]*+(?:'[0-9A-Za-z_][0-9A-Za-z_.]*+)*|[0-9]++"
_BLOCK_COMMENT: Final = rb"/(\*)[^*]*+(?:\*++[^*/][^*]*+)*(?:\*++/)?"
_SENTINEL: Final = b"\n\0\n"

_OPAQUE_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TRIGRAPHS: Final = {
    b"??=": b"#",
    b"??/": b"\\",
    b"??'": b"^",
    b"??(": b"[",
    b"??)": b"]",
    b"??!": b"|",
    b"??<": b"{",
    b"??>": b"}",
    b"??-": b"~",
}
_TRIGRAPH: Final = late_pattern(rb"\?\?[=/'()!<>-]")
_SPLICE: Final = late_pattern(rb"\\\n")
_LAX_SPLICE: Final = late_pattern(rb"\\[ \t\f\v]*+\n")
_BLANK_SPLICE: Final = late_pattern(rb"\\[ \t\f\v]++\n")
# In the code pages 932, 936, 949 and 950 of cl.exe the second byte of a character can be a backslash.
_LEAD_AND_BACKSLASH: Final = late_pattern(rb"[\x81-\xfe]\\")
_DOUBLE_BYTE: Final = late_pattern(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
# A number that goes on behind a quote where C++14 and C23 are spoken.
_QUOTE_IN_WORD: Final = late_pattern(rb"'(?<=[0-9A-Za-z_.].)[0-9A-Za-z_]")
_QUOTE_IN_NUMBER: Final = late_pattern(rb"(?<![0-9A-Za-z_$.])[A-Za-z_$.]*+[0-9][0-9A-Za-z_$.]*+'[0-9A-Za-z_]")
_DEFINITION_TAIL: Final = late_pattern(
    rb"\n" + BLANK + rb"*+(?:#|%:)" + BLANK + rb"*+define\b[^\n/]*+(?:/(?!/)[^\n/]*+)*//([^\n]*+)"
)
_DIRECTIVE_LINE: Final = late_pattern(rb"\n" + BLANK + rb"*+(?:#|%:)[^\n]*+")
_PHASE_MARKS: Final = Marks((b"//*", b"??", b'R"', b"__DATE__", b"__TIME"))
_MARKS: Final = Marks(
    (
        b"##",
        b"%:%:",
        b"FILE",
        b"_FUNC",
        b"__builtin",
        b"__has_embed",
        b"__has_include",
        b"asm",
        b"dependency",
        b"import",
        b"include_alias",
        b"module",
        b"namespace",
        b"once",
        b"pch_preprocess",
        b"source_location",
    ),
    any_case=(b".include", b"incbin"),
)
"""What is only looked for where one of these is: most files have few of them."""
_TIME_MACRO: Final = late_pattern(rb"\b__(?:DATE|TIME|TIMESTAMP)__\b")

# Here a NUL stands for a removed splice: inside a raw string it is none.
_RAW_STRING: Final = late_pattern(
    rb"""((?:[^"'/0-9A-Za-z_$]++
            |(?!(?:u8|[uUL])?\0*+R\0*+"[^ ()\\\t\v\f\n\0"]{0,16}\()[A-Za-z_$][\x000-9A-Za-z_$]*+
            |"[^"\\\n]*+(?:\\\0*+[^\n\0][^"\\\n]*+)*"?
            |'[^'\\\n]*+(?:\\\0*+[^\n\0][^'\\\n]*+)*'?
            |[0-9][\x000-9A-Za-z_.]*+(?:'[0-9A-Za-z_][\x000-9A-Za-z_.]*+)*
            |/\0*+\*[^*]*+(?:\*[\0*]*+[^\0*/][^*]*+)*(?:\*[\0*]*+/)?
            |/\0*+/[^\n]*+
            |/(?!\0*+[/*])
         ){1,200})
        |(?:u8|[uUL])?\0*+R\0*+"([^ ()\\\t\v\f\n\0"]{0,16})\((?:(.*?)\)\2"|.*)
    """,
    re.VERBOSE | re.DOTALL,
)


class Source(Struct, frozen=True, dict=True):
    """A source file as logical lines without comments, once for each reading.

    Both texts begin and end with a newline. A block comment has become a NUL, a raw string an ordinary one.
    """

    code: bytes
    """The text with its literals."""
    masked: bytes
    """The same with every string and character literal emptied, so that both are ``""``."""

    @cached_property
    def code_marks(self) -> FoundMarks:
        """The marks in the code."""
        return _MARKS.find(self.code)

    @cached_property
    def masked_marks(self) -> FoundMarks:
        """The marks outside of literals."""
        return _MARKS.find(self.masked)

    @property
    def code_directives(self) -> bytes:
        """The code's lines that may hold a directive."""
        return directive_lines(self.code, NATIVE)

    @property
    def masked_directives(self) -> bytes:
        """The same with emptied literals."""
        return directive_lines(self.masked, NATIVE)


def directive_lines(text: bytes, native: Native | None) -> bytes:
    """The lines of a text that may hold a directive, each behind a newline, and a newline at the end."""
    if native is not None:
        return native.directives(text)
    return b"".join(_DIRECTIVE_LINE.findall(text)) + b"\n"


class _Lexer(Struct, frozen=True):
    """The patterns of one set of answers to what ``'`` in a number and ``//`` mean."""

    segment: re.Pattern[bytes]
    literal: re.Pattern[bytes]

    def read(self, text: bytes) -> Source | None:
        """Drop comments; ``None`` if one does not end, which no compiler accepts."""
        segments = self.segment.findall(b"\n" + text + _SENTINEL)
        code = b"".join([part + b"\0" if is_block else part for part, is_block in segments])
        if not code.endswith(_SENTINEL):
            return None
        code = code[: 1 - len(_SENTINEL)]
        return Source(code, self.literal.sub(b'""', code))


def _make_lexer(
    stops: bytes = rb"/\"'", number: bytes = b"", division: bytes = rb"|/(?![/*])", line_comment: bytes = rb"|//[^\n]*+"
) -> _Lexer:
    plain = rb"[^" + stops + rb"]*+"
    literal = _STRING + rb"|" + _CHARACTER + number
    # The count bounds the memory of one match; what follows simply begins the next one.
    code = rb"(" + plain + rb"(?:(?:" + literal + division + rb")" + plain + rb"){0,200})"
    return _Lexer(late_pattern(code + rb"(?:" + _BLOCK_COMMENT + line_comment + rb")?"), late_pattern(literal))


_LEXER: Final = _make_lexer()
_SEPARATOR_LEXER: Final = _make_lexer(stops=rb"/\"'0-9", number=rb"|" + _NUMBER)
_C90_LEXER: Final = _make_lexer(division=rb"|/(?!\*|/(?!\*))", line_comment=rb"|//(?!\*)[^\n]*+")
_KEEPING_LEXER: Final = _make_lexer(division=rb"|//[^\n]*+|/(?![/*])", line_comment=b"")


def read_source(data: bytes) -> Source | None:
    """Read a source file in every way that some compiler might.

    Args:
        data: Bytes of the file, as they are.

    Returns:
        The readings, joined; ``None`` if the file is not understood: an encoding that does not extend ASCII, a comment
        without an end, lines that end in a lone carriage return.
    """
    if data.startswith(_OPAQUE_MARKS) or b"\0" in data:
        return None
    text = data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n")
    if b"\r" in text:
        return None
    logical = list(_logical_texts(text))
    readings = [reading for each in logical if each is not None for reading in _lexed(*each)]
    if None in logical or not readings:
        return None
    if len(readings) == 1:
        return readings[0]
    return Source(b"".join([each.code for each in readings]), b"".join([each.masked for each in readings]))


def literals(source: Source) -> list[bytes]:
    """All string and character literals of a source's code, with their quotes; some twice."""
    found: list[bytes] = _LEXER.literal.findall(source.code)
    if _QUOTE_IN_WORD.search(source.code):
        found += [each for each in _SEPARATOR_LEXER.literal.findall(source.code) if not each[:1].isdigit()]
    return found


def read_natively(text: bytes, native: Native) -> Source | None:
    """Drop comments as most compilers read them; ``None`` if one does not end."""
    found = native.split(b"\n" + text + b"\n")
    return None if found is None else Source(*found)


def read_by_patterns(text: bytes) -> Source | None:
    """The same without the library."""
    return _LEXER.read(text)


def _lexed(text: bytes, marks: FoundMarks) -> Iterator[Source]:
    """Read logical lines under each set of answers to the questions of the phase that removes comments.

    Args:
        text: The lines.
        marks: Those of the phases that it holds.
    """
    base = read_natively(text, NATIVE) if NATIVE is not None else read_by_patterns(text)
    if base is not None:
        yield base
    doubtful = text if base is None else base.code
    others = []
    if b"'" in doubtful and _QUOTE_IN_WORD.search(doubtful) and _QUOTE_IN_NUMBER.search(doubtful):
        others.append(_SEPARATOR_LEXER)
    if b"//*" in marks:
        others.append(_C90_LEXER)
    for lexer in others:
        reading = lexer.read(text)
        if reading is not None:
            yield reading
    if b"//" in text and (b"__DATE__" in marks or b"__TIME" in marks):
        yield from _definition_tails(text)


def _definition_tails(text: bytes) -> Iterator[Source]:
    """What gcc takes for tokens in its strict C90 modes: text behind ``//`` in a definition, if it tells the time."""
    kept = _KEEPING_LEXER.read(text)
    tails = [] if kept is None else _DEFINITION_TAIL.findall(kept.code)
    timed = [tail for tail in tails if b"__DATE__" in tail or b"__TIME" in tail]
    if timed:
        yield Source(b"\n", b"\n" + b" ".join(_TIME_MACRO.findall(b" ".join(timed))) + b"\n")


def _logical_texts(text: bytes) -> Iterator[tuple[bytes, FoundMarks] | None]:
    """Join lines under each set of answers to the questions of the phases before comments; ``None`` is no answer.

    Returns:
        The texts, each with the marks of the phases that it holds.
    """
    marks = _PHASE_MARKS.find(text)
    if b"\\" not in text and b'R"' not in marks and b"??" not in marks:
        yield text, marks
        return
    physical = [text]
    if not text.isascii() and _LEAD_AND_BACKSLASH.search(text):
        physical.append(_DOUBLE_BYTE.sub(b"\x80\x80", text))
    has_trigraphs = b"??" in marks and _TRIGRAPH.search(text) is not None
    if has_trigraphs:
        physical += [_TRIGRAPH.sub(lambda match: _TRIGRAPHS[match[0]], each) for each in physical]
    for each in physical:
        yield from _joined_lines(each, has_trigraphs)


def _joined_lines(text: bytes, has_trigraphs: bool) -> Iterator[tuple[bytes, FoundMarks] | None]:
    splices = (_SPLICE, _LAX_SPLICE) if _BLANK_SPLICE.search(text) else (_SPLICE,)
    for splice in splices:
        marked = splice.sub(b"\0", text)
        plain = marked.replace(b"\0", b"")
        marks = _PHASE_MARKS.find(plain)
        yield plain, marks
        folded = _fold_raw_strings(marked) if b'R"' in marks else plain
        if folded != plain:
            # A raw string undoes trigraphs as well; a file that has both is not worth the trouble.
            yield None if has_trigraphs else (folded, _PHASE_MARKS.find(folded))


def _fold_raw_strings(marked: bytes) -> bytes:
    """Turn each raw string into an ordinary one of the same text; one without an end becomes a comment without an end.

    Args:
        marked: Source text in which a NUL stands for each removed splice.
    """
    return _RAW_STRING.sub(_fold_raw_string, marked).replace(b"\0", b"")


def _fold_raw_string(match: re.Match[bytes]) -> bytes:
    if match[1] is not None:
        return match[1]
    content = match[3]
    if content is None:
        return b"/*"
    for char, escaped in ((b"\\", b"\\\\"), (b'"', b'\\"'), (b"\n", b"\\n"), (b"\0", b"\\n")):
        content = content.replace(char, escaped)
    return b'"' + content + b'"'
