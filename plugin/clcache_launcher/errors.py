"""The exception tree; each user-facing class carries the exit code of the front end."""

from typing import ClassVar

__all__ = ["ClcacheError", "ConfigError", "EndpointError", "EntryFormatError", "StorageError", "ToolchainError"]


class ClcacheError(Exception):
    """Shown to the user without a traceback: what, where, what to do."""

    exit_code: ClassVar[int] = 1


class ConfigError(ClcacheError):
    """A setting that is unknown or has a bad value; the message names its place."""

    exit_code = 2


class ToolchainError(ClcacheError):
    """``clcache-setup`` found no usable compiler or build tool, or cannot choose."""

    exit_code = 3


class StorageError(ClcacheError):
    """Storage could not answer; ``core`` makes it a miss with a counter."""


class EntryFormatError(ClcacheError):
    """A stored record is not what its format says; ``core`` removes it and misses."""


class EndpointError(ClcacheError):
    """The end point can't be had, another core may have it; never leaves ``server``."""
