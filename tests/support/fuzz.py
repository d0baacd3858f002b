"""Random command lines: what the cache leaves is what the bare compiler leaves."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.command_line import write_response_file
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.gnu import CLANGXX, GXX
from clcache_launcher.compilers.options import Option, Takes
from clcache_launcher.compilers.response_file import Quoting
from support.cache import Cache
from support.compare import Made, make_bare, make_cached

__all__ = ["COMPILERS", "Case", "Target", "cases", "problem", "write_sources"]

_SOURCES = {
    "a.cpp": '#include "inc/h.h"\n#include <stddef.h>\n#define T(x) #x\n#define S(x) T(x)\n'
    "#ifdef X\nextern const char text[];\nconst char text[] = S(X);\n#endif\n"
    '#if __has_include("sub/maybe.h") || defined FORCED\nint other;\n#endif\n'
    "static int unused() { return 1; }\nint f(int n) { int u; return h(n) + __LINE__; }\n"
    "const char *name() { return __FILE__; }\n",
    "b.c": '#include "inc/h.h"\nint g(int n) { int u; return h(n) + (int)sizeof(X); }\n',
    "inc/h.h": "#pragma once\n#ifndef X\n#define X 7\n#endif\nstatic inline int h(int n) { return n * 3; }\n",
    "inc/forced.h": "#define FORCED 1\n",
    "sub/empty": "",
}
_GNU = """
-O0|-O1|-O2|-O3|-Os|-Og|-Ofast|-O|-g|-g0|-g1|-g3|-ggdb|-gdwarf-4|-gdwarf-5|-gz|-Wall|-Wextra|-Werror|-w|-pedantic
-Wno-all|-std=c++17|-std=gnu++20|-std=c++11|-ansi|-DX=1|-D X=2|-DX|-DX="a b"|-DX=__FILE__|-DX=__LINE__|-UX|-U X|-Iinc
-I inc|-I.|-isystem inc|-iquote inc|-idirafter inc|-isystem . |-include inc/forced.h|-imacros inc/forced.h
-include./inc/forced.h|-MD|-MMD|-MP|-MF x.d|-MFsub/x.d|-MT t|-MQ t$|-MTa.o|-MG|-M|-MM|-fPIC|-fpic|-fno-rtti
-fno-exceptions|-fvisibility=hidden|-ffunction-sections|-pipe|-S|-E|-c|-fsyntax-only|-save-temps|-save-temps=obj
-gsplit-dwarf|-fstack-usage|-fdebug-prefix-map=/tmp=/y|-ffile-prefix-map=/tmp=/z|-fmacro-prefix-map=/tmp=/y|-m64|-m32
-mavx2|-march=native|-march=x86-64|-mtune=generic|-pthread|-fopenmp|-fprofile-arcs|--coverage|-ftest-coverage
-fsanitize=address|-fsanitize=undefined|-fno-omit-frame-pointer|-fcommon|-funsigned-char|-fshort-enums|-frandom-seed=x
-Wp,-MD,y.d|-Wp,-MMD,y.d|-Wp,-DX=3|-Wp,-UX,-DX=4|-Wa,--noexecstack|-Xpreprocessor -DX=5|-x c++|-xc|-x none|-o y.o
-osub/y.o|-o y|-o a.o|-o sub/../z.o|-H|-nostdinc|-nostdinc++|-undef|-fdiagnostics-color=always|-fmax-errors=1
-fmessage-length=0|-flto|-fno-lto|-fverbose-asm|-fno-ident|-fstack-protector-strong|-ftrapv|-fwrapv|-fdata-sections
-finput-charset=UTF-8|-v|-###|-print-search-dirs|-dM|-P|-C|-fpreprocessed|-B.|--param=ssp-buffer-size=4
-Winvalid-pch|-fno-common|-ftabstop=4|-fstrict-aliasing|-fno-builtin|-ffreestanding|-nostdlib|-lm|-L.|-Wl,-s|-s
-static|-shared|-rdynamic|--sysroot=/|-iprefix inc/|-iwithprefix x|-fno-working-directory|-fworking-directory
-ffast-math|-fno-plt|-fcf-protection=none|--include=inc/forced.h|--include inc/forced.h|--define-macro=X=6
--output=y.o|--output y.o|--language=c++|--std=c++17|--debug|--optimize=2|--compile|--assemble|--include-directory=inc
--dependencies|--write-dependencies|--warn-all|--undefine-macro=X|-U__FILE__|-gno-column-info|-gpubnames
-grecord-gcc-switches|-gno-record-gcc-switches|-frecord-gcc-switches|-fdump-tree-optimized|-fopt-info=o.txt
-aux-info z|-dumpbase q|-dumpdir q-|-fcallgraph-info|-fdump-go-spec=g|-fcompare-debug|-fno-toplevel-reorder
-fdirectives-only|-trigraphs|-specs=s|-ipa
"""
_CLANG = """
-Weverything|-fcolor-diagnostics|-stdlib=libstdc++|--target=x86_64-linux-gnu|-target x86_64-linux-gnu
-Xclang -disable-llvm-passes|-mllvm -inline-threshold=5|-ftime-trace|-fsave-optimization-record|-Rpass=inline
-gcodeview|-emit-llvm|-fmodules|-fno-integrated-as|-MJ j.json|--serialize-diagnostics x.dia|-fproc-stat-report=p
-fembed-bitcode|-grecord-command-line|-fdebug-compilation-dir=.|-MV|-fcrash-diagnostics-dir=.
-ffile-compilation-dir=/q|-Xclang -fcaret-diagnostics-max-lines=1|-fdiagnostics-format=msvc|-fno-spell-checking
-fprofile-instr-generate|-fcoverage-mapping|-fxray-instrument|-fslp-vectorize|-flto=thin
-foptimization-record-file=r.yaml|-gline-tables-only|-gmodules|-fdebug-macro|-fstandalone-debug|-faddrsig
-no-canonical-prefixes|--rsp-quoting=posix|--rsp-quoting=windows
"""
_CL = """
/O2|/Od|/O1|/Ox|/Z7|/Zi|/W4|/Wall|/WX|/w|/EHsc|/GR-|/MD|/MT|/MDd|/DX=1|/D X=2|/DX|/DX#3|/DX="a b"|-DX=__FILE__|/UX
/U X|/u|/Iinc|/I inc|/I.|/FIinc/forced.h|/FI inc/forced.h|/Foy.obj|/Fosub/|/Fo:y.obj|/Fo y.obj|/Foy|-o y.obj|-oy.o|/Fa
/Fax.asm|/FA|/Fdx.pdb|/Fd:x.pdb|/FS|/showIncludes|/showIncludes:user|/nologo|/std:c++17|/std:c++20|/std:c++14|/TP|/TC
/Tp b.c|/Tpa.cpp|/permissive-|/Zc:inline|/Zc:__cplusplus|/utf-8|/bigobj|/Brepro|/Brepro-|/Gy|/Gw|/GS-|/GF|/Oi|/Ob2
/arch:AVX2|/P|/E|/EP|/LD|/link /out:x|/clang:-MD|/clang:-MFx.d|/clang:-MTq|/clang:-MMD|/clang:-MP|/clang:-O3
/clang:-DX=4|-imsvc inc|-imsvcinc|/external:I inc|/external:W0|/X|/wd4100|/MP|/Zs|/Ycinc/h.h|/Yuinc/h.h|/Fpx.pch
/fp:fast|/Gd|/Gz|/J|/vd0|/vmg|/volatile:iso|/kernel|/guard:cf|-fsanitize=undefined|-flto|-gdwarf|-m32|-m64
--target=i686-pc-windows-msvc|/Qspectre|-fcolor-diagnostics|/diagnostics:caret|/c|/source-charset:utf-8
/validate-charset|/hotpatch|/Zp8|/Zo|/Zl|/Fi x.i|/Fix.i|/FC|/FAs|/FR|/doc|/sourceDependencies s.json
/sourceDependencies:directives s.json|/analyze|/openmp|/experimental:external|-Wno-everything|-Wall|-fno-builtin
-march=native|-mavx2|-gline-tables-only|-gcodeview-ghash|-fcoverage-mapping|-fprofile-instr-generate
/fsanitize=address|/QIntel-jcc-erratum|/GL|/GL-|/Og|/Oy-|/Zc:strictStrings|/await|/JMC|/tune:x|-Xclang -ast-dump
-mllvm -inline-threshold=5|-ftime-trace|-fdebug-compilation-dir=.|-ffile-compilation-dir=/q|/d1reportTime|/d2x
--rsp-quoting=posix|-v|-###|--|-fmsc-version=1900|-fms-compatibility-version=19.20|/vctoolsdir .|/winsysroot .
-Qunused-arguments|-fdiagnostics-absolute-paths|/help
"""
_GNU_EDGES = """
-o sub|-MF sub|-MF a.o|-MF a.cpp|-o nodir/x.o|-MF nodir/x.d|-o -|-MF -|-o /dev/null|-MF /dev/null|-o a.cpp|-o x y.o|-o
-MF|-MT|-D|-I|-x|-MF x.d -MD|-MD -MF x.d|-MMD -MF x.d|-MD -MP -MT q|-MD -MQ a$b|-MD -MT a -MT b|-MD -MT|./a.cpp
inc/../a.cpp|b.c|a.cpp|missing.cpp|-|sub/empty|inc/h.h|-Imissing|-I inc/|-I./inc|-I=inc|-I-|-Iinc -Isub
-isystem inc -I inc|-g -gsplit-dwarf|-g -O2|-g -fdebug-prefix-map=.=x|-gsplit-dwarf -o y.o|-fstack-usage -o sub/y.o
-S -o y.s|-S -fverbose-asm|-c -S|-E -c|-DX=__DATE__|-DX=__COUNTER__|-DX=__BASE_FILE__|-D__FILE__=1|-Dint=long
-include inc/forced.h -include inc/h.h|-include missing.h|-include sub/empty|-fmacro-prefix-map=inc=q
-ffile-prefix-map=.=q|-xc++ b.c|-x c a.cpp|-MD -o y|-MD -o sub/y.|-MD -o .y|-MMD -S|-MD -gsplit-dwarf -g
-MD -MG -include gone.h|-Wp,-MD,q.d -MD|-Wp,-MD,q.d -MT r|-Wp,-MMD,q.d,-MT,r|-Werror -Wall|-Wall -o w.o
-Wno-unused -Wall|-fdiagnostics-format=json|-fdiagnostics-format=sarif-file|-fprofile-use|-fprofile-dir=sub
-fno-diagnostics-show-caret -Wall|-fdiagnostics-plain-output -Wall|-fsave-optimization-record -O2
-fsave-optimization-record -o y.o|-pg
"""
_CL_EDGES = """
/Fosub|/Fonodir/|/Fonodir/x.obj|/Foa.cpp|/Fo|/Fo:|/FoNUL|/Fo/dev/null|/Fo.|/Fo..|/Fo.x|/Fox.|/Fosub/x.y.z|-o sub|-o
-o -|/D|/I|/FI|/U|/clang:-MD /clang:-MFsub|/clang:-MD /clang:-MF -clang:x.d|/clang:-MD /clang:-MF/dev/null
/clang:-MD /clang:-MTq|/clang:-MMD /showIncludes|/clang:-MD /showIncludes|/clang:-MD /Z7|/Z7 /showIncludes:user
/Z7 /Fosub/|/Z7 /O2|/Zi /Fdq|/Z7 /clang:-MMD|/Z7 -gno-codeview-command-line|./a.cpp|inc/../a.cpp|b.c|a.cpp|missing.cpp
-|sub/empty|inc/h.h|/Tcb.c|/Tc a.cpp|/TP b.c|/TC a.cpp|/Imissing|/I inc/|/I./inc|/Iinc /Isub|/DX=__DATE__
/DX=__COUNTER__|/DX=__BASE_FILE__|/Dint=long|/FIinc/forced.h /FIinc/h.h|/FImissing.h|/FIsub/empty|/W4 /WX|/W4 /Foq.obj
/w /W4|/clang:-S|/clang:-E|/clang:-M|/clang:-o -clang:q.o|/clang:-oq.o|/clang:-include -clang:inc/forced.h
/clang:-x -clang:c|/clang:-g|/clang:-gdwarf|/clang:-gsplit-dwarf|/clang:-fstack-usage|/clang:-ffile-prefix-map=.=q
/clang:-fdebug-prefix-map=.=q /Z7|/clang:-save-temps|/clang:-c|/showIncludes /W4|/showIncludes /E
/showIncludes /showIncludes:user|/showIncludes:user /Foq.obj|/Brepro /Z7|/Zc:wchar_t-|/Zc:sizedDealloc|/fallback|/Yd
/Yc|/Y-|/FA /Faq|/FAcs|/Fa /Foq.obj|/Fmx|/Fex|/Fe:x|/Frx|/FRx|/Fpx|/Fix /P|/EP /P|/C /E|/MTd /LDd|/Tp a.cpp|/TP /TC|@
@x
"""
_VALUES = (
    "x",
    "1",
    "0",
    "y.o",
    "inc",
    "sub",
    "inc/forced.h",
    "q.d",
    "all",
    "none",
    "c++",
    "X=8",
    "/tmp=/y",
    ".",
    "sub/empty",
    "a,b",
    "2",
)
_ENVIRONMENT = {
    "LC_ALL": ("C", "de_DE.UTF-8"),
    "SOURCE_DATE_EPOCH": ("1", "x"),
    "CPATH": ("inc", "sub:inc", ""),
    "CPLUS_INCLUDE_PATH": ("inc", "."),
    "C_INCLUDE_PATH": ("inc",),
    "INCLUDE": ("inc", "inc;sub"),
    "CL": ("/DX=9", "/O2", "/W4 /Foz.obj", "'/DX=a b'", '"/DX=a b"', "/D\nX"),
    "_CL_": ("/DX#5", "/Fow.obj", "/showIncludes", "@r.rsp", "/Z7"),
    "TZ": ("UTC",),
    "GCC_COLORS": ("error=01;32",),
    "DEPENDENCIES_OUTPUT": ("dep.out",),
    "SUNPRO_DEPENDENCIES": ("sun.out t",),
    "CCC_OVERRIDE_OPTIONS": ("#+-O1",),
    "TMPDIR": (".",),
    "GCC_COMPARE_DEBUG": ("1",),
    "COMPILER_PATH": (".",),
    "PWD": ("/", "."),
    "LANG": ("de_DE.UTF-8",),
    "TERM": ("xterm",),
    "VCToolsInstallDir": (".",),
    "OBJC_INCLUDE_PATH": ("inc",),
    "EXTERNAL_INCLUDE": ("inc",),
}


@dataclass(frozen=True)
class Target:
    """A compiler to try."""

    compiler: str
    base: tuple[tuple[str, ...], ...]
    options: tuple[tuple[str, ...], ...]
    dialect: Dialect
    quoting: Quoting


def _options(*lists: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(option.split(" ")) for text in lists for line in text.split("\n") for option in line.split("|") if option
    )


_GNU_BASE = (("-c", "a.cpp", "-o", "a.o"), ("-c", "a.cpp"), ("-o", "b.o", "b.c", "-c"), ("-c", "-xc", "b.c"))
_CL_BASE = (("/c", "a.cpp", "/Foa.obj"), ("/c", "a.cpp"), ("-c", "b.c", "-Fob.obj"), ("/nologo", "/c", "--", "a.cpp"))
COMPILERS = {
    "g++": Target("g++", _GNU_BASE, _options(_GNU, _GNU_EDGES), GXX, Quoting.GCC),
    "clang++-19": Target("clang++-19", _GNU_BASE, _options(_GNU, _GNU_EDGES, _CLANG), CLANGXX, Quoting.CLANG),
    "clang-cl-19": Target("clang-cl-19", _CL_BASE, _options(_CL, _CL_EDGES), CLANG_CL, Quoting.CLANG_CL),
}


@dataclass(frozen=True)
class Case:
    """One command line with its response file and variables."""

    words: tuple[tuple[str, ...], ...]
    """Options with their values."""
    file: int = 0
    """How many of the last of these stand in a response file."""
    seed: int = 0
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, target: Target) -> tuple[list[str], bytes | None]:
        """The command line with what is in ``r.rsp``, if anything."""
        outside, inside = self.words[: len(self.words) - self.file], self.words[len(self.words) - self.file :]
        argv = [target.compiler, *(word for words in outside for word in words)]
        tokens = [word for words in inside for word in words]
        if not tokens:
            return argv, None
        chance = random.Random(self.seed)
        content = write_response_file(tokens, target.quoting)
        if content is None or chance.random() < 0.3:
            content = "".join(token + chance.choice([" ", "\n", "\r\n", "\t", "  "]) for token in tokens).encode()
        return [*argv, "@r.rsp"], content


def write_sources(folder: Path) -> None:
    """Write the sources where they are not as they should be."""
    for name, text in _SOURCES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_bytes() != text.encode():
            path.write_text(text)


def cases(target: Target, seed: int) -> Iterator[Case]:
    """Command lines without end; every other is like the one before it."""
    chance = random.Random(seed)
    rows = sorted(
        {*target.dialect.options._exact.values(), *target.dialect.options._joined.values()},
        key=lambda row: row.spelling,
    )
    case = Case(())
    while True:
        if not case.words or chance.random() < 0.5:
            words = [target.base[0] if chance.random() < 0.5 else chance.choice(target.base)]
            words += [_word(target, rows, chance) for _ in range(chance.randint(0, 4))]
            if chance.random() < 0.3:
                chance.shuffle(words)
            case = Case(tuple(words))
        else:
            case = Case(tuple(_changed(list(case.words), target, rows, chance)))
        environment = {}
        if chance.random() < 0.15:
            name = chance.choice(sorted(_ENVIRONMENT))
            environment[name] = chance.choice(_ENVIRONMENT[name])
        inside = chance.randint(0, len(case.words)) if chance.random() < 0.25 else 0
        yield Case(case.words, inside, chance.randrange(1000), environment)


def _changed(
    words: list[tuple[str, ...]], target: Target, rows: Sequence[Option], chance: random.Random
) -> list[tuple[str, ...]]:
    at = chance.randrange(len(words))
    kind = chance.random()
    if kind < 0.3:
        words.insert(at, _word(target, rows, chance))
    elif kind < 0.5 and len(words) > 1:
        del words[at]
    elif kind < 0.7:
        words[at] = _word(target, rows, chance) if at else words[at]
    elif kind < 0.85:
        other = chance.randrange(len(words))
        words[at], words[other] = words[other], words[at]
    elif kind < 0.95:
        words.append(words[at])
    else:
        spoilt = list(chance.choice(words))
        place = chance.randrange(len(spoilt))
        letters = spoilt[place]
        cut = chance.randint(0, len(letters))
        spoilt[place] = (
            letters[:cut] + chance.choice(["", "=", "-", "x", ",", " ", "1"]) + letters[cut + chance.randint(0, 1) :]
        )
        words[at] = tuple(spoilt)
    return words


def _word(target: Target, rows: Sequence[Option], chance: random.Random) -> tuple[str, ...]:
    if chance.random() < 0.75:
        return chance.choice(target.options)
    row, value = chance.choice(rows), chance.choice(_VALUES)
    spelling = (
        "/" + row.spelling[1:] if "/" in target.dialect.options._leads and chance.random() < 0.5 else row.spelling
    )
    if row.takes is Takes.NOTHING or (row.takes is Takes.OPTIONAL_JOINED and chance.random() < 0.5):
        return (spelling,)
    if row.takes is Takes.SEPARATE or (row.takes is Takes.JOINED_OR_SEPARATE and chance.random() < 0.5):
        return (spelling, value)
    return (spelling + value,)


def problem(cache: Cache, folder: Path, target: Target, case: Case) -> str | None:
    """What differs between the bare compiler and the cache, missed or hit, if anything."""
    argv, content = case.command(target)
    (folder / "r.rsp").write_bytes(content or b"")

    def make(how: Callable[[Cache, Sequence[str], Path, Mapping[str, str]], Made]) -> Made:
        made = how(cache, argv, folder, case.environment)
        write_sources(folder)
        return made

    bare, first, second = make(make_bare), make(make_cached), make(make_cached)
    for which, made in (("first", first), ("second", second)):
        # Some compilations differ each time.
        if made != bare and make(make_bare) == bare:
            return f"{which}: {argv} r.rsp={content!r} {dict(case.environment)}: {_difference(bare, made)}"
    return None


def _difference(bare: Made, made: Made) -> str:
    if bare.done != made.done:
        return f"{bare.done} != {made.done}"
    names = sorted({*bare.files, *made.files})
    return ", ".join(name for name in names if bare.files.get(name) != made.files.get(name))
