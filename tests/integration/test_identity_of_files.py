"""Two names of one file, and two files that a compiler takes for one: content alone does not tell them apart.

clang knows a file by its device and number and names it as it met it first; ``#pragma once`` and ``#import`` of gcc ask
for size, time and content. All compilers drop a search folder that is another one under a second name.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cache import Cache
from support.trial import Trial, compile_words, compilers

pytestmark = pytest.mark.posix("gnu")

_TRACE = "__attribute__((used)) static const char CAT(trace, __COUNTER__)[] = __FILE__;\n"
_HEAD = "#define CAT2(a, b) a##b\n#define CAT(a, b) CAT2(a, b)\n"
_OLD, _NEW = (1_000_000_000, 1_000_000_000), (1_100_000_000, 1_100_000_000)


@pytest.fixture
def trial(cache: Cache, work: Path, compiler: str) -> Trial:
    """Two search folders, each with a header of one name and one content."""
    made = Trial(cache, work, [*compile_words(compiler), "-Ifirst", "-Isecond"])
    made.write("a.cpp", f'{_HEAD}#include "first/h.h"\n#include "second/h.h"\nint count = __COUNTER__;\n')
    for folder, stamps in (("first", _OLD), ("second", _NEW)):
        os.utime(made.write(f"{folder}/h.h", _TRACE), stamps)
    return made


def _hard_link(folder: Path) -> None:
    (folder / "second/h.h").unlink()
    (folder / "second/h.h").hardlink_to(folder / "first/h.h")


def _symbolic_link(folder: Path) -> None:
    (folder / "second/h.h").unlink()
    (folder / "second/h.h").symlink_to("../first/h.h")


def _link_of_the_folder(folder: Path) -> None:
    shutil.rmtree(folder / "second")
    (folder / "second").symlink_to("first")


def _same_time(folder: Path) -> None:
    os.utime(folder / "second/h.h", _OLD)


_CHANGES = (_hard_link, _symbolic_link, _link_of_the_folder, _same_time)
changes = pytest.mark.parametrize("change", _CHANGES, ids=lambda change: change.__name__.strip("_"))


def _check(trial: Trial, change: Callable[[Path], None]) -> None:
    """Before and after a change that alters no content a compile is what it is without the cache, and is then known."""
    trial.expect_miss_then_hit()
    change(trial.folder)
    for _ in range(2):
        trial.compare()
    trial.expect(hits=1)


@compilers
@changes
def test_header_included_under_two_names(trial: Trial, change: Callable[[Path], None]) -> None:
    _check(trial, change)


@compilers
@changes
def test_header_included_once_under_two_names(trial: Trial, change: Callable[[Path], None]) -> None:
    for folder, stamps in (("first", _OLD), ("second", _NEW)):
        os.utime(trial.write(f"{folder}/h.h", f"#pragma once\n{_TRACE}"), stamps)
    _check(trial, change)


@compilers
@changes
def test_header_under_two_names_in_debug_information(trial: Trial, change: Callable[[Path], None]) -> None:
    trial.command.insert(1, "/Z7" if trial.command[0].startswith("clang-cl") else "-g")
    trial.write("first/h.h", f"{_TRACE}static inline int inlined() {{ return 1; }}\n#define inlined again\n")
    shutil.copy(trial.folder / "first/h.h", trial.folder / "second/h.h")
    _check(trial, change)


@compilers
@changes
def test_header_that_includes_the_next_one(trial: Trial, change: Callable[[Path], None]) -> None:
    trial.write("a.cpp", f"{_HEAD}#include <h.h>\nint count = __COUNTER__;\n")
    for folder in ("first", "second"):
        trial.write(f"{folder}/h.h", f"#if __has_include_next(<h.h>)\n#include_next <h.h>\n#endif\n{_TRACE}")
    _check(trial, change)


@compilers
@changes
def test_search_folder_that_is_a_system_folder_too(trial: Trial, change: Callable[[Path], None]) -> None:
    system = "-imsvc" if trial.command[0].startswith("clang-cl") else "-isystem"
    trial.command[-1:] = [system, "second"]
    trial.write("a.cpp", "#include <h.h>\n#include <only.h>\n")
    for folder in ("first", "second"):
        trial.write(f"{folder}/h.h", "#warning here\n")
    trial.write("first/only.h", "int first;\n")
    trial.write("second/only.h", "int second;\n")
    _check(trial, change)
