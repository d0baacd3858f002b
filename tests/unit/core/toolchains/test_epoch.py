"""Which compilers take the time from the environment."""

from pathlib import Path

import pytest

from clcache_launcher.core.toolchains.epoch import EpochTrials, is_set


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


def _compiler(folder: Path, text: str) -> str:
    path = folder / "cc"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.posix
def test_compiler_is_tried_once(tmp_path: Path) -> None:
    answer = 'echo $SOURCE_DATE_EPOCH >>tried; echo \'a = "Jan  1 1970", *b = "00:00:00", *c = "now"\''
    compiler = _compiler(tmp_path, f"cd {tmp_path}; {answer}")
    trials = EpochTrials()
    for _ in range(2):
        assert trials.taken(compiler, b"it", {"SOURCE_DATE_EPOCH": "17"}) == {b"__DATE__", b"__TIME__"}
    assert (tmp_path / "tried").read_text() == "0\n"


def test_compiler_that_fails_takes_nothing(tmp_path: Path) -> None:
    compiler = _compiler(tmp_path, "echo '\"Jan  1 1970\"'; exit 1")
    assert EpochTrials().taken(compiler, b"it", {}) == frozenset()
    assert EpochTrials().taken(str(tmp_path / "none"), b"it", {}) == frozenset()
