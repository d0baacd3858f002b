"""On Linux a hit ends before the C library is set up, which takes longer than all the rest of a launch."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.cache import Cache, Done

pytestmark = pytest.mark.posix("gnu", "proc")

NO_LIBC = Path(__file__).parents[1] / "support/no_libc.py"
LAUNCHER = Path(__file__).parents[2] / "plugin/launcher"
COMMAND = ["gcc", "-Wall", "-c", "a.c", "-o", "a.o"]


def _compile_without_libc(cache: Cache, work: Path) -> Done:
    return cache.run(sys.executable, NO_LIBC, cache.launcher, *COMMAND, cwd=work)


def test_hit_ends_before_the_c_library_is_set_up(cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("static int unused(void) { return 1; }\n")
    missed = cache.compile(*COMMAND, cwd=work)
    (work / "a.o").unlink()
    hit = _compile_without_libc(cache, work)
    assert hit == missed
    assert b"unused" in hit.stderr
    assert (work / "a.o").exists()
    assert cache.counts()[:2] == (1, 1)


def test_miss_goes_on_with_the_c_library(cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("int one(void) { return 1; }\n")
    assert cache.compile(*COMMAND, cwd=work).code == 0
    (work / "a.c").write_text("int two(void) { return 2; }\n")
    assert _compile_without_libc(cache, work).code == -signal.SIGSYS
    assert cache.compile(*COMMAND, cwd=work).code == 0


@pytest.mark.parametrize("fault", ["strtol", "getline"])
def test_call_that_needs_the_c_library_is_found_at_configure_time(fault: str, tmp_path: Path) -> None:
    sources = tmp_path / "launcher"
    sources.mkdir()
    for source in LAUNCHER.iterdir():
        (sources / source.name).write_bytes(source.read_bytes())
    told: dict[str, str] = {}
    for text in ("", f"\nvoid *wrong(void);\nvoid *wrong(void) {{ extern int {fault}(); return (void *){fault}; }}\n"):
        with (sources / "ask.c").open("a") as file:
            file.write(text)
        (sources / "early.cmake").write_text(
            "cmake_minimum_required(VERSION 3.15...4.0)\nproject(early LANGUAGES C)\nset(_asks ask.c wire.c frontend.c "
            'posix.c posix_endpoint.c)\ninclude(StartsEarly.cmake)\nmessage(STATUS "early: ${CLCACHE_STARTS_EARLY}")\n'
        )
        (sources / "CMakeLists.txt").write_text((sources / "early.cmake").read_text())
        build = tmp_path / f"build{len(told)}"
        done = subprocess.run(["cmake", "-S", sources, "-B", build], capture_output=True, text=True, check=True)
        told[text] = done.stdout.split("early: ")[1].split()[0]
        assert (fault in done.stdout) == bool(text)
    assert list(told.values()) == ["TRUE", "FALSE"]
