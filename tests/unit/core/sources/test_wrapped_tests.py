"""Names asked for through a macro that passes them on to ``__has_include``."""

import pytest

from clcache_launcher.core.sources.facts import scan_source
from clcache_launcher.core.sources.wrapped_tests import scan_directive_names, unite


@pytest.mark.parametrize(
    "line",
    [
        "#define HAS(x) __has_include(x)",
        "#  define HAS( name )  ( __has_include ( name ) )",
        "#define HAS(x)\\\n __has_include(x)",
    ],
)
def test_macro_that_passes_its_argument_on_is_known(line: str) -> None:
    facts = scan_source(f"{line}\n".encode())
    assert facts.forwards_test
    assert not facts.computed_test


@pytest.mark.parametrize(
    "line", ["#define HAS(x) __has_include(y)", "#define HAS __has_include", "#define H(x) (a + __has_include(x))"]
)
def test_other_macros_are_computed_tests(line: str) -> None:
    assert scan_source(f"{line}\n".encode()).computed_test


@pytest.mark.parametrize(
    "line",
    ["#if HAS(<x/y.h>)", "#elif A && HAS(<x/y.h>)", '#if HAS("x/y.h")', "#define Y <x/y.h>", "#define B HAS(<x/y.h>)"],
)
def test_literal_in_a_directive_is_asked_for(line: str) -> None:
    assert b"x/y.h" in scan_directive_names(f"{line}\n".encode()).names


@pytest.mark.parametrize("line", ["#define D(d) HAS(<d/types.h>)", "#define Q(x) HAS(#x)", "#define A(x) HAS(x)"])
def test_macro_that_makes_names_for_another_is_not_known(line: str) -> None:
    forwards = scan_directive_names(b"#define HAS(x) __has_include(x)\n")
    assert unite([forwards]) is not None
    assert unite([forwards, scan_directive_names(f"{line}\n".encode())]) is None


def test_literal_in_a_comment_is_not_asked_for() -> None:
    assert scan_directive_names(b"// #if HAS(<x.h>)\n/*\n#if HAS(<x.h>)\n*/\n").names == frozenset()


def test_name_that_holds_a_macro_is_known_in_each_form() -> None:
    asks = scan_directive_names(b"#if HAS(<dir/x.h>)\n#endif\n")
    assert unite([asks]) == frozenset({b"dir/x.h"})
    assert unite([asks, scan_directive_names(b"#define dir other\n")]) == frozenset({b"dir/x.h", b"other/x.h"})


@pytest.mark.parametrize("body", ["f(1)", "a b"])
def test_name_that_holds_a_macro_of_any_text_is_not_known(body: str) -> None:
    asks = scan_directive_names(b"#if HAS(<dir/x.h>)\n#endif\n")
    assert unite([asks, scan_directive_names(f"#define dir {body}\n".encode())]) is None
