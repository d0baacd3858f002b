"""Names that are asked for through a macro which passes its argument on to ``__has_include``.

Such a macro (``FMT_HAS_INCLUDE(<string_view>)``) may be used in any file of the translation unit. The name then
stands as a literal in some directive, so every literal in a condition or in a macro's body counts as asked for: one
too many is a name more to look for. A word of a literal that is a macro's name somewhere (``#define fcntl fcntl64``)
may be expanded: then the name counts in each of its forms.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

from clcache_launcher.core.sources.tokens import read_source
from clcache_launcher.util.patterns import late_pattern

__all__ = ["DirectiveNames", "scan_directive_names", "unite"]

_LINE: Final = late_pattern(rb"\n[ \t\f\v\0]*+(?:#|%:)[ \t\f\v\0]*+(?:(?:el)?if|define|elif)\b([^\n]*+)")
_LITERAL: Final = late_pattern(rb"<([\w./+@=-]+)>|\"([^\"\n]{1,200})\"")
_MACRO: Final = late_pattern(rb"[ \t\f\v\0]*+(\w++)(?!\()([^\n]*+)")
_WORD: Final = late_pattern(rb"[A-Za-z_]\w*")
_PART: Final = late_pattern(rb"[\w./+@=-]*")
_MOST_FORMS: Final = 64
_FUNCTION: Final = late_pattern(
    rb"\n[ \t\f\v\0]*+(?:#|%:)[ \t\f\v\0]*+define[ \t\f\v\0]++(\w++)\(([^)\n]*+)\)([^\n]*+)"
)
_PASSED_ON: Final = late_pattern(
    rb"[ \t\f\v\0(]*+__has_include(?:_next)?(?:__)?[ \t\f\v\0]*+\([ \t\f\v\0]*+(\w+)[ \t\f\v\0)]*+"
)
_ARGUMENT: Final = late_pattern(rb"\(\s*<([\w./+@=-]+)>")


class DirectiveNames(Struct, frozen=True):
    """What one file's directives name."""

    names: frozenset[bytes]
    """Literals in conditions and in macros' bodies."""
    arguments: frozenset[bytes]
    """Those in angles that a condition gives to a macro."""
    forwarding: frozenset[bytes]
    """Macros that pass their argument on to ``__has_include``."""
    called: frozenset[bytes]
    """Words in the bodies of its other macros with parameters."""
    macros: frozenset[tuple[bytes, bytes]]
    """Macros without parameters that it defines, with their bodies."""


def scan_directive_names(data: bytes) -> DirectiveNames:
    """Find the names in one file; one that is not understood has none."""
    source = read_source(data)
    if source is None:
        return DirectiveNames(*[frozenset()] * 5)
    names: set[bytes] = set()
    arguments: set[bytes] = set()
    macros: set[tuple[bytes, bytes]] = set()
    for found in _LINE.finditer(source.code):
        names.update(angled or quoted for angled, quoted in _LITERAL.findall(found[1]))
        if b"define" in found[0][: found.start(1) - found.start()]:
            macro = _MACRO.match(found[1])
            if macro:
                macros.add((macro[1], macro[2].strip(b" \t\f\v\0")))
        else:
            arguments.update(_ARGUMENT.findall(found[1]))
    functions = _FUNCTION.findall(source.code)
    forwarding = {name for name, _, body in functions if _PASSED_ON.fullmatch(body)}
    called = {word for name, _, body in functions if not _PASSED_ON.fullmatch(body) for word in _WORD.findall(body)}
    return DirectiveNames(*map(frozenset, (names, arguments, forwarding, called, macros)))


def unite(files: Iterable[DirectiveNames]) -> frozenset[bytes] | None:
    """The names of a translation unit, or ``None`` where expansion may make any name of them."""
    known = list(files)
    # A macro with parameters that uses one of these may make any name of its argument.
    if any(each.forwarding & other.called for each in known for other in known if each.forwarding):
        return None
    arguments = frozenset[bytes]().union(*(each.arguments for each in known))
    words = {word for name in arguments for word in _WORD.findall(name)}
    bodies: dict[bytes, set[bytes]] = {}
    for each in known:
        for macro, body in each.macros:
            if macro in words:
                bodies.setdefault(macro, set()).add(body)
    names = set().union(*(each.names for each in known))
    for name in arguments:
        forms = _forms(name, bodies)
        if forms is None:
            return None
        names |= forms
    return frozenset(names)


def _forms(name: bytes, bodies: Mapping[bytes, set[bytes]]) -> set[bytes] | None:
    """A name with each of its words as it is and as each body that a macro of that name has."""
    forms = {b""}
    end = 0
    for word in _WORD.finditer(name):
        choices = {word[0]} | bodies.get(word[0], set())
        if not all(_PART.fullmatch(choice) for choice in choices) or len(forms) * len(choices) > _MOST_FORMS:
            return None
        forms = {form + name[end : word.start()] + choice for form in forms for choice in choices}
        end = word.end()
    return {form + name[end:] for form in forms}
