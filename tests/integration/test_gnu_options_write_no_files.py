"""What the tables say of gcc and clang, held against gcc and clang."""

import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.gnu import CLANG, GCC
from clcache_launcher.compilers.gnu_code_generation import CODE_GENERATION
from clcache_launcher.compilers.gnu_options import CLANG_ONLY, COMMON, GCC_ONLY
from clcache_launcher.compilers.gnu_rare import RARE, RARE_CLANG
from clcache_launcher.compilers.gnu_targets import TARGET
from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.model import Compilation
from support.parsing import parse_one

pytestmark = pytest.mark.posix("gnu")

SOURCE = "#include <stddef.h>\nint f(int x) { int s = 0; for (int i = 0; i < x; i++) s += i; return s; }\n"
SAMPLE = 150
SEED = 4711


def found(*names: str) -> str:
    return next((path for path in map(shutil.which, names) if path), "")


COMPILERS = [
    pytest.param(path, dialect, id=dialect.name, marks=pytest.mark.skipif(not path, reason=f"install {package}"))
    for path, dialect, package in (
        (found("gcc-12", "gcc"), GCC, "gcc-12"),
        (found("clang-19", "clang"), CLANG, "clang-19"),
    )
]
EACH_COMPILER = pytest.mark.parametrize(("compiler", "dialect"), COMPILERS)


def run(compiler: str, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "TMPDIR": str(cwd.parent), "LC_ALL": "C"}
    return subprocess.run([compiler, *arguments], cwd=cwd, env=environment, capture_output=True, check=False)


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def folder_with_source(parent: Path, name: str = "work", source: str = "a.b.c") -> Path:
    folder = parent / name
    for inner in ("d", "d.x", "src"):
        (folder / inner).mkdir(parents=True)
    (folder / source).write_text(SOURCE)
    return folder


def spelled(row: Option) -> list[str]:
    values = {"-std=": "gnu11", "-march=": "x86-64", "-mtune=": "generic", "-fsanitize=": "undefined"}
    if row.takes in (Takes.NOTHING, Takes.OPTIONAL_JOINED):
        return [row.spelling]
    value = values.get(row.spelling, "1")
    return [row.spelling, value] if row.takes is Takes.SEPARATE else [row.spelling + value]


@EACH_COMPILER
def test_option_that_only_enters_the_key_writes_no_file_and_names_no_object(
    compiler: str, dialect: Dialect, tmp_path: Path
) -> None:
    rows = [*CODE_GENERATION, *TARGET, *COMMON, *RARE, *(GCC_ONLY if dialect is GCC else (*CLANG_ONLY, *RARE_CLANG))]
    # Objects for link time optimization and CTF differ from run to run (gcc 12.2).
    rows = [row for row in rows if row.effect is Effect.KEY and not re.match(r"-flto|-gctf|--target", row.spelling)]
    compiled = 0
    for number, row in enumerate(random.Random(SEED).sample(rows, SAMPLE)):
        folder = folder_with_source(tmp_path, str(number))
        first = run(compiler, *spelled(row), "-g", "-c", "a.b.c", "-o", "d/one.o", cwd=folder)
        if first.returncode:
            continue
        second = run(compiler, *spelled(row), "-g", "-c", "a.b.c", "-o", "two.o", cwd=folder)
        compiled += 1
        assert files(folder) == {"a.b.c", "d/one.o", "two.o"}, row
        assert (folder / "d/one.o").read_bytes() == (folder / "two.o").read_bytes(), row
        assert (first.stdout, first.stderr) == (b"", second.stderr), row
    assert compiled > SAMPLE // 5


@pytest.mark.parametrize(
    "options",
    [
        "-c a.b.c",
        "-S a.b.c",
        "-S -c a.b.c",
        *(
            f"-c a.b.c -o {name}"
            for name in ("foo", "d/foo.o", "a.x.o", "d.x/foo", "foo.", ".o", "d/.hid.o", "foo.c.o")
        ),
        "-S a.b.c -o d/foo.s",
        "-x c -c a.b.c -o foo.obj",
    ],
)
@EACH_COMPILER
def test_outputs_are_those_that_the_compiler_writes(
    compiler: str, dialect: Dialect, options: str, tmp_path: Path
) -> None:
    folder = folder_with_source(tmp_path)
    extra = ["-fcallgraph-info"] if dialect is GCC else ["-fsave-optimization-record"]
    # gcc leaves the extraction of a .dwo to the assembler's step.
    split = [] if dialect is GCC and "-S" in options else ["-gsplit-dwarf"]
    arguments = [*options.split(), "-O1", "-g", "-fstack-usage", "--coverage", "-MD", *split, *extra]
    parsed = parse_one(dialect, arguments, lambda _: None, lambda _: False)

    assert run(compiler, *arguments, cwd=folder).returncode == 0
    assert isinstance(parsed, Compilation)
    assert {output.path for output in parsed.outputs} == files(folder) - {"a.b.c"}


@pytest.mark.parametrize("names", ["", "-o foo.x.o", "-o d.x/foo", "-o d/.hid.o"])
@pytest.mark.parametrize(
    ("compiler", "dialect", "options"),
    [
        ("gcc", GCC, "-save-temps -fstack-usage"),
        ("gcc", GCC, "-save-temps=obj -g -gsplit-dwarf --coverage"),
        ("gcc", GCC, "-fsave-optimization-record"),
        ("gcc", GCC, "--coverage -fprofile-note=d/n"),
        ("clang", CLANG, "-save-temps -fstack-usage"),
        ("clang", CLANG, "-save-temps=cwd"),
        ("clang", CLANG, "-save-temps=obj -g -gsplit-dwarf"),
        ("clang", CLANG, "-emit-llvm"),
        ("clang", CLANG, "-foptimization-record-file=d/r"),
        ("clang", CLANG, "-MJ d/x.json --serialize-diagnostics d/x -flto=thin -fthin-link-bitcode=d/y"),
        ("clang", CLANG, "-fno-integrated-as -g -gsplit-dwarf"),
        ("clang", CLANG, "-g -gsplit-dwarf=single"),
    ],
)
def test_more_outputs_are_those_that_the_compiler_writes(
    compiler: str, dialect: Dialect, options: str, names: str, tmp_path: Path
) -> None:
    folder = folder_with_source(tmp_path, source="src/a.b.c")
    arguments = ["-O1", *options.split(), "-c", "src/a.b.c", *names.split()]
    parsed = parse_one(dialect, arguments, lambda _: None, lambda _: False)

    found = shutil.which(f"{compiler}-19") or shutil.which(compiler)
    assert found
    assert run(found, *arguments, cwd=folder).returncode == 0
    assert isinstance(parsed, Compilation)
    made = files(folder) - {"src/a.b.c"}
    assert made <= {output.path for output in parsed.outputs}
    assert parsed.outputs[0].path in made


@pytest.mark.parametrize("options", ["-MD", "-MMD", "-MD -MMD", "-MMD -MD", "-Wp,-MD,x.d", "-Wp,-MMD,x.d", "-MD -MF y"])
@EACH_COMPILER
def test_depfile_is_as_complete_as_said(compiler: str, dialect: Dialect, options: str, tmp_path: Path) -> None:
    folder = folder_with_source(tmp_path)
    arguments = [*options.split(), "-c", "a.b.c", "-o", "d/foo.o"]
    parsed = parse_one(dialect, arguments, lambda _: None, lambda _: False)

    assert run(compiler, *arguments, cwd=folder).returncode == 0
    assert isinstance(parsed, Compilation)
    assert parsed.depfile
    assert ("stddef.h" in (folder / parsed.depfile.path).read_text()) == parsed.depfile.lists_system_headers


@EACH_COMPILER
def test_language_of_each_suffix(compiler: str, dialect: Dialect, tmp_path: Path) -> None:
    for suffix, language in dialect.languages.items():
        if language in ("c", "c++"):
            folder = folder_with_source(tmp_path, suffix, f"a{suffix}")
            assert run(compiler, "-c", f"a{suffix}", "-o", "a.o", cwd=folder).returncode == 0
            assert (b"_Z1f" in (folder / "a.o").read_bytes()) == (language == "c++"), suffix


# Rows that take a prefix; each is safe for every option that begins like it.
PREFIXES = re.compile(
    r"-W|-R|-fdump-|-fopt-info|-fmodule|-fbuiltin-|-fno-builtin-|-ffixed-|-fcall-|-fprofile-use|-fauto-profile|-fdeps-"
    r"|-print-|--print-|-save-temps|--save-temps|-ftime-trace|-obj|-fapinotes|-gen-reproducer|-save-stats|--save-stats"
    r"|-fproc-stat-report|-fcompare-debug|-fprofile-instr-use|-fprofile-sample-use|-aux-info|-flang-info-|-fplugin-arg-"
    r"|-dependency-|-index-|-Mmodules|-lang-|-A|--cuda-|--no-cuda-|-fcuda-|-fno-cuda-|--hip|-fhip-|-fno-hip-|--no-hip"
    r"|--gpu-|--no-gpu-|-fgpu-|-fno-gpu-|-nogpu|--offload|--no-offload|-foffload|-fno-offload|-fsycl|--rocm-|-cl-"
    r"|--libomptarget-|-fopenmp-target|-fno-openmp-target|-fopenmp-cuda-|-fno-openmp-cuda-|-Xcuda-|-Xarch_|-fhlsl-strict-"
    r"|-ftime-report|-fname-mangling-version-|-fmem-report|-flto-report|-Xopenmp-target"
)


@EACH_COMPILER
def test_no_row_takes_in_a_longer_option(compiler: str, dialect: Dialect, tmp_path: Path) -> None:
    if dialect is CLANG:
        listed = run(compiler, "--autocomplete=-", cwd=tmp_path).stdout.decode().splitlines()
    else:
        help_texts = ("common", "c", "c++", "target", "optimizers", "undocumented", "separate", "joined")
        listed = [
            line.strip()
            for topic in help_texts
            for line in run(compiler, f"--help={topic}", cwd=tmp_path).stdout.decode().splitlines()
            if line.startswith("  -")
        ]
    spellings = {re.split(r"[\s<\[]", line)[0] for line in listed if line.startswith("-")}

    assert len(spellings) > 1000
    rows = {spelling: dialect.options.find(spelling) for spelling in spellings}
    taken = {
        spelling: row[0].spelling for spelling, row in rows.items() if row and row[1] and "=" not in row[0].spelling
    }
    assert {spelling: by for spelling, by in taken.items() if not PREFIXES.match(by)} == {}
