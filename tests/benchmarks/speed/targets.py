"""The targets, and what measurements say of each: pure, so that tests can check the judgement."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.speed.caches import OWN
from benchmarks.speed.timing import Sample, ratio

__all__ = ["TRUE", "UNCACHED", "Groups", "Row", "judge"]

Groups = Mapping[str, Mapping[str, Sample]]
"""Measurements by what was measured, then by who."""

TRUE = "/bin/true"
UNCACHED = "uncached"


@dataclass(frozen=True)
class Row:
    """One target beside its figure."""

    what: str
    target: str
    figure: str
    met: bool


def judge(groups: Groups) -> list[Row]:
    """Every target that was measured."""
    rows: list[Row] = []
    if hit := groups.get("hit"):
        rows.append(_at_most("hit, copied object", "/bin/true", ratio(hit[OWN], hit[TRUE]), 3))
        rows += _ahead("hit, copied object", hit, {"zccache": 3.5, "ccache": 8, "sccache": 8})
    if linked := groups.get("linked"):
        rows += _ahead("hit, linked object", linked, {"zccache": 5})
    if rate := groups.get("rate"):
        rows += _ahead("hits a second, four jobs", rate, {"zccache": 4, "ccache": 10, "sccache": 10}, more=True)
    if warm := groups.get("warm"):
        best = min((name for name in warm if name not in (OWN, UNCACHED)), key=lambda name: warm[name].median)
        rows += _ahead("warm build of yaml-cpp, nothing linked", warm, {best: 3})
    if cold := groups.get("cold ratio"):
        rows.append(_at_most("cold build of yaml-cpp", "uncached", cold[OWN].median, 1.03, places=3))
    if grown := groups.get("growth 5000"):
        rows += _ahead("hit at 5,000 headers", grown, {"zccache": 3})
    if fewest := groups.get("index 10"):
        for name, title in (("index 100000", "100,000"), ("index 1000000", "1,000,000")):
            if name in groups:
                more = ratio(groups[name][OWN], fewest[OWN])
                rows.append(_at_most(f"hit with {title} entries in the index", "with 10", more, 1.1))
    return rows + _absolute(groups)


def _absolute(groups: Groups) -> list[Row]:
    limits = (
        ("memory", "built", "resident core after a build of 1,000 files", 80, "MB"),
        ("memory", "known", "resident core with 100,000 entries known", 150, "MB"),
        ("start", OWN, "start of the core to its first answer", 150, "ms"),
        ("launcher", OWN, "launcher's own code", 64, "KB"),
    )
    return [
        Row(what, f"≤ {limit} {unit}", f"{value:.0f} {unit}", value <= limit)
        for group, name, what, limit, unit in limits
        if name in groups.get(group, {})
        for value in [groups[group][name].median]
    ]


def _at_most(what: str, than: str, value: float, limit: float, *, places: int = 2) -> Row:
    return Row(what, f"≤ {limit:g} × {than}", f"{value:.{places}f} ×", value <= limit)


def _ahead(what: str, times: Mapping[str, Sample], wanted: Mapping[str, float], *, more: bool = False) -> list[Row]:
    """How far ahead of each peer; ``more``: the greater number wins."""
    rows: list[Row] = []
    for name, least in wanted.items():
        if name in times:
            first, second = (OWN, name) if more else (name, OWN)
            value = ratio(times[first], times[second])
            title = f"{OWN} / {name}" if more else f"{name} / {OWN}"
            rows.append(Row(what, f"{title} ≥ {least:g}", f"{value:.1f}", value >= least))
    return rows
