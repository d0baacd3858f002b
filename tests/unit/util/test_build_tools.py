"""Runs of build tools above a process, with real processes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clcache_launcher.util.build_tools import ToolsAbove, tools_above
from clcache_launcher.util.machine import own_mark

_ASK = (
    "import json, os; from clcache_launcher.util.build_tools import tools_above;"
    " from clcache_launcher.util.machine import own_mark; print(json.dumps(tools_above(os.getppid(), own_mark()).runs))"
)


def ask_below(folder: Path, *names: str) -> list[list[str]]:
    """What a process sees above it below programs of these names, the outermost first; ``name@folder`` runs there."""
    (folder / "bin").mkdir(parents=True)
    (folder / "ask").write_text(f"#!/bin/sh\n{sys.executable} -c '{_ASK}'\n:\n")
    (folder / "ask").chmod(0o755)
    inner = folder / "ask"
    for number, name in reversed(list(enumerate(names))):
        program, _, place = name.partition("@")
        path = folder / f"bin/{number}/{program}"
        path.parent.mkdir(parents=True)
        # What comes after the call keeps the shell from making room for it.
        path.write_text(f"#!/bin/sh\ncd {folder / place} && {inner}\n:\n")
        path.chmod(0o755)
        (folder / place).mkdir(parents=True, exist_ok=True)
        inner = path
    done = subprocess.run([str(inner)], capture_output=True, check=True, cwd=folder)
    found: list[list[str]] = json.loads(done.stdout)
    above = [list(each) for each in tools_above(os.getpid(), own_mark()).runs]
    return found[: len(found) - len(above)]


@pytest.mark.posix("proc", "shell")
@pytest.mark.parametrize("name", ["ninja", "make", "gmake", "samu"])
def test_build_tool_is_found_behind_other_programs(tmp_path: Path, name: str) -> None:
    ((mark, folder),) = ask_below(tmp_path, f"{name}@build", "cmake@build/sub", "wrapper@elsewhere")
    assert folder == str(tmp_path / "build")
    assert mark.startswith(str(own_mark()).rpartition("-")[0].rpartition("-")[0])


@pytest.mark.posix("proc", "shell")
def test_make_that_starts_others_in_its_folder_is_one_run(tmp_path: Path) -> None:
    found = ask_below(tmp_path, "make@b", "sh@b", "make@b", "make@b")
    assert [folder for _, folder in found] == [str(tmp_path / "b")]


@pytest.mark.posix("proc", "shell")
def test_run_of_another_folder_is_another(tmp_path: Path) -> None:
    found = ask_below(tmp_path, "make@.", "ninja@outer", "cmake@outer", "make@outer/inner")
    assert [folder for _, folder in found] == [str(tmp_path / "outer/inner"), str(tmp_path / "outer"), str(tmp_path)]


@pytest.mark.posix("proc", "shell")
def test_two_runs_have_two_marks(tmp_path: Path) -> None:
    first, second = (ask_below(tmp_path / name, "ninja@b") for name in ("x", "y"))
    assert first[0][0] != second[0][0]


@pytest.mark.posix("proc", "shell")
def test_other_programs_are_none(tmp_path: Path) -> None:
    assert ask_below(tmp_path, "python", "bash", "ninjas", "cmake") == []


@pytest.mark.parametrize("pid", [0, -1, 1 << 30])
def test_process_that_is_not_there_has_none_above(pid: int) -> None:
    assert tools_above(pid, own_mark()) == ToolsAbove((), 0)
