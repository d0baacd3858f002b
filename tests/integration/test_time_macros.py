"""Objects that hold the time: hits where the compiler would print the same now, and never else."""

import os
import time
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare
from support.meddler import meddle
from support.tree import Tree, compilers, expect_twice

pytestmark = pytest.mark.posix("gnu")

STAMP, DATE, TIME = "__TIMESTAMP__", "__DATE__", "__TIME__"


def _zone(hours_east: int) -> str:
    # "Etc/GMT+5" is five hours west.
    return f"Etc/GMT{-hours_east:+d}"


def _noon() -> int:
    """Hours east of a zone in which it is noon or so, far from the next day."""
    return 12 - time.gmtime().tm_hour


@pytest.fixture
def tree(cache: Cache, work: Path, command: list[str]) -> Tree:
    made = Tree(cache, work, command)
    made.env["TZ"] = _zone(_noon())
    return made


def _age(tree: Tree, name: str, time_s: float) -> None:
    os.utime(tree.folder / name, (time_s, time_s))


def _write_stamp(tree: Tree) -> None:
    tree.write("a.cpp", f'#include "h.h"\nconst char *when = {STAMP}; int f() {{ return H; }}\n')
    _age(tree, "a.cpp", 1e9)


@compilers
@pytest.mark.parametrize("macro", [TIME, f"{DATE} {TIME}"])
def test_time_of_day_is_uncacheable(tree: Tree, macro: str) -> None:
    tree.write("a.cpp", f"const char *when = {macro} + 8;\n")
    before = tree.cache.stats()["uncacheable"]
    tree.cache.compile(*tree.command, cwd=tree.folder)
    assert tree.cache.stats()["uncacheable"] == before + 1


@compilers
def test_timestamp_is_cached_until_the_file_has_another_time(tree: Tree) -> None:
    _write_stamp(tree)
    expect_twice(tree, "miss")
    _age(tree, "a.cpp", 1e9 + 0.5)
    tree.expect("hit")
    _age(tree, "a.cpp", 1e9 + 1)
    expect_twice(tree, "miss")
    _age(tree, "a.cpp", 1e9)
    tree.expect("hit")


@compilers
def test_timestamp_in_a_header_is_that_headers(tree: Tree) -> None:
    tree.write("second/h.h", f"const char *when = {STAMP};\n")
    tree.write("a.cpp", '#include "h.h"\n')
    _age(tree, "second/h.h", 1e9)
    expect_twice(tree, "miss")
    _age(tree, "second/h.h", 1.1e9)
    expect_twice(tree, "miss")


@compilers
@pytest.mark.parametrize("option", [f"-DNOW={STAMP}", f"-DNOW={DATE}"])
def test_time_macro_on_the_command_line_is_cached(tree: Tree, option: str) -> None:
    tree.write("a.cpp", "const char *when = NOW;\n")
    _age(tree, "a.cpp", 1e9)
    tree.command.append(option)
    expect_twice(tree, "miss")
    _age(tree, "a.cpp", 1.1e9)
    tree.expect("miss" if STAMP in option else "hit")


@compilers
def test_time_of_a_file_without_time_macros_does_not_matter(tree: Tree) -> None:
    tree.write("a.cpp", f"// {STAMP}\nint a;\n")
    expect_twice(tree, "miss")
    _age(tree, "a.cpp", 1e9)
    tree.expect("hit")


@compilers
def test_zone_of_a_timestamp_is_not_overlooked(tree: Tree) -> None:
    _write_stamp(tree)
    for zone in ("UTC", "Asia/Tokyo", ":America/New_York"):
        tree.env["TZ"] = zone
        expect_twice(tree, "miss")
    for zone in ("UTC", "Asia/Tokyo"):
        tree.env["TZ"] = zone
        tree.expect("hit")


@compilers
@pytest.mark.parametrize("zone", ["No/Where", "right/UTC", "XYZ-5:30"])
def test_zone_that_is_not_understood_is_uncacheable(tree: Tree, zone: str) -> None:
    _write_stamp(tree)
    tree.env["TZ"] = zone
    tree.expect("uncacheable")


@compilers
def test_day_is_cached(tree: Tree) -> None:
    tree.write("a.cpp", f"const char *when = {DATE};\n")
    tree.expect("miss")
    tree.expect("hit")


@compilers
def test_day_of_another_zone_is_miss_where_it_is_another_day(tree: Tree) -> None:
    tree.write("a.cpp", f"const char *when = {DATE};\n")
    noon = _noon()
    for hours_east in (noon, noon + 13 if noon <= 1 else noon - 13):
        tree.env["TZ"] = _zone(hours_east)
        expect_twice(tree, "miss")


@compilers
@pytest.mark.parametrize("macro", [DATE, TIME, f"{DATE} {TIME}", STAMP])
def test_time_from_the_environment_is_cached(tree: Tree, macro: str) -> None:
    tree.write("a.cpp", f"const char *when = {macro};\n")
    _age(tree, "a.cpp", 1e9)
    for epoch in ("0", "1234567890"):
        tree.env["SOURCE_DATE_EPOCH"] = epoch
        expect_twice(tree, "miss")
    tree.env["TZ"] = "Asia/Tokyo"
    # gcc takes the time of a file all the same; in clang-cl's key the zone is in any case.
    tree.expect("miss" if tree.is_cl or (macro == STAMP and tree.command[0] == "g++") else "hit")
    tree.env["TZ"] = _zone(_noon())
    _age(tree, "a.cpp", 1.1e9)
    tree.expect("miss" if macro == STAMP and tree.command[0] == "g++" else "hit")


@compilers
@pytest.mark.parametrize("epoch", ["", "now", "-1"])
def test_time_from_the_environment_that_is_none_is_uncacheable(tree: Tree, epoch: str) -> None:
    tree.write("a.cpp", f"const char *when = {TIME};\n")
    tree.env["SOURCE_DATE_EPOCH"] = epoch
    before = tree.cache.counts()
    done = tree.cache.compile(*tree.command, cwd=tree.folder, env=tree.env)
    assert done.code == make_bare(tree.cache, tree.command, tree.folder, tree.env).done.code
    assert tree.cache.counts()[:2] == before[:2]


def test_compiler_that_takes_no_time_from_the_environment_is_found_out(cache: Cache, work: Path) -> None:
    compiler = work / "old-gcc"
    compiler.write_text('#!/bin/sh\nunset SOURCE_DATE_EPOCH\nexec gcc "$@"\n')
    compiler.chmod(0o755)
    (work / "a.c").write_text(f"const char *when = {TIME};\n")
    for _ in range(2):
        done = cache.compile(compiler, "-c", "a.c", "-o", "a.o", cwd=work, env={"SOURCE_DATE_EPOCH": "0"})
        assert done.code == 0
    assert cache.counts() == (0, 0, 2, 0)


@compilers
@pytest.mark.parametrize("change", ["touch a.cpp", "touch second/h.h"])
def test_file_that_gets_another_time_while_the_compiler_runs_is_not_stored(tree: Tree, change: str) -> None:
    _write_stamp(tree)
    env = {**tree.env, **meddle(tree.folder, after=change, when="a.cpp")}
    done = tree.cache.compile(*tree.command, cwd=tree.folder, env=env)
    assert done.code == 0
    assert tree.cache.counts()[:2] == (0, 0)
    assert "input_changed" in tree.cache.log.read_text()
