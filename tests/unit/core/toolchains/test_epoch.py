"""Which compilers take the time from the environment."""

from pathlib import Path

import pytest

from clcache_launcher.core.toolchains.epoch import EpochTrials, is_set
from support.programs import write_program


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"SOURCE_DATE_EPOCH": ""}, False),
        ({"SOURCE_DATE_EPOCH": "-1"}, False),
        ({"SOURCE_DATE_EPOCH": "x"}, False),
        ({"SOURCE_DATE_EPOCH": "\u0663"}, False),
        ({"SOURCE_DATE_EPOCH": "0"}, True),
        ({"SOURCE_DATE_EPOCH": "1700000000"}, True),
    ],
)
def test_only_a_number_is_a_time(environment: dict[str, str], *, expected: bool) -> None:
    assert is_set(environment) is expected


SAID = 'a = "Jan  1 1970", *b = "00:00:00", *c = "now"'


@pytest.mark.posix("shell")
def test_compiler_is_tried_with_the_first_moment(tmp_path: Path) -> None:
    compiler = tmp_path / "cc"
    compiler.write_text(f"#!/bin/sh\necho $SOURCE_DATE_EPOCH >>{tmp_path}/tried; echo '{SAID}'\n")
    compiler.chmod(0o755)
    EpochTrials().taken(str(compiler), b"it", {"SOURCE_DATE_EPOCH": "17"})
    assert (tmp_path / "tried").read_text() == "0\n"


def test_compiler_is_tried_once(tmp_path: Path) -> None:
    compiler = write_program(tmp_path / "cc", SAID, to_stdout=True)
    trials = EpochTrials()
    assert trials.taken(str(compiler), b"it", {}) == {b"__DATE__", b"__TIME__"}
    write_program(compiler, "nothing", to_stdout=True)
    assert trials.taken(str(compiler), b"it", {}) == {b"__DATE__", b"__TIME__"}
    assert trials.taken(str(compiler), b"another", {}) == frozenset()


def test_compiler_that_fails_takes_nothing(tmp_path: Path) -> None:
    compiler = write_program(tmp_path / "cc", SAID, to_stdout=True, exit_code=1)
    assert EpochTrials().taken(str(compiler), b"it", {}) == frozenset()
    assert EpochTrials().taken(str(tmp_path / "none"), b"it", {}) == frozenset()
