"""Whether an object can show how its sources are laid out: columns, and the text of lines.

Debug information, sanitizers and coverage hold columns, which a changed comment moves without changing the
preprocessed text. Most options have nothing to do with that; only those known to be so are believed.
"""

import re
from typing import Final

from clcache_launcher.model import Compilation

__all__ = ["is_free_of_layout"]

_FREE: Final = re.compile(
    r"""
    -(?:O[0-3sgz]?|Ofast|w|pipe|pthread|pedantic(?:-errors)?|nostdinc(?:\+\+)?|Winvalid-pch)
    | -(?:W(?![apl],)|D|U|I|std=|m(?!llvm)|isystem|iquote|idirafter|include|imacros|isysroot|B|x|o|M[DMFTQP]+).*
    | -f(?:no-)?(?:PIC|pic|PIE|pie|exceptions|rtti|strict-aliasing|common|plt|inline|lto|omit-frame-pointer)
    | -f(?:visibility|char8_t|abi-version|diagnostics-color).* | -f(?:un)?signed-char
    | [-/](?:c|nologo|O[dxst1-3]?|Ob[0-3]|Oi|Oy|Ot|Os|W[0-4X]|Wall|TP|TC|utf-8|bigobj|Brepro|showIncludes)
    | [-/](?:permissive-|sdl-?|kernel)
    | [-/](?:D|U|I|FI|Fo|Fd|FS|MP|wd|w[1-4eo]|std:|Zc:|external:|imsvc|EH|GR|Gy|Gw|GS|G[dFv]).*
    | [-/](?:arch:|fp:|clang:-M[DMFTQP]).*
    | [-/]M[DT]d?
    """,
    re.VERBOSE,
)
# With these the code itself asks for its column.
_COLUMN: Final = (b"__builtin_COLUMN", b"__builtin_source_location")


def is_free_of_layout(compilation: Compilation, text: bytes) -> bool:
    """Whether nothing but the preprocessed text can reach the outputs, diagnostics aside.

    Args:
        compilation: What the command line means.
        text: The preprocessed text.
    """
    if compilation.records_command_line or any(name in text for name in _COLUMN):
        return False
    if any(output.role not in ("object", "depfile") for output in compilation.outputs):
        return False
    # What begins like an option in neither dialect is a source or a value.
    options = [word for word in compilation.arguments if word[:1] in ("-", "/") and word != compilation.source]
    return all(_FREE.fullmatch(word) for word in options)
