"""The build that a caller belongs to, with a clock and callers of the test."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from clcache_launcher.model import BuildRun
from clcache_launcher.server.builds import CallerBuilds


class Callers:
    """Asks for the build of callers at moments that the test sets."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.builds = CallerBuilds(lambda: self.now_s)
        self.asked = 0

    def find(self, cwd: Path, pid: int, after_s: float = 1.0) -> BuildRun:
        self.now_s += after_s

        def caller() -> int:
            self.asked += 1
            return pid

        return self.builds.find(str(cwd), caller)


@pytest.fixture
def callers() -> Callers:
    return Callers()


@pytest.fixture
def ninjas(tmp_path: Path) -> Iterator[list[int]]:
    """Two processes with the name of a build tool; Windows does not tell the folder of another's process."""
    program = tmp_path / "ninja"
    program.write_text("#!/bin/sh\necho\nread end\n")
    program.chmod(0o755)
    started = [
        subprocess.Popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) for _ in range(2)
    ]
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    yield [process.pid for process in started]
    for process in started:
        process.communicate(b"\n")


@pytest.mark.posix
def test_build_is_the_run_of_the_tool(callers: Callers, ninjas: list[int], tmp_path: Path) -> None:
    first = callers.find(tmp_path, ninjas[0])
    assert first.tools[0][1] == str(tmp_path)
    assert callers.find(tmp_path, ninjas[0]) == first
    assert callers.find(tmp_path / "sub", ninjas[0]) == first
    assert callers.find(tmp_path, ninjas[1], after_s=0.06).mark != first.mark


@pytest.mark.posix
def test_system_is_asked_once_in_a_short_time(callers: Callers, ninjas: list[int], tmp_path: Path) -> None:
    runs = {callers.find(tmp_path, ninjas[0], after_s=0.001).mark for _ in range(15)}
    assert (len(runs), callers.asked) == (1, 1)
    callers.find(tmp_path, ninjas[0], after_s=0.05)
    assert callers.asked == 2


@pytest.mark.posix
def test_system_is_asked_in_each_folder(callers: Callers, ninjas: list[int], tmp_path: Path) -> None:
    for number, pid in enumerate(ninjas):
        callers.find(tmp_path / str(number), pid, after_s=0.001)
    assert callers.asked == 2


def test_without_a_tool_a_pause_parts_two_builds(callers: Callers, tmp_path: Path) -> None:
    first = callers.find(tmp_path, 0)
    assert first.tools[0][1] == str(tmp_path)
    assert callers.find(tmp_path, 0, after_s=59) == first
    assert callers.find(tmp_path, 0, after_s=59) == first
    assert callers.find(tmp_path, 0, after_s=61).mark != first.mark
    assert callers.find(tmp_path / "other", 0).mark != first.mark


@pytest.mark.posix
def test_compiler_started_by_hand_is_no_part_of_a_tools_build(
    callers: Callers, ninjas: list[int], tmp_path: Path
) -> None:
    assert callers.find(tmp_path, ninjas[0]).mark != callers.find(tmp_path, 0).mark


def test_folders_that_are_remembered_are_bounded(callers: Callers, tmp_path: Path) -> None:
    first = callers.find(tmp_path, 0)
    for number in range(4096):
        callers.find(tmp_path / str(number), 0, after_s=0)
    assert callers.find(tmp_path, 0, after_s=0).mark != first.mark
    assert len(callers.builds._known) == 4096


@pytest.mark.links
def test_folder_is_told_without_links(callers: Callers, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    os.symlink("real", tmp_path / "link")
    assert callers.find(tmp_path / "link", 0).tools[0][1] == str(tmp_path / "real")
