"""Whatever of ours fails, the compiler runs as it was given."""

import contextlib
import os
import shutil
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from support.cache import Cache, Done
from support.compare import make_bare, make_cached

pytestmark = pytest.mark.posix("gnu")

COMMAND = ["gcc", "-Wall", "-c", "a.c", "-o", "a.o"]


@pytest.fixture
def source(work: Path) -> Path:
    """A folder with a source that makes a warning."""
    (work / "a.c").write_text("static int unused(void) { return 1; }\n")
    return work


def _check(cache: Cache, folder: Path, env: dict[str, str] | None = None) -> None:
    assert make_cached(cache, COMMAND, folder, env) == make_bare(cache, COMMAND, folder)


def _log(cache: Cache) -> str:
    return cache.log.read_text() if cache.log.exists() else ""


def test_cache_folder_that_is_a_file(cache: Cache, source: Path) -> None:
    cache.folder.write_text("")
    _check(cache, source)
    assert "error" in _log(cache)


def test_cache_folder_removed_between_compiles_heals(cache: Cache, source: Path) -> None:
    _check(cache, source)
    shutil.rmtree(cache.folder)
    _check(cache, source)
    _check(cache, source)
    assert cache.counts()[0] == 1


def test_cache_folder_removed_while_the_compiler_runs(cache: Cache, work: Path) -> None:
    compiler = work / "my-gcc"
    compiler.write_text(f'#!/bin/sh\ncase "$*" in *a.c*) rm -rf "{cache.folder}";; esac\nexec gcc "$@"\n')
    compiler.chmod(0o755)
    (work / "a.c").write_text("int a;\n")
    done = cache.compile(compiler, "-c", "a.c", "-o", "a.o", cwd=work)
    assert (done.code, done.stdout, done.stderr) == (0, b"", b"")
    assert (work / "a.o").exists()


def test_unwritable_cache_folder(cache: Cache, source: Path) -> None:
    # /proc refuses folders to root, too.
    _check(cache, source, {"CLCACHE_DIR": "/proc/clcache"})
    assert "error" in _log(cache)


def test_disable_asks_no_core(lone_cache: Cache, source: Path) -> None:
    _check(lone_cache, source, {"CLCACHE_DISABLE": "1"})
    assert lone_cache.core_pid() is None


@pytest.mark.parametrize("off", ["0", "false", "NO", "off", ""])
def test_disable_understands_off(cache: Cache, source: Path, off: str) -> None:
    _check(cache, source, {"CLCACHE_DISABLE": off})
    assert cache.counts()[1] == 1


def test_disable_in_the_project_file(cache: Cache, source: Path) -> None:
    (source / "clcache.yaml").write_text("disable: true\n")
    _check(cache, source)
    assert cache.stats()["uncacheable"] == 1


def test_wrong_setting_is_counted_and_not_printed(cache: Cache, source: Path) -> None:
    (source / "clcache.yaml").write_text("max_sise: 5G\n")
    _check(cache, source)
    (source / "clcache.yaml").unlink()
    assert cache.stats()["errors"] == 1


def test_core_killed_while_the_compiler_runs(lone_cache: Cache, work: Path) -> None:
    (work / "a.c").write_text("int a;\n")
    assert lone_cache.compile("gcc", "-c", "a.c", "-o", "warm.o", cwd=work).code == 0
    pid = lone_cache.core_pid()
    compiler = work / "my-gcc"
    compiler.write_text(f'#!/bin/sh\ncase "$*" in *a.c*) kill -9 {pid};; esac\nexec gcc "$@"\n')
    compiler.chmod(0o755)
    done = lone_cache.compile(compiler, "-c", "a.c", "-o", "a.o", cwd=work)
    assert (done.code, done.stdout, done.stderr) == (0, b"", b"")
    assert (work / "a.o").exists()


def test_core_killed_between_compiles_is_started_again(lone_cache: Cache, source: Path) -> None:
    _check(lone_cache, source)
    pid = lone_cache.core_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    _check(lone_cache, source)
    assert lone_cache.core_pid() not in (None, pid)


@pytest.mark.parametrize("answer", [b"", b"rubbish that is no frame", b"CLC1\xff\xff\xff\xff", b"CLC1\1\0\0\0R"])
def test_core_that_answers_rubbish(lone_cache: Cache, source: Path, answer: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(lone_cache.endpoint)
        listener.listen(16)

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        _check(lone_cache, source)
        listener.shutdown(socket.SHUT_RDWR)
    os.unlink(lone_cache.endpoint)


def test_launcher_without_its_core_runs_the_compiler(lone_cache: Cache, source: Path, tmp_path: Path) -> None:
    alone = tmp_path / "clcache"
    shutil.copy(lone_cache.launcher, alone)
    lone_cache.launcher = alone
    _check(lone_cache, source)
    done = lone_cache.front_end("stats")
    assert done.code == 127
    assert b"pip install" in done.stderr
    # for the fixture's end
    (tmp_path / "clcache-core.path").write_text("/bin/true\n")


def test_copy_of_the_launcher_finds_its_core(cache: Cache, source: Path, tmp_path: Path) -> None:
    core = cache.launcher.with_name("clcache-core")
    copy = tmp_path / "clcache"
    shutil.copy(cache.launcher, copy)
    copy.with_name("clcache-core.path").write_text(f"{core}\n")
    cache.launcher = copy
    _check(cache, source)
    _check(cache, source)
    assert cache.counts()[:2] == (1, 1)


def test_missing_compiler_is_said_and_ends_with_127(cache: Cache, work: Path) -> None:
    done = cache.compile("no-such-gcc", "-c", "a.c", cwd=work)
    assert done.code == 127
    assert done.stderr == b"clcache: no-such-gcc: no such program\n"


def test_program_that_is_no_compiler_runs_untouched(cache: Cache, work: Path) -> None:
    done = cache.run(cache.launcher, "cat", "-", cwd=work, stdin=b"text")
    assert done == Done(0, b"text", b"")


@pytest.mark.parametrize("argument", ["", "a b", 'quote"', "back\\slash", "new\nline", "ü", "$HOME", "*"])
def test_arguments_reach_the_program_as_given(cache: Cache, work: Path, argument: str) -> None:
    done = cache.run(cache.launcher, "printf", "%s|", argument, cwd=work)
    assert done.stdout == argument.encode() + b"|"


def test_masquerade_finds_the_compiler_behind_it(cache: Cache, source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "masquerade"
    folder.mkdir()
    (folder / "gcc").symlink_to(cache.launcher)
    env = {"PATH": f"{folder}:{cache.environment['PATH']}"}
    for _ in range(2):
        done = cache.run(*COMMAND, cwd=source, env=env)
        assert done.code == 0
    assert cache.counts()[:2] == (1, 1)


def test_copies_of_the_launcher_do_not_find_each_other(cache: Cache, source: Path, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
        shutil.copy(cache.launcher, folder / "gcc")
        (folder / "clcache-core.path").write_text(f"{cache.launcher.with_name('clcache-core')}\n")
    env = {"PATH": ":".join([*map(str, folders), cache.environment["PATH"]])}
    done = cache.run(*COMMAND, cwd=source, env=env)
    assert done.code == 0
    assert cache.counts()[:2] == (0, 1)


def test_classic_variable_names_the_compiler(cache: Cache, source: Path) -> None:
    for _ in range(2):
        done = cache.compile("-c", "a.c", "-o", "a.o", cwd=source, env={"CLCACHE_CL": "gcc"})
        assert done.code == 0
    assert cache.counts()[:2] == (1, 1)


def test_compiler_ended_by_a_signal_ends_the_launcher_by_it(cache: Cache, work: Path) -> None:
    compiler = work / "my-gcc"
    compiler.write_text('#!/bin/sh\ncase "$*" in *a.c*) kill -TERM $$;; esac\nexec gcc "$@"\n')
    compiler.chmod(0o755)
    (work / "a.c").write_text("int a;\n")
    done = cache.compile(compiler, "-c", "a.c", "-o", "a.o", cwd=work)
    assert done.code == -signal.SIGTERM


def test_launcher_closes_nothing_that_the_compiler_inherits(cache: Cache, work: Path) -> None:
    compiler = work / "my-gcc"
    compiler.write_text('#!/bin/sh\ncase "$*" in *a.c*) cat <&7 >seen;; esac\nexec gcc "$@"\n')
    compiler.chmod(0o755)
    (work / "a.c").write_text("int a;\n")
    (work / "input").write_text("through")
    done = cache.run("sh", "-c", f"exec {cache.launcher} {compiler} -c a.c -o a.o 7<input", cwd=work)
    assert done.code == 0, done.stderr
    assert (work / "seen").read_text() == "through"


def test_helper_that_keeps_the_streams_open_delays_nothing(cache: Cache, work: Path) -> None:
    compiler = work / "my-gcc"
    compiler.write_text('#!/bin/sh\ncase "$*" in *a.c*) sleep 60 & echo $! >helper;; esac\nexec gcc "$@"\n')
    compiler.chmod(0o755)
    (work / "a.c").write_text("int a;\n")
    done = cache.compile(compiler, "-c", "a.c", "-o", "a.o", cwd=work)
    assert done.code == 0
    os.kill(int((work / "helper").read_text()), signal.SIGTERM)


def test_core_holds_neither_folder_nor_streams_of_its_caller(lone_cache: Cache, source: Path) -> None:
    _check(lone_cache, source)
    pid = lone_cache.core_pid()
    assert os.readlink(f"/proc/{pid}/cwd") == "/"
    held = {os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")}
    assert not [name for name in held if str(source) in name or name.startswith("pipe:")]


def test_several_launchers_at_once_start_one_core(lone_cache: Cache, work: Path) -> None:
    for number in range(12):
        (work / f"a{number}.c").write_text(f"int a{number};\n")
    codes: list[int] = []

    def compile_one(number: int) -> None:
        done = lone_cache.compile("gcc", "-c", f"a{number}.c", "-o", f"a{number}.o", cwd=work)
        codes.append(done.code)

    threads = [threading.Thread(target=compile_one, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [0] * 12
    assert lone_cache.counts() == (0, 12, 0, 0)
    named = lone_cache.endpoint.encode()
    cores = [
        pid
        for pid in filter(str.isdigit, os.listdir("/proc"))
        if named in Path("/proc", pid, "cmdline").read_bytes().split(b"\0")
    ]
    assert len(cores) == 1


def test_core_ends_after_its_idle_time(lone_cache: Cache, source: Path) -> None:
    _check(lone_cache, source, {"CLCACHE_IDLE_TIMEOUT": "1s"})
    pid = lone_cache.core_pid()
    assert pid is not None
    until = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and time.monotonic() < until:
        time.sleep(0.1)
    assert not Path(f"/proc/{pid}").exists()
    assert lone_cache.core_pid() is None
