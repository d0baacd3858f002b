"""Reading the bytes of a settings file."""

import os
import stat
from typing import Final

from clcache_launcher.config.trust import find_distrust, get_user
from clcache_launcher.errors import ConfigError

__all__ = ["read_config_file"]

_LIMIT_BYTES: Final = 64 * 1024


def read_config_file(path: str, is_searched: bool) -> bytes | None:
    """Return a settings file's bytes, or ``None`` for one that is gone or, found by a search, not to be trusted.

    Args:
        path: Absolute.
        is_searched: Nobody named the file: it is checked again when it is open, as a path can be given a new file.

    Raises:
        ConfigError: It cannot be read, is no regular file or too long.
    """
    if path == os.devnull:
        return None
    try:
        with open(path, "rb", opener=_open) as file:
            status = os.fstat(file.fileno())
            content = file.read(_LIMIT_BYTES + 1) if stat.S_ISREG(status.st_mode) else None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    if is_searched and find_distrust(status, get_user()):
        return None
    if content is None:
        raise ConfigError(f"{path}: not a regular file")
    if len(content) > _LIMIT_BYTES:
        raise ConfigError(f"{path}: longer than {_LIMIT_BYTES} bytes")
    return content


def _open(path: str, flags: int) -> int:
    # A named pipe must not hold the core up, nor a terminal become its own; Windows has neither flag.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
