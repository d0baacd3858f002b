"""Which settings files hold for a working folder."""

import os
import stat
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from clcache_launcher.config.kinds import Place, resolve_path
from clcache_launcher.config.trust import find_distrust, get_user
from clcache_launcher.errors import ConfigError
from clcache_launcher.util.file_records import Kind, file_record
from clcache_launcher.util.files import Signature
from clcache_launcher.util.folders import config_folder, home_folder
from clcache_launcher.util.status import file_status, link_status

__all__ = ["FILE_NAME", "Candidate", "ConfigFiles", "are_current", "find_config_files"]

FILE_NAME: Final = "clcache.yaml"
_NUMBERS: Final = len(Signature._fields)


class Candidate(Struct, frozen=True):
    """A path that was looked at."""

    path: str
    signature: tuple[int, ...] = ()
    """Size, times and number of the file (where the path is a symbolic link, of the link too); empty without a file."""
    changed_ns: int = 0
    """When the file changed, by the file system's clock."""
    distrust: str = ""
    """Why a file that a search found is skipped."""


class ConfigFiles(Struct, frozen=True):
    """The settings files of an invocation, and all that was looked at to find them."""

    user: str | None
    """The user's file, if there is one."""
    project: str | None
    """The project's file, if there is one; what was named need not exist."""
    named_by: str
    """``--config`` or ``CLCACHE_CONFIG``; empty where the project's file was searched for."""
    candidates: tuple[Candidate, ...]
    """In the order of the search, absent ones included; the same signatures mean the same files with the same text."""

    @property
    def newest_change_ns(self) -> int:
        """When the newest of the files changed.

        A file that changed within the clock's grain before the search may change again and keep its signature: who
        keeps a result beyond the invocation compares this with the time of the search first.
        """
        return max((candidate.changed_ns for candidate in self.candidates), default=0)

    @property
    def records(self) -> tuple[bytes, ...]:
        """What was looked at, to be checked in one pass: while it holds, the files are current."""
        records: list[bytes] = []
        for each in self.candidates:
            of_link, of_target = each.signature[:_NUMBERS], each.signature[_NUMBERS:]
            records.append(file_record(each.path, Signature(*of_link) if of_link else None, Kind.LINK))
            if of_target:
                records.append(file_record(each.path, Signature(*of_target)))
        return tuple(records)

    @property
    def notices(self) -> tuple[str, ...]:
        """A line for the log on each file that was skipped."""
        return tuple(f"{each.path}: ignored, {each.distrust}" for each in self.candidates if each.distrust)


def find_config_files(environment: Mapping[str, str], cwd: str, explicit: str | None = None) -> ConfigFiles:
    """Find the user's and the project's settings file.

    Args:
        environment: The caller's; on Windows with its names in upper case.
        cwd: The caller's working folder, absolute.
        explicit: What the launcher's ``--config`` named; the system's null device stands for no file.

    Raises:
        ConfigError: The file that was named starts with a ``~`` that means nothing.
    """
    folder = config_folder(environment, "clcache")
    users = () if folder is None else (_look_at(os.path.join(folder, FILE_NAME)),)
    named_by, named = _find_named(environment, cwd, explicit)
    searched = _search_upwards(cwd) if named is None else (_look_at(named),)
    last = searched[-1]
    return ConfigFiles(
        user=next((each.path for each in users if each.signature), None),
        project=last.path if named is not None or (last.signature and not last.distrust) else None,
        named_by=named_by,
        candidates=users + searched,
    )


def are_current(files: ConfigFiles) -> bool:
    """Return whether a new search would find the same files with the same text."""
    return all(_look_at(each.path).signature == each.signature for each in files.candidates)


def _find_named(environment: Mapping[str, str], cwd: str, explicit: str | None) -> tuple[str, str | None]:
    named_by, text = ("--config", explicit) if explicit else ("CLCACHE_CONFIG", environment.get("CLCACHE_CONFIG"))
    if not text:
        return "", None
    if os.path.normcase(text) == os.path.normcase(os.devnull):
        return named_by, os.devnull  # on Windows it is a name that is the same in each folder
    try:
        return named_by, resolve_path(text, Place(cwd, home_folder(environment)))
    except ValueError as error:
        raise ConfigError(f"{named_by}: {error}") from error


def _search_upwards(cwd: str) -> tuple[Candidate, ...]:
    found: list[Candidate] = []
    folder, above = cwd, os.path.dirname(cwd)
    while True:
        found.append(_look_at(os.path.join(folder, FILE_NAME), is_searched=True))
        if above == folder or (found[-1].signature and not found[-1].distrust):
            return tuple(found)
        folder, above = above, os.path.dirname(above)


def _look_at(path: str, is_searched: bool = False) -> Candidate:
    try:
        statuses = [link_status(path)]
        if stat.S_ISLNK(statuses[0].st_mode):
            statuses.append(file_status(path))
    except OSError:
        return Candidate(path)
    reasons = [find_distrust(status, get_user()) for status in statuses] if is_searched else []
    return Candidate(
        path=path,
        signature=tuple(number for status in statuses for number in _sign(status)),
        changed_ns=max(status.st_ctime_ns for status in statuses),
        distrust=next(filter(None, reasons), ""),
    )


def _sign(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)
