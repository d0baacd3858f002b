"""Every cacheable case, uncached, as a miss and as a hit: files, modes, streams and exit code are equal in all."""

from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import check_bare_miss_hit

_GNU_CASES = {
    "plain": "-c a.cpp -o a.o",
    "object_named_by_source": "-c a.cpp",
    "object_in_folder": "-c a.cpp -o sub/b.o",
    "debug": "-g -c a.cpp -o a.o",
    "optimized": "-O2 -DNDEBUG -std=c++17 -Wall -Wextra -c a.cpp -o a.o",
    "depfile_of_cmake": "-MD -MT CMakeFiles/a.o -MF a.o.d -o a.o -c a.cpp",
    "depfile_without_name": "-MD -c a.cpp -o a.o",
    "depfile_with_phony_targets": "-MD -MP -MF x.d -c a.cpp -o a.o",
    "depfile_without_system_headers": "-MMD -MF x.d -c a.cpp -o a.o",
    "depfile_without_system_headers_unnamed": "-MMD -c a.cpp -o sub/a.o",
    "warning_on_stderr": "-Wall -DWARN -c a.cpp -o a.o",
    "assembly": "-S a.cpp -o a.s",
    "include_folder": "-Iinc -I inc2 -isystem sys -iquote . -c a.cpp -o a.o",
    "forced_include": "-include inc/forced.h -c a.cpp -o a.o",
    "language_by_option": "-x c++ -c plain.txt -o a.o",
    "c": "-c b.c -o b.o",
    "response_file": "@args.rsp",
    "split_debug_info": "-g -gsplit-dwarf -c a.cpp -o a.o",
    "stack_usage": "-fstack-usage -c a.cpp -o a.o",
    "define_with_spaces": ['-DTEXT="a b"', "-c", "a.cpp", "-o", "a.o"],
    "path_with_spaces": ["-I", "with space", "-c", "with space/s p.cpp", "-o", "o p.o"],
    "absolute_source": ["-c", "{folder}/a.cpp", "-o", "{folder}/a.o"],
}

_CL_CASES = {
    "plain": "/c a.cpp /Foa.obj",
    "object_named_by_source": "/c a.cpp",
    "object_in_folder": "/c a.cpp /Fosub/",
    "dash_spelling": "-c -Foa.obj a.cpp",
    "show_includes": "/nologo /showIncludes /c a.cpp /Foa.obj",
    "debug_with_show_includes": "/nologo /Z7 /showIncludes /c a.cpp /Foa.obj",
    "debug_without_show_includes": "/nologo /Z7 /c a.cpp /Foa.obj",
    "debug_database_option": "/Zi /Fdx.pdb /FS /c a.cpp /Foa.obj",
    "depfile_of_cmake": "-clang:-MD -clang:-MTa.obj -clang:-MFa.obj.d /Foa.obj /c a.cpp",
    "c_with_warning": "/W4 /DWARN /c b.c /Fob.obj",
    "optimized": "/O2 /Ob2 /DNDEBUG /GR /EHsc -MD -std:c++17 /Iinc /c a.cpp /Foa.obj",
    "forced_include": "/FIinc/forced.h /c a.cpp /Foa.obj",
    "language_by_option": "/TP /c plain.txt /Foa.obj",
    "response_file": "@cl.rsp",
    "reproducible": "/Brepro /c a.cpp /Foa.obj",
}


@pytest.fixture
def project(work: Path) -> Path:
    """Sources for the cases."""
    for folder in ("inc", "inc2", "sys", "sub", "with space"):
        (work / folder).mkdir()
    (work / "inc/h.h").write_text("#pragma once\ninline int h() { return 1; }\n")
    (work / "inc/forced.h").write_text("#define FORCED 1\n")
    (work / "a.cpp").write_text(
        '#include "inc/h.h"\n#include <stddef.h>\nint f() { return h(); }\n'
        "#ifdef WARN\nstatic int unused_function() { return 1; }\n#endif\n"
    )
    (work / "b.c").write_text(
        "#ifdef WARN\nint f(int unused) { return 1; }\n#else\nint f(void) { return 1; }\n#endif\n"
    )
    (work / "plain.txt").write_text("int g() { return 2; }\n")
    (work / "with space/s p.cpp").write_text('#include "i n.h"\n')
    (work / "with space/i n.h").write_text("int g();\n")
    (work / "args.rsp").write_text('-c a.cpp -o a.o "-DX=a b"\n')
    (work / "cl.rsp").write_text('/c a.cpp /Foa.obj "/DX=a b"\n')
    return work


def _words(case: str | list[str], folder: Path) -> list[str]:
    return [word.format(folder=folder) for word in (case.split() if isinstance(case, str) else case)]


@pytest.mark.parametrize("case", _GNU_CASES.values(), ids=_GNU_CASES.keys())
@pytest.mark.parametrize("compiler", ["g++", pytest.param("clang++-19", marks=pytest.mark.clang)])
def test_gnu_case_is_same_bare_missed_and_hit(
    cache: Cache, project: Path, compiler: str, case: str | list[str]
) -> None:
    check_bare_miss_hit(cache, [compiler, *_words(case, project)], project)


@pytest.mark.clang_cl
@pytest.mark.parametrize("case", _CL_CASES.values(), ids=_CL_CASES.keys())
def test_cl_case_is_same_bare_missed_and_hit(cache: Cache, project: Path, case: str) -> None:
    check_bare_miss_hit(cache, ["clang-cl-19", *_words(case, project)], project)
