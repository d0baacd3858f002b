"""The installed launcher with a core and a cache folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from clcache_launcher.cli.core_client import ask_live

__all__ = ["SCRIPTS", "Cache", "Done"]

SCRIPTS = Path(sys.executable).parent


@dataclass(frozen=True)
class Done:
    """A process that has ended."""

    code: int
    stdout: bytes
    stderr: bytes


class Cache:
    """One core and its cache folder."""

    def __init__(self, folder: Path, endpoint: Path) -> None:
        self.endpoint = str(endpoint)
        self.folder = folder / "cache"
        self.launcher = SCRIPTS / "clcache"
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("CLCACHE_", "CMAKE_"))}
        self.environment = {
            **kept,
            "CLCACHE_DIR": str(self.folder),
            "CLCACHE_SOCKET": self.endpoint,
            "CLCACHE_LOG": str(folder / "log"),
            "LC_ALL": "C.UTF-8",
        }
        self.log = folder / "log"

    def run(
        self,
        *argv: str | Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        drop: Sequence[str] = (),
    ) -> Done:
        """Run any program with this cache's environment."""
        environment = {k: v for k, v in self.environment.items() if k not in drop} | dict(env or {})
        done = subprocess.run(
            [str(word) for word in argv],
            cwd=cwd,
            env=environment,
            input=stdin,
            capture_output=True,
            timeout=300,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def compile(self, *argv: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Done:
        """Compile through the launcher."""
        return self.run(self.launcher, *argv, cwd=cwd, env=env)

    def front_end(self, *words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Done:
        """Run a front-end command."""
        return self.run(self.launcher, *words, cwd=cwd or self.folder.parent, env=env)

    def stats(self) -> dict[str, int]:
        """What ``clcache stats --json`` tells, by the core itself where one runs."""
        live = ask_live(self.endpoint, command="stats", folder=str(self.folder))
        if live is not None and live.pop("ok"):
            return {name: number for name, number in live.items() if isinstance(number, int)}
        done = self.front_end("stats", "--json")
        assert done.code == 0, done.stderr
        answer: dict[str, int] = json.loads(done.stdout)
        return answer

    def told(self, name: str) -> object:
        """One value of ``stats --json``."""
        told: dict[str, object] = json.loads(self.front_end("stats", "--json").stdout)
        return told[name]

    def counts(self) -> tuple[int, int, int, int]:
        """Hits, misses, uncacheable, errors."""
        found = self.stats()
        return found["hits"], found["misses"], found["uncacheable"], found["errors"]

    def core_pid(self) -> int | None:
        """Process of the live core."""
        live = ask_live(self.endpoint, command="status")
        return int(str(live["pid"])) if live else None
