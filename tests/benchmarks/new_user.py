"""Times a new user's way: clone, fresh environment, the commands of docs/getting-started.md, all hits at the end.

PYTHONPATH=tests python tests/benchmarks/new_user.py [REPOSITORY] [--cold]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from support.documents import ROOT, first_commands

LIMIT_S = 120.0


def _environment(work: Path, *, cold: bool) -> dict[str, str]:
    """That of the caller with the fresh Python environment active, and a cache of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLCACHE_", "CMAKE_", "PYTHON"))}
    scripts = work / "venv" / ("Scripts" if os.name == "nt" else "bin")
    kept |= {
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "VIRTUAL_ENV": str(work / "venv"),
        "CLCACHE_DIR": str(work / "cache"),
        "CLCACHE_SOCKET": str(work / "core"),
    }
    return kept | ({"PIP_NO_CACHE_DIR": "1"} if cold else {})


def _run(text: str, cwd: Path, environment: Mapping[str, str]) -> float:
    began = time.monotonic()
    done = subprocess.run(text, shell=True, cwd=cwd, env=environment, capture_output=True, check=False)
    spent_s = time.monotonic() - began
    if done.returncode != 0:
        raise SystemExit(f"{text}: exit code {done.returncode}\n{(done.stdout + done.stderr).decode()}")
    print(f"{spent_s:7.1f} s  {text}", flush=True)
    return spent_s


def _counts(cwd: Path, environment: Mapping[str, str]) -> dict[str, int]:
    done = subprocess.run("clcache stats --json", shell=True, cwd=cwd, env=environment, capture_output=True, check=True)
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


def main() -> None:
    """Clone, type what the document says, and compare the counts around the last command."""
    parser = argparse.ArgumentParser()
    parser.add_argument("repository", nargs="?", default=ROOT, type=Path, help="Folder of a clone; default this one.")
    parser.add_argument("--cold", action="store_true", help="Let pip take nothing from its cache.")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="new"))
    try:
        environment = _environment(work, cold=options.cold)
        clone = work / "clone"
        spent_s = _run(f"git clone --quiet {options.repository.resolve().as_uri()} {clone}", work, environment)
        commands = first_commands(clone)
        spent_s += _run(f"{sys.executable} -m venv {work / 'venv'}", work, environment)
        spent_s += sum(_run(command, clone, environment) for command in commands[:-1])
        before = _counts(clone, environment)
        spent_s += _run(commands[-1], clone, environment)
        after = _counts(clone, environment)
        subprocess.run("clcache stop", shell=True, cwd=clone, env=environment, capture_output=True, check=True)
    finally:
        shutil.rmtree(work)
    hits, others = (
        sum(after[name] - before[name] for name in names) for names in (("hits",), ("misses", "uncacheable", "errors"))
    )
    print(f"{spent_s:7.1f} s  in all, {len(commands)} commands; last build: {hits} hits, {others} others")
    if hits == 0 or others != 0 or len(commands) != 3 or spent_s > LIMIT_S:
        raise SystemExit(f"not three commands, hits only and less than {LIMIT_S:.0f} s")


if __name__ == "__main__":
    main()
