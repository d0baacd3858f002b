"""Names that users write."""

import pytest

from clcache_launcher.config.names import (
    ENVIRONMENT_ONLY,
    OLD_NAMES,
    explain_unknown_name,
    list_ignored_variables,
    list_old_variables,
)
from clcache_launcher.config.settings import FIELDS


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("max_sise", "max_size"),
        ("max-size", "max_size"),
        ("MAX_SIZE", "max_size"),
        ("CLCACHE_MAX_SIZE", "max_size"),
        ("maxsize", "max_size"),
        ("cache_dir", "dir"),
        ("base_dir", "basedir"),
        ("disabled", "disable"),
        ("read_only", "readonly"),
        ("no_direct", "nodirect"),
        ("hard_link", "hardlink"),
        ("log_file", "log"),
        ("timeout", "idle_timeout"),
        ("idletimeout", "idle_timeout"),
    ],
)
def test_nearest_name_is_offered(name: str, nearest: str) -> None:
    assert explain_unknown_name(name) == f"did you mean '{nearest}'?"


def test_name_near_none_gets_the_list() -> None:
    assert explain_unknown_name("xyzzy") == f"known are {', '.join(sorted(FIELDS))}"


@pytest.mark.parametrize("name", ["socket", "config"])
def test_name_that_only_the_environment_has_says_so(name: str) -> None:
    assert explain_unknown_name(name) == f"only the environment has it, as CLCACHE_{name.upper()}"


def test_old_variables_are_listed() -> None:
    assert list_old_variables(["CLCACHE_SERVER", "PATH", "CLCACHE_CL", "CLCACHE_COMPRESS"]) == (
        "CLCACHE_COMPRESS",
        "CLCACHE_SERVER",
    )


@pytest.mark.parametrize("name", OLD_NAMES)
def test_old_variable_is_named_as_ignored(name: str) -> None:
    assert list_ignored_variables({name: "1"}) == (f"{name}: ignored; clcache had it, clcache-launcher has not",)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("CLCACHE_MAXSIZE", "CLCACHE_MAXSIZE: ignored, unknown variable; did you mean CLCACHE_MAX_SIZE?"),
        ("CLCACHE_CACHE_DIR", "CLCACHE_CACHE_DIR: ignored, unknown variable; did you mean CLCACHE_DIR?"),
        ("CLCACHE_SOCKETS", "CLCACHE_SOCKETS: ignored, unknown variable; did you mean CLCACHE_SOCKET?"),
        ("CLCACHE_XYZZY", "CLCACHE_XYZZY: ignored, unknown variable"),
    ],
)
def test_unknown_variable_is_named_with_the_nearest(name: str, line: str) -> None:
    assert list_ignored_variables({name: "1"}) == (line,)


def test_known_and_foreign_variables_are_not_named() -> None:
    known = [field.variable for field in FIELDS.values()] + [*ENVIRONMENT_ONLY, "PATH", "MY_CLCACHE_X"]

    assert list_ignored_variables(dict.fromkeys(known, "")) == ()
