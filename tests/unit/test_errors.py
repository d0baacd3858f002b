"""Exit codes of the front end."""

import pytest

from clcache_launcher import errors
from clcache_launcher.errors import (
    ClcacheError,
    ConfigError,
    EndpointError,
    EntryFormatError,
    StorageError,
    ToolchainError,
)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ClcacheError, 1),
        (ConfigError, 2),
        (ToolchainError, 3),
        (StorageError, 1),
        (EntryFormatError, 1),
        (EndpointError, 1),
    ],
)
def test_error_has_its_exit_code(kind: type[ClcacheError], code: int) -> None:
    assert kind("text").exit_code == code
    assert str(kind("text")) == "text"


def test_every_error_can_be_caught_as_one_of_ours() -> None:
    assert all(issubclass(getattr(errors, name), ClcacheError) for name in errors.__all__)
