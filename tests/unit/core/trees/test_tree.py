"""Which roots an invocation has."""

from pathlib import Path

import pytest

from clcache_launcher.config.settings import Settings
from clcache_launcher.core.trees.roots import NO_ROOTS
from clcache_launcher.core.trees.tree import Trees, named_roots
from support.case import Case


def test_roots_of_the_settings_come_first_and_base_directories_are_numbered() -> None:
    settings = Settings(dir=Path("/c"), basedir=(Path("/x"), Path("/y")), roots=(("sdk", Path("/sdk")),))
    expected = [("sdk", Path("/sdk")), ("basedir0", Path("/x")), ("basedir1", Path("/y"))]
    assert named_roots(settings) == [(name, str(folder)) for name, folder in expected]


def test_without_settings_there_are_none(tmp_path: Path) -> None:
    case = Case(tmp_path)
    assert Trees().roots_of(case.settings, (case.prepared(),)) is NO_ROOTS


@pytest.mark.parametrize(
    "way", ["{root}//t/inc", pytest.param("{root}/link/inc", marks=pytest.mark.links), "{root}/t/../t/inc"]
)
def test_other_spelling_of_a_root_is_the_same_in_every_tree(tmp_path: Path, way: str) -> None:
    inside = []
    for name in ("one", "another"):
        root = tmp_path / name
        (root / "t/inc").mkdir(parents=True)
        if "link" in way:
            (root / "link").symlink_to("t")
        case = Case(root)
        settings = Settings(dir=case.settings.dir, basedir=(root / "t",))
        path = way.format(root=root)
        roots = Trees().roots_of(settings, (case.prepared(f"-I{path}", "-c", "a.c", "-o", "a.o"),))
        inside.append(roots.inward(f"{path}/h.h"))
        assert roots.outward(inside[-1]) == f"{path}/h.h"
    assert inside[0] == inside[1]
    assert "inc/h.h" in inside[0]


@pytest.mark.links
def test_equal_roots_are_one_object_until_a_link_is_turned(tmp_path: Path) -> None:
    case, trees = Case(tmp_path), Trees()
    (tmp_path / "t").symlink_to("work")
    settings = Settings(dir=case.settings.dir, basedir=(tmp_path / "t",))
    first = trees.roots_of(settings, (case.prepared(),))
    assert trees.roots_of(settings, (case.prepared("-O2", "-c", "a.c", "-o", "a.o"),)) is first
    (tmp_path / "t").unlink()
    (tmp_path / "t").symlink_to("cache")
    assert trees.roots_of(settings, (case.prepared(),)).identity != first.identity


def test_folder_beside_a_root_is_none(tmp_path: Path) -> None:
    case = Case(tmp_path)
    (tmp_path / "tt").mkdir()
    (tmp_path / "t").mkdir()
    settings = Settings(dir=case.settings.dir, basedir=(tmp_path / "t",))
    roots = Trees().roots_of(settings, (case.prepared(f"-I{tmp_path}/tt", "-c", "a.c", "-o", "a.o"),))
    assert not roots.is_below(f"{tmp_path}/tt/h.h")
