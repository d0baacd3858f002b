"""The Windows launcher builds with mingw-w64 and needs nothing but the system."""

import re
import subprocess
from pathlib import Path

import pytest

import clcache_launcher

LAUNCHER = Path(__file__).parents[2] / "plugin/launcher"
SYSTEM = {"KERNEL32.dll", "ADVAPI32.dll", "msvcrt.dll", "ntdll.dll"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("launcher")
    compiler = "x86_64-w64-mingw32-gcc-posix"
    words = ["-DCMAKE_SYSTEM_NAME=Windows", f"-DCMAKE_C_COMPILER={compiler}", "-G", "Ninja"]
    subprocess.run(["cmake", "-S", LAUNCHER, "-B", folder, *words], check=True, capture_output=True)
    subprocess.run(["ninja", "-C", folder], check=True, capture_output=True)
    return folder


@pytest.mark.mingw
@pytest.mark.parametrize("name", ["clcache.exe", "native/_file_records.dll"])
def test_it_links_against_system_libraries_only(built: Path, name: str) -> None:
    words = ["x86_64-w64-mingw32-objdump", "-p", str(built / name)]
    listed = subprocess.run(words, check=True, capture_output=True, text=True)
    needed = set(re.findall(r"DLL Name: (\S+)", listed.stdout))
    assert "KERNEL32.dll" in needed
    assert needed <= SYSTEM


@pytest.mark.mingw
def test_it_asks_for_long_paths_and_tells_its_version(built: Path) -> None:
    content = (built / "clcache.exe").read_bytes()
    assert b">true</longPathAware>" in content and b'level="asInvoker"' in content
    assert "ProductVersion\0".encode("utf-16-le") in content
    assert f"{clcache_launcher.__version__}\0".encode("utf-16-le") in content
