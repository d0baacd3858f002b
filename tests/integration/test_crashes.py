"""A process may end at any instant, a disk may be full: at most one entry is lost, nothing wrong is given out."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare
from support.crasher import SCENARIOS
from support.hook import hook_assembler
from support.skip import skip_or_fail
from support.stock import scratch_files
from support.wait import wait_for

pytestmark = pytest.mark.posix("gnu", "signals")

LOSES_AT_WILL = {"evict", "clear", "clean", "heal the index"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_process_that_ends_at_any_step_loses_one_entry_at_most(scenario: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    # Where nothing is synced to a disk it takes a second rather than ten.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        command = [sys.executable, "-m", "support.crasher", folder, scenario]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(reports) > 5
    assert reports[-1]["ended"] == 0
    for step, report in enumerate(reports, 1):
        assert report["wrong"] == [], step
        assert len(report["lost"]) <= 1 or scenario in LOSES_AT_WILL, step
        assert report["dangling"] == {}, step
        assert report["scratch"] == report["strange"] == report["not stored again"] == [], step


# ---- real processes ----


@pytest.mark.parametrize("killed", ["launcher", "core"])
def test_depfile_of_a_killed_process_does_not_stay(lone_cache: Cache, work: Path, tmp_path: Path, killed: str) -> None:
    environment = hook_assembler(
        lone_cache, tmp_path / "tools", "[ -e go ] || : >running; while [ ! -e go ]; do sleep 0.05; done"
    )
    (work / "a.c").write_text("int a;\n")
    argv = [str(lone_cache.launcher), "gcc", "-c", "a.c", "-o", "a.o"]
    with subprocess.Popen(argv, cwd=work, env={**lone_cache.environment, **environment}) as launcher:
        wait_for((work / "running").exists)
        assert scratch_files(lone_cache.folder)
        pid = launcher.pid if killed == "launcher" else lone_cache.core_pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        if killed == "launcher":
            launcher.wait()
        (work / "go").write_text("")
        wait_for((work / "a.o").exists)
        assert launcher.wait() == (-signal.SIGKILL if killed == "launcher" else 0)
    assert lone_cache.compile("gcc", "-c", "a.c", "-o", "b.o", cwd=work).code == 0
    assert lone_cache.front_end("clean").code == 0
    assert scratch_files(lone_cache.folder) == []
    assert lone_cache.front_end("doctor").code == 0


SMALL_DISKS = {
    "no room for an index": "size=40k",
    "room for little": "size=400k",
    "few files": "size=10m,nr_inodes=24",
    "no file": "size=10m,nr_inodes=2",
}


@pytest.mark.parametrize("disk", SMALL_DISKS.values(), ids=SMALL_DISKS)
def test_full_disk_breaks_no_build_and_heals(lone_cache: Cache, work: Path, disk: str) -> None:
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        skip_or_fail("no mount can be made; allow user namespaces, or run as root")
    lone_cache.folder.mkdir()
    for number in range(12):
        (work / f"{number}.c").write_text(f"char a{number}[50000] = {{ {number + 1} }};\n")
    script = f"""
        set -e
        mount -t tmpfs -o {disk} none {lone_cache.folder}
        clcache={lone_cache.launcher}
        for turn in 1 2; do for n in 0 1 2 3 4 5 6 7 8 9 10 11; do $clcache gcc -c $n.c -o $n-$turn.o; done; done
        $clcache stop >/dev/null
        mount -o remount,size=50m,nr_inodes=1000 {lone_cache.folder}
        for n in 0 0 0; do $clcache gcc -c $n.c -o $n-3.o; done
        $clcache stats --json
        $clcache doctor >&2 || exit 7
        $clcache stop >/dev/null
    """
    done = lone_cache.run("unshare", "-rm", "sh", "-c", script, cwd=work)
    assert done.code == 0, done
    for number in range(12):
        bare = make_bare(lone_cache, ["gcc", "-c", f"{number}.c", "-o", "bare.o"], work).files["bare.o"][1]
        assert all(path.read_bytes() == bare for path in work.glob(f"{number}-?.o"))
    assert json.loads(done.stdout)["hits"] >= 2


def test_folder_that_can_not_be_written_breaks_no_build(lone_cache: Cache, work: Path) -> None:
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        skip_or_fail("no mount can be made; allow user namespaces, or run as root")
    (work / "a.c").write_text("int a;\n")
    assert lone_cache.compile("gcc", "-c", "a.c", "-o", "a.o", cwd=work).code == 0
    lone_cache.front_end("stop")
    script = f"""
        mount -t tmpfs none mnt && cp -r {lone_cache.folder} mnt/ && mount -o remount,ro $PWD/mnt || exit 9
        export CLCACHE_DIR={work}/mnt/cache
        {lone_cache.launcher} gcc -c a.c -o b.o || exit 8
        {lone_cache.launcher} doctor
        code=$?
        {lone_cache.launcher} stop >/dev/null
        exit $code
    """
    (work / "mnt").mkdir()
    done = lone_cache.run("unshare", "-rm", "sh", "-c", script, cwd=work)
    assert (done.code, done.stderr) == (1, b"")
    assert b"wrong: " in done.stdout
    assert (work / "b.o").read_bytes() == (work / "a.o").read_bytes()
    assert "error" in lone_cache.log.read_text()
