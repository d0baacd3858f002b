"""The folders that a platform gives a user's programs, from an environment that is passed in.

The ``platformdirs`` library reads the environment of its own process and cannot be given another one. The resident
core outlives the shell that started it and serves callers with other environments, so the few rules are written out
here; a test compares them with ``platformdirs``.

Source: specifications.freedesktop.org/basedir-spec (a relative path in ``XDG_*`` is ignored), platformdirs 4.14 (the
XDG variables also hold on macOS), learn.microsoft.com/windows/win32/shell/knownfolderid (``FOLDERID_LocalAppData``)
"""

import contextlib
import ntpath
import os
import posixpath
import sys
from collections.abc import Mapping
from pathlib import Path

if sys.platform != "win32":
    import pwd

__all__ = ["cache_folder", "config_folder", "home_folder", "is_home_of_another"]


def home_folder(environment: Mapping[str, str], platform: str = sys.platform) -> str | None:
    """Return the user's home folder: as the environment names it, else as the account does.

    Args:
        environment: The caller's; on Windows with its names in upper case.
        platform: As ``sys.platform`` spells it.

    Returns:
        An absolute path, or ``None`` when neither knows one.
    """
    if platform == "win32":
        return _absolute(environment, "USERPROFILE", platform)
    return _absolute(environment, "HOME", platform) or _account_home()


def is_home_of_another(folder: Path) -> bool:
    """Whether a folder is the home of a user who is not the one that this process runs for."""
    if sys.platform != "win32":
        with contextlib.suppress(OSError, KeyError):
            owner = folder.stat().st_uid
            return owner != os.geteuid() and Path(pwd.getpwuid(owner).pw_dir) == folder
    return False


def cache_folder(environment: Mapping[str, str], application: str, platform: str = sys.platform) -> str | None:
    """Return where an application keeps what it can make again; ``None`` without a home folder."""
    if platform == "win32":
        return _below(_local_app_data(environment), application, "Cache", platform=platform)
    below_home = "Library/Caches" if platform == "darwin" else ".cache"
    return _xdg_folder(environment, "XDG_CACHE_HOME", below_home, application, platform)


def config_folder(environment: Mapping[str, str], application: str, platform: str = sys.platform) -> str | None:
    """Return where a user keeps an application's settings; ``None`` without a home folder."""
    if platform == "win32":
        return _below(_local_app_data(environment), application, platform=platform)
    below_home = "Library/Application Support" if platform == "darwin" else ".config"
    return _xdg_folder(environment, "XDG_CONFIG_HOME", below_home, application, platform)


def _xdg_folder(
    environment: Mapping[str, str], variable: str, below_home: str, application: str, platform: str
) -> str | None:
    named = _absolute(environment, variable, platform)
    if named is not None:
        return _below(named, application, platform=platform)
    return _below(home_folder(environment, platform), below_home, application, platform=platform)


def _local_app_data(environment: Mapping[str, str]) -> str | None:
    named = _absolute(environment, "LOCALAPPDATA", "win32")
    return named or _below(home_folder(environment, "win32"), "AppData", "Local", platform="win32")


def _absolute(environment: Mapping[str, str], variable: str, platform: str) -> str | None:
    value = environment.get(variable, "")
    if platform == "win32":
        # Not ntpath.isabs: before Python 3.13 it takes "\folder", which depends on the current drive.
        drive, rest = ntpath.splitdrive(value)
        return value if drive and rest.startswith(("\\", "/")) else None
    return value if posixpath.isabs(value) else None


def _below(folder: str | None, *names: str, platform: str) -> str | None:
    if folder is None:
        return None
    return ntpath.join(folder, *names) if platform == "win32" else posixpath.join(folder, *names)


def _account_home() -> str | None:
    if sys.platform != "win32":
        try:
            folder = pwd.getpwuid(os.geteuid()).pw_dir
        except KeyError:  # a container may run under a number that no account has
            return None
        return folder if posixpath.isabs(folder) else None
    return None
