"""Figures as people read them."""

import pytest
from msgspec.structs import replace

from clcache_launcher.cli.figures import brief_lines, markdown, rate_text
from clcache_launcher.core.statistics import Figures, figures_of


@pytest.mark.parametrize(
    ("rate", "text"), [(None, "-"), (0.0, "0.0 %"), (0.9504, "95.0 %"), (0.9999, "99.9 %"), (1.0, "100.0 %")]
)
def test_rate_is_a_hundred_percent_only_where_all_hit(rate: float | None, text: str) -> None:
    assert rate_text(rate) == text


def figures(**changes: object) -> Figures:
    counts = {"hits": 3, "misses": 1, "time_saved_ms": 1500}
    kept = figures_of(counts)
    return replace(kept, **changes)


def test_brief_tells_what_is_rare_only_where_it_is() -> None:
    assert brief_lines(figures()) == ["clcache: 3 hits, 1 misses, 1.5 s saved"]
    assert brief_lines(figures(errors=2, uncacheable=7, reasons={"linking": 7})) == [
        "clcache: 3 hits, 1 misses, 7 uncacheable, 2 errors, 1.5 s saved",
        "clcache:   7 not cached: linking",
    ]


def test_brief_tells_the_five_largest_reasons() -> None:
    reasons = {f"reason_{number}": 9 - number for number in range(8)}
    lines = brief_lines(figures(uncacheable=44, reasons=reasons))
    assert lines[1:] == [f"clcache:   {9 - number} not cached: reason_{number}" for number in range(5)]


def test_markdown_shows_a_path_as_it_stands() -> None:
    assert "| build folder | /a\\_b\\|c\\*\\<d\\> |\n" in markdown(figures(), [("build folder", "/a_b|c*<d>")])
