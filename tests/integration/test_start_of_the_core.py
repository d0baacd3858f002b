"""A core loads what its first hit needs: what else there is would be time before it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.cache import Cache

pytestmark = pytest.mark.posix("gnu")

TELLING_CORE = Path(__file__).parents[1] / "support/telling_core.py"
COMMAND = ["gcc", "-Wall", "-g", "-c", "a.c", "-o", "a.o"]
OF_NO_HIT_OF_GCC = {
    "argparse",
    "asyncio",
    "click",
    "concurrent",
    "conan",
    "dataclasses",
    "difflib",
    "email",
    "hashlib",
    "inspect",
    "jinja2",
    "logging",
    "msgpack",
    "multiprocessing",
    "packaging",
    "platformdirs",
    "random",
    "rich",
    "shutil",
    "tempfile",
    "typing_extensions",
    "yaml",
    "clcache_launcher.cli",
    "clcache_launcher.conan",
    "clcache_launcher.setup",
    "clcache_launcher.compilers.clang_cl",
    "clcache_launcher.compilers.clang_cl_options",
    "clcache_launcher.compilers.msvc",
    "clcache_launcher.compilers.msvc_options",
    "clcache_launcher.config.yaml_file",
}


@pytest.fixture
def told(cache: Cache, work: Path, tmp_path: Path) -> dict[str, Any]:
    """What a core tells that was asked for one hit and then to end."""
    (work / "a.h").write_text("int one(void);\n")
    (work / "a.c").write_text('#include "a.h"\n#include <stdio.h>\nint one(void) { return 1; }\n')
    # A core that has scanned a header for another folder does not store here what it found.
    cache.front_end("stop")
    assert cache.compile(*COMMAND, cwd=work).code == 0
    cache.front_end("stop")
    ready, begun = os.pipe()
    file = tmp_path / "told.json"
    argv = [sys.executable, str(TELLING_CORE), str(file), "serve", cache.endpoint, str(begun)]
    with subprocess.Popen(argv, cwd="/", pass_fds=[begun]) as core:
        os.close(begun)
        assert os.read(ready, 1) == b"1"
        os.close(ready)
        assert cache.core_pid() == core.pid
        assert cache.compile(*COMMAND, cwd=work).code == 0
        assert cache.counts()[0] == 1
        cache.front_end("stop")
        assert core.wait(60) == 0
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def test_first_hit_loads_nothing_that_it_does_not_need(told: dict[str, Any]) -> None:
    assert "clcache_launcher.compilers.gnu" in told["modules"]
    assert not OF_NO_HIT_OF_GCC.intersection(told["modules"])


def test_first_hit_compiles_no_expression_for_other_things(told: dict[str, Any]) -> None:
    assert told["patterns"] == []


def test_first_hit_indexes_the_options_of_its_compiler_and_no_others(told: dict[str, Any]) -> None:
    assert told["tables"] == ["clcache_launcher.compilers.gnu.GCC", "clcache_launcher.compilers.gnu.GXX"]


def test_what_modules_made_is_never_searched_for_garbage(told: dict[str, Any]) -> None:
    assert told["collects"]
    assert told["set_apart"] > 10_000
