"""The matcher of option tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.options import Effect, Match, Option, OptionTable, Takes
from clcache_launcher.model import Reason, Uncacheable


def option(spelling: str, takes: Takes, effect: Effect = Effect.KEY) -> Option:
    return Option(spelling, takes, effect, "test:page")


FLAG = option("-c", Takes.NOTHING)
JOINED = option("-std=", Takes.JOINED)
OPTIONAL = option("-O", Takes.OPTIONAL_JOINED)
SEPARATE = option("-arch", Takes.SEPARATE)
EITHER = option("-I", Takes.JOINED_OR_SEPARATE)
LONGER = option("-Isys", Takes.JOINED)
END = option("--", Takes.NOTHING, Effect.END)
TABLE = OptionTable((FLAG, JOINED, OPTIONAL, SEPARATE, EITHER, LONGER, END))


def split(*arguments: str, table: OptionTable = TABLE) -> list[Match | Uncacheable]:
    return list(table.split(arguments))


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        (("-c",), Match(("-c",), "", FLAG)),
        (("-std=c11",), Match(("-std=c11",), "c11", JOINED)),
        (("-O",), Match(("-O",), "", OPTIONAL)),
        (("-O2",), Match(("-O2",), "2", OPTIONAL)),
        (("-arch", "x"), Match(("-arch", "x"), "x", SEPARATE)),
        (("-arch", "-c"), Match(("-arch", "-c"), "-c", SEPARATE)),
        (("-Ia",), Match(("-Ia",), "a", EITHER)),
        (("-I", "a"), Match(("-I", "a"), "a", EITHER)),
        (("-I", ""), Match(("-I", ""), "", EITHER)),
        (("-Isysa",), Match(("-Isysa",), "a", LONGER)),
        (("a.c",), Match(("a.c",), "a.c", None)),
        (("-",), Match(("-",), "-", None)),
        (("",), Match(("",), "", None)),
    ],
)
def test_match(arguments: tuple[str, ...], match: Match) -> None:
    assert split(*arguments) == [match]


@pytest.mark.parametrize("token", ["-x", "-C", "-cc", "-std=", "-archx", "-stdc11", "--x"])
def test_unknown_spelling_is_uncacheable(token: str) -> None:
    assert split("-c", token, "-O2") == [Match(("-c",), "", FLAG), Uncacheable(Reason.UNKNOWN_OPTION, token)]


@pytest.mark.parametrize("token", ["-arch", "-I"])
def test_missing_value_is_bad_argument(token: str) -> None:
    assert split(token) == [Uncacheable(Reason.BAD_ARGUMENT, token)]


def test_a_longer_spelling_needs_a_value_too() -> None:
    assert split("-Isys") == [Match(("-Isys",), "sys", EITHER)]


def test_after_the_end_all_are_sources() -> None:
    end, *rest = split("--", "-c", "--")
    assert isinstance(end, Match)
    assert (end.tokens, end.option is not None) == (("--",), True)
    assert rest == [Match(("-c",), "-c", None), Match(("--",), "--", None)]


def test_a_spelling_may_have_rows_that_differ_in_takes() -> None:
    separate, joined = option("-F", Takes.SEPARATE), option("-F", Takes.JOINED)
    table = OptionTable((separate, joined))

    assert split("-F", "a", "-Fb", table=table) == [Match(("-F", "a"), "a", separate), Match(("-Fb",), "b", joined)]


def test_slash_begins_an_option_only_where_it_may() -> None:
    assert split("/c") == [Match(("/c",), "/c", None)]
    assert split("/c", table=OptionTable((FLAG,), "-/")) == [Match(("/c",), "", FLAG)]


def test_slash_that_no_row_knows_may_be_a_file() -> None:
    table = OptionTable((FLAG,), "-/")

    assert list(table.split(["/home/a.c"], lambda name: name == "/home/a.c")) == [
        Match(("/home/a.c",), "/home/a.c", None)
    ]
    assert list(table.split(["/home/a.c"])) == [Uncacheable(Reason.UNKNOWN_OPTION, "/home/a.c")]


@given(st.lists(st.text("-cIOsyarh=td/x .", max_size=6).filter(lambda token: token != "--")))
def test_every_token_is_in_one_match_in_order(arguments: list[str]) -> None:
    found = split(*arguments)

    tokens = [token for match in found if isinstance(match, Match) for token in match.tokens]
    assert tokens == arguments[: len(tokens)]
    assert len(tokens) == len(arguments) or isinstance(found[-1], Uncacheable)
