"""A result that was found is found again without its entry being read, as long as a lookup would find it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.core.found import Found, FoundBefore, FoundResults
from clcache_launcher.core.inputs.precompiled import PrecompiledHeaders
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.lookup import Miss, look_up
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.records import Result
from clcache_launcher.core.trees.roots import NO_ROOTS, Roots
from clcache_launcher.model import ManifestKey, Reason, ResultKey, Uncacheable
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.util.file_records import Records
from clcache_launcher.util.files import digest_of
from support.case import Case, settle

COMMAND = ("-Ione", "-Itwo", "-c", "a.c", "-o", "a.o")
SOURCE = '#include "h.h"\n#if __has_include(<maybe.h>)\n#endif\n'
NOON_S = 1_790_000_000
DAY_S = 86_400


class Unit:
    """A unit that was stored and found twice, each time as one and the same object."""

    def __init__(self, root: Path) -> None:
        self.now_s = NOON_S
        self.case = Case(root, environment={"TZ": "UTC0"})
        self.case.knowledge = Knowledge(lambda: self.now_s)
        (self.case.work / "one").mkdir()
        (self.case.work / "two").mkdir()
        self.case.write("two/h.h", "")
        self.case.write("a.c", SOURCE)
        self.prepared = self.case.prepared(*COMMAND)

    def store(self, made: bytes = b"object", stderr: bytes = b"") -> None:
        attempt = self.case.begin(self.prepared)
        ran = self.case.run(attempt, ["two/h.h"], {"a.o": made})
        self.case.finish(attempt, ran, stderr=stderr)
        settle()

    def store_alike(self) -> None:
        """Store a unit that makes the same object: the artifact stays when this one's result goes."""
        self.case.write("b.c", "")
        attempt = self.case.begin(self.case.prepared("-c", "b.c", "-o", "b.o"))
        ran = self.case.run(attempt, made={"b.o": b"object"})
        self.case.finish(attempt, ran)
        settle()

    def look_up(self) -> Found | Miss | Uncacheable:
        return look_up(self.prepared, self.case.scope)

    def outcome(self) -> type:
        return type(self.look_up())

    def spoil_entries(self) -> None:
        """From now on nothing is found by what the entries say."""
        self.case.storage.index.write(lambda transaction: transaction.rows("UPDATE entry SET body = x''"))

    def artifact(self) -> Path:
        return Path(self.case.storage.artifacts.path(digest_of(b"object")))


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    made = Unit(tmp_path)
    made.store()
    made.store_alike()
    first, second = made.look_up(), made.look_up()
    assert isinstance(first, Found)
    assert second == first
    return made


def test_unit_is_found_again_without_its_entries(unit: Unit) -> None:
    unit.spoil_entries()
    assert unit.outcome() is Found


def test_unit_of_another_request_is_not_found_without_its_entries(unit: Unit) -> None:
    unit.prepared = unit.case.prepared(*COMMAND)
    unit.spoil_entries()
    assert unit.outcome() is Miss


def test_texts_come_again(tmp_path: Path) -> None:
    unit = Unit(tmp_path)
    unit.store(stderr=b"warning")
    first = unit.look_up()
    unit.spoil_entries()
    again = unit.look_up()
    assert isinstance(again, Found)
    assert again == first
    assert again.result.stderr == b"warning"


def _clear_elsewhere(unit: Unit) -> None:
    other = LocalStorage(unit.case.settings.dir)
    other.clear()
    other.close()


def _forget(unit: Unit) -> None:
    found = unit.look_up()
    assert isinstance(found, Found)
    unit.case.storage.forget(found.key, ())


CHANGES: dict[str, Callable[[Unit], object]] = {
    "source": lambda unit: unit.case.write("a.c", SOURCE + "int changed;"),
    "header": lambda unit: unit.case.write("two/h.h", "int changed;"),
    "header that appears earlier": lambda unit: unit.case.write("one/h.h", ""),
    "header that appears beside the source": lambda unit: unit.case.write("h.h", ""),
    "tested header that appears": lambda unit: unit.case.write("two/maybe.h", ""),
    "header that goes": lambda unit: (unit.case.work / "two/h.h").unlink(),
    "folder that goes": lambda unit: (unit.case.work / "two").rename(unit.case.work / "three"),
    "artifact that goes": lambda unit: unit.artifact().unlink(),
    "artifact that is damaged": lambda unit: unit.artifact().write_bytes(b"objecs"),
    "result that is forgotten": _forget,
    "result that is evicted": lambda unit: unit.case.storage.index.evict(1),
    "cache that is cleared": lambda unit: unit.case.storage.clear(),
    "cache that is cleared by another process": _clear_elsewhere,
    "index that is made anew": lambda unit: unit.case.storage.index.renew(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_change_of_what_it_was_found_by_is_seen(unit: Unit, change: Callable[[Unit], object]) -> None:
    change(unit)
    assert unit.outcome() is Miss


def test_source_that_goes_is_seen(unit: Unit) -> None:
    (unit.case.work / "a.c").unlink()
    assert unit.look_up() == Uncacheable(Reason.NO_SOURCE, "a.c")


def test_unit_that_is_as_it_was_is_found_again_without_its_entries(unit: Unit) -> None:
    header = unit.case.work / "two/h.h"
    unit.case.write("two/h.h", "int changed;")
    assert unit.outcome() is Miss
    unit.case.write("two/h.h", "")
    assert unit.outcome() is Found
    header.touch()
    settle()
    assert unit.outcome() is Found
    unit.spoil_entries()
    assert unit.outcome() is Found


@pytest.mark.parametrize("setting", ["recache", "nodirect"])
def test_setting_that_looks_nothing_up_finds_nothing_again(unit: Unit, setting: str) -> None:
    settings = unit.case.settings
    unit.case.settings = replace(settings, recache=setting == "recache", nodirect=setting == "nodirect")
    assert unit.outcome() is Miss
    unit.case.settings = settings
    assert unit.outcome() is Found


def test_who_verifies_finds_nothing_again(unit: Unit) -> None:
    assert isinstance(look_up(unit.prepared, unit.case.scope, finds_nothing=True), Miss)


def test_result_that_replaces_another_is_the_one_that_is_found(unit: Unit) -> None:
    unit.case.settings = replace(unit.case.settings, recache=True)
    unit.store(b"another object")
    unit.case.settings = replace(unit.case.settings, recache=False)
    found = unit.look_up()
    assert isinstance(found, Found)
    assert found.result.outputs == (("object", digest_of(b"another object")),)


def test_newer_entry_is_looked_at_once(unit: Unit) -> None:
    before = unit.look_up()
    unit.case.write("two/h.h", "int changed;")
    unit.store(b"another object")
    unit.case.write("two/h.h", "")
    found = unit.look_up()
    assert isinstance(found, Found) and isinstance(before, Found)
    assert found.result == before.result
    unit.spoil_entries()
    assert unit.look_up() == found


@pytest.mark.posix
def test_unit_that_prints_the_day_is_found_on_that_day_alone(tmp_path: Path) -> None:
    unit = Unit(tmp_path)
    unit.case.write("a.c", 'char day[] = __DATE__;\n#include "h.h"\n')
    unit.now_s = int((unit.case.work / "a.c").stat().st_mtime)
    unit.store()
    assert unit.outcome() is Found
    unit.spoil_entries()
    assert unit.outcome() is Found
    unit.now_s += DAY_S
    assert unit.outcome() is Miss


@pytest.mark.links
def test_unit_with_an_input_that_is_missing_is_found_by_its_entries_alone(tmp_path: Path) -> None:
    """What else the name can stand for shows in no signature."""
    unit = Unit(tmp_path)
    unit.prepared = unit.case.prepared("-fauto-profile=profiles/none", *COMMAND)
    (unit.case.work / "profiles").mkdir()
    unit.store()
    assert unit.outcome() is Found
    (unit.case.work / "profiles/none").symlink_to("nowhere")
    assert unit.outcome() is Uncacheable
    (unit.case.work / "profiles/none").unlink()
    unit.spoil_entries()
    assert unit.outcome() is Miss


def test_precompiled_header_of_which_nothing_is_known_any_more_is_miss(tmp_path: Path) -> None:
    unit = Unit(tmp_path)
    unit.prepared = unit.case.prepared("-x", "c-header", "a.c", "-o", "a.o")
    unit.store()
    for _ in range(2):
        assert unit.outcome() is Found
    unit.case.storage.index.evict_facts(100)
    unit.case.knowledge.precompiled = PrecompiledHeaders()
    assert unit.outcome() is Miss


def test_unit_is_found_in_the_storage_that_is_asked(unit: Unit) -> None:
    unit.case.storage = LocalStorage(unit.case.root / "other cache")
    assert unit.outcome() is Miss


def found_before(prepared: Prepared, roots: Roots = NO_ROOTS, text: bytes = b"") -> FoundBefore:
    result = Result((), text, b"", b"")
    return FoundBefore(prepared, roots, Records(), ManifestKey(b""), Found(ResultKey(b""), result))


def test_result_is_that_of_one_unit_with_one_set_of_roots(unit: Unit) -> None:
    known = FoundResults()
    here, there = Roots([("project", "/here")]), Roots([("project", "/there")])
    noted = found_before(unit.prepared, here)
    known.note(noted)
    assert known.find(unit.prepared, here) is noted
    assert known.find(unit.prepared, there) is None
    assert known.find(replace(unit.prepared), here) is None


def test_results_of_the_latest_units_are_kept(unit: Unit) -> None:
    known = FoundResults(most=2)
    units = [replace(unit.prepared) for _ in range(3)]
    for each in (*units, units[-1]):
        known.note(found_before(each))
    assert [known.find(each, NO_ROOTS) is not None for each in units] == [False, True, True]


def test_texts_of_results_are_bounded_together(unit: Unit) -> None:
    known = FoundResults(most_text_bytes=10)
    units = [replace(unit.prepared) for _ in range(3)]
    for each, text in zip(units, (b"123456", b"1234", b"1234567890"), strict=True):
        known.note(found_before(each, text=text))
        known.note(found_before(each, text=text))
    assert [known.find(each, NO_ROOTS) is not None for each in units] == [False, False, True]
    known.note(found_before(units[0], text=b"longer than that"))
    assert not any(known.find(each, NO_ROOTS) for each in units)
