"""``verify: N%``: hits compared with what the compiler makes."""

import subprocess
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached

pytestmark = pytest.mark.posix("debian")

ALWAYS = {"CLCACHE_VERIFY": "100%"}
LINES = [
    "g++ -Wall -g -MD -c a.cpp -o a.o",
    pytest.param("clang-cl-19 /nologo /W4 /c a.cpp /Foa.obj", marks=pytest.mark.clang_cl),
    pytest.param("clang-cl-19 /nologo /bigobj /Z7 /c a.cpp /Foa.obj", marks=pytest.mark.clang_cl),
]


@pytest.fixture
def project(work: Path) -> Path:
    """A source with a warning."""
    (work / "a.cpp").write_text("static int unused() { return 1; }\nint f() { return 2; }\n")
    return work


@pytest.mark.parametrize("line", LINES)
def test_hit_that_is_right_stays(cache: Cache, project: Path, line: str) -> None:
    make_cached(cache, line.split(), project)
    assert make_cached(cache, line.split(), project, ALWAYS) == make_bare(cache, line.split(), project)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()
    assert (cache.stats()["verified"], cache.stats()["verify_differences"]) == (1, 0)
    assert "hit, verified" in cache.log.read_text()
    shown = cache.front_end("stats").stdout.decode().split("\n")
    assert any(line.split() == ["verify", "differences", "0"] for line in shown)


@pytest.mark.parametrize("mode", ["CLCACHE_NODIRECT", "CLCACHE_PREPROCESSOR"])
def test_hit_by_the_text_is_verified(cache: Cache, project: Path, mode: str) -> None:
    line = ["g++", "-c", "a.cpp", "-o", "a.o"]
    make_cached(cache, line, project, {mode: "1"})
    (project / "a.cpp").write_text((project / "a.cpp").read_text().replace("\n", " // one\n"))
    assert make_cached(cache, line, project, {mode: "1", **ALWAYS}) == make_bare(cache, line, project)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()
    assert (cache.stats()["verified"], cache.stats()["verify_differences"]) == (1, 0)


def test_text_that_was_stored_apart_is_the_same_in_one_stream(cache: Cache, project: Path) -> None:
    line = ["g++", "-Wall", "-c", "a.cpp", "-o", "a.o"]
    make_cached(cache, line, project)
    subprocess.run(
        [cache.launcher, *line],
        cwd=project,
        env={**cache.environment, **ALWAYS},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=True,
    )
    assert (cache.stats()["verified"], cache.stats()["verify_differences"]) == (1, 0), cache.log.read_text()


@pytest.mark.parametrize("options", ["-flto -c a.cpp -o a.o", "-x c++-header a.cpp -o a.gch"])
def test_what_no_two_runs_make_alike_is_not_verified(cache: Cache, project: Path, options: str) -> None:
    line = ["g++", *options.split()]
    make_cached(cache, line, project)
    make_cached(cache, line, project, ALWAYS)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()
    assert cache.stats()["verified"] == 0


def test_cache_that_is_only_read_still_hits(cache: Cache, project: Path) -> None:
    line = ["g++", "-c", "a.cpp", "-o", "a.o"]
    for env in ({}, {**ALWAYS, "CLCACHE_READONLY": "1"}):
        make_cached(cache, line, project, env)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()


def test_share_of_none_verifies_none(cache: Cache, project: Path) -> None:
    line = ["g++", "-c", "a.cpp", "-o", "a.o"]
    for _ in range(3):
        make_cached(cache, line, project, {"CLCACHE_VERIFY": "0%"})
    assert cache.stats()["verified"] == 0
