"""What compilers say of themselves."""

import pytest

from clcache_launcher.compilers.probe import Family, looks_like_compiler, parse_probe, probe_commands

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
