"""What the documents tell of commands is what happens."""

import os
import re
import shutil
from pathlib import Path

from support.cache import SCRIPTS, Cache
from support.documents import first_commands, shell_lines

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_hits_and_misses_are_as_the_document_tells(cache: Cache, tmp_path: Path) -> None:
    example = shutil.copytree(EXAMPLES / "hits", tmp_path / "hits")
    lines = shell_lines("how-a-hit-works.md")
    env = {"PATH": f"{SCRIPTS}{os.pathsep}{cache.environment['PATH']}"}
    told, happened = [], []
    for line in lines:
        done = cache.run("bash", "-c", line, cwd=example, env=env)
        assert done.code == 0, done.stderr.decode()
        if line.startswith("clcache "):
            command, _, outcome = line.rpartition(" # ")
            told.append((command, outcome))
            entry = cache.log.read_text().splitlines()[-1]
            happened.append((command, entry.split()[1].replace("uncacheable:", entry.split()[2])))
    assert happened == told


def test_first_commands_after_the_installation_end_in_hits_only(cache: Cache, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "hello", tmp_path / "examples/hello", ignore=shutil.ignore_patterns("build"))
    env = {"PATH": f"{SCRIPTS}{os.pathsep}{cache.environment['PATH']}"}
    install, *builds = first_commands()
    assert install == "pip install '.[cmake]'"
    said = ""
    for line in builds:
        done = cache.run("bash", "-c", line, cwd=tmp_path, env=env)
        assert done.code == 0, done.stderr.decode()
        said += done.stdout.decode()
    assert re.findall(r"clcache: (.*) in", said) == ["0 hits, 5 misses"]
    assert cache.counts() == (5, 5, 0, 0)
