"""Whether inline assembler may read a file by ``.incbin`` or ``.include``.

A directive that stands whole in a literal, or in the literals of one ``asm``, is certain. Assembler text may also be
put together: of literals in several macros and files, or of tokens by ``#`` and ``##``. Then some file has an ``asm``
whose text is not only literals, and some file a part of such a directive; a translation unit with both is refused.
"""

import re
from collections.abc import Iterable
from typing import Final

from clcache_launcher.core.sources.tokens import BLANK, Source, literals
from clcache_launcher.util.patterns import late_pattern

__all__ = ["can_compose_directive", "composes_assembler", "directive_parts", "includes_in_assembler"]

_GAP: Final = BLANK[:-1] + rb"\n]*+"
_LITERAL: Final = rb'"[^"\\\n]*+(?:\\[^\n][^"\\\n]*+)*"'
_HEAD: Final = rb"\b_{0,2}asm(?:__)?\b(?:" + _GAP + rb"(?:(?:__)?(?:volatile|inline)(?:__)?|goto|const)\b)*" + _GAP
_WORD: Final = late_pattern(rb"\b_{0,2}asm(?:__)?\b(?!/|-generic)")
_TEXT: Final = late_pattern(_HEAD + rb"\(((?:" + _GAP + _LITERAL + rb")++)" + _GAP + rb"[:)]")
# The C libraries' headers name symbols so, in every translation unit.
_NAMED: Final = rb"(?:__ASMNAME|__MINGW64_STRINGIFY)\b"
_PLAIN: Final = late_pattern(
    _HEAD + rb'\((?:GAP"")*+GAP(?:(?<=["\s\0\x80-\xff])[:)]|NAMED)'.replace(b"GAP", _GAP).replace(b"NAMED", _NAMED)
)

_FILE_CODE: Final = late_pattern(rb"\bincbin\b|\.include" + BLANK + rb'*+"', re.IGNORECASE)
_FILE: Final = late_pattern(rb"incbin|(?<!\w)\.include\b", re.IGNORECASE)
# The assembler's own macros can put a directive together; its MRI mode knows directives without a dot.
_MACHINERY: Final = rb"\.(?:macro|irpc?|altmacro|mri)\b"
# "%0" may stand for a symbol's name and "{a|b}" for text of a dialect.
_BEGUN: Final = rb"\.(?:i(?:n(?:c(?:bi?|l(?:ud?)?)?)?)?)?"
_UNSURE: Final = late_pattern(rb"%s|%s[%%{]" % (_MACHINERY, _BEGUN), re.IGNORECASE)
_HIDDEN: Final = late_pattern(_MACHINERY + rb"|\\(?-i:N)\{", re.IGNORECASE)
_DIRECTIVES: Final = (b".incbin", b".include")
_LITERAL_PART: Final = late_pattern(
    rb'"(?P<whole>\.?[ncbilude]*+)"|"(?P<end>[ncbilude]++)(?![\w"])|(?P<begin>%s)"|%s|\.[ncbilude]++[%%{]'
    % (_BEGUN, _MACHINERY),
    re.IGNORECASE,
)
_TOKEN_PART: Final = late_pattern(
    rb"(?:\." + BLANK + rb"*+)?\b(?!include\b)[ncbilude]{2,7}+\b(?!" + BLANK + rb'*+[<"/])'
)
_BLANKS: Final = late_pattern(BLANK)
_MOST_PARTS: Final = 3
"""With the dot. Of four, the short names in any unit with ``windows.h`` make a directive: ``in``, ``cb``, ``in``."""
_HEX: Final = rb"[0-9A-Fa-f]"
_ESCAPE: Final = late_pattern(
    rb"\\(?:(?:x\{?|u\{)0*("
    + _HEX
    + rb"{1,6})\}?|u("
    + _HEX
    + rb"{4})|U00("
    + _HEX
    + rb"{6})|(?:o\{)?([0-7]{1,3})\}?|([^N]))",
    re.DOTALL,
)


def includes_in_assembler(source: Source) -> bool:
    """Tell whether some literal, or several joined, or the text of an ``asm``, may be such a directive."""
    has_assembler = _has_assembler(source)
    if not (has_assembler or b"incbin" in source.code_marks or b".include" in source.code_marks):
        return False
    if _FILE_CODE.search(source.masked):
        return True
    texts = [_plain_text(each) for each in literals(source)]
    if _FILE.search(b"\n".join(texts)):
        return True
    joined = b"".join(texts)
    return has_assembler and (
        _FILE.search(joined) is not None
        or _HIDDEN.search(joined) is not None
        or any(_UNSURE.search(_plain_text(text)) for text in _TEXT.findall(source.code))
    )


def composes_assembler(source: Source) -> bool:
    """Tell whether the text of an ``asm`` may be more than literals, or an ``asm`` is hidden in a macro."""
    return _has_assembler(source) and _WORD.search(_PLAIN.sub(b" ", source.masked)) is not None


def directive_parts(source: Source) -> tuple[bytes, ...]:
    """Find text of which another file's ``asm`` may put such a directive together.

    Returns:
        Parts of the directives' names, sorted; with ``<`` in front where text may be put before it, with ``>`` behind
        where text may follow. ``!`` is text with which the assembler itself can make a directive.
    """
    found: set[bytes] = set()
    for match in _LITERAL_PART.finditer(source.code):
        if match["whole"]:
            found.add(b"<" + match["whole"].lower() + b">")
        elif match.lastgroup in ("end", "begin"):
            found.add(b"<" + match["end"].lower() if match["end"] else match["begin"].lower() + b">")
        elif match.lastgroup is None:
            found.add(b"!")
    tokens = {bytes(_BLANKS.sub(b"", token)) for token in _TOKEN_PART.findall(source.masked)}
    found.update(b"<" + token + b">" for token in tokens)
    return tuple(sorted(part for part in found if part == b"!" or _is_part(part.strip(b"<>"))))


def can_compose_directive(parts: Iterable[bytes]) -> bool:
    """Tell whether a few parts, of any files of a translation unit, make a directive."""
    # A dot may stand anywhere.
    known = {b".>", *parts}
    return b"!" in known or any(_is_composed(name, known) for name in _DIRECTIVES)


def _is_part(text: bytes) -> bool:
    return any(text in name for name in _DIRECTIVES)


def _is_composed(name: bytes, parts: Iterable[bytes]) -> bool:
    """Put parts together one by one; ``reached`` holds how much of the name that many can make."""
    pieces = [(part.strip(b"<>"), part.startswith(b"<"), part.endswith(b">")) for part in parts]
    reached = {0}
    for _ in range(_MOST_PARTS):
        reached = {
            start + len(text)
            for start in reached
            for text, follows, goes_on in pieces
            if name.startswith(text, start) and (follows or start == 0) and (goes_on or start + len(text) == len(name))
        }
        if len(name) in reached:
            return True
    return False


def _has_assembler(source: Source) -> bool:
    return b"asm" in source.masked_marks and _WORD.search(source.masked) is not None


def _plain_text(literal: bytes) -> bytes:
    """What a literal says, or several with their quotes."""
    return _ESCAPE.sub(_unescape, literal[1:].removesuffix(literal[:1]))


def _unescape(match: re.Match[bytes]) -> bytes:
    """Value of an escape sequence as far as it can matter here: an ASCII character, else a blank."""
    if match[5] is not None:
        return b" " if match[5] in b"abfnrtve" else match[5]
    digits = match[1] or match[2] or match[3]
    value = int(digits, 16) if digits else int(match[4], 8)
    return bytes([value]) if 0x20 <= value < 0x7F else b" "
