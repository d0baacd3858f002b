"""What a command line makes of precompiled headers, and which it uses."""

import re
from collections.abc import Sequence
from typing import Final

from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.options import Effect, Match
from clcache_launcher.model import Output, Precompiled, Reason, Uncacheable

__all__ = ["HEADER_LANGUAGES", "name_pch", "read_precompiled"]

HEADER_LANGUAGES: Final = frozenset({"c-header", "c++-header", "objective-c-header", "objective-c++-header"})
_SUFFIX: Final = re.compile(r"\.[^./\\]*$")
_NO_TIMES: Final = "-fno-pch-timestamp"
_EFFECTS: Final = frozenset({Effect.CREATE_PCH, Effect.USE_PCH, Effect.PCH_NAME})
# The first switches the others off; the rest is not understood.
_REFUSED: Final = frozenset({"-Y-", "-fpch-validate-input-files-content", "-fno-validate-pch", "-relocatable-pch"})


def read_precompiled(
    dialect: Dialect, matches: Sequence[Match], language: str, outputs: Sequence[Output]
) -> tuple[Precompiled | None, tuple[Output, ...]] | Uncacheable:
    """Read what a command line says of precompiled headers.

    Args:
        dialect: The compiler's.
        matches: The options.
        language: The source's.
        outputs: The outputs without a precompiled header.

    Returns:
        What is made and used, ``None`` where it is nothing; and all outputs.

    Source: learn.microsoft.com/cpp/build/reference/y-precompiled-headers,
        gcc.gnu.org/onlinedocs/gcc/Precompiled-Headers.html, clang.llvm.org/docs/UsersManual.html#precompiled-headers
    """
    named = [match for match in matches if match.option and match.option.effect in _EFFECTS]
    is_header = language in HEADER_LANGUAGES
    if not named and not is_header:
        return None, tuple(outputs)
    spellings = {match.option.spelling for match in matches if match.option}
    effects = {match.option.effect for match in named if match.option}
    made = Effect.CREATE_PCH in effects
    if spellings & _REFUSED or (made and Effect.USE_PCH in effects) or (is_header and effects):
        return Uncacheable(Reason.PRECOMPILED_HEADER, "not understood")
    holds_times = dialect.holds_header_times and _NO_TIMES not in spellings
    if is_header:
        return _of_header(dialect, outputs, holds_times=holds_times)
    if not effects & {Effect.CREATE_PCH, Effect.USE_PCH}:
        # A name alone is ignored.
        return None, tuple(outputs)
    files = [m.value for m in named if m.option and m.option.effect is Effect.USE_PCH and m.option.suffix == "file"]
    if files:
        return Precompiled(used=tuple(files)), tuple(outputs)
    path = _named_path(named, default_allowed=not dialect.names_output)
    if path is None:
        return Uncacheable(Reason.PRECOMPILED_HEADER, "its name is not certain")
    if not made:
        return Precompiled(used=(path,)), tuple(outputs)
    in_place = "pch" not in dialect.replaced
    return Precompiled("pch", holds_times), (*outputs, Output("pch", path, in_place))


def name_pch(given: str | None, header: str) -> str | None:
    """Path of the precompiled header by ``/Fp``'s value and the header's name; ``None`` when it is not certain.

    Source: learn.microsoft.com/cpp/build/reference/fp-name-dot-pch-file; clang-cl 19.1.7 does the same.
    """
    if given is None:
        return _SUFFIX.sub("", header) + ".pch" if header else None
    name = re.split(r"[/\\]", given)[-1]
    if not name:
        return None
    return given if "." in name else f"{given}.pch"


def _of_header(
    dialect: Dialect, outputs: Sequence[Output], *, holds_times: bool
) -> tuple[Precompiled, tuple[Output, ...]] | Uncacheable:
    roles = {output.role for output in outputs}
    if not dialect.header_suffix or not roles <= {"object", "depfile"}:
        return Uncacheable(Reason.PRECOMPILED_HEADER, "with other outputs")
    return Precompiled("object", holds_times), tuple(outputs)


def _named_path(matches: Sequence[Match], *, default_allowed: bool) -> str | None:
    """The one path that all the options lead to."""
    given = [m.value for m in matches if m.option and m.option.effect is Effect.PCH_NAME]
    headers = {m.value for m in matches if m.option and m.option.effect in (Effect.CREATE_PCH, Effect.USE_PCH)}
    if len(headers) != 1 or (not given and not default_allowed):
        return None
    return name_pch(given[-1] if given else None, headers.pop())
