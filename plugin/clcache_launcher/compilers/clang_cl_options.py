"""Rows for the options that clang-cl has beyond those it shares with cl, or reads in another way.

``clang:CL`` is the "clang-cl" part of clang.llvm.org/docs/UsersManual.html with the answer of ``clang-cl /?``;
``clang:REF`` is clang.llvm.org/docs/ClangCommandLineReference.html. Where a row says more than they do it was tried
with clang-cl 19.1.7.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from clcache_launcher.compilers.gnu_code_generation import CODE_GENERATION
from clcache_launcher.compilers.gnu_nested import CLANG_CARRIERS, MLLVM, XCLANG
from clcache_launcher.compilers.gnu_rare import RARE_CLANG
from clcache_launcher.compilers.gnu_rows import keys, over_old_object, refusals, rows, switches
from clcache_launcher.compilers.gnu_targets import TARGET
from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.model import Reason

__all__ = ["CLANG_CL_ROWS", "NESTED_ROWS"]

_CL: Final = "clang:CL"
_REF: Final = "clang:REF"

_CODE: Final[tuple[Option, ...]] = tuple(row for row in CODE_GENERATION if row.spelling.startswith("-f"))
_DEBUG: Final[tuple[Option, ...]] = (
    # CodeView's LF_BUILDINFO holds cc1's command line, and S_OBJNAME the object's path even without that; the compiler
    # decides from several options whether there is CodeView at all.
    *rows(
        Effect.CODEVIEW,
        Takes.NOTHING,
        _REF,
        "-g -gcodeview -gcodeview-ghash -gline-directives-only -gline-tables-only -gno-codeview-ghash",
    ),
    *rows(Effect.CODEVIEW_COMMAND, Takes.NOTHING, _REF, "-gcodeview-command-line", suffix="on"),
    *rows(Effect.CODEVIEW_COMMAND, Takes.NOTHING, _REF, "-gno-codeview-command-line", suffix="off"),
    *keys(
        Takes.NOTHING,
        _REF,
        """
        -gcolumn-info -gdwarf -ginline-line-tables -gno-column-info -gno-inline-line-tables -gno-strict-dwarf
        -gstrict-dwarf
        """,
    ),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _REF, "-gsplit-dwarf -gsplit-dwarf=split", suffix=".dwo"),
    *rows(Effect.NAMES_OUTPUT, Takes.NOTHING, _REF, "-gsplit-dwarf=single"),
    *refusals(Reason.SIDE_OUTPUT, Takes.NOTHING, _REF, "-gno-split-dwarf"),
)
# These choose another target, and with it other folders.
_BITS: Final = ("-m16", "-m32", "-m64", "-mx32")
_WARNINGS: Final[tuple[Option, ...]] = (
    *keys(Takes.JOINED, _REF, "-W"),
    *keys(Takes.NOTHING, _REF, "-pedantic -pedantic-errors -Qunused-arguments"),
    # These hand options to other programs: -Wp,-MD,x makes x.
    *refusals(Reason.UNKNOWN_OPTION, Takes.JOINED, _REF, "-Wa, -Wl, -Wp,"),
)
_REFUSED: Final[tuple[Option, ...]] = (
    # The name of the .gcno is odd: "d/.gcno" for /Fod/.
    *refusals(Reason.COVERAGE, Takes.NOTHING, _REF, "--coverage -coverage"),
    *refusals(Reason.MODULES, Takes.OPTIONAL_JOINED, _REF, "-fmodule -fprebuilt-module-path="),
    *refusals(Reason.MODULES, Takes.NOTHING, _REF, "-fimplicit-module-maps -fsystem-module --precompile"),
    *refusals(Reason.PLUGIN, Takes.JOINED, _REF, "-fpass-plugin= -fplugin= -fplugin-arg-"),
    *rows(Effect.INPUT, Takes.NOTHING, _REF, "-fprofile-instr-use -fprofile-use", suffix="default.profdata"),
    *rows(Effect.INPUT, Takes.JOINED, _REF, "-fprofile-instr-use= -fprofile-use=", suffix="default.profdata"),
    *rows(Effect.NAMED_OUTPUT, Takes.JOINED, _REF, "-fthin-link-bitcode=", suffix="thin-link"),
    *refusals(
        Reason.SIDE_OUTPUT,
        Takes.OPTIONAL_JOINED,
        _REF,
        "-fsave-optimization-record= -foptimization-record- -ftime-trace -save-temps",
    ),
    *refusals(Reason.PREPROCESSING, Takes.NOTHING, _REF, "-fdriver-only -fsyntax-only -emit-ast"),
)
_BOTH: Final[tuple[Option, ...]] = (
    *_CODE,
    *_DEBUG,
    *_WARNINGS,
    *_REFUSED,
    # The program writes the profile, not the compiler.
    *keys(Takes.NOTHING, _REF, "-fprofile-generate -fprofile-instr-generate -fno-profile-generate"),
    *keys(Takes.NOTHING, _REF, "-fno-profile-instr-generate -fno-profile-instr-use -fno-sanitize-ignorelist"),
    *keys(Takes.JOINED, _REF, "-fprofile-generate= -fprofile-instr-generate="),
    *keys(Takes.NOTHING, _REF, "-fms-tls-guards -fno-ms-tls-guards -fsanitize-stats -fno-sanitize-stats"),
    *over_old_object(rows(Effect.KEY, Takes.NOTHING, _REF, "-fno-temp-file")),
    *rows(
        Effect.INPUT,
        Takes.JOINED,
        _REF,
        """
        -fprofile-list= -fsanitize-coverage-allowlist= -fsanitize-coverage-ignorelist= -fsanitize-ignorelist=
        -fsanitize-system-ignorelist= -fmemory-profile-use= -fprofile-remapping-file= -fprofile-sample-use=
        """,
    ),
)
"""Options of clang that clang-cl takes in its own name or after ``/clang:``."""

CLANG_CL_ROWS: Final[tuple[Option, ...]] = (
    *_BOTH,
    *TARGET,
    *CLANG_CARRIERS,
    *RARE_CLANG,
    Option("--", Takes.NOTHING, Effect.END, _CL),
    Option("-o", Takes.JOINED_OR_SEPARATE, Effect.OUTPUT, _CL),
    Option("-showIncludes:user", Takes.NOTHING, Effect.SHOW_INCLUDES, _CL, suffix="user"),
    # A second program assembles the listing, into the object that is there.
    *over_old_object(rows(Effect.LISTING, Takes.OPTIONAL_JOINED, _CL, "-Fa", suffix=".asm")),
    *over_old_object(rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _CL, "-FA", suffix=".asm")),
    *over_old_object(rows(Effect.SIDE_OUTPUT, Takes.JOINED, _CL, "-FA", suffix=".asm")),
    # Both mean /Z7 or nothing; clang-cl writes no PDB.
    *rows(Effect.CODEVIEW, Takes.NOTHING, _CL, "-Zi -ZI"),
    *rows(Effect.NESTED, Takes.JOINED, _CL, "-clang:", suffix="clang"),
    Option("-imsvc", Takes.JOINED_OR_SEPARATE, Effect.SEARCH, _CL),
    *keys(
        Takes.JOINED_OR_SEPARATE,
        _CL,
        "-diasdkdir -vctoolsdir -vctoolsversion -winsdkdir -winsdkversion -winsysroot",
        probe=True,
    ),
    *keys(Takes.JOINED, _REF, "--target= -resource-dir=", probe=True),
    *keys(Takes.SEPARATE, _REF, "-resource-dir -target", probe=True),
    *keys(
        Takes.NOTHING,
        _REF,
        "-arm64EC -no-canonical-prefixes -nobuiltininc --no-default-config -nostdinc",
        probe=True,
    ),
    # A configuration file holds options.
    *refusals(Reason.COMPILER_CONFIGURATION, Takes.JOINED, _REF, "--config="),
    *refusals(Reason.COMPILER_CONFIGURATION, Takes.SEPARATE, _REF, "--config"),
    # What -x says holds for the sources after it; /Tc, /Tp, /TC and /TP serve.
    *refusals(Reason.SOURCE_LANGUAGE, Takes.JOINED_OR_SEPARATE, _REF, "-x"),
    *keys(Takes.OPTIONAL_JOINED, _CL, "-Gs -w"),
    # Taken and ignored: https://github.com/llvm/llvm-project clang/include/clang/Driver/Options.td, "Unsupported".
    *keys(Takes.JOINED, _CL, "-d1 -d2 -experimental: -tune: -Zm"),
    *keys(Takes.NOTHING, _CL, "-Bt -Bt+ -Gregcall -Gregcall4 -Qgather- -Qscatter- -regcall4"),
    *keys(Takes.NOTHING, _CL, "-showFilenames -showFilenames- -Gm -LN"),
    *keys(Takes.OPTIONAL_JOINED, _CL, "-doc -Fm -FR -Fr -Fx"),
    *keys(Takes.JOINED_OR_SEPARATE, _CL, "-sourceDependencies -sourceDependencies:directives"),
    # Known inside /clang: only.
    *keys(Takes.NOTHING, _REF, "-fprofile-arcs -fsave-optimization-record -fstack-usage -ftest-coverage"),
    *keys(Takes.NOTHING, _REF, "--start-no-unused-arguments --end-no-unused-arguments"),
    *keys(Takes.NOTHING, _REF, "--rsp-quoting=posix --rsp-quoting=windows"),
    *keys(Takes.JOINED, _REF, "-object-file-name= -rtlib="),
    *rows(Effect.QUERY, Takes.NOTHING, _REF, "--version --help --help-hidden -###"),
    *rows(Effect.QUERY, Takes.JOINED, _REF, "-print- --print-"),
)

_CLANG: Final[tuple[Option, ...]] = (
    # The row's probe bit would be lost: the tokens that the probe must see are those of the outer table.
    *(row for row in _BOTH if not row.probe),
    *(replace(row, probe=False) for row in TARGET if row.spelling not in _BITS),
    *CLANG_CARRIERS,
    Option("-D", Takes.JOINED_OR_SEPARATE, Effect.DEFINE, _REF),
    Option("-U", Takes.JOINED_OR_SEPARATE, Effect.KEY, _REF),
    *rows(Effect.SEARCH, Takes.JOINED_OR_SEPARATE, _REF, "-I -isystem -iquote -idirafter"),
    *rows(Effect.FORCE_INCLUDE, Takes.JOINED_OR_SEPARATE, _REF, "-include -imacros"),
    *keys(Takes.NOTHING, _REF, "-O -O0 -O1 -O2 -O3 -O4 -Og -Os -Oz -Ofast -w"),
    *switches(_REF, "-f", "exceptions rtti"),
    *keys(Takes.JOINED, _REF, "-std="),
    Option("-MD", Takes.NOTHING, Effect.DEPFILE, _REF),
    Option("-MMD", Takes.NOTHING, Effect.DEPFILE_WITHOUT_SYSTEM, _REF),
    Option("-MF", Takes.JOINED_OR_SEPARATE, Effect.DEPFILE_NAME, _REF),
    Option("-MP", Takes.NOTHING, Effect.DEPFILE_FORM, _REF),
    *rows(Effect.DEPFILE_FORM, Takes.JOINED_OR_SEPARATE, _REF, "-MT -MQ"),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _REF, "-fsave-optimization-record", suffix=".opt.yaml"),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _REF, "-fstack-usage", suffix=".su"),
    *refusals(Reason.COVERAGE, Takes.NOTHING, _REF, "-fprofile-arcs -ftest-coverage"),
    # The probe does not see what stands inside.
    *refusals(
        Reason.TARGET_NATIVE, Takes.OPTIONAL_JOINED, "gcc:x86-Options", "-march=native -mcpu=native -mtune=native"
    ),
    *rows(Effect.USE_PCH, Takes.SEPARATE, _REF, "-include-pch", suffix="file"),
    *refusals(Reason.PREPROCESSING, Takes.NOTHING, _REF, "-E -M -MM"),
    *refusals(Reason.SIDE_OUTPUT, Takes.JOINED_OR_SEPARATE, _REF, "-MJ"),
    *refusals(Reason.SIDE_OUTPUT, Takes.NOTHING, _REF, "-S -emit-llvm"),
)

NESTED_ROWS: Final[Mapping[str, tuple[Option, ...]]] = MappingProxyType(
    # In this order: each gives values to those after it.
    {"clang": _CLANG, "Xclang": XCLANG, "mllvm": MLLVM}
)
"""Rows for the command lines that ``/clang:``, ``-Xclang`` and ``-mllvm`` carry."""
