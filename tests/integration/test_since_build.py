"""``clcache stats --since-build``: the figures of one run of a build tool, with Ninja and make really run."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from support.cache import SCRIPTS, Cache
from support.cmake import CMake, path_without_scripts

GENERATORS = ("Ninja", "Ninja Multi-Config", "Unix Makefiles")
generators = pytest.mark.parametrize("generator", GENERATORS)
FILES = {
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.20)\nproject(p LANGUAGES C)\nadd_library(a STATIC a.c b.c)\n"
    "add_subdirectory(sub)\n",
    "a.c": "int a;\n",
    "b.c": "int b;\n",
    "sub/CMakeLists.txt": "add_library(c OBJECT c.c)\nadd_library(d OBJECT d.c)\n",
    "sub/c.c": "int c;\n",
    "sub/d.c": "int d;\n",
}
SOURCES = 4


class Project:
    """A project with a folder below and several targets, and its build folders."""

    def __init__(self, cache: Cache, folder: Path, cmake: str = str(SCRIPTS / "cmake")) -> None:
        self.cache, self.folder, self.cmake = CMake(cmake, cache), folder, cmake
        for name, text in FILES.items():
            path = folder / "s" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def configure(self, build: str, generator: str = "Ninja") -> Path:
        launcher = f"-DCMAKE_C_COMPILER_LAUNCHER={self.cache.cache.launcher}"
        words = (self.cmake, "-S", "s", "-B", build, "-G", generator, launcher)
        done = self.cache.run(*words, cwd=self.folder, env=PATH)
        assert done.code == 0, done.stderr.decode()
        return self.folder / build

    def build(self, build: str, *words: str) -> str:
        return self.cache.build(self.folder / build, *words, env=PATH)

    def add_after_a(self, command: str) -> None:
        """Run a command in the middle: when the first target is built and before the others are."""
        script = self.folder / "s/CMakeLists.txt"
        lines = (f"add_custom_command(TARGET a POST_BUILD COMMAND {command})", "add_dependencies(c a)")
        script.write_text("\n".join([script.read_text(), *lines, "add_dependencies(d a)", ""]))

    def edit(self, name: str) -> None:
        path = self.folder / "s" / name
        path.write_text(path.read_text() + "int more;\n")


PATH = {"PATH": f"{path_without_scripts()}{os.pathsep}{SCRIPTS}"}


@pytest.fixture
def project(cmake: CMake, tmp_path: Path) -> Project:
    return Project(cmake.cache, tmp_path, cmake.program)


def since_build(cache: Cache, *words: str, cwd: Path | None = None) -> dict[str, Any]:
    done = cache.front_end("stats", "--json", "--since-build", *words, cwd=cwd)
    assert done.code == 0, done.stderr.decode()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def counts(cache: Cache, *words: str) -> tuple[int, int]:
    answer = since_build(cache, *words)
    return answer["hits"], answer["misses"]


@generators
def test_figures_are_those_of_the_last_build_of_the_folder(project: Project, generator: str) -> None:
    cache = project.cache.cache
    build = str(project.configure("b", generator))
    project.build("b")
    assert counts(cache, build) == (0, SOURCES)
    project.build("b", "--clean-first", "-j2")
    assert counts(cache, build) == (SOURCES, 0)
    project.edit("sub/c.c")
    project.build("b")
    assert counts(cache, build) == (0, 1)
    # A build that has nothing to do is none.
    project.build("b")
    assert counts(cache, build) == (0, 1)
    assert cache.counts() == (SOURCES, SOURCES + 1, 0, 0)


@pytest.mark.posix("pipes")
@generators
def test_builds_that_run_at_once_are_told_apart(cache: Cache, tmp_path: Path, generator: str) -> None:
    """Each waits in its middle until the other is there, too."""
    project = Project(cache, tmp_path)
    project.add_after_a("sh ${CMAKE_BINARY_DIR}/meet")
    folders = [project.configure(name, generator) for name in ("one", "two")]
    os.mkfifo(tmp_path / "meeting")
    for folder, what in zip(folders, ("echo >", "read met <"), strict=True):
        (folder / "meet").write_text(f"{what} {tmp_path}/meeting\n")
    # What the second compiles is uncacheable.
    (tmp_path / "time.h").write_text("static const char *const t = __TIME__;\n")
    flags = f"-DCMAKE_C_FLAGS=-include {tmp_path}/time.h"
    done = cache.run(project.cmake, flags, folders[1], cwd=tmp_path, env=PATH)
    assert done.code == 0, done.stderr.decode()
    with ThreadPoolExecutor() as pool:
        list(pool.map(project.build, ("one", "two")))
    first, second = (since_build(cache, str(folder)) for folder in folders)
    assert (first["misses"], first["uncacheable"]) == (SOURCES, 0)
    assert (second["misses"], second["reasons"]) == (0, {"time_macro": SOURCES})


def test_build_outlives_the_core_and_goes_on_with_the_next(lone_cache: Cache, tmp_path: Path) -> None:
    project = Project(lone_cache, tmp_path)
    project.add_after_a(f"{lone_cache.launcher} status > pid && {lone_cache.launcher} stop")
    build = str(project.configure("b"))
    project.build("b")
    assert str(lone_cache.core_pid()) not in (tmp_path / "b/pid").read_text()
    assert counts(lone_cache, build) == (0, SOURCES)
    assert lone_cache.front_end("stop").code == 0
    assert counts(lone_cache, build) == (0, SOURCES)


def test_zero_forgets_the_build(cache: Cache, tmp_path: Path) -> None:
    project = Project(cache, tmp_path)
    build = str(project.configure("b"))
    project.build("b")
    cache.front_end("zero")
    answer = since_build(cache, build)
    assert (answer["misses"], answer["build"], answer["began"], answer["build_folder"]) == (0, None, None, build)
    assert since_build(cache)["build_folder"] is None


def test_without_a_folder_it_is_the_last_build_anywhere(cache: Cache, tmp_path: Path) -> None:
    project = Project(cache, tmp_path)
    for name in ("one", "two"):
        project.configure(name)
        project.build(name)
        answer = since_build(cache)
        assert answer["build_folder"] == str(tmp_path / name)
    assert since_build(cache, "one", cwd=tmp_path)["build_folder"] == str(tmp_path / "one")


def test_inside_a_build_it_is_that_build(cache: Cache, tmp_path: Path) -> None:
    """Also before it has compiled anything: what an earlier one did is not told for its own."""
    project = Project(cache, tmp_path)
    script = tmp_path / "s/CMakeLists.txt"
    tell = f"{cache.launcher} stats --json --since-build > {tmp_path}/told.json"
    script.write_text(script.read_text() + f"add_custom_target(tell COMMAND {tell})\n")
    project.configure("b")
    project.build("b")
    project.build("b", "--target", "tell")
    told = json.loads((tmp_path / "told.json").read_text())
    assert (told["misses"], told["build_folder"]) == (0, str(tmp_path / "b"))
    assert counts(cache, str(tmp_path / "b")) == (0, SOURCES)


@pytest.mark.posix("make")
def test_superbuild_has_all_that_its_inner_builds_compiled(cache: Cache, tmp_path: Path) -> None:
    project = Project(cache, tmp_path)
    outer = tmp_path / "outer"
    outer.mkdir()
    inner = [project.configure(name) for name in ("one", "two")]
    rules = "".join(f"\t{project.cmake} --build {folder}\n" for folder in inner)
    (outer / "Makefile").write_text(f"all:\n{rules}")
    done = cache.run("make", cwd=outer, env=PATH)
    assert done.code == 0, done.stderr.decode()
    assert counts(cache, str(outer)) == (0, 2 * SOURCES)
    assert [counts(cache, str(folder)) for folder in inner] == [(0, SOURCES)] * 2
    project.build("two", "--clean-first")
    assert counts(cache, str(inner[1])) == (SOURCES, 0)
    assert counts(cache, str(outer)) == (0, 2 * SOURCES)


@pytest.fixture
def built(cache: Cache, tmp_path: Path) -> Cache:
    """A build of two hits, one miss, and two that are uncacheable, by make without CMake."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b/a.c").write_text("#include <stdio.h>\n")
    (tmp_path / "b/t.c").write_text("const char *t = __TIME__;\n")
    lines = ("-c a.c", "-c a.c", "-c a.c", "-c t.c", "-E a.c -o a.i")
    rules = "".join(f"\t{cache.launcher} gcc {line}\n" for line in lines)
    (tmp_path / "b/Makefile").write_text(f"all:\n{rules}")
    assert cache.run("make", cwd=tmp_path / "b").code == 0
    return cache


@pytest.mark.posix("gnu", "make")
def test_json_has_the_fixed_names(built: Cache, tmp_path: Path) -> None:
    answer = since_build(built)
    assert 0 < answer.pop("time_saved_s") < 60
    began = datetime.fromisoformat(answer.pop("began"))
    assert abs((datetime.now().astimezone() - began).total_seconds()) < 300
    assert answer.pop("build")
    assert answer == {
        "hits": 2,
        "misses": 1,
        "hit_rate": pytest.approx(2 / 3),
        "uncacheable": 2,
        "errors": 0,
        "reasons": {"preprocessing": 1, "time_macro": 1},
        "kept_apart": {},
        "build_folder": str(tmp_path / "b"),
        "cache_dir": str(built.folder),
    }


@pytest.mark.posix("gnu", "make")
def test_table_names_the_build_and_the_reasons(built: Cache, tmp_path: Path) -> None:
    text = built.front_end("stats", "--since-build").stdout.decode()
    rows = dict(line.strip().split("  ", 1) for line in text.splitlines())
    told = {name.strip(): value.strip() for name, value in rows.items()}
    assert told.pop("time saved").endswith(" s")
    assert datetime.fromisoformat(told.pop("began"))
    assert told == {
        "cache folder": str(built.folder),
        "hits": "2",
        "misses": "1",
        "hit rate": "66.7 %",
        "uncacheable": "2",
        "errors": "0",
        "build folder": str(tmp_path / "b"),
        "preprocessing": "1",
        "time_macro": "1",
    }


@pytest.mark.posix("gnu", "make")
def test_markdown_is_a_table_for_the_summary_of_a_job(built: Cache) -> None:
    text = built.front_end("stats", "--since-build", "--markdown").stdout.decode()
    assert text.startswith("### clcache: 66.7 % hits\n\n| | |\n|---|---:|\n| hits | 2 |\n| misses | 1 |\n")
    assert text.endswith(
        "\n\n| not cached because | count |\n|---|---:|\n| preprocessing | 1 |\n| time_macro | 1 |\n\n"
    )
    assert "| entries | 1 |\n| size | " in built.front_end("stats", "--markdown").stdout.decode()


@pytest.mark.posix("gnu", "make")
def test_folder_without_a_build_is_no_failure(built: Cache, tmp_path: Path) -> None:
    answer = since_build(built, str(tmp_path))
    assert (answer["hits"], answer["hit_rate"], answer["began"]) == (0, None, None)
    assert "no compilation is known" in built.front_end("stats", "--since-build", str(tmp_path)).stdout.decode()
    markdown = built.front_end("stats", "--markdown", "--since-build", str(tmp_path)).stdout.decode()
    assert markdown.startswith("### clcache: nothing to cache\n")
    assert "not cached" not in markdown


def test_folder_that_is_not_there_is_told(cache: Cache) -> None:
    done = cache.front_end("stats", "--since-build", "none")
    assert (done.code, done.stdout) == (2, b"")
    assert "--since-build none: no such folder" in done.stderr.decode()


@pytest.mark.links
@pytest.mark.posix("gnu", "make")
def test_folder_may_be_named_by_a_link(built: Cache, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("b")
    assert counts(built, str(tmp_path / "link")) == (2, 1)


@pytest.mark.posix("gnu", "make")
def test_folder_that_was_removed_and_made_anew_has_its_last_build(built: Cache, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "b")
    (tmp_path / "b").mkdir()
    assert counts(built, str(tmp_path / "b")) == (2, 1)
