"""What one source or header file tells a compiler cache, found by one scan of its bytes.

No directive is evaluated: a fact holds if it holds in any ``#if`` branch and in any way that some compiler might read
the file (see ``tokens``). Two things are not covered and must be kept out of direct mode by the option tables:
``-traditional-cpp`` (it pastes over comments and expands in strings), and ``-finput-charset`` or ``/source-charset``
with an encoding that does not extend ASCII.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.core.sources.asked_names import AskedNames, asked_names
from clcache_launcher.core.sources.assembler import composes_assembler, includes_in_assembler
from clcache_launcher.core.sources.pastes import (
    TIME_MACROS,
    can_paste_file_macro,
    can_paste_test,
    can_paste_time_macro,
    file_fragments,
    find_words,
    fragments_of_tests,
    time_fragments,
)
from clcache_launcher.core.sources.tokens import BLANK, Source, read_source
from clcache_launcher.util.patterns import late_pattern

__all__ = [
    "FILE_WORD",
    "Facts",
    "can_paste_file_macro",
    "can_paste_test",
    "can_paste_time_macro",
    "scan_definition",
    "scan_source",
]


class Facts(Struct, frozen=True, dict=True):
    """What may matter of one file; names are as written, without repeats, in the order of the file."""

    quoted: tuple[bytes, ...] = ()
    """Names in ``#include "name"``, ``#include_next`` and ``#import``."""
    angled: tuple[bytes, ...] = ()
    """Names in ``#include <name>``, ``#include_next`` and ``#import``."""
    tested_quoted: tuple[bytes, ...] = ()
    """Names in ``__has_include("name")`` and ``__has_include_next``."""
    tested_angled: tuple[bytes, ...] = ()
    """Names in ``__has_include(<name>)`` and ``__has_include_next``."""
    time_macros: tuple[bytes, ...] = ()
    """Those of ``__DATE__``, ``__TIME__`` and ``__TIMESTAMP__`` that occur as tokens."""
    time_fragments: tuple[bytes, ...] = ()
    """Parts of a time macro's name; only for ``can_paste_time_macro``."""
    pastes: bool = False
    """The operator ``##`` occurs."""
    computed_include: bool = False
    """An include whose name comes from a macro."""
    computed_test: bool = False
    """A test whose name comes from a macro, or may; only a preprocessor knows the names."""
    tested_in_macro: tuple[bytes, ...] = ()
    """Names in ``__has_include(<name>)`` in a macro's body: a word of one that is a macro is expanded."""
    test_fragments: tuple[bytes, ...] = ()
    """Parts of the names of tests; only for ``can_paste_test``."""
    forwards_test: bool = False
    """``#define NAME(x) __has_include(x)`` or the like; see ``wrapped_tests`` for what is asked through it."""
    imports: bool = False
    """``#import`` occurs; cl.exe makes headers from a type library then."""
    embedded: bool = False
    """``#embed`` or ``__has_embed`` occurs."""
    assembler_include: bool = False
    """Inline assembler may name a file (``.incbin``, ``.include``)."""
    assembler_composed: bool = False
    """Inline assembler may be put together of text that stands elsewhere; see ``assembler``."""
    once: bool = False
    """``#pragma once`` or ``#import`` may occur: then it matters which names are one file."""
    line_names: tuple[bytes, ...] = ()
    """Names that ``#line`` gives to what follows; gcc shows lines of such a file in its warnings."""
    computed_line: bool = False
    """A ``#line`` whose name only a preprocessor knows."""
    file_macros: bool = False
    """``__FILE__`` or another way to the path of a source file occurs."""
    file_fragments: tuple[bytes, ...] = ()
    """Parts of the name of such a macro; only for ``can_paste_file_macro``."""
    anonymous_namespace: bool = False
    """``namespace {`` occurs; the MSVC ABI gives it a name made of the source's path."""
    file_pragma: bool = False
    """A pragma or ``#using`` that reads, tests or redirects files occurs."""
    modules: bool = False
    """A module is declared or imported."""
    opaque: bool = False
    """The file is not understood; the other facts may be incomplete."""

    @cached_property
    def asked(self) -> AskedNames:
        """The names of the first four; made once, for each unit that reads the file needs them."""
        return asked_names(self.quoted, self.angled, self.tested_quoted, self.tested_angled)


_OPAQUE: Final = Facts(opaque=True)


def _compile(pattern: bytes, flags: int = 0) -> re.Pattern[bytes]:
    """Compile a pattern in which GAP and BLANKS stand for what may and what must stand between two tokens of a line."""
    pattern = pattern.replace(b"HASH", rb"\nGAP(?:#|%:)GAP").replace(b"TEST", rb"__has_include(?:_next)?(?:__)?\b")
    return late_pattern(pattern.replace(b"GAP", BLANK + rb"*+").replace(b"BLANKS", BLANK + rb"++"), flags)


_INCLUDES: Final = frozenset((b"include", b"include_next", b"import", b"__include_macros"))
# The last of the keywords is that of a line number without a keyword.
_DIRECTIVE: Final = _compile(
    rb"HASH((?:include|include_next|import|__include_macros|embed|pragma|using|line)\b|(?=[0-9]))([^\n]*+)"
)
_LINES: Final = frozenset((b"line", b""))
_OPERAND: Final = _compile(rb'GAP(?:"([^"\n]*+)"|<([^<>\n]*+)>)')
_HALF_OPERAND: Final = _compile(rb'GAP[<"]')
# In an angled name: a comment's mark, or what had opened a literal. The lines behind may be misread then.
_CUT_NAME: Final = late_pattern(rb"[\0'\"]")
_CUT: Final = (b"", b"\0")
_NO_NAME: Final = (b"", b"")

_ONCE: Final = late_pattern(rb"once(?<!\w.{4})\b")
_LINE_OPERANDS: Final = _compile(rb'GAP[0-9]++GAP(?:"([^"\\\n]*+)"[0-9 \t\f\v\0]*+)?')

_TESTED_NAME: Final = _compile(rb'TESTGAP\(GAP(?:"([^"\n]*+)"|<([^<>\n]*+)>)')
_WHOLE_TEST: Final = _compile(rb'TESTGAP\(GAP(?:""|<[^<>\n]*+>)GAP\)')
_HALF_TEST: Final = _compile(rb"TESTGAP\(GAP<(?![^<>\n]*+>GAP\))")
_ANGLED_TEST: Final = _compile(rb"\b__has_include(?:__)?\bGAP\(GAP<([^<>\n]*+)>GAP\)")
_PARAMETERS: Final = _compile(rb"HASHdefineBLANKS\w+\(([^)\n]*+)\)")
_WORD: Final = late_pattern(rb"[A-Za-z_]\w*+")
_ANY_TEST: Final = _compile(rb"\bTEST")
_CONDITION: Final = _compile(rb"HASH(?:el)?if\b")
# These read no file: #ifdef __has_include, #define __has_include(x) 0, #error no __has_include, defined(__has_include).
_HARMLESS_LINE: Final = _compile(rb"HASH(?:(?:(?:el)?ifn?def|undef|define)BLANKSTEST|(?:error|warning)\b[^\n]*+)")
_DEFINED_TEST: Final = _compile(rb"\bdefinedGAP\(?GAPTEST")
_FORWARDING: Final = _compile(rb"HASHdefineBLANKS\w+\(GAP(\w+)GAP\)GAP\(?GAPTESTGAP\(GAP\1GAP\)GAP\)?GAP(?=\n)")
_EMBED_TEST: Final = late_pattern(rb"\b__has_embed(?:__)?\b")

_FILE_MARKS: Final = (b"FILE", b"_FUNC", b"source_location")
FILE_WORD: Final = late_pattern(
    rb"__(?<!\w..)(?:(?:FILE|FILE_NAME|BASE_FILE|PRETTY_FUNCTION|FUNCSIG|FUNCDNAME)__|builtin_(?:FILE|FILE_NAME|source_location))\b"
    rb"|source_location(?<!\w.{15})\b"
)
_ANONYMOUS_NAMESPACE: Final = late_pattern(rb"namespace[\n \t\f\v\0\x80-\xff]*+(?:\{|<%|\[\[|__attribute__|__declspec)")
_FILE_PRAGMA_MARKS: Final = (b"include_alias", b"pch_preprocess", b"dependency", b"module")
_FILE_PRAGMA: Final = _compile(
    rb"\b(?:include_alias|pch_preprocess|GCCBLANKSdependency|clangBLANKSmodule)\b|HASHpragmaGAPdependency\b"
)
# An import may follow a statement on its line, as clang takes it; MODULE(x) and `module` as a name are no modules.
_MODULE: Final = _compile(
    rb'[\n;{}]GAP(?:exportBLANKS)?import(?:GAP(?:[<"]|:(?!:))|BLANKS[A-Za-z_])'
    rb"|\nGAPexportBLANKSmodule\b"
    rb"|\nGAPmodule(?:GAP(?:;|:(?!:))|BLANKS[A-Za-z_][\w.: \t\f\v\0\x80-\xff]*+[\[;\n])"
    rb"|@GAPimport\b"
)


def scan_source(data: bytes) -> Facts:
    """Tell what one source or header file holds that matters to the cache.

    Args:
        data: The bytes of the file; any bytes are fine.
    """
    source = read_source(data)
    return _OPAQUE if source is None else _facts_of(source)


def scan_definition(text: str) -> Facts:
    """Tell the same of the text behind ``-D``, e.g. ``NAME``, ``NAME=body`` or ``NAME(x)=body``."""
    if "\n" in text or "\r" in text:
        return _OPAQUE
    name, _, body = text.partition("=")
    facts = scan_source(f"#define {name} {body}\n".encode("utf-8", "surrogateescape"))
    # What is asked through a macro is only looked for if a file defines it.
    return replace(facts, computed_test=facts.computed_test or facts.forwards_test)


def _facts_of(source: Source) -> Facts:
    code, masked = source.code, source.masked
    in_code, in_masked = source.code_marks, source.masked_marks
    directives: list[tuple[bytes, bytes]] = _DIRECTIVE.findall(source.code_directives)
    keywords = {keyword for keyword, _ in directives}
    included = [_operand(rest) for keyword, rest in directives if keyword in _INCLUDES]
    tested, tested_in_macro = _tested_names(source) if b"__has_include" in in_code else ([], ())
    words = find_words(masked)
    lined = [_line_name(rest) for keyword, rest in directives if keyword in _LINES]
    return Facts(
        quoted=_unique(quoted for quoted, _ in included),
        angled=_unique(angled for _, angled in included),
        tested_quoted=_unique(quoted for quoted, _ in tested),
        tested_angled=_unique(angled for _, angled in tested),
        time_macros=tuple(name for name in TIME_MACROS if name in words.of_time),
        time_fragments=time_fragments(masked, words),
        pastes=b"##" in in_masked or b"%:%:" in in_masked,
        computed_include=_NO_NAME in included,
        computed_test=_NO_NAME in tested,
        test_fragments=fragments_of_tests(source),
        tested_in_macro=tested_in_macro,
        forwards_test=b"__has_include" in in_masked and _FORWARDING.search(masked) is not None,
        imports=b"import" in keywords,
        embedded=b"embed" in keywords or (b"__has_embed" in in_masked and _EMBED_TEST.search(masked) is not None),
        assembler_include=includes_in_assembler(source),
        assembler_composed=composes_assembler(source),
        once=b"import" in keywords or (b"once" in in_code and _ONCE.search(code) is not None),
        line_names=_unique(name for name in lined if name is not None),
        computed_line=None in lined,
        file_macros=any(mark in in_masked for mark in _FILE_MARKS) and FILE_WORD.search(masked) is not None,
        file_fragments=file_fragments(source, words),
        anonymous_namespace=b"namespace" in in_masked and _ANONYMOUS_NAMESPACE.search(masked) is not None,
        file_pragma=b"using" in keywords
        or (any(mark in in_code for mark in _FILE_PRAGMA_MARKS) and _FILE_PRAGMA.search(code) is not None),
        modules=(b"import" in in_masked or b"module" in in_masked) and _MODULE.search(masked) is not None,
        opaque=any(_CUT_NAME.search(angled) or quoted.endswith(b"\\") for quoted, angled in included + tested),
    )


def _operand(text: bytes) -> tuple[bytes, bytes]:
    match = _OPERAND.match(text)
    if match is not None:
        return match[1] or b"", match[2] or b""
    return _CUT if _HALF_OPERAND.match(text) else _NO_NAME


def _line_name(operands: bytes) -> bytes | None:
    """The name in a ``#line``, empty when it has none, ``None`` when it is not certain."""
    match = _LINE_OPERANDS.fullmatch(operands)
    return (match[1] or b"") if match else None


def _tested_names(source: Source) -> tuple[list[tuple[bytes, bytes]], tuple[bytes, ...]]:
    """Names that ``__has_include`` asks for; ``_NO_NAME`` among them if it is used in a way that hides one.

    Returns:
        The names, and those of them that stand in a macro's body.
    """
    names: list[tuple[bytes, bytes]] = _TESTED_NAME.findall(source.code)
    in_macros: list[bytes] = []
    if _HALF_TEST.search(source.masked):
        names.append(_CUT)
    doubtful = _DEFINED_TEST.sub(b" ", _HARMLESS_LINE.sub(b"\n", _FORWARDING.sub(b"\n", source.masked)))
    for line in doubtful.split(b"\n"):
        if b"__has_include" not in line:
            continue
        is_condition = _CONDITION.match(b"\n" + line) is not None
        # In a macro's body only the angled form means the same wherever the macro is used.
        literal_test = _WHOLE_TEST if is_condition else _ANGLED_TEST
        found = [] if is_condition else _ANGLED_TEST.findall(line)
        parameters = _PARAMETERS.match(b"\n" + line) if found else None
        words = set(_WORD.findall(b" ".join(found)))
        if _ANY_TEST.search(literal_test.sub(b"", line)) or (parameters and words & {*_WORD.findall(parameters[1])}):
            names.append(_NO_NAME)
        in_macros += found
    return names, _unique(in_macros)


def _unique(names: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
