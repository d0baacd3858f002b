"""The wheel for Windows, built on Linux, installs into the Windows Python and works there."""

import zipfile
from pathlib import Path

import pytest

import clcache_launcher
from support.windows import Windows, WindowsCache

pytestmark = pytest.mark.wine


def test_wheel_is_for_windows_and_every_python(wheel: Path) -> None:
    assert wheel.name == f"clcache_launcher-{clcache_launcher.__version__}-py3-none-win_amd64.whl"
    names = zipfile.ZipFile(wheel).namelist()
    assert any(name.endswith(".data/scripts/clcache.exe") for name in names)
    assert "clcache_launcher/server/windows_endpoint.py" in names


def test_package_is_found_by_the_windows_python(windows: Windows, scripts: Path, tmp_path: Path) -> None:
    code = "import clcache_launcher, sys; print(clcache_launcher.__version__, sys.platform)"
    ran = windows.run(scripts / "python.exe", "-c", code, cwd=tmp_path)
    assert ran.stdout.split() == [clcache_launcher.__version__.encode(), b"win32"]


def test_front_end_tells_its_version(lone_cache: WindowsCache) -> None:
    assert clcache_launcher.__version__.encode() in lone_cache.front_end("--version").stdout


def test_front_end_works_without_a_core(lone_cache: WindowsCache) -> None:
    assert b"no core is running" in lone_cache.front_end("status").stdout
    stats = lone_cache.front_end("stats", "--json")
    assert stats.exit_code == 0 and b'"hits": 0' in stats.stdout
