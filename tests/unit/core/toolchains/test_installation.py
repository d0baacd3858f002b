"""The folders that a compiler came in."""

import os
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.compilers.probe import Family, Probe
from clcache_launcher.core.toolchains.installation import INSTALLATION_NAMES, find_installation

PROBE = Probe(family=Family.CLANG, version=b"", programs=(), search_folders=(), is_cxx_driver=True, targets_msvc=False)


def absolute(path: str) -> str:
    """As this system writes it."""
    return os.path.normpath(f"C:{path}" if sys.platform == "win32" else path)


@pytest.mark.parametrize(
    ("program", "resources", "folder"),
    [
        ("/x/llvm/bin/clang", "/x/llvm/lib/clang/19", "/x/llvm"),
        ("/shims/clang", "/x/llvm/lib64/clang/19", "/x/llvm"),
        pytest.param("/usr/bin/clang-19", "/usr/lib/llvm-19/lib/clang/19", "/usr/lib/llvm-19", marks=pytest.mark.posix),
        pytest.param("/usr/bin/clang", "/usr/lib/clang/19", None, marks=pytest.mark.posix),
        ("/x/llvm/bin/clang", "y/lib/clang/19", "/x/llvm"),
        ("/x/gcc/bin/g++", "", "/x/gcc"),
        pytest.param("/usr/bin/g++", "", None, marks=pytest.mark.posix),
        pytest.param("/opt/bin/g++", "", None, marks=pytest.mark.posix),
        ("/me/bin/g++", "", None),
        ("/bin/clang", "/lib/clang/19", None),
        ("/x/g++", "", None),
    ],
)
def test_compiler_of_its_own_folder_is_a_root(program: str, resources: str, folder: str | None) -> None:
    is_absolute = resources.startswith("/")
    probe = replace(PROBE, resource_folder=absolute(resources) if is_absolute else resources)
    home = {"HOME": absolute("/me"), "USERPROFILE": absolute("/me")}
    found = list(find_installation(probe, absolute(program), home))
    assert found == ([("toolchain", absolute(folder))] if folder else [])


@pytest.mark.parametrize("family", [Family.CL, Family.CLANG_CL, Family.CLANG])
def test_tools_and_kit_of_microsoft_are_roots_for_their_compilers(family: Family, tmp_path: Path) -> None:
    environment = {"VCToolsInstallDir": f"{tmp_path}/", "WindowsSdkDir": str(tmp_path / "none")}
    found = dict(find_installation(replace(PROBE, family=family), absolute("/bin/x"), environment))
    assert found == ({} if family is Family.CLANG else {"vctools": str(tmp_path)})
    assert found.keys() <= INSTALLATION_NAMES
