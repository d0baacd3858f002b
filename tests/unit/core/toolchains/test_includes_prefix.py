"""The language of ``/showIncludes``."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.compilers.msvc import CL
from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.toolchains.includes_prefix import IncludesPrefixes
from support.case import TOOLCHAIN, Case
from support.programs import write_program


def prepared(tmp_path: Path, said: str, family: Family = Family.CL) -> Prepared:
    """An invocation of a program that lists headers as told."""
    program = write_program(tmp_path / "cl", said)
    made = Case(tmp_path, replace(TOOLCHAIN, family=family, dialect=CL)).prepared("/c", "a.c")
    return replace(made, invocation=replace(made.invocation, compiler=str(program), environment={}))


@pytest.mark.parametrize(
    "prefix", ["Note: including file:", "Remarque : inclusion du fichier :", "メモ: インクルード ファイル:"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("folder", ["/a folder/", "C:\\a folder\\"])
def test_prefix_is_what_stands_before_the_header(tmp_path: Path, prefix: str, end: str, folder: str) -> None:
    invocation = prepared(tmp_path, f"asks.c{end}{prefix} {folder}clcache_asks.h{end}")
    assert IncludesPrefixes().find(invocation) == prefix.encode()


def test_each_language_is_asked_for_once(tmp_path: Path) -> None:
    first = prepared(tmp_path, "x: /clcache_asks.h\n")
    other = replace(first, invocation=replace(first.invocation, environment={"VSLANG": "1031"}))
    prefixes = IncludesPrefixes()
    assert prefixes.find(first) == b"x:"
    write_program(tmp_path / "cl", "y: /clcache_asks.h\n")
    assert prefixes.find(other) == b"y:"
    assert prefixes.find(first) == b"x:"


def test_answer_that_lists_nothing_is_no_prefix(tmp_path: Path) -> None:
    assert IncludesPrefixes().find(prepared(tmp_path, "asks.c\n")) == b""


def test_clang_cl_speaks_english(tmp_path: Path) -> None:
    asked = prepared(tmp_path, "x: /clcache_asks.h\n", Family.CLANG_CL)
    assert IncludesPrefixes().find(asked) == b"Note: including file:"
