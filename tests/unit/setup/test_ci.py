"""What the recipes for CI systems say."""

import re
from pathlib import Path

import pytest
import yaml

from clcache_launcher import __version__
from clcache_launcher.errors import ClcacheError, ToolchainError
from clcache_launcher.setup.ci import CI_SYSTEMS, ci_files, make_ci_context

systems = pytest.mark.parametrize("system", CI_SYSTEMS)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "CMakeLists.txt").touch()
    return tmp_path


def recipe(system: str, project: Path, *definitions: str, toolchain: Path | None = None) -> str:
    (content,) = ci_files(system, project, make_ci_context(project, toolchain, definitions)).values()
    return content.decode()


def build(project: Path, *definitions: str, toolchain: Path | None = None) -> str:
    return make_ci_context(project, toolchain, definitions).build


@systems
def test_recipe_installs_the_version_that_wrote_it(project: Path, system: str) -> None:
    assert f'pip install "clcache-launcher[cmake]=={__version__}"' in recipe(system, project)


@systems
def test_checkout_is_a_root_unless_the_project_has_settings(project: Path, system: str) -> None:
    assert "CLCACHE_BASEDIR" in recipe(system, project)
    (project / "clcache.yaml").touch()
    assert "CLCACHE_BASEDIR" not in recipe(system, project)


@pytest.mark.parametrize("system", ["github", "gitlab", "azure"])
def test_saved_folder_is_limited(project: Path, system: str) -> None:
    assert "CLCACHE_MAX_SIZE: 1G" in recipe(system, project)


def test_build_type_is_release_unless_named(project: Path) -> None:
    assert build(project) == "clcache-setup . -B build --build -D CMAKE_BUILD_TYPE=Release"
    for named in ("CMAKE_BUILD_TYPE=Debug", "CMAKE_BUILD_TYPE:STRING=Debug"):
        assert build(project, named) == f"clcache-setup . -B build --build -D {named}"


def test_definition_is_one_word_of_powershell(project: Path) -> None:
    assert build(project, "CMAKE_CXX_FLAGS=/W4 /DX='y'", "A=$b").endswith(
        " -D 'CMAKE_CXX_FLAGS=/W4 /DX=''y''' -D 'A=$b'"
    )


def test_definition_comes_through_each_format(project: Path) -> None:
    definition = "X=a\\b \"c\" 'd' # e: f"
    wanted = build(project, definition)
    steps = yaml.safe_load(recipe("github", project, definition))["jobs"]["build"]["steps"]
    assert wanted in [line for step in steps for line in step.get("run", "").splitlines()]
    assert yaml.safe_load(recipe("gitlab", project, definition))[".clcache"]["script"] == [wanted]
    steps = yaml.safe_load(recipe("azure", project, definition))["steps"]
    assert wanted in [line for step in steps for line in step.get("pwsh", "").splitlines()]
    jenkins = re.sub(r"\\(.)", r"\1", recipe("jenkins", project, definition))
    assert wanted in [line.strip() for line in jenkins.splitlines()]


def test_definition_of_two_lines_is_refused(project: Path) -> None:
    with pytest.raises(ClcacheError, match=r"-D 'A=b\\nc': a recipe takes definitions of one line only"):
        build(project, "A=b\nc")


def test_toolchain_file_is_named_from_the_top_folder(project: Path) -> None:
    (project / "own.cmake").touch()
    assert " --toolchain own.cmake -D " in build(project, toolchain=project / "own.cmake")


@pytest.mark.parametrize("name", ["none.cmake", "../out.cmake"])
def test_toolchain_file_that_ci_does_not_see_is_refused(tmp_path: Path, name: str) -> None:
    project = tmp_path / "p"
    project.mkdir()
    (project / "CMakeLists.txt").touch()
    (tmp_path / "out.cmake").touch()
    named = re.escape(f"{Path(name)}: no toolchain file in {project}, which is all that CI sees")
    with pytest.raises(ToolchainError, match=named):
        build(project, toolchain=project / name)


def test_folder_without_a_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match=r"no CMakeLists\.txt there"):
        build(tmp_path)


@systems
def test_pull_requests_only_read(project: Path, system: str) -> None:
    default_branch = "format('refs/heads/{0}', github.event.repository.default_branch)"
    condition = {
        "github": f"CLCACHE_READONLY: ${{{{ github.ref != {default_branch} }}}}",
        "gitlab": 'CLCACHE_READONLY: "true"\n    CACHE_POLICY: pull\n',
        "azure": "CLCACHE_READONLY: ${{ eq(variables['Build.Reason'], 'PullRequest') }}",
        "jenkins": 'CLCACHE_READONLY = "${env.CHANGE_ID != null}"',
    }[system]
    assert condition in recipe(system, project)


def test_only_the_default_branch_of_gitlab_writes(project: Path) -> None:
    rules = yaml.safe_load(recipe("gitlab", project))[".clcache"]["rules"]
    assert [rule["if"] for rule in rules if "variables" in rule] == ["$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"]
    assert rules[0]["variables"] == {"CLCACHE_READONLY": "false", "CACHE_POLICY": "pull-push"}


def test_github_saves_what_was_written_under_a_new_key_that_the_next_run_finds(project: Path) -> None:
    steps = yaml.safe_load(recipe("github", project))["jobs"]["build"]["steps"]
    (restore,) = (step for step in steps if "restore" in step.get("uses", ""))
    (save,) = (step for step in steps if "save" in step.get("uses", ""))
    assert save["if"] == "${{ !cancelled() && env.CLCACHE_READONLY == 'false' }}"
    assert save["with"] == {"path": restore["with"]["path"], "key": restore["with"]["key"]}
    prefix, _, unique = save["with"]["key"].partition("${{")
    assert restore["with"]["restore-keys"] == prefix
    assert unique == " github.run_id }}-${{ github.run_attempt }}"
