"""``CLCACHE_SUMMARY``: what the cache did, told by the build itself where it made something anew."""

import os
import re
from pathlib import Path

import pytest

from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts
from support.project import HEAD, PROJECT, TARGET, write_project

GENERATORS = ("Ninja", "Ninja Multi-Config", "Unix Makefiles")
generators = pytest.mark.parametrize("generator", GENERATORS)
ON = "-DCLCACHE_SUMMARY=ON"
FIND = "find_package(ClcacheLauncher REQUIRED)"
ACTIVATED = {"PATH": f"{path_without_scripts()}{os.pathsep}{SCRIPTS}"}
FILES = {
    "sub/CMakeLists.txt": "add_executable(e main.c)\nadd_library(o OBJECT o.c)\n",
    "sub/main.c": "int main(void) { return 0; }\n",
    "sub/o.c": "int o;\n",
    "broken.c": "#error never compiled\n",
    "left/CMakeLists.txt": "add_library(left STATIC ../broken.c)\n",
}
LINES = (
    PROJECT,
    FIND,
    TARGET,
    "add_library(broken EXCLUDE_FROM_ALL STATIC broken.c)",
    "add_subdirectory(sub)",
    "add_subdirectory(left EXCLUDE_FROM_ALL)",
)


def configure(cmake: CMake, source: Path, *words: str, generator: str = "Ninja") -> Path:
    build = source.parent / "b"
    done = cmake.run(cmake.program, "-S", source, "-B", build, "-G", generator, *words, cwd=source, env=ACTIVATED)
    assert done.code == 0, done.stderr.decode()
    return build


def told(text: str) -> list[str]:
    """The lines of the summary in what a build said, without the time that was saved."""
    return re.findall(r"^clcache: (\d+ hits, .+), [\d.]+ s saved$", text, re.MULTILINE)


@generators
def test_build_that_made_something_ends_with_a_summary(cmake: CMake, tmp_path: Path, generator: str) -> None:
    source = write_project(tmp_path / "s", *LINES, files=FILES)
    build = configure(cmake, source, ON, generator=generator)
    text = cmake.build(build, env=ACTIVATED)
    assert told(text) == ["0 hits, 3 misses"]
    assert text.splitlines()[-2 if generator == "Unix Makefiles" else -1].startswith("clcache: ")
    text = cmake.build(build, env=ACTIVATED)
    assert "clcache: " not in text
    if generator != "Unix Makefiles":
        assert "no work to do" in text
    assert told(cmake.build(build, "--clean-first", env=ACTIVATED)) == ["3 hits, 0 misses"]


@generators
def test_change_of_any_target_is_summed_up(cmake: CMake, tmp_path: Path, generator: str) -> None:
    source = write_project(tmp_path / "s", *LINES, files=FILES)
    build = configure(cmake, source, ON, generator=generator)
    cmake.build(build, env=ACTIVATED)
    for name in ("a.c", "sub/o.c", "sub/main.c"):
        (source / name).write_text((source / name).read_text() + "const char *t = __TIME__;\n")
        text = cmake.build(build, env=ACTIVATED)
        assert told(text) == ["0 hits, 0 misses, 1 uncacheable"]
        assert "clcache:   1 not cached: time_macro" in text.splitlines()
    assert "clcache: " not in cmake.build(build, env=ACTIVATED)


def test_each_configuration_has_its_own(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", *LINES, files=FILES)
    build = configure(cmake, source, ON, generator="Ninja Multi-Config")
    for configuration in ("Debug", "Release"):
        assert told(cmake.build(build, "--config", configuration, env=ACTIVATED)) == ["0 hits, 3 misses"]
    assert "no work to do" in cmake.build(build, "--config", "Debug", env=ACTIVATED)


def test_all_configurations_at_once_have_theirs(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", *LINES, files=FILES)
    words = ("-DCMAKE_CROSS_CONFIGS=all", "-DCMAKE_DEFAULT_CONFIGS=all", "-DCMAKE_CONFIGURATION_TYPES=Debug;Release")
    build = configure(cmake, source, ON, *words, generator="Ninja Multi-Config")
    # It is one build: who asks last tells what all have compiled.
    assert "0 hits, 6 misses" in told(cmake.run("ninja", cwd=build, env=ACTIVATED).stdout.decode())
    assert "no work to do" in cmake.run("ninja", cwd=build, env=ACTIVATED).stdout.decode()


def test_nothing_is_added_without_it(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", *LINES, files=FILES)
    build = configure(cmake, source)
    assert "clcache" not in cmake.build(build, env=ACTIVATED)
    assert "clcache_summary" not in (build / "build.ninja").read_text()


def test_build_of_one_target_and_one_that_fails_say_nothing(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", *LINES, files=FILES)
    build = configure(cmake, source, ON)
    assert "clcache: " not in cmake.build(build, "--target", "e", env=ACTIVATED)
    (source / "a.c").write_text("#error\n")
    done = cmake.run(cmake.program, "--build", build, cwd=build, env=ACTIVATED)
    assert done.code != 0
    assert b"clcache: " not in done.stdout + done.stderr


def test_summary_that_can_not_be_had_is_no_fault_of_the_build(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", *LINES, files=FILES)
    build = configure(cmake, source, ON)
    (tmp_path / "file").write_text("")
    text = cmake.build(build, env=ACTIVATED | {"CLCACHE_DIR": str(tmp_path / "file")})
    assert told(text) == []
    assert f"clcache: {tmp_path}/file" in text
    assert "no work to do" in cmake.build(build, env=ACTIVATED)


def test_settings_file_of_the_build_is_that_of_its_summary(cmake: CMake, tmp_path: Path) -> None:
    other = {"clcache.yaml": f"dir: '{tmp_path}/with ; and space'\n"}
    source = write_project(tmp_path / "s p", *LINES, files=FILES | other)
    build = configure(cmake, source, ON)
    cache = cmake.cache
    drop = ("CLCACHE_DIR", "CC", "CFLAGS", "LDFLAGS")
    done = cache.run(cmake.program, "--build", build, cwd=build, env=ACTIVATED, drop=drop)
    assert told(done.stdout.decode()) == ["0 hits, 3 misses"]
    assert (tmp_path / "with ; and space").is_dir()


@pytest.mark.parametrize(
    "lines",
    [
        (HEAD, FIND, "project(p LANGUAGES C)", FIND, TARGET),
        (PROJECT, TARGET.replace("a STATIC", "z STATIC"), "add_subdirectory(inner)"),
    ],
    ids=["included twice", "included below"],
)
def test_summary_is_one_wherever_the_include_is(cmake: CMake, tmp_path: Path, lines: tuple[str, ...]) -> None:
    inner = {"inner/CMakeLists.txt": f"{FIND}\nadd_library(i STATIC i.c)\n", "inner/i.c": "int i;\n"}
    source = write_project(tmp_path / "s", *lines, files=inner)
    build = configure(cmake, source, ON)
    assert told(cmake.build(build, env=ACTIVATED)) == ["0 hits, 1 misses"]


def test_generated_toolchain_file_heeds_it(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, TARGET)
    done = cmake.run(SCRIPTS / "clcache-setup", source, "-B", tmp_path / "b", cwd=tmp_path, env=ACTIVATED)
    assert done.code == 0, done.stderr.decode()
    build = configure(cmake, source, ON, f"-DCMAKE_TOOLCHAIN_FILE={tmp_path}/b/clcache/toolchain.cmake")
    assert told(cmake.build(build, env=ACTIVATED)) == ["0 hits, 1 misses"]


def test_project_without_targets_or_with_that_target_is_left_alone(cmake: CMake, tmp_path: Path) -> None:
    source = write_project(tmp_path / "s", PROJECT, FIND)
    configure(cmake, source, ON)
    source = write_project(tmp_path / "s", PROJECT, FIND, TARGET, "add_custom_target(clcache_summary)")
    build = configure(cmake, source, ON)
    assert "clcache: " not in cmake.build(build, env=ACTIVATED)
