"""What the option tables say of clang-cl, against clang-cl."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from clcache_launcher.compilers.cl_variables import prepend_environment_options
from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.clang_cl_options import CLANG_CL_ROWS, NESTED_ROWS
from clcache_launcher.compilers.msvc_options import SHARED_ROWS
from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.compilers.response_file import Quoting
from clcache_launcher.model import Compilation
from support.parsing import parse_one

COMPILER = shutil.which("clang-cl-19") or shutil.which("clang-cl")
pytestmark = [
    pytest.mark.clang_cl,
    pytest.mark.skipif(COMPILER is None, reason="needs clang-cl 19: apt-get install clang-tools-19"),
]

FROM_GNU = ("clang:ClangCommandLineReference", "gcc:")
GNU_STEP = 16
GROUPS = 8
VALUES = {
    "-arch:": "AVX2",
    "-std:": "c++17",
    "-EH": "sc",
    "-guard:": "cf",
    "-Zc:": "wchar_t",
    "-fsanitize=": "address",
    "-fsanitize-coverage=": "trace-pc-guard",
    "-O": "2",
    "--target=": "i686-pc-windows-msvc",
    "-target": "i686-pc-windows-msvc",
    "-source-charset:": "utf-8",
    "-execution-charset:": "utf-8",
    "-fms-compatibility-version=": "19.30",
    "-fmsc-version=": "1930",
    "-fgnuc-version=": "4.2.1",
    "-march=": "haswell",
    "-mtune=": "generic",
    "-W": "extra",
    "-ftrivial-auto-var-init=": "zero",
}


SIDE_OUTPUTS = ("-gdwarf", "-gsplit-dwarf", "-clang:-fstack-usage", "-clang:-fsave-optimization-record")
NAMES = ("", "/Fod/", "/Fod/x.y.obj", "-o d/x.y.obj", "-od/", "-od/x /Foz", "/od/x.obj")
LISTINGS = ("/FA", "/FAcs /Fod/", "/Fad/", "/FA /Fad/l", "/Fad/l.m.lst", "/Fa", "/Fal.", "/FA /Fa /Foq.obj")


def is_from_gnu(row: Option) -> bool:
    return row.source.startswith(FROM_GNU)


def sample() -> list[tuple[str, ...]]:
    """Every option that is clang-cl's or Microsoft's own, and some of those that it shares with clang."""
    outer = [row for row in (*SHARED_ROWS, *CLANG_CL_ROWS) if row.effect in (Effect.KEY, Effect.RECORDS)]
    own = [spelled(row) for row in outer if not is_from_gnu(row)]
    after_clang = [row for row in NESTED_ROWS["clang"] if row.effect in (Effect.KEY, Effect.RECORDS)]
    shared = [spelled(row) for row in outer if is_from_gnu(row)][::GNU_STEP]
    return own + shared + [tuple(f"/clang:{token}" for token in spelled(row)) for row in after_clang][::GNU_STEP]


def spelled(row: Option) -> tuple[str, ...]:
    value = VALUES.get(row.spelling, "1")
    if row.takes is Takes.SEPARATE:
        return (row.spelling, value)
    return (row.spelling,) if row.takes is Takes.NOTHING else (row.spelling + value,)


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    assert COMPILER is not None
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run(
        [COMPILER, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=30
    )


def files_below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def without_timestamp(path: Path) -> bytes:
    """A COFF object but for the time in its header."""
    content = path.read_bytes()
    return content[:4] + content[8:]


@pytest.fixture
def source_folder(tmp_path: Path) -> Path:
    (tmp_path / "a.cpp").write_text("int f(int x) { return x + 1; }\n")
    return tmp_path


@pytest.mark.parametrize("group", range(GROUPS))
def test_key_option_writes_no_file_but_the_object(source_folder: Path, group: int) -> None:
    accepted = 0
    for tokens in sample()[group::GROUPS]:
        finished = run(source_folder, "/c", "/Foout.obj", *tokens, "--", "a.cpp")
        if finished.returncode == 0:
            accepted += 1
            assert files_below(source_folder) == {"a.cpp", "out.obj"}, tokens
            (source_folder / "out.obj").unlink()
    assert accepted >= 20


@pytest.mark.parametrize(
    "arguments",
    [
        ["a.cpp"],
        ["a.cpp", "/Fox"],
        ["a.cpp", "/Fox."],
        ["a.cpp", "/Fo.x"],
        ["a.cpp", "/Fo."],
        ["a.cpp", "/Fo.."],
        ["a.cpp", "/Fox.o"],
        ["a.cpp", "/Fox", "/Fo"],
        ["a.cpp", "/Fo:x"],
        ["a.cpp", "/Fo:", "x"],
        ["a.cpp", "/Fod"],
        ["a.cpp", "/Fod/"],
        ["a.cpp", "/Fod\\"],
        ["a.cpp", "/Fod/x.y.z"],
        ["a.cpp", "-ox"],
        ["a.cpp", "/o", "d/"],
        ["a.cpp", "-o:x"],
        ["a.cpp", "-o", "x", "/Foy"],
        ["a.cpp", "/Fox", "-o", "y"],
        ["a.cpp", "/options:strict"],
        ["a.cpp", "-clang:-MD"],
        ["a.cpp", "-clang:-MD", "/Fod/"],
        ["a.cpp", "-clang:-MD", "/Fod/x"],
        ["a.cpp", "-clang:-MMD", "-ox"],
        ["a.cpp", "-clang:-MD", "-clang:-MFd/y.d"],
        ["a.cpp", "-clang:-MD", "-clang:-MF", "-clang:y.d", "-clang:-MTx", "-clang:-MP"],
        *(["d/a.b.cpp", *SIDE_OUTPUTS, *names.split()] for names in NAMES),
        *(["d/a.b.cpp", *names.split()] for names in LISTINGS),
        ["a.cpp", "-flto=thin", "-fthin-link-bitcode=d/x"],
        ["a.cpp", "/FR", "/Frx", "/doc", "/docx", "/Fm", "/Fx", "/LN", "/Gm", "/sourceDependencies", "x", "/analyze-"],
        ["/Tp", "a.b.txt"],
        ["/TP", "a."],
        ["/TP", ".a.b"],
        ["/TP", ".a"],
        ["d/a.cpp"],
    ],
)
def test_outputs_are_named_as_clang_cl_names_them(tmp_path: Path, arguments: list[str]) -> None:
    parsed = parse_one(CLANG_CL, ["/c", *arguments], lambda _: None, lambda _: False)
    assert isinstance(parsed, Compilation)
    (tmp_path / "d").mkdir()
    (tmp_path / parsed.source).write_text("int f(int x) { return x + 1; }\n")
    finished = run(tmp_path, "/c", *arguments)
    assert finished.returncode == 0, finished.stderr
    assert files_below(tmp_path) == {parsed.source} | {output.path for output in parsed.outputs}


@pytest.mark.parametrize("debug", [[], ["/Z7"], ["/Zi"], ["/ZI"], ["-g"], ["-gdwarf"], ["-gline-tables-only"]])
@pytest.mark.parametrize("other", [["/Foy.obj"], ["/Fox.obj", "/showIncludes"]])
def test_object_differs_only_where_command_line_is_recorded(
    source_folder: Path, debug: list[str], other: list[str]
) -> None:
    def compile_to_bytes(*arguments: str) -> bytes:
        parsed = parse_one(CLANG_CL, ["/c", *arguments], lambda _: None, lambda _: False)
        assert isinstance(parsed, Compilation)
        assert run(source_folder, "/c", *arguments).returncode == 0
        keys.add(parsed.key_arguments)
        return without_timestamp(source_folder / parsed.outputs[0].path)

    keys: set[tuple[str, ...]] = set()
    objects = {compile_to_bytes(*debug, *names, "a.cpp") for names in (["/Fox.obj"], other)}
    assert len(objects) <= len(keys)


@pytest.mark.parametrize(
    "variables",
    [
        {"CL": "/Fox.obj"},
        {"_CL_": "/Fox.obj"},
        {"CL": "/Fox.obj", "_CL_": "/Foy.obj"},
        {"CL": '"/Fox y.obj" /DX#1'},
        {"CL": "/D X#1 /Fo:d/"},
    ],
)
def test_environment_options_are_read_as_clang_cl_reads_them(tmp_path: Path, variables: dict[str, str]) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "a.cpp").write_text("#ifdef X\nstatic_assert(X == 1);\n#endif\nint f(int x) { return x + 1; }\n")
    whole = prepend_environment_options(["/c", "a.cpp"], variables, Quoting.CLANG_CL)
    assert isinstance(whole, tuple)
    parsed = parse_one(CLANG_CL, whole, lambda _: None, lambda _: False)
    assert isinstance(parsed, Compilation)
    assert run(tmp_path, "/c", "a.cpp", **variables).returncode == 0
    assert files_below(tmp_path) == {"a.cpp", parsed.outputs[0].path}
