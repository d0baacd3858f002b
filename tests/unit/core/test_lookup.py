"""Lookup: a hit only where the compiler would make the same now."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.core.found import Found
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.lookup import Miss, look_up
from clcache_launcher.core.store import Stored
from clcache_launcher.model import Reason, Uncacheable
from clcache_launcher.util.files import digest_of
from support.case import TOOLCHAIN, Case, settle

SOURCE = '#include "h.h"\n#if __has_include(<maybe.h>)\n#endif\n'
COMMAND = ("-Ione", "-Itwo", "-c", "a.c", "-o", "a.o")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A compilation that was stored; its object is not there."""
    made = Case(tmp_path)
    (made.work / "one").mkdir()
    made.write("two/h.h", "")
    made.write("a.c", SOURCE)
    assert made.compile(["two/h.h"], made.prepared(*COMMAND)) == Stored(b"", None)
    (made.work / "a.o").unlink()
    settle()
    return made


@pytest.fixture(params=[False, True], ids=["known", "by another core"])
def seen(case: Case, request: pytest.FixtureRequest) -> Case:
    if request.param:
        case.knowledge = Knowledge()
    else:
        assert isinstance(case.look_up(case.prepared(*COMMAND)), Found)
    return case


def outcome(case: Case, *arguments: str) -> type:
    return type(case.look_up(case.prepared(*(arguments or COMMAND))))


def test_unchanged_compilation_is_hit(seen: Case) -> None:
    for _ in range(2):
        assert outcome(seen) is Found
    assert (seen.work / "a.o").read_bytes() == b"object"


@pytest.mark.parametrize("hardlink", [False, True])
def test_hit_replaces_an_old_object(case: Case, *, hardlink: bool) -> None:
    case.write("a.o", "old")
    assert isinstance(case.look_up(case.prepared(*COMMAND), hardlink=hardlink), Found)
    assert (case.work / "a.o").read_bytes() == b"object"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.c", SOURCE + "int changed;"),
        ("two/h.h", "int changed;"),
        ("one/h.h", ""),
        ("h.h", ""),
        ("one/maybe.h", ""),
        ("two/maybe.h", ""),
    ],
)
def test_file_that_changes_or_appears_is_miss_until_it_is_as_it_was(seen: Case, name: str, text: str) -> None:
    path = seen.work / name
    before = path.read_text() if path.exists() else None
    path.write_text(text)
    assert outcome(seen) is Miss
    path.unlink()
    if before is not None:
        path.write_text(before)
    assert outcome(seen) is Found


def test_header_that_goes_away_is_miss(seen: Case) -> None:
    (seen.work / "two/h.h").unlink()
    assert outcome(seen) is Miss


def test_unrelated_files_are_no_matter(seen: Case) -> None:
    for name in ("one/other.h", "maybe.h", "two/a.o"):
        (seen.work / name).write_text("")
    assert outcome(seen) is Found


def test_missing_source_is_uncacheable(case: Case) -> None:
    prepared = case.prepared(*COMMAND)
    (case.work / "a.c").unlink()
    assert case.look_up(prepared) == Uncacheable(Reason.NO_SOURCE, "a.c")


def test_other_options_and_toolchains_are_misses(case: Case) -> None:
    assert outcome(case, "-O2", *COMMAND) is Miss
    assert outcome(case, "-Itwo", "-Ione", *COMMAND[2:]) is Miss
    case.toolchain = replace(TOOLCHAIN, identity=b"new")
    assert outcome(case) is Miss


def test_object_of_another_name_is_hit(case: Case) -> None:
    assert outcome(case, *COMMAND[:-1], "b.o") is Found
    assert (case.work / "b.o").read_bytes() == b"object"


def test_recache_finds_nothing(case: Case) -> None:
    case.settings = replace(case.settings, recache=True)
    assert outcome(case) is Miss
    assert not (case.work / "a.o").exists()


@pytest.mark.links
def test_object_that_can_not_be_replaced_is_left_to_the_compiler(case: Case) -> None:
    (case.work / "a.o").symlink_to("elsewhere")
    assert case.look_up(case.prepared(*COMMAND)) == Uncacheable(Reason.OUTPUT_NOT_A_FILE, "a.o")
    assert not (case.work / "elsewhere").exists()


def _lose(path: Path) -> None:
    path.unlink()


def _flip(path: Path) -> None:
    path.write_bytes(b"objecs")


@pytest.mark.parametrize("damage", [_lose, _flip])
def test_damaged_artifact_is_miss_and_then_hits_again(seen: Case, damage: object) -> None:
    assert callable(damage)
    damage(Path(seen.storage.artifacts.path(digest_of(b"object"))))
    assert outcome(seen) is Miss
    assert seen.storage.index.totals().results == 0
    assert seen.compile(["two/h.h"], seen.prepared(*COMMAND)) == Stored(b"", None)
    assert outcome(seen) is Found


def test_entry_that_is_none_is_removed(case: Case) -> None:
    key = case.look_up(case.prepared(*COMMAND))
    assert isinstance(key, Found)
    index = case.storage.index
    miss = look_up(case.prepared(*COMMAND), case.scope, finds_nothing=True)
    assert isinstance(miss, Miss)
    (stored,) = index.entries(miss.manifest)
    index.add(miss.manifest, type(stored)(stored.result, b"rubbish"), b"body", {}, 1, lambda: None)
    case.knowledge = Knowledge()
    assert outcome(case) is Miss
    assert index.entries(miss.manifest) == []


def test_result_that_is_none_is_removed(case: Case) -> None:
    miss = look_up(case.prepared(*COMMAND), case.scope, finds_nothing=True)
    assert isinstance(miss, Miss)
    (stored,) = case.storage.index.entries(miss.manifest)
    case.storage.index.add(miss.manifest, stored, b"rubbish", {}, 1, lambda: None)
    assert outcome(case) is Miss
    assert case.storage.index.totals().results == 0


@pytest.mark.parametrize(
    ("stored", "asked", "outcome_"),
    [
        ((b"", b"", False), True, Found),
        ((b"o", b"", False), True, Found),
        ((b"", b"e", False), True, Found),
        ((b"o", b"e", False), True, Miss),
        ((b"o", b"e", False), False, Found),
        ((b"oe", b"", True), False, Miss),
        ((b"oe", b"", True), True, Found),
        ((b"", b"", True), False, Found),
    ],
)
def test_texts_are_given_only_to_who_has_the_same_streams(
    tmp_path: Path, stored: tuple[bytes, bytes, bool], asked: bool, outcome_: type
) -> None:
    stdout, stderr, same_stream = stored
    case = Case(tmp_path, same_stream=same_stream)
    case.write("a.c", "")
    attempt = case.begin()
    case.finish(attempt, case.run(attempt), stdout=stdout, stderr=stderr)
    case.same_stream = asked
    found = case.look_up()
    assert type(found) is outcome_
    if isinstance(found, Found):
        assert (found.result.stdout, found.result.stderr) == (stdout, stderr)
