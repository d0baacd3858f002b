"""Sizes in bytes as users write them."""

import re
from typing import Final

__all__ = ["format_size", "parse_size"]

_DECIMAL: Final = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY: Final = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_SIZE: Final = re.compile(r"([0-9]{1,19})(?:\.([0-9]{1,9}))? ?(?:([kmgt])(i?))?b?", re.ASCII | re.IGNORECASE)
_LIMIT: Final = 2**63
"""The index counts bytes in SQLite's signed 64 bits."""


def parse_size(text: str) -> int:
    """Return the bytes that a text such as ``5G``, ``1.5GiB`` or ``4096`` names.

    Args:
        text: Digits and perhaps a unit in any case: ``K M G T`` count in thousands, ``KiB MiB GiB TiB`` in 1024s, with
            or without their ``B``. A part of a byte is dropped.

    Raises:
        ValueError: The text is no size, or one of 2**63 bytes or more.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    whole, fraction, unit, binary = match.groups()
    factor = (_BINARY if binary else _DECIMAL)[(unit or "").lower()]
    if fraction is not None and factor == 1:
        raise ValueError(text)
    size = int(whole) * factor + int((fraction or "").ljust(9, "0")) * factor // 10**9
    if size >= _LIMIT:
        raise ValueError(text)
    return size


def format_size(size: int) -> str:
    """Return the shortest text that `parse_size` reads as exactly this many bytes."""
    units = [(factor, unit.upper()) for unit, factor in _DECIMAL.items()]
    units += [(factor, f"{unit.upper()}iB") for unit, factor in _BINARY.items()]
    texts = [f"{size // factor}{unit}" for factor, unit in units if size % factor == 0 and size >= factor]
    return min(texts, key=len, default=str(size))
