"""How the front end writes figures for people: rows of words, whatever shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from clcache_launcher.core.statistics import Figures

__all__ = ["duration_text", "figure_rows", "figures_in", "rate_text"]


def figures_in(answer: Mapping[str, object]) -> Figures:
    """The figures of the core's answer to a question."""
    # The core is of the same version, and made the answer of such an object.
    return Figures(**{field.name: answer[field.name] for field in fields(Figures)})  # type: ignore[arg-type]


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


def rate_text(rate: float | None) -> str:
    """A share in percent, ``100.0 %`` only where it is all."""
    if rate is None:
        return "-"
    return f"{rate * 100 if rate == 1 else min(rate * 100, 99.9):.1f} %"


def duration_text(seconds: float) -> str:
    """A time in the two units that matter."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest_s = divmod(round(seconds), 60)
    hours, rest_min = divmod(minutes, 60)
    return f"{hours} h {rest_min:02} min" if hours else f"{minutes} min {rest_s:02} s"
