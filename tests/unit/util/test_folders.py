"""The platform's folders."""

import os
import sys
from collections.abc import Callable, Mapping

import platformdirs
import pytest

from clcache_launcher.util.folders import cache_folder, config_folder, home_folder

if sys.platform != "win32":
    import pwd

posix_only = pytest.mark.posix

LINUX = {"HOME": "/home/u"}
WINDOWS = {"USERPROFILE": r"C:\Users\u", "LOCALAPPDATA": r"D:\Local"}


@pytest.mark.parametrize(
    ("find", "environment", "platform", "expected"),
    [
        (cache_folder, LINUX, "linux", "/home/u/.cache/app"),
        (cache_folder, LINUX | {"XDG_CACHE_HOME": "/fast"}, "linux", "/fast/app"),
        (cache_folder, LINUX | {"XDG_CACHE_HOME": "fast"}, "linux", "/home/u/.cache/app"),
        (cache_folder, LINUX | {"XDG_CACHE_HOME": ""}, "linux", "/home/u/.cache/app"),
        (cache_folder, LINUX | {"XDG_CONFIG_HOME": "/etc/u"}, "linux", "/home/u/.cache/app"),
        (cache_folder, LINUX, "darwin", "/home/u/Library/Caches/app"),
        (cache_folder, LINUX | {"XDG_CACHE_HOME": "/fast"}, "darwin", "/fast/app"),
        (cache_folder, WINDOWS, "win32", r"D:\Local\app\Cache"),
        (cache_folder, {"USERPROFILE": r"C:\Users\u"}, "win32", r"C:\Users\u\AppData\Local\app\Cache"),
        (cache_folder, WINDOWS | {"LOCALAPPDATA": r"\Local"}, "win32", r"C:\Users\u\AppData\Local\app\Cache"),
        (cache_folder, {}, "win32", None),
        (config_folder, LINUX, "linux", "/home/u/.config/app"),
        (config_folder, LINUX | {"XDG_CONFIG_HOME": "/etc/u"}, "linux", "/etc/u/app"),
        (config_folder, LINUX | {"XDG_CONFIG_HOME": "./u"}, "linux", "/home/u/.config/app"),
        (config_folder, LINUX, "darwin", "/home/u/Library/Application Support/app"),
        (config_folder, WINDOWS, "win32", r"D:\Local\app"),
        (config_folder, {}, "win32", None),
    ],
)
def test_folder_follows_the_platform_and_the_given_environment(
    find: Callable[[Mapping[str, str], str, str], str | None],
    environment: Mapping[str, str],
    platform: str,
    expected: str | None,
) -> None:
    assert find(environment, "app", platform) == expected


@posix_only
@pytest.mark.parametrize("environment", [{}, {"HOME": ""}, {"HOME": "relative"}])
def test_home_without_a_usable_variable_is_the_accounts(environment: Mapping[str, str]) -> None:
    assert home_folder(environment, "linux") == pwd.getpwuid(os.geteuid()).pw_dir


def test_home_is_the_environments_before_the_accounts() -> None:
    assert home_folder({"HOME": "/elsewhere"}, "linux") == "/elsewhere"


@posix_only
@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "/h"},
        {"HOME": "/h", "XDG_CACHE_HOME": "/c", "XDG_CONFIG_HOME": "/k"},
        {"HOME": "/h", "XDG_CACHE_HOME": "c"},
    ],
)
def test_folders_are_those_of_platformdirs(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    theirs = (platformdirs.user_cache_dir("app"), platformdirs.user_config_dir("app"))

    assert (cache_folder(environment, "app"), config_folder(environment, "app")) == theirs
