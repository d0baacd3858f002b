"""Whose zone it is, and which day in it."""

import os
from pathlib import Path

import pytest

from clcache_launcher.core.inputs.clock import day_of, moment_of, zone_of

DATE, STAMP = frozenset({b"__DATE__"}), frozenset({b"__TIMESTAMP__"})
ZONES = Path("/usr/share/zoneinfo")
NOON_S = 1_000_000_000 + 9 * 3600
"""2001-09-09 10:46:40 UTC."""

pytestmark = pytest.mark.skipif(not (ZONES / "Asia/Tokyo").is_file(), reason="install tzdata")


@pytest.mark.posix
@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("UTC", "2001-09-09"),
        ("", "2001-09-09"),
        ("UTC0", "2001-09-09"),
        (":UTC", "2001-09-09"),
        ("Pacific/Kiritimati", "2001-09-10"),
        (":Etc/GMT+12", "2001-09-08"),
        (f"{ZONES}/Pacific/Kiritimati", "2001-09-10"),
    ],
)
def test_day_is_the_zones(zone: str, day: str) -> None:
    found = zone_of({"TZ": zone})
    assert found is not None
    assert day_of(found, NOON_S) == day


@pytest.mark.parametrize("zone", ["XYZ-5:30", "No/Where", "/etc/passwd", "/etc"])
def test_zone_that_is_not_understood_is_none(zone: str) -> None:
    assert zone_of({"TZ": zone}) is None


def test_zone_with_leap_seconds_is_none(tmp_path: Path) -> None:
    data = bytearray((ZONES / "Etc/UTC").read_bytes())
    data[31] = 27
    (tmp_path / "right").write_bytes(data)
    assert zone_of({"TZ": "right", "TZDIR": str(tmp_path)}) is None


@pytest.mark.posix
def test_zone_is_known_by_its_rules_and_not_by_its_name() -> None:
    utc, same, other = (zone_of({"TZ": name}) for name in ("Etc/UTC", "Etc/Universal", "Asia/Tokyo"))
    assert utc and same and other
    assert utc.identity == same.identity != other.identity


@pytest.mark.posix
def test_zone_of_the_machine_is_taken_where_the_environment_names_none() -> None:
    found = zone_of({})
    assert found is not None
    assert found.file in ("/etc/localtime", "")
    assert bool(found.file) == os.path.exists("/etc/localtime")


@pytest.mark.posix
def test_moment_holds_what_the_macros_print() -> None:
    zone = {"TZ": "UTC"}
    assert moment_of(frozenset(), zone, NOON_S) is None
    assert moment_of(DATE, zone, NOON_S) == moment_of(DATE, zone, NOON_S + 3600)
    assert moment_of(DATE, zone, NOON_S) != moment_of(DATE, zone, NOON_S + 86400)
    assert moment_of(STAMP, zone, NOON_S) == moment_of(STAMP, zone, NOON_S + 86400)
    assert moment_of(STAMP, zone, NOON_S) != moment_of(STAMP, {"TZ": "Asia/Tokyo"}, NOON_S)


def test_moment_in_a_zone_that_is_not_understood_has_none() -> None:
    moment = moment_of(DATE, {"TZ": "No/Where"}, NOON_S)
    assert moment is not None
    assert not moment.zone
