"""The Windows launcher builds with mingw-w64 and needs nothing but the system."""

import re
import subprocess
from pathlib import Path

import pytest

LAUNCHER = Path(__file__).parents[2] / "plugin/launcher"
SYSTEM = {"KERNEL32.dll", "ADVAPI32.dll", "msvcrt.dll", "ntdll.dll"}


@pytest.mark.mingw
def test_it_links_against_system_libraries_only(tmp_path: Path) -> None:
    compiler = "x86_64-w64-mingw32-gcc-posix"
    words = ["-DCMAKE_SYSTEM_NAME=Windows", f"-DCMAKE_C_COMPILER={compiler}", "-G", "Ninja"]
    subprocess.run(["cmake", "-S", LAUNCHER, "-B", tmp_path, *words], check=True, capture_output=True)
    subprocess.run(["ninja", "-C", tmp_path], check=True, capture_output=True)
    listed = subprocess.run(
        ["x86_64-w64-mingw32-objdump", "-p", tmp_path / "clcache.exe"], check=True, capture_output=True, text=True
    )
    needed = set(re.findall(r"DLL Name: (\S+)", listed.stdout))
    assert "KERNEL32.dll" in needed
    assert needed <= SYSTEM
