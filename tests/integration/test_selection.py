"""Tests that need POSIX are left out on Windows, and told."""

import sys
from pathlib import Path

import pytest

from support.cache import Cache, Done

TESTS = Path(__file__).parents[1]
# In a folder of its own, with the conftest.py and the markers of these tests.
TEXT = """
import pytest


@pytest.mark.posix("gnu", "shell")
def test_first() -> None: ...


@pytest.mark.posix("gnu")
def test_second() -> None: ...


@pytest.mark.links
@pytest.mark.clang_cl
def test_third() -> None: ...


@pytest.mark.parametrize("generator", ["Ninja", "Unix Makefiles"])
def test_fourth(generator: str) -> None: ...
"""


def collected(cache: Cache, folder: Path, text: str, *words: str) -> Done:
    (folder / "test_made.py").write_text(text)
    (folder / "conftest.py").write_text((TESTS / "conftest.py").read_text("utf-8"), "utf-8")
    (folder / "pyproject.toml").write_text((TESTS.parent / "pyproject.toml").read_text("utf-8"), "utf-8")
    python_path = ["-o", f"pythonpath={TESTS}", "-o", "testpaths=."]
    return cache.run(sys.executable, "-m", "pytest", *python_path, "-q", *words, cwd=folder, drop=["PYTEST_ADDOPTS"])


@pytest.mark.parametrize("processes", ["0", "1"])
def test_windows_leaves_out_what_needs_posix_and_tells_each_need(cache: Cache, work: Path, processes: str) -> None:
    done = collected(cache, work, TEXT, "-n", processes, "--as-on", "win32")
    lines = done.stdout.decode().splitlines()
    assert done.code == 0, done.stdout.decode()
    assert "2 deselected, need gnu: gcc or clang with gcc's command line as the system's own compiler" in lines
    assert "1 deselected, need shell: a script that starts as a program, by its #! line" in lines
    assert "1 deselected, need debian: compilers by the names that Debian gives them, as clang-cl-19" in lines
    assert "1 deselected, need make: make" in lines
    assert lines[-1].startswith("1 passed")


def test_linux_leaves_out_nothing(cache: Cache, work: Path) -> None:
    done = collected(cache, work, TEXT, "-n", "0", "--as-on", "linux")
    assert done.stdout.decode().splitlines()[-1].startswith("5 passed in")


def test_macos_leaves_out_what_is_of_linux(cache: Cache, work: Path) -> None:
    done = collected(cache, work, TEXT, "-n", "0", "--as-on", "darwin")
    lines = done.stdout.decode().splitlines()
    assert [line.split(":")[0] for line in lines if "need" in line] == [
        "1 deselected, need debian",
        "2 deselected, need gnu",
    ]
    assert lines[-1].startswith("2 passed, 3 deselected")


def test_unknown_need_ends_the_run_on_every_platform(cache: Cache, work: Path) -> None:
    done = collected(cache, work, TEXT.replace('posix("gnu")', 'posix("gcc")'), "-n", "0", "--as-on", "linux")
    text = (done.stdout + done.stderr).decode()
    assert done.code == 4, text
    assert "test_made.py::test_second: posix('gcc',): expected one of debian, gnu, links, " in text


def test_marker_without_a_need_is_of_posix_alone(cache: Cache, work: Path) -> None:
    done = collected(cache, work, TEXT.replace('posix("gnu")', "posix"), "-n", "0", "--as-on", "win32")
    lines = done.stdout.decode().splitlines()
    assert "1 deselected, need posix: a system of that kind, for they claim or show what is its own" in lines


def test_links_are_left_out_where_nobody_may_make_one(cache: Cache, work: Path) -> None:
    # As for a user without that right: pytest's own links are left as they are.
    refuse = "import os\n\n\ndef refuse(*_: object) -> None:\n    raise OSError\n\n\nos.symlink = refuse\n"
    done = collected(cache, work, refuse + TEXT, "-n", "0", "--as-on", "linux")
    lines = done.stdout.decode().splitlines()
    assert "1 deselected, need links: symbolic links that this user may make" in lines
    assert lines[-1].startswith("4 passed, 1 deselected")
