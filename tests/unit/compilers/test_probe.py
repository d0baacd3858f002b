"""What compilers say of themselves."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from clcache_launcher.compilers.probe import (
    Family,
    Probe,
    looks_like_compiler,
    next_probe_command,
    parse_probe,
    programs_in,
)

# What the commands of next_probe_command() printed on Debian 12, with PATH=/usr/bin:/bin and LC_ALL=C.
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
CLANG_PLACES = b"""InstalledDir: /inst/bin
System configuration file directory: /etc/clang
User configuration file directory: /home/u/.clang
Configuration file: /inst/bin/clang.cfg
Configuration file: /etc/clang/x.cfg
Found candidate GCC installation: /usr/lib/gcc/x/11
Found candidate GCC installation: /usr/lib/gcc/x/12
 "/inst/bin/clang" "-cc1" "-resource-dir" "/res" "-isysroot" "/sys"
"""
# As Microsoft's compiler prints it; there was none to run:
# learn.microsoft.com/cpp/build/reference/nologo-suppress-startup-banner-c-cpp
BANNERS = {
    "en": b"Microsoft (R) C/C++ Optimizing Compiler Version 19.38.33130 for x64\r\nCopyright (C) Microsoft Corporation",
    "de": "Microsoft (R) C/C++-Optimierungscompiler Version 19.29.30133 f\xfcr x64\r\n".encode("cp850"),
    "es": "Compilador de optimizaci\xf3n de C/C++ de Microsoft (R) versi\xf3n 19.29.30133 para x64\r\n".encode("cp850"),
    "ja": "Microsoft(R) C/C++ Optimizing Compiler Version 19.29.30133 for x64\r\n".encode("cp932"),
    "zh": "\u7528\u4e8e x64 \u7684 Microsoft (R) C/C++ \u4f18\u5316\u7f16\u8bd1\u5668 19.29.30133 \u7248\r\n".encode(
        "gbk"
    ),
}


def test_gcc_is_understood() -> None:
    probe = parse_probe("/usr/bin/g++", [GCC])
    assert probe is not None
    assert probe.family is Family.GCC
    assert probe.programs == ("/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus", "as")
    assert probe.search_folders == ("/usr/local/include/x86_64-linux-gnu", "/usr/include/c++/12", "/usr/include")
    assert probe.is_cxx_driver
    assert not probe.targets_msvc


def test_programs_are_known_from_the_first_answer() -> None:
    probe = parse_probe("g++", [GCC, b""])
    assert probe is not None
    assert programs_in([GCC]) == probe.programs
    assert programs_in([]) == ()


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


def asked(name: str, outputs: Sequence[bytes]) -> list[tuple[str, ...]]:
    """The commands of a probe whose commands print ``outputs``."""
    commands: list[tuple[str, ...]] = []
    while command := next_probe_command("/x/it", name, "c++", ("-m32",), outputs[: len(commands)]):
        commands.append(command)
    return commands


@pytest.mark.parametrize(("name", "says"), [("g++", GCC), ("clang-cl", CLANG_CL)])
def test_probe_makes_no_file(name: str, says: bytes) -> None:
    commands = asked(name, [says] * 3)
    assert commands
    for command in commands:
        assert command[:2] == ("/x/it", "-m32")
        assert {"-###", "-print-search-dirs"} & set(command) or command[-2:] == ("-o", os.devnull)


def test_cl_is_asked_for_its_banner_alone() -> None:
    assert asked("cl.exe", [BANNERS["de"]]) == [("/x/it",)]


def test_what_is_called_cl_but_is_clang_is_asked_as_clang() -> None:
    assert [command[1:3] for command in asked("cl", [b"clang: error: no input files", CLANG_CL])] == [
        (),
        ("-m32", "-v"),
    ]


@pytest.mark.parametrize("language", BANNERS)
def test_cl_is_known_by_its_banner_in_any_language(language: str) -> None:
    probe = parse_probe("C:\\VC\\bin\\cl.exe", [BANNERS[language]])
    assert probe is not None
    assert probe.family is Family.CL


@pytest.mark.parametrize(
    ("name", "real_name", "is_cxx_driver"),
    [("my-gcc", "/usr/bin/x86_64-linux-gnu-g++-12", True), ("my-g++", "/usr/bin/x86_64-linux-gnu-gcc-12", False)],
)
def test_driver_of_gcc_is_what_its_link_leads_to(name: str, real_name: str, *, is_cxx_driver: bool) -> None:
    probe = parse_probe(f"/usr/bin/{name}", [GCC], real_name)
    assert probe is not None
    assert probe.is_cxx_driver == is_cxx_driver


def test_driver_of_gcc_under_any_name_is_known_by_its_options() -> None:
    probe = parse_probe("/usr/bin/cc", [GCC + b"COLLECT_GCC_OPTIONS='-v' '-shared-libgcc'\n"], "/usr/bin/cc")
    assert probe is not None
    assert probe.is_cxx_driver


def test_what_a_compiler_looks_for_and_where_is_read() -> None:
    clang = parse_probe("clang", [CLANG_CL + CLANG_PLACES])
    assert clang is not None
    assert clang.configuration_folders == ("/inst/bin", "/etc/clang", "/home/u/.clang")
    assert clang.configuration_files == ("/inst/bin/clang.cfg", "/etc/clang/x.cfg")
    assert clang.gcc_installations == ("/usr/lib/gcc/x/11", "/usr/lib/gcc/x/12")
    assert (clang.resource_folder, clang.sysroot, clang.target) == ("/res", "/sys", "x86_64-pc-windows-msvc")
    gcc = parse_probe(
        "gcc", [GCC, b"programs: =/p/%b/q/\nlibraries: =/l/\n" % os.pathsep.encode(), b"Reading specs from /l/specs\n"]
    )
    assert gcc is not None
    assert (gcc.program_folders, gcc.specs_folders, gcc.specs) == (("/p/", "/q/"), ("/l/",), ("/l/specs",))


def test_folder_that_is_another_ones_double_is_a_search_folder_too() -> None:
    probe = parse_probe("gcc", [GCC + b'ignoring duplicate directory "/double"\n'])
    assert probe is not None
    assert "/double" in probe.search_folders


def captured(name: str) -> Probe:
    outputs = [path.read_bytes() for path in sorted(CAPTURED.glob(f"{name}-[123].txt"))]
    assert len(asked(name, outputs)) == len(outputs)
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
    text = (CAPTURED / "gcc-1.txt").read_bytes()
    (name,) = {word for word in text.decode().split() if word.startswith("/tmp/cc")}
    versions = {
        parsed.version
        for made in ("ccAbCdEf", "ccXyZ_12")
        if (parsed := parse_probe("/usr/bin/gcc", [text.replace(name.encode(), rf"{folder}/{made}.s".encode())]))
    }
    assert len(versions) == 1
