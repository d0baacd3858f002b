"""One invocation from question to answer, with a compiler whose work the test does."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from clcache_launcher.config.settings import Settings
from clcache_launcher.core.engine import Engine, Fault
from clcache_launcher.core.lookup import Hit
from clcache_launcher.core.store import Attempt, Ran, Stored, Unclear
from clcache_launcher.model import Invocation, Reason, Uncacheable
from clcache_launcher.util.files import file_clock_ns
from support.case import settle, write_compiler


class Asker:
    """A caller of an engine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.engine = Engine()
        self.settings = Settings(dir=root / "cache")
        (root / "work").mkdir()
        compiler = write_compiler(root / "bin/gcc")
        (root / "work/a.c").write_text("")
        settle()
        self.invocation = Invocation(
            ("gcc", "-c", "a.c", "-o", "a.o"),
            str(compiler),
            str(root / "work"),
            {"PATH": "/usr/bin:/bin"},
            0o22,
            same_stream=False,
        )

    def ask(self, **changes: object) -> Hit | Attempt | Uncacheable | Fault:
        settings = replace(self.settings, **changes)  # type: ignore[arg-type]  # each has its field's type
        return self.engine.begin(self.invocation, settings, repr(self.invocation).encode())

    def compile(self) -> Stored | Unclear:
        attempt = self.ask()
        assert isinstance(attempt, Attempt), attempt
        started_ns = file_clock_ns()
        (self.root / "work/a.o").write_bytes(b"object")
        Path(attempt.plan.depfile).write_text("a.o: a.c\n")
        return self.engine.finish(attempt, Ran(0, started_ns, b"", b"", 0, b""), self.settings)

    def counts(self) -> tuple[int, int, int, int]:
        summary = self.engine.summary(self.settings.dir)
        return summary.hits, summary.misses, summary.uncacheable, summary.errors


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    return Asker(tmp_path)


def test_miss_is_stored_and_then_hits(asker: Asker) -> None:
    assert asker.compile() == Stored(b"", None)
    assert isinstance(asker.ask(), Hit)
    assert asker.counts() == (1, 1, 0, 0)
    assert asker.engine.summary(asker.settings.dir).entries == 1


@pytest.mark.parametrize(
    ("setting", "reason"),
    [("disable", Reason.DISABLED), ("nodirect", Reason.PREPROCESSOR_MODE), ("readonly", Reason.READ_ONLY)],
)
def test_setting_that_stores_nothing_has_a_reason(asker: Asker, setting: str, reason: Reason) -> None:
    assert asker.ask(**{setting: True}) == Uncacheable(reason)
    assert asker.engine.summary(asker.settings.dir).reasons == {reason.value: 1}


def test_readonly_gives_hits(asker: Asker) -> None:
    asker.compile()
    assert isinstance(asker.ask(readonly=True), Hit)


@pytest.mark.parametrize("setting", ["disable", "nodirect"])
def test_setting_that_looks_nothing_up_gives_no_hits(asker: Asker, setting: str) -> None:
    asker.compile()
    assert isinstance(asker.ask(**{setting: True}), Uncacheable)


def test_recache_compiles_again(asker: Asker) -> None:
    asker.compile()
    assert isinstance(asker.ask(recache=True), Attempt)
    assert isinstance(asker.ask(), Hit)


def test_call_that_is_no_compilation_is_counted(asker: Asker) -> None:
    asker.invocation = replace(asker.invocation, arguments=("gcc", "--version"))
    assert asker.ask() == Uncacheable(Reason.TOOL_QUERY)
    assert asker.counts() == (0, 0, 1, 0)


def test_failed_compilation_is_counted(asker: Asker) -> None:
    attempt = asker.ask()
    assert isinstance(attempt, Attempt)
    Path(attempt.plan.depfile).write_text("a.o: a.c\n")
    stored = asker.engine.finish(attempt, Ran(1, file_clock_ns(), b"", b"error", 0, b""), asker.settings)
    assert isinstance(stored, Stored)
    assert asker.engine.summary(asker.settings.dir).reasons == {"compiler_failed": 1}


def test_folder_that_can_not_be_used_is_a_fault(asker: Asker) -> None:
    asker.settings.dir.write_text("in the way")
    assert isinstance(asker.ask(), Fault)
    asker.settings.dir.unlink()
    assert asker.counts() == (0, 0, 0, 1)


@pytest.mark.parametrize("is_compiling", [False, True])
def test_removed_folder_is_made_again(asker: Asker, *, is_compiling: bool) -> None:
    asker.compile()
    (asker.root / "work/a.c").write_text("// changed")
    settle()
    if is_compiling:
        attempt = asker.ask()
        assert isinstance(attempt, Attempt)
        shutil.rmtree(asker.settings.dir)
        stored = asker.engine.finish(attempt, Ran(0, file_clock_ns(), b"text", b"", 0, b""), asker.settings)
        assert isinstance(stored, Stored)
        assert stored.stdout == b"text"
    else:
        shutil.rmtree(asker.settings.dir)
    asker.compile()
    assert isinstance(asker.ask(), Hit)


def test_changed_compiler_is_miss(asker: Asker) -> None:
    asker.compile()
    assert isinstance(asker.ask(), Hit)
    write_compiler(Path(asker.invocation.compiler), version="12.3.0")
    assert isinstance(asker.ask(), Attempt)


def test_response_file_is_read_each_time(asker: Asker) -> None:
    (asker.root / "work/args").write_text("-c a.c -o a.o")
    asker.invocation = replace(asker.invocation, arguments=("gcc", "@args"))
    asker.compile()
    assert isinstance(asker.ask(), Hit)
    (asker.root / "work/args").write_text("-c a.c -o a.o -O2")
    assert isinstance(asker.ask(), Attempt)


def test_folder_is_kept_within_its_limit(asker: Asker) -> None:
    asker.compile()
    asker.ask(max_size=1)
    asker.engine.tend()
    assert asker.engine.summary(asker.settings.dir).entries == 0
    assert isinstance(asker.ask(), Attempt)


def test_counts_survive_the_core(asker: Asker) -> None:
    asker.compile()
    asker.ask()
    asker.engine.close()
    asker.engine = Engine()
    assert asker.counts() == (1, 1, 0, 0)
    asker.engine.zero(asker.settings.dir)
    assert asker.counts() == (0, 0, 0, 0)
    assert isinstance(asker.ask(), Hit)


def test_clear_leaves_nothing_to_hit(asker: Asker) -> None:
    asker.compile()
    asker.engine.clear(asker.settings.dir)
    assert isinstance(asker.ask(), Attempt)


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
