"""Rows for options of gcc and clang that name files, folders, languages, tools or outputs."""

from typing import Final

from clcache_launcher.compilers.gnu_rows import keys, over_old_object, refusals, rows, switches
from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.model import Reason

__all__ = ["CLANG_ONLY", "COMMON", "DEBUG", "GCC_ONLY"]

_OVERALL: Final = "gcc:Overall-Options"
_PREPROCESSOR: Final = "gcc:Preprocessor-Options"
_DIRECTORY: Final = "gcc:Directory-Options"
_DEBUGGING: Final = "gcc:Debugging-Options"
_DEVELOPER: Final = "gcc:Developer-Options"
_INSTRUMENTATION: Final = "gcc:Instrumentation-Options"
_MESSAGES: Final = "gcc:Diagnostic-Message-Formatting-Options"
_LINK: Final = "gcc:Link-Options"
_OPTIMIZE: Final = "gcc:Optimize-Options"
_C: Final = "gcc:C-Dialect-Options"
_CLANG: Final = "clang:ClangCommandLineReference"

DEBUG: Final[tuple[Option, ...]] = (
    *keys(
        Takes.NOTHING,
        _DEBUGGING,
        """
        -g -g0 -g1 -g2 -g3 -ggdb -ggdb0 -ggdb1 -ggdb2 -ggdb3 -gdwarf -gdwarf-2 -gdwarf-3 -gdwarf-4 -gdwarf-5 -gdwarf-6
        -gdwarf32 -gdwarf64 -gstabs -gstabs0 -gstabs1 -gstabs2 -gstabs3 -gstabs+ -gcoff -gxcoff -gxcoff+ -gvms -gbtf
        -gctf -gctf0 -gctf1 -gctf2 -gtoggle -gz -gz=none -gz=zlib -gz=zlib-gnu -gz=zlib-gabi -gz=zstd
        -gno-record-gcc-switches -gvariable-location-views=incompat5
        """,
    ),
    *switches(
        _DEBUGGING,
        "-g",
        """
        pubnames gnu-pubnames column-info strict-dwarf as-loc-support as-locview-support inline-points
        statement-frontiers variable-location-views internal-reset-location-views describe-dies prune-btf
        """,
    ),
    *switches(
        _CLANG,
        "-g",
        """
        line-tables-only line-directives-only mlt inline-line-tables omit-unreferenced-methods simple-template-names
        template-alias dwarf-aranges embed-source key-instructions structor-decl-linkage-names call-site-info
        """,
    ),
    *keys(Takes.NOTHING, _CLANG, "-glldb -gsce -gdbx -gused -gfull"),
    *keys(Takes.JOINED, _CLANG, "-gsrc-hash= -gsimple-template-names="),
)
"""How much debug information, in which form. What Windows calls CodeView holds the command line as well."""

_OUTPUTS: Final[tuple[Option, ...]] = (
    *rows(Effect.COMPILE, Takes.NOTHING, _OVERALL, "-c"),
    *rows(Effect.ASSEMBLY, Takes.NOTHING, _OVERALL, "-S"),
    *rows(Effect.OUTPUT, Takes.JOINED_OR_SEPARATE, _OVERALL, "-o"),
    *rows(Effect.LANGUAGE, Takes.JOINED_OR_SEPARATE, _OVERALL, "-x"),
    *refusals(Reason.PREPROCESSING, Takes.NOTHING, _PREPROCESSOR, "-E -M -MM -MG"),
    *rows(Effect.QUERY, Takes.NOTHING, "gcc:Warning-Options", "-fsyntax-only"),
    *rows(
        Effect.QUERY,
        Takes.NOTHING,
        _OVERALL,
        """
        -### --version --help --target-help -dumpmachine -dumpversion -dumpfullversion -dumpspecs -help --help-hidden
        -mcpu=help -mcpu=? -mtune=help -mtune=? -march=help
        """,
    ),
    *rows(Effect.QUERY, Takes.JOINED, _OVERALL, "--help= -print- --print-"),
    # Prints the command line and names of temporary files.
    *refusals(Reason.TOOL_QUERY, Takes.NOTHING, _OVERALL, "-v --verbose"),
    *rows(Effect.DEPFILE, Takes.NOTHING, _PREPROCESSOR, "-MD"),
    *rows(Effect.DEPFILE_WITHOUT_SYSTEM, Takes.NOTHING, _PREPROCESSOR, "-MMD"),
    *rows(Effect.DEPFILE_NAME, Takes.JOINED_OR_SEPARATE, _PREPROCESSOR, "-MF"),
    *rows(Effect.DEPFILE_FORM, Takes.JOINED_OR_SEPARATE, _PREPROCESSOR, "-MT -MQ"),
    *rows(Effect.DEPFILE_FORM, Takes.NOTHING, _PREPROCESSOR, "-MP"),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _DEVELOPER, "-fstack-usage", suffix=".su"),
    # gcc runs objcopy.
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _DEBUGGING, "-gsplit-dwarf", suffix=".dwo", probe=True),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _INSTRUMENTATION, "--coverage -coverage -ftest-coverage", suffix=".gcno"),
    *refusals(Reason.SIDE_OUTPUT, Takes.JOINED, _DEVELOPER, "-save-temps= --save-temps="),
    # Any of these takes back an output that was asked for before it.
    *refusals(Reason.SIDE_OUTPUT, Takes.NOTHING, _DEVELOPER, "-fno-stack-usage -gno-split-dwarf -fno-test-coverage"),
    *refusals(
        Reason.SIDE_OUTPUT,
        Takes.OPTIONAL_JOINED,
        _DEVELOPER,
        """
        -fdump- -fopt-info -aux-info -fdiagnostics-add-output= -fdiagnostics-set-output= -fcompare-debug
        """,
    ),
    *refusals(Reason.SIDE_OUTPUT, Takes.SEPARATE, _OVERALL, "-dumpbase -dumpbase-ext -dumpdir"),
    # The path of the .gcda is in the object.
    *rows(Effect.NAMES_OUTPUT, Takes.NOTHING, _INSTRUMENTATION, "-fprofile-arcs -fprofile-generate"),
    *rows(Effect.NAMES_OUTPUT, Takes.JOINED, _INSTRUMENTATION, "-fprofile-generate="),
    *keys(Takes.NOTHING, _INSTRUMENTATION, "-fno-profile-arcs -fno-profile-generate"),
    *keys(
        Takes.NOTHING,
        "gcc:Optimize-Options",
        "-fno-profile-use -fno-auto-profile -fno-branch-probabilities -fno-profile-instr-use -fno-profile-sample-use",
    ),
    *rows(Effect.RECORDS, Takes.NOTHING, "gcc:Code-Gen-Options", "-frecord-gcc-switches -fverbose-asm"),
    *keys(Takes.NOTHING, "gcc:Code-Gen-Options", "-fno-record-gcc-switches -fno-verbose-asm"),
    *rows(Effect.RECORDS, Takes.NOTHING, _DEBUGGING, "-gcodeview"),
)

_SOURCES: Final[tuple[Option, ...]] = (
    *rows(Effect.DEFINE, Takes.JOINED_OR_SEPARATE, _PREPROCESSOR, "-D"),
    *keys(Takes.JOINED_OR_SEPARATE, _PREPROCESSOR, "-U -A"),
    *rows(Effect.SEARCH, Takes.JOINED_OR_SEPARATE, _DIRECTORY, "-I -iquote"),
    *rows(Effect.SEARCH, Takes.JOINED_OR_SEPARATE, _DIRECTORY, "-isystem -idirafter", suffix="system"),
    *refusals(Reason.BAD_ARGUMENT, Takes.NOTHING, _DIRECTORY, "-I-"),
    # Not a library: what follows is assembler text.
    *refusals(Reason.ASSEMBLER_SOURCE, Takes.OPTIONAL_JOINED, _OVERALL, "-lang-"),
    *rows(Effect.FORCE_INCLUDE, Takes.JOINED_OR_SEPARATE, _PREPROCESSOR, "-include -imacros"),
    *refusals(Reason.EMBED, Takes.JOINED, _PREPROCESSOR, "--embed-dir= --embed-directory="),
    *refusals(Reason.EMBED, Takes.SEPARATE, _PREPROCESSOR, "--embed-dir --embed-directory"),
    *keys(Takes.JOINED_OR_SEPARATE, _DIRECTORY, "-isysroot", probe=True),
    *keys(Takes.JOINED, _DIRECTORY, "--sysroot=", probe=True),
    *keys(Takes.SEPARATE, _DIRECTORY, "--sysroot", probe=True),
    *keys(Takes.NOTHING, _DIRECTORY, "-nostdinc -nostdinc++", probe=True),
    *keys(Takes.JOINED_OR_SEPARATE, _DIRECTORY, "-B", probe=True),
    *keys(Takes.NOTHING, _OVERALL, "-canonical-prefixes -no-canonical-prefixes", probe=True),
    *keys(Takes.JOINED, "gcc:C++-Dialect-Options", "-stdlib= --stdlib=", probe=True),
    *keys(Takes.NOTHING, _PREPROCESSOR, "-pthread", probe=True),
    *refusals(Reason.COMPILER_CONFIGURATION, Takes.JOINED, _OVERALL, "-specs= --specs="),
    *refusals(Reason.COMPILER_CONFIGURATION, Takes.SEPARATE, _OVERALL, "-specs --specs -wrapper"),
    # newlib's and picolibc's: they add include folders and change the link, and the probe says where each lies.
    # Red Hat's make -fPIE the default; its third one loads a plugin.
    *keys(
        Takes.NOTHING,
        _OVERALL,
        """
        -specs=nano.specs -specs=nosys.specs -specs=rdimon.specs -specs=picolibc.specs
        --specs=nano.specs --specs=nosys.specs --specs=rdimon.specs --specs=picolibc.specs
        -specs=/usr/lib/rpm/redhat/redhat-hardened-cc1 -specs=/usr/lib/rpm/redhat/redhat-hardened-ld
        -specs=/usr/lib/rpm/redhat/redhat-hardened-ld-errors
        """,
        probe=True,
    ),
    *keys(Takes.JOINED, _C, "-std= --std="),
    *keys(
        Takes.NOTHING,
        _C,
        """
        -ansi --ansi -trigraphs -undef -C -CC -P -H -w -pedantic --pedantic -pedantic-errors --pedantic-errors
        -no-pedantic
        """,
    ),
    # ASCII is the same in these; the scan of a source relies on it.
    *keys(
        Takes.NOTHING,
        _PREPROCESSOR,
        """
        -finput-charset=UTF-8 -finput-charset=utf-8 -finput-charset=UTF8 -finput-charset=utf8 -finput-charset=ASCII
        -finput-charset=ascii -finput-charset=ISO-8859-1 -finput-charset=iso-8859-1 -finput-charset=latin1
        """,
    ),
)

_MESSAGE_ROWS: Final[tuple[Option, ...]] = (
    # A warning reaches messages only; -Wa, -Wl, -Wp, have rows of their own and are longer.
    *keys(Takes.OPTIONAL_JOINED, "gcc:Warning-Options", "-W"),
    *keys(Takes.NOTHING, _MESSAGES, "-fdiagnostics-format=text -fdiagnostics-format=clang -fdiagnostics-format=vi"),
    *keys(Takes.NOTHING, _MESSAGES, "-fdiagnostics-format=json -fdiagnostics-format=json-stderr"),
    *keys(Takes.NOTHING, _MESSAGES, "-fdiagnostics-format=sarif -fdiagnostics-format=sarif-stderr"),
    *refusals(
        Reason.SIDE_OUTPUT,
        Takes.OPTIONAL_JOINED,
        _MESSAGES,
        "-fdiagnostics-format=sarif-file -fdiagnostics-format=json-file",
    ),
    *keys(Takes.JOINED, "gcc:Optimize-Options", "--param="),
    *keys(Takes.SEPARATE, "gcc:Optimize-Options", "--param"),
    *keys(Takes.NOTHING, _OVERALL, "-pipe --pipe -Qunused-arguments -Qn -Qy -p -pg -no-integrated-cpp"),
    *switches(_CLANG, "-", "integrated-as", probe=True),
)

_LINKER: Final[tuple[Option, ...]] = (
    *keys(Takes.JOINED_OR_SEPARATE, _LINK, "-L -l -T"),
    *keys(Takes.JOINED, _LINK, "-Wl, -rtlib= --rtlib= -unwindlib= --unwindlib= --ld-path="),
    *keys(Takes.SEPARATE, _LINK, "-Xlinker -u -e -z -rpath -undefined -framework -install_name -exported_symbols_list"),
    *keys(
        Takes.NOTHING,
        _LINK,
        """
        -s -r -rdynamic -static -shared -static-pie -pie -no-pie -nopie -nostdlib -nostdlib++ -nodefaultlibs
        -nostartfiles -nolibc -static-libgcc -shared-libgcc -static-libstdc++ -static-libasan -static-libubsan
        -static-libtsan -static-liblsan -static-libsan -shared-libsan -shared-libasan -static-openmp
        """,
    ),
)

_MODULES: Final[tuple[Option, ...]] = (
    *refusals(
        Reason.MODULES,
        Takes.OPTIONAL_JOINED,
        "gcc:C++-Modules",
        """
        -fmodules -fmodule- -Mmodules -fcxx-modules -fimplicit-module-maps -fimplicit-modules -fprebuilt-module-path=
        -fprebuilt-implicit-modules -fbuild-session-file= -fapinotes -fdeps- -gmodules -flang-info- -fbuiltin-module-map
        """,
    ),
    *keys(
        Takes.NOTHING,
        "gcc:C++-Modules",
        "-fno-modules -fno-cxx-modules -fno-implicit-modules -fno-implicit-module-maps",
    ),
    *keys(Takes.NOTHING, "gcc:C++-Modules", "-fno-modules-ts -gno-modules"),
    *refusals(
        Reason.PLUGIN, Takes.JOINED, "gcc:Overall-Options", "-fplugin= -fplugin-arg- -fpass-plugin= -iplugindir="
    ),
)

COMMON: Final[tuple[Option, ...]] = (*DEBUG, *_OUTPUTS, *_SOURCES, *_MESSAGE_ROWS, *_LINKER, *_MODULES)

GCC_ONLY: Final[tuple[Option, ...]] = (
    # On by default: DW_AT_producer has the options that change code, not -o, -M, -D, -I.
    *keys(Takes.NOTHING, _DEBUGGING, "-grecord-gcc-switches"),
    # ST's gcc for STM32; its makefiles name the file beside the object and the .su.
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, "st:UM2609", "-fcyclomatic-complexity", suffix=".cyclo"),
    *keys(Takes.NOTHING, _C, "-foffload=disable -foffload=default"),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _DEVELOPER, "-fcallgraph-info", suffix=".ci"),
    *rows(Effect.SIDE_OUTPUT, Takes.JOINED, _DEVELOPER, "-fcallgraph-info=", suffix=".ci"),
    *rows(
        Effect.SIDE_OUTPUT,
        Takes.NOTHING,
        _DEVELOPER,
        "-fsave-optimization-record",
        suffix=".opt-record.json.gz",
    ),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _DEVELOPER, "-save-temps -save-temps=obj --save-temps", suffix=".i .s"),
    *refusals(Reason.SIDE_OUTPUT, Takes.OPTIONAL_JOINED, _DEVELOPER, "-frepo -fno-save-optimization-record"),
    *rows(Effect.NAMED_OUTPUT, Takes.JOINED, _INSTRUMENTATION, "-fprofile-note=", suffix="profile-note"),
    *rows(Effect.INPUT_BESIDE_OBJECT, Takes.NOTHING, _OPTIMIZE, "-fprofile-use -fbranch-probabilities", suffix=".gcda"),
    # The name of a profile in a folder holds the mangled path of the object.
    *refusals(Reason.PROFILE, Takes.JOINED, _OPTIMIZE, "-fprofile-use="),
    *rows(Effect.PROFILE_FOLDER, Takes.JOINED, _INSTRUMENTATION, "-fprofile-dir= -fprofile-prefix-path="),
    *rows(Effect.INPUT, Takes.NOTHING, _OPTIMIZE, "-fauto-profile", suffix="fbdata.afdo"),
    *rows(Effect.INPUT, Takes.JOINED, _OPTIMIZE, "-fauto-profile="),
    *refusals(Reason.PREPROCESSING, Takes.NOTHING, _PREPROCESSOR, "-fpreprocessed -fdirectives-only"),
)

_CLANG_OUTPUTS: Final[tuple[Option, ...]] = (
    *rows(Effect.END, Takes.NOTHING, _CLANG, "--"),
    *rows(Effect.DEPFILE_FORM, Takes.NOTHING, _CLANG, "-MV"),
    *rows(Effect.NAMED_OUTPUT, Takes.JOINED_OR_SEPARATE, _CLANG, "-MJ", suffix="json"),
    *rows(Effect.NAMED_OUTPUT, Takes.SEPARATE, _CLANG, "-serialize-diagnostics --serialize-diagnostics", suffix="dia"),
    *rows(Effect.NAMED_OUTPUT, Takes.JOINED, _CLANG, "-fthin-link-bitcode=", suffix="thin-link"),
    *rows(Effect.NAMED_OUTPUT, Takes.JOINED, _CLANG, "-foptimization-record-file=", suffix="optimization-record"),
    *rows(Effect.SIDE_OUTPUT, Takes.JOINED, _CLANG, "-foptimization-record-passes=", suffix=".opt.yaml"),
    # A second program assembles, into the object that is there.
    *over_old_object(
        rows(
            Effect.SIDE_OUTPUT,
            Takes.NOTHING,
            _CLANG,
            "-save-temps -save-temps=cwd --save-temps --save-temps=cwd",
            suffix="cwd/.i cwd/.s cwd/.bc",
        )
    ),
    *over_old_object(
        rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _CLANG, "-save-temps=obj --save-temps=obj", suffix=".i .s .bc")
    ),
    *over_old_object(rows(Effect.KEY, Takes.NOTHING, _CLANG, "-fno-temp-file")),
    *rows(Effect.BITCODE, Takes.NOTHING, _CLANG, "-emit-llvm"),
    *rows(
        Effect.RECORDS,
        Takes.NOTHING,
        _CLANG,
        """
        -grecord-gcc-switches -grecord-command-line -frecord-command-line -gcodeview-command-line -gcodeview-ghash
        -fembed-bitcode -fembed-bitcode-marker
        """,
    ),
    *rows(Effect.RECORDS, Takes.JOINED, _CLANG, "-fembed-bitcode="),
    *keys(
        Takes.NOTHING,
        _CLANG,
        "-gno-record-command-line -fno-record-command-line -gno-codeview-command-line -gno-codeview-ghash",
    ),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _CLANG, "-fsave-optimization-record", suffix=".opt.yaml"),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _CLANG, "-fsave-optimization-record=yaml", suffix=".opt.yaml"),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _CLANG, "-fsave-optimization-record=bitstream", suffix=".opt.bitstream"),
    *rows(Effect.SIDE_OUTPUT, Takes.NOTHING, _CLANG, "-gsplit-dwarf=split", suffix=".dwo"),
    *rows(Effect.NAMES_OUTPUT, Takes.NOTHING, _CLANG, "-gsplit-dwarf=single"),
    *refusals(
        Reason.SIDE_OUTPUT,
        Takes.OPTIONAL_JOINED,
        _CLANG,
        """
        -fno-save-optimization-record -ftime-trace -fproc-stat-report -save-stats --save-stats -gen-reproducer -dsym-dir
        -index-store-path -dependency-dot -dependency-file -emit-symbol-graph --symbol-graph-dir=
        """,
    ),
    *keys(
        Takes.NOTHING,
        _CLANG,
        "-fprofile-instr-generate -fno-profile-instr-generate -fmemory-profile -fno-memory-profile",
    ),
    *keys(Takes.JOINED, _CLANG, "-fprofile-instr-generate= -fmemory-profile= -fprofile-dir="),
)

_CLANG_SOURCES: Final[tuple[Option, ...]] = (
    *rows(Effect.SEARCH, Takes.JOINED_OR_SEPARATE, _CLANG, "-isystem-after -cxx-isystem -stdlib++-isystem"),
    *rows(Effect.USE_PCH, Takes.SEPARATE, _CLANG, "-include-pch", suffix="file"),
    *rows(
        Effect.INPUT,
        Takes.JOINED,
        _CLANG,
        """
        -fsanitize-ignorelist= -fsanitize-blacklist= -fsanitize-coverage-allowlist= -fsanitize-coverage-ignorelist=
        -fsanitize-system-ignorelist= -fexperimental-sanitize-metadata-ignorelist= -fxray-always-instrument=
        -fxray-never-instrument= -fxray-attr-list= -fprofile-list= -frandomize-layout-seed-file=
        -fbasic-block-sections=list= --warning-suppression-mappings= -fprofile-sample-use= -fauto-profile=
        -fmemory-profile-use= -fprofile-remapping-file=
        """,
    ),
    *rows(Effect.INPUT, Takes.NOTHING, _CLANG, "-fprofile-use -fprofile-instr-use", suffix="default.profdata"),
    *rows(Effect.INPUT, Takes.JOINED, _CLANG, "-fprofile-use= -fprofile-instr-use=", suffix="default.profdata"),
    *keys(Takes.NOTHING, _CLANG, "-fno-sanitize-ignorelist -fno-sanitize-blacklist", probe=True),
    *keys(
        Takes.NOTHING,
        _CLANG,
        "-fbasic-block-sections=all -fbasic-block-sections=none -fbasic-block-sections=labels",
    ),
    # -ObjC is -x objective-c for every source; the others begin like -o.
    *refusals(Reason.SOURCE_LANGUAGE, Takes.NOTHING, _CLANG, "-ObjC -ObjC++"),
    *refusals(Reason.UNKNOWN_OPTION, Takes.OPTIONAL_JOINED, _CLANG, "-objc -object"),
    *keys(
        Takes.JOINED,
        _CLANG,
        "--gcc-toolchain= --gcc-install-dir= --gcc-triple= -resource-dir=",
        probe=True,
    ),
    *keys(Takes.SEPARATE, _CLANG, "-gcc-toolchain -resource-dir", probe=True),
    *keys(Takes.NOTHING, _CLANG, "-nostdlibinc -nobuiltininc -ibuiltininc --no-default-config", probe=True),
    *refusals(
        Reason.COMPILER_CONFIGURATION,
        Takes.JOINED,
        _CLANG,
        "--config= --config-user-dir= --config-system-dir= --driver-mode=",
    ),
    *refusals(Reason.COMPILER_CONFIGURATION, Takes.SEPARATE, _CLANG, "--config"),
    *keys(Takes.NOTHING, _CLANG, "--start-no-unused-arguments --end-no-unused-arguments"),
    *keys(Takes.NOTHING, _CLANG, "--rsp-quoting=posix --rsp-quoting=windows"),
    *keys(Takes.JOINED, _CLANG, "-R"),
    *keys(Takes.JOINED, _CLANG, "--system-header-prefix= --no-system-header-prefix=", probe=True),
)

_ARCHITECTURE: Final = Option(
    "-arch", Takes.SEPARATE, Effect.KEY, _CLANG, reason=Reason.MULTIPLE_ARCHITECTURES, probe=True
)
"""The reason holds when it is given again with another value."""

_PROCESSORS: Final = (
    "x86_64 i386 i486 i586 i686 aarch64 arm64 arm armv6 armv6m armv7 armv7a armv7em armv7m armv8m thumbv7 thumbv7em "
    "thumbv7m riscv32 riscv64 powerpc powerpc64 powerpc64le s390x mips mipsel mips64 mips64el loongarch64 wasm32 wasm64"
)
_SYSTEMS: Final = (
    "linux unknown-linux none-linux pc-linux redhat-linux suse-linux alpine-linux apple-darwin apple-macos apple-ios "
    "apple-tvos apple-watchos apple-xros unknown-freebsd pc-freebsd none-elf unknown-elf none-eabi unknown-none "
    "wasi unknown-wasi unknown-emscripten unknown-unknown fuchsia unknown-fuchsia"
)
_TARGETS: Final[tuple[Option, ...]] = (
    # A target for Windows makes -g mean CodeView, which holds the command line: only these systems are known not to.
    *rows(Effect.RECORDS, Takes.JOINED, _CLANG, "--target=", probe=True),
    *rows(Effect.RECORDS, Takes.SEPARATE, _CLANG, "-target", probe=True),
    *(
        Option(f"--target={processor}-{system}", Takes.OPTIONAL_JOINED, Effect.KEY, _CLANG, probe=True)
        for processor in _PROCESSORS.split()
        for system in _SYSTEMS.split()
    ),
)

CLANG_ONLY: Final[tuple[Option, ...]] = (*_CLANG_OUTPUTS, *_CLANG_SOURCES, _ARCHITECTURE, *_TARGETS)
