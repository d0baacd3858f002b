"""Which tests a system can't run: those that need what Windows or macOS lacks, links where nobody may make one."""

import os
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pytest

__all__ = ["NEEDS", "Selection", "can_link", "needs", "select"]

NEEDS = {
    "debian": "compilers by the names that Debian gives them, as clang-cl-19",
    "gnu": "gcc or clang with gcc's command line as the system's own compiler",
    "links": "symbolic links that this user may make",
    "make": "make",
    "pipes": "named pipes in a folder",
    "posix": "a system of that kind, for they claim or show what is its own",
    "proc": "/proc",
    "shell": "a script that starts as a program, by its #! line",
    "signals": "signals other than the end of a process",
    "terminal": "pseudo-terminals",
}
_LACKING = {"win32": NEEDS.keys(), "darwin": {"debian", "gnu", "proc"}}
# Markers of tools that the tests know by Debian's names.
_DEBIAN = ("clang", "clang_cl", "libcxx", "mingw")
_MAKE = "Unix Makefiles"


@dataclass(frozen=True)
class Selection:
    """The tests to run, those left out, and how many need what."""

    wanted: list[pytest.Item]
    unwanted: list[pytest.Item]
    told: list[str]


def needs(item: pytest.Item) -> set[str]:
    """What a test needs that not every system has; a need without a row above is a mistake."""
    found = {need for mark in item.iter_markers("posix") for need in mark.args or ("posix",)}
    if wrong := found - NEEDS.keys():
        raise pytest.UsageError(f"{item.nodeid}: posix{tuple(wrong)}: expected one of {', '.join(NEEDS)}")
    if any(item.get_closest_marker(marker) for marker in _DEBIAN):
        found.add("debian")
    if _MAKE in getattr(getattr(item, "callspec", None), "params", {}).values():
        found.add("make")
    return found


def select(items: Iterable[pytest.Item], platform: str, *, links: bool) -> Selection:
    """Select the tests for a platform as ``sys.platform`` names it, where links can be made or not."""
    wanted: list[pytest.Item] = []
    unwanted: list[pytest.Item] = []
    counts: Counter[str] = Counter()
    for item in items:
        # Needs are checked on every platform, so that a wrong one shows before Windows does.
        lacking = needs(item) & _LACKING.get(platform, set())
        if not links and item.get_closest_marker("links"):
            lacking = lacking | {"links"}
        (unwanted if lacking else wanted).append(item)
        counts.update(lacking)
    told = [f"{counts[need]} deselected, need {need}: {NEEDS[need]}" for need in sorted(counts)]
    return Selection(wanted, unwanted, told)


def can_link() -> bool:
    """Whether this user may make a symbolic link here."""
    with tempfile.TemporaryDirectory() as folder:
        link = os.path.join(folder, "link")
        try:
            os.symlink("nothing", link)
        except OSError:
            return False
        # Wine 8 says that it has made one.
        return os.path.islink(link)
