"""Durations in seconds as users write them."""

import re
from typing import Final

__all__ = ["format_duration", "parse_duration"]

_SECONDS: Final = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_DURATION: Final = re.compile(r"([0-9]{1,9}) ?([smhd]?)", re.ASCII | re.IGNORECASE)


def parse_duration(text: str) -> int:
    """Return the seconds that a text such as ``10m``, ``90s``, ``2h``, ``1d`` or ``600`` names.

    Raises:
        ValueError: The text is no duration.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    number, unit = match.groups()
    return int(number) * _SECONDS[unit.lower() or "s"]


def format_duration(seconds: int) -> str:
    """Return a text that `parse_duration` reads as exactly this many seconds, in the largest unit that fits."""
    if seconds == 0:
        return "0"
    unit = next(unit for unit, factor in _SECONDS.items() if seconds % factor == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"
