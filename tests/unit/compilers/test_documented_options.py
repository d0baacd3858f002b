"""Every option that a compiler documents is in its table, or was looked at and left to the compiler."""

from pathlib import Path

import pytest

from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.gnu import CLANG, GCC
from clcache_launcher.compilers.msvc import CL

# What the compilers print of themselves (--help=, --help-hidden, -help); for cl the options of Microsoft's
# alphabetical list and of CMake's tables of MSBuild's switches.
LISTS = Path(__file__).parents[2] / "data/options"
DIALECTS = {"gcc-12": GCC, "clang-19": CLANG, "clang-cl-19": CLANG_CL, "cl": CL}


def names(path: Path) -> set[str]:
    return {line for line in path.read_text().splitlines() if line and not line.startswith("# ")}


@pytest.mark.parametrize(("name", "dialect"), DIALECTS.items(), ids=DIALECTS)
def test_documented_option_is_known_or_was_left_to_the_compiler(name: str, dialect: Dialect) -> None:
    documented = names(LISTS / f"{name}.txt")
    unknown = {
        option for option in documented if dialect.options.find(option) is dialect.options.find(f"{option}1") is None
    }

    assert len(documented) > 300
    assert unknown == names(LISTS / f"{name}.left.txt")
