"""The local time that compilers print for ``__DATE__`` and ``__TIMESTAMP__``: which zone, which day.

The zone is the caller's, not this process's: its ``TZ``, else the machine's. Source: man 3 tzset, man 5 tzfile.
"""

import io
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from clcache_launcher.model import Digest
from clcache_launcher.util.files import digest_of, read_file

__all__ = ["Moment", "Zone", "day_of", "moment_of", "zone_of"]

_DATE: Final = b"__DATE__"
_STAMP: Final = b"__TIMESTAMP__"
_MACHINE_ZONE: Final = "/etc/localtime"
_ZONE_FOLDER: Final = "/usr/share/zoneinfo"
_UNIVERSAL: Final = re.compile(r"(?:UTC|GMT)?0?")
_LEAP_SECONDS: Final = slice(28, 32)


class Zone(Struct, frozen=True):
    """A time zone with its rules."""

    identity: Digest
    """Of the rules."""
    file: str
    """Where they come from; empty for universal time that no file tells."""
    rules: tzinfo


def zone_of(environment: Mapping[str, str]) -> Zone | None:
    """The zone of a process with this environment, or ``None`` where it is not certain."""
    if os.name != "posix":
        return None
    name = environment.get("TZ")
    file = _MACHINE_ZONE
    if name is not None:
        name = name.removeprefix(":")
        file = os.path.join(environment.get("TZDIR", _ZONE_FOLDER), name)
    found = read_file(file)
    if found is None:
        is_universal = _UNIVERSAL.fullmatch(name) if name is not None else not os.path.lexists(file)
        return Zone(digest_of(b""), "", UTC) if is_universal else None
    data = found[0]
    # Python's zones know no leap seconds.
    if any(data[_LEAP_SECONDS]):
        return None
    try:
        return Zone(digest_of(data), file, ZoneInfo.from_file(io.BytesIO(data)))
    except (ValueError, EOFError, IndexError):
        return None


def day_of(zone: Zone, time_s: float) -> str:
    """The day on which a moment falls in a zone."""
    return datetime.fromtimestamp(time_s, zone.rules).date().isoformat()


class Moment(Struct, frozen=True):
    """What of the clock reaches an output."""

    macros: frozenset[bytes]
    """The time macros that print it."""
    zone: str
    """Which zone it is; empty where that is not certain."""
    day: str
    """The day in it, where that is printed."""
    file: str
    """Where the zone's rules come from; empty where they are known without."""

    @property
    def stamps(self) -> bool:
        """Whether the times of files are printed."""
        return _STAMP in self.macros


def moment_of(macros: frozenset[bytes], environment: Mapping[str, str], time_s: float) -> Moment | None:
    """What of a moment some time macros print, or ``None`` when there is none of them."""
    if not macros:
        return None
    zone = zone_of(environment)
    if zone is None:
        return Moment(macros, "", "", "")
    day = day_of(zone, time_s) if _DATE in macros else ""
    return Moment(macros, zone.identity.hex(), day, zone.file)
