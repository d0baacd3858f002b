"""What a test does where the machine lacks something."""

import os
from typing import NoReturn

import pytest

__all__ = ["skip_or_fail"]


def skip_or_fail(text: str) -> NoReturn:
    """Skip the test, saying why; in CI that is a failure."""
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)
