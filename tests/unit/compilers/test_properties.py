"""What holds of every command line, whatever the dialect."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.dependencies import plan_run
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.gnu import CLANG, CLANG_CODEVIEW, CLANGXX, GCC, GXX
from clcache_launcher.compilers.msvc import CL
from clcache_launcher.compilers.options import Effect, Match, Option, OptionTable, Takes
from clcache_launcher.compilers.probe import Family
from clcache_launcher.model import Compilation, NotACompilation, Uncacheable
from support.parsing import parse_one

DIALECTS = (GCC, GXX, CLANG, CLANGXX, CLANG_CODEVIEW, CL, CLANG_CL)
dialects = pytest.mark.parametrize(
    "dialect", DIALECTS, ids=["gcc", "g++", "clang", "clang++", "codeview", "cl", "clang_cl"]
)
VALUES = ("a.cpp", "b.c", "x.o", "x", "1", "", "-", "X=1", "x,y", "c++", "@r", "dir/", "\udce4", "-c", "/c", "none")


def rows_of(table: OptionTable) -> list[Option]:
    rows = {row.spelling: row for row in (*table._exact.values(), *table._joined.values())}
    return [rows[spelling] for spelling in sorted(rows)]


def words_of(row: Option, value: str, joined: bool) -> list[str]:
    if row.takes is Takes.NOTHING:
        return [row.spelling]
    if row.takes is Takes.SEPARATE or (row.takes is Takes.JOINED_OR_SEPARATE and not joined):
        return [row.spelling, value]
    return [row.spelling + value]


def options_of(dialect: Dialect) -> st.SearchStrategy[list[str]]:
    """An option as a row has it, with any value, also inside those that carry options."""
    tables = [dialect.options, *dialect.nested.values()]
    rows = st.one_of(*(st.sampled_from(rows_of(table)) for table in tables if rows_of(table)))
    return st.builds(words_of, rows, st.sampled_from(VALUES), st.booleans())


def lines_of(dialect: Dialect) -> st.SearchStrategy[list[str]]:
    """Words of options in any order, among other words."""
    words = st.one_of(
        options_of(dialect),
        st.sampled_from(VALUES).map(lambda word: [word]),
        st.text(max_size=9).map(lambda word: [word]),
    )
    return st.lists(words, max_size=6).map(lambda parts: [word for part in parts for word in part])


OPTIONS = {id(dialect): options_of(dialect) for dialect in DIALECTS}
LINES = {id(dialect): lines_of(dialect) for dialect in DIALECTS}


def parse(dialect: Dialect, arguments: Sequence[str]) -> Compilation | Uncacheable | NotACompilation:
    return parse_one(dialect, arguments, {"r": b"-O2 /O2"}.get, lambda name: name.endswith((".c", ".cpp")))


def compile_words(dialect: Dialect) -> list[str]:
    return ["/c", "a.cpp"] if dialect.windows_quoting else ["-c", "a.cpp"]


@dialects
@settings(max_examples=30)
@given(data=st.data())
def test_any_words_have_one_meaning(dialect: Dialect, data: st.DataObject) -> None:
    arguments = [*compile_words(dialect), *data.draw(LINES[id(dialect)])]
    parsed = parse(dialect, arguments)
    assert parsed == parse(dialect, tuple(arguments))
    if isinstance(parsed, Compilation):
        assert parsed.outputs[0].role == "object"
        assert len({output.path for output in parsed.outputs}) == len(parsed.outputs)
        assert parsed.source in parsed.arguments or any(parsed.source in word for word in parsed.arguments)
        assert set(parsed.key_arguments) <= set(parsed.arguments)
        assert set(parsed.inspection_arguments) <= set(parsed.arguments)
        assert not parsed.records_command_line or parsed.key_arguments == parsed.arguments


@dialects
@settings(max_examples=30)
@given(data=st.data())
def test_every_word_of_a_compilation_is_in_the_key_or_names_an_output(dialect: Dialect, data: st.DataObject) -> None:
    parsed = parse(dialect, [*compile_words(dialect), *data.draw(LINES[id(dialect)])])
    if isinstance(parsed, Compilation):
        shown: list[str] = []
        for match in dialect.options.split(parsed.arguments, lambda _: True):
            assert isinstance(match, Match)
            if match.option is None or match.option.effect not in (Effect.OUTPUT, Effect.DEPFILE_NAME):
                shown += match.tokens
        rest = iter(parsed.key_arguments)
        assert all(word in rest for word in shown)


@dialects
@settings(max_examples=30)
@given(data=st.data())
def test_unknown_option_makes_any_compilation_uncacheable(dialect: Dialect, data: st.DataObject) -> None:
    line = data.draw(LINES[id(dialect)])
    if isinstance(parse(dialect, [*compile_words(dialect), *line]), Compilation):
        unknown = data.draw(st.sampled_from(["-unheard-of", "--unheard-of=1", "-Zunheard"]))
        assert isinstance(parse(dialect, [unknown, *compile_words(dialect), *line]), Uncacheable)


@dialects
@settings(max_examples=30)
@given(data=st.data())
def test_order_of_options_is_in_the_key(dialect: Dialect, data: st.DataObject) -> None:
    one, other = data.draw(st.tuples(OPTIONS[id(dialect)], OPTIONS[id(dialect)]))
    first = parse(dialect, [*compile_words(dialect), *one, *other])
    second = parse(dialect, [*compile_words(dialect), *other, *one])
    if isinstance(first, Compilation) and isinstance(second, Compilation) and one != other:
        swapped = first.arguments != second.arguments
        both_shown = set(one) <= set(first.key_arguments) and set(other) <= set(first.key_arguments)
        assert not (swapped and both_shown) or first.key_arguments != second.key_arguments


FAMILIES = {"gcc": Family.GCC, "clang": Family.CLANG, "cl": Family.CL, "clang_cl": Family.CLANG_CL}


@dialects
@settings(max_examples=30)
@given(data=st.data())
def test_run_keeps_what_the_caller_gave(dialect: Dialect, data: st.DataObject) -> None:
    arguments = [*compile_words(dialect), *data.draw(LINES[id(dialect)])]
    parsed = parse(dialect, arguments)
    if isinstance(parsed, Compilation):
        argv = ("compiler", *arguments)
        plan = plan_run(argv, FAMILIES[dialect.name], parsed, "/scratch")
        assert plan.argv[len(plan.argv) - len(arguments) :] == tuple(arguments)
        if parsed.records_command_line:
            assert plan.argv == argv
