"""Builds, edits, evicts and kills for some minutes, and counts what must not happen.

python tests/benchmarks/soak.py [--minutes 8] [--workers 16] [--seed N]

Workers compile sources that change at random through two cores on one cache folder, whose limit holds about a third of
the work. Cores, launchers and maintenance commands are killed at random. Every object is compared with what the bare
compiler makes of the same text. Exits with 1 where an object was wrong, a build failed that nobody killed, or the
folder is not whole and within its limit at the end.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Final

from clcache_launcher.cli.core_client import ask_live
from clcache_launcher.errors import ClcacheError
from clcache_launcher.storage.check import check_folder
from clcache_launcher.storage.local import LocalStorage

SOURCES: Final = 8
VERSIONS: Final = 3
LIMIT_BYTES: Final = 3_500_000
"""A third of what the sources of 16 workers make."""
KILL_EVERY_S: Final = 1.5
MAINTENANCE: Final = (*[["clean"], ["stats"], ["doctor"], ["doctor", "--repair"]] * 3, ["clear"])


def text_of(number: int, version: int) -> str:
    """A source whose object tells its number and version; its size is of many kinds."""
    size = (number * 7919 + version * 104729) % 40_000
    return (
        f'#include "h{number % 5}.h"\nint id_{number}(void) {{ return {number * 1000 + version} + H; }}\n'
        f"char a_{number}[{size + 1}] = {{ {version + 1} }};\n"
    )


class Soak:
    """The workers, what they share, and what they saw."""

    def __init__(self, root: Path, seed: int) -> None:
        self.root, self.random = root, random.Random(seed)
        self.launcher = str(Path(sys.executable).with_name("clcache"))
        self.folder = root / "cache"
        self.endpoints = [str(root / "core1"), str(root / "core2")]
        self.counts: Counter[str] = Counter()
        self.lock = threading.Lock()
        self.ends = threading.Event()
        self.running: set[subprocess.Popen[bytes]] = set()
        self.objects: dict[tuple[int, int, int], bytes] = {}

    def environment(self, endpoint: str) -> dict[str, str]:
        """What a command of one core sees."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CLCACHE_")}
        return kept | {
            "CLCACHE_DIR": str(self.folder),
            "CLCACHE_SOCKET": endpoint,
            "CLCACHE_MAX_SIZE": str(LIMIT_BYTES),
            "CLCACHE_LOG": str(self.root / "log"),
        }

    def count(self, what: str, number: int = 1) -> None:
        """Count something that happened."""
        with self.lock:
            self.counts[what] += number

    def bare(self, number: int, version: int, header: int) -> bytes:
        """What the compiler makes of a text, in a folder of its own name."""
        known = self.objects.get((number, version, header))
        if known is None:
            with tempfile.TemporaryDirectory(dir=self.root) as name:
                write_sources(Path(name), number, version, header)
                subprocess.run(["gcc", "-c", "a.c", "-o", "a.o"], cwd=name, check=True)
                known = self.objects[number, version, header] = Path(name, "a.o").read_bytes()
        return known

    def run(self, words: list[str], folder: Path, endpoint: str) -> tuple[int, str]:
        """Run the launcher; it may be killed."""
        environment, pipe = self.environment(endpoint), subprocess.PIPE
        with subprocess.Popen(
            [self.launcher, *words], cwd=folder, env=environment, stdout=pipe, stderr=pipe
        ) as started:
            with self.lock:
                self.running.add(started)
            output = b"".join(started.communicate())
            with self.lock:
                self.running.discard(started)
        return started.returncode, output.decode(errors="replace")

    def work(self, worker: int) -> None:
        """Compile one source after another."""
        choice = random.Random(self.random.random())
        endpoint = self.endpoints[worker % 2]
        folder = self.root / f"work{worker % 4}-{worker}"
        folder.mkdir()
        while not self.ends.is_set():
            number, version = worker * SOURCES + choice.randrange(SOURCES), choice.randrange(VERSIONS)
            header = choice.randrange(2) if choice.random() < 0.1 else 0
            write_sources(folder, number, version, header)
            (folder / "a.o").unlink(missing_ok=True)
            code, output = self.run(["gcc", "-c", "a.c", "-o", "a.o"], folder, endpoint)
            self.count("builds")
            if code == -signal.SIGKILL:
                # Its compiler goes on, and may write where the next one writes.
                folder = self.root / f"work{worker % 4}-{worker}-{choice.random()}"
                folder.mkdir()
            elif code != 0 or not (folder / "a.o").exists():
                self.count("failed builds")
                print("failed:", code, output, flush=True)
            elif (folder / "a.o").read_bytes() != self.bare(number, version, header):
                self.count("wrong objects")
                print("wrong:", folder, number, version, header, flush=True)

    def maintain(self) -> None:
        """Run commands as cron would."""
        choice = random.Random(self.random.random())
        while not self.ends.wait(choice.random() * 3):
            words = choice.choice(MAINTENANCE)
            # Some by the live core, some by the folder itself.
            endpoint = choice.choice([*self.endpoints, str(self.root / "nobody")])
            code, output = self.run(words, self.root, endpoint)
            self.count("commands")
            if code not in {0, -signal.SIGKILL} and words != ["doctor"]:
                self.count("failed commands")
                print("command:", words, code, output, flush=True)

    def kill(self) -> None:
        """Kill a core, a launcher or a command now and then."""
        choice = random.Random(self.random.random())
        while not self.ends.wait(choice.random() * 2 * KILL_EVERY_S):
            if choice.random() < 0.4:
                answer = None
                try:
                    answer = ask_live(choice.choice(self.endpoints), command="status")
                except ClcacheError:
                    self.count("cores that did not answer")
                if answer:
                    os.kill(int(str(answer["pid"])), signal.SIGKILL)
                    self.count("killed cores")
            else:
                with self.lock:
                    victims = sorted(each.pid for each in self.running if each.returncode is None)
                    if victims:
                        os.kill(choice.choice(victims), signal.SIGKILL)
                        self.counts["killed launchers and commands"] += 1

    def settle(self) -> int:
        """Let both cores end, and tell by how much the folder is over its limit in percent of it."""
        for endpoint in self.endpoints:
            subprocess.run([self.launcher, "stop"], env=self.environment(endpoint), check=False, capture_output=True)
        storage = LocalStorage(self.folder)
        storage.clean(LIMIT_BYTES)
        # A core that is killed has not written its latest counts; the log has a line for each.
        outcomes = Counter(line.split()[1].rstrip(":") for line in (self.root / "log").read_text().splitlines())
        self.counts |= {f"logged {name}": number for name, number in outcomes.items()}
        self.counts["results at the end"] = storage.index.totals().results
        self.counts["evicted or cleared"] = outcomes["miss"] - self.counts["results at the end"]
        storage.close()
        used = sum(
            -(-path.stat().st_size // 4096) * 4096
            for path in self.folder.rglob("*")
            if not path.name.endswith(("-wal", "-shm"))
        )
        return max(0, (used - LIMIT_BYTES) * 100 // LIMIT_BYTES)


def write_sources(folder: Path, number: int, version: int, header: int) -> None:
    """Write a source with its headers; what is there already is left as it is."""
    texts = {"a.c": text_of(number, version)} | {f"h{n}.h": f"#define H {header + n}\n" for n in range(5)}
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def main() -> int:
    """Run, print the figures, and tell whether all went well."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--workers", type=int, default=16)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**6)
    chosen = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="soak"))
    soak = Soak(root, chosen.seed)
    threads = [threading.Thread(target=soak.work, args=(worker,)) for worker in range(chosen.workers)]
    threads += [threading.Thread(target=soak.maintain), threading.Thread(target=soak.kill)]
    for thread in threads:
        thread.start()
    time.sleep(chosen.minutes * 60)
    soak.ends.set()
    for thread in threads:
        thread.join()
    over = soak.settle()
    findings = check_folder(soak.folder, mend=False)
    print(f"seed {chosen.seed}, {chosen.minutes} minutes, {chosen.workers} workers")
    for name in ("builds", "killed cores", "killed launchers and commands", "commands", "failed commands"):
        print(f"{name:32} {soak.counts.pop(name, 0):8}")
    wrong, failed = soak.counts.pop("wrong objects", 0), soak.counts.pop("failed builds", 0)
    print(f"{'wrong objects':32} {wrong:8}\n{'failed builds':32} {failed:8}\n{'limit overshoot, percent':32} {over:8}")
    for name, number in sorted(soak.counts.items()):
        print(f"{name:32} {number:8}")
    for finding in findings:
        print("found:", finding.what)
    shutil.rmtree(root)
    return int(bool(wrong or failed or over > 2 or findings))


if __name__ == "__main__":
    sys.exit(main())
