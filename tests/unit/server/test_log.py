"""The log file."""

import re
import time
from pathlib import Path

import pytest

from clcache_launcher.model import Invocation
from clcache_launcher.server.log import InvocationLog


def write(path: Path | None, *arguments: str, outcome: str = "hit") -> None:
    invocation = Invocation(arguments, "/usr/bin/gcc", "/work", {}, 0o22, same_stream=False)
    InvocationLog().write(path, invocation, outcome, time.perf_counter())


def test_each_invocation_is_one_line(tmp_path: Path) -> None:
    write(tmp_path / "log", "gcc", "-c", "a.c")
    write(tmp_path / "log", "gcc", "-DX=a\nb", outcome="miss")
    first, second = (tmp_path / "log").read_text().splitlines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00 hit \d+\.\d\d ms cwd=/work gcc -c a\.c", first)
    assert second.endswith(r" ms cwd=/work gcc -DX=a\nb")


@pytest.mark.posix
def test_bytes_that_are_no_text_are_written_as_they_came(tmp_path: Path) -> None:
    write(tmp_path / "log", "gcc", "\udcff.c")
    assert (tmp_path / "log").read_bytes().endswith(b"gcc \xff.c\n")


@pytest.mark.parametrize("name", ["none/log", "."])
def test_log_that_can_not_be_written_harms_nobody(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, "gcc")
    write(None, "gcc")
