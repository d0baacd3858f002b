"""Store: only what surely belongs to the inputs that were looked up."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.compilers.dependencies import SHOW_INCLUDES_PREFIX
from clcache_launcher.compilers.response_file import split_response_file
from clcache_launcher.core.found import Found
from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.lookup import Miss
from clcache_launcher.core.preprocessed import Preprocessed
from clcache_launcher.core.store import Stored, Unclear, store
from clcache_launcher.model import ManifestKey, Reason, Uncacheable
from clcache_launcher.util.files import digest_of
from support.case import Case, settle

COMMAND = ("-Ione", "-Itwo", "-c", "a.c", "-o", "a.o")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case(tmp_path)
    (made.work / "one").mkdir()
    made.write("two/sub/d.h", "")
    made.write("two/h.h", "")
    made.write("a.c", '#include "h.h"\n#include <sub/d.h>\n#if __has_include(<maybe.h>)\n#endif\n')
    return made


HEADERS = ("two/h.h", "two/sub/d.h")


def refused(stored: Stored | Unclear) -> Reason | None:
    assert isinstance(stored, Stored)
    assert stored.fault is None
    return stored.refused.reason if stored.refused else None


def nothing_stored(case: Case) -> bool:
    totals = case.storage.index.totals()
    return (totals.results, case.storage.artifacts.digests(), os.listdir(case.storage.folder / "scratch")) == (
        0,
        [],
        [],
    )


def test_what_was_stored_is_hit(case: Case) -> None:
    assert case.compile(HEADERS, case.prepared(*COMMAND)) == Stored(b"", None)
    assert isinstance(case.look_up(case.prepared(*COMMAND)), Found)
    assert os.listdir(case.storage.folder / "scratch") == []


def test_result_holds_how_long_the_compiler_ran(case: Case) -> None:
    attempt = case.begin(case.prepared(*COMMAND))
    case.finish(attempt, case.run(attempt, HEADERS), spent_ns=1_234_567_890)
    found = case.look_up(case.prepared(*COMMAND))
    assert isinstance(found, Found)
    assert found.result.spent_ms == 1235


def test_source_that_the_compiler_lists_is_no_include(case: Case) -> None:
    stored = case.compile([*HEADERS, "a.c", f"{case.work}/a.c"], case.prepared(*COMMAND))
    assert refused(stored) is None
    assert isinstance(case.look_up(case.prepared(*COMMAND)), Found)


def test_failure_is_not_stored(case: Case) -> None:
    attempt = case.begin(case.prepared(*COMMAND))
    assert refused(case.finish(attempt, case.run(attempt, HEADERS), exit_code=1)) is Reason.COMPILER_FAILED
    assert nothing_stored(case)


def test_headers_that_the_dependency_pass_did_not_list_are_not_stored(case: Case) -> None:
    attempt = case.begin(case.prepared("-MMD", "-MF", "a.d", *COMMAND))
    assert attempt.plan.dependency_pass
    ran = case.run(attempt, HEADERS)
    assert refused(case.finish(attempt, ran, replace(ran, exit_code=1))) is Reason.DEPENDENCIES_UNKNOWN
    assert nothing_stored(case)


@pytest.mark.parametrize("begun", [None, "", "a.o: a.c \\\n two/h"])
def test_failure_before_our_option_was_obeyed_is_run_again_as_given(case: Case, begun: str | None) -> None:
    """The cache's disk may be full: the compiler fails for a file that nobody but us asked for."""
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS)
    Path(attempt.plan.depfile).unlink()
    if begun is not None:
        Path(attempt.plan.depfile).write_text(begun)
    assert isinstance(case.finish(attempt, ran, exit_code=1), Unclear)


@pytest.mark.parametrize("text", [None, "", "a.o: a.c", "a.o: a.c x\\\n", "no depfile\n"])
def test_unknown_headers_are_not_stored(case: Case, text: str | None) -> None:
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS)
    Path(attempt.plan.depfile).unlink()
    if text is not None:
        Path(attempt.plan.depfile).write_text(text)
    assert refused(case.finish(attempt, ran)) is Reason.DEPENDENCIES_UNKNOWN
    assert nothing_stored(case)


def test_object_that_was_not_made_is_not_stored(case: Case) -> None:
    case.write("a.o", "of an earlier run")
    attempt = case.begin(case.prepared(*COMMAND))
    assert refused(case.finish(attempt, case.run(attempt, HEADERS, made={}))) is Reason.OUTPUT_MISSING
    assert nothing_stored(case)


def _write(path: Path) -> None:
    path.write_text("// changed")


def _rewrite_the_same(path: Path) -> None:
    path.write_text(path.read_text())


def _remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("change", [_write, _remove])
@pytest.mark.parametrize("name", ["a.c", "two/h.h", "two/sub/d.h"])
def test_input_that_changes_while_the_compiler_runs_is_not_stored(
    case: Case, name: str, change: Callable[[Path], None]
) -> None:
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS)
    change(case.work / name)
    assert refused(case.finish(attempt, ran)) is Reason.INPUT_CHANGED
    assert nothing_stored(case)


def test_header_written_while_the_compiler_runs_is_not_stored_even_if_it_is_equal(case: Case) -> None:
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS)
    _rewrite_the_same(case.work / "two/h.h")
    assert refused(case.finish(attempt, ran)) is Reason.INPUT_CHANGED


@pytest.mark.parametrize("change", [_write, _remove, _rewrite_the_same])
def test_response_file_that_changes_while_the_compiler_runs_is_not_stored(
    case: Case, change: Callable[[Path], None]
) -> None:
    path = case.write("a.rsp", "-O2")
    prepared = case.prepared(*COMMAND)
    read = replace(prepared.compilation, response_files=(("a.rsp", digest_of(path.read_bytes())),))
    attempt = case.begin(replace(prepared, compilation=read))
    ran = case.run(attempt, HEADERS)
    change(path)
    assert refused(case.finish(attempt, ran)) is Reason.INPUT_CHANGED
    assert nothing_stored(case)


def test_command_line_too_long_for_the_system_is_given_by_a_file_that_goes_after_the_run(case: Case) -> None:
    words = tuple(f"-DN{number}={'x' * 1000}" for number in range(200))
    attempt = case.begin(case.prepared(*words, *COMMAND))
    path = f"{attempt.scratch}.rsp"
    assert attempt.plan.argv == ("gcc", f"@{path}")
    told = split_response_file(Path(path).read_bytes(), case.toolchain.dialect.quoting)
    assert told == ["-MD", "-MF", attempt.scratch, *words, *COMMAND]
    assert refused(case.finish(attempt, case.run(attempt, HEADERS))) is None
    assert os.listdir(case.storage.folder / "scratch") == []


def test_response_file_that_was_another_when_the_core_read_it_is_not_stored(case: Case) -> None:
    case.write("a.rsp", "-O2")
    prepared = case.prepared(*COMMAND)
    read = replace(prepared.compilation, response_files=(("a.rsp", digest_of(b"-O1")),))
    assert refused(case.compile(HEADERS, replace(prepared, compilation=read))) is Reason.INPUT_CHANGED


@pytest.mark.parametrize("name", ["one/h.h", "h.h", "one/sub/d.h", "one/maybe.h", "two/maybe.h"])
@pytest.mark.parametrize("is_new_folder", [False, True])
def test_name_that_appears_while_the_compiler_runs_is_not_stored(case: Case, name: str, *, is_new_folder: bool) -> None:
    path = case.work / name
    if not is_new_folder:
        path.parent.mkdir(exist_ok=True)
        settle()
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS)
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    assert refused(case.finish(attempt, ran)) is Reason.INPUT_CHANGED
    assert nothing_stored(case)


def test_tested_name_that_goes_away_while_the_compiler_runs_is_not_stored(case: Case) -> None:
    path = case.write("one/maybe.h", "")
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS)
    path.unlink()
    assert refused(case.finish(attempt, ran)) is Reason.INPUT_CHANGED


@pytest.mark.links
@pytest.mark.parametrize("appears", [False, True])
@pytest.mark.parametrize("folder", ["one", "two/sub"])
def test_target_of_a_tested_link_that_changes_while_the_compiler_runs_is_not_stored(
    case: Case, folder: str, *, appears: bool
) -> None:
    case.write(
        "a.c",
        '#include "h.h"\n#include <sub/d.h>\n#if __has_include(<maybe.h>) || __has_include(<sub/maybe.h>)\n#endif\n',
    )
    target = case.write("target", "")
    (case.work / folder / "maybe.h").symlink_to(target)
    if appears:
        target.unlink()
    settle()
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS)
    target.write_text("") if appears else target.unlink()
    assert refused(case.finish(attempt, ran)) is Reason.INPUT_CHANGED


def test_objects_made_beside_the_headers_are_no_matter(case: Case) -> None:
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS, made={"a.o": b"object", "two/b.o": b"", "two/sub/c.o": b"", "one/d.o": b""})
    assert refused(case.finish(attempt, ran)) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [("const char *t = __TIME__;", Reason.TIME_MACRO), ("#if __has_include(NAME)\n#endif\n", Reason.COMPUTED_TEST)],
)
@pytest.mark.parametrize("name", ["a.c", "two/h.h"])
def test_source_that_direct_mode_can_not_tell_is_not_stored(case: Case, name: str, text: str, reason: Reason) -> None:
    case.write(name, text)
    assert refused(case.compile(HEADERS, case.prepared(*COMMAND))) is reason
    assert nothing_stored(case)


def test_precompiled_header_in_place_of_a_header_is_not_stored(case: Case) -> None:
    case.write("one/h.h.gch", "")
    assert refused(case.compile(HEADERS, case.prepared(*COMMAND))) is Reason.PRECOMPILED_HEADER


def test_search_folder_that_is_a_file_is_not_stored(case: Case) -> None:
    (case.work / "one").rmdir()
    case.write("one", "")
    assert refused(case.compile(HEADERS, case.prepared(*COMMAND))) is Reason.HEADER_MAP


def test_folder_that_does_not_work_is_a_fault_and_tells_what_to_print(case: Case) -> None:
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS)
    case.storage.index.close()
    stored = case.finish(attempt, ran, stdout=b"text")
    assert isinstance(stored, Stored)
    assert stored.stdout == b"text"
    assert stored.fault is not None
    assert os.listdir(case.storage.folder / "scratch") == []


def test_each_set_of_headers_has_an_entry(case: Case) -> None:
    for text in ("// 1", "// 2"):
        case.write("two/h.h", text)
        settle()
        attempt = case.begin(case.prepared(*COMMAND))
        case.finish(attempt, case.run(attempt, HEADERS, made={"a.o": text.encode()}))
    for text in ("// 1", "// 2", "// 1"):
        case.write("two/h.h", text)
        assert isinstance(case.look_up(case.prepared(*COMMAND)), Found)
        assert (case.work / "a.o").read_text() == text


def _timed(case: Case, macro: str, now_s: list[float]) -> None:
    case.environment = {"TZ": "UTC"}
    case.knowledge = Knowledge(lambda: now_s[0])
    case.write("a.c", f"const char *t = {macro};\n")


@pytest.mark.posix
def test_day_is_stored_until_the_next(tmp_path: Path) -> None:
    case = Case(tmp_path)
    now_s = [0.0]
    _timed(case, "__DATE__", now_s)
    attempt = case.begin()
    ran = case.run(attempt)
    now_s[0] = ran.started_ns / 1e9
    assert refused(case.finish(attempt, ran)) is None
    for _ in range(2):
        assert isinstance(case.look_up(), Found)
    now_s[0] += 86400
    assert isinstance(case.look_up(), Miss)
    now_s[0] -= 86400
    assert isinstance(case.look_up(), Found)


@pytest.mark.posix
def test_compile_over_midnight_is_not_stored(tmp_path: Path) -> None:
    case = Case(tmp_path)
    now_s = [0.0]
    _timed(case, "__DATE__", now_s)
    attempt = case.begin()
    ran = case.run(attempt)
    now_s[0] = ran.started_ns / 1e9 + 86400
    stored = case.finish(attempt, ran)
    assert isinstance(stored, Stored)
    assert stored.refused == Uncacheable(Reason.INPUT_CHANGED, "the day")


@pytest.mark.posix
def test_zone_that_a_later_caller_has_is_not_overlooked(tmp_path: Path) -> None:
    case = Case(tmp_path)
    _timed(case, "__TIMESTAMP__", [0.0])
    case.compile()
    for _ in range(2):
        case.environment = {"TZ": "UTC"}
        assert isinstance(case.look_up(), Found)
        case.environment = {"TZ": "Asia/Tokyo"}
        assert isinstance(case.look_up(), Miss)


@pytest.mark.parametrize("changes", [False, True])
def test_file_that_changed_after_it_was_preprocessed_is_not_stored_under_its_text(case: Case, *, changes: bool) -> None:
    path = case.work / "two/h.h"
    files = ((str(path), digest_of(path.read_bytes())),)
    preprocessed = Preprocessed(ManifestKey(b"text"), files, is_free=True, prefix=SHOW_INCLUDES_PREFIX)
    if changes:
        case.write("two/h.h", "int other;\n")
    attempt = case.begin(case.prepared(*COMMAND))
    ran = case.run(attempt, HEADERS)
    assert refused(store(attempt, ran, None, case.scope, preprocessed)) is None
    stored = list(case.storage.index.entries(ManifestKey(b"text")))
    assert len(stored) == (0 if changes else 1)
