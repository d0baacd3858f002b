"""Durations as users write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.config.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90", 90), ("90s", 90), ("10m", 600), ("10M", 600), ("2h", 7200), ("1d", 86400), (" 5 m ", 300)],
)
def test_duration_is_read(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "10x", "10ms", "-1", "1.5h", "1h30m", "1234567890"])
def test_text_that_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_duration(text)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0"), (59, "59s"), (600, "10m"), (7200, "2h"), (172800, "2d")])
def test_duration_is_written_in_the_largest_unit_that_fits(seconds: int, text: str) -> None:
    assert format_duration(seconds) == text


@given(st.integers(0, 999_999_999))
def test_any_duration_comes_back(seconds: int) -> None:
    assert parse_duration(format_duration(seconds)) == seconds
