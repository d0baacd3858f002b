"""What a command line makes of precompiled headers, and which it uses."""

import pytest

from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.gnu import CLANG, GCC
from clcache_launcher.compilers.msvc import CL
from clcache_launcher.compilers.precompiled import name_pch
from clcache_launcher.model import Compilation, Precompiled, Reason, Uncacheable
from support.parsing import parse_one


def parse(dialect: Dialect, line: str) -> Compilation | Uncacheable:
    parsed = parse_one(dialect, line.split(), lambda _: None, lambda _: False)
    assert isinstance(parsed, Compilation | Uncacheable)
    return parsed


@pytest.mark.parametrize(
    ("dialect", "line", "precompiled", "outputs"),
    [
        (GCC, "-x c++-header a.h -o b.gch", Precompiled("object"), ["b.gch"]),
        (GCC, "-c d/a.h", Precompiled("object"), ["d/a.h.gch"]),
        (CLANG, "a.h", Precompiled("object", holds_times=True), ["a.h.pch"]),
        (CLANG, "-Xclang -fno-pch-timestamp a.h", Precompiled("object"), ["a.h.pch"]),
        (CLANG, "-c a.c -include-pch x.pch", Precompiled(used=("x.pch",)), ["a.o"]),
        (CLANG, "-c a.c -Xclang -include-pch -Xclang x.pch", Precompiled(used=("x.pch",)), ["a.o"]),
        (CLANG_CL, "/c a.cpp /Ycp.h /Fpx", Precompiled("pch", holds_times=True), ["a.obj", "x.pch"]),
        (CLANG_CL, "/c a.cpp /Ycd/p.h", Precompiled("pch", holds_times=True), ["a.obj", "d/p.pch"]),
        (CLANG_CL, "/c a.cpp /Yup.h", Precompiled(used=("p.pch",)), ["a.obj"]),
        (CL, "/c a.cpp /Ycp.h /Fpx.pch", Precompiled("pch"), ["a.obj", "x.pch"]),
        (CL, "/c a.cpp /Yup.h /Fp:x.pch", Precompiled(used=("x.pch",)), ["a.obj"]),
        (CL, "/c a.cpp /Fpx.pch", None, ["a.obj"]),
    ],
)
def test_precompiled_headers_of_a_command_line(
    dialect: Dialect, line: str, precompiled: Precompiled | None, outputs: list[str]
) -> None:
    parsed = parse(dialect, line)
    assert isinstance(parsed, Compilation), parsed
    assert parsed.precompiled == precompiled
    assert [output.path for output in parsed.outputs] == outputs
    assert set(precompiled.used if precompiled else ()) <= set(parsed.input_files)


@pytest.mark.parametrize(
    ("dialect", "line"),
    [
        (CL, "/c a.cpp /Ycp.h"),
        (CL, "/c a.cpp /Yup.h"),
        (CL, "/c a.cpp /Yc /Fpfolder/"),
        (CL, "/c a.cpp /Ylname"),
        (CLANG_CL, "/c a.cpp /Yc"),
        (CLANG_CL, "/c a.cpp /Ycp.h /Yup.h"),
        (CLANG_CL, "/c a.cpp /Ycp.h /Y-"),
        (CLANG_CL, "/c a.h"),
        (CLANG, "-c a.c -Xclang -emit-pch"),
        (CLANG, "a.h -include-pch x.pch"),
        (CLANG, "a.h -o a.pch -fpch-validate-input-files-content"),
    ],
)
def test_what_is_not_certain_is_uncacheable(dialect: Dialect, line: str) -> None:
    parsed = parse(dialect, line)
    assert isinstance(parsed, Uncacheable)
    assert parsed.reason is Reason.PRECOMPILED_HEADER


def test_run_that_lists_the_headers_neither_makes_nor_uses_one_of_cl() -> None:
    for line in ("/c a.cpp /Ycp.h /Fpx.pch", "/c a.cpp /Yup.h /Fpx.pch"):
        parsed = parse(CLANG_CL, line)
        assert isinstance(parsed, Compilation)
        assert parsed.inspection_arguments == ("a.cpp",)


@pytest.mark.parametrize(
    ("given", "header", "path"),
    [
        (None, "p.h", "p.pch"),
        (None, "p", "p.pch"),
        (None, "d.e/p", "d.e/p.pch"),
        (None, "", None),
        ("x", "p.h", "x.pch"),
        ("x.y", "p.h", "x.y"),
        ("d.e/x", "p.h", "d.e/x.pch"),
        ("d/", "p.h", None),
    ],
)
def test_name_of_cls_precompiled_header(given: str | None, header: str, path: str | None) -> None:
    assert name_pch(given, header) == path
