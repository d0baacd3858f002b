"""The fields of the settings."""

from pathlib import Path

import pytest
from msgspec.structs import fields

from clcache_launcher.config.kinds import Kind, Place
from clcache_launcher.config.settings import FIELDS, SettingField, Settings, build_settings
from clcache_launcher.config.yaml_file import parse_yaml


def test_defaults() -> None:
    assert build_settings({"dir": Path("/c")}) == Settings(
        dir=Path("/c"),
        basedir=(),
        disable=False,
        readonly=False,
        recache=False,
        nodirect=False,
        preprocessor=False,
        verify=0,
        hardlink=False,
        max_size=10 * 10**9,
        log=None,
        idle_timeout=600,
    )


def test_every_field_is_described_in_order() -> None:
    assert list(FIELDS) == [field.name for field in fields(Settings)]


@pytest.mark.parametrize(
    ("name", "variable", "option", "kind"),
    [
        ("dir", "CLCACHE_DIR", "--dir", Kind.FOLDER),
        ("basedir", "CLCACHE_BASEDIR", "--basedir", Kind.FOLDERS),
        ("disable", "CLCACHE_DISABLE", "--disable", Kind.FLAG),
        ("readonly", "CLCACHE_READONLY", "--readonly", Kind.FLAG),
        ("recache", "CLCACHE_RECACHE", "--recache", Kind.FLAG),
        ("nodirect", "CLCACHE_NODIRECT", "--nodirect", Kind.FLAG),
        ("preprocessor", "CLCACHE_PREPROCESSOR", "--preprocessor", Kind.FLAG),
        ("verify", "CLCACHE_VERIFY", "--verify", Kind.PERCENT),
        ("hardlink", "CLCACHE_HARDLINK", "--hardlink", Kind.FLAG),
        ("max_size", "CLCACHE_MAX_SIZE", "--max-size", Kind.SIZE),
        ("log", "CLCACHE_LOG", "--log", Kind.FILE),
        ("idle_timeout", "CLCACHE_IDLE_TIMEOUT", "--idle-timeout", Kind.DURATION),
    ],
)
def test_field_has_three_spellings_of_one_name(name: str, variable: str, option: str, kind: Kind) -> None:
    assert (FIELDS[name].variable, FIELDS[name].option, FIELDS[name].kind) == (variable, option, kind)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_example_of_a_field_is_valid_and_sets_it(field: SettingField) -> None:
    settings = parse_yaml(field.example.encode(), "/p/clcache.yaml", Place("/p", "/home/u"))

    assert list(settings) == [field.name]


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_field_has_help(field: SettingField) -> None:
    assert field.help and field.values and not field.help.endswith(".")


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_no_other_name_is_a_field(field: SettingField) -> None:
    assert not set(field.other_names) & FIELDS.keys()
