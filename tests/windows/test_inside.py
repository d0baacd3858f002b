"""The tests that run in the Windows Python itself."""

import shutil
import tempfile
from pathlib import Path

import pytest

from support.windows import Windows

pytestmark = pytest.mark.wine
INSIDE = Path(__file__).parent / "inside"
OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--import-mode=importlib", "--tb=short")


@pytest.mark.parametrize("name", sorted(path.name for path in INSIDE.glob("test_*.py")))
def test_windows_parts_hold(windows: Windows, scripts: Path, name: str) -> None:
    # Away from the sources, and from the links in pytest's own folders, by which Windows' pytest finds a test twice.
    with tempfile.TemporaryDirectory(prefix="clc") as folder:
        shutil.copy(INSIDE / name, folder)
        Path(folder, "pytest.ini").touch()
        words = ("-m", "pytest", *OPTIONS, name)
        done = windows.run(scripts / "python.exe", *words, cwd=Path(folder))
    assert done.exit_code == 0, done.stdout.decode(errors="replace")
    assert b" passed" in done.stdout and b"skipped" not in done.stdout
