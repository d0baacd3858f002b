"""The table of all settings."""

import pytest

from clcache_launcher.config.names import ENVIRONMENT_ONLY
from clcache_launcher.config.reference import render_details, render_reference
from clcache_launcher.config.settings import FIELDS, SettingField


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_every_field_has_a_row(field: SettingField) -> None:
    assert f"\n| `{field.name}` | `{field.variable}` | " in render_reference()


@pytest.mark.parametrize("variable", ENVIRONMENT_ONLY)
def test_every_other_variable_has_a_row(variable: str) -> None:
    assert f"\n| | `{variable}` | | " in render_reference()


@pytest.mark.parametrize(
    ("name", "default"),
    [("max_size", "`10G`"), ("idle_timeout", "`10m`"), ("disable", "`false`"), ("basedir", "none"), ("log", "none")],
)
def test_default_is_written_as_a_user_writes_it(name: str, default: str) -> None:
    assert f"| `{FIELDS[name].variable}` | {default} |" in render_reference()


def test_every_row_has_four_cells() -> None:
    assert {line.count("|") for line in render_reference().splitlines()} == {5}


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_every_field_has_a_section_with_its_example(field: SettingField) -> None:
    text = render_details()
    assert f"### {field.name}\n\n{field.help}.\n" in text
    assert f"- in `clcache.yaml`: `{field.example}`\n- in the environment: `{field.variable}`\n" in text


@pytest.mark.parametrize("variable", ENVIRONMENT_ONLY)
def test_every_other_variable_is_listed(variable: str) -> None:
    assert f"- `{variable}`: " in render_details()
