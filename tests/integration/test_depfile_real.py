"""Depfiles that real compilers write."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from clcache_launcher.compilers.depfile import parse_depfile

pytestmark = pytest.mark.posix("gnu")

NAMES = ["a b.h", "a  b.h", " a.h", "a#b.h", "a$b.h", "a$$b.h", "é.h", "a:b.h", "a: b.h", "a%b.h", "a'b.h", "[a]*?.h"]
# clang takes a backslash in a depfile for a slash and leaves a tab as it is.
GCC_NAMES = ["a\\b.h", "a\\ b.h", "a\\\\ b.h", "a\\#b.h", "a\\$b.h", "a\tb.h"]


def compiler(*names: str, mark: pytest.MarkDecorator | None = None) -> list[pytest.MarkDecorator]:
    missing = not any(map(shutil.which, names))
    return [*([mark] if mark else []), pytest.mark.skipif(missing, reason=f"needs {names[0]}: apt-get install it")]


GCC = pytest.param(("gcc", "-MD", "-MP", "-MF", "a.d"), id="gcc", marks=compiler("gcc"))
CLANG = pytest.param(
    ("clang-19", "-MD", "-MP", "-MF", "a.d"), id="clang", marks=compiler("clang-19", mark=pytest.mark.clang)
)
CLANG_CL = pytest.param(
    ("clang-cl-19", "-clang:-MD", "-clang:-MP", "-clang:-MFa.d"),
    id="clang-cl",
    marks=compiler("clang-cl-19", mark=pytest.mark.clang_cl),
)


def depfile(folder: Path, command: tuple[str, ...], headers: list[str]) -> tuple[str, ...] | None:
    for header in headers:
        (folder / header).write_text("")
    (folder / "a.c").write_text("".join(f'#include "{header}"\n' for header in headers) + "int f;\n")
    finished = subprocess.run([*command, "-c", "a.c"], cwd=folder, capture_output=True, check=False, timeout=30)
    assert finished.returncode == 0, os.fsdecode(finished.stderr)
    listed = parse_depfile((folder / "a.d").read_bytes())
    return listed and tuple(os.path.normpath(name) for name in listed if not name.startswith("/usr/"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", [GCC, CLANG, CLANG_CL])
def test_name_comes_back(tmp_path: Path, command: tuple[str, ...], name: str) -> None:
    assert depfile(tmp_path, command, [name]) == ("a.c", name)


@pytest.mark.parametrize("command", [GCC, CLANG, CLANG_CL])
def test_many_names_come_back(tmp_path: Path, command: tuple[str, ...]) -> None:
    names = [f"{number} {name}" for name in NAMES for number in range(10)]
    assert depfile(tmp_path, command, names) == ("a.c", *names)


@pytest.mark.parametrize("name", GCC_NAMES)
@pytest.mark.parametrize("command", [GCC])
def test_backslash_or_tab_of_gcc_comes_back(tmp_path: Path, command: tuple[str, ...], name: str) -> None:
    assert depfile(tmp_path, command, [name]) == ("a.c", name)


@pytest.mark.parametrize("command", [CLANG, CLANG_CL])
def test_tab_of_clang_is_doubtful(tmp_path: Path, command: tuple[str, ...]) -> None:
    assert depfile(tmp_path, command, ["a\tb.h"]) is None
