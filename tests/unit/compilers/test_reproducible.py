"""Which compilations come out alike each time."""

import pytest

from clcache_launcher.compilers.gnu import CLANG, GCC
from clcache_launcher.compilers.parse import parse_command_line
from clcache_launcher.compilers.probe import Family
from clcache_launcher.compilers.reproducible import is_reproducible


def reproducible(line: str, family: Family = Family.GCC) -> bool:
    dialect = GCC if family is Family.GCC else CLANG
    parsed = parse_command_line(dialect, line.split(), lambda _: None, lambda _: True)
    assert isinstance(parsed, tuple)
    return is_reproducible(parsed[0], family)


@pytest.mark.parametrize("line", ["-c a.c", "-g -O2 -c a.c", "-fno-lto -c a.c"])
def test_gcc_makes_an_object_alike_each_time(line: str) -> None:
    assert reproducible(line)


@pytest.mark.parametrize("line", ["-c a.h", "-flto -c a.c", "-flto=auto -c a.c"])
def test_gcc_makes_what_holds_random_numbers_otherwise_each_time(line: str) -> None:
    assert not reproducible(line)
    assert reproducible(line, Family.CLANG)
