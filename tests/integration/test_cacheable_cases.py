"""Every cacheable case, uncached, as a miss and as a hit: files, modes, streams and exit code are equal in all."""

from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import check_bare_miss_hit

pytestmark = pytest.mark.posix("gnu")

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
    "assembler": "-MD -c s.S -o sub/s.o",
    "assembler_not_preprocessed": "-MD -c t.s -o sub/t.o",
    "assembler_not_preprocessed_with_debug": "-g -x assembler -Iinc -c t.s",
    "assembler_with_debug": "-g -DVALUE=3 -Iinc -c s.S",
    "response_file": "@args.rsp",
    "split_debug_info": "-g -gsplit-dwarf -c a.cpp -o a.o",
    "stack_usage": "-fstack-usage -c a.cpp -o a.o",
    "depfile_of_the_linux_kernel": "-Wp,-MMD,.a.o.d -c a.cpp -o a.o",
    "depfile_by_the_preprocessor": "-Wp,-MD,sub/x.d -c a.cpp -o a.o",
    "depfile_in_two_ways": "-MD -MMD -MF x.d -MT a -MT b -MP -c a.cpp -o a.o",
    "depfile_with_odd_names": ["-MD", "-MF", "a b$#.d", "-MT", "x y$", "-MQ", "a$b c", "-c", "a.cpp", "-o", "a$ #.o"],
    "define_with_spaces": ['-DTEXT="a b"', "-c", "a.cpp", "-o", "a.o"],
    "path_with_spaces": ["-I", "with space", "-c", "with space/s p.cpp", "-o", "o p.o"],
    "absolute_source": ["-c", "{folder}/a.cpp", "-o", "{folder}/a.o"],
}

# Without a seed two runs of gcc differ, and either is right.
_SEED = "-frandom-seed=1"
_GCC_CASES = {
    "coverage": f"--coverage {_SEED} -c a.cpp -o sub/a.o",
    "coverage_in_parts": f"-ftest-coverage -fprofile-arcs {_SEED} -c a.cpp -o a.o",
    "coverage_notes_elsewhere": f"--coverage -fprofile-note=sub/n.gcno {_SEED} -c a.cpp -o a.o",
    "call_graph": "-fcallgraph-info=su,da -c a.cpp -o sub/a.b.o",
    "saved_temporaries": "-save-temps -g -c a.cpp -o sub/a.b.o",
    "saved_temporaries_beside_object": "-save-temps=obj -MD -c a.cpp -o sub/a.o",
    "saved_temporaries_of_assembly": "-save-temps -S a.cpp -o sub/a.s",
    "saved_temporaries_of_assembler": "-save-temps -c s.S -o sub/s.o",
    "profile_that_is_missing": "-O2 -fprofile-use -c a.cpp -o sub/a.o",
    "native_processor": "-O2 -march=native -mtune=native -c a.cpp -o a.o",
    "link_time_optimization": f"-O2 -flto {_SEED} -c a.cpp -o a.o",
    "verbose_assembly": "-S -fverbose-asm a.cpp -o a.s",
}

_CLANG_CASES = {
    "coverage": "--coverage -c a.cpp -o sub/a.o",
    "coverage_of_clang": "-fprofile-instr-generate -fcoverage-mapping -c a.cpp -o a.o",
    "optimization_record": "-O2 -fsave-optimization-record -c a.cpp -o sub/a.o",
    "optimization_record_with_a_name": "-O2 -fsave-optimization-record -foptimization-record-file=sub/r -c a.cpp",
    "optimization_record_of_passes": "-O2 -foptimization-record-passes=inline -c a.cpp -o a.o",
    "compilation_database": "-MJ sub/x.json -MD -c a.cpp -o a.o",
    "diagnostics_in_a_file": "-Wall -DWARN --serialize-diagnostics sub/x.dia -c a.cpp -o a.o",
    "saved_temporaries": "-save-temps -c a.cpp -o sub/b.o",
    "saved_temporaries_beside_object": "-save-temps=obj -MMD -fstack-usage -c a.cpp -o sub/b.o",
    "saved_temporaries_of_assembly": "-save-temps -S a.cpp -o sub/a.s",
    "bitcode": "-emit-llvm -c a.cpp",
    "bitcode_as_text": "-emit-llvm -S a.cpp",
    "native_processor": "-O2 -march=native -c a.cpp -o a.o",
    "thin_link": "-O2 -flto=thin -fthin-link-bitcode=sub/a.thin -c a.cpp -o a.o",
    "no_temporary_file": "-fno-temp-file -c a.cpp -o a.o",
    "split_debug_info_in_one_file": "-g -gsplit-dwarf=single -c a.cpp -o a.o",
    "other_assembler": "-fno-integrated-as -g -gsplit-dwarf -c a.cpp -o a.o",
    "ignore_list": "-fsanitize=address -fsanitize-ignorelist=ignore.txt -c a.cpp -o a.o",
    "profile_list": "-fprofile-instr-generate -fprofile-list=ignore.txt -c a.cpp -o a.o",
    "recorded_command_line": "-grecord-command-line -g -c a.cpp -o a.o",
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
    "depfile_without_system_headers": "-clang:-MMD -clang:-MFa.obj.d /Foa.obj /c a.cpp",
    "depfile_without_system_headers_with_debug": "/Z7 -clang:-MMD -clang:-MFa.obj.d -clang:-MTx /Foa.obj /c a.cpp",
    "depfile_with_listed_user_headers": "/showIncludes:user -clang:-MMD -clang:-MF -clang:a.d /Foa.obj /c a.cpp",
    "depfile_with_a_blank": ["-clang:-MD", "-clang:-MFa b$#.d", "-clang:-MQa b$#.obj", "/Foa b$#.obj", "/c", "a.cpp"],
    "listing": "/FA /c a.cpp /Fosub/",
    "listing_of_all_kinds": "/FAcsu /c a.cpp /Foa.obj",
    "listing_in_folder": "/FA /Fasub/ /c a.cpp /Foa.obj",
    "listing_with_a_name": "/Fasub/l /c a.cpp /Foa.obj",
    "listing_with_a_suffix": "/Z7 /FAs /Fasub/l.lst /c a.cpp /Foa.obj",
    "optimization_record": "/O2 -clang:-fsave-optimization-record /c a.cpp /Fosub/b.obj",
    "stack_usage": "/Z7 -clang:-fstack-usage /c a.cpp /Fosub/b.obj",
    "split_debug_info": "-gdwarf -gsplit-dwarf /c a.cpp /Fosub/b.obj",
    "split_debug_info_inside": "-gdwarf -clang:-gsplit-dwarf /c a.cpp -o sub/b.obj",
    "debug_in_two_ways": "/Zi /Z7 /ZI /c a.cpp /Foa.obj",
    "link_time_optimization": "/O2 -flto /c a.cpp /Foa.obj",
    "thin_link": "/O2 -flto=thin -fthin-link-bitcode=sub/a.thin /c a.cpp /Foa.obj",
    "native_processor": "/O2 -march=native /c a.cpp /Foa.obj",
    "what_only_cl_makes": "/FRx /Frx /docx /Fmx /Fx /LN /GL /sourceDependencies x.json /analyze- /c a.cpp /Foa.obj",
    "character_sets": "/utf-8 /validate-charset /c a.cpp /Foa.obj",
    "source_file_type": "/c /Tpplain.txt /Foa.obj",
    "definition_with_number_sign": "/DX#1 /c a.cpp /Foa.obj",
    "parallel_and_guards": "/openmp:experimental /guard:cf /d2FH4 /d1trimfile:x /bigobj /c a.cpp /Foa.obj",
    "external_headers": "/external:W0 /external:I inc /external:anglebrackets /c a.cpp /Foa.obj",
    "backend_options": "-Xclang -fno-pch-timestamp -mllvm -inline-threshold=3 /c a.cpp /Foa.obj",
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
    (work / "inc/asm.h").write_text("#ifndef VALUE\n#define VALUE 7\n#endif\n")
    (work / "s.S").write_text(
        '#include "inc/asm.h"\n.text\n.globl g\ng: movl $VALUE, %eax # don\'t\n ret\n'
        '.section .note.GNU-stack,"",@progbits\n'
    )
    (work / "o.m").write_text('#import "inc/h.h"\n@interface A\n- (int)f;\n@end\n')
    (work / "t.s").write_text('#include "none.h"\n.globl g\ng: ret # don\'t\n.section .note.GNU-stack,"",@progbits\n')
    (work / "ignore.txt").write_text("fun:f\n")
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


@pytest.mark.parametrize("case", _GCC_CASES.values(), ids=_GCC_CASES.keys())
def test_gcc_case_is_same_bare_missed_and_hit(cache: Cache, project: Path, case: str) -> None:
    check_bare_miss_hit(cache, ["g++", *_words(case, project)], project)


@pytest.mark.clang
@pytest.mark.parametrize("case", _CLANG_CASES.values(), ids=_CLANG_CASES.keys())
def test_clang_case_is_same_bare_missed_and_hit(cache: Cache, project: Path, case: str) -> None:
    check_bare_miss_hit(cache, ["clang++-19", *_words(case, project)], project)


@pytest.mark.clang_cl
@pytest.mark.parametrize("case", _CL_CASES.values(), ids=_CL_CASES.keys())
def test_cl_case_is_same_bare_missed_and_hit(cache: Cache, project: Path, case: str | list[str]) -> None:
    check_bare_miss_hit(cache, ["clang-cl-19", *_words(case, project)], project)
