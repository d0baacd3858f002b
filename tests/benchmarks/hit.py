"""Times a hit beside starting ``/bin/true``, an uncached compile, and the peers that are on PATH; runs are interleaved.

python tests/benchmarks/hit.py [--turns 200]
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEADERS = [
    "algorithm",
    "array",
    "atomic",
    "chrono",
    "condition_variable",
    "cstring",
    "deque",
    "fstream",
    "functional",
    "future",
    "iostream",
    "map",
    "memory",
    "mutex",
    "regex",
    "set",
    "sstream",
    "string",
    "thread",
    "tuple",
    "unordered_map",
    "vector",
]
PEERS = ("ccache", "sccache", "zccache")


def _spend(argv: list[str]) -> float:
    began = time.perf_counter()
    process = os.posix_spawn(argv[0], argv, os.environ)
    os.waitpid(process, 0)
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Print medians, minima and the ratio to ``/bin/true``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"CLCACHE_DIR": f"{name}/own", "CLCACHE_SOCKET": f"{name}/core", "CCACHE_DIR": f"{name}/ccache"}
        os.chdir(name)
        Path("a.cpp").write_text("".join(f"#include <{header}>\n" for header in HEADERS) + "int f() { return 1; }\n")
        compile_ = [shutil.which("g++") or "g++", "-g", "-c", "a.cpp", "-o", "a.o"]
        listed = subprocess.run([compile_[0], "-M", "a.cpp"], capture_output=True, check=True).stdout
        headers = len(listed.replace(b"\\\n", b"").split()) - 2
        launcher = str(Path(sys.executable).with_name("clcache"))
        commands = {"/bin/true": ["/bin/true"], "clcache": [launcher, *compile_]}
        commands |= {peer: [found, *compile_] for peer in PEERS if (found := shutil.which(peer))}
        for argv in commands.values():
            for _ in range(3):
                _spend(argv)
        uncached = _spend(compile_)
        times: dict[str, list[float]] = {label: [] for label in commands}
        for _ in range(turns):
            for label, argv in commands.items():
                times[label].append(_spend(argv))
        base = statistics.median(times["/bin/true"])
        print(f"{headers} headers, object {Path('a.o').stat().st_size / 1e6:.1f} MB, uncached {uncached:.0f} ms")
        for label, spent in times.items():
            median = statistics.median(spent)
            print(f"{label:12} median {median:7.2f} ms   min {min(spent):7.2f} ms   {median / base:6.1f} x /bin/true")
        subprocess.run([launcher, "stop"], check=False, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
