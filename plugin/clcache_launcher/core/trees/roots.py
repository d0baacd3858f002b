r"""Roots: folders that stand for each other in different trees.

A path below a root is stored with a token in the root's place and comes out below the root of whoever asks. Only whole
components are taken: ``/x/t`` is no root of ``/x/tt``. Where several fit the longest is taken.

A token is ``\x01`` number ``\x01``: no compiler and no file system in use writes that into a path or a message. Text
that holds the character is not mapped, and then not shared.
"""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from blake3 import blake3

from clcache_launcher.util.files import DIGEST_BYTES

__all__ = ["NO_ROOTS", "Roots"]

_MARK: Final = "\x01"
_TOKEN: Final = re.compile(rb"\x01(\d+)\x01")
# What may stand before and behind a path in a message; anything else may belong to a longer name.
_BEFORE: Final = rb"(?<![\w./+~@%-])"
_BEHIND: Final = rb"(?=[/:;,'\"<>()\[\]\s]|$)"


class Roots:
    """The roots of one tree, in the order of the settings."""

    def __init__(self, folders: Sequence[Path]) -> None:
        """Use folders, each under the name that it was given and under the one that it has without links."""
        pairs: dict[str, str] = {}
        for number, folder in enumerate(folders):
            pairs.setdefault(str(folder), f"{_MARK}{2 * number}{_MARK}")
            pairs.setdefault(os.path.realpath(folder), f"{_MARK}{2 * number + 1}{_MARK}")
        self._pairs = sorted(pairs.items(), key=lambda pair: -len(pair[0]))
        self._texts = _Texts([(os.fsencode(folder), os.fsencode(token)) for folder, token in self._pairs])
        self._escaped: dict[Callable[[bytes], bytes], _Texts] = {}
        names = (os.fsencode(folder) + b"\0" for folder in map(str, folders))
        self.identity = blake3(b"".join(names)).digest(DIGEST_BYTES) if folders else b""
        """Stands for just these folders; empty for none."""

    def inward(self, path: str) -> str:
        """A path with a token in the place of the root that it is below, if any."""
        for folder, token in self._pairs:
            if path.startswith(folder) and path[len(folder) : len(folder) + 1] in ("", "/"):
                return token + path[len(folder) :]
        return path

    def outward(self, path: str) -> str:
        """The path that another tree's stands for in this one."""
        if not path.startswith(_MARK):
            return path
        return os.fsdecode(self.outward_text(os.fsencode(path)))

    def inward_list(self, paths: str) -> str:
        """The same for paths joined as in ``PATH``."""
        return os.pathsep.join(map(self.inward, paths.split(os.pathsep)))

    def is_below(self, path: str) -> bool:
        """Whether a path is a root or below one."""
        return self.inward(path) is not path

    def are_covered(self, prefixes: Iterable[str]) -> bool:
        """Whether each root is one of some prefixes or below one."""
        ends = [prefix.rstrip("/") for prefix in prefixes if prefix]
        return bool(ends) and all(
            any(folder == end or folder.startswith(end + "/") for end in ends) for folder, _ in self._pairs
        )

    @property
    def are_plain(self) -> bool:
        """Whether each path stands in a string literal as it is."""
        return not any(mark in folder for folder, _ in self._pairs for mark in '"\\\n')

    def can_map(self, text: bytes) -> bool:
        """Whether a text comes out as it went in."""
        return _MARK.encode() not in text

    def inward_text(self, text: bytes) -> bytes:
        """A text with tokens in the place of the roots that its paths are below."""
        return self._texts.inward_text(text)

    def outward_text(self, text: bytes) -> bytes:
        """The text that another tree's stands for in this one."""
        return self._texts.outward_text(text)

    def escaped(self, escape: Callable[[bytes], bytes]) -> "_Texts":
        """The two for texts in which paths are written in another way."""
        if escape not in self._escaped:
            pairs = [(escape(os.fsencode(folder)), os.fsencode(token)) for folder, token in self._pairs]
            self._escaped[escape] = _Texts(pairs)
        return self._escaped[escape]

    def shows(self, data: bytes) -> bool:
        """Whether some content holds the path of a root, in bytes or in UTF-16."""
        return any(
            os.fsencode(folder) in data or folder.encode("utf-16-le", "surrogatepass") in data
            for folder, _ in self._pairs
        )

    def inward_parts(self, parts: Iterable[str]) -> list[str]:
        """Texts whose parts are separated by NUL, each part that is a path with its token."""
        if not self._pairs:
            return list(parts)
        return ["\0".join(map(self.inward, part.split("\0"))) for part in parts]


class _Texts:
    """Texts with the folders of some roots, each with its token."""

    def __init__(self, pairs: Sequence[tuple[bytes, bytes]]) -> None:
        self._tokens = dict(pairs)
        self._folders = {token[1:-1]: folder for folder, token in pairs}
        either = b"|".join(re.escape(folder) for folder, _ in pairs)
        self._below = re.compile(_BEFORE + b"(?:" + either + b")" + _BEHIND) if either else None

    def inward_text(self, text: bytes) -> bytes:
        """A text with tokens in the place of the roots that its paths are below."""
        return self._below.sub(lambda match: self._tokens[match[0]], text) if self._below else text

    def outward_text(self, text: bytes) -> bytes:
        """The text that another tree's stands for in this one."""
        if b"\x01" not in text:
            return text
        return _TOKEN.sub(lambda match: self._folders.get(match[1], match[0]), text)


NO_ROOTS: Final = Roots(())
