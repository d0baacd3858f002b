"""Variables of Windows."""

import pytest

from clcache_launcher.util.variables import WindowsVariables

VARIABLES = WindowsVariables([("Path", "old"), ("VCToolsInstallDir", "tools"), ("PATH", "new")])


@pytest.mark.parametrize("name", ["VCToolsInstallDir", "VCTOOLSINSTALLDIR", "vctoolsinstalldir"])
def test_variable_is_found_by_its_name_in_any_case(name: str) -> None:
    assert VARIABLES[name] == VARIABLES.get(name) == "tools"
    assert name in VARIABLES


def test_names_are_told_once_and_in_upper_case() -> None:
    assert dict(VARIABLES) == {"PATH": "new", "VCTOOLSINSTALLDIR": "tools"}
    assert len(VARIABLES) == 2


def test_other_name_is_none() -> None:
    assert VARIABLES.get("HOME") is None
    assert "HOME" not in VARIABLES
