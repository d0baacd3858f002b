"""Processes that are started by ours."""

import os
from pathlib import Path

import pytest

from clcache_launcher.util.process import Finished, run, run_visibly

pytestmark = pytest.mark.posix

SH = "/bin/sh"


def test_output_and_exit_code_are_taken(tmp_path: Path) -> None:
    done = run([SH, "-c", "echo out; echo err >&2; exit 3"], cwd=str(tmp_path), environment={})
    assert done == Finished(3, b"out\n", b"err\n")


def test_process_sees_the_given_environment_and_folder_and_no_input(tmp_path: Path) -> None:
    done = run([SH, "-c", 'echo "$A-$HOME"; pwd -P; cat'], cwd=str(tmp_path), environment={"A": "1", "PATH": "/bin"})
    assert done is not None
    assert done.stdout.decode() == f"1-\n{os.path.realpath(tmp_path)}\n"


@pytest.mark.parametrize("argv", [["/no/such/program"], ["a\0b"], ["/etc"]])
def test_what_can_not_be_started_is_none(argv: list[str]) -> None:
    assert run(argv, cwd="/", environment={}) is None


def test_folder_that_is_gone_is_none(tmp_path: Path) -> None:
    assert run([SH, "-c", ":"], cwd=str(tmp_path / "gone"), environment={}) is None


def test_process_that_does_not_end_in_time_is_none() -> None:
    assert run([SH, "-c", "while :; do :; done"], cwd="/", environment={}, timeout_s=0.05) is None


def test_visible_process_has_the_callers_streams(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_visibly([SH, "-c", "echo seen; exit 4"], environment={}) == 4
    assert capfd.readouterr().out == "seen\n"


def test_visible_process_that_can_not_be_started_is_an_error() -> None:
    with pytest.raises(OSError, match="no/such"):
        run_visibly(["/no/such/program"], environment={})
