"""Rows for options inside options: ``-Wp,``, ``-Wa,``, ``-Xclang`` and ``-mllvm``."""

from typing import Final

from clcache_launcher.compilers.gnu_code_generation import CODE_GENERATION
from clcache_launcher.compilers.gnu_rows import keys, refusals, rows, switches
from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.model import Reason

__all__ = ["ASSEMBLER", "CARRIERS", "CLANG_CARRIERS", "MLLVM", "PREPROCESSOR", "XCLANG"]

_AS: Final = "gas:Invoking"
_CC1: Final = "clang:ClangCommandLineReference"
_LLVM: Final = "llvm:CommandGuide/opt"

CARRIERS: Final[tuple[Option, ...]] = (
    *rows(Effect.NESTED, Takes.JOINED, "gcc:Preprocessor-Options", "-Wp,", suffix="Wp"),
    # As the Linux kernel asks for its depfiles.
    *rows(Effect.DEPFILE, Takes.JOINED, "gcc:Preprocessor-Options", "-Wp,-MD,"),
    *rows(Effect.DEPFILE_WITHOUT_SYSTEM, Takes.JOINED, "gcc:Preprocessor-Options", "-Wp,-MMD,"),
    *rows(Effect.NESTED, Takes.SEPARATE, "gcc:Preprocessor-Options", "-Xpreprocessor", suffix="Xpreprocessor"),
    *rows(Effect.NESTED, Takes.JOINED, "gcc:Assembler-Options", "-Wa,", suffix="Wa"),
    *rows(Effect.NESTED, Takes.SEPARATE, "gcc:Assembler-Options", "-Xassembler", suffix="Xassembler"),
)

CLANG_CARRIERS: Final[tuple[Option, ...]] = (
    *rows(Effect.NESTED, Takes.SEPARATE, _CC1, "-Xclang", suffix="Xclang"),
    *rows(Effect.NESTED, Takes.JOINED, _CC1, "-Xclang=", suffix="Xclang"),
    *rows(Effect.NESTED, Takes.SEPARATE, _CC1, "-mllvm", suffix="mllvm"),
    *rows(Effect.NESTED, Takes.JOINED, _CC1, "-mllvm=", suffix="mllvm"),
)

PREPROCESSOR: Final[tuple[Option, ...]] = (
    *rows(Effect.DEFINE, Takes.JOINED_OR_SEPARATE, "gcc:Preprocessor-Options", "-D"),
    *keys(Takes.JOINED_OR_SEPARATE, "gcc:Preprocessor-Options", "-U"),
    *switches("gcc:C-Dialect-Options", "-f", "openmp"),
    *keys(Takes.NOTHING, "gcc:Preprocessor-Options", "-w -P"),
)

ASSEMBLER: Final[tuple[Option, ...]] = (
    # A source with .include or .incbin is refused for what it holds, so folders for them only enter the key.
    *keys(Takes.JOINED_OR_SEPARATE, _AS, "-I"),
    *keys(Takes.SEPARATE, _AS, "--defsym -defsym --debug-prefix-map"),
    *keys(
        Takes.NOTHING,
        _AS,
        """
        --noexecstack --execstack -g --gen-debug --gdwarf-2 --gdwarf-3 --gdwarf-4 --gdwarf-5 --gdwarf-sections
        --compress-debug-sections --nocompress-debug-sections -W --no-warn --warn --fatal-warnings --no-pad-sections -L
        --keep-locals --strip-local-absolute --reduce-memory-overheads -R -J --32 --64 --x32 -EL -EB -mbig-obj -mthumb
        -mthumb-interwork -mno-relax -mrelax -mrelax-all -mbranches-within-32B-boundaries -mshared -mno-shared
        -mpower4 -mpower7 -mpower8 -mpower9 -maltivec -many -mregnames -mlittle-endian -mbig-endian
        """,
    ),
    *keys(
        Takes.JOINED,
        _AS,
        """
        --compress-debug-sections= -march= -mcpu= -mtune= -mfpu= -mfloat-abi= -mimplicit-it= -mabi= -meabi= -mevexlig=
        -misa-spec= -mrelax-relocations= --mrelax-relocations= -mx86-used-note= -malign-branch= -malign-branch-boundary=
        -malign-branch-prefix-size= -mlfence-after-load= -mlfence-before-indirect-branch= -mlfence-before-ret=
        --size-check= --elf-stt-common= --generate-missing-build-notes= --gdwarf-cie-version= --hash-size=
        """,
    ),
    *refusals(Reason.SIDE_OUTPUT, Takes.OPTIONAL_JOINED, _AS, "-a --MD"),
    *refusals(Reason.SIDE_OUTPUT, Takes.SEPARATE, _AS, "-MD -o"),
)

XCLANG: Final[tuple[Option, ...]] = (
    *CODE_GENERATION,
    *keys(Takes.OPTIONAL_JOINED, _CC1, "-W"),
    *keys(Takes.JOINED, _CC1, "-R -std="),
    *rows(Effect.DEFINE, Takes.JOINED_OR_SEPARATE, _CC1, "-D"),
    *keys(Takes.JOINED_OR_SEPARATE, _CC1, "-U"),
    *rows(Effect.SEARCH, Takes.JOINED_OR_SEPARATE, _CC1, "-I -isystem -iquote -idirafter"),
    *rows(Effect.SEARCH, Takes.JOINED_OR_SEPARATE, _CC1, "-internal-isystem -internal-externc-isystem -c-isystem"),
    *rows(Effect.SEARCH, Takes.JOINED_OR_SEPARATE, _CC1, "-cxx-isystem"),
    *rows(Effect.FORCE_INCLUDE, Takes.SEPARATE, _CC1, "-include -imacros"),
    *rows(Effect.USE_PCH, Takes.SEPARATE, _CC1, "-include-pch", suffix="file"),
    *rows(Effect.NESTED, Takes.SEPARATE, _CC1, "-mllvm", suffix="mllvm"),
    *rows(Effect.RECORDS, Takes.NOTHING, _CC1, "-gcodeview -gcodeview-ghash -gcodeview-command-line"),
    *keys(Takes.NOTHING, _CC1, "-gno-codeview-command-line -gno-column-info -gline-tables-only"),
    *keys(Takes.SEPARATE, _CC1, "-target-feature -target-abi -target-cpu -tune-cpu -mrelocation-model -pic-level"),
    *keys(
        Takes.SEPARATE, _CC1, "-mfloat-abi -stack-protector -stack-protector-buffer-size -ferror-limit -fbracket-depth"
    ),
    *keys(
        Takes.JOINED,
        _CC1,
        """
        -debug-info-kind= -dwarf-version= -debugger-tuning= -mframe-pointer= -mthread-model= -fwchar-type=
        -fexperimental-assignment-tracking=
        """,
    ),
    *keys(
        Takes.NOTHING,
        _CC1,
        """
        -disable-O0-optnone -disable-llvm-passes -disable-llvm-optzns -disable-lifetime-markers -disable-red-zone
        -disable-free -no-opaque-pointers -opaque-pointers -relaxed-aliasing -no-struct-path-tbaa -new-struct-path-tbaa
        -vectorize-loops -vectorize-slp -mconstructor-aliases -msoft-float -mrelax-all -pic-is-pie -pthread -w
        -fno-pch-timestamp -fno-validate-pch -fno-signed-wchar -fallow-half-arguments-and-returns -fnative-half-type
        -fnative-half-arguments-and-returns -fexternc-nounwind -fdefault-calling-conv=cdecl
        -finclude-default-header -fdeprecated-macro -fblocks-runtime-optional -funwind-tables=1
        -funwind-tables=2 -ffp-contract=off
        """,
    ),
    *refusals(Reason.PLUGIN, Takes.SEPARATE, _CC1, "-load -plugin -add-plugin"),
    *refusals(Reason.PLUGIN, Takes.JOINED, _CC1, "-plugin-arg- -fplugin= -fpass-plugin="),
    # What clang makes of a header anyway; CMake says so all the same.
    *rows(Effect.EMIT_PCH, Takes.NOTHING, _CC1, "-emit-pch"),
    *refusals(Reason.PRECOMPILED_HEADER, Takes.NOTHING, _CC1, "-building-pch-with-obj"),
    *refusals(Reason.MODULES, Takes.OPTIONAL_JOINED, _CC1, "-fmodules -fmodule- -emit-module -fimplicit-module-maps"),
)

_LLVM_SWITCHES: Final = """
    -arm-global-merge -disable-loop-idiom-memcpy -disable-loop-idiom-memset -enable-cond-stores-vec
    -enable-dfa-jump-thread -enable-gvn-hoist -enable-gvn-sink -enable-ipra -enable-load-pre
    -enable-loop-distribute -enable-loopinterchange -enable-machine-outliner
    -enable-masked-interleaved-mem-accesses -enable-matrix -enable-newgvn -enable-shrink-wrap
    -enable-split-backedge-in-load-pre -enable-tail-merge -enable-unroll-and-jam -extra-vectorizer-passes
    -generate-type-units -hot-cold-split -inline-cost-full -mul-constant-optimization -polly
    -polly-2nd-level-tiling -polly-ast-use-context -polly-detect-keep-going -polly-invariant-load-hoisting
    -polly-parallel -polly-run-dce -polly-run-inliner -polly-tiling -slp-vectorize-hor -unroll-allow-partial
    -unroll-runtime
"""
_LLVM_VALUES: Final = """
    -aarch64-enable-global-isel-at-O= -aarch64-neon-syntax= -align-all-blocks= -align-all-functions=
    -align-all-nofallthru-blocks= -arm-implicit-it= -asan-globals= -asan-instrumentation-with-call-threshold=
    -asan-stack= -asan-use-private-alias= -dwarf-version= -emit-dwarf-unwind= -force-vector-interleave=
    -force-vector-width= -hwasan-instrument-stack= -hwasan-use-short-granules= -import-instr-limit=
    -inline-threshold= -inlinecold-threshold= -inlinehint-threshold= -instcombine-lower-dbg-declare=
    -machine-outliner-reruns= -msan-track-origins= -polly-num-threads= -polly-omp-backend= -polly-scheduling=
    -polly-vectorizer= -regalloc= -sanitizer-coverage-level= -sanitizer-coverage-prune-blocks= -slp-threshold=
    -tsan-instrument-memory-accesses= -unroll-count= -unroll-threshold= -vectorizer-min-trip-count=
    -x86-asm-syntax=
"""

MLLVM: Final[tuple[Option, ...]] = (
    # Hidden options of LLVM that steer a pass; a prefix would let in those that write files (-polly-dump-before-file).
    *keys(Takes.NOTHING, _LLVM, _LLVM_SWITCHES),
    *keys(Takes.JOINED, _LLVM, " ".join(f"{name}=" for name in _LLVM_SWITCHES.split())),
    *keys(Takes.JOINED, _LLVM, _LLVM_VALUES),
)
