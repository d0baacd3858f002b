"""``clcache-setup --ci``: what CI systems take, and what their machines would do, done here."""

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from groovy_parser.parser import parse_and_digest_groovy_content

from clcache_launcher.setup.ci import CI_SYSTEMS
from support.cache import SCRIPTS, Cache

EXAMPLE = Path(__file__).parents[2] / "examples/ci"
SCHEMAS = {"github": "github-workflows", "gitlab": "gitlab-ci", "azure": "azure-pipelines"}
systems = pytest.mark.parametrize("system", CI_SYSTEMS)
# One text, or one with quotes and backslashes before them, behind the word that runs it.
JENKINS_COMMAND = re.compile(r"\b(?:bat|powershell) (?:'''(.*?)'''|'(.*?)'\n)", re.DOTALL)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLE, tmp_path / "first"))


def setup(cache: Cache, project: Path, system: str, *words: str) -> tuple[int, str, str]:
    done = cache.run(SCRIPTS / "clcache-setup", project, "--ci", system, *words, cwd=project)
    return done.code, done.stdout.decode(), done.stderr.decode()


def commands(system: str, path: Path) -> list[str]:
    """The recipe's command lines in the order in which its system runs them."""
    text = path.read_text("utf-8")
    if system == "jenkins":
        scripts = [re.sub(r"\\(.)", r"\1", long or short) for long, short in JENKINS_COMMAND.findall(text)]
    else:
        content: Any = yaml.safe_load(text)
        if system == "gitlab":
            job = content[".clcache"]
            scripts = job["before_script"] + job["script"] + job["after_script"]
        elif system == "github":
            scripts = [step.get("run", "") for step in content["jobs"]["build"]["steps"]]
        else:
            scripts = [step.get("pwsh", "") for step in content["steps"]]
    return [line.strip() for script in scripts for line in script.splitlines()]


def own_commands(system: str, path: Path) -> list[list[str]]:
    """Those of them that start programs of clcache's, which mean the same in each shell."""
    found = []
    for line in commands(system, path):
        program, *words = shlex.split(line.partition(" >> ")[0]) if "clcache" in line else [""]
        if Path(program).name in {"clcache", "clcache-setup"}:
            found.append([Path(program).name, *words])
    return found


def artifacts(cache: Cache) -> set[Path]:
    return set(cache.folder.glob("artifacts/*/*"))


@pytest.mark.parametrize("system", SCHEMAS)
def test_recipe_is_valid_by_its_systems_schema(cache: Cache, system: str) -> None:
    # The schema of Azure has a pattern that is none where Unicode counts.
    schema = ["--regex-variant", "nonunicode", "--builtin-schema", f"vendor.{SCHEMAS[system]}"]
    done = cache.run(SCRIPTS / "check-jsonschema", *schema, EXAMPLE / CI_SYSTEMS[system], cwd=EXAMPLE)
    assert done.code == 0, done.stdout.decode()


def test_jenkins_recipe_is_a_declarative_pipeline_in_groovy() -> None:
    text = (EXAMPLE / CI_SYSTEMS["jenkins"]).read_text("utf-8")
    assert parse_and_digest_groovy_content(text)
    sections = re.findall(r"^ {4}(\w+) \{", text, re.MULTILINE)
    assert (text.splitlines()[4], sections) == ("pipeline {", ["agent", "environment", "stages", "post"])


@systems
def test_recipe_of_the_example_is_what_would_be_written(cache: Cache, system: str) -> None:
    assert setup(cache, EXAMPLE, system, "--check") == (0, "", "")


@systems
def test_edited_recipe_is_stale_and_written_anew(cache: Cache, checkout: Path, system: str) -> None:
    path = checkout / CI_SYSTEMS[system]
    content = path.read_bytes()
    path.write_bytes(content + b"# mine\n")
    code, _, err = setup(cache, checkout, system, "--check")
    assert (code, err) == (1, f"clcache-setup: {path}: stale or edited; run clcache-setup again\n")
    assert setup(cache, checkout, system) == (0, f"wrote {path}\n", "")
    assert path.read_bytes() == content


@systems
def test_recipe_of_somebody_else_is_left_alone(cache: Cache, checkout: Path, system: str) -> None:
    path = checkout / CI_SYSTEMS[system]
    path.write_text("mine\n")
    code, _, err = setup(cache, checkout, system)
    assert (code, path.read_text()) == (1, "mine\n")
    assert "not written by clcache-setup, so it is left alone" in err


@pytest.mark.parametrize(
    "words", [("--build",), ("-B", "b"), ("--conan",), ("--presets",), ("--msbuild", "."), ("--vendor", ".")]
)
def test_words_that_do_not_go_together_are_told(cache: Cache, checkout: Path, words: tuple[str, ...]) -> None:
    code, _, err = setup(cache, checkout, "github", *words)
    assert code == 2
    assert "--ci goes with -D, --toolchain and --check only" in err


@systems
def test_core_is_at_rest_when_the_folder_is_restored_and_saved(system: str) -> None:
    found = own_commands(system, EXAMPLE / CI_SYSTEMS[system])
    if system == "github":
        assert found.pop(-2) == ["clcache", "stats", "--markdown"]
    *before, zero, build, stats, stop = found
    # GitLab restores before the job can do anything; the folder of Jenkins stays where it is.
    assert before == ([["clcache", "stop"]] if system in {"github", "azure"} else [])
    assert build == ["clcache-setup", ".", "-B", "build", "--build", "-D", "CMAKE_BUILD_TYPE=Release"]
    assert [zero, stats, stop] == [["clcache", word] for word in ("zero", "stats", "stop")]


@pytest.mark.parametrize("system", ["github", "azure"])
def test_folder_is_restored_between_the_stop_and_the_build(system: str) -> None:
    content: Any = yaml.safe_load((EXAMPLE / CI_SYSTEMS[system]).read_text("utf-8"))
    steps = content["jobs"]["build"]["steps"] if system == "github" else content["steps"]
    texts = [" ".join(map(str, step.values())) for step in steps]
    places = [
        next(index for index, text in enumerate(texts) if word in text)
        for word in ("clcache stop", "restore", "clcache zero")
    ]
    assert places == sorted(set(places))


def run_job(cache: Cache, project: Path, saved: Path, *, readonly: bool) -> tuple[int, ...]:
    """Do what a fresh machine does with a checkout and the saved folder; returns hits, misses, uncacheable."""
    if saved.exists():
        shutil.copytree(saved, cache.folder)
    env = {"CLCACHE_BASEDIR": str(project), "CLCACHE_READONLY": str(readonly)}
    shown = ""
    for program, *words in own_commands("github", project / CI_SYSTEMS["github"]):
        done = cache.run(SCRIPTS / program, *words, cwd=project, env=env)
        assert done.code == 0, done.stderr.decode()
        shown += done.stdout.decode() if words == ["stats"] else ""
    assert cache.core_pid() is None
    if not readonly:
        shutil.rmtree(saved, ignore_errors=True)
        shutil.copytree(cache.folder, saved)
    return tuple(map(int, re.findall(r"(?:hits|misses|uncacheable) +(\d+)", shown)))


def test_next_run_on_another_machine_hits_and_a_pull_request_stores_nothing(lone_cache: Cache, tmp_path: Path) -> None:
    cache, saved = lone_cache, tmp_path / "saved"
    counts = []
    for name in ("first", "second", "third"):
        project = Path(shutil.copytree(EXAMPLE, tmp_path / name))
        if name == "third":
            (project / "src/bits.c").write_text("int count_bits(unsigned number) { return number != 0; }\n")
        counts.append(run_job(cache, project, saved, readonly=name == "third"))
        stored = artifacts(cache)
        shutil.rmtree(project)
        shutil.rmtree(cache.folder)
    assert counts == [(0, 3, 0), (3, 0, 0), (2, 0, 1)]
    assert stored == {cache.folder / path.relative_to(saved) for path in saved.glob("artifacts/*/*")}
