"""Reading a settings file."""

import os
import sys
from pathlib import Path

import pytest

from clcache_launcher.config.reading import read_config_file
from clcache_launcher.errors import ConfigError


def test_bytes_are_read(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"dir: x\r\n")
    file.chmod(0o644)

    assert read_config_file(str(file), is_searched=True) == b"dir: x\r\n"


def test_absent_file_is_none(tmp_path: Path) -> None:
    assert read_config_file(str(tmp_path / "x"), is_searched=False) is None


def test_null_device_is_none() -> None:
    assert read_config_file(os.devnull, is_searched=False) is None


@pytest.mark.posix
def test_found_file_that_others_can_write_by_now_is_none(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"dir: x")
    file.chmod(0o666)

    assert read_config_file(str(file), is_searched=True) is None
    assert read_config_file(str(file), is_searched=False) == b"dir: x"


def test_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_config_file(str(tmp_path), is_searched=False)

    reason = "Permission denied" if sys.platform == "win32" else "Is a directory"
    assert str(caught.value) == f"{tmp_path}: cannot be read: {reason}"


@pytest.mark.posix
def test_pipe_is_told_and_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(ConfigError) as caught:
        read_config_file(str(pipe), is_searched=False)

    assert str(caught.value) == f"{pipe}: not a regular file"


def test_long_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"#" * 65537)

    with pytest.raises(ConfigError) as caught:
        read_config_file(str(file), is_searched=False)

    assert str(caught.value) == f"{file}: longer than 65536 bytes"
