"""What compilers say of themselves."""

from pathlib import Path

import pytest

from clcache_launcher.compilers.probe import Family, Probe, looks_like_compiler, parse_probe, probe_commands

# What the commands of probe_commands() printed on Debian 12, with PATH=/usr/bin:/bin and LC_ALL=C.
CAPTURED = Path(__file__).parents[2] / "data" / "probe"

GCC = b"""COLLECT_GCC=g++
Target: x86_64-linux-gnu
gcc version 12.2.0 (Debian 12.2.0-14+deb12u1)
 /usr/lib/gcc/x86_64-linux-gnu/12/cc1plus -E -quiet -v /dev/null
ignoring nonexistent directory "/usr/local/include/x86_64-linux-gnu"
#include "..." search starts here:
#include <...> search starts here:
 /usr/include/c++/12
 /usr/include
End of search list.
 as -v --64 -o probe.o /tmp/ccAbCdEf.s
"""
CLANG_CL = b"""Debian clang version 19.1.7 (3~deb12u1)
Target: x86_64-pc-windows-msvc
 (in-process)
 "/usr/lib/llvm-19/bin/clang" "-cc1" "-internal-isystem" "/usr/lib/llvm-19/lib/clang/19/include" "-x" "c++" "a b"
"""


def test_gcc_is_understood() -> None:
    probe = parse_probe("/usr/bin/g++", [GCC])
    assert probe is not None
    assert probe.family is Family.GCC
    assert probe.programs == ("/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "as")
    assert probe.search_folders == ("/usr/local/include/x86_64-linux-gnu", "/usr/include/c++/12", "/usr/include")
    assert probe.is_cxx_driver
    assert not probe.targets_msvc


def test_temporary_names_are_not_part_of_the_version() -> None:
    other = GCC.replace(b"ccAbCdEf", b"ccXyZ123")
    first, second = (parse_probe("/usr/bin/g++", [text]) for text in (GCC, other))
    assert first == second


def test_clang_cl_is_understood() -> None:
    probe = parse_probe("/usr/bin/clang-cl-19", [CLANG_CL])
    assert probe is not None
    assert probe.family is Family.CLANG_CL
    assert probe.programs == ("/usr/lib/llvm-19/bin/clang",)
    assert probe.search_folders == ("/usr/lib/llvm-19/lib/clang/19/include",)


@pytest.mark.parametrize("output", [b"", b"hello", b"clang: not found"])
def test_what_is_no_compiler_is_none(output: bytes) -> None:
    assert parse_probe("/usr/bin/cc", [output]) is None


@pytest.mark.parametrize(
    "name",
    [
        "cc",
        "c++",
        "gcc",
        "g++",
        "g++-12",
        "clang",
        "clang++-19",
        "clang-cl",
        "cl",
        "cl.exe",
        "CL.EXE",
        "x86_64-linux-gnu-gcc-12",
        "my-g++",
        "clang-cl-19",
    ],
)
def test_compilers_name_is_known(name: str) -> None:
    assert looks_like_compiler(f"/some/where/{name}")


@pytest.mark.parametrize(
    "name", ["rm", "ccache", "sccache", "python", "make", "ninja", "clcache", "ld", "as", "cat", "install", "close"]
)
def test_other_programs_are_never_probed(name: str) -> None:
    assert not looks_like_compiler(f"/usr/bin/{name}")


def test_probe_makes_no_file() -> None:
    for compiler in ("/usr/bin/g++", "/usr/bin/clang-cl"):
        for command in probe_commands(compiler, "c++", ("-m32",)):
            assert "-m32" in command
            assert "-###" in command or "-E" in command


def captured(name: str) -> Probe:
    outputs = [path.read_bytes() for path in sorted(CAPTURED.glob(f"{name}-[12].txt"))]
    assert len(outputs) == len(probe_commands(f"/usr/bin/{name}", "c", ()))
    probe = parse_probe(f"/usr/bin/{name}", outputs)
    assert probe is not None
    return probe


@pytest.mark.parametrize(
    ("name", "family", "is_cxx_driver", "targets_msvc"),
    [
        ("gcc", Family.GCC, False, False),
        ("g++", Family.GCC, True, False),
        ("clang-19", Family.CLANG, False, False),
        ("clang++-19", Family.CLANG, True, False),
        ("clang-cl-19", Family.CLANG_CL, False, True),
    ],
)
def test_real_compiler_is_understood(name: str, family: Family, *, is_cxx_driver: bool, targets_msvc: bool) -> None:
    probe = captured(name)
    assert (probe.family, probe.is_cxx_driver, probe.targets_msvc) == (family, is_cxx_driver, targets_msvc)


@pytest.mark.parametrize(
    ("name", "programs"),
    [
        ("gcc", ("/usr/lib/gcc/x86_64-linux-gnu/12/cc1", "as")),
        ("g++", ("/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "as")),
        ("clang-19", ("/usr/lib/llvm-19/bin/clang",)),
        ("clang++-19", ("/usr/lib/llvm-19/bin/clang",)),
        ("clang-cl-19", ("/usr/lib/llvm-19/bin/clang",)),
    ],
)
def test_real_compilers_programs_are_found_and_nothing_else(name: str, programs: tuple[str, ...]) -> None:
    assert captured(name).programs == programs


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("gcc", {"/usr/lib/gcc/x86_64-linux-gnu/12/include", "/usr/local/include", "/usr/include"}),
        ("g++", {"/usr/include/c++/12", "/usr/include/c++/12/backward", "/usr/include"}),
        ("clang-19", {"/usr/lib/llvm-19/lib/clang/19/include", "/usr/local/include", "/usr/include"}),
        ("clang-cl-19", {"/usr/lib/llvm-19/lib/clang/19/include"}),
    ],
)
def test_real_compilers_folders_are_found(name: str, some: set[str]) -> None:
    folders = captured(name).search_folders
    assert some <= set(folders)
    assert all(folder.startswith("/") for folder in folders)


def test_missing_folders_of_real_compilers_are_watched_too() -> None:
    assert "/usr/local/include/x86_64-linux-gnu" in captured("gcc").search_folders


@pytest.mark.parametrize("folder", ["/tmp", "/var/tmp", "/scratch/my-tmp", "C:\\Temp"])
def test_temporary_names_of_real_gcc_do_not_reach_its_version(folder: str) -> None:
    text = (CAPTURED / "gcc-2.txt").read_bytes()
    (name,) = {word for word in text.decode().split() if word.startswith("/tmp/cc")}
    versions = {
        parsed.version
        for made in ("ccAbCdEf", "ccXyZ_12")
        if (parsed := parse_probe("/usr/bin/gcc", [text.replace(name.encode(), rf"{folder}/{made}.s".encode())]))
    }
    assert len(versions) == 1
