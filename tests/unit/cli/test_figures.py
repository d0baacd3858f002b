"""Figures as people read them."""

import pytest

from clcache_launcher.cli.figures import duration_text, rate_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (12.34, "12.3 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min 00 s"),
        (245, "4 min 05 s"),
        (3599.6, "1 h 00 min"),
        (7380, "2 h 03 min"),
    ],
)
def test_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


@pytest.mark.parametrize(
    ("rate", "text"), [(None, "-"), (0.0, "0.0 %"), (0.9504, "95.0 %"), (0.9999, "99.9 %"), (1.0, "100.0 %")]
)
def test_rate_is_a_hundred_percent_only_where_all_hit(rate: float | None, text: str) -> None:
    assert rate_text(rate) == text
