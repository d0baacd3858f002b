"""Callers whose stderr is a terminal: colours, links and the width of lines are as the compiler gives them there."""

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from support.cache import Cache

if sys.platform != "win32":
    import fcntl
    import pty
    import termios

pytestmark = pytest.mark.posix("terminal")

SOURCE = "static int unused_function_with_a_name(void) { return 1; } int f(void) { int unused_too; return 2; }\n"
COMPILERS = pytest.mark.parametrize("compiler", ["gcc", pytest.param("clang-19", marks=pytest.mark.clang)])


def run_on_terminal(
    cache: Cache, argv: list[str], cwd: Path, columns: int = 80, term: str = "xterm-256color", *, both: bool = False
) -> tuple[int, bytes]:
    """Exit code, and what the terminal got."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("4H", 24, columns, 0, 0))
    environment = {**cache.environment, "TERM": term}
    stdout = slave if both else subprocess.DEVNULL
    process = subprocess.Popen(argv, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=slave)
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(master)
    return process.wait(60), shown


@COMPILERS
@pytest.mark.parametrize("both", [False, True], ids=["stderr_alone", "both_streams"])
def test_text_on_a_terminal_is_same_bare_missed_and_hit(cache: Cache, work: Path, compiler: str, *, both: bool) -> None:
    (work / "a.c").write_text(SOURCE)
    line = [compiler, "-Wall", "-c", "a.c", "-o", "a.o"]
    bare = run_on_terminal(cache, line, work, both=both)
    assert b"\x1b[" in bare[1]
    for counts in ((0, 1, 0, 0), (1, 1, 0, 0)):
        assert run_on_terminal(cache, [str(cache.launcher), *line], work, both=both) == bare
        assert cache.counts() == counts, cache.log.read_text()


@COMPILERS
def test_text_for_a_terminal_is_not_given_to_a_file_nor_to_another_terminal(
    cache: Cache, work: Path, compiler: str
) -> None:
    (work / "a.c").write_text(SOURCE)
    line = [compiler, "-Wall", "-c", "a.c", "-o", "a.o"]
    for columns, term in ((80, "xterm-256color"), (40, "xterm-256color"), (80, "dumb")):
        cached = run_on_terminal(cache, [str(cache.launcher), *line], work, columns, term)
        assert cached == run_on_terminal(cache, line, work, columns, term)
    assert cache.compile(*line, cwd=work) == cache.run(*line, cwd=work)
    assert cache.counts() == (0, 4, 0, 0)


def test_compile_without_texts_hits_on_a_terminal_and_in_a_file(cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("int a;\n")
    line = [str(cache.launcher), "gcc", "-c", "a.c", "-o", "a.o"]
    assert run_on_terminal(cache, line, work) == (0, b"")
    assert cache.run(*line, cwd=work).stderr == b""
    assert cache.counts() == (1, 1, 0, 0)


def test_text_that_a_terminal_does_not_hold_at_once_is_whole(cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("".join(f"static int unused_{number}(void) {{ return 1; }}\n" for number in range(900)))
    line = ["gcc", "-Wall", "-c", "a.c", "-o", "a.o"]
    bare = run_on_terminal(cache, line, work)
    assert len(bare[1]) > 100_000
    assert run_on_terminal(cache, [str(cache.launcher), *line], work) == bare
    assert run_on_terminal(cache, [str(cache.launcher), *line], work) == bare
    assert cache.counts() == (1, 1, 0, 0)
