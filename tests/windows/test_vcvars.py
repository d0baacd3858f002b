"""``tests/support/vcvars.py`` with a Visual Studio that consists of the two programs it asks."""

from pathlib import Path

import pytest

from support.windows import Finished, Windows

pytestmark = pytest.mark.wine
SCRIPT = Path(__file__).parents[1] / "support/vcvars.py"
# As Visual Studio's: it says much, and puts its folders first.
BATCH = """\
@echo off
echo [vcvarsall.bat] Environment initialized for: %1
set PATH=C:\\tools (x86)\\%1;%PATH%
set CLCACHE_TEST_INCLUDE=C:\\sdk\\include;C:\\a ä\\include
set CLCACHE_TEST_EQUAL=a=b
"""


def run_script(windows: Windows, scripts: Path, folder: Path, architecture: str) -> Finished:
    programs = folder / "programs (x86)"
    installer = programs / "Microsoft Visual Studio/Installer"
    batch = folder / "a studio/VC/Auxiliary/Build/vcvarsall.bat"
    for made in (installer, batch.parent):
        made.mkdir(parents=True)
    # cmd reads it in the code page of its console.
    batch.write_text(BATCH, "cp437", newline="\r\n")
    studio = windows.path(folder / "a studio").replace("\\", "/")
    windows.make_program(Path(__file__).parent / "vswhere.c", installer / "vswhere.exe", f'-DFOLDER="{studio}"')
    # Wine has a value of its own for this variable.
    code = (
        "import os, runpy, sys; os.environ['ProgramFiles(x86)'] = sys.argv.pop(1); "
        f"runpy.run_path({windows.path(SCRIPT)!r}, run_name='__main__')"
    )
    words = ("-X", "utf8", "-c", code, windows.path(programs), architecture)
    environment = {"GITHUB_ENV": windows.path(folder / "environment")}
    return windows.run(scripts / "python.exe", *words, cwd=folder, environment=environment)


def test_what_visual_studio_sets_reaches_later_steps(windows: Windows, scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "environment").write_text("EARLIER=1\n")
    done = run_script(windows, scripts, tmp_path, "x64")
    assert done.exit_code == 0, done
    lines = (tmp_path / "environment").read_text("utf-8").splitlines()
    assert lines[0] == "EARLIER=1"
    told = dict(line.split("=", 1) for line in lines[1:])
    assert told.pop("PATH").startswith("C:\\tools (x86)\\x64;")
    assert told.pop("CLCACHE_TEST_INCLUDE") == "C:\\sdk\\include;C:\\a ä\\include"
    assert told.pop("CLCACHE_TEST_EQUAL") == "a=b"
    # cmd's own.
    assert told.keys() <= {"PROMPT"}


def test_visual_studio_without_the_compiler_is_told(windows: Windows, scripts: Path, tmp_path: Path) -> None:
    done = run_script(windows, scripts, tmp_path, "arm64")
    assert (done.exit_code, done.stderr.strip()) == (1, b"vcvars: Visual Studio has no compiler for arm64")
    assert not (tmp_path / "environment").exists()
