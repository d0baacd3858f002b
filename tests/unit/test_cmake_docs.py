"""The CMake module, its own text and ``docs/cmake.md`` name the same variables."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "cmake").glob("*.cmake"))


def test_variables_are_documented_in_both_places() -> None:
    head, _, _ = (ROOT / "cmake/ClcacheLauncher.cmake").read_text("utf-8").partition("#]===]")
    told = set(re.findall(r"^``(CLCACHE_\w+)``$", head, re.MULTILINE))
    table = set(re.findall(r"^\| `(CLCACHE_\w+)` \|", (ROOT / "docs/cmake.md").read_text("utf-8"), re.MULTILINE))
    code = "".join(path.read_text("utf-8").partition("#]===]")[2] or path.read_text("utf-8") for path in MODULES)
    read = set(re.findall(r"(?<![\w_])CLCACHE_[A-Z_]+", code))
    assert told == table == read


def test_modules_are_short() -> None:
    for path in MODULES:
        assert len(path.read_text("utf-8").splitlines()) <= 200, path
