"""Entries hold while all that they were found by is as it was, and no longer."""

import os
import sys
from pathlib import Path

import pytest

from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.inputs.folders import FolderNames
from clcache_launcher.core.inputs.held import HeldEntries
from clcache_launcher.core.inputs.search_state import SearchState
from clcache_launcher.model import Digest
from clcache_launcher.util.files import folder_signature
from support.case import settle

KEY = "an entry"


class _Unit:
    """A header below a search folder, and what is known of them."""

    def __init__(self, root: Path) -> None:
        self.folder, self.header = root / "include", root / "include/a.h"
        self.folder.mkdir()
        self.header.write_text("int a;\n")
        settle()
        self.digests, self.folders = FileDigests(), FolderNames()
        self.held: HeldEntries[str] = HeldEntries(self.digests, self.folders)

    def includes(self) -> tuple[tuple[str, Digest], ...]:
        digest = self.digests.digest(str(self.header))
        assert digest is not None
        return ((str(self.header), digest),)

    def state(self, *more: Path) -> SearchState:
        """Of a search for ``a.h``, ``wanted.h`` and ``part/b.h`` in the folder."""
        listing = self.folders.listing(str(self.folder))
        found = [(str(path), folder_signature(str(path))) for path in more]
        wanted = {str(self.folder): frozenset({"a.h", "wanted.h"})}
        signatures = ((str(self.folder), listing.signature), *found) if listing.is_settled else ()
        return SearchState(b"", wanted, {}, {}, signatures, parts=frozenset({"", "part"}))

    def note(self, *more: Path) -> None:
        self.held.note(KEY, self.state(*more), self.includes())


def test_unknown_entry_does_not_hold(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    assert not unit.held.holds(KEY) and not unit.held.is_searched(KEY)


def test_entry_holds_until_a_header_changes(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    unit.note()
    assert unit.held.holds(KEY)
    unit.header.write_text("long a;\n")
    assert not unit.held.holds(KEY)
    assert unit.held.is_searched(KEY)


def test_entry_holds_until_a_name_appears_in_a_search_folder(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    unit.note()
    (unit.folder / "b.h").write_text("")
    assert not unit.held.holds(KEY) and not unit.held.is_searched(KEY)


def test_touched_header_holds_again_once_it_is_read(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    unit.note()
    os.utime(unit.header)
    settle()
    assert not unit.held.holds(KEY)
    unit.held.note_includes(KEY, unit.includes())
    assert unit.held.holds(KEY)


def test_touch_of_a_header_whose_time_was_searched_is_seen_after_it_is_read(tmp_path: Path) -> None:
    """``#pragma once`` of gcc looks at the times of headers."""
    unit = _Unit(tmp_path)
    unit.note(unit.header)
    assert unit.held.holds(KEY)
    os.utime(unit.header)
    settle()
    unit.held.note_includes(KEY, unit.includes())
    assert not unit.held.holds(KEY) and not unit.held.is_searched(KEY)


def test_header_that_is_too_young_to_be_known_by_its_signature_is_never_passed(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    includes = unit.includes()
    unit.held.note(KEY, unit.state(), ((includes[0][0], Digest(b"of another text.")),))
    assert not unit.held.holds(KEY)
    assert unit.held.is_searched(KEY)


def test_search_state_that_does_not_stand_still_is_not_relied_on(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    unit.note()
    unit.held.note(KEY, SearchState(b"", {}, {}, {}, ()), unit.includes())
    assert not unit.held.holds(KEY) and not unit.held.is_searched(KEY)


def test_includes_alone_make_no_entry_known(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    unit.held.note_includes(KEY, unit.includes())
    assert not unit.held.holds(KEY)


def test_forgotten_entry_does_not_hold(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    unit.note()
    unit.held.forget(KEY)
    assert not unit.held.holds(KEY)


# In a folder that changes, as that of an in-source build, names are compared.


def _changing(tmp_path: Path) -> _Unit:
    """A unit that was looked at again after its folder had changed."""
    unit = _Unit(tmp_path)
    unit.note()
    (unit.folder / "a.o").write_text("")
    settle()
    unit.note()
    assert unit.held.holds(KEY)
    return unit


@pytest.mark.posix
def test_names_that_nobody_looks_for_may_come_and_go_in_a_folder_that_changes(tmp_path: Path) -> None:
    unit = _changing(tmp_path)
    for change in ((unit.folder / "b.o").touch, (unit.folder / "a.o").unlink, (unit.folder / "other").mkdir):
        change()
        assert unit.held.holds(KEY) and unit.held.is_searched(KEY)
        settle()
        assert unit.held.holds(KEY) and unit.held.is_searched(KEY)


def test_header_that_appears_is_seen_in_a_folder_that_changes(tmp_path: Path) -> None:
    unit = _changing(tmp_path)
    (unit.folder / "b.o").touch()
    # On Windows each change of a folder is looked at in full.
    assert unit.held.holds(KEY) or sys.platform == "win32"
    (unit.folder / "wanted.h").touch()
    for _ in range(2):
        assert not unit.held.holds(KEY) and not unit.held.is_searched(KEY)
        settle()
    (unit.folder / "c.o").touch()
    assert not unit.held.holds(KEY)


def test_folder_of_a_looked_for_name_is_seen_to_appear(tmp_path: Path) -> None:
    unit = _changing(tmp_path)
    (unit.folder / "part").mkdir()
    assert not unit.held.holds(KEY)


def test_header_that_becomes_another_file_is_seen_in_a_folder_that_changes(tmp_path: Path) -> None:
    """Compilers take two names of one file for one."""
    unit = _Unit(tmp_path)
    (unit.folder / "wanted.h").write_text("int a;\n")
    settle()
    unit.note()
    (unit.folder / "a.o").touch()
    settle()
    unit.note()
    (unit.folder / "wanted.h").unlink()
    (unit.folder / "wanted.h").hardlink_to(unit.header)
    settle()
    unit.held.note_includes(KEY, unit.includes())
    assert not unit.held.holds(KEY) and not unit.held.is_searched(KEY)


@pytest.mark.links
def test_link_that_is_turned_is_seen_in_a_folder_that_changes(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    (unit.folder / "wanted.h").symlink_to("a.h")
    settle()
    unit.note()
    (unit.folder / "a.o").touch()
    settle()
    unit.note()
    (unit.folder / "turned").symlink_to("nothing")
    (unit.folder / "turned").replace(unit.folder / "wanted.h")
    assert not unit.held.holds(KEY)


def test_folder_that_is_replaced_is_seen_though_its_names_are_the_same(tmp_path: Path) -> None:
    unit = _changing(tmp_path)
    unit.folder.rename(tmp_path / "old")
    unit.folder.mkdir()
    for name in ("a.h", "a.o"):
        (tmp_path / "old" / name).rename(unit.folder / name)
    settle()
    unit.held.note_includes(KEY, unit.includes())
    assert not unit.held.holds(KEY) and not unit.held.is_searched(KEY)


def test_folder_that_is_gone_is_seen(tmp_path: Path) -> None:
    unit = _changing(tmp_path)
    unit.folder.rename(tmp_path / "old")
    assert not unit.held.is_searched(KEY)


def test_first_change_of_a_folder_is_looked_at_in_full(tmp_path: Path) -> None:
    """An entry keeps the names that it looks for only from then on."""
    unit = _Unit(tmp_path)
    unit.note()
    (unit.folder / "a.o").touch()
    assert not unit.held.holds(KEY) and not unit.held.is_searched(KEY)


@pytest.mark.links
def test_link_whose_target_becomes_another_file_is_seen_in_a_folder_that_changes(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    (tmp_path / "target").write_text("")
    (unit.folder / "wanted.h").symlink_to("../target")
    settle()
    unit.note()
    (unit.folder / "a.o").touch()
    settle()
    unit.note()
    (tmp_path / "new").write_text("int b;\n")
    (tmp_path / "new").replace(tmp_path / "target")
    (unit.folder / "b.o").touch()
    assert not unit.held.holds(KEY)
