"""What values a setting takes: reading them from text, writing them back."""

import enum
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from clcache_launcher.config.durations import format_duration, parse_duration
from clcache_launcher.config.sizes import format_size, parse_size
from clcache_launcher.util.folders import is_home_of_another

__all__ = [
    "Kind",
    "NamedFolder",
    "Place",
    "Sourced",
    "Value",
    "format_value",
    "parse_named",
    "parse_value",
    "parse_values",
    "resolve_path",
]

NamedFolder = tuple[str, Path]
Value = bool | int | str | Path | tuple[Path, ...] | tuple[NamedFolder, ...] | None

_NAME: Final = re.compile(r"[A-Za-z][\w.+-]*(?::[\w.+-]+)?", re.ASCII)
_ENTRY: Final = re.compile(rf"(?:^|{re.escape(os.pathsep)})({_NAME.pattern})=", re.ASCII)
_OFF: Final = frozenset({"", "0", "false", "no", "off"})
_ON: Final = frozenset({"1", "true", "yes", "on"})


class Sourced(Struct, frozen=True):
    """A value of a setting with where it came from."""

    value: Value
    origin: str
    """``default``, ``/path/clcache.yaml:7``, ``environment CLCACHE_MAX_SIZE`` or ``--max-size``."""


class Kind(enum.Enum):
    """A kind of value; the text says what an error message expects."""

    DEBUG_FORMAT = "embedded or keep"
    DURATION = "a time such as 10m"
    FILE = "a file"
    FLAG = "true or false"
    FOLDER = "a folder"
    FOLDERS = "a folder or a list of folders"
    ROOTS = "names with folders such as build=/path"
    PERCENT = "a share such as 5%"
    SIZE = "a size such as 5G"

    @property
    def is_path(self) -> bool:
        """Whether a value is one path or several."""
        return self in {Kind.FILE, Kind.FOLDER, Kind.FOLDERS, Kind.ROOTS}

    @property
    def has_off(self) -> bool:
        """Whether an empty text is a value that switches the setting off."""
        return self in {Kind.FILE, Kind.FLAG, Kind.FOLDERS, Kind.ROOTS}


class Place(Struct, frozen=True):
    """Where a value was written, as far as its meaning depends on it."""

    folder: str
    """Absolute; relative paths start here."""
    home: str | None
    """What ``~`` stands for."""


def parse_value(kind: Kind, text: str, place: Place) -> Value:
    """Read one text; a list of folders is joined by ``os.pathsep``, roots of several options by NUL.

    Raises:
        ValueError: With what was expected and what was got.
    """
    if kind is Kind.FOLDERS:
        return parse_values([part for part in text.split(os.pathsep) if part.strip()], place)
    if kind is Kind.ROOTS:
        return parse_named([pair for part in text.split("\0") for pair in _split_named(part)], place)
    if kind is Kind.FILE:
        return _parse_file(text, place)
    if kind is Kind.DEBUG_FORMAT:
        return _parse_word(kind, text, ("embedded", "keep"))
    if kind is Kind.FOLDER:
        return _parse_path(kind, text, place)
    try:
        return _PLAIN[kind](text)
    except ValueError as error:
        raise ValueError(f"expected {kind.value}, got '{text}'") from error


def parse_values(texts: Sequence[str], place: Place) -> tuple[Path, ...]:
    """Read a list of folders; repeated ones count once.

    Raises:
        ValueError: With what was expected and what was got.
    """
    return tuple(dict.fromkeys(_refuse_wide(_parse_path(Kind.FOLDER, text, place), place) for text in texts))


def parse_named(pairs: Sequence[tuple[str, str]], place: Place) -> tuple[NamedFolder, ...]:
    """Read names with their folders; of one that is repeated the last holds.

    Raises:
        ValueError: With what was expected and what was got.
    """
    for name, _ in pairs:
        if not _NAME.fullmatch(name):
            raise ValueError(f"expected a name of letters, digits and '_.+-', got '{name}'")
    return tuple({name: _refuse_wide(_parse_path(Kind.FOLDER, text, place), place) for name, text in pairs}.items())


def _split_named(text: str) -> list[tuple[str, str]]:
    """Names and folders of ``name=folder`` entries that are joined as in ``PATH``; a name may hold one colon."""
    found = list(_ENTRY.finditer(text))
    if not text.strip():
        return []
    if not found or found[0].start() > 0:
        raise ValueError(f"expected {Kind.ROOTS.value}, got '{text}'")
    ends = [*(match.start() for match in found[1:]), len(text)]
    return [(match[1], text[match.end() : end].rstrip(os.pathsep)) for match, end in zip(found, ends, strict=True)]


def format_value(kind: Kind, value: Value) -> str:
    """Write a value as `parse_value` reads it; one that is switched off and no flag is empty."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if kind is Kind.PERCENT:
        return f"{value}%"
    if isinstance(value, int):
        return format_size(value) if kind is Kind.SIZE else format_duration(value)
    if isinstance(value, tuple):
        return os.pathsep.join("=".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value)
    return "" if value is None else str(value)


def resolve_path(text: str, place: Place) -> str:
    """Return the absolute path that a text means at a place.

    ``..`` goes by names as `os.path.normpath` does: paths of compiler arguments are compared with the result as text.

    Raises:
        ValueError: It starts with ``~`` and names another user, or nobody knows the home folder.
    """
    if text.startswith("~"):
        if len(text) > 1 and text[1] not in {os.sep, os.altsep}:
            raise ValueError(f"of '~' only '~' alone and '~{os.sep}' are understood, got '{text}'")
        if place.home is None:
            raise ValueError(f"no home folder is known for '{text}'")
        text = place.home + text[1:]
    return os.path.normpath(os.path.join(place.folder, text))


def _parse_word(kind: Kind, text: str, words: Sequence[str]) -> str:
    if text.strip() not in words:
        raise ValueError(f"expected {kind.value}, got '{text}'")
    return text.strip()


def _parse_flag(text: str) -> bool:
    word = text.strip().lower()
    if word not in _OFF | _ON:
        raise ValueError(text)
    return word in _ON


def _parse_percent(text: str) -> int:
    share = int(text.strip().removesuffix("%"))
    if not 0 <= share <= 100:
        raise ValueError(text)
    return share


def _parse_file(text: str, place: Place) -> Path | None:
    word = text.strip().lower()
    if word in _OFF:
        return None
    if word in _ON:  # clcache's CLCACHE_LOG=1 was a switch; a file named "1" in every folder is not what its user wants
        raise ValueError(f"expected {Kind.FILE.value}, got '{text}'")
    return _parse_path(Kind.FILE, text, place)


def _parse_path(kind: Kind, text: str, place: Place) -> Path:
    if not text.strip() or "\0" in text:
        raise ValueError(f"expected {kind.value}, got {text!r}")
    return Path(resolve_path(text, place))


def _refuse_wide(folder: Path, place: Place) -> Path:
    """A folder that can stand for a tree: not one that holds what belongs to others, too."""
    if folder == Path(folder.anchor):
        raise ValueError(f"'{folder}' covers the whole file system; name the folder of one tree")
    home = Path(place.home) if place.home else None
    holds_homes = folder.parent == Path(folder.anchor) and folder.name in {"home", "Users"}
    if holds_homes or (home is not None and folder in home.parents) or is_home_of_another(folder):
        raise ValueError(f"'{folder}' covers the homes of other users; name the folder of one tree")
    return folder


_PLAIN: Final[Mapping[Kind, Callable[[str], int]]] = {
    Kind.DURATION: parse_duration,
    Kind.FLAG: _parse_flag,
    Kind.PERCENT: _parse_percent,
    Kind.SIZE: parse_size,
}
