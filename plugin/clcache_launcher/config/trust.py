"""Whether a settings file that nobody named may speak for its user."""

import os
import stat
import sys

if sys.platform != "win32":
    import grp
    import pwd

__all__ = ["find_distrust", "get_user"]


def find_distrust(status: os.stat_result, user: int) -> str:
    """Return why a file found by a search must be skipped; empty when it is trusted.

    Who writes a settings file chooses which cache answers and which file the log goes to, so it must be the user's or
    root's own and nobody else's to write. On Windows only the file's type is checked: Python tells no owner there.

    Args:
        status: Of the file, or of the symbolic link that leads to it.
        user: The number of the user that the core runs for.
    """
    if stat.S_ISLNK(status.st_mode):
        return _find_owner_distrust(status, user)  # a link's mode means nothing
    if not stat.S_ISREG(status.st_mode):
        return "it is not a regular file"
    return _find_owner_distrust(status, user) or _find_mode_distrust(status)


def get_user() -> int:
    """Return the number of the user that this process runs for; 0 on Windows, where nothing asks for it."""
    if sys.platform != "win32":
        return os.geteuid()
    return 0


def _find_owner_distrust(status: os.stat_result, user: int) -> str:
    if sys.platform != "win32" and status.st_uid not in {user, 0}:
        return "another user owns it"
    return ""


def _find_mode_distrust(status: os.stat_result) -> str:
    if sys.platform == "win32":
        return ""
    if status.st_mode & stat.S_IWOTH:
        return "others can write it"
    if status.st_mode & stat.S_IWGRP and not _is_private_group(status.st_gid, status.st_uid):
        return "its group can write it"
    return ""


def _is_private_group(group: int, owner: int) -> bool:
    """Whether the group is the owner alone: Debian and Fedora give each user such a group, and with it umask 002."""
    if sys.platform != "win32":
        try:
            account, entry = pwd.getpwuid(owner), grp.getgrgid(group)
        except KeyError:
            return False
        is_own = account.pw_gid == group and entry.gr_name == account.pw_name
        return is_own and set(entry.gr_mem) <= {account.pw_name}
    return False
