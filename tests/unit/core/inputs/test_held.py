"""Entries hold while all that they were found by is as it was, and no longer."""

import os
from pathlib import Path

from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.inputs.held import HeldEntries
from clcache_launcher.model import Digest
from clcache_launcher.util.files import Signature, folder_signature
from support.case import settle

KEY = "an entry"


class _Unit:
    """A header below a search folder, and what is known of them."""

    def __init__(self, root: Path) -> None:
        self.folder, self.header = root / "include", root / "include/a.h"
        self.folder.mkdir()
        self.header.write_text("int a;\n")
        settle()
        self.digests = FileDigests()
        self.held: HeldEntries[str] = HeldEntries(self.digests)

    def includes(self) -> tuple[tuple[str, Digest], ...]:
        digest = self.digests.digest(str(self.header))
        assert digest is not None
        return ((str(self.header), digest),)

    def searched(self, *more: Path) -> tuple[tuple[str, Signature | None], ...]:
        return tuple((str(path), folder_signature(str(path))) for path in (self.folder, *more))

    def note(self, *more: Path) -> None:
        self.held.note(KEY, self.searched(*more), self.includes())


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
    unit.held.note(KEY, unit.searched(), ((includes[0][0], Digest(b"of another text.")),))
    assert not unit.held.holds(KEY)
    assert unit.held.is_searched(KEY)


def test_search_state_that_does_not_stand_still_is_not_relied_on(tmp_path: Path) -> None:
    unit = _Unit(tmp_path)
    unit.note()
    unit.held.note(KEY, (), unit.includes())
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
