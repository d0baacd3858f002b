"""Where settings come from, and which source wins."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import fields

from clcache_launcher.config import sources
from clcache_launcher.config.kinds import Value
from clcache_launcher.config.settings import FIELDS, Settings
from clcache_launcher.config.sources import Resolved, resolve, select_variables
from clcache_launcher.config.trust import get_user
from clcache_launcher.errors import ConfigError

CONFIG, CACHE = (
    ("AppData/Local/clcache", "AppData/Local/clcache/Cache")
    if sys.platform == "win32"
    else (".config/clcache", ".cache/clcache")
)


@dataclass(frozen=True)
class Tree:
    home: Path
    build: Path
    user: Path
    project: Path

    def resolve(
        self,
        variables: Mapping[str, str] | None = None,
        overrides: Mapping[str, str] | None = None,
        config: str | None = None,
    ) -> Resolved:
        home = {"HOME": str(self.home), "USERPROFILE": str(self.home)}
        return resolve(home | dict(variables or {}), str(self.build), config, overrides or {})

    def resolve_error(
        self,
        variables: Mapping[str, str] | None = None,
        overrides: Mapping[str, str] | None = None,
        config: str | None = None,
    ) -> str:
        with pytest.raises(ConfigError) as caught:
            self.resolve(variables, overrides, config)
        return str(caught.value)


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    before = os.umask(0o022)  # a file that its group can write is not trusted
    user = tmp_path / "home" / CONFIG / "clcache.yaml"
    build = tmp_path / "project" / "build"
    user.parent.mkdir(parents=True)
    build.mkdir(parents=True)
    yield Tree(tmp_path / "home", build, user, build.parent / "clcache.yaml")
    os.umask(before)


def get(resolved: Resolved, name: str) -> Value:
    value: Value = getattr(resolved.settings, name)
    return value


def test_without_sources_all_is_default(tree: Tree) -> None:
    resolved = tree.resolve()

    assert resolved.settings == Settings(dir=tree.home / CACHE)
    assert resolved.origins == {field.name: "default" for field in fields(Settings)}
    assert resolved.notices == ()


def test_each_source_wins_over_those_before(tree: Tree) -> None:
    seen = [tree.resolve()]
    tree.user.write_text("max_size: 1G\n", encoding="utf-8")
    seen.append(tree.resolve())
    tree.project.write_text("# ours\nmax_size: 2G\n", encoding="utf-8")
    seen.append(tree.resolve())
    seen.append(tree.resolve({"CLCACHE_MAX_SIZE": "3G"}))
    seen.append(tree.resolve({"CLCACHE_MAX_SIZE": "3G"}, {"max_size": "4G"}))

    assert [(each.settings.max_size // 10**9, each.origins["max_size"]) for each in seen] == [
        (10, "default"),
        (1, f"{tree.user}:1"),
        (2, f"{tree.project}:2"),
        (3, "environment CLCACHE_MAX_SIZE"),
        (4, "--max-size"),
    ]


def test_sources_join_field_by_field(tree: Tree) -> None:
    tree.user.write_text("max_size: 1G\nhardlink: true\n", encoding="utf-8")
    tree.project.write_text("max_size: 2G\n", encoding="utf-8")

    settings = tree.resolve({"CLCACHE_READONLY": "1"}).settings

    assert (settings.max_size, settings.hardlink, settings.readonly) == (2 * 10**9, True, True)


def test_each_source_adds_its_roots_and_the_last_to_name_one_wins(tree: Tree) -> None:
    tree.user.write_text("roots: {sdk: /sdk, tool: /tool}\n")
    tree.project.write_text("roots: {tool: tools, project: .}\n")
    resolved = tree.resolve({"CLCACHE_ROOTS": "sdk=/other"}, {"roots": "build=."})
    assert resolved.settings.roots == (
        ("sdk", tree.build / "/other"),
        ("tool", tree.project.parent / "tools"),
        ("project", tree.project.parent),
        ("build", tree.build),
    )
    assert resolved.origins["roots sdk"] == "environment CLCACHE_ROOTS"
    assert resolved.origins["roots tool"] == f"{tree.project}:1"
    assert resolved.origins["roots build"] == "--roots"


def test_list_replaces_the_list_of_a_source_before(tree: Tree) -> None:
    tree.project.write_text("basedir: [/a, /b]\n", encoding="utf-8")

    assert tree.resolve({"CLCACHE_BASEDIR": "/c"}).settings.basedir == (tree.build / "/c",)


CASES = [
    ("dir", "cache", "{folder}/cache"),
    ("dir", "~/cache", "{home}/cache"),
    ("dir", "/cache", "/cache"),
    ("log", "x.log", "{folder}/x.log"),
]
VALUES: list[tuple[str, str, Value]] = [
    ("disable", "1", True),
    ("readonly", "yes", True),
    ("recache", "ON", True),
    ("nodirect", "true", True),
    ("preprocessor", "true", True),
    ("verify", "5%", 5),
    ("hardlink", "1", True),
    ("max_size", "5GiB", 5 * 2**30),
    ("idle_timeout", "2h", 7200),
    ("basedir", "/a", (Path("/a"),)),
]


@pytest.mark.parametrize(("name", "text", "value"), VALUES)
def test_field_is_read_from_each_source(tree: Tree, name: str, text: str, value: Value) -> None:
    by_variable = tree.resolve({FIELDS[name].variable: text})
    by_option = tree.resolve(overrides={name: text})
    tree.project.write_text(f"{name}: {text}\n", encoding="utf-8")
    by_file = tree.resolve()

    if isinstance(value, tuple):
        value = tuple(tree.build / each for each in value if isinstance(each, Path))
    assert [get(each, name) for each in (by_variable, by_option, by_file)] == [value] * 3
    assert [each.origins[name] for each in (by_variable, by_option, by_file)] == [
        f"environment {FIELDS[name].variable}",
        FIELDS[name].option,
        f"{tree.project}:1",
    ]


@pytest.mark.parametrize(("name", "text", "expected"), CASES)
def test_path_is_relative_to_its_source(tree: Tree, name: str, text: str, expected: str) -> None:
    at_build = tree.build / expected.format(folder=tree.build, home=tree.home)
    assert get(tree.resolve({FIELDS[name].variable: text}), name) == at_build
    assert get(tree.resolve(overrides={name: text}), name) == at_build

    tree.project.write_text(f"{name}: {text}\n", encoding="utf-8")
    assert get(tree.resolve(), name) == tree.build / expected.format(folder=tree.project.parent, home=tree.home)

    tree.project.unlink()
    tree.user.write_text(f"{name}: {text}\n", encoding="utf-8")
    assert get(tree.resolve(), name) == tree.build / expected.format(folder=tree.user.parent, home=tree.home)


def test_basedir_in_the_environment_is_a_path_list(tree: Tree) -> None:
    resolved = tree.resolve({"CLCACHE_BASEDIR": os.pathsep.join(["/a", "..", "~"])})

    assert resolved.settings.basedir == (tree.build / "/a", tree.project.parent, tree.home)


@pytest.mark.parametrize("name", ["disable", "log", "basedir"])
def test_empty_variable_switches_off(tree: Tree, name: str) -> None:
    tree.project.write_text("disable: true\nlog: x\nbasedir: x\n", encoding="utf-8")

    resolved = tree.resolve({FIELDS[name].variable: ""})

    assert not get(resolved, name)
    assert resolved.origins[name] == f"environment {FIELDS[name].variable}"


@pytest.mark.parametrize("name", ["dir", "max_size", "idle_timeout"])
def test_empty_variable_of_a_field_without_off_is_as_unset(tree: Tree, name: str) -> None:
    assert tree.resolve({FIELDS[name].variable: " "}) == tree.resolve()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("disable", "maybe", "expected true or false, got 'maybe'"),
        ("readonly", "2", "expected true or false, got '2'"),
        ("recache", "x", "expected true or false, got 'x'"),
        ("nodirect", "x", "expected true or false, got 'x'"),
        ("verify", "101%", "expected a share such as 5%, got '101%'"),
        ("verify", "often", "expected a share such as 5%, got 'often'"),
        ("hardlink", "x", "expected true or false, got 'x'"),
        ("max_size", "5X", "expected a size such as 5G, got '5X'"),
        ("idle_timeout", "x", "expected a time such as 10m, got 'x'"),
        ("log", "1", "expected a file, got '1'"),
        ("dir", "~x", f"of '~' only '~' alone and '~{os.sep}' are understood, got '~x'"),
        ("basedir", f"/a{os.pathsep}~x", f"of '~' only '~' alone and '~{os.sep}' are understood, got '~x'"),
    ],
)
def test_bad_value_is_told_with_its_source(tree: Tree, name: str, text: str, message: str) -> None:
    variable = FIELDS[name].variable

    assert tree.resolve_error({variable: text}) == f"environment {variable}: {message}"
    assert tree.resolve_error(overrides={name: text}) == f"{FIELDS[name].option}: {message}"


def test_bad_value_is_told_even_where_a_later_source_wins(tree: Tree) -> None:
    tree.user.write_text("max_size: 5X\n", encoding="utf-8")

    assert tree.resolve_error(overrides={"max_size": "5G"}) == (
        f"{tree.user}:1: max_size: expected a size such as 5G, got '5X'"
    )


def test_unknown_option_is_told_with_the_nearest(tree: Tree) -> None:
    assert tree.resolve_error(overrides={"max_sise": "5G"}) == "--max-sise: unknown option; did you mean 'max_size'?"


def test_unknown_key_is_told_with_the_full_path(tree: Tree) -> None:
    tree.project.write_text("\n\nmax_sise: 5G\n", encoding="utf-8")

    assert tree.resolve_error() == f"{tree.project}:3: max_sise: unknown key; did you mean 'max_size'?"


@pytest.mark.parametrize("named_by", ["--config", "CLCACHE_CONFIG"])
def test_named_file_that_is_absent_is_told(tree: Tree, named_by: str) -> None:
    path = str(tree.build / "x.yaml")
    by_option = named_by == "--config"

    error = tree.resolve_error({} if by_option else {"CLCACHE_CONFIG": path}, config=path if by_option else None)

    assert error == f"{path}: no such file; {named_by} names it"


def test_null_device_stands_for_no_projects_file(tree: Tree) -> None:
    tree.project.write_text("max_size: 2G\n", encoding="utf-8")

    assert tree.resolve(config=os.devnull).origins["max_size"] == "default"


def test_named_file_is_read_in_place_of_the_projects(tree: Tree) -> None:
    tree.project.write_text("max_size: 2G\nhardlink: true\n", encoding="utf-8")
    (tree.build / "x.yaml").write_text("max_size: 3G\n", encoding="utf-8")

    settings = tree.resolve({"CLCACHE_CONFIG": "x.yaml"}).settings

    assert (settings.max_size, settings.hardlink) == (3 * 10**9, False)


@pytest.mark.posix
def test_file_that_others_can_write_sets_nothing(tree: Tree) -> None:
    tree.project.write_text("max_size: 2G\n", encoding="utf-8")
    tree.project.chmod(0o666)

    resolved = tree.resolve()

    assert resolved.origins["max_size"] == "default"
    assert resolved.notices == (f"{tree.project}: ignored, others can write it",)


def test_notices_name_skipped_files_old_variables_and_unknown_ones(tree: Tree) -> None:
    tree.project.mkdir()

    assert tree.resolve({"CLCACHE_SERVER": "1", "CLCACHE_MAXSIZE": "1", "CLCACHE_CL": "cl"}).notices == (
        f"{tree.project}: ignored, it is not a regular file",
        "CLCACHE_MAXSIZE: ignored, unknown variable; did you mean CLCACHE_MAX_SIZE?",
        "CLCACHE_SERVER: ignored; clcache had it, clcache-launcher has not",
    )


def test_own_environment_is_not_read(tree: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = tree.resolve()
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "USERPROFILE", "LOCALAPPDATA"):
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("CLCACHE_DISABLE", "1")
    monkeypatch.chdir("/")

    assert tree.resolve() == expected


@pytest.mark.posix
@pytest.mark.skipif(get_user() != 0, reason="only root takes on a number that no account has")
@pytest.mark.parametrize("variables", [{}, {"CLCACHE_DIR": "/c"}])
def test_without_a_home_folder_the_cache_needs_a_name(variables: Mapping[str, str]) -> None:
    os.seteuid(2**31 - 7)
    try:
        assert resolve(variables, "/").settings.dir == Path("/c")
    except ConfigError as error:
        assert not variables
        assert str(error) == "dir: no home folder is known to put the cache in; set CLCACHE_DIR"
    else:
        assert variables
    finally:
        os.seteuid(0)


def test_selected_variables_determine_the_result(tree: Tree) -> None:
    environment = {
        "HOME": str(tree.home),
        "USERPROFILE": str(tree.home),
        "PATH": "/bin",
        "CLCACHE_LOG": "x",
        "XDG_CACHE_HOME": "/c",
        "LOCALAPPDATA": str(tree.home / "local"),
    }

    selected = dict(select_variables(environment))

    assert "PATH" not in selected
    assert resolve(selected, str(tree.build)) == resolve(environment, str(tree.build))


def test_yaml_is_imported_only_for_a_file() -> None:
    assert not {"yaml", "parse_yaml", "yaml_file"} & vars(sources).keys()
