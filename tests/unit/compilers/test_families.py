"""The dialect that a compiler speaks."""

import pytest

from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.families import CL_FAMILIES, dialect_for
from clcache_launcher.compilers.gnu import CLANG, CLANG_CODEVIEW, CLANGXX, CLANGXX_CODEVIEW, GCC, GXX
from clcache_launcher.compilers.msvc import CL
from clcache_launcher.compilers.probe import Family, Probe
from clcache_launcher.compilers.response_file import Quoting
from clcache_launcher.compilers.search_rules import SEARCH_RULES


@pytest.mark.parametrize(
    ("family", "is_cxx_driver", "targets_msvc", "dialect"),
    [
        (Family.GCC, False, False, GCC),
        (Family.GCC, True, False, GXX),
        (Family.CLANG, False, False, CLANG),
        (Family.CLANG, True, False, CLANGXX),
        (Family.CLANG, False, True, CLANG_CODEVIEW),
        (Family.CLANG, True, True, CLANGXX_CODEVIEW),
        (Family.CLANG_CL, False, True, CLANG_CL),
        (Family.CL, False, True, CL),
    ],
)
def test_dialect_follows_the_compilers_answer(
    family: Family, dialect: Dialect, *, is_cxx_driver: bool, targets_msvc: bool
) -> None:
    probe = Probe(family, b"", (), (), is_cxx_driver=is_cxx_driver, targets_msvc=targets_msvc)
    assert dialect_for(probe) is dialect


@pytest.mark.parametrize(
    ("family", "version", "quoting"),
    [
        (Family.GCC, b"", Quoting.GNU),
        (Family.GCC, b"Target: x\ngcc version 12.2.0 (Debian)\n", Quoting.GCC),
        (Family.GCC, b"gcc version 14.1.0", Quoting.GCC),
        (Family.GCC, b"gcc version 15.1.0", Quoting.GNU),
        (Family.CLANG, b"clang version 9.0.0", Quoting.CLANG),
        (Family.CLANG_CL, b"", Quoting.CL),
        (Family.CLANG_CL, b"clang version 10.0.0", Quoting.CL),
        (Family.CLANG_CL, b"Debian clang version 19.1.7 (3~deb12u1)", Quoting.CLANG_CL),
        (Family.CL, b"Microsoft (R) 19.40", Quoting.CL),
    ],
)
def test_response_files_are_read_as_the_version_reads_them(family: Family, version: bytes, quoting: Quoting) -> None:
    probe = Probe(family, version, (), (), is_cxx_driver=False, targets_msvc=False)
    assert dialect_for(probe).quoting is quoting


@pytest.mark.parametrize("family", Family)
def test_families_of_microsofts_command_line_are_those_with_its_response_files(family: Family) -> None:
    probe = Probe(family, b"", (), (), is_cxx_driver=False, targets_msvc=False)
    assert dialect_for(probe).windows_quoting == (family in CL_FAMILIES)
    assert dialect_for(probe).name == family.value


def test_every_family_has_its_search_rules() -> None:
    assert set(SEARCH_RULES) == set(Family)
