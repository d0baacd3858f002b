"""Which build is meant, and what it had compiled."""

import pytest

from clcache_launcher.core.builds import summarize_build
from clcache_launcher.storage.counters import BuildCounts

OUTER = ("outer", "/super")
NEW = BuildCounts((("new", "/a"),), 3_000_000_000, {"hits": 3, "misses": 1, "time_saved_ms": 1500})
OLD = BuildCounts((("old", "/a"),), 1_000_000_000, {"misses": 4})
FIRST = BuildCounts((("first", "/super/x"), OUTER), 5_000_000_000, {"hits": 1, "uncacheable": 1, "reason.linking": 1})
SECOND = BuildCounts((("second", "/super/y"), OUTER), 4_000_000_000, {"hits": 2})
KNOWN = (FIRST, NEW, SECOND, OLD)


@pytest.mark.parametrize(
    ("folder", "mark", "hits", "began_s"),
    [
        ("/a", "new", 3, 3.0),
        ("/super/x", "first", 1, 5.0),
        ("/super/y", "second", 2, 4.0),
        ("/super", "outer", 3, 4.0),
        (None, "first", 1, 5.0),
        ("/none", None, 0, None),
    ],
)
def test_last_build_of_a_folder_has_all_that_it_started(
    folder: str | None, mark: str | None, hits: int, began_s: float | None
) -> None:
    summary = summarize_build(KNOWN, folder, ())
    assert (summary.build, summary.hits, summary.began_s) == (mark, hits, began_s)


def test_build_folder_is_told_also_where_nothing_is_known_of_it() -> None:
    assert summarize_build(KNOWN, "/none", ()).build_folder == "/none"
    assert summarize_build(KNOWN, None, ()).build_folder == "/super/x"
    assert summarize_build((), None, ()).build_folder is None


def test_figures_are_those_of_the_build() -> None:
    summary = summarize_build(KNOWN, "/a", ())
    assert (summary.misses, summary.hit_rate, summary.time_saved_s, summary.reasons) == (1, 0.75, 1.5, {})
    assert summarize_build(KNOWN, "/super", ()).reasons == {"linking": 1}


@pytest.mark.parametrize("folder", [None, "/a"])
def test_build_that_goes_on_around_who_asks_is_meant_before_it_has_compiled_anything(folder: str | None) -> None:
    summary = summarize_build(KNOWN, folder, (("now", "/a"), OUTER))
    assert (summary.build, summary.build_folder, summary.hits, summary.began_s) == ("now", "/a", 0, None)


def test_build_around_who_asks_is_not_meant_where_another_folder_is_named() -> None:
    assert summarize_build(KNOWN, "/a", (OUTER,)).build == "new"
    assert summarize_build(KNOWN, None, (OUTER,)).hits == 3
