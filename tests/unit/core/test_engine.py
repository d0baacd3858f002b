"""One invocation from question to answer, with a compiler whose work the test does."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.core.engine import Engine
from clcache_launcher.core.steps import Print, Run
from clcache_launcher.model import BuildRun, Digest
from clcache_launcher.storage.artifacts import ArtifactStore
from support.asker import Asker
from support.case import settle, write_compiler


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    return Asker(tmp_path)


def test_miss_is_stored_and_then_hits(asker: Asker) -> None:
    assert asker.compile() == Print("miss", b"", b"")
    assert asker.ask() == "hit"
    assert asker.counts() == (1, 1, 0, 0)
    assert asker.engine.summary(asker.settings.dir).entries == 1


def test_each_hit_saves_what_the_compiler_took(asker: Asker) -> None:
    asker.compile()
    assert asker.engine.summary(asker.settings.dir).time_saved_s == 0
    asker.ask()
    asker.ask()
    assert asker.engine.summary(asker.settings.dir).time_saved_s == 3


def test_hit_that_is_compiled_to_verify_it_saves_nothing(asker: Asker) -> None:
    asker.compile()
    asker.compile(verify=100)
    summary = asker.engine.summary(asker.settings.dir)
    assert (summary.hits, summary.time_saved_s) == (1, 0)


def test_build_that_compiles_its_first_file_is_the_last(asker: Asker) -> None:
    build = BuildRun((("mark", "/b"),))
    steps = asker.engine.answer(asker.invocation, asker.settings, b"", build)
    next(steps)
    summary = asker.engine.build_summary(asker.settings.dir, "/b", ())
    steps.close()
    assert (summary.build, summary.hits, summary.misses) == ("mark", 0, 0)
    assert summary.began_s == pytest.approx(time.time(), abs=60)


def test_fault_in_a_build_is_counted_there(asker: Asker) -> None:
    (asker.root / "cache").write_text("")
    build = BuildRun((("mark", "/b"),))
    with pytest.raises(StopIteration):
        next(asker.engine.answer(asker.invocation, asker.settings, b"", build))
    (asker.root / "cache").unlink()
    assert asker.engine.build_summary(asker.settings.dir, "/b", ()).errors == 1


@pytest.mark.parametrize(("setting", "reason"), [("disable", "disabled"), ("readonly", "read_only")])
def test_setting_that_stores_nothing_has_a_reason(asker: Asker, setting: str, reason: str) -> None:
    assert asker.ask(**{setting: True}) == f"uncacheable: {reason}"
    assert asker.engine.summary(asker.settings.dir).reasons == {reason: 1}


def test_readonly_gives_hits(asker: Asker) -> None:
    asker.compile()
    assert asker.ask(readonly=True) == "hit"


def test_disabled_cache_gives_no_hits(asker: Asker) -> None:
    asker.compile()
    assert asker.ask(disable=True) == "uncacheable: disabled"


@pytest.mark.parametrize("setting", ["recache", "nodirect"])
def test_setting_that_looks_nothing_up_lets_the_compiler_run(asker: Asker, setting: str) -> None:
    asker.compile()
    assert asker.ask(**{setting: True}) == "run"
    assert asker.ask() == "hit"


def test_hit_that_is_verified_and_right_stays(asker: Asker) -> None:
    asker.compile()
    assert asker.compile(verify=100) == Print("hit, verified", b"", b"")
    assert asker.ask() == "hit"
    assert asker.counts() == (2, 1, 0, 0)
    assert asker.engine.summary(asker.settings.dir).verified == 1


@pytest.mark.parametrize(("made", "stdout", "what"), [(b"other", b"", "object"), (b"object", b"text", "stdout")])
def test_hit_that_is_wrong_is_reported_counted_and_removed(asker: Asker, made: bytes, stdout: bytes, what: str) -> None:
    asker.compile()
    answer = asker.compile(verify=100, made=made, stdout=stdout)
    assert isinstance(answer, Print)
    assert answer.stdout == stdout
    assert answer.outcome == (
        f"verification failed: {what} differ; stored by: gcc -c a.c -o a.o; compiled now by: gcc -c a.c -o a.o"
    )
    assert (asker.root / "work/a.o").read_bytes() == made
    summary = asker.engine.summary(asker.settings.dir)
    assert (summary.verified, summary.verify_differences) == (1, 1)
    # What has other texts is another entry: it is what the compiler gives now, and may stay.
    assert asker.ask() == ("run" if stdout == b"" else "hit")


def test_time_in_a_coff_object_is_no_difference(asker: Asker) -> None:
    head = (0x8664).to_bytes(2, "little") + bytes(2)
    asker.compile(made=head + b"time" + b"rest")
    assert asker.compile(verify=100, made=head + b"TIME" + b"rest") == Print("hit, verified", b"", b"")


def test_call_that_is_no_compilation_is_counted(asker: Asker) -> None:
    asker.invocation = replace(asker.invocation, arguments=("gcc", "--version"))
    assert asker.ask() == "uncacheable: tool_query"
    assert asker.counts() == (0, 0, 1, 0)


def test_failed_compilation_is_counted(asker: Asker) -> None:
    assert asker.compile(exit_code=1) == Print("uncacheable: compiler_failed 1", b"", b"", 1)
    assert asker.engine.summary(asker.settings.dir).reasons == {"compiler_failed": 1}


def test_scratch_file_of_a_run_that_was_given_up_is_removed(asker: Asker) -> None:
    steps, run = asker.begin()
    assert isinstance(run, Run)
    depfile = Path(run.commands[0][3])
    depfile.write_text("a.o: a.c")
    steps.close()
    assert not depfile.exists()


def test_folder_that_can_not_be_used_is_a_fault(asker: Asker) -> None:
    asker.settings.dir.write_text("in the way")
    assert asker.ask().startswith("error: ")
    asker.settings.dir.unlink()
    assert asker.counts() == (0, 0, 0, 1)


@pytest.mark.posix
@pytest.mark.parametrize("is_compiling", [False, True])
def test_removed_folder_is_made_again(asker: Asker, *, is_compiling: bool) -> None:
    asker.compile()
    (asker.root / "work/a.c").write_text("// changed")
    settle()
    if is_compiling:
        answer = asker.compile(stdout=b"text", during=lambda: shutil.rmtree(asker.settings.dir))
        assert isinstance(answer, Print)
        assert answer.stdout == b"text"
    else:
        shutil.rmtree(asker.settings.dir)
    if asker.ask() != "hit":
        asker.compile()
    assert asker.ask() == "hit"


def test_changed_compiler_is_miss(asker: Asker) -> None:
    asker.compile()
    assert asker.ask() == "hit"
    write_compiler(Path(asker.invocation.compiler), version="12.3.0")
    assert asker.ask() == "run"


@pytest.mark.parametrize("is_settled", [False, True])
def test_changed_response_file_is_seen(asker: Asker, *, is_settled: bool) -> None:
    (asker.root / "work/args").write_text("-c a.c -o a.o")
    if is_settled:
        settle()
    asker.compile()
    asker.invocation = replace(asker.invocation, arguments=("gcc", "@args"))
    assert asker.ask() == "hit"
    (asker.root / "work/args").write_text("-c a.c -o a.o -O2")
    assert asker.ask() == "run"


def test_folder_is_kept_within_its_limit(asker: Asker) -> None:
    asker.compile()
    asker.ask(max_size=1)
    asker.engine.tend()
    assert asker.engine.summary(asker.settings.dir).entries == 0
    assert asker.ask() == "run"


def test_counts_survive_the_core(asker: Asker) -> None:
    asker.compile()
    asker.ask()
    asker.engine.close()
    asker.engine = Engine()
    assert asker.counts() == (1, 1, 0, 0)
    asker.engine.zero(asker.settings.dir)
    assert asker.counts() == (0, 0, 0, 0)
    assert asker.ask() == "hit"


def test_clear_leaves_nothing_to_hit(asker: Asker) -> None:
    asker.compile()
    asker.engine.clear(asker.settings.dir)
    assert asker.ask() == "run"


def test_clean_evicts_to_the_limit(asker: Asker) -> None:
    asker.compile()
    assert asker.engine.clean(asker.settings.dir, 0) == 0
    assert asker.engine.clean(asker.settings.dir, 1) == 1


def test_unexpected_failure_is_counted_where_the_last_request_went(asker: Asker) -> None:
    asker.engine.count_unknown_error()
    asker.ask(disable=True)
    asker.engine.count_unknown_error()
    assert asker.counts() == (0, 0, 1, 1)


def test_idle_time_is_that_of_the_last_request(asker: Asker) -> None:
    asker.ask(idle_timeout=7)
    assert asker.engine.idle_timeout_s == 7


class EvictedBetween(ArtifactStore):
    """Artifacts of which one goes after it was found sound."""

    def give_out(self, digest: Digest, target: str, mode: int, *, hardlink: bool, unlink_first: bool = False) -> None:
        self.remove(digest)
        super().give_out(digest, target, mode, hardlink=hardlink, unlink_first=unlink_first)


def test_artifact_that_is_evicted_before_it_is_given_out_is_miss(asker: Asker) -> None:
    asker.compile()
    storage = asker.engine.storage(asker.settings.dir)
    storage.artifacts = EvictedBetween(asker.settings.dir)
    assert asker.compile() == Print("miss", b"", b"")
    storage.artifacts = ArtifactStore(asker.settings.dir)
    assert asker.ask() == "hit"
    assert asker.counts() == (1, 2, 0, 0)


def test_unused_results_go_after_their_time(asker: Asker) -> None:
    asker.compile()
    storage = asker.engine.storage(asker.settings.dir)
    (entry,) = storage.index.read("SELECT key FROM result")
    storage.note_use({entry[0]: 1_700_000_000})
    asker.engine.tend()
    assert asker.engine.summary(asker.settings.dir).entries == 1
    steps, _ = asker.begin(max_age=86400, recache=True)
    steps.close()
    asker.engine.tend()
    assert asker.engine.summary(asker.settings.dir).entries == 0


def test_hit_without_entries_gives_counts_and_notes_all_that_another_does(asker: Asker) -> None:
    asker.compile(stdout=b"text")
    storage = asker.engine.storage(asker.settings.dir)
    ((key,),) = storage.index.read("SELECT key FROM result")
    asker.engine.tend()
    storage.note_use({key: 1_700_000_000})
    asker.hit_without_entries()
    (asker.root / "work/a.o").write_bytes(b"old")
    assert asker.begin()[1] == Print("hit", b"text", b"")
    assert (asker.root / "work/a.o").read_bytes() == b"object"
    assert asker.counts() == (3, 1, 0, 0)
    assert asker.engine.summary(asker.settings.dir).time_saved_s == 4.5
    assert storage.index.read("SELECT used_s > 1700000000 FROM result") == [(1,)]


@pytest.mark.posix
@pytest.mark.parametrize("umask", [0o22, 0o77, 0])
def test_hit_without_entries_has_the_callers_mode(asker: Asker, umask: int) -> None:
    asker.compile()
    asker.hit_without_entries()
    asker.invocation = replace(asker.invocation, umask=umask)
    asker.hit_without_entries()
    assert (asker.root / "work/a.o").stat().st_mode & 0o777 == 0o666 & ~umask


@pytest.mark.parametrize("made", [b"object", b"other"])
def test_hit_without_entries_is_verified_as_any(asker: Asker, made: bytes) -> None:
    asker.compile()
    asker.hit_without_entries()
    answer = asker.compile(verify=100, made=made)
    assert isinstance(answer, Print)
    assert answer.outcome.startswith("hit, verified" if made == b"object" else "verification failed")
    assert asker.ask() == ("hit" if made == b"object" else "run")


@pytest.mark.parametrize("name", ["readonly", "hardlink"])
def test_hit_without_entries_is_given_whatever_may_be_stored_and_linked(asker: Asker, name: str) -> None:
    asker.compile()
    asker.hit_without_entries(**{name: True})


@pytest.mark.links
def test_hit_without_entries_that_can_not_be_put_in_place_is_left_to_the_compiler(asker: Asker) -> None:
    asker.compile()
    asker.hit_without_entries()
    (asker.root / "work/a.o").unlink()
    (asker.root / "work/a.o").symlink_to("elsewhere")
    assert asker.ask() == "uncacheable: output_not_a_file a.o"


def _other_compiler(asker: Asker) -> None:
    write_compiler(Path(asker.invocation.compiler), version="12.3.0")


def _other_response_file(asker: Asker) -> None:
    (asker.root / "work/args").write_text("-c a.c -o a.o -O2")


def _turn_link(asker: Asker) -> None:
    (asker.root / "elsewhere").mkdir()
    (asker.root / "link").unlink()
    (asker.root / "link").symlink_to("elsewhere")


def _other_variable(asker: Asker) -> None:
    asker.invocation = replace(asker.invocation, environment={**asker.invocation.environment, "CPATH": "/x"})


def _other_folder(asker: Asker) -> None:
    (asker.root / "other").mkdir()
    (asker.root / "other/a.c").write_text("")
    (asker.root / "other/args").write_text("-c a.c -o a.o")
    asker.invocation = replace(asker.invocation, cwd=str(asker.root / "other"))


CHANGES = [_other_compiler, _other_response_file, _turn_link, _other_variable, _other_folder]


@pytest.mark.links
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("by", ["PWD", "root"])
def test_hit_without_entries_holds_until_what_it_was_prepared_by_changes(
    asker: Asker, change: Callable[[Asker], None], by: str
) -> None:
    """A link leads to the working folder, by which a variable names it, or a root."""
    (asker.root / "link").symlink_to("work")
    (asker.root / "work/args").write_text("-c a.c -o a.o")
    variables = {"PWD": str(asker.root / "link")} if by == "PWD" else {}
    roots = (("project", asker.root / "link"),) if by == "root" else ()
    asker.settings = replace(asker.settings, roots=roots)
    environment = {**asker.invocation.environment, **variables}
    asker.invocation = replace(asker.invocation, arguments=("gcc", "@args"), environment=environment)
    settle()
    asker.compile()
    asker.hit_without_entries()
    change(asker)
    assert asker.ask() == "run"
