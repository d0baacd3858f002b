"""Which found settings files are trusted."""

import os
from pathlib import Path

import pytest

from clcache_launcher.config.trust import find_distrust, get_user

REGULAR = 0o100000
LINK = 0o120000
PIPE = 0o010000
USER = 4242
STRANGER = 4343
NO_REASON = ""


def make_status(mode: int, owner: int, group: int = STRANGER) -> os.stat_result:
    return os.stat_result((mode, 1, 1, 1, owner, group, 0, 0, 0, 0))


@pytest.mark.posix
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (make_status(REGULAR | 0o644, USER), ""),
        (make_status(REGULAR | 0o644, 0), ""),
        (make_status(REGULAR | 0o644, STRANGER), "another user owns it"),
        (make_status(REGULAR | 0o666, USER), "others can write it"),
        (make_status(REGULAR | 0o602, USER), "others can write it"),
        (make_status(REGULAR | 0o664, USER), "its group can write it"),
        (make_status(REGULAR | 0o664, 0, group=65534), "its group can write it"),
        (make_status(PIPE | 0o600, USER), "it is not a regular file"),
        (make_status(LINK | 0o777, USER), ""),
        (make_status(LINK | 0o777, STRANGER), "another user owns it"),
    ],
)
def test_file_is_trusted_only_if_nobody_else_can_write_it(status: os.stat_result, reason: str) -> None:
    assert find_distrust(status, USER) == reason


def test_private_group_may_write() -> None:
    assert find_distrust(make_status(REGULAR | 0o664, owner=0, group=0), USER) == NO_REASON


def test_own_file_is_trusted(tmp_path: Path) -> None:
    file = tmp_path / "clcache.yaml"
    file.touch(0o644)

    assert find_distrust(file.stat(), get_user()) == NO_REASON
