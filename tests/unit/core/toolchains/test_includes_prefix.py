"""The language of ``/showIncludes``."""

from dataclasses import replace
from pathlib import Path

import pytest

from clcache_launcher.compilers.msvc import CL
from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.toolchains.includes_prefix import IncludesPrefixes
from support.case import TOOLCHAIN, Case


def prepared(tmp_path: Path, said: str, family: Family = Family.CL) -> Prepared:
    """An invocation of a program that lists headers as told, ``%s`` being the folder, and counts its runs."""
    program = tmp_path / "cl"
    program.write_text(f"#!/bin/sh\necho >>{tmp_path}/runs\nprintf '{said}' \"$PWD/\"\n")
    program.chmod(0o755)
    made = Case(tmp_path, replace(TOOLCHAIN, family=family, dialect=CL)).prepared("/c", "a.c")
    return replace(
        made, invocation=replace(made.invocation, compiler=str(program), environment={"PATH": "/bin:/usr/bin"})
    )


@pytest.mark.posix
@pytest.mark.parametrize(
    "prefix", ["Note: including file:", "Remarque : inclusion du fichier :", "メモ: インクルード ファイル:"]
)
@pytest.mark.parametrize("end", ["\\n", "\\r\\n"])
def test_prefix_is_what_stands_before_the_header(tmp_path: Path, prefix: str, end: str) -> None:
    invocation = prepared(tmp_path, f"asks.c{end}{prefix} %sclcache_asks.h{end}")
    prefixes = IncludesPrefixes()
    assert prefixes.find(invocation) == prefix.encode()
    assert prefixes.find(invocation) == prefix.encode()
    assert (tmp_path / "runs").read_text() == "\n"


@pytest.mark.posix
def test_each_language_is_asked_for(tmp_path: Path) -> None:
    first = prepared(tmp_path, "x: %sclcache_asks.h\\n")
    other = replace(first, invocation=replace(first.invocation, environment={"PATH": "/bin", "VSLANG": "1031"}))
    prefixes = IncludesPrefixes()
    for each in (first, other):
        assert prefixes.find(each) == b"x:"
    assert (tmp_path / "runs").read_text() == "\n\n"


def test_answer_that_lists_nothing_is_no_prefix(tmp_path: Path) -> None:
    assert IncludesPrefixes().find(prepared(tmp_path, "asks.c\\n")) == b""


def test_clang_cl_speaks_english(tmp_path: Path) -> None:
    assert IncludesPrefixes().find(prepared(tmp_path, "", Family.CLANG_CL)) == b"Note: including file:"
    assert not (tmp_path / "runs").exists()
