"""How the headers of a run are learnt."""

from pathlib import Path

import pytest

from clcache_launcher.compilers.dependencies import (
    SHOW_INCLUDES_PREFIX,
    Listing,
    RunPlan,
    plan_preprocessing,
    plan_run,
    read_depfile_report,
    read_show_includes_report,
)
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.families import dialect_for
from clcache_launcher.compilers.probe import Family, Probe
from clcache_launcher.model import Compilation
from support.parsing import parse_one

# What gcc 12, clang 19 and clang-cl 19 wrote for a source s.c that includes "in c/a b.h" and <stddef.h>.
CAPTURED = Path(__file__).parents[2] / "data" / "dependencies"
FAMILIES = {"g++": Family.GCC, "clang++": Family.CLANG, "clang-cl": Family.CLANG_CL, "cl": Family.CL}


def dialect(family: Family) -> Dialect:
    return dialect_for(Probe(family, b"", (), (), is_cxx_driver=True, targets_msvc=False))


def compilation(line: str) -> tuple[tuple[str, ...], Family, Compilation]:
    argv = tuple(line.split())
    family = FAMILIES[argv[0]]
    parsed = parse_one(dialect(family), argv[1:], lambda _: None, lambda _: True)
    assert isinstance(parsed, Compilation)
    return argv, family, parsed


@pytest.mark.parametrize(
    ("line", "listing"),
    [
        ("g++ -MD -MF x.d -c a.cpp -o a.o", Listing.DEPFILE),
        ("clang++ -MD -c a.cpp -o a.o", Listing.DEPFILE),
        ("clang-cl -clang:-MD -clang:-MFx.d /c a.cpp", Listing.DEPFILE),
        ("clang-cl /showIncludes /Z7 /c a.cpp", Listing.STDOUT),
        ("cl /showIncludes /c a.cpp", Listing.STDOUT),
    ],
)
def test_what_the_caller_asked_for_serves(line: str, listing: Listing) -> None:
    argv, family, parsed = compilation(line)
    plan = plan_run(argv, family, parsed, "/scratch")
    assert (plan.argv, plan.dependency_pass, plan.listing) == (argv, (), listing)
    assert plan.depfile != "/scratch"


@pytest.mark.parametrize(
    ("line", "added"),
    [
        ("g++ -c a.cpp", ("-MD", "-MF", "/scratch")),
        ("clang++ -g -c a.cpp", ("-MD", "-MF", "/scratch")),
        ("clang-cl /c a.cpp", ("/showIncludes",)),
        ("cl /c a.cpp", ("/showIncludes",)),
    ],
)
def test_else_an_option_is_added_behind_the_compiler(line: str, added: tuple[str, ...]) -> None:
    argv, family, parsed = compilation(line)
    plan = plan_run(argv, family, parsed, "/scratch")
    assert plan.argv == (argv[0], *added, *argv[1:])
    assert plan.dependency_pass == ()


@pytest.mark.parametrize(
    "line",
    [
        "g++ -MMD -MF x.d -c a.cpp -o a.o",
        "g++ -frecord-gcc-switches -c a.cpp -o a.o",
        "clang++ -grecord-command-line -c a.cpp -o a.o",
        "clang-cl /Z7 /c a.cpp /Foa.obj",
        "clang-cl /showIncludes:user /c a.cpp /Foa.obj",
        "cl /Z7 /c a.cpp /Foa.obj",
    ],
)
def test_nothing_is_added_where_it_would_show_and_a_pass_makes_none_of_the_outputs(line: str) -> None:
    argv, family, parsed = compilation(line)
    plan = plan_run(argv, family, parsed, "/scratch")
    assert plan.argv == argv
    assert plan.dependency_pass
    for word in ("-c", "/c", "-o", "a.o", "/Foa.obj", "-MMD", "x.d", "/Z7"):
        assert word not in plan.dependency_pass[1:]
    assert "a.cpp" in plan.dependency_pass


def test_depfile_inside_clang_cls_options_is_not_written_twice() -> None:
    argv, family, parsed = compilation("clang-cl /Z7 -clang:-MMD -clang:-MFx.d /c a.cpp")
    plan = plan_run(argv, family, parsed, "/scratch")
    assert plan.dependency_pass[-2:] == ("-clang:-M", "-clang:-MF/scratch")


def test_lines_that_the_caller_did_not_ask_for_are_taken_out() -> None:
    argv, family, parsed = compilation("clang-cl /c a.cpp")
    plan = plan_run(argv, family, parsed, "/scratch")
    text = b"a.cpp\r\nNote: including file:  x.h\r\nwarning\r\n"
    assert read_show_includes_report(plan, text, b"", SHOW_INCLUDES_PREFIX) == (("x.h",), b"a.cpp\r\nwarning\r\n")
    asked = compilation("clang-cl /showIncludes /c a.cpp")
    plan = plan_run(asked[0], asked[1], asked[2], "/scratch")
    assert read_show_includes_report(plan, text, b"", SHOW_INCLUDES_PREFIX) == (("x.h",), text)


@pytest.mark.parametrize("name", ["gcc-12.d", "gcc-12-phony.d", "clang-19.d", "clang-cl-19.d"])
def test_depfile_of_a_real_compiler_is_read(name: str) -> None:
    files = read_depfile_report((CAPTURED / name).read_bytes())
    assert files is not None
    assert files[0] == "s.c"
    assert "in c/a b.h" in files
    assert any(file.endswith("/stddef.h") for file in files)
    assert not any(file.endswith((":", "\\")) for file in files)


def test_every_cut_of_a_real_depfile_lists_what_the_whole_does_or_nothing() -> None:
    for path in CAPTURED.glob("*.d"):
        data = path.read_bytes()
        whole = read_depfile_report(data)
        for size in range(len(data)):
            assert read_depfile_report(data[:size]) in (None, whole)


def test_missing_depfile_lists_nothing() -> None:
    assert read_depfile_report(None) is None


def test_show_includes_of_real_clang_cl_is_read() -> None:
    text = (CAPTURED / "clang-cl-19-show-includes.txt").read_bytes()
    plan = RunPlan(("clang-cl",), (), Listing.STDOUT_HIDDEN)
    files, rest = read_show_includes_report(plan, text, b"", SHOW_INCLUDES_PREFIX)
    assert files is not None
    assert files[:2] == ("./in c/a b.h", "/usr/lib/llvm-19/lib/clang/19/include/stddef.h")
    assert len(files) == 9
    assert rest == b""


def test_headers_that_a_pass_lists_leave_the_callers_text_alone() -> None:
    text = (CAPTURED / "clang-cl-19-show-includes.txt").read_bytes()
    plan = RunPlan(("cl",), ("cl", "/P"), Listing.PASS_STDERR)
    files, stdout = read_show_includes_report(plan, b"Note: including file: mine\n", text, SHOW_INCLUDES_PREFIX)
    assert files is not None
    assert len(files) == 9
    assert stdout == b"Note: including file: mine\n"


@pytest.mark.parametrize(
    "prefix", ["Hinweis: Einlesen der Datei:", "Remarque : inclusion du fichier :", "メモ: インクルード ファイル:"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_in_another_language_are_listed_and_taken_out(prefix: str, end: str) -> None:
    argv, family, parsed = compilation("cl /c a.cpp")
    plan = plan_run(argv, family, parsed, "/scratch")
    text = f"a.cpp{end}{prefix} x.h{end}{prefix}  y.h{end}Note: including file: mine{end}".encode()
    listed, rest = read_show_includes_report(plan, text, b"", prefix.encode())
    assert listed == ("x.h", "y.h")
    assert rest == f"a.cpp{end}Note: including file: mine{end}".encode()


def test_list_whose_language_is_not_known_lists_nothing() -> None:
    argv, family, parsed = compilation("cl /c a.cpp")
    plan = plan_run(argv, family, parsed, "/scratch")
    assert read_show_includes_report(plan, b"Xxx: x.h\n", b"", b"") == (None, b"Xxx: x.h\n")


def test_preprocessing_writes_no_depfile_of_the_callers() -> None:
    argv, family, parsed = compilation("clang-cl -clang:-MMD -clang:-MFx.d /c -- a.cpp")
    assert plan_preprocessing(argv[0], family, parsed, "/scratch").argv[-3:] == ("-clang:-MF/scratch", "--", "a.cpp")
    argv, family, parsed = compilation("clang-cl /c a.cpp")
    assert plan_preprocessing(argv[0], family, parsed, "/scratch").argv[-1] == "a.cpp"
