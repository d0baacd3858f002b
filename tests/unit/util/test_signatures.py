"""Signatures of many files, in C as in Python."""

import os
from pathlib import Path

import pytest

from clcache_launcher.util.files import Signature, file_clock_ns, folder_signature, ways
from clcache_launcher.util.signatures import (
    MISSING,
    Take,
    take_in_python,
    take_natively,
    take_signatures,
    young_on_the_ways,
)
from support.case import settle
from support.posix import can_link

STRANGE = "sch\u00e9ma.h" if os.name == "nt" else "sch\udc80ma.h"
"""A name that is not ASCII, where a name may be no text at all."""


@pytest.fixture(params=["C", "Python"])
def take(request: pytest.FixtureRequest) -> Take:
    return take_in_python if request.param == "Python" else take_signatures


def some_paths(folder: Path) -> list[str]:
    (folder / "a.h").write_text("a")
    (folder / STRANGE).write_text("longer")
    if can_link():
        for name, target in (("link", "a.h"), ("to folder", "."), ("to nothing", "none"), ("circle", "circle")):
            (folder / name).symlink_to(target)
    return [str(path) for path in (folder, *folder.iterdir(), folder / "missing", folder / "a.h" / "below")]


def test_signatures_are_those_of_each_path(take: Take, tmp_path: Path) -> None:
    paths = some_paths(tmp_path)
    of_missing = Signature(MISSING, 0, 0, 0, 0)
    assert take(paths) == [folder_signature(path) or of_missing for path in paths]


def test_signatures_of_names_are_those_of_links_themselves(take: Take, tmp_path: Path) -> None:
    paths = some_paths(tmp_path)
    are_links = bytearray(len(paths))
    numbers = [seen[3] for seen in take(paths, are_links) if seen[0] >= 0]
    assert numbers == [os.lstat(path).st_ino for path in paths if os.path.lexists(path)]
    assert list(map(bool, are_links)) == list(map(os.path.islink, paths))


def test_no_paths_have_no_signatures(take: Take) -> None:
    assert take([]) == []


@pytest.mark.posix
def test_path_that_no_system_takes_ends_no_pass_with_those_of_others(take: Take, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="null"):
        take([str(tmp_path), f"{tmp_path}\0{tmp_path}"])


def test_library_is_part_of_the_package() -> None:
    assert take_signatures is not take_in_python


@pytest.mark.parametrize("content", [None, "no library"])
def test_package_without_a_sound_library_does_it_in_python(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        for name in ("_file_records.so", "_file_records.dll"):
            (tmp_path / name).write_text(content)
    assert take_natively([str(tmp_path)]) is None


def young(paths: list[str], since_ns: int, folder: Path) -> set[str]:
    """What is young in a folder; others work in those above it."""
    return {path for path in young_on_the_ways(paths, since_ns) if path.startswith(f"{folder}{os.sep}")}


@pytest.mark.links
def test_everything_on_the_ways_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "second").symlink_to("a")
    (tmp_path / "first").symlink_to(tmp_path / "second")
    path = f"{tmp_path}/first/b"
    assert set(young_on_the_ways([path], 0)) == set(ways([path]))


@pytest.mark.links
@pytest.mark.parametrize("name", ["a/x.h", "link/x.h"])
def test_what_was_changed_since_a_moment_is_young(tmp_path: Path, name: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/x.h").write_text("")
    (tmp_path / "link").symlink_to("a")
    settle()
    since_ns = file_clock_ns()
    assert young([f"{tmp_path}/{name}"], since_ns, tmp_path) == set()
    (tmp_path / "a/x.h").write_text("longer")
    assert young([f"{tmp_path}/{name}"], since_ns, tmp_path) == {f"{tmp_path}/{name}"}


def test_what_is_gone_is_not_young(tmp_path: Path) -> None:
    settle()
    assert young([str(tmp_path / "none/x.h")], file_clock_ns(), tmp_path) == set()
