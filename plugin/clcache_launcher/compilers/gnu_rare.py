"""Rows for options of gcc and clang that few builds give."""

from typing import Final

from clcache_launcher.compilers.gnu_rows import keys, refusals, rows, switches
from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.model import Reason

__all__ = ["RARE", "RARE_CLANG"]

_OBSOLETE: Final = "gcc:Backward-Compatibility"
_DEVELOPER: Final = "gcc:Developer-Options"
_CLANG: Final = "clang:ClangCommandLineReference"

RARE: Final[tuple[Option, ...]] = (
    *switches(
        _OBSOLETE,
        "-f",
        """
        argument-alias argument-noalias argument-noalias-anything argument-noalias-global branch-target-load-optimize
        branch-target-load-optimize2 btr-bb-exclusive cilkplus default-inline eliminate-dwarf2-dups force-addr
        ipa-cp-alignment ipa-matrix-reorg ipa-struct-reorg loop-flatten loop-optimize optimize-register-move regmove
        rerun-loop-opt sched2-use-superblocks sched2-use-traces see tree-copyrename tree-loop-if-convert-stores
        tree-salias tree-store-ccp tree-store-copy-prop tree-vect-loop-version zee all-virtual alt-external-templates
        external-templates friend-injection guiding-decls handle-exceptions honor-std huge-objects
        labels-ok mudflap mudflapir mudflapth new-abi nonnull-objects squangle strict-prototype this-is-variable
        vtable-gc vtable-thunks xref
        """,
    ),
    *keys(Takes.JOINED, _OBSOLETE, "-ftree-vectorizer-verbose= -fname-mangling-version- -fvtable-verify="),
    *keys(Takes.JOINED, "gcc:C-Dialect-Options", "-fmax-identifier-length="),
    # They print times, sizes or counts that differ from run to run.
    *refusals(
        Reason.TOOL_QUERY,
        Takes.OPTIONAL_JOINED,
        _DEVELOPER,
        """
        -ftime-report -fmem-report -fpre-ipa-mem-report -fpost-ipa-mem-report -flto-report -fstats -fprofile-report
        """,
    ),
    *refusals(Reason.TOOL_QUERY, Takes.NOTHING, _DEVELOPER, "-time -Q -quiet -fversion"),
    *refusals(Reason.SIDE_OUTPUT, Takes.NOTHING, _DEVELOPER, "-fvtv-counts -fvtv-debug"),
    *rows(Effect.QUERY, Takes.NOTHING, _DEVELOPER, "-fhelp -ftarget-help -fdbg-cnt-list"),
    *rows(Effect.QUERY, Takes.JOINED, _DEVELOPER, "-fhelp= --completion= -fself-test="),
)

RARE_CLANG: Final[tuple[Option, ...]] = (
    *switches(
        _CLANG,
        "-f",
        """
        diagnostics-show-hotness protect-parens verify-intermediate-code use-line-directives sanitize-stats
        keep-system-includes minimize-whitespace skip-odr-check-in-gmf xl-pragma-pack
        show-skipped-includes experimental-openacc-macro-override limit-debug-info legacy-pass-manager
        experimental-new-pass-manager
        """,
    ),
    *keys(
        Takes.JOINED,
        _CLANG,
        """
        -fdiagnostics-hotness-threshold= -fdiagnostics-misexpect-tolerance= -fno-experimental-sanitize-metadata=
        -mno-tocdata= -mno-apx-features= -fsymbol-partition=
        """,
    ),
    *keys(Takes.NOTHING, _CLANG, "-mlink-builtin-bitcode-postopt -static-libgfortran"),
    *keys(Takes.NOTHING, _CLANG, "-fno-apinotes -fno-apinotes-modules -fno-module-file-deps -fno-modules-decluse"),
    *keys(Takes.SEPARATE, _CLANG, "-mthread-model -meabi", probe=True),
    *refusals(Reason.MODULES, Takes.JOINED, _CLANG, "-fbuild-session-timestamp="),
    *refusals(Reason.MODULES, Takes.NOTHING, _CLANG, "-fsystem-module --precompile -module-file-info"),
    *refusals(Reason.PREPROCESSING, Takes.NOTHING, _CLANG, "-emit-ast -emit-interface-stubs -extract-api"),
    *refusals(Reason.SIDE_OUTPUT, Takes.NOTHING, _CLANG, "--analyze -verify-pch -gen-cdb-fragment-path -via-file-asm"),
    *refusals(
        Reason.PREPROCESSING, Takes.NOTHING, _CLANG, "-rewrite-objc -rewrite-legacy-objc --migrate -fdriver-only"
    ),
    # Code for a second device: several compilations in one, or another language.
    *refusals(
        Reason.SOURCE_LANGUAGE,
        Takes.OPTIONAL_JOINED,
        _CLANG,
        """
        --cuda- --no-cuda- -fcuda- -fno-cuda- --hip -fhip- -fno-hip- --no-hip -no-hip-rt --gpu- --no-gpu- -fgpu-
        -fno-gpu- -gpulibc -nogpu -nohipwrapperinc --offload --no-offload -foffload -fno-offload -fsycl -fno-sycl
        -sycl-std= --rocm- --ptxas-path= --nvptx-arch-tool= --amdgpu-arch-tool= --libomptarget- -fopenmp-target
        -fno-openmp-target -fopenmp-cuda- -fno-openmp-cuda- -cuid= -fuse-cuid= -cl- -hlsl-entry -fhlsl-strict-
        -fspv-target-env= --dxv-path= -Xopenmp-target -Xcuda- -Xoffload-linker -Xarch_
        """,
    ),
)
