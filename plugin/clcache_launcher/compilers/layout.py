"""Whether an object or a warning can show how its sources are laid out: columns, the text of lines, any comment.

Debug information, sanitizers and coverage hold columns, which a changed comment moves without changing the
preprocessed text. Most options have nothing to do with that; only those known to be so are believed.
"""

import re
from typing import Final

from clcache_launcher.model import Compilation
from clcache_launcher.util.patterns import late_pattern

__all__ = ["is_free_of_layout"]

_FREE: Final = late_pattern(
    r"""
    -(?:O[0-3sgz]?|Ofast|w|pipe|pthread|pedantic(?:-errors)?|nostdinc(?:\+\+)?|Winvalid-pch)
    | -W(?![apl],|implicit-fallthrough=[12]|documentation|everything).* | -std=(?!c[89]|iso9899:199).*
    | -(?:D|U|I|m(?!llvm)|isystem|iquote|idirafter|include|imacros|isysroot|B|x|o|M[DMFTQP]+).*
    | -f(?:no-)?(?:PIC|pic|PIE|pie|exceptions|rtti|strict-aliasing|common|plt|inline|lto|omit-frame-pointer)
    | -f(?:visibility|char8_t|abi-version|diagnostics-color).* | -f(?:un)?signed-char
    | [-/](?:c|nologo|O[dxst1-3]?|Ob[0-3]|Oi|Oy|Ot|Os|W[0-4X]|TP|TC|utf-8|bigobj|Brepro|showIncludes)
    | [-/](?:permissive-|sdl-?|kernel)
    | [-/](?:D|U|I|FI|Fo|Fd|FS|MP|wd|w[1-4eo]|std:|Zc:|external:|imsvc|EH|GR|Gy|Gw|GS|G[dFv]).*
    | [-/](?:arch:|fp:|clang:-M[DMFTQP]).*
    | [-/]M[DT]d?
    """,
    re.VERBOSE,
)
# With these the code itself asks for its column.
_COLUMN: Final = (b"__builtin_COLUMN", b"__builtin_source_location")
# They make warnings that look into any comment (gcc 12, clang 19).
_INTO_COMMENTS: Final = late_pattern(rb'"-W(?:implicit-fallthrough=|documentation|everything)')


def is_free_of_layout(compilation: Compilation, text: bytes, *, is_cl: bool) -> bool:
    """Whether nothing but the text and, in warnings, the sources without plain comments can reach what is made.

    Args:
        compilation: What the command line means.
        text: The preprocessed text.
        is_cl: The command line is cl's, where ``-Wall`` is ``-Weverything`` to clang-cl.
    """
    if compilation.records_command_line or any(name in text for name in _COLUMN) or _INTO_COMMENTS.search(text):
        return False
    if any(output.role not in ("object", "depfile") for output in compilation.outputs):
        return False
    # What begins like an option in neither dialect is a source or a value.
    options = [word for word in compilation.arguments if word[:1] in ("-", "/") and word != compilation.source]
    return all(_FREE.fullmatch(word) for word in options) and not (is_cl and "-Wall" in options)
