"""Whatever happens to a file of the cache, the next compile succeeds and stores again, and the one after hits."""

import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached
from support.hook import hook_assembler
from support.stock import scratch_files

pytestmark = pytest.mark.posix("gnu")

COMMAND = ["gcc", "-Wall", "-c", "a.c", "-o", "a.o"]


@pytest.fixture
def source(work: Path) -> Path:
    """A folder with sources of which the first is damaged in the cache."""
    for name in "abcd":
        (work / f"{name}.c").write_text(f"static int unused_{name}(void) {{ return 1; }}\n")
    return work


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    os.truncate(path, 0)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip_first(path: Path) -> None:
    flip(path, 0)


def flip_middle(path: Path) -> None:
    flip(path, path.stat().st_size // 2)


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([(byte or b"\0")[0] ^ 1]))


def overwrite(path: Path) -> None:
    path.write_bytes(b"\xff" * path.stat().st_size)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "x").write_text("")


def fill(cache: Cache, folder: Path) -> None:
    for name in "abcd":
        assert cache.compile("gcc", "-c", f"{name}.c", "-o", f"{name}.o", cwd=folder).code == 0
    assert make_cached(cache, COMMAND, folder).done.code == 0
    assert cache.stats()["entries"] == 5


def check_heals(cache: Cache, folder: Path) -> None:
    """Each compile gives what the compiler gives, and soon they are hits."""
    bare = make_bare(cache, COMMAND, folder)
    for _ in range(2):
        # A damaged page of the index may be one that the first compile has no need of, but asking for counts has.
        assert make_cached(cache, COMMAND, folder) == bare
        hits, _, _, errors = cache.counts()
    assert make_cached(cache, COMMAND, folder) == bare
    assert cache.counts()[0] == hits + 1
    assert cache.counts()[3] == errors == 0, cache.log.read_text()


DAMAGES = {
    "sqlite": [remove, empty, truncate, flip_first, flip_middle, overwrite, replace_by_folder],
    "sqlite-wal": [remove, truncate, flip_middle, replace_by_folder],
    "sqlite-shm": [remove, truncate, flip_middle, replace_by_folder],
    "artifact": [remove, truncate, flip_middle, replace_by_folder],
    "lock": [remove, replace_by_folder],
}
EACH = [(suffix, damage, "running") for suffix, damages in DAMAGES.items() for damage in damages]
EACH += [("sqlite", damage, "stopped") for damage in DAMAGES["sqlite"]]
# A core that is killed leaves the log of its index.
EACH += [(suffix, damage, "killed") for suffix in ("sqlite-wal", "sqlite-shm") for damage in DAMAGES[suffix]]


@pytest.mark.parametrize(
    ("suffix", "damage", "core"), EACH, ids=[f"{suffix} {damage.__name__} {core}" for suffix, damage, core in EACH]
)
def test_damaged_file_heals(
    lone_cache: Cache, source: Path, suffix: str, damage: Callable[[Path], None], core: str
) -> None:
    fill(lone_cache, source)
    pid = lone_cache.core_pid()
    assert pid is not None
    if core == "stopped":
        lone_cache.front_end("stop")
    elif core == "killed":
        os.kill(pid, signal.SIGKILL)
    if suffix == "artifact":
        found = [path for path in lone_cache.folder.glob("artifacts/*/*") if path.is_file()]
    else:
        found = [path for path in lone_cache.folder.iterdir() if path.name.endswith(suffix)]
    assert found
    for path in found:
        damage(path)
    check_heals(lone_cache, source)
    for words in (["doctor", "--repair"], ["doctor"]):
        done = lone_cache.front_end(*words)
        assert done.code == 0, done.stdout


def test_any_flipped_bit_of_the_index_heals(cache: Cache, source: Path, tmp_path: Path) -> None:
    """SQLite notices few of them; each row that is believed is sealed."""
    fill(cache, source)
    bare = make_bare(cache, COMMAND, source)
    (index,) = cache.folder.glob("index-*.sqlite")
    with closing(sqlite3.connect(index)) as sql:
        sql.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = tmp_path / "kept"
    shutil.copytree(cache.folder, kept)
    size = (kept / index.name).stat().st_size
    for turn, at in enumerate(range(100, size, size // 25)):
        cache.folder = tmp_path / f"cache{turn}"
        shutil.copytree(kept, cache.folder, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
        cache.environment["CLCACHE_DIR"] = str(cache.folder)
        flip(cache.folder / index.name, at)
        for _ in range(2):
            assert make_cached(cache, COMMAND, source) == bare
        hits = cache.counts()[0]
        assert make_cached(cache, COMMAND, source) == bare
        assert (cache.counts()[0], cache.counts()[3]) == (hits + 1, 0), at


def test_folder_that_goes_while_the_compiler_runs_heals(lone_cache: Cache, source: Path, tmp_path: Path) -> None:
    hook = f"[ -e gone ] || rm -rf {lone_cache.folder}; : >gone"
    environment = hook_assembler(lone_cache, tmp_path / "tools", hook)
    for _ in range(3):
        assert lone_cache.compile(*COMMAND, cwd=source, env=environment).code == 0
    assert (source / "gone").exists()
    assert lone_cache.counts()[0] >= 1


@pytest.mark.parametrize("is_running", [True, False])
def test_doctor_tells_and_repairs(lone_cache: Cache, source: Path, *, is_running: bool) -> None:
    fill(lone_cache, source)
    if not is_running:
        lone_cache.front_end("stop")
    done = lone_cache.front_end("doctor")
    assert (done.code, b"wrong" in done.stdout) == (0, False), done.stdout
    found = sorted(path for path in lone_cache.folder.glob("artifacts/*/*") if path.is_file())
    flip_middle(found[0])
    found[1].unlink()
    stray = lone_cache.folder / "artifacts/ab" / ("0" * 30)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"x")
    for _ in range(2):
        done = lone_cache.front_end("doctor")
        assert done.code == 1
        assert b"2 artifacts are missing or damaged" in done.stdout
        # The core may come to the stray file by itself.
        assert is_running or b"1 files of artifacts that no row names" in done.stdout
    done = lone_cache.front_end("doctor", "--repair")
    assert done.code == 0
    assert b"mended: cache folder: 2 artifacts are missing or damaged" in done.stdout
    assert not stray.exists()
    done = lone_cache.front_end("doctor")
    assert (done.code, b"wrong" in done.stdout) == (0, False)
    check_heals(lone_cache, source)


def test_doctor_repairs_while_builds_run(cache: Cache, source: Path) -> None:
    fill(cache, source)
    for name in "abcd":
        flip_first(min(path for path in cache.folder.glob("artifacts/*/*") if path.is_file()))
        assert cache.front_end("doctor", "--repair", env={"CLCACHE_SOCKET": cache.endpoint + "2"}).code == 0
        assert cache.compile("gcc", "-c", f"{name}.c", "-o", f"{name}.o", cwd=source).code == 0
    assert cache.counts()[3] == 0
    assert not scratch_files(cache.folder)
