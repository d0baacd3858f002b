"""The unit tests hold in the Windows Python, too, but for those of POSIX' own ways and of links."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.windows import Windows

pytestmark = pytest.mark.wine
ROOT = Path(__file__).parents[2]
# What some of them read beside the package.
PARTS = (".ci", "cmake", "docs", "examples", "plugin", "templates", "tests")
OPTIONS = ("-q", "-n", "0", "-p", "no:cacheprovider", "-p", "no:randomly", "--tb=short", "-rs")
# What is run there, as told here: Wine 8 makes no links, and these files import what POSIX systems alone have.
OF_POSIX = ("tests/unit/server/test_endpoint.py", "tests/unit/test_benchmarks.py")
THERE = ("--as-on", "win32", "-m", "not links", *(f"--ignore={name}" for name in OF_POSIX))


@pytest.fixture(scope="module")
def copy() -> Iterator[Path]:
    """The sources without what builds leave there."""
    # Away from the links in pytest's own folders, by which Windows' pytest finds a test twice.
    with tempfile.TemporaryDirectory(prefix="clc") as name:
        folder = Path(name)
        without = shutil.ignore_patterns("__pycache__", ".hypothesis", "build")
        for part in PARTS:
            shutil.copytree(ROOT / part, folder / part, ignore=without)
        for path in ROOT.iterdir():
            if path.is_file():
                shutil.copy(path, folder)
        yield folder


@pytest.mark.parametrize(
    "words",
    [
        ("tests/unit/compilers",),
        ("tests/unit/core",),
        ("tests/unit", "--ignore=tests/unit/compilers", "--ignore=tests/unit/core"),
    ],
)
def test_unit_tests_hold(windows: Windows, scripts: Path, copy: Path, words: tuple[str, ...]) -> None:
    done = windows.run(scripts / "python.exe", "-m", "pytest", *OPTIONS, *words, cwd=copy)
    told = done.stdout.decode(errors="replace")
    assert done.exit_code == 0 and "skipped" not in told, told
    passed = re.search(r"(\d+) passed", told)
    assert passed
    # That none vanishes unseen: on Windows there may be cases more, never less.
    asked = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", *THERE, *words]
    own = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done_here = subprocess.run(asked, cwd=ROOT, env=own, check=True, capture_output=True, text=True)
    listed = sum("::" in line for line in done_here.stdout.splitlines())
    assert int(passed[1]) >= listed > 900, told
