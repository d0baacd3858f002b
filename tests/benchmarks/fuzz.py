"""Random command lines through the cache against the bare compiler, for as long as wanted.

python tests/benchmarks/fuzz.py COMPILER [SECONDS] [SEED]
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.cache import Cache
from support.fuzz import COMPILERS, cases, problem, write_sources


def main() -> int:
    """Run; every difference is printed as it is found."""
    target = COMPILERS[sys.argv[1]]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 60
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    with tempfile.TemporaryDirectory(prefix="clcfuzz") as name:
        root = Path(name)
        (root / "own").mkdir()
        (root / "work").mkdir()
        cache = Cache(root / "own", root / "core")
        end, count, found = time.monotonic() + seconds, 0, 0
        write_sources(root / "work")
        try:
            for case in cases(target, seed):
                if time.monotonic() > end:
                    break
                count += 1
                what = problem(cache, root / "work", target, case)
                if what:
                    found += 1
                    print(f"seed {seed} case {count}: {what}", flush=True)
            print(f"{target.compiler}: seed {seed}, {count} command lines, {found} differences; {cache.stats()}")
        finally:
            cache.front_end("stop")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
