"""How compilers look for headers."""

import pytest

from clcache_launcher.compilers.families import CL_FAMILIES
from clcache_launcher.compilers.probe import Family
from clcache_launcher.compilers.search_rules import SEARCH_RULES


@pytest.mark.parametrize("family", Family)
def test_only_microsofts_search_goes_through_every_includers_folder(family: Family) -> None:
    assert SEARCH_RULES[family].beside_every_includer == (family in CL_FAMILIES)


@pytest.mark.parametrize("family", Family)
def test_gcc_alone_writes_shorter_paths_of_system_headers(family: Family) -> None:
    assert SEARCH_RULES[family].shortens_paths == (family is Family.GCC)


def test_gcc_takes_a_precompiled_header_for_any_header_and_clang_for_the_forced_one() -> None:
    assert SEARCH_RULES[Family.GCC].precompiled == (".gch",)
    assert SEARCH_RULES[Family.CLANG].precompiled == ()
    assert set(SEARCH_RULES[Family.CLANG].forced_precompiled) == {".pch", ".gch"}
