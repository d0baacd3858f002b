"""The folders that a compiler came in."""

from dataclasses import replace
from pathlib import Path

import pytest

from clcache_launcher.compilers.probe import Family, Probe
from clcache_launcher.core.toolchains.installation import INSTALLATION_NAMES, find_installation

pytestmark = pytest.mark.posix

PROBE = Probe(family=Family.CLANG, version=b"", programs=(), search_folders=(), is_cxx_driver=True, targets_msvc=False)


@pytest.mark.parametrize(
    ("program", "resources", "folder"),
    [
        ("/x/llvm/bin/clang", "/x/llvm/lib/clang/19", "/x/llvm"),
        ("/usr/bin/clang-19", "/usr/lib/llvm-19/lib/clang/19", "/usr/lib/llvm-19"),
        ("/usr/bin/clang", "/usr/lib/clang/19", None),
        ("/x/gcc/bin/g++", "", "/x/gcc"),
        ("/usr/bin/g++", "", None),
        ("/opt/bin/g++", "", None),
        ("/me/bin/g++", "", None),
        ("/x/g++", "", None),
    ],
)
def test_compiler_of_its_own_folder_is_a_root(program: str, resources: str, folder: str | None) -> None:
    found = list(find_installation(replace(PROBE, resource_folder=resources), program, {"HOME": "/me"}))
    assert found == ([("toolchain", folder)] if folder else [])


@pytest.mark.parametrize("family", [Family.CL, Family.CLANG_CL, Family.CLANG])
def test_tools_and_kit_of_microsoft_are_roots_for_their_compilers(family: Family, tmp_path: Path) -> None:
    environment = {"VCToolsInstallDir": f"{tmp_path}/", "WindowsSdkDir": str(tmp_path / "none")}
    found = dict(find_installation(replace(PROBE, family=family), "/usr/bin/x", environment))
    assert found == ({} if family is Family.CLANG else {"vctools": str(tmp_path)})
    assert found.keys() <= INSTALLATION_NAMES
