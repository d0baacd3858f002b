"""Which programs a compiler's name leads to; the rest of it is tested with real programs and in test_toolchain."""

import os
from pathlib import Path

import pytest

from clcache_launcher.core.toolchains.programs import (
    Loaded,
    find_driver,
    first_program,
    is_script,
    load,
    path_folders,
    spellings,
)
from support.case import write_compiler
from support.programs import SUFFIX


def test_path_is_read_from_the_working_folder() -> None:
    path = os.pathsep.join(["/a", "", "b", "/a"])
    assert path_folders("/w", {"PATH": path}) == ["/a", os.path.join("/w", ""), os.path.join("/w", "b")]


@pytest.mark.posix
def test_first_program_is_one_that_can_be_run(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_compiler(tmp_path / name / "gcc")
    (tmp_path / "a/gcc").chmod(0o644)
    folders = [str(tmp_path / name) for name in ("none", "a", "b", "c")]
    assert first_program("gcc", folders) == str(tmp_path / "b/gcc")
    assert first_program("none", folders) == ""


def test_first_program_has_the_suffix_of_the_system(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_compiler(tmp_path / name / "gcc")
    (tmp_path / "none").mkdir()
    folders = [str(tmp_path / name) for name in ("none", "a", "b")]
    assert first_program("gcc", folders) == str(tmp_path / "a" / f"gcc{SUFFIX}")
    assert first_program(f"gcc{SUFFIX}", folders) == str(tmp_path / "a" / f"gcc{SUFFIX}")


@pytest.mark.parametrize(
    ("name", "platform", "found"),
    [
        ("as", "linux", ("as",)),
        ("as", "win32", ("as.exe", "as")),
        ("as.EXE", "win32", ("as.EXE",)),
        ("t-g++-12.2", "win32", ("t-g++-12.2.exe", "t-g++-12.2")),
    ],
)
def test_program_is_looked_for_as_the_system_spells_it(name: str, platform: str, found: tuple[str, ...]) -> None:
    assert spellings(name, platform) == found


def test_script_is_told_from_a_program(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("#!/bin/sh\n")
    assert is_script(str(tmp_path / "script"))
    assert not is_script(str(write_compiler(tmp_path / "gcc")))
    assert not is_script(str(tmp_path / "none"))


def test_calls_of_a_script_must_lead_to_one_compiler(tmp_path: Path) -> None:
    one, two = write_compiler(tmp_path / "gcc"), write_compiler(tmp_path / "clang")
    (tmp_path / "cc").write_text(f'#!/bin/sh\n[ "$1" = x ] && exec {one} "$@"\nexec {two} "$@"\n')
    assert find_driver(str(tmp_path / "cc"), [], {}) is None


def test_program_that_no_loader_starts_loads_nothing(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no program")
    for path in (write_compiler(tmp_path / "gcc"), tmp_path / "text", tmp_path / "none"):
        assert load(str(path), "/", {}) == Loaded(())
