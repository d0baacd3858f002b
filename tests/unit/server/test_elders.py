"""Cores of older installations."""

import json
import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from clcache_launcher.protocol import fields_of
from clcache_launcher.server.elders import end_older_cores, is_older

BUILD, OTHER = "0123456789ab", "ba9876543210"


@pytest.mark.parametrize(
    ("version", "other", "older"),
    [
        ("0.1.0", "0.1.1", True),
        ("0.9.0", "0.10.0", True),
        ("0.1.0rc1", "0.1.0", True),
        ("0.1.0", "0.1.0", False),
        ("0.2.0", "0.1.0", False),
        ("no version", "0.1.0", False),
        ("0.1.0", "no version", False),
    ],
)
def test_versions_are_compared_as_versions(version: str, other: str, *, older: bool) -> None:
    assert is_older(version, other) is older


def asked_to_end(folder: str, own: str, beside: str) -> bool:
    """Whether a core at ``beside`` is asked to end by one that begins at ``own``."""
    questions: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(f"{folder}/{beside}")
        listener.listen(1)
        listener.settimeout(0.05)

        def answer() -> None:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                return
            with connection:
                questions.append(connection.recv(1000))

        thread = threading.Thread(target=answer)
        thread.start()
        end_older_cores(f"{folder}/{own}")
        thread.join(10)
    os.unlink(f"{folder}/{beside}")
    return bool(questions) and json.loads(fields_of(questions[0][8:])[0]) == {"command": "stop"}


@pytest.mark.posix
@pytest.mark.parametrize(
    ("beside", "is_asked"),
    [
        (f"0.0.9-{BUILD}-1f", True),
        (f"0.1.0-{OTHER}-1f", True),
        (f"0.2.0-{OTHER}-1f", False),
        (f"0.0.9-{BUILD}-2f", False),
        ("0.0.9", False),
    ],
)
def test_older_core_of_the_same_machine_is_asked_to_end(endpoint: str, beside: str, *, is_asked: bool) -> None:
    assert asked_to_end(os.path.dirname(endpoint), f"0.1.0-{BUILD}-1f", beside) is is_asked


def test_folder_that_can_not_be_listed_is_no_matter(tmp_path: Path) -> None:
    own = f"clcache-S-1-5-21-1001-0.1.0-{BUILD}" if sys.platform == "win32" else f"0.1.0-{BUILD}-1f"
    end_older_cores(str(tmp_path / "none" / own))


@pytest.mark.posix
def test_end_point_of_a_name_of_its_own_asks_nobody(endpoint: str) -> None:
    assert not asked_to_end(os.path.dirname(endpoint), "mine", f"0.0.9-{BUILD}-1f")


@pytest.mark.posix
def test_core_that_is_gone_is_no_matter(endpoint: str) -> None:
    folder = os.path.dirname(endpoint)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(f"{folder}/0.0.9-{BUILD}-1f")
    end_older_cores(f"{folder}/0.1.0-{BUILD}-1f")
