"""Which settings files are found."""

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.config.files import ConfigFiles, are_current, find_config_files
from clcache_launcher.config.trust import get_user
from clcache_launcher.errors import ConfigError
from clcache_launcher.util.file_records import Records, hold
from clcache_launcher.util.status import file_status
from support.case import settle

CONFIG = "AppData/Local/clcache" if sys.platform == "win32" else ".config/clcache"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    (folder / CONFIG).mkdir(parents=True)
    return folder


@pytest.fixture
def build(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "build"
    folder.mkdir(parents=True)
    return folder


def write(file: Path, text: str = "", mode: int = 0o644) -> str:
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return str(file)


def find(home: Path, build: Path, explicit: str | None = None, **variables: str) -> ConfigFiles:
    return find_config_files({"HOME": str(home), "USERPROFILE": str(home)} | variables, str(build), explicit)


def test_users_file_is_in_the_config_folder(home: Path, build: Path) -> None:
    file = write(home / CONFIG / "clcache.yaml")

    assert find(home, build).user == file


def test_users_file_follows_the_given_environment(home: Path, build: Path, tmp_path: Path) -> None:
    (tmp_path / "clcache").mkdir()
    file = write(tmp_path / "clcache" / "clcache.yaml")

    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_CONFIG_HOME"
    assert find(home, build, **{variable: str(tmp_path)}).user == file


@pytest.mark.parametrize("folder", ["project/build", "project", "."])
def test_projects_file_is_found_at_or_above_the_folder(home: Path, build: Path, tmp_path: Path, folder: str) -> None:
    file = write((tmp_path / folder).resolve() / "clcache.yaml")

    assert find(home, build).project == file


def test_nearest_file_wins(home: Path, build: Path) -> None:
    write(build.parent / "clcache.yaml")
    nearest = write(build / "clcache.yaml")

    assert find(home, build).project == nearest


@pytest.mark.posix
@pytest.mark.parametrize(("mode", "reason"), [(0o666, "others can write it"), (0o646, "others can write it")])
def test_file_that_others_can_write_is_skipped_with_a_notice(home: Path, build: Path, mode: int, reason: str) -> None:
    above = write(build.parent / "clcache.yaml")
    skipped = write(build / "clcache.yaml", mode=mode)

    files = find(home, build)

    assert files.project == above
    assert files.notices == (f"{skipped}: ignored, {reason}",)


@pytest.mark.posix
@pytest.mark.skipif(get_user() != 0, reason="only root gives files away")
@pytest.mark.parametrize("is_link", [False, True])
def test_file_or_link_of_another_user_is_skipped(home: Path, build: Path, is_link: bool) -> None:
    file = build / "clcache.yaml"
    if is_link:
        file.symlink_to(write(build / "other.yaml"))
    else:
        write(file)
    os.chown(file, 65534, 65534, follow_symlinks=False)

    files = find(home, build)

    assert files.project is None
    assert files.notices == (f"{file}: ignored, another user owns it",)


@pytest.mark.links
def test_link_to_a_file_that_others_can_write_is_skipped(home: Path, build: Path) -> None:
    (build / "clcache.yaml").symlink_to(write(build / "other.yaml", mode=0o666))

    assert find(home, build).project is None


def test_folder_of_that_name_is_skipped(home: Path, build: Path) -> None:
    (build / "clcache.yaml").mkdir()

    assert find(home, build).notices == (f"{build / 'clcache.yaml'}: ignored, it is not a regular file",)


def test_named_file_replaces_the_search(home: Path, build: Path, tmp_path: Path) -> None:
    write(build / "clcache.yaml")
    by_option, by_variable = write(tmp_path / "a.yaml"), write(tmp_path / "b.yaml")

    both = find(home, build, by_option, CLCACHE_CONFIG=by_variable)
    only_variable = find(home, build, CLCACHE_CONFIG=by_variable)

    assert (both.project, both.named_by) == (by_option, "--config")
    assert (only_variable.project, only_variable.named_by) == (by_variable, "CLCACHE_CONFIG")


@pytest.mark.parametrize(
    ("text", "path"), [("x.yaml", "project/build/x.yaml"), ("~/x.yaml", "home/x.yaml"), ("/x", "/x")]
)
def test_named_path_is_relative_to_the_folder(home: Path, build: Path, tmp_path: Path, text: str, path: str) -> None:
    expected = str(tmp_path / path)

    assert find(home, build, text).project == expected
    assert find(home, build, CLCACHE_CONFIG=text).project == expected


def test_empty_name_is_no_name(home: Path, build: Path) -> None:
    file = write(build / "clcache.yaml")

    assert find(home, build, "", CLCACHE_CONFIG="").project == file


def test_named_path_that_means_nothing_is_told(home: Path, build: Path) -> None:
    told = f"CLCACHE_CONFIG: of '~' only '~' alone and '~{os.sep}' are understood, got '~x'"
    with pytest.raises(ConfigError, match=re.escape(told)):
        find(home, build, CLCACHE_CONFIG="~x")


def test_named_file_may_be_anyones(home: Path, build: Path) -> None:
    file = write(build / "x.yaml", mode=0o666)

    files = find(home, build, file)

    assert (files.project, files.notices) == (file, ())


def test_candidates_are_all_paths_up_to_the_file_found(home: Path, build: Path) -> None:
    write(build.parent / "clcache.yaml")

    files = find(home, build)

    assert [(candidate.path, bool(candidate.signature)) for candidate in files.candidates] == [
        (str(home / CONFIG / "clcache.yaml"), False),
        (str(build / "clcache.yaml"), False),
        (str(build.parent / "clcache.yaml"), True),
    ]


def test_candidates_go_up_to_the_root(home: Path, build: Path) -> None:
    assert find(home, build).candidates[-1].path == f"{build.anchor}clcache.yaml"


def test_result_is_a_value(home: Path, build: Path) -> None:
    assert find(home, build) == find(home, build)
    assert hash(find(home, build)) == hash(find(home, build))


def in_one_pass(files: ConfigFiles) -> bool:
    return hold(Records(files.records))


both_ways = pytest.mark.parametrize("are_current", [are_current, in_one_pass])


@both_ways
def test_unchanged_files_are_current(home: Path, build: Path, are_current: Callable[[ConfigFiles], bool]) -> None:
    write(build / "clcache.yaml")

    assert are_current(find(home, build))


@both_ways
@pytest.mark.parametrize("name", sorted({os.devnull, os.devnull.upper() if sys.platform == "win32" else os.devnull}))
def test_null_device_is_the_same_in_every_folder(
    home: Path, build: Path, are_current: Callable[[ConfigFiles], bool], name: str
) -> None:
    files = find(home, build, CLCACHE_CONFIG=name)
    assert (files.project, files.named_by) == (os.devnull, "CLCACHE_CONFIG")
    assert are_current(files)


@pytest.mark.links
@pytest.mark.links
@both_ways
def test_link_and_what_it_leads_to_are_looked_at(
    home: Path, build: Path, are_current: Callable[[ConfigFiles], bool]
) -> None:
    for name in ("one.yaml", "two.yaml"):
        write(build / name, "dir: x")
    (build / "clcache.yaml").symlink_to("one.yaml")
    settle()
    with_one = find(home, build)
    assert are_current(with_one)
    write(build / "one.yaml", "dir: y")
    assert not are_current(with_one)
    with_other_text = find(home, build)
    (build / "clcache.yaml").unlink()
    (build / "clcache.yaml").symlink_to("two.yaml")
    assert not are_current(with_other_text)


@both_ways
def test_file_that_appears_goes_or_changes_is_not_current(
    home: Path, build: Path, are_current: Callable[[ConfigFiles], bool]
) -> None:
    file = build / "clcache.yaml"
    without = find(home, build)
    write(file, "dir: x")
    first = find(home, build)
    write(file, "dir: xy")
    second = find(home, build)
    file.unlink()

    assert not any(map(are_current, (first, second)))
    assert len({without, first, second}) == 3
    assert are_current(without)


def test_newest_change_is_the_youngest_files(home: Path, build: Path) -> None:
    file = Path(write(build / "clcache.yaml"))
    os.utime(file, (1, 1))

    assert find(home, build).newest_change_ns == file_status(str(file)).st_ctime_ns


def test_without_files_nothing_changed(home: Path, build: Path) -> None:
    assert find(home, build).newest_change_ns == 0
