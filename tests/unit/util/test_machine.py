"""Boots and processes are told from earlier ones."""

import os
import subprocess
import sys

import pytest
from msgspec.structs import replace

from clcache_launcher.util.machine import ProcessMark, boot_id, is_alive, own_mark


def test_boot_id_stays_while_the_machine_runs() -> None:
    assert boot_id() == boot_id()
    assert len(boot_id()) == 16


def test_mark_comes_back_from_its_text() -> None:
    assert ProcessMark.parse(str(own_mark())) == own_mark()


@pytest.mark.parametrize("text", ["", "a", "12345678-1-2", "12345678-1-2-3-4", "12345678-x-2-3", "7f-18bd-1"])
def test_what_is_no_mark_is_none(text: str) -> None:
    assert ProcessMark.parse(text) is None


def test_running_process_is_alive() -> None:
    assert is_alive(own_mark(), own_mark()) is True


def test_ended_process_is_not() -> None:
    nothing = subprocess.DEVNULL
    process = subprocess.Popen([sys.executable, "-c", ""], stdin=nothing, stdout=nothing, stderr=nothing)
    process.wait()
    assert is_alive(replace(own_mark(), pid=process.pid), own_mark()) is False


@pytest.mark.posix("proc")
def test_ended_process_whose_parent_does_not_ask_is_not() -> None:
    with subprocess.Popen(["/bin/true"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        mark = replace(own_mark(), pid=process.pid)
        process.stdout.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with open(f"/proc/{process.pid}/stat", "rb") as file:
            start = int(file.read().rpartition(b")")[2].split()[19])
        assert is_alive(replace(mark, start=start), own_mark()) is False


def test_process_that_has_the_number_of_an_earlier_one_is_not_it() -> None:
    assert is_alive(replace(own_mark(), start=own_mark().start + 1), own_mark()) is False


def test_process_of_another_boot_is_not_alive() -> None:
    assert is_alive(replace(own_mark(), boot="00000000"), own_mark()) is False


def test_own_process_is_in_a_container_of_its_system() -> None:
    assert (own_mark().space > 0) == (sys.platform in {"linux", "win32"})


def test_process_of_another_container_can_not_be_seen() -> None:
    assert is_alive(replace(own_mark(), space=1), own_mark()) is None


def test_process_without_a_start_is_known_by_its_number() -> None:
    nothing = subprocess.DEVNULL
    with subprocess.Popen([sys.executable], stdin=subprocess.PIPE, stdout=nothing, stderr=nothing) as process:
        assert is_alive(replace(own_mark(), start=0, pid=process.pid), own_mark()) is True
