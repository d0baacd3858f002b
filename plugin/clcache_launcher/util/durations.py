"""Durations as people read them."""

__all__ = ["duration_text"]


def duration_text(seconds: float) -> str:
    """A time in the two units that matter."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest_s = divmod(round(seconds), 60)
    hours, rest_min = divmod(minutes, 60)
    return f"{hours} h {rest_min:02} min" if hours else f"{minutes} min {rest_s:02} s"
