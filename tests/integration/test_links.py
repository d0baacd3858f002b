"""Links on the include path, and files that are one file under two names."""

import os
import shutil
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached
from support.meddler import meddle
from support.tree import Tree, compilers, expect_twice

pytestmark = pytest.mark.posix("gnu")


@pytest.fixture
def tree(cache: Cache, work: Path, command: list[str]) -> Tree:
    return Tree(cache, work, command)


def _system_folder(tree: Tree, name: str) -> None:
    tree.command += ["/imsvc", name] if tree.is_cl else ["-isystem", name]


@compilers
def test_retargeted_link_to_a_system_folder_of_equal_headers_is_not_overlooked(tree: Tree) -> None:
    for name in ("one", "two"):
        tree.write(f"{name}/sys.h", "inline int s() { return 1; }\n")
    tree.link("link", "one")
    tree.write("a.cpp", "#include <sys.h>\nint f() { return s(); }\n")
    _system_folder(tree, "link")
    if not tree.is_cl:
        tree.command += ["-g", "-MD", "-MF", "a.d"]
    expect_twice(tree, "miss")
    tree.link("link", "two")
    expect_twice(tree, "miss")
    tree.link("link", "one")
    tree.expect("hit")


@compilers
def test_retargeted_link_to_a_system_header_is_not_overlooked(tree: Tree) -> None:
    for name in ("one.h", "two.h"):
        tree.write(f"elsewhere/{name}", "inline int s() { return 1; }\n")
    (tree.folder / "sys").mkdir()
    tree.link("sys/sys.h", "../elsewhere/one.h")
    tree.write("a.cpp", "#include <sys.h>\nint f() { return s(); }\n")
    _system_folder(tree, "sys")
    if not tree.is_cl:
        tree.command += ["-g", "-MD", "-MF", "a.d"]
    expect_twice(tree, "miss")
    tree.link("sys/sys.h", "../elsewhere/two.h")
    expect_twice(tree, "miss")


@compilers
def test_include_folder_that_becomes_another_one_is_not_overlooked(tree: Tree) -> None:
    # Of two folders that are one, the compilers search one.
    for name in ("first", "second"):
        tree.write(f"{name}/n.h", "#if __has_include_next(<n.h>)\nint next;\n#endif\n")
    tree.write("a.cpp", "#include <n.h>\n")
    expect_twice(tree, "miss")
    tree.link("second", "first")
    expect_twice(tree, "miss")
    tree.link("second", "second.old")
    tree.expect("miss")


@compilers
@pytest.mark.parametrize("how", ["hard link", "link", "copy of the same time"])
@pytest.mark.parametrize("marker", ["#pragma once", '_Pragma("once")'])
def test_two_headers_that_become_one_file_are_not_overlooked(tree: Tree, how: str, marker: str) -> None:
    one, two = tree.folder / "x/o.h", tree.folder / "y/o.h"
    for path in (one, two):
        tree.write(str(path.relative_to(tree.folder)), f"{marker}\nint NAME;\n")
    os.utime(one, (1e9, 1e9))
    tree.write("a.cpp", '#define NAME a\n#include "x/o.h"\n#undef NAME\n#define NAME b\n#include "y/o.h"\n')
    expect_twice(tree, "miss")
    two.unlink()
    if how == "hard link":
        two.hardlink_to(one)
    elif how == "link":
        two.symlink_to("../x/o.h")
    else:
        shutil.copy2(one, two)
    same_for_clang = how != "copy of the same time"
    tree.expect("miss" if same_for_clang or tree.command[0] == "g++" else "hit")
    tree.expect("hit")
    two.unlink()
    tree.write("y/o.h", f"{marker}\nint NAME;\n")
    tree.expect("hit")
    tree.write("y/o.h", f"{marker}\nlong NAME;\n")
    expect_twice(tree, "miss")


@compilers
def test_header_that_was_dropped_as_the_same_file_is_not_overlooked(tree: Tree) -> None:
    tree.write("x/o.h", "#pragma once\nint NAME;\n")
    (tree.folder / "y").mkdir()
    (tree.folder / "y/o.h").hardlink_to(tree.folder / "x/o.h")
    tree.write("a.cpp", '#define NAME a\n#include "x/o.h"\n#undef NAME\n#define NAME b\n#include "y/o.h"\n')
    expect_twice(tree, "miss")
    (tree.folder / "y/o.h").unlink()
    tree.write("y/o.h", "#pragma once\nlong NAME;\n")
    expect_twice(tree, "miss")


_TURNS = {
    "link": "ln -sfn two link",
    "link and back": "ln -sfn two link; ln -sfn one link",
    "folder": "mv link was; mv two link",
    "folder and back": "mv link was; mv two link; mv link two; mv was link",
    "file": "mv link/l.h was; cp two/l.h link/l.h",
    "file and back": "mv link/l.h was; cp two/l.h link/l.h; mv was link/l.h",
    "folder above": "mv up was; mkdir -p up/in; cp two/l.h up/in",
}


@pytest.mark.parametrize("turn", _TURNS.values(), ids=_TURNS.keys())
@pytest.mark.parametrize("when", ["before", "after"])
def test_include_folder_that_is_turned_while_the_compiler_runs_is_not_stored(
    cache: Cache, work: Path, turn: str, when: str
) -> None:
    for name in ("one", "two"):
        (work / name).mkdir()
        (work / name / "l.h").write_text(f"int {name};\n")
    if turn.startswith("ln"):
        (work / "link").symlink_to("one")
    else:
        shutil.copytree(work / "one", work / "link")
    shutil.copytree(work / "one", work / "up/in")
    (work / "a.c").write_text("#include <l.h>\n")
    env = meddle(
        work, before=turn if when == "before" else "true", after=turn if when == "after" else "true", when="a.c"
    )
    folder = "up/in" if turn.startswith("mv up") else "link"
    done = cache.compile("gcc", "-c", "a.c", "-o", "a.o", f"-I{folder}", cwd=work, env=env)
    assert (done.code, done.stderr) == (0, b"")
    assert cache.counts() == (0, 0, 1, 0), cache.log.read_text()
    assert "input_changed" in cache.log.read_text()


@pytest.mark.parametrize("made", ["touch other.o", "touch link/other.o", "mkdir link/sub", "rm -f link/old.o"])
def test_file_that_is_made_on_the_include_path_while_the_compiler_runs_is_no_hindrance(
    cache: Cache, work: Path, made: str
) -> None:
    (work / "one").mkdir()
    (work / "one/l.h").write_text("int one;\n")
    (work / "one/old.o").write_text("")
    (work / "link").symlink_to("one")
    (work / "a.c").write_text("#include <l.h>\n")
    env = meddle(work, before=made, when="a.c")
    done = cache.compile("gcc", "-c", "a.c", "-o", "a.o", "-Ilink", cwd=work, env=env)
    assert done.code == 0
    assert cache.counts() == (0, 1, 0, 0), cache.log.read_text()


@pytest.mark.parametrize("compiler", ["gcc", pytest.param("clang-19", marks=pytest.mark.clang)])
def test_retargeted_link_that_names_the_working_folder_is_not_overlooked(
    cache: Cache, work: Path, compiler: str
) -> None:
    for name in ("real", "other"):
        (work / name).mkdir()
        (work / name / "a.c").write_text("int a;\n")
    link = work / "pwd"
    command = [compiler, "-g", "-c", "a.c", "-o", "a.o"]
    env = {"PWD": str(link)}
    link.symlink_to("real")
    for _ in range(2):
        assert make_cached(cache, command, work / "real", env) == make_bare(cache, command, work / "real", env)
    link.unlink()
    link.symlink_to("other")
    assert make_cached(cache, command, work / "real", env) == make_bare(cache, command, work / "real", env)
    assert cache.counts() == (1, 2, 0, 0)


@compilers
@pytest.mark.parametrize("name", ["first", "first/h.h", "first/deep"])
def test_link_in_a_circle_is_the_compilers_error(tree: Tree, name: str) -> None:
    # gcc gives up at what clang passes over.
    (tree.folder / "first").rmdir()
    if name != "first":
        (tree.folder / "first").mkdir()
    tree.write("second/h.h", "#include <deep/d.h>\n#define H 1\n")
    expect_twice(tree, "miss")
    tree.link(name, Path(name).name)
    made = make_cached(tree.cache, tree.command, tree.folder)
    assert made == make_bare(tree.cache, tree.command, tree.folder)
