"""Each example says what it is, its commands work, and it builds through the cache."""

import os
import re
import shutil
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache, Done

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir())
# The commands of its README make a profile for Conan's home; test_conan.py builds it.
COMMANDED = sorted(set(NAMES) - {"conan-app"})


@pytest.fixture(params=NAMES)
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of one example, where it lies in the repository's folder."""
    left_behind = shutil.ignore_patterns("build", "CMakeUserPresets.json")
    (tmp_path / "build").mkdir()
    return Path(shutil.copytree(EXAMPLES / request.param, tmp_path / "examples" / request.param, ignore=left_behind))


def named(*names: str) -> pytest.MarkDecorator:
    marks = {"clang-cl": pytest.mark.clang_cl}
    params = [pytest.param(name, marks=marks.get(name, ())) for name in names]
    return pytest.mark.parametrize("example", params, indirect=True)


def commands(document: Path) -> list[str]:
    return re.findall(r"^ {4}(.+)$", document.read_text("utf-8"), re.MULTILINE)


def run_commands(cache: Cache, example: Path) -> Done:
    """Do what the README says in the repository's folder."""
    env = {"PATH": f"{SCRIPTS}{os.pathsep}{cache.environment['PATH']}"}
    script = "\n".join(["set -e", *commands(example / "README.md")])
    done = cache.run("bash", "-c", script, cwd=example.parents[1], env=env)
    assert done.code == 0, (done.stdout + done.stderr).decode()
    return done


@named(*NAMES)
def test_example_says_how_to_build_it(example: Path) -> None:
    assert any("clcache" in command for command in commands(example / "README.md"))


@named(*NAMES)
def test_settings_of_an_example_are_right(cache: Cache, example: Path) -> None:
    done = cache.front_end("config", cwd=example)
    assert (done.code, done.stderr) == (0, b"")


@named(*(name for name in COMMANDED if name not in {"ci", "doctor", "trees"}))
def test_commands_of_an_example_build_it_and_all_of_it_is_cached(cache: Cache, example: Path) -> None:
    run_commands(cache, example)
    hits, misses, uncacheable, errors = cache.counts()
    assert (hits, uncacheable, errors) == (0, 0, 0), cache.log.read_text()
    assert misses > 0


@named(*(name for name in COMMANDED if name not in {"ci", "doctor", "trees", "hits"}))
def test_second_build_is_all_hits(cache: Cache, example: Path) -> None:
    run_commands(cache, example)
    _, misses, _, _ = cache.counts()
    (build,) = (path.parent for path in example.parents[1].rglob("CMakeCache.txt"))
    done = cache.run(SCRIPTS / "cmake", "--build", build, "--clean-first", cwd=example)
    assert done.code == 0, done.stdout.decode()
    assert cache.counts() == (misses, misses, 0, 0), cache.log.read_text()


@named("ci")
def test_commands_of_the_example_for_ci_find_its_recipes_as_they_are(cache: Cache, example: Path) -> None:
    assert run_commands(cache, example).stdout == b""


@named("trees")
def test_second_tree_is_all_hits(cache: Cache, example: Path) -> None:
    said = run_commands(cache, example).stdout.decode()
    assert re.findall(r"clcache: (\d+ hits, \d+ misses) in", said) == ["0 hits, 2 misses", "2 hits, 0 misses"]


@named("doctor")
def test_doctor_names_the_reasons_that_its_readme_names(cache: Cache, example: Path) -> None:
    said = run_commands(cache, example).stdout.decode()
    found = re.findall(r"^not cached: target (\w+): 1 source: (\w+)", said, re.MULTILINE)
    assert found == [("dumped", "side_output"), ("early", "no_launcher"), ("stamped", "time_macro")]
    readme = (example / "README.md").read_text("utf-8")
    assert {reason for _, reason in found} == set(re.findall(r"`([a-z]+_[a-z]+)`", readme))
    assert cache.counts() == (0, 1, 2, 0), cache.log.read_text()


@named("clang-cl")
def test_debug_information_of_clang_cl_is_in_the_objects(cache: Cache, example: Path) -> None:
    run_commands(cache, example)
    done = cache.run(SCRIPTS / "ninja", "-C", example.parents[1] / "build/clang-cl", "-t", "commands", cwd=example)
    lines = [line for line in done.stdout.decode().splitlines() if " -c " in line]
    assert len(lines) == 2
    assert all(re.search(r" [-/]Z7 ", line) and not re.search(r" [-/]Z[iI] ", line) for line in lines)
