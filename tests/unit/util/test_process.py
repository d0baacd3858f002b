"""Processes that are started by ours."""

import os
import sys
from pathlib import Path

import pytest

from clcache_launcher.util.process import Finished, run, run_visibly


def shell(text: str, windows_text: str) -> list[str]:
    """A command line of the system's shell, which needs nothing of the environment."""
    if sys.platform == "win32":
        return [os.path.join(os.environ["SYSTEMROOT"], "system32", "cmd.exe"), "/d", "/c", windows_text]
    return ["/bin/sh", "-c", text]


def test_output_and_exit_code_are_taken(tmp_path: Path) -> None:
    command = shell("echo out; echo err >&2; exit 3", "echo out& echo err>&2& exit 3")
    end = os.linesep.encode()
    assert run(command, cwd=str(tmp_path), environment={}) == Finished(3, b"out" + end, b"err" + end)


def test_process_sees_the_given_environment_and_folder_and_no_input(tmp_path: Path) -> None:
    command = shell('echo "$A-$B"; pwd -P; cat', "echo %A%-%B%& cd& set /p read=")
    done = run(command, cwd=str(tmp_path), environment={"A": "1", "PATH": "/bin"})
    assert done is not None
    variables, folder = done.stdout.decode().splitlines()
    assert variables == ("1-%B%" if sys.platform == "win32" else "1-")
    assert os.path.samefile(folder, tmp_path)


@pytest.mark.parametrize("argv", [["/no/such/program"], ["a\0b"], [os.path.dirname(sys.executable)]])
def test_what_can_not_be_started_is_none(argv: list[str]) -> None:
    assert run(argv, cwd="/", environment={}) is None


def test_folder_that_is_gone_is_none(tmp_path: Path) -> None:
    assert run(shell(":", "rem"), cwd=str(tmp_path / "gone"), environment={}) is None


def test_process_that_does_not_end_in_time_is_none() -> None:
    command = shell("while :; do :; done", "for /l %i in (1,0,2) do @rem")
    assert run(command, cwd="/", environment={}, timeout_s=0.05) is None


def test_visible_process_has_the_callers_streams(capfd: pytest.CaptureFixture[str]) -> None:
    assert run_visibly(shell("echo seen; exit 4", "echo seen& exit 4"), environment={}) == 4
    assert capfd.readouterr().out.splitlines() == ["seen"]


def test_visible_process_that_can_not_be_started_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        run_visibly(["/no/such/program"], environment={})
