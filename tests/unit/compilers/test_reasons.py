"""Every reason is brought about: by a command line or by what a source holds."""

import pytest

from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.gnu import CLANG, GCC
from clcache_launcher.compilers.msvc import CL
from clcache_launcher.model import NotACompilation, Reason, Uncacheable
from support.parsing import parse_one

LINES: dict[Reason, list[tuple[Dialect, str]]] = {
    Reason.ASSEMBLER_SOURCE: [(GCC, "-lang-asm -c a.c"), (CLANG_CL, "/c a.asm"), (CLANG_CL, "/c a.S")],
    Reason.BAD_ARGUMENT: [(GCC, "-c a.c -o"), (GCC, "-MF x -c a.c"), (GCC, "-I- -c a.c"), (CL, "/c a.c /I")],
    Reason.COMPILER_CONFIGURATION: [(GCC, "-specs=x -c a.c"), (GCC, "-wrapper x -c a.c"), (CLANG, "--config=x -c a.c")],
    Reason.COVERAGE: [(CLANG_CL, "/c --coverage a.c"), (CLANG_CL, "/c /clang:-ftest-coverage a.c")],
    Reason.DEBUG_DATABASE: [(CL, "/c /Zi a.c"), (CL, "/c /ZI a.c"), (CL, "/c /Gm a.c")],
    Reason.EMBED: [(GCC, "--embed-dir=x -c a.c")],
    Reason.ENVIRONMENT: [(CL, "/c /external:env:X a.c")],
    Reason.LINKING: [(GCC, "a.c"), (CL, "a.c"), (CL, "/c a.c /link x"), (CLANG, "-S a.S"), (GCC, "-S a.s")],
    Reason.MANAGED_CODE: [
        (CL, "/c /clr a.cpp"),
        (CL, "/c /ZW a.cpp"),
        (CL, "/c /LN a.cpp"),
        (CLANG_CL, "/c /clr a.cpp"),
    ],
    Reason.MODULES: [(GCC, "-fmodules-ts -c a.c"), (CLANG, "-fmodule-map-file=x -c a.c"), (CL, "/c /interface a.cpp")],
    Reason.MULTIPLE_ARCHITECTURES: [(CLANG, "-arch arm64 -arch x86_64 -c a.c")],
    Reason.NO_SOURCE: [(GCC, "-c"), (CL, "/c /O2")],
    Reason.OUTPUT_NOT_A_FILE: [
        *((GCC, f"-c a.c -o {name}") for name in ("-", "/dev/null", "/dev/fd/3")),
        (GCC, "-MD -MF /dev/null -c a.c"),
        (CLANG, "-MJ - -c a.c"),
        (CLANG_CL, "/c /Fonul a.c"),
        (CLANG_CL, "/c /FaNUL a.c"),
    ],
    Reason.PLUGIN: [
        (GCC, "-fplugin=x -c a.c"),
        (CLANG, "-fpass-plugin=x -c a.c"),
        (CLANG, "-Xclang -load -Xclang x -c a.c"),
    ],
    Reason.PREPROCESSING: [(GCC, "-E -c a.c"), (CLANG, "-M -c a.c"), (CL, "/c /P a.c"), (CL, "/c /Zs a.c")],
    Reason.PROFILE: [(GCC, "-fprofile-use=x -c a.c"), (GCC, "-fprofile-dir=x -fprofile-use -c a.c")],
    Reason.RESPONSE_FILE: [(GCC, "@missing -c a.c")],
    Reason.SIDE_OUTPUT: [
        (GCC, "-fdump-tree-all -c a.c"),
        (GCC, "-Wa,-ahls=x -c a.c"),
        (GCC, "-save-temps=cwd -c a.c"),
        (GCC, "-dumpdir x -c a.c"),
        (CLANG, "-ftime-trace -c a.c"),
        (CLANG_CL, "/c /clang:-MJx a.c"),
        *((CL, f"/c {option} a.c") for option in ("/FA", "/Fax", "/FR", "/doc", "/analyze", "/sourceDependencies x")),
    ],
    Reason.SOURCE_LANGUAGE: [
        (GCC, "-c a.f90"),
        (CLANG, "-x cuda -c a.cu"),
        (CLANG, "--offload-arch=x -c a.c"),
        (GCC, "-c a.i"),
    ],
    Reason.STANDARD_INPUT: [(GCC, "-x c -c -"), (CLANG_CL, "/c /TC -")],
    Reason.TARGET_NATIVE: [(CLANG_CL, "/c /clang:-march=native a.c"), (CLANG_CL, "/c /clang:-mtune=native a.c")],
    Reason.TOOL_QUERY: [(GCC, "-v -c a.c"), (GCC, "-ftime-report -c a.c"), (GCC, "--version"), (CLANG_CL, "/?")],
    Reason.UNKNOWN_OPTION: [(GCC, "-fxyzzy -c a.c"), (CLANG, "-mllvm -stats -c a.c"), (CL, "/c /xyzzy a.c")],
}


@pytest.mark.parametrize(
    ("reason", "dialect", "line"), [(reason, *case) for reason, cases in LINES.items() for case in cases]
)
def test_command_line_is_uncacheable_for_its_reason(reason: Reason, dialect: Dialect, line: str) -> None:
    parsed = parse_one(dialect, line.split(), lambda _: None, lambda _: False)
    assert isinstance(parsed, Uncacheable | NotACompilation), parsed
    assert parsed.reason is reason
