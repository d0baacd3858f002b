"""What must miss when it changes, and what must not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached
from support.tree import Tree, compilers, expect_twice

pytestmark = pytest.mark.posix("gnu")


@pytest.fixture
def project(cache: Cache, work: Path, command: list[str]) -> Tree:
    made = Tree(cache, work, command)
    made.expect("miss")
    made.expect("hit")
    return made


@compilers
def test_source_change_is_miss(project: Tree) -> None:
    project.write("a.cpp", '#include "h.h"\nint f() { return H + 7; }\n')
    expect_twice(project, "miss")


@compilers
def test_header_change_is_miss(project: Tree) -> None:
    project.write("second/deep/d.h", "#define D 2\n")
    expect_twice(project, "miss")


@compilers
def test_header_change_of_same_size_and_time_is_miss(project: Tree) -> None:
    header = project.folder / "second/deep/d.h"
    times = header.stat()
    project.write("second/deep/d.h", "#define D 2\n")
    os.utime(header, ns=(times.st_atime_ns, times.st_mtime_ns))
    expect_twice(project, "miss")


@compilers
def test_alternating_headers_hit_again(project: Tree) -> None:
    for text in ("#define D 2\n", "#define D 3\n"):
        project.write("second/deep/d.h", text)
        project.expect("miss")
    for text in ("#define D 2\n", "#define D 1\n", "#define D 3\n"):
        project.write("second/deep/d.h", text)
        project.expect("hit")


@compilers
def test_touched_header_is_hit(project: Tree) -> None:
    os.utime(project.folder / "second/h.h")
    project.expect("hit")


@compilers
def test_header_replaced_by_equal_one_is_hit(project: Tree) -> None:
    header = project.folder / "second/h.h"
    text = header.read_text()
    header.unlink()
    header.write_text(text)
    project.expect("hit")


@compilers
@pytest.mark.parametrize("place", ["first/h.h", "h.h", "first/deep/d.h"])
def test_header_that_appears_earlier_on_the_way_is_not_overlooked(project: Tree, place: str) -> None:
    (project.folder / place).parent.mkdir(exist_ok=True)
    project.write(place, "#define H 5\n#define D 6\n")
    expect_twice(project, "miss")
    (project.folder / place).unlink()
    project.expect("hit")


@compilers
def test_header_beside_the_source_of_an_includer_is_not_overlooked(project: Tree) -> None:
    # Microsoft's search goes through the folders of every file of the include stack, gcc's through the includer's only.
    (project.folder / "deep").mkdir()
    project.write("deep/d.h", "#define D 6\n")
    project.expect("miss" if project.command[0].startswith("clang-cl") else "hit")
    project.expect("hit")


@compilers
def test_folder_that_appears_on_the_search_path_is_not_overlooked(project: Tree) -> None:
    (project.folder / "first").rmdir()
    project.expect("hit")
    (project.folder / "first").mkdir()
    project.write("first/h.h", "#define H 5\n#define D 6\n")
    expect_twice(project, "miss")


@compilers
def test_tested_header_that_appears_is_miss(project: Tree) -> None:
    project.write("first/maybe.h", "")
    expect_twice(project, "miss")
    (project.folder / "first/maybe.h").unlink()
    project.expect("hit")


@compilers
@pytest.mark.parametrize("place", ["first/c.h", "c.h"])
def test_header_named_by_a_macro_that_appears_earlier_is_not_overlooked(project: Tree, place: str) -> None:
    project.write("second/c.h", "int c = 1;\n")
    project.write("a.cpp", '#define NAME "c.h"\n#include NAME\n')
    expect_twice(project, "miss")
    project.write(place, "int c = 2;\n")
    expect_twice(project, "miss")


@compilers
@pytest.mark.parametrize("ask", ["#if HAS(<maybe.h>)", '#if HAS("maybe.h")', "#define M <maybe.h>\n#if HAS(M)"])
def test_header_tested_through_a_macro_that_appears_is_miss(project: Tree, ask: str) -> None:
    project.write("second/h.h", "#define H 1\n#define D 1\n#define HAS(x) __has_include(x)\n")
    project.write("a.cpp", f'#include "h.h"\n{ask}\nint maybe;\n#endif\n')
    expect_twice(project, "miss")
    project.write("first/maybe.h", "")
    expect_twice(project, "miss")


@compilers
def test_unrelated_file_that_appears_is_hit(project: Tree) -> None:
    project.write("first/other.h", "")
    project.write("other.o", "")
    project.expect("hit")


@compilers
def test_removed_header_is_the_compilers_error(project: Tree) -> None:
    (project.folder / "second/deep/d.h").unlink()
    project.expect("uncacheable")


@compilers
def test_missing_source_is_the_compilers_error(project: Tree) -> None:
    (project.folder / "a.cpp").unlink()
    project.expect("uncacheable")


@compilers
def test_failure_is_never_stored(project: Tree) -> None:
    project.write("a.cpp", "#error no\n")
    project.expect("uncacheable")
    project.expect("uncacheable")


@compilers
def test_time_macro_in_comment_is_cached(project: Tree) -> None:
    project.write("a.cpp", '// __TIME__\n/* __DATE__ */\nconst char *text = "__TIME__";\n')
    expect_twice(project, "miss")


@compilers
@pytest.mark.parametrize("option", ["-DX=1", "-O1"])
def test_option_change_is_miss(project: Tree, option: str) -> None:
    project.command.insert(1, option)
    expect_twice(project, "miss")


@compilers
def test_object_under_another_name_is_hit(project: Tree) -> None:
    project.command = [word.replace("a.o", "sub.o") for word in project.command]
    project.expect("hit")


@compilers
def test_another_working_folder_is_miss(project: Tree) -> None:
    (project.folder / "elsewhere").mkdir()
    command = [word.replace("a.cpp", "../a.cpp") for word in project.command]
    command = [word.replace("first", "../first").replace("second", "../second") for word in command]
    before = project.cache.counts()
    done = project.cache.compile(*command, cwd=project.folder / "elsewhere")
    assert done.code == 0
    assert project.cache.counts()[1] == before[1] + 1


@pytest.mark.clang_cl
def test_show_includes_lines_are_printed_for_who_asks_and_for_nobody_else(cache: Cache, work: Path) -> None:
    (work / "x.h").write_text("")
    (work / "a.c").write_text('#include "x.h"\n')
    plain, shown = ["clang-cl-19", "/c", "a.c", "/Foa.obj"], ["clang-cl-19", "/c", "/showIncludes", "a.c", "/Foa.obj"]
    for command in (plain, shown, plain, shown):
        assert make_cached(cache, command, work) == make_bare(cache, command, work)
    assert cache.counts()[:2] == (2, 2)


@pytest.mark.parametrize("option", ["-MT", "-MQ", "-MF"])
def test_depfile_option_without_a_depfile_is_the_compilers_business(cache: Cache, work: Path, option: str) -> None:
    (work / "a.c").write_text("int a;\n")
    command = ["gcc", option, "x", "-c", "a.c", "-o", "a.o"]
    for _ in range(2):
        assert make_cached(cache, command, work) == make_bare(cache, command, work)


def _wrapper(folder: Path, text: str) -> Path:
    wrapper = folder / "my-g++"
    wrapper.write_text(f'#!/bin/sh\nexec g++ {text} "$@"\n')
    wrapper.chmod(0o755)
    return wrapper


def test_change_of_a_wrapper_script_is_miss(cache: Cache, work: Path) -> None:
    (work / "a.cpp").write_text("int x = X;\n")
    command = [str(_wrapper(work, "-DX=1")), "-c", "a.cpp", "-o", "a.o"]
    assert make_cached(cache, command, work) == make_bare(cache, command, work)
    _wrapper(work, "-DX=2")
    assert make_cached(cache, command, work) == make_bare(cache, command, work)
    assert cache.counts()[:2] == (0, 2)


@pytest.mark.parametrize("variable", ["CPATH", "CPLUS_INCLUDE_PATH"])
def test_include_folder_of_the_environment_is_in_the_key(cache: Cache, work: Path, variable: str) -> None:
    for name in ("one", "two"):
        (work / name).mkdir()
        (work / name / "e.h").write_text(f'#define E "{name}"\n')
    (work / "a.cpp").write_text("#include <e.h>\nconst char *e = E;\n")
    command = ["g++", "-c", "a.cpp", "-o", "a.o"]
    for name in ("one", "two", "one"):
        env = {variable: str(work / name)}
        assert make_cached(cache, command, work, env) == make_bare(cache, command, work, env)
    assert cache.counts()[:2] == (1, 2)


def test_precompiled_header_that_gcc_takes_silently_is_not_hidden(cache: Cache, work: Path) -> None:
    (work / "p.h").write_text("#define P 1\n")
    (work / "a.cpp").write_text('#include "p.h"\nint p = P;\n')
    command = ["g++", "-c", "a.cpp", "-o", "a.o"]
    make_cached(cache, command, work)
    assert cache.run("g++", "-DP=2", "-x", "c++-header", "p.h", "-o", "p.h.gch", cwd=work).code == 0
    assert make_cached(cache, command, work) == make_bare(cache, command, work)
    assert cache.counts() == (0, 1, 1, 0)


@pytest.mark.parametrize("spelling", ['__asm__(".incbin \\"data\\"");', 'asm(".include \\"data\\"");'])
def test_file_that_the_assembler_reads_makes_it_uncacheable(cache: Cache, work: Path, spelling: str) -> None:
    (work / "data").write_text("nop\n")
    (work / "a.cpp").write_text(spelling + "\n")
    command = ["g++", "-c", "a.cpp", "-o", "a.o"]
    assert make_cached(cache, command, work) == make_bare(cache, command, work)
    assert cache.stats()["uncacheable"] == 1


_Edit = Callable[[Path], None]


def _device(path: Path) -> None:
    path.symlink_to("/dev/null")


def _link(path: Path) -> None:
    path.with_suffix(".target").write_text("old")
    path.symlink_to(path.with_suffix(".target").name)


def _two_names(path: Path) -> None:
    path.write_text("old")
    path.with_suffix(".other").hardlink_to(path)


def _read_only(path: Path) -> None:
    path.write_text("old")
    path.chmod(0o444)


@compilers
@pytest.mark.parametrize("put", [_device, _link, _two_names, _read_only])
def test_old_object_is_treated_as_the_compiler_would(project: Tree, put: _Edit) -> None:
    target = project.folder / ("a.obj" if "clang-cl" in project.command[0] else "a.o")

    def outcome(compile_: Callable[[], object]) -> list[tuple[str, bool, int, bytes]]:
        put(target)
        compile_()
        left = [target, *project.folder.glob("a.other"), *project.folder.glob("a.target")]
        found = []
        for path in left:
            data = b"" if path.is_symlink() and path.resolve() == Path("/dev/null") else path.read_bytes()
            found.append(
                (path.name, path.is_symlink(), path.stat().st_nlink if path.is_file() else 0, data[:4] + data[8:])
            )
            path.unlink()
        return found

    bare = outcome(lambda: project.cache.run(*project.command, cwd=project.folder))
    assert outcome(lambda: project.cache.compile(*project.command, cwd=project.folder)) == bare
