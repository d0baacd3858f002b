"""Random command lines leave through the cache what they leave without; ``tests/benchmarks/fuzz.py`` tries more."""

from itertools import islice
from pathlib import Path

import pytest

from support.cache import Cache
from support.fuzz import COMPILERS, cases, problem, write_sources

pytestmark = pytest.mark.posix("gnu")


@pytest.mark.parametrize(
    "compiler",
    [
        "g++",
        pytest.param("clang++-19", marks=pytest.mark.clang),
        pytest.param("clang-cl-19", marks=pytest.mark.clang_cl),
    ],
)
def test_random_command_lines_are_same_bare_missed_and_hit(cache: Cache, work: Path, compiler: str) -> None:
    write_sources(work)
    target = COMPILERS[compiler]
    problems = [problem(cache, work, target, case) for case in islice(cases(target, 1), 25)]
    assert not any(problems), next(filter(None, problems))
    hits, misses, _, errors = cache.counts()
    assert hits > 2
    assert misses > 2
    assert errors == 0
