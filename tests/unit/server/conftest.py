"""What tests of the server may use."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def endpoint() -> Iterator[str]:
    """A free end point; a socket's path is short, tmp_path need not be."""
    with tempfile.TemporaryDirectory(prefix="clc") as folder:
        yield str(Path(folder) / "core")
