"""A lock between processes."""

import subprocess
import sys
from pathlib import Path

import pytest

from clcache_launcher.util.locks import hold_lock


def test_one_at_a_time_holds_it(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with hold_lock(path, 0) as first, hold_lock(path, 0.01) as second:
        assert (first, second) == (True, False)
    with hold_lock(path, 0) as third:
        assert third


def test_it_ends_with_the_process_that_holds_it(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    program = (
        "import os, sys; from clcache_launcher.util.locks import hold_lock\n"
        "with hold_lock(sys.argv[1], 0) as held:\n    os.write(1, b'%d' % held)\n    sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.read(1) == b"1"
        with hold_lock(path, 0) as held:
            assert not held
        holder.kill()
        holder.wait()
        with hold_lock(path, 10) as held:
            assert held


def test_place_that_can_not_be_used_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), hold_lock(str(tmp_path / "no/lock"), 0):
        pass
