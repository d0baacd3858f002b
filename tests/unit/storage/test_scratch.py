"""Temporary files go as soon as nobody uses them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.storage.scratch import Scratch
from clcache_launcher.util.machine import ProcessMark, own_mark


def write(path: str | Path, age_s: float = 0) -> str:
    Path(path).write_bytes(b"x")
    os.utime(path, (time.time() - age_s,) * 2)
    return str(path)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(str(tmp_path / "scratch"))


def named(scratch: Scratch, mark: ProcessMark | str) -> str:
    return os.path.join(os.path.dirname(scratch.new_path()), f"{mark}-7f-1")


DEAD = subprocess.Popen([sys.executable, "-c", ""], stdin=-3, stdout=-3, stderr=-3)
DEAD.wait()
OWN = own_mark()


@pytest.mark.parametrize(
    ("mark", "age_s", "goes"),
    [
        (replace(OWN, pid=DEAD.pid), 0, True),
        (replace(OWN, start=OWN.start + 1), 0, True),
        (replace(OWN, boot="00000000"), 0, True),
        (replace(OWN, space=1), 0, False),
        (replace(OWN, space=1), 25 * 3600, True),
        (OWN, 0, False),
        (OWN, 25 * 3600, True),
        ("strange", 0, False),
        ("strange", 25 * 3600, True),
        ("strange", -25 * 3600, True),
    ],
)
def test_file_goes_with_its_process_or_after_a_day(
    scratch: Scratch, mark: ProcessMark | str, age_s: float, *, goes: bool
) -> None:
    path = write(named(scratch, mark), age_s)
    assert scratch.strays() == ([path] if goes else [])
    scratch.sweep()
    assert os.path.exists(path) != goes


def test_own_file_goes_when_it_was_discarded(scratch: Scratch) -> None:
    used, discarded = scratch.new_path(), scratch.new_path()
    beside = write(used + ".rsp")
    scratch.discard(discarded)
    # A compiler whose launcher was killed may write its depfile later.
    for path in (used, discarded):
        write(path, 48 * 3600)
    scratch.sweep()
    assert (os.path.exists(used), os.path.exists(beside), os.path.exists(discarded)) == (True, True, False)


def test_file_of_another_user_of_the_folder_in_this_process_stays(scratch: Scratch, tmp_path: Path) -> None:
    path = write(Scratch(str(tmp_path / "scratch")).new_path())
    scratch.sweep()
    assert os.path.exists(path)
