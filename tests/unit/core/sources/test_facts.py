"""Facts of source text: what is found, what is not, and that no bytes can hurt."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from clcache_launcher.core.sources.facts import Facts, scan_definition, scan_source

NAMES = {field.name for field in fields(Facts)}
BOOLEANS = {field.name for field in fields(Facts) if isinstance(field.default, bool)}


def found(source: str | bytes) -> dict[str, object]:
    """Facts that differ from those of an empty file."""
    facts = scan_source(source.encode() if isinstance(source, str) else source)
    return {name: getattr(facts, name) for name in NAMES if getattr(facts, name) != getattr(Facts(), name)}


def holds(earlier: Facts, later: Facts) -> bool:
    """Tell whether ``later`` says everything that ``earlier`` says."""
    return all(
        getattr(later, name) or not getattr(earlier, name)
        if name in BOOLEANS
        else set(getattr(earlier, name)) <= set(getattr(later, name))
        for name in NAMES
    )


@pytest.mark.parametrize(
    "source",
    [
        '#include "a.h"',
        ' \t#\tinclude\t"a.h" // "b.h"',
        '#include"a.h"',
        '# /* x */ include /**/ "a.h" /* "b.h" */',
        '/* x\n y */ #include "a.h"',
        '/* x */ /* y\n */#include "a.h"',
        '%:include "a.h"',
        '??=include "a.h"',
        '#\\\ninclude "a.h"',
        '#inc\\\nlude "a\\\n.h"',
        '#inc\\  \nlude "a.h"',
        '#inc\\\r\nlude "a.h"\r\n',
        '#inc??/\nlude "a.h"',
        '\\\n#include "a.h"',
        '\ufeff#include "a.h"',
        '\u00a0#\u00a0include\u00a0"a.h"',
        '#include_next "a.h"',
        '#if 0\n#include "a.h"\n#endif',
        '#if 0\nit\'s /* not */ a literal\n#endif\n#include "a.h"',
        '#error don\'t\n#include "a.h"',
        '#error say "hi\n#include "a.h"',
        "int a = 1'000'000;\n#include \"a.h\"",
        "char c = '\"';\n#include \"a.h\"\nchar d = '\"';",
        "char c = '\\'';\n#include \"a.h\"",
        'const char *s = "/*";\n#include "a.h"\nconst char *t = "*/";',
        'const char *s = "\\\\";\n#include "a.h"',
        'const char *s = "\\"/*";\n#include "a.h"\n/* */',
        '// comment /*\n#include "a.h"\n// */',
        'auto s = R"(/*)";\n#include "a.h"\n/* */',
        'auto s = R"(")"; /*\n*/\n#include "a.h"',
        'auto s = u8R"x()" /* )x";\n#include "a.h"',
        'auto s = R"(a\\)";\n#include "a.h"',
        'auto s = R"d(\n)"d\n" /* )d";\n#include "a.h"',
        'auto s = R"d(\n)\\\nd" /* )d";\n#include "a.h"',
        '#define R "x"\nconst char *s = FOOR"(";\n#include "a.h"',
        'int x = 10//**/2\n;\n#include "a.h"',
        'int x = 10 //* c90 /\n#include "a.h"\n// */',
        '/***/\n#include "a.h"',
        '/*/ */\n#include "a.h"',
        '#include "a.h"\n#  include "a.h"',
        '// \u8868\\\n#include "a.h"',
        'const char *s = "\u8868\\"; /*\n*/\n#include "a.h"',
    ],
)
def test_include_is_found(source: str) -> None:
    assert scan_source(source.encode()).quoted == (b"a.h",)
    assert not scan_source(source.encode()).opaque


@pytest.mark.parametrize(
    "source",
    [
        '// #include "a.h"',
        '// x \\\n#include "a.h"',
        '/* \n#include "a.h"\n*/',
        'int x; #include "a.h"',
        'const char *s = "\\\n#include \\"a.h\\"";',
        '#define X #include "a.h"',
        '#included "a.h"',
        '#pragma include "a.h"',
        '"x" #include "a.h"',
    ],
)
def test_no_include_is_found(source: str) -> None:
    assert found(source) == {}


def test_include_in_raw_string_is_reported_because_it_may_be_none() -> None:
    assert found('auto s = R"(\n#include <a.h>\n)";') == {"angled": (b"a.h",)}


def test_names_keep_order_and_kind_without_repeats() -> None:
    source = (
        b'#include <z.h>\n#include "b/c.h"\n#include <z.h>\n#import <a b.h>\n#include "..\\x.h"\n#include <y//x.h >'
    )
    facts = scan_source(source.replace(b"y//x.h ", b"y.h"))
    assert (facts.angled, facts.quoted) == ((b"z.h", b"a b.h", b"y.h"), (b"b/c.h", b"..\\x.h"))
    assert facts.imports
    assert not facts.opaque


@pytest.mark.parametrize(
    "source",
    [
        "#include <a//b.h>",
        "#include <a/*b.h>\nint x;\n/* */",
        "#include <it's.h> /* x\n*/",
        "#include <a.h\n",
        '#include "a.h\n',
        '#include "a\\" // "',
        "#if __has_include(<a//b.h>)",
        "#if __has_include(<a/*b.h>) /* */",
    ],
)
def test_header_name_that_hides_how_its_line_is_read_is_opaque(source: str) -> None:
    assert scan_source(source.encode()).opaque


@pytest.mark.parametrize(
    "data",
    [
        "#include <a.h>".encode("utf-16"),
        "#include <a.h>".encode("utf-16-be"),
        "#include <a.h>".encode("utf-32"),
        b"int x;\0",
        b"#include <a.h>\r#include <b.h>\r",
        b"int x; /* no end",
        b'??/\nauto s = R"(x)";',
    ],
)
def test_file_that_is_not_understood_is_opaque(data: bytes) -> None:
    assert scan_source(data).opaque


@pytest.mark.parametrize(
    "source", ["#include X", "#include X(a.h)", "#include", "#include_next X", "#import X", '#include ""']
)
def test_include_of_macro_is_computed(source: str) -> None:
    assert scan_source(source.encode()).computed_include


def test_tested_names() -> None:
    source = """
    #if defined(__has_include) && __has_include(<a.h>)
    #elif defined __has_include && (__has_include ( "b.h" ) || __has_include_next(<c.h>))
    # if __has_include /* x */ (<d.h>) && \\
         __has_include__(<e.h>)
    #define HAS_F __has_include(<f.h>)
    """
    assert found(source) == {
        "tested_angled": (b"a.h", b"c.h", b"d.h", b"e.h", b"f.h"),
        "tested_quoted": (b"b.h",),
        "tested_in_macro": (b"f.h",),
    }


@pytest.mark.parametrize(
    "source",
    [
        "#ifdef __has_include",
        "# ifndef __has_include /**/",
        "#if defined(__has_include)",
        "#elif X && defined ( __has_include ) && !defined __has_include_next",
        "#define __has_include(x) 0",
        "#undef __has_include",
        "#error no __has_include here",
        'const char *s = "__has_include";',
        "// __has_include(X)",
    ],
)
def test_mention_of_has_include_is_no_test(source: str) -> None:
    assert found(source) == {}


@pytest.mark.parametrize(
    "source",
    [
        '#define HAS_A __has_include("a.h")',
        "#define HAS_A __has_include_next(<a.h>)",
        "#define HAS __has_include",
        "#if __has_include(X)",
        "#if __has_include X",
        "#if defined(__has_include) && __has_include(X)",
        "CHECK(__has_include(X))",
        "#if __has_in\\\nclude(X)",
        "#define I(x) __has_include(<x>)",
        "#define I(x, y) __has_include(<dir/y.h>)",
    ],
)
def test_test_of_macro_is_computed(source: str) -> None:
    assert scan_source(source.encode()).computed_test


@pytest.mark.parametrize(
    "source", ['#embed "a.bin"', "# embed <a> limit(1)", "#if __has_embed(<a>)", "#define E(x) __has_embed(x)"]
)
def test_embed_is_found(source: str) -> None:
    assert scan_source(source.encode()).embedded


@pytest.mark.parametrize(
    "source",
    [
        "__DATE__",
        "#if 0\nf(__DATE__);\n#endif",
        "#define D __DATE__",
        "x+__DA\\\nTE__+y",
        '"a"__DATE__"b"',
        "'a'__DATE__",
        "1'000 + __DATE__",
        "\u00a01'0 __DATE__",
        '\u00a0R"(")" __DATE__',
        "it's __DATE__\n1'0 'b' __DATE__",
        "/**/__DATE__//",
        'auto a = R"(")"; auto b = __DATE__; // "',
        "#define X /* x */ 1 // strict C90 of gcc: __DATE__",
        '#define R\nauto a = R"(" __DATE__ ")";',
    ],
)
def test_time_macro_is_found(source: str) -> None:
    assert scan_source(source.encode()).time_macros == (b"__DATE__",)


def test_all_time_macros_are_told_apart() -> None:
    assert scan_source(b"__TIMESTAMP__ __TIME__").time_macros == (b"__TIME__", b"__TIMESTAMP__")


@pytest.mark.parametrize(
    "source",
    [
        "// __DATE__",
        "/* __DATE__\n__TIME__ */",
        '"__DATE__"',
        "'__TIME__'",
        "x__DATE__",
        "__DATE__x",
        "__TIMES__",
        "0__DATE__",
        '"a\\\n__DATE__"',
    ],
)
def test_text_that_only_looks_like_time_macro_is_none(source: str) -> None:
    assert found(source) == {}


@pytest.mark.parametrize(
    "source",
    [
        'asm(".incbin \\"x\\"");',
        "#define X \"\\t.INCBIN 'x'\"",
        'asm volatile (".inc" "bin \\"x\\"");',
        '__asm__("nop\\n.include \\"x\\"");',
        '__asm__(".in" "clude \\"x\\"");',
        'asm(".in\\x63\\154\\u0075de \\"x\\"");',
        'asm(R"(\n  .incbin "x"\n)");',
        'asm(R"(\n  // .include "x"\n.include "x")");',
        "#define A(x) asm(#x)\nA(.incbin x)",
        'A(.include "x")',
        'asm(".macro m x\\n.inc\\\\x \\"f\\"\\n.endm");',
        'asm(".mri 1\\n include \\"f\\"");',
        'asm(".macro m a b\\n\\\\a\\\\b \\"f\\"\\n.endm\\nm .inc bin");',
        'asm(".irp d,.incbin,.include\\n.endr");',
        'asm(".inc{bin|bin} \\"f\\"");',
        'asm(".in%c0 \\"f\\"" : : "i"(cbin));',
        'asm(".%c0 \\"f\\"" : : "i"(incbin));',
    ],
)
def test_assembler_that_may_read_file_is_found(source: str) -> None:
    assert scan_source(source.encode()).assembler_include


@pytest.mark.parametrize(
    "source",
    [
        'asm("nop");',
        'f("include", ".");',
        'f("config.include");',
        "opts.include = 1;",
        'asm("a"); f("x.included")',
        'asm volatile("mov %0, %1\\n\\t.p2align 4" : "=r"(x) : "r"(y)); f("%d.%d.");',
        "// .incbin",
    ],
)
def test_harmless_assembler_is_none(source: str) -> None:
    assert not scan_source(source.encode()).assembler_include


@pytest.mark.parametrize(
    ("source", "fact"),
    [
        ("f(__FILE__)", "file_macros"),
        ("std::source_location::current()", "file_macros"),
        ("__builtin_FILE()", "file_macros"),
        ("__FILE_NAME__", "file_macros"),
        ("#define B __BASE_FILE__", "file_macros"),
        ("__builtin_source_location()", "file_macros"),
        ("__PRETTY_FUNCTION__", "file_macros"),
        ("__FUNCSIG__", "file_macros"),
        ("__FUNCDNAME__", "file_macros"),
        ("#pragma once", "once"),
        ('_Pragma("once")', "once"),
        ("#define O once\n_Pragma(S(O))", "once"),
        ("#import <a.h>", "once"),
        ("#line X", "computed_line"),
        ('#line 1 "a\\x"', "computed_line"),
        ("#line 1 F", "computed_line"),
        ("#line L", "computed_line"),
        ('asm(NAME "a");', "assembler_composed"),
        ('__asm__ volatile("a" NAME : "=r"(x));', "assembler_composed"),
        ("#define MY_ASM __asm__", "assembler_composed"),
        ("#define A(x) asm(#x)", "assembler_composed"),
        ("namespace {", "anonymous_namespace"),
        ("inline namespace /* x */\n[[a]] {", "anonymous_namespace"),
        ("#define a a##b", "pastes"),
        ("#define a a%:%:b", "pastes"),
        ('#pragma include_alias("a", "b")', "file_pragma"),
        ('#pragma GCC dependency "a"', "file_pragma"),
        ('#pragma dependency "a"', "file_pragma"),
        ('_Pragma("GCC dependency \\"a\\"")', "file_pragma"),
        ('#pragma GCC pch_preprocess "a"', "file_pragma"),
        ("#pragma clang module import a", "file_pragma"),
        ("#using <a.dll>", "file_pragma"),
        ("import a;", "modules"),
        ("export import a.b;", "modules"),
        ("import <a>;", "modules"),
        ('import "a";', "modules"),
        ("int x; import a;", "modules"),
        ("import :part;", "modules"),
        ("export module a;", "modules"),
        ("module;", "modules"),
        ("module a.b:c;", "modules"),
        ("module :private;", "modules"),
        ("@import Foundation;", "modules"),
    ],
)
def test_other_facts(source: str, fact: str) -> None:
    assert found(source)[fact] is True


@pytest.mark.parametrize(
    "source",
    [
        "namespace a {",
        "typedef int ____FILE_defined;",
        '#pragma comment(lib, "a")\n#pragma GCC system_header\n#pragma module_name',
        "int import = 1;\nimport = 2;\nimport(3);\nimport::f();\nx.import a;\n__declspec(dllimport) f();",
        "module = 2;\nmodule(x);\nmodule::f();\nmodule def_submodule(int);\nmodule m = x;",
        '"; import a;"',
        "#define a #b",
        "int nonce, once_more, _once, once2;",
    ],
)
def test_ordinary_code_has_no_facts(source: str) -> None:
    assert found(source) == {}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ('#line 7 "a.y"', (b"a.y",)),
        ('# 7 "a.y" 3 4', (b"a.y",)),
        ('#line 7 /* x */ "dir/a.y"\n#line 9\n#line 1 "b.y"', (b"dir/a.y", b"b.y")),
        ("#line 7", ()),
        ("#define X #line", ()),
    ],
)
def test_names_of_line_directives(source: str, names: tuple[bytes, ...]) -> None:
    facts = scan_source(source.encode())
    assert (facts.line_names, facts.computed_line) == (names, False)


def test_definition_is_scanned_like_its_directive() -> None:
    assert scan_definition("X") == Facts()
    assert scan_definition("X=__TIME__").time_macros == (b"__TIME__",)
    assert scan_definition("X(y)=y##__").pastes
    assert scan_definition("X=__DA").time_fragments == (b"(__DA)",)
    assert scan_definition("X=__has_include(Y)").computed_test
    assert scan_definition("X(y)=__has_include(y)").computed_test
    assert scan_definition("X=<x.h>") == Facts()
    assert scan_definition('X="__TIME__"') == Facts()
    assert scan_definition("X=\n").opaque


# Tokens that no blank may part, with the blanks and comments between them left to the tests.
LINES = st.lists(
    st.sampled_from(
        [
            [b"#", b"include", b'"a.h"'],
            [b"#", b"include", b"<b/c.h>"],
            [b"#", b"if", b"__has_include", b"(", b"<d.h>", b")"],
            [b"#", b"define", b"M(x)", b"x", b"##", b"__DA"],
            [b"int", b"x", b"=", b"'\\''", b";"],
            [b"f", b"(", b"__TIME__", b",", b'"s\\"\\\\"', b")", b";"],
            [b"asm", b"(", b'".inc"', b'"bin"', b")", b";"],
            [b"namespace", b"{"],
            [b"export", b"module", b"m;"],
            [b"f(__FILE__);"],
            [b"#", b"include", b"X"],
        ]
    ),
    max_size=6,
)
GAPS = st.sampled_from(
    [
        b" ",
        b"\t ",
        b" /**/ ",
        b"/* // __TIME__ */",
        b"/* ' \" // __DATE__ ##\n#include <no.h>\n*/",
        b" \\\n ",
        b"\\\r\n ",
    ]
)


@given(LINES, st.data())
def test_comments_and_splices_between_tokens_change_nothing(lines: list[list[bytes]], data: st.DataObject) -> None:
    plain = b"\n".join(b" ".join(tokens) for tokens in lines)
    varied = b"\n".join(b"".join(data.draw(GAPS) + token for token in tokens) for tokens in lines)
    assert scan_source(varied) == scan_source(plain)


@given(LINES, st.data())
def test_splice_with_blanks_loses_nothing(lines: list[list[bytes]], data: st.DataObject) -> None:
    plain = b"\n".join(b" ".join(tokens) for tokens in lines)
    gaps = st.sampled_from([b" ", b"\\ \n ", b" \\\t\f\r\n"])
    varied = b"\n".join(b"".join(data.draw(gaps) + token for token in tokens) for tokens in lines)
    assert holds(scan_source(plain), scan_source(varied))


@given(LINES, st.data())
def test_splice_in_token_changes_nothing(lines: list[list[bytes]], data: st.DataObject) -> None:
    plain = b"\n".join(b" ".join(tokens) for tokens in lines)
    where = data.draw(st.integers(0, len(plain)))
    assert scan_source(plain[:where] + data.draw(st.sampled_from([b"\\\n", b"\\\r\n"])) + plain[where:]) == scan_source(
        plain
    )


PIECES = st.sampled_from(
    [
        b"#include <a.h>",
        b"__DATE__",
        b"'",
        b'"',
        b"\\",
        b"\n",
        b'R"(',
        b')"',
        b"/",
        b"*",
        b"??/",
        b"1'0",
        b" ",
        b"##",
        b"\\ \n",
        b"__has_include(<",
        b"//*",
        b"\xe8",
        b"u8R",
    ]
)
TEXT = st.lists(PIECES, max_size=20).map(b"".join)


@given(TEXT)
def test_text_in_comment_adds_nothing(text: bytes) -> None:
    inside = text.replace(b"*", b"")
    line = inside.replace(b"\n", b" ")
    assert found(b"/* " + inside + b" */") in ({}, {"opaque": True})
    assert found(b"x // " + line + b" .") in ({}, {"opaque": True})


@given(TEXT)
def test_line_behind_any_text_of_closed_lines_is_seen_or_file_is_opaque(text: bytes) -> None:
    closed = text.replace(b"/*", b"").replace(b"/\\", b"").replace(b"/?", b"").replace(b'R"', b"").replace(b"??", b"")
    facts = scan_source(closed + b"\n \n#include <last.h>\n")
    assert facts.opaque or b"last.h" in facts.angled or b"/*" in closed


@given(st.binary(max_size=300) | TEXT)
def test_any_bytes_are_scanned(data: bytes) -> None:
    assert isinstance(scan_source(data), Facts)


@given(TEXT)
def test_raw_strings_only_add_facts(text: bytes) -> None:
    facts = scan_source(text)
    assert facts.opaque or holds(scan_source(text.replace(b'R"', b'x"')), facts)


SIZE = 1 << 20


# What a pattern might trip over when it is repeated.
UNITS = [
    *(bytes([byte]) for byte in b"\"'\\/*\n #_.9\x80"),
    *(b"/*", b"*/", b"//*", b"* ", b"/* ** ", b'\\\\"', b"\\\n", b"\\ \n", b"\\ ", b"??/", b"\xe8\\"),
    *(b'R"(', b'R"a(', b'u8R"(x)"', b"1'0", b"1.", b"a'b'", b"\n#", b"\n ", b"##", b"a ## ", b"%:%:", b"T ", b"__ "),
    *(b"__has_include(", b"__has_include(<", b'__has_include("', b"\n#if __has_include(<a>)", b"defined(", b"__FILE"),
    *(b"import ", b"\nimport", b"\nmodule a", b"\nmodule ", b"namespace ", b"namespace\n", b"include"),
    *(b".include ", b".include", b"asm", b'asm("', b'asm(".macro" ', b'\nasm(".a\\\\")', b"GCC ", b"clang  "),
    *(b"\n%:pragma ", b"\n#include <", b'\n#include "'),
]


@pytest.mark.parametrize("unit", UNITS)
def test_megabyte_of_anything_takes_linear_time(unit: bytes) -> None:
    data = unit * (SIZE // len(unit))
    start = time.process_time()
    scan_source(data)
    assert time.process_time() - start < 5
