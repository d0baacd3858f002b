"""How the front end writes figures for people: rows of words, whatever shows them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from clcache_launcher.core.statistics import Figures
from clcache_launcher.util.durations import duration_text

__all__ = ["brief_lines", "figure_rows", "figures_in", "markdown", "rate_text"]


_MARKED: Final = re.compile(r"[\\`*_\[\]<>|~&]")
"""What means something to Markdown in the middle of a line."""


_MOST_REASONS: Final = 5


def figures_in(answer: Mapping[str, object]) -> Figures:
    """The figures of the core's answer to a question."""
    # The core is of the same version, and made the answer of such an object.
    return Figures(**{name: answer[name] for name in Figures.__struct_fields__})  # type: ignore[arg-type]


def figure_rows(figures: Figures) -> Sequence[tuple[str, str]]:
    """Each figure but the reasons, with its name."""
    return (
        ("hits", str(figures.hits)),
        ("misses", str(figures.misses)),
        ("hit rate", rate_text(figures.hit_rate)),
        ("uncacheable", str(figures.uncacheable)),
        ("errors", str(figures.errors)),
        ("time saved", duration_text(figures.time_saved_s)),
    )


def brief_lines(figures: Figures) -> list[str]:
    """One line that tells the most, and one for each of the largest reasons."""
    parts = [f"{figures.hits} hits", f"{figures.misses} misses"]
    parts += [f"{count} {name}" for name, count in _rare(figures) if count]
    parts.append(f"{duration_text(figures.time_saved_s)} saved")
    reasons = list(figures.reasons.items())[:_MOST_REASONS]
    return [f"clcache: {', '.join(parts)}", *(f"clcache:   {count} not cached: {reason}" for reason, count in reasons)]


def _rare(figures: Figures) -> Sequence[tuple[str, int]]:
    return ("uncacheable", figures.uncacheable), ("errors", figures.errors)


def markdown(figures: Figures, around: Sequence[tuple[str, str]]) -> str:
    """Figures and what is told beside them as tables of Markdown, the reasons in one of their own."""
    hits = rate_text(figures.hit_rate)
    lines = [f"### clcache: {'nothing to cache' if figures.hit_rate is None else f'{hits} hits'}", ""]
    lines += ["| | |", "|---|---:|"]
    lines += [f"| {name} | {_in_cell(value)} |" for name, value in (*figure_rows(figures), *around)]
    if figures.reasons:
        lines += ["", "| not cached because | count |", "|---|---:|"]
        lines += [f"| {reason} | {count} |" for reason, count in figures.reasons.items()]
    return "\n".join([*lines, ""])


def _in_cell(text: str) -> str:
    """A text that may be a path, as it stands."""
    return _MARKED.sub(r"\\\g<0>", text)


def rate_text(rate: float | None) -> str:
    """A share in percent, ``100.0 %`` only where it is all."""
    if rate is None:
        return "-"
    return f"{rate * 100 if rate == 1 else min(rate * 100, 99.9):.1f} %"
