"""A hit that is given again without being looked up: only while a lookup would find it, and just as the first one."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.cli.core_client import ask_live
from clcache_launcher.storage.local import LocalStorage
from support.cache import Cache
from support.compare import Made, make_bare, make_cached

pytestmark = pytest.mark.posix("gnu")

WORDS = ["-MD", "-MF", "out/a.d", "-Wall", "-c", "src/a.cpp", "-Ifirst", "-Isecond", "-o", "out/a.o"]
MOST = 60


class Project:
    """Sources, a folder for what is made, and a compiler in a folder of its own."""

    def __init__(self, cache: Cache, folder: Path) -> None:
        self.cache, self.folder = cache, folder
        self.env: dict[str, str] = {}
        (folder / "out").mkdir()
        self.write("bin/g++", '#!/bin/sh\nexec /usr/bin/g++ "$@"\n').chmod(0o755)
        self.write("second/h.h", '#include "d.h"\n#define H 1\n')
        self.write("second/d.h", "#define D 1\nstatic int unused() { return D; }\n")
        self.write(
            "src/a.cpp",
            '#include "h.h"\n#if __has_include("maybe.h")\nint maybe;\n#endif\nint f() { return 1000 * H + D; }\n',
        )
        self.command = [str(folder / "bin/g++"), *WORDS]

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
        return path

    def run(self) -> None:
        """Compile through the cache, and leave what is made where it is."""
        words: list[str | Path] = [self.cache.launcher, *self.command]
        subprocess.run(words, cwd=self.folder, env=self.cache.environment | self.env, check=True)

    def given(self) -> int:
        """How many hits were given again."""
        live = ask_live(self.cache.endpoint, command="status")
        return int(str(live["standing_hits"])) if live else 0

    def compile(self) -> Made:
        """Compile; what is left is what the bare compiler makes now."""
        made = make_cached(self.cache, self.command, self.folder, self.env)
        assert made == make_bare(self.cache, self.command, self.folder, self.env)
        return made

    def stand(self) -> None:
        """Compile until a hit is given again: it is kept after its answer, and only when no file is young."""
        before = self.given()
        for _ in range(MOST):
            self.compile()
            if self.given() > before:
                return
            time.sleep(0.1)
        raise AssertionError("no hit was given again")

    def compile_looked_up(self) -> Made:
        """Compile, which is not answered by a hit that stands."""
        before = self.given()
        made = self.compile()
        assert self.given() == before
        return made


@pytest.fixture
def project(cache: Cache, work: Path) -> Project:
    made = Project(cache, work)
    made.stand()
    return made


def test_it_is_counted_logged_and_noted_as_any(project: Project) -> None:
    cache = project.cache
    hits, misses, _, _ = cache.counts()
    lines = len(cache.log.read_text().splitlines())
    given = project.given()
    made = [project.compile() for _ in range(3)]
    assert project.given() == given + 3
    assert b"unused" in made[0].done.stderr
    assert cache.counts() == (hits + 3, misses, 0, 0)
    head, *words = cache.log.read_text().splitlines()[-1].split(" cwd=")
    stamp, outcome, spent, unit = head.split()
    assert (outcome, unit, len(stamp)) == ("hit", "ms", len("2026-01-01T00:00:00.000+00:00"))
    assert 0 < float(spent) < 10_000
    assert words == [f"{project.folder} {' '.join(project.command)}"]
    assert len(cache.log.read_text().splitlines()) == lines + 3


def _write(name: str, text: str) -> Callable[[Project], object]:
    return lambda project: project.write(name, text)


def _retarget(project: Project) -> None:
    project.write("bin/g++", '#!/bin/sh\nexec /usr/bin/x86_64-linux-gnu-g++ "$@"\n')


CHANGES = {
    "source": _write("src/a.cpp", "int other;\n"),
    "header": _write("second/d.h", "#define D 2\n"),
    "header_that_comes_first": _write("first/h.h", "#define H 5\n#define D 6\n"),
    "header_beside_the_source": _write("src/h.h", "#define H 7\n#define D 8\n"),
    "tested_header": _write("second/maybe.h", ""),
    "header_gone": lambda project: (project.folder / "second/d.h").unlink(),
    "settings": _write("clcache.yaml", "disable: true\n"),
    "settings_above_the_limit": _write("clcache.yaml", "no_such_setting: 1\n"),
    "compiler": _retarget,
    "object_is_a_folder": lambda project: (project.folder / "out/a.o").mkdir(),
    "no_place_for_outputs": lambda project: (project.folder / "out").rmdir(),
    "cleared": lambda project: project.cache.front_end("clear"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_change_is_seen(project: Project, change: Callable[[Project], object]) -> None:
    change(project)
    project.compile_looked_up()
    project.compile()


def _artifacts(project: Project) -> list[Path]:
    return [path for path in (project.cache.folder / "artifacts").rglob("*") if path.is_file()]


def _damage(path: Path) -> None:
    times = path.stat()
    path.chmod(0o600)
    path.write_bytes(bytes(times.st_size))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


@pytest.mark.parametrize("harm", [_damage, Path.unlink], ids=["damaged", "removed"])
def test_artifact_that_is_not_sound_is_not_given(project: Project, harm: Callable[[Path], None]) -> None:
    # The object's; the depfile's content is remembered and need not be there.
    harm(max(_artifacts(project), key=lambda path: path.stat().st_size))
    project.compile_looked_up()
    project.stand()


def test_what_another_process_removed_is_looked_up(project: Project) -> None:
    storage = LocalStorage(project.cache.folder)
    ((key,),) = storage.index.read("SELECT key FROM result")
    # Another result has the same artifacts, which therefore stay.
    command = project.command
    project.command = [*command, "-DNOWHERE"]
    project.compile()
    project.command = command
    project.stand()
    before = _artifacts(project)
    storage.index.remove_result(key)
    assert _artifacts(project) == before
    misses = project.cache.counts()[1]
    project.compile_looked_up()
    assert project.cache.counts()[1] == misses + 1


def test_cache_folder_that_was_replaced_is_looked_up(project: Project) -> None:
    project.cache.folder.rename(project.cache.folder.with_name("old"))
    project.compile_looked_up()


@pytest.mark.parametrize("variable", ["CLCACHE_RECACHE", "CLCACHE_NODIRECT", "CLCACHE_DISABLE", "CLCACHE_HARDLINK"])
def test_other_settings_of_the_caller_are_another_request(project: Project, variable: str) -> None:
    project.env = {variable: "1"}
    for _ in range(3):
        project.compile_looked_up()


def test_verified_hits_are_compiled(project: Project) -> None:
    project.env = {"CLCACHE_VERIFY": "100"}
    for _ in range(3):
        project.compile_looked_up()
    assert project.cache.told("verified") == 3


def test_day_is_looked_at_each_time(project: Project) -> None:
    project.write("src/a.cpp", "const char *day() { return __DATE__; }\n")
    for _ in range(8):
        project.compile_looked_up()
        time.sleep(0.1)


def test_umask_is_the_callers(project: Project) -> None:
    words: list[str | Path] = [project.cache.launcher, *project.command]
    modes = set()
    for umask in (0o077, 0o002) * 6:
        subprocess.run(words, cwd=project.folder, env=project.cache.environment, umask=umask, check=True)
        for name in ("a.o", "a.d"):
            modes.add((umask, (project.folder / "out" / name).stat().st_mode & 0o777))
            (project.folder / "out" / name).unlink()
        time.sleep(0.15)
    assert modes == {(0o077, 0o600), (0o002, 0o664)}


def test_old_outputs_are_replaced_and_written_over_as_a_compiler_does(project: Project) -> None:
    for old in ("", "old", "long " * 10_000):
        for name in ("a.o", "a.d"):
            project.write(f"out/{name}", old).chmod(0o640)
        inode = (project.folder / "out/a.d").stat().st_ino
        given = project.given()
        subprocess.run(
            [project.cache.launcher, *project.command], cwd=project.folder, env=project.cache.environment, check=True
        )
        assert project.given() == given + (old != "")
        mine = {name: (project.folder / "out" / name).read_bytes() for name in ("a.o", "a.d")}
        modes = [(project.folder / "out" / name).stat().st_mode & 0o777 for name in ("a.o", "a.d")]
        assert (project.folder / "out/a.d").stat().st_ino == inode
        assert modes[1] == 0o640
        for name in mine:
            (project.folder / "out" / name).unlink()
        made = project.compile()
        assert mine == {name.removeprefix("out/"): data for name, (_, data) in made.files.items()}


@pytest.mark.links
@pytest.mark.parametrize("name", ["a.o", "a.d"])
def test_output_that_is_a_link_is_left_to_the_compiler(project: Project, name: str) -> None:
    made = []
    for words in (project.command, [str(project.cache.launcher), *project.command]):
        (project.folder / "out" / name).symlink_to("behind")
        given = project.given()
        subprocess.run(words, cwd=project.folder, env=project.cache.environment, check=True)
        assert project.given() == given
        found = project.folder / "out" / name
        made.append((found.is_symlink(), found.read_bytes()))
        for path in (project.folder / "out").iterdir():
            path.unlink()
    assert made[0] == made[1]


def test_nothing_else_is_left_in_the_output_folder(project: Project) -> None:
    given = project.given()
    for _ in range(3):
        subprocess.run(
            [project.cache.launcher, *project.command], cwd=project.folder, env=project.cache.environment, check=True
        )
    assert project.given() == given + 3
    assert sorted(path.name for path in (project.folder / "out").iterdir()) == ["a.d", "a.o"]


def test_tree_gets_its_own_depfile(cache: Cache, work: Path) -> None:
    for name in ("one", "two"):
        (work / name).mkdir()
        project = Project(cache, work / name)
        project.env = {"CLCACHE_BASEDIR": str(work / name)}
        project.command = ["g++", *WORDS[:5], f"{work}/{name}/src/a.cpp", f"-I{work}/{name}/second", *WORDS[8:]]
        project.stand()
        made = project.compile()
        assert f"{work}/{name}/second/h.h".encode() in made.files["out/a.d"][1]
    assert cache.counts()[1] == 1


@pytest.mark.posix("make")
def test_it_counts_for_the_build_that_asks(project: Project) -> None:
    times = 40
    lines = "".join(f"\t{project.cache.launcher} {' '.join(project.command)}\n" for _ in range(times))
    project.write("Makefile", f"all:\n{lines}")
    given = project.given()
    for _ in range(2):
        assert project.cache.run("make", "-s", cwd=project.folder).code == 0
        time.sleep(0.1)
    told = project.cache.front_end("stats", "--since-build", "--json", cwd=project.folder)
    assert f'"hits": {times}' in told.stdout.decode()
    assert project.given() > given + times


def test_hit_stands_in_another_run_of_make(project: Project) -> None:
    """GNU make 4.4 names its job server's pipe after the process."""
    project.env = {"MAKEFLAGS": " -j --jobserver-auth=fifo:/tmp/GMfifo1", "MFLAGS": "-j"}
    project.stand()
    for number in (2, 3):
        given = project.given()
        project.env = {"MAKEFLAGS": f" -j --jobserver-auth=fifo:/tmp/GMfifo{number}", "MFLAGS": f"-j{number}"}
        project.run()
        assert project.given() == given + 1


def test_hits_of_a_ninja_build_stand_for_the_build_that_asks(project: Project) -> None:
    """ninja starts a shell for each compilation: no two launchers have the same parent."""
    names = [f"unit{number}" for number in range(24)]
    for name in names:
        project.write(f"{name}.cpp", f"int {name};\n")
    command = f"  command = {project.cache.launcher} g++ -MD -MF $out.d -c $in -o $out\n"
    edges = "".join(f"build out/{name}.o: cxx {name}.cpp\n" for name in names)
    project.write("build.ninja", f"rule cxx\n{command}{edges}")
    time.sleep(0.1)
    for _ in range(4):
        given = project.given()
        for name in names:
            (project.folder / f"out/{name}.o").unlink(missing_ok=True)
        assert project.cache.run("ninja", "-j1", cwd=project.folder).code == 0
        time.sleep(1.1)
    told = project.cache.front_end("stats", "--since-build", "--json", cwd=project.folder)
    assert f'"hits": {len(names)}' in told.stdout.decode()
    assert project.given() >= given + len(names) - 3


def test_core_that_only_gives_hits_again_is_not_idle(project: Project) -> None:
    pid = project.cache.core_pid()
    project.env = {"CLCACHE_IDLE_TIMEOUT": "3s"}
    project.stand()
    for _ in range(8):
        time.sleep(1)
        project.run()
    assert project.cache.core_pid() == pid


@pytest.mark.links
@pytest.mark.parametrize("variable", ["PWD", "CLCACHE_BASEDIR"])
def test_link_that_names_the_folder_and_is_turned_is_seen(project: Project, tmp_path: Path, variable: str) -> None:
    link, other = tmp_path / "link", tmp_path / "elsewhere"
    link.symlink_to(project.folder)
    other.mkdir()
    project.env = {variable: str(link)}
    project.command.append("-g")
    project.stand()
    link.unlink()
    link.symlink_to(other)
    project.compile_looked_up()
