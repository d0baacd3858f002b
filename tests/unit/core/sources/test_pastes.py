"""Which collections of fragments are suspected of spelling a time macro or a test."""

import pytest

from clcache_launcher.core.sources.facts import (
    Facts,
    can_paste_file_macro,
    can_paste_test,
    can_paste_time_macro,
    scan_source,
)


def is_suspected(*sources: str) -> bool:
    facts: list[Facts] = [scan_source(source.encode()) for source in sources]
    return any(each.pastes for each in facts) and can_paste_time_macro(
        [fragment for each in facts for fragment in each.time_fragments]
    )


CAT = "#define CAT_(x, y) x ## y\n#define CAT(x, y) CAT_(x, y)\n"


@pytest.mark.parametrize(
    "sources",
    [
        ("#define D __DA ## TE__",),
        ("#define D __DA /* */ %:%: TE__",),
        ("#define D(x) __ ## x ## __\nD(DATE)",),
        ("#define D(x) __##x\nD(TIME__)",),
        ("#define D __##T##I##M##E##__",),
        ("#define D _##_D##A##T##E_##_",),
        ("#define P(x) _##x\nP(_TIME__)",),
        ("#define P(x) _%:%:x\nP(_DATE__)",),
        ("#define P(x) x ## _\nP(__TIMESTAMP_)",),
        (CAT, "CAT(__DA, TE__)"),
        (CAT, "CAT(__DA\n,\nTE__)"),
        (CAT, "#define A __TI\n#define B ME__\nCAT(A, B)"),
        (CAT, "CAT(CAT(__, TI), CAT(ME, __))"),
        (CAT, "CAT(__D, CAT(AT, E__))"),
        (CAT, "CAT(__, CAT(TIMESTAMP, __))"),
        (CAT, "CAT(EMPTY __DA, TE__ EMPTY)"),
        ("#define CAT(x, y) x ## y", "#define A __DA", "CAT(__, TIME_)", "#define B TE__"),
    ],
)
def test_parts_that_spell_time_macro_are_suspected(sources: tuple[str, ...]) -> None:
    assert is_suspected(*sources)


@pytest.mark.parametrize(
    "sources",
    [
        (CAT,),
        (CAT, "CAT(__DA, TA__)"),
        ("__DA TE__",),
        (CAT, '"__DA" "TE__" // __DA TE__'),
        ("#define A(f) __ ## f ## _chk", "enum { DATE, TIME };"),
        ("#define A(f) __CONCAT(__, f)", "enum { DATE, TIME };", CAT),
        ("#define DECLARE_HANDLE(name) struct name##__ { int unused; }", "void f(DATE);", CAT),
        (CAT, "template <class T> f(A, D, E); _(x)", "#define X(f) __##f"),
    ],
)
def test_parts_of_ordinary_headers_are_not_suspected(sources: tuple[str, ...]) -> None:
    assert not is_suspected(*sources)


def test_whole_name_is_no_paste() -> None:
    assert not can_paste_time_macro(scan_source(b"(__DATE__)").time_fragments)


def test_limit_of_arguments_can_be_lifted() -> None:
    fragments = scan_source(b"f(__D, A, T, E, __)").time_fragments
    assert not can_paste_time_macro(fragments)
    assert can_paste_time_macro(fragments, max_arguments=None)


def test_other_text_is_no_fragment() -> None:
    with pytest.raises(ValueError, match="not a fragment"):
        can_paste_time_macro([b"a b"])


@pytest.mark.parametrize(
    "source",
    [
        "#define P(x) __has_##x\n#if P(include)(<a.h>)\n",
        "#define CAT(x, y) x%:%:y\n#if CAT(__has, _include)(<a.h>)\n",
        "#define P(x, y) __##x##_##y\n#define Q P(has, include)\n",
        "#define P(x) __h ## x\n#if P(as_embed)(<a.h>)\n",
        "#define H __has_\n#define N include_next\n",
    ],
)
def test_test_that_may_be_pasted_is_suspected(source: str) -> None:
    assert can_paste_test(scan_source(source.encode()).test_fragments)


@pytest.mark.parametrize(
    "source",
    [
        "#define HAS_TYPE(x) __has_##x\nint include, embed;\n",
        "#if defined(__has_include)\n#include <a.h>\n#endif\n",
        "#define include_all __has_feature(x)\n",
    ],
)
def test_test_that_can_not_be_pasted_is_not_suspected(source: str) -> None:
    assert not can_paste_test(scan_source(source.encode()).test_fragments)


def test_fragments_of_tests_are_words_that_no_hash_turns_into_text() -> None:
    facts = scan_source(b"#define A(x) #include x##_next _ has2 2has embedded (has) n\n")
    assert facts.test_fragments == (b"_", b"_next", b"has")


@pytest.mark.parametrize(
    ("source", "is_so"),
    [
        (CAT + "CAT(__FI, LE__)", True),
        (CAT + "CAT(__, CAT(BASE_FILE, __))", True),
        ("#define D __FUNC ## SIG__", True),
        ("#define D(x) __ ## x ## __\nD(PRETTY_FUNCTION)", True),
        (CAT + "CAT(__builtin_, FILE)()", True),
        ("#define D(x) __builtin_source##x\nD(_location)()", True),
        (CAT + "CAT(__builtin_FILE, x) x__builtin_ __builtin_memcpy", False),
        (CAT + "CAT(__FILE__, 1)", False),
        (CAT + "typedef struct _IO_FILE __FILE; FILE* f;", False),
        ("#define D(x) __##x\nFILE* f;", False),
    ],
)
def test_parts_that_spell_a_macro_for_the_name_of_a_file_are_suspected(source: str, *, is_so: bool) -> None:
    assert can_paste_file_macro(scan_source(source.encode()).file_fragments) is is_so
