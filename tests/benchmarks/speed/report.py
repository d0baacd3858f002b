"""Measurements as Markdown and as a plot."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks.speed.targets import Groups, Row, judge
from benchmarks.speed.timing import Sample

__all__ = ["TITLES", "draw", "load", "markdown", "replace_part", "save"]

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
TITLES = {
    "hit": ("hit, object copied", "ms"),
    "linked": ("hit, object linked", "ms"),
    "rate": ("hits a second, four jobs", "1/s"),
    "warm": ("warm build of yaml-cpp, nothing linked", "s"),
    "cold": ("cold build of yaml-cpp, nothing linked", "s"),
    "cold ratio": ("the same, times the uncached build of the same turn", ""),
    "cold processor": ("the same, processor time of all processes", "s"),
    "growth 50": ("hit at 50 headers", "ms"),
    "growth 500": ("hit at 500 headers", "ms"),
    "growth 5000": ("hit at 5,000 headers", "ms"),
    "index 10": ("hit with 10 entries in the index", "ms"),
    "index 100000": ("hit with 100,000 entries", "ms"),
    "index 1000000": ("hit with 1,000,000 entries", "ms"),
    "memory": ("resident memory", "MB"),
    "start": ("first hit, with the start of the core", "ms"),
    "launcher": ("launcher's own code", "KB"),
}


def markdown(groups: Groups, versions: Mapping[str, str], command: str) -> str:
    """The figures as they stand in ``docs/performance.md``."""
    head = [
        BEGIN,
        "",
        f"Made by `{command}` on {machine()}. " + ", ".join(f"{name} {version}" for name, version in versions.items()),
        "",
    ]
    return "\n".join([*head, *_targets(judge(groups)), "", *_figures(groups), "", END])


def machine() -> str:
    """What the measurements ran on."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = " ".join(line.partition(":")[2].split())
            break
    cores = os.cpu_count() or 0
    python = platform.python_version()
    return f"{cores} cores of {model}, Linux {platform.release().partition('-')[0]}, Python {python}"


def _targets(rows: list[Row]) -> list[str]:
    lines = ["| what | target | figure | |", "|---|---|---|---|"]
    return lines + [
        f"| {row.what} | {row.target} | {row.figure} | {'met' if row.met else '**missed**'} |" for row in rows
    ]


def _figures(groups: Groups) -> list[str]:
    lines = ["| measured | who | median | least | 10 % – 90 % | runs |", "|---|---|---|---|---|---|"]
    for group, (title, unit) in TITLES.items():
        for name, taken in groups.get(group, {}).items():
            spread = f"{number(taken.low)} – {number(taken.high)}"
            median, least = f"{number(taken.median)} {unit}".rstrip(), number(taken.least)
            lines.append(f"| {title} | {name} | {median} | {least} | {spread} | {taken.count} |")
    return lines


def number(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def replace_part(text: str, part: str) -> str:
    """A document with the part between the marks replaced; at its end where it has no marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return before + part + after if begin and end else text.rstrip("\n") + "\n\n" + part + "\n"


def save(groups: Groups, path: Path) -> None:
    """Write measurements, to be drawn or judged again."""
    plain = {group: {name: asdict(taken) for name, taken in given.items()} for group, given in groups.items()}
    path.write_text(json.dumps(plain, indent=1) + "\n")


def load(path: Path) -> dict[str, dict[str, Sample]]:
    """Read what :func:`save` wrote; nothing where there is no file."""
    if not path.exists():
        return {}
    plain = json.loads(path.read_text())
    return {group: {name: Sample(**taken) for name, taken in given.items()} for group, given in plain.items()}


def draw(groups: Groups, path: Path) -> None:
    """Draw bars for each kind of measurement that has peers, lines for the growth."""
    import matplotlib as mpl  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - only the command needs it, the tests of this module do not

    mpl.use("svg")
    from matplotlib import pyplot  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415

    mpl.rcParams["svg.hashsalt"] = "clcache"
    bars = [group for group in ("hit", "linked", "rate", "warm", "cold") if group in groups]
    figure, axes = pyplot.subplots(2, 3, figsize=(12, 7))
    for axis, group in zip(axes.flat, bars, strict=False):
        title, unit = TITLES[group]
        names = list(groups[group])
        medians = [groups[group][name].median for name in names]
        errors = [
            [groups[group][name].median - groups[group][name].low for name in names],
            [groups[group][name].high - groups[group][name].median for name in names],
        ]
        colors = ["tab:blue" if name == "clcache" else "tab:gray" for name in names]
        axis.barh(names, medians, xerr=errors, color=colors)
        axis.set_title(title, fontsize=9)
        axis.set_xlabel(unit, fontsize=8)
        axis.invert_yaxis()
    axis = axes.flat[-1]
    grown = {int(group.split()[1]): given for group, given in groups.items() if group.startswith("growth ")}
    for name in next(iter(grown.values()), {}):
        axis.plot(sorted(grown), [grown[count][name].median for count in sorted(grown)], marker="o", label=name)
    axis.set(xscale="log", yscale="log")
    axis.set_title("a hit by the number of headers, ms", fontsize=9)
    if grown:
        axis.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
