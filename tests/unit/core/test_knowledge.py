"""What is remembered between requests."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.compilers.search_rules import SearchRules
from clcache_launcher.core.inputs.search import search_plan
from clcache_launcher.core.inputs.search_state import SearchState
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.records import Entry, Streams
from clcache_launcher.core.sources.facts import scan_source
from clcache_launcher.errors import EntryFormatError
from clcache_launcher.model import Digest, ResultKey
from clcache_launcher.storage.local import StoredEntry
from support.case import settle

KEY = ResultKey(b"key")
ENTRY = Entry((("/a.h", Digest(b"d" * 16)), ("/b.h", Digest(b"e" * 16))), b"state", Streams.ANY)


def test_stored_entry_is_decoded_once() -> None:
    knowledge = Knowledge()
    stored = StoredEntry(KEY, ENTRY.encode())
    first = knowledge.entry(stored)
    assert first == ENTRY
    assert knowledge.entry(stored) is first


def test_entries_share_their_headers() -> None:
    knowledge = Knowledge()
    one = knowledge.entry(StoredEntry(ResultKey(b"1"), ENTRY.encode()))
    two = knowledge.entry(StoredEntry(ResultKey(b"2"), ENTRY.encode()))
    assert one.includes[0] is two.includes[0]


def test_entry_that_is_none_is_an_error_each_time() -> None:
    knowledge = Knowledge()
    for _ in range(2):
        with pytest.raises(EntryFormatError):
            knowledge.entry(StoredEntry(KEY, b"rubbish"))


def _state(knowledge: Knowledge, folder: Path) -> SearchState:
    facts = scan_source(b"#include <x.h>\n")
    plan = search_plan([(str(folder / "a.c"), facts)], [str(folder / "inc")], str(folder), (), SearchRules())
    return knowledge.search_state(plan, {})


def test_search_state_holds_until_a_folder_changes(tmp_path: Path) -> None:
    (tmp_path / "inc").mkdir()
    settle()
    knowledge = Knowledge()
    assert not knowledge.search_still_holds((KEY, b""), {})
    knowledge.note_search((KEY, b""), ENTRY, _state(knowledge, tmp_path))
    assert knowledge.search_still_holds((KEY, b""), {})
    (tmp_path / "inc/other.h").write_text("")
    assert not knowledge.search_still_holds((KEY, b""), {})


def test_search_state_of_folders_that_do_not_stand_still_is_not_relied_on(tmp_path: Path) -> None:
    (tmp_path / "inc").mkdir()
    settle()
    knowledge = Knowledge()
    knowledge.note_search((KEY, b""), ENTRY, _state(knowledge, tmp_path))
    (tmp_path / "inc").rmdir()
    (tmp_path / "inc").write_text("a header map")
    knowledge.note_search((KEY, b""), ENTRY, _state(knowledge, tmp_path))
    assert not knowledge.search_still_holds((KEY, b""), {})


def test_include_whose_time_matters_is_seen_by_its_signature_alone(tmp_path: Path) -> None:
    # gcc takes two files of one content for one by their times, where #pragma once is about.
    (tmp_path / "inc").mkdir()
    names = [str(tmp_path / f"inc/{name}.h") for name in "xy"]
    for name in names:
        Path(name).write_text("#pragma once\n")
    settle()
    knowledge = Knowledge()
    digest = knowledge.digests.digest(names[0])
    assert digest is not None
    includes = tuple((name, digest) for name in names)
    facts = scan_source(b"#pragma once\n#include <x.h>\n#include <y.h>\n")
    rules = SearchRules(same_by_time=True)
    plan = search_plan([(name, facts) for name in names], [str(tmp_path / "inc")], str(tmp_path), (), rules)
    assert knowledge.digests.hold(includes)
    knowledge.note_search((KEY, b""), replace(ENTRY, includes=includes), knowledge.search_state(plan, {}))
    assert knowledge.still_holds((KEY, b""), {})
    assert knowledge.search_still_holds((KEY, b""), {})
    os.utime(names[1], (1, 1))
    assert knowledge.digests.hold(includes)
    assert not knowledge.still_holds((KEY, b""), {})
    assert not knowledge.search_still_holds((KEY, b""), {})
