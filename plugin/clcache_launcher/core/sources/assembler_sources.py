"""Whether an assembler source may read files that no compiler lists.

The preprocessor tells of ``#include`` alone; ``.include`` and ``.incbin`` are the assembler's. Its macros and those of
the preprocessor can put their names together, so whatever could is taken for it.
"""

import re
from collections.abc import Iterable
from typing import Final

from clcache_launcher.model import Digest, Reason, Uncacheable
from clcache_launcher.util.files import digest_of, read_file
from clcache_launcher.util.patterns import late_pattern

__all__ = ["assembler_refusal", "may_read_unlisted_files"]

_SPLICE: Final = late_pattern(rb"\\\r?\n")
_INCLUDE: Final = late_pattern(rb"#[ \t]*(?:include|include_next)\b")
_DIRECTIVE: Final = late_pattern(rb"incbin|\.[ \t]*s?include", re.IGNORECASE)
# MRI mode knows directives without a dot, and .altmacro parameters without a backslash.
_MODE: Final = late_pattern(rb"\.(?:mri|altmacro)\b", re.IGNORECASE)
_STATEMENT: Final = late_pattern(rb"(?:^|[\n;:|])[ \t]*([^\s;:|\"]*\\[^\s;:|\"]*)")
_PARAMETER: Final = late_pattern(rb"\\(?:\w+|@|\(\))")
_LETTERS: Final = frozenset(b".includebsINCLUDEBS")
_COMPOSED: Final = late_pattern(rb"(?<![\w)])\.[a-z_]*\\", re.IGNORECASE)
_PIECE: Final = late_pattern(
    rb"\b(?:ncbin|cbin|inc|incb|incbi|nclude|clude|lude|incl|inclu|includ|include)\b|(?<!\w)\.in?\b",
    re.IGNORECASE,
)
# An apostrophe of a character without its second one hides the rest of the line from the scan for facts.
_TIME: Final = late_pattern(rb"__(?:DATE|TIME|TIMESTAMP)__")


def assembler_refusal(files: Iterable[tuple[str, Digest]], definitions: Iterable[str]) -> Uncacheable | None:
    """Why an assembler source with its headers and ``-D`` texts can't be stored, if so."""
    for path, digest in files:
        read = read_file(path)
        if read is None or digest_of(read[0]) != digest:
            return Uncacheable(Reason.INPUT_CHANGED, path)
        if may_read_unlisted_files(read[0]):
            return Uncacheable(Reason.ASSEMBLER_INCLUDE, path)
    if any(may_read_unlisted_files(text.encode("utf-8", "surrogateescape")) for text in definitions):
        return Uncacheable(Reason.ASSEMBLER_INCLUDE, "-D")
    return None


def may_read_unlisted_files(data: bytes) -> bool:
    """Tell it of a source, a header of one, or the text of a definition; a time macro counts too."""
    text = _INCLUDE.sub(b"#", _SPLICE.sub(b"", data))
    if any(pattern.search(text) for pattern in (_DIRECTIVE, _MODE, _TIME, _COMPOSED)):
        return True
    if any(_may_be_directive(name) for name in _STATEMENT.findall(text)):
        return True
    return (b"##" in text or b"\\" in text) and _PIECE.search(text) is not None


def _may_be_directive(name: bytes) -> bool:
    """Whether parameters of a macro can make a name ``.include`` or ``.incbin``, by what else it holds.

    One that is a parameter alone takes the whole directive, which is then somewhere in the text.
    """
    parameters = [parameter for parameter in _PARAMETER.findall(name) if parameter != b"\\()"]
    rest = _PARAMETER.sub(b"", name)
    return _LETTERS.issuperset(rest) and (bool(rest) or len(parameters) > 1)
