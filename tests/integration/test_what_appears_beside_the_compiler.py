"""Files that change what a compiler does by coming to be: its programs, settings and folders."""

from pathlib import Path

import pytest

from support.cache import Cache
from support.trial import Trial, compile_words

pytestmark = pytest.mark.posix("gnu")

_SHOWS = (
    '#include "always.h"\n'
    "#if __has_include(<shown.h>)\n#include <shown.h>\n#endif\n#ifdef SHOWN\nint shown = SHOWN;\n#endif\nint a;\n"
)


@pytest.fixture
def trial(cache: Cache, work: Path) -> Trial:
    """A source that shows a definition."""
    made = Trial(cache, work, [])
    made.write("a.cpp", _SHOWS)
    made.write("always.h", "")
    return made


def _write_assembler(trial: Trial, name: str, symbol: str) -> None:
    trial.write(name, f'#!/bin/sh\nexec /usr/bin/as --defsym {symbol}=1 "$@"\n').chmod(0o755)


@pytest.mark.parametrize("place", [{"COMPILER_PATH": "{folder}/tools"}, {}], ids=["compiler_path", "option"])
def test_assembler_that_appears(trial: Trial, place: dict[str, str]) -> None:
    trial.command = compile_words("g++") + ([] if place else ["-Btools"])
    trial.env = {name: value.format(folder=trial.folder) for name, value in place.items()}
    (trial.folder / "tools").mkdir()
    trial.expect_miss_then_hit()
    # A script may do anything: whether it is cached is not asked here.
    _write_assembler(trial, "tools/as", "first")
    for _ in range(2):
        trial.compare()


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"COMPILER_PATH": "{folder}/tools"}, id="compiler_path"),
        pytest.param({}, id="option"),
    ],
)
def test_assembler_that_changes_or_goes(trial: Trial, place: dict[str, str]) -> None:
    trial.command = compile_words("g++") + ([] if place else ["-Btools"])
    trial.env = {name: value.format(folder=trial.folder) for name, value in place.items()}
    for symbol in ("first", "second"):
        _write_assembler(trial, "tools/as", symbol)
        for _ in range(2):
            trial.compare()
    trial.remove("tools/as")
    trial.compare()


@pytest.mark.clang
def test_configuration_file_that_appears(trial: Trial) -> None:
    (trial.folder / "bin").mkdir()
    (trial.folder / "bin/clang++-19").symlink_to("/usr/bin/clang++-19")
    trial.command = [*compile_words(f"{trial.folder}/bin/clang++-19"), "-no-canonical-prefixes"]
    trial.expect_miss_then_hit()
    trial.write("bin/clang++.cfg", "-DSHOWN=1\n")
    trial.compare()


@pytest.mark.clang
def test_gcc_installation_that_appears(trial: Trial) -> None:
    trial.command = [*compile_words("clang++-19"), f"--sysroot={trial.folder}/system"]
    trial.expect_miss_then_hit()
    trial.write("system/usr/lib/gcc/x86_64-linux-gnu/12/crtbegin.o", "")
    trial.write("system/usr/include/c++/12/shown.h", "#define SHOWN 2\n")
    trial.compare()


@pytest.mark.clang_cl
@pytest.mark.parametrize(("value", "place"), [("{folder}/one", "one"), (":{folder}/one", "."), ("one", "one")])
def test_header_in_a_folder_of_cpath_that_appears(trial: Trial, value: str, place: str) -> None:
    trial.command = compile_words("clang-cl-19")
    trial.env = {"CPATH": value.format(folder=trial.folder)}
    (trial.folder / "one").mkdir()
    trial.expect_miss_then_hit()
    trial.write(f"{place}/shown.h", "#define SHOWN 3\n")
    trial.expect_miss_then_hit()
