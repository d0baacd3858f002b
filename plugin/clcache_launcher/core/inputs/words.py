"""Words of depfiles, which name the same headers: what is remembered of many keeps each once."""

import re
from typing import Final

__all__ = ["Words"]

_MOST_WORDS: Final = 100_000
_WORD: Final = re.compile(rb"[^ ]* *", re.DOTALL)


class Words:
    """Words by their bytes; safe for several threads."""

    def __init__(self, most: int = _MOST_WORDS) -> None:
        """Know none yet; past so many what is remembered is no longer shared with what comes."""
        self._most = most
        self._known: dict[bytes, bytes] = {}

    def share(self, data: bytes) -> list[bytes]:
        """The words of a text, each with the spaces behind it: together the whole text."""
        if len(self._known) > self._most:
            self._known = {}
        known = self._known
        return [known.setdefault(word, word) for word in _WORD.findall(data) if word]
