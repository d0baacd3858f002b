"""Which programs a compiler's name leads to; the rest of it is tested with real programs and in test_toolchain."""

from pathlib import Path

import pytest

from clcache_launcher.core.toolchains.programs import Loaded, find_driver, first_program, is_script, load, path_folders
from support.case import write_compiler


@pytest.mark.posix
def test_path_is_read_from_the_working_folder() -> None:
    assert path_folders("/w", {"PATH": "/a::b:/a"}) == ["/a", "/w/", "/w/b"]


@pytest.mark.posix
def test_first_program_is_one_that_can_be_run(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_compiler(tmp_path / name / "gcc")
    (tmp_path / "a/gcc").chmod(0o644)
    folders = [str(tmp_path / name) for name in ("none", "a", "b", "c")]
    assert first_program("gcc", folders) == str(tmp_path / "b/gcc")
    assert first_program("none", folders) == ""


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
