r"""Roots: folders that stand for each other in different trees, each known by its name.

A path below a root is stored with a token in the root's place and comes out below the root of whoever asks. Only whole
components are taken: ``/x/t`` is no root of ``/x/tt``. Where several fit the longest is taken.

A token is ``\x01`` name ``\x01``: no compiler and no file system in use writes that into a path or a message. Text
that holds the character is not mapped, and then not shared. The folder has a token of its own under each of its names:
as it was set, without links, and in each spelling in which a command line names it.
"""

import os
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from typing import Final

from blake3 import blake3

from clcache_launcher.util.file_records import Kind, Records, hold, record_of
from clcache_launcher.util.files import DIGEST_BYTES, ways

__all__ = ["NO_ROOTS", "NamedRoot", "Roots"]

NamedRoot = tuple[str, str]
"""Name and folder, absolute."""

_MARK: Final = "\x01"
_TOKEN: Final = re.compile(rb"\x01([^\x01]+)\x01")
# Of a map with several "=" compilers take the first or the last: it stays as it is.
_MAPPING: Final = re.compile(
    r"(?P<option>.*-prefix-map=(?=[^=]*=[^=]*$)|[-/]d1trimfile:)(?P<folder>.*?)(?P<rest>=[^=]*|)", re.DOTALL
)
_WORD: Final = re.compile(rb"[\w\x80-\xff]+")
_SEPARATORS: Final = "/\\" if os.sep == "\\" else "/"
# What may stand before and behind a path in a message; anything else may belong to a longer name.
_BEFORE: Final = rb"(?<![\w./+~@%-])"
_BEHIND: Final = rb"(?=[/:;,'\"<>()\[\]\s" + re.escape(_SEPARATORS).encode() + rb"]|\xe2\x80[\x98\x99]|$)"


class Roots:
    """The roots of one tree."""

    def __init__(self, named: Sequence[NamedRoot], spelled: Sequence[NamedRoot] = ()) -> None:
        """Use folders under the names that they were given, and under those that they have without links.

        Args:
            named: The roots; of two with one name or one folder the first is taken.
            spelled: Other texts for their folders, the same in number and order in trees that are to share.
        """
        self._named: dict[str, str] = {}
        for name, folder in named:
            if folder not in self._named.values():
                self._named.setdefault(name, folder)
        tokens = {folder: (name, f"{_MARK}{name}{_MARK}") for name, folder in self._named.items()}
        self.rests_on = Records(record_of(path, Kind.WHICH_NAME) for path in ways(tokens))
        """The records of each folder and link on the way to the folders."""
        for folder in list(tokens):
            name = tokens[folder][0]
            tokens.setdefault(os.path.realpath(folder), (name, f"{_MARK}{name}@{_MARK}"))
        for number, (name, folder) in enumerate(spelled):
            tokens.setdefault(folder, (name, f"{_MARK}{name}~{number}{_MARK}"))
        pairs = sorted(tokens.items(), key=lambda pair: -len(pair[0]))
        self._pairs = [(folder, token, name) for folder, (name, token) in pairs]
        self._texts = _Texts([(os.fsencode(folder), os.fsencode(token)) for folder, token, _ in self._pairs])
        self._escaped: dict[Callable[[bytes], bytes], _Texts] = {}
        self.names = tuple(sorted({name for name, _ in tokens.values()}))
        """Of the roots; in the key, for what one tree has no root of is no text of another's."""
        self.identity = self.bound(self.names)
        """Stands for just these folders; empty for none."""

    @property
    def is_current(self) -> bool:
        """Whether the folders still lead where they led: each folder and link on the way is the one that it was."""
        return hold(self.rests_on)

    def holds(self, named: Iterable[NamedRoot]) -> bool:
        """Whether some roots are among these."""
        return all(self._named.get(name) == folder for name, folder in named)

    def bound(self, names: Iterable[str]) -> bytes:
        """What is the same in just those trees that have some of the roots in the same folders; empty for no names.

        Args:
            names: Of roots; ``build^project`` stands for the way from the second to the first.
        """
        wanted = frozenset(names)
        if not wanted:
            return b""
        parts = sorted(part for name in wanted for part in self._places(*name.split("^")))
        return blake3("".join(parts).encode("utf-8", "surrogateescape")).digest(DIGEST_BYTES)

    def _places(self, name: str, outer: str = "") -> list[str]:
        """Every text for a root's folder with its token, without what stands for the outer root that it is below."""
        tops = [folder for folder, _, other in self._pairs if other == outer]
        return [
            f"{token}\0{min((folder.removeprefix(top) for top in tops), key=len, default=folder)}\0"
            for folder, token, own in self._pairs
            if own == name
        ]

    def inward(self, path: str) -> str:
        """A path with a token in the place of the root that it is below, if any."""
        for folder, token, _ in self._pairs:
            if path.startswith(folder) and _ends_at(path, len(folder)):
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

    def inward_argument(self, argument: str, path: str) -> str:
        """An argument with the path at its end, or the one that it maps away, as it is in every tree."""
        mapping = _MAPPING.fullmatch(argument)
        if mapping:
            return f"{mapping['option']}{self.inward(mapping['folder'])}{mapping['rest']}"
        return argument.removesuffix(path) + self.inward(path) if path else argument

    def is_below(self, path: str) -> bool:
        """Whether a path is a root or below one."""
        return self.inward(path) is not path

    def above(self, path: str) -> frozenset[str]:
        """Name of the root that a path is below, if any."""
        for folder, _, name in self._pairs:
            if path.startswith(folder) and _ends_at(path, len(folder)):
                return frozenset((name,))
        return frozenset()

    def uncovered(self, prefixes: Sequence[str], alone: Collection[str] = ()) -> frozenset[str]:
        """Names of the roots whose paths are not mapped away by some prefixes.

        Compilers take the last prefix that a path begins with, or the longest. Below one that is another root's folder
        what is left is the way from there: ``build^project``.

        Args:
            prefixes: In the order of the command line.
            alone: Folders that occur with nothing behind them: one that ends with a separator is no prefix of these.
        """
        ends = [(prefix, _without_separator(prefix)) for prefix in prefixes if prefix]
        folders = {folder: name for folder, _, name in self._pairs}
        found: set[str] = set()
        for folder, _, name in self._pairs:
            matching = [end for prefix, end in ends if folder.startswith(prefix if folder in alone else end)]
            if not matching:
                found.add(name)
            elif matching[-1] != folder:
                shorter = [folders.get(end) for end in matching if end != folder]
                is_below = all(folder.startswith(end) and _ends_at(folder, len(end)) for end in matching)
                found.update(f"{name}^{outer}" if outer and is_below else name for outer in shorter)
        return frozenset(found)

    def cut(self, prefixes: Iterable[str]) -> frozenset[str]:
        """Names of the roots of whose paths some prefix is a part."""
        ends = [_without_separator(prefix) for prefix in prefixes if prefix]
        parts = (
            (name, end) for folder, _, name in self._pairs for end in ends if folder.startswith(end) and folder != end
        )
        return frozenset(name for name, _ in parts)

    @cached_property
    def are_plain(self) -> bool:
        """Whether each path stands in a string literal as it is."""
        marks = '"\n' if "\\" in _SEPARATORS else '"\n\\'
        return not any(mark in folder for folder, _, _ in self._pairs for mark in marks)

    @cached_property
    def are_plain_to_make(self) -> bool:
        """Whether each path stands in a depfile as it is."""
        return not any(mark in folder for folder, _, _ in self._pairs for mark in " \t#$")

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
            pairs = [(escape(os.fsencode(folder)), os.fsencode(token)) for folder, token, _ in self._pairs]
            self._escaped[escape] = _Texts(pairs)
        return self._escaped[escape]

    def shown_in(self, data: bytes) -> frozenset[str]:
        """Names of the roots whose path some content holds, in bytes or in UTF-16."""
        return frozenset(name for plain, wide, name in self._contents if plain in data or wide in data)

    @cached_property
    def words(self) -> list[tuple[str, frozenset[bytes]]]:
        """What macros would have to put the path of each root together from, by the root's name."""
        return [(name, frozenset(_WORD.findall(os.fsencode(folder)))) for folder, _, name in self._pairs]

    def inward_parts(self, parts: Iterable[str]) -> list[str]:
        """Texts whose parts are separated by NUL, each part that is a path with its token."""
        if not self._pairs:
            return list(parts)
        return ["\0".join(map(self.inward, part.split("\0"))) for part in parts]

    @cached_property
    def _contents(self) -> list[tuple[bytes, bytes, str]]:
        return [
            (os.fsencode(folder), folder.encode("utf-16-le", "surrogatepass"), name) for folder, _, name in self._pairs
        ]


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


def _without_separator(prefix: str) -> str:
    """A prefix without the separator at its end; with more than one it is no prefix of paths as they are written."""
    return prefix[:-1] if prefix[-1] in _SEPARATORS and prefix[-2:-1] not in _SEPARATORS else prefix


def _ends_at(path: str, length: int) -> bool:
    """Whether a component of a path ends where it is so long."""
    return len(path) == length or path[length] in _SEPARATORS


NO_ROOTS: Final = Roots(())
