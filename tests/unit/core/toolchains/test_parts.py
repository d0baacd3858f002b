"""Files and folders beside a compiler that it takes by their being there.

There is no cl.exe here: the names of its parts are those that Microsoft's build tools put beside it.
"""

from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.compilers.probe import Family, Probe
from clcache_launcher.core.toolchains.parts import (
    names_on_path,
    program_looks,
    watched_files,
    watched_folders,
    watched_parts,
)
from clcache_launcher.core.toolchains.programs import spellings

PROBE = Probe(Family.CLANG, b"", ("/inst/bin/clang",), (), is_cxx_driver=False, targets_msvc=False)


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")


def test_parts_of_cl_are_its_passes_their_libraries_and_its_messages(tmp_path: Path) -> None:
    parts = ("c1.dll", "c1xx.dll", "C2.DLL", "mspdb140.dll", "mspdbcore.dll", "mspdbsrv.exe", "1033/clui.dll")
    write(tmp_path, "cl.exe", "link.exe", "nmake.exe", "readme.txt", "1033/linkui.dll", "onecore/c1.dll", *parts)
    probe = replace(PROBE, family=Family.CL)
    found = watched_parts(probe, str(tmp_path / "cl.exe"))
    assert sorted(found) == sorted(str(tmp_path / part) for part in parts)
    assert watched_folders(probe, str(tmp_path / "cl.exe"), ()) == [str(tmp_path), str(tmp_path / "1033")]


def test_ignore_lists_are_parts_of_clang(tmp_path: Path) -> None:
    write(tmp_path, "share/asan_ignorelist.txt", "share/sub/x", "include/stddef.h")
    probe = replace(PROBE, resource_folder=str(tmp_path))
    assert watched_parts(probe, "/inst/bin/clang") == [str(tmp_path / "share/asan_ignorelist.txt")]
    assert str(tmp_path / "share") in watched_folders(probe, "/inst/bin/clang", ())


def test_places_where_clang_chooses_are_watched(tmp_path: Path) -> None:
    write(tmp_path, "cfg/clang.cfg", "cfg/clang", "gcc/lib/gcc/x/12/crtbegin.o")
    probe = replace(
        PROBE,
        resource_folder="/res",
        own_folders=("/usr/include/c++/12",),
        configuration_folders=(str(tmp_path / "cfg"),),
        gcc_installations=("/opt/gcc/lib/gcc/x/13",),
    )
    found = list(map(Path, watched_folders(probe, "/inst/bin/clang", (f"--gcc-toolchain={tmp_path}/gcc",))))
    home = tmp_path / "gcc/lib/gcc"
    assert {home, home / "x", home / "x/12", Path("/opt/gcc/lib/gcc/x/13")} <= set(found)
    assert {Path("/usr/include/c++"), tmp_path / "cfg"} <= set(found)
    assert watched_files(probe) == [str(tmp_path / "cfg/clang.cfg")]


def test_programs_that_clang_found_outside_were_looked_for_on_path() -> None:
    probe = replace(PROBE, programs=("/inst/bin/clang", "/usr/bin/as"), target="t")
    names = (*spellings("as"), *spellings("t-as"))
    assert names_on_path(probe, {}) == names
    assert names_on_path(replace(probe, family=Family.GCC, programs=("/lib/gcc/cc1", "as")), {}) == names


def test_clang_looks_for_visual_c_on_path_unless_a_variable_names_it() -> None:
    probe = replace(PROBE, targets_msvc=True, target="x86_64-pc-windows-msvc")
    assert "cl.exe" in names_on_path(probe, {})
    assert names_on_path(probe, {"VCToolsInstallDir": "C:\\VC"}) == ()


@pytest.mark.parametrize("words", [("-B/x/my-",), ("-B", "/x/my-")])
def test_prefix_of_programs_is_a_folder_or_the_start_of_a_name(words: tuple[str, ...]) -> None:
    probe = replace(PROBE, family=Family.GCC, programs=("as",), program_folders=("/p/",), target="t")
    names = ("as", "t-as", "include", "include-fixed", "specs")
    looks = program_looks(probe, words)
    assert looks[:2] == [(("/p/",), names), (("/x/my-",), names)]
    assert looks[2] == (("/x",), ("my-", *(f"my-{name}" for name in names)))
