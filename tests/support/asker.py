"""A caller of an engine, whose compiler the test plays."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.config.settings import Settings
from clcache_launcher.core.engine import Engine
from clcache_launcher.core.steps import Pass, Print, Run, Steps
from clcache_launcher.model import Invocation, Ran
from clcache_launcher.util.files import file_clock_ns
from support.case import settle, write_compiler

__all__ = ["SPENT_NS", "Asker"]

SPENT_NS = 1_500_000_000


class Asker:
    """A caller of an engine, whose compiler the test plays."""

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

    def begin(self, **changes: object) -> tuple[Steps, Run | Print | Pass]:
        """Ask; what is to be done first."""
        settings = replace(self.settings, **changes)
        steps = self.engine.answer(self.invocation, settings, repr(self.invocation).encode())
        try:
            return steps, next(steps)
        except StopIteration as ended:
            answer: Print | Pass = ended.value
            return steps, answer

    def ask(self, **changes: object) -> str:
        """What comes of it: ``run`` where the compiler is to run, which then does not happen."""
        steps, answer = self.begin(**changes)
        steps.close()
        return "run" if isinstance(answer, Run) else answer.outcome

    def compile(
        self,
        exit_code: int = 0,
        stdout: bytes = b"",
        during: Callable[[], None] = lambda: None,
        made: bytes = b"object",
        **changes: object,
    ) -> Print | Pass:
        """Ask, and do what the compiler does."""
        steps, run = self.begin(**changes)
        assert isinstance(run, Run), run
        depfile = run.commands[0][3]
        started_ns = file_clock_ns()
        (self.root / "work/a.o").write_bytes(made)
        Path(depfile).write_text("a.o: a.c\n")
        during()
        with pytest.raises(StopIteration) as ended:
            steps.send((Ran(exit_code, 0, started_ns, stdout, b"", SPENT_NS),))
        answer: Print | Pass = ended.value.value
        return answer

    def hit_without_entries(self, **changes: object) -> None:
        """Hit twice, the second time when nothing can be found by what the entries say."""
        assert self.ask(**changes) == "hit"
        index = self.engine.storage(self.settings.dir).index
        rows = index.read("SELECT body FROM entry")
        index.write(lambda transaction: transaction.rows("UPDATE entry SET body = x''"))
        assert self.ask(**changes) == "hit"
        index.write(lambda transaction: transaction.rows("UPDATE entry SET body = ?", rows[0][0]))

    def counts(self) -> tuple[int, int, int, int]:
        summary = self.engine.summary(self.settings.dir)
        return summary.hits, summary.misses, summary.uncacheable, summary.errors
