"""Command lines that are too long for the system."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.command_line import (
    Limit,
    Shortened,
    posix_limit,
    shorten,
    windows_limit,
    write_response_file,
)
from clcache_launcher.compilers.response_file import Quoting, split_response_file

KNOWN = tuple(quoting for quoting in Quoting if quoting is not Quoting.CL)
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
awkward = st.text(st.sampled_from("ab \"'\\\n\r\t\v\fä@"), max_size=9)
tokens = st.lists(words | awkward, max_size=6)


@given(tokens, st.sampled_from(Quoting))
def test_what_is_written_is_read_back(arguments: list[str], quoting: Quoting) -> None:
    content = write_response_file(arguments, quoting)
    if content is not None:
        assert split_response_file(content, quoting) == arguments


@given(tokens, st.sampled_from(KNOWN))
def test_only_empty_arguments_and_nested_files_can_not_be_written(arguments: list[str], quoting: Quoting) -> None:
    usual = [token for token in arguments if token and not token.startswith("@")]
    assert write_response_file(usual, quoting) is not None


@given(st.lists(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1), max_size=6))
def test_text_without_control_characters_can_be_written_for_cl(arguments: list[str]) -> None:
    usual = [token for token in arguments if not token.startswith("@")]
    assert write_response_file(usual, Quoting.CL) is not None


@pytest.mark.parametrize("quoting", Quoting)
def test_argument_that_would_name_a_file_is_not_written(quoting: Quoting) -> None:
    assert write_response_file(["-c", "@a"], quoting) is None


def test_bytes_that_are_no_text_are_written_as_they_are() -> None:
    name = "\udcff\udcfea"
    assert write_response_file([name], Quoting.CLANG) == b" \xff\xfea"
    assert write_response_file([name], Quoting.CL) is None


def limit(total: int, single: int = 100) -> Limit:
    return Limit(total, single, 9, is_bytes=True)


def test_command_line_that_fits_stays() -> None:
    argv = ("gcc", "-c", "a.c")
    assert shorten(argv, limit(8 + 27), Quoting.GCC, "/s") == Shortened(argv, None)


@pytest.mark.parametrize("small", [limit(8 + 26), limit(1000, 3)], ids=["all", "one"])
def test_command_line_that_does_not_fit_is_given_by_a_file(small: Limit) -> None:
    short = shorten(("gcc", "-c", "a.c"), small, Quoting.GCC, "/s")
    assert short == Shortened(("gcc", "@/s"), b" -c a.c")


def test_command_line_that_no_file_can_give_is_told() -> None:
    assert shorten(("gcc", "-c", "@a"), limit(1), Quoting.GCC, "/s") is None
    assert shorten(("clang", "--rsp-quoting=posix", "-c"), limit(1), Quoting.CLANG, "/s") is None


def test_what_the_launcher_was_started_with_fits() -> None:
    given_ = ("gcc", *("x" * 1000 for _ in range(1000)))
    bounds = posix_limit(given_, {"A": "b" * 1_000_000})
    assert shorten(given_, bounds, Quoting.GCC, "/s") == Shortened(given_, None)
    assert shorten((*given_, "-MD"), bounds, Quoting.GCC, "/s") != Shortened((*given_, "-MD"), None)


def test_environment_counts() -> None:
    argv = ("gcc", *("x" * 1000 for _ in range(100)))
    for size, fits in ((10_000, True), (50_000, False)):
        short = shorten(argv, posix_limit(("gcc",), {"A": "b" * size}), Quoting.GCC, "/s")
        assert short is not None
        assert (short.argv == argv) is fits


def test_argument_longer_than_linux_takes_is_given_by_a_file() -> None:
    argv = ("gcc", "x" * (128 << 10))
    short = shorten(argv, posix_limit(argv, {}), Quoting.GCC, "/s")
    assert short is not None
    assert short.argv == ("gcc", "@/s")


def test_windows_takes_less() -> None:
    argv = ("cl", *("x" * 1000 for _ in range(40)))
    short = shorten(argv, windows_limit(), Quoting.CL, "s")
    assert short is not None
    assert short.argv == ("cl", "@s")
