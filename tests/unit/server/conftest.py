"""What tests of the server may use."""

import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A free end point; a socket's path is short, tmp_path need not be."""
    if sys.platform == "win32":
        yield f"\\\\.\\pipe\\clcache-unit-{uuid.uuid4().hex}"
        return
    with tempfile.TemporaryDirectory(prefix="clc") as folder:
        yield str(Path(folder) / "core")
