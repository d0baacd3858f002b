"""Rows for cl's options as Microsoft documents them, those that clang-cl shares first.

``ms:NAME`` is learn.microsoft.com/cpp/build/reference/NAME. cl takes several options of one group in one token
(``/Zp8i`` is ``/Zp8 /Zi``): values after ``/G`` and ``/Z`` are therefore listed one by one, so that such a token is
unknown.
"""

from typing import Final

from clcache_launcher.compilers.gnu_rows import keys, refusals, rows
from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.model import Reason

__all__ = ["CL_ROWS", "SHARED_ROWS"]

_ALPHABETICAL: Final = "ms:compiler-options-listed-alphabetically"

_NAMED: Final[tuple[Option, ...]] = (
    Option("-c", Takes.NOTHING, Effect.COMPILE, "ms:c-compile-without-linking"),
    Option("-Fo", Takes.OPTIONAL_JOINED, Effect.OUTPUT, "ms:fo-object-file-name"),
    Option("-Fo:", Takes.JOINED_OR_SEPARATE, Effect.OUTPUT, "ms:fo-object-file-name"),
    Option("-D", Takes.JOINED_OR_SEPARATE, Effect.DEFINE, "ms:d-preprocessor-definitions"),
    Option("-U", Takes.JOINED_OR_SEPARATE, Effect.KEY, "ms:u-u-undefine-symbols"),
    Option("-I", Takes.JOINED_OR_SEPARATE, Effect.SEARCH, "ms:i-additional-include-directories"),
    Option("-external:I", Takes.JOINED_OR_SEPARATE, Effect.SEARCH, "ms:external-external-headers-diagnostics"),
    Option("-FI", Takes.JOINED_OR_SEPARATE, Effect.FORCE_INCLUDE, "ms:fi-name-forced-include-file"),
    Option("-TC", Takes.NOTHING, Effect.LANGUAGE, "ms:tc-tp-tc-tp-specify-source-file-type", language="c"),
    Option("-TP", Takes.NOTHING, Effect.LANGUAGE, "ms:tc-tp-tc-tp-specify-source-file-type", language="c++"),
    Option("-Tc", Takes.JOINED_OR_SEPARATE, Effect.SOURCE, "ms:tc-tp-tc-tp-specify-source-file-type", language="c"),
    Option("-Tp", Takes.JOINED_OR_SEPARATE, Effect.SOURCE, "ms:tc-tp-tc-tp-specify-source-file-type", language="c++"),
    Option("-showIncludes", Takes.NOTHING, Effect.SHOW_INCLUDES, "ms:showincludes-list-include-files", suffix="all"),
    # Both compilers write their command line into the object's LF_BUILDINFO record.
    Option("-Z7", Takes.NOTHING, Effect.CODEVIEW, "ms:z7-zi-zi-debug-information-format"),
    *rows(Effect.QUERY, Takes.NOTHING, "ms:help-compiler-command-line-help", "-? -help -HELP"),
)

_CODE: Final[tuple[Option, ...]] = (
    *keys(Takes.OPTIONAL_JOINED, "ms:o-options-optimize-code", "-O"),
    *keys(
        Takes.NOTHING,
        "ms:compiler-options-listed-by-category",
        """
        -GA -Gd -Ge -GF -GF- -Gh -GH -GL -GL- -Gm- -Gr -GR -GR- -GS -GS- -GT -Gv -Gw -Gw- -GX -GX- -Gy -Gy- -Gz
        -GZ -bigobj -Brepro -Brepro- -homeparams -hotpatch -JMC -JMC- -kernel -kernel- -openmp -openmp-
        -openmp:experimental -permissive -permissive- -sdl -sdl- -volatile:iso -volatile:ms -await -u -J
        """,
    ),
    *keys(
        Takes.JOINED,
        "ms:compiler-options-listed-by-category",
        "-arch: -await: -constexpr: -EH -favor: -guard: -RTC -std: -Zc:",
    ),
    *keys(
        Takes.NOTHING,
        "ms:fp-specify-floating-point-behavior",
        "-fp:contract -fp:except -fp:except- -fp:fast -fp:precise -fp:strict",
    ),
    *keys(Takes.NOTHING, "ms:vd-disable-construction-displacements", "-vd0 -vd1 -vd2"),
    *keys(Takes.NOTHING, "ms:vmb-vmg-representation-method", "-vmb -vmg -vmm -vms -vmv"),
    *keys(
        Takes.NOTHING,
        "ms:q-options-low-level-operations",
        """
        -Qfast_transcendentals -QIfist -Qimprecise_fwaits -QIntel-jcc-erratum -Qpar -Qsafe_fp_loads -Qspectre
        -Qspectre-load -Qspectre-load-cf -Qvec -Qvec-
        """,
    ),
    *keys(Takes.JOINED, "ms:q-options-low-level-operations", "-Qpar-report: -Qvec-report:"),
    *keys(Takes.NOTHING, "ms:zp-struct-member-alignment", "-Zp -Zp1 -Zp2 -Zp4 -Zp8 -Zp16"),
    *keys(Takes.NOTHING, "ms:zh", "-ZH:MD5 -ZH:SHA1 -ZH:SHA_256"),
    *keys(Takes.NOTHING, _ALPHABETICAL, "-Za -Ze -Zl -Zo -Zo-"),
    # A sanitizer may read lists of its own, which only a probe names.
    *keys(Takes.JOINED, "ms:fsanitize", "-fsanitize=", probe=True),
    *keys(Takes.NOTHING, "ms:fsanitize", "-fno-sanitize-address-vcasan-lib -fsanitize-address-use-after-return"),
    *keys(Takes.JOINED, "ms:fsanitize-coverage", "-fsanitize-coverage="),
    *keys(Takes.NOTHING, "ms:x-ignore-standard-include-paths", "-X", probe=True),
    *keys(Takes.NOTHING, "ms:md-mt-ld-use-run-time-library", "-MD -MDd -MT -MTd -LD -LDd"),
)

_MESSAGES: Final[tuple[Option, ...]] = (
    *keys(
        Takes.NOTHING,
        "ms:compiler-option-warning-level",
        "-W0 -W1 -W2 -W3 -W4 -Wall -WX -WX- -WL -Wp64",
    ),
    *keys(Takes.JOINED, "ms:compiler-option-warning-level", "-w1 -w2 -w3 -w4 -wd -we -wo"),
    *keys(Takes.OPTIONAL_JOINED, "ms:compiler-option-warning-level", "-Wv"),
    *keys(
        Takes.NOTHING,
        "ms:diagnostics-compiler-diagnostic-options",
        "-diagnostics:caret -diagnostics:classic -diagnostics:column",
    ),
    *keys(
        Takes.NOTHING,
        "ms:external-external-headers-diagnostics",
        """
        -external:W0 -external:W1 -external:W2 -external:W3 -external:W4 -external:anglebrackets
        -external:templates-
        """,
    ),
    # These variables are in every key; what any other one holds is not.
    *keys(
        Takes.NOTHING,
        "ms:external-external-headers-diagnostics",
        "-external:env:INCLUDE -external:env:EXTERNAL_INCLUDE",
        probe=True,
    ),
    *refusals(Reason.ENVIRONMENT, Takes.JOINED, "ms:external-external-headers-diagnostics", "-external:env:"),
    *keys(
        Takes.NOTHING,
        _ALPHABETICAL,
        "-analyze- -C -FC -FS -nologo -utf-8 -validate-charset -validate-charset- -Y-",
    ),
    *keys(Takes.JOINED, _ALPHABETICAL, "-execution-charset: -source-charset:"),
    # One source is compiled whatever the number of processes; the names are of files that /c does not make.
    *keys(Takes.OPTIONAL_JOINED, _ALPHABETICAL, "-cgthreads -errorReport -MP -Fd -Fe -Fi"),
    *keys(Takes.JOINED_OR_SEPARATE, _ALPHABETICAL, "-Fe: -Fi: -AI"),
)

_REFUSED: Final[tuple[Option, ...]] = (
    *refusals(Reason.PREPROCESSING, Takes.NOTHING, _ALPHABETICAL, "-E -EP -P -Zg -Zs"),
    *refusals(Reason.LINKING, Takes.OPTIONAL_JOINED, "ms:link-pass-options-to-linker", "-link"),
    *rows(Effect.CREATE_PCH, Takes.OPTIONAL_JOINED, "ms:yc-create-precompiled-header-file", "-Yc"),
    *rows(Effect.USE_PCH, Takes.OPTIONAL_JOINED, "ms:yu-use-precompiled-header-file", "-Yu", suffix="named"),
    *rows(Effect.PCH_NAME, Takes.JOINED, "ms:fp-name-dot-pch-file", "-Fp"),
    *rows(Effect.PCH_NAME, Takes.JOINED_OR_SEPARATE, "ms:fp-name-dot-pch-file", "-Fp:"),
    *refusals(Reason.PRECOMPILED_HEADER, Takes.OPTIONAL_JOINED, "ms:y-precompiled-headers", "-Yd -Yl"),
    *refusals(
        Reason.MODULES,
        Takes.JOINED_OR_SEPARATE,
        "ms:headerunit",
        "-headerUnit -headerUnit:angle -headerUnit:quote -reference",
    ),
    *refusals(Reason.MODULES, Takes.JOINED, "ms:headername", "-headerName:"),
    *refusals(Reason.MODULES, Takes.NOTHING, "ms:translateinclude", "-exportHeader -translateInclude"),
    *refusals(Reason.MANAGED_CODE, Takes.OPTIONAL_JOINED, "ms:clr-common-language-runtime-compilation", "-clr -ZW"),
    *refusals(Reason.MANAGED_CODE, Takes.JOINED_OR_SEPARATE, "ms:fu-name-forced-hash-using-file", "-FU"),
)

SHARED_ROWS: Final[tuple[Option, ...]] = (*_NAMED, *_CODE, *_MESSAGES, *_REFUSED)
"""Options that cl and clang-cl both take, with one meaning; clang-cl ignores some of them with a warning."""

CL_ROWS: Final[tuple[Option, ...]] = (
    *refusals(Reason.DEBUG_DATABASE, Takes.NOTHING, "ms:gm-enable-minimal-rebuild", "-Gm"),
    *refusals(Reason.MANAGED_CODE, Takes.NOTHING, "ms:ln-create-msil-module", "-LN"),
    *refusals(
        Reason.SIDE_OUTPUT,
        Takes.OPTIONAL_JOINED,
        "ms:output-file-f-options",
        "-doc -FA -Fa -Fm -FR -Fr -Fx",
    ),
    *refusals(
        Reason.SIDE_OUTPUT,
        Takes.JOINED_OR_SEPARATE,
        "ms:sourcedependencies",
        "-sourceDependencies -sourceDependencies:directives",
    ),
    *refusals(Reason.DEBUG_DATABASE, Takes.NOTHING, "ms:z7-zi-zi-debug-information-format", "-Zi -ZI"),
    *keys(
        Takes.NOTHING,
        "ms:gs-control-stack-checking-calls",
        """
        -Gs -Gs0 -Gs1 -Gs1024 -Gs4096 -Gs8192 -Gs16384 -Gs32768 -Gs65536 -Gs131072 -Gs1048576 -Gs999999 -Gs9999999
        -Gs2147483647
        """,
    ),
    *keys(Takes.NOTHING, "ms:compiler-option-warning-level", "-w"),
    *keys(Takes.JOINED, "ms:v-version-number", "-V"),
    *keys(Takes.JOINED, "ms:h-restrict-length-of-external-names", "-H1 -H2 -H3 -H4 -H5 -H6 -H7 -H8 -H9"),
    *keys(
        Takes.NOTHING,
        "ms:zm-specify-precompiled-header-memory-allocation-limit",
        " ".join(f"-Zm{percentage}" for percentage in range(50, 2001, 50)),
    ),
    *keys(
        Takes.NOTHING,
        _ALPHABETICAL,
        """
        -experimental:c11atomics -experimental:deterministic -experimental:external
        -experimental:newLambdaProcessor -experimental:preprocessor -forceInterlockedFunctions
        -forceInterlockedFunctions- -jumptablerdata -openmp:llvm -options:strict -Qpar- -Qspectre- -Qspectre-jmp
        -Qspectre-jmp- -vlen -Zf -arm64EC
        """,
    ),
    *keys(Takes.JOINED, _ALPHABETICAL, "-fpcvt: -vlen="),
    *keys(Takes.JOINED, "ms:f-set-stack-size", "-F0 -F1 -F2 -F3 -F4 -F5 -F6 -F7 -F8 -F9"),
    *keys(Takes.SEPARATE, "ms:f-set-stack-size", "-F"),
    *keys(Takes.JOINED_OR_SEPARATE, "ms:fd-program-database-file-name", "-Fd:"),
    # How many processes compile changes no object; clang-cl warns of it.
    *rows(Effect.NEUTRAL, Takes.OPTIONAL_JOINED, "ms:mp-build-with-multiple-processes", "-MP"),
    # Microsoft writes of these in its blogs and build files only; none makes a file.
    *keys(Takes.NOTHING, "devblogs.microsoft.com/cppblog", "-Bt -Bt+ -d1nodatetime -d1reportTime -d2cgsummary"),
    *keys(Takes.NOTHING, "devblogs.microsoft.com/cppblog", "-d1reportAllClassLayout -d2FH4 -d2FH4- -d2Zi+ -d2FastFail"),
    *keys(Takes.JOINED, "devblogs.microsoft.com/cppblog", "-d1reportSingleClassLayout -d1trimfile:"),
    *refusals(Reason.PREPROCESSING, Takes.NOTHING, "ms:p-preprocess-to-a-file", "-PD -PH"),
    *refusals(Reason.PRECOMPILED_HEADER, Takes.OPTIONAL_JOINED, "ms:y-precompiled-headers", "-YX"),
    *refusals(Reason.SIDE_OUTPUT, Takes.OPTIONAL_JOINED, "ms:analyze-code-analysis", "-analyze"),
    *refusals(Reason.SIDE_OUTPUT, Takes.JOINED_OR_SEPARATE, "ms:experimental-log", "-experimental:log"),
    *refusals(Reason.SIDE_OUTPUT, Takes.JOINED_OR_SEPARATE, "ms:scandependencies", "-scanDependencies"),
    *refusals(Reason.SIDE_OUTPUT, Takes.NOTHING, "ms:dynamic-deopt", "-dynamicdeopt"),
    *refusals(
        Reason.MODULES,
        Takes.OPTIONAL_JOINED,
        "ms:experimental-module",
        "-experimental:module -ifc -interface -internalPartition -module -stdIfcDir",
    ),
)
"""Options that clang-cl does not have or reads in another way."""
