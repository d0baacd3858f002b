"""Paths by which it shows that a compiler is not what it was any more."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.core.toolchains.watch import Watch, Watches, links_on_the_way, look, watch
from clcache_launcher.util.files import file_clock_ns
from support.case import settle
from support.posix import can_link


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("1")
    (tmp_path / "sub").mkdir()
    if can_link():
        (tmp_path / "link").symlink_to("file")
        (tmp_path / "broken").symlink_to("target")
    settle()
    return tmp_path


def watched(
    folder: Path, *paths: str, folders: tuple[str, ...] = (), links: tuple[str, ...] = (), names: tuple[str, ...] = ()
) -> Watch:
    """A watch of paths and links, and of names that are looked for in ``sub``."""
    settle()
    found, is_settled = watch(
        [str(folder / path) for path in paths],
        [str(folder / place) for place in folders],
        [str(folder / link) for link in links],
        look(([str(folder / "sub")], names)),
        file_clock_ns(),
    )
    assert is_settled
    return found


CHANGES: dict[str, Callable[[Path], object]] = {
    "file written": lambda folder: (folder / "file").write_text("2"),
    "file replaced": lambda folder: (folder / "sub/new").replace(folder / "file"),
    "file gone": lambda folder: (folder / "file").unlink(),
    "mode": lambda folder: (folder / "file").chmod(0o700),
    "file came": lambda folder: (folder / "none").write_text(""),
    "target came": lambda folder: (folder / "target").write_text(""),
}


@pytest.mark.links
@pytest.mark.parametrize(
    "change", [pytest.param(name, marks=pytest.mark.posix) if name == "mode" else name for name in CHANGES]
)
def test_watch_does_not_hold_after_a_change(folder: Path, change: str) -> None:
    (folder / "sub/new").write_text("1")
    made = watched(folder, "file", "none", "broken")
    watches = Watches()
    assert watches.hold(made)
    CHANGES[change](folder)
    assert not watches.hold(made)


@pytest.mark.links
def test_change_is_seen_by_watches_that_held_before_by_one_pass(folder: Path) -> None:
    """Whatever the kind of it: paths, a folder, a lookup, a link."""
    changes: tuple[tuple[Callable[[], object], Callable[[], object]], ...] = (
        (lambda: (folder / "none").write_text(""), (folder / "none").unlink),
        ((folder / "sub/late").mkdir, (folder / "sub/late").rmdir),
        (lambda: (folder / "sub/cc1").symlink_to("nothing"), (folder / "sub/cc1").unlink),
        (lambda: _turn(folder / "link", "./file"), lambda: None),
    )
    watches = Watches()
    made = watched(folder, "file", "none", folders=("sub",), links=("link",), names=("as", "cc1"))
    for change, undo in changes:
        settle()
        for _ in range(3):
            assert watches.hold(made)
        change()
        assert not watches.hold(made)
        undo()


def test_watch_that_holds_is_checked_in_one_pass(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watches, made = Watches(), watched(folder, "file", "none", folders=("sub",), names=("as",))
    assert watches.hold(made)
    monkeypatch.setattr(watches, "_holds", lambda _: pytest.fail("looked at one by one"))
    assert watches.hold(made)


def _turn(link: Path, target: str) -> None:
    link.unlink()
    link.symlink_to(target)


@pytest.mark.links
def test_link_that_leads_to_the_same_file_on_another_way_is_a_change(folder: Path) -> None:
    made = watched(folder, links=("link",))
    (folder / "link").unlink()
    (folder / "link").symlink_to("./file")
    assert not Watches().hold(made)


@pytest.mark.links
def test_name_that_comes_or_goes_is_a_change_and_others_are_not(folder: Path) -> None:
    (folder / "sub/as").write_text("")
    watches, made = Watches(), watched(folder, names=("as", "cc1"))
    for _ in range(2):
        assert watches.hold(made)
    (folder / "sub/other").write_text("")
    for _ in range(2):
        assert watches.hold(made)
    (folder / "sub/cc1").symlink_to("nothing")
    assert not watches.hold(made)
    (folder / "sub/cc1").unlink()
    assert watches.hold(made)
    (folder / "sub/as").unlink()
    assert not watches.hold(made)


def test_found_name_is_watched_by_its_content_and_mode(folder: Path) -> None:
    (folder / "sub/as").write_text("")
    watches, made = Watches(), watched(folder, names=("as",))
    (folder / "sub/as").chmod(0o755)
    assert not watches.hold(made)


def test_name_in_a_folder_that_comes_later_is_a_change(folder: Path) -> None:
    settle()
    made, _ = watch([], [], [], look(([f"{folder}/late/bin"], ["as"])), file_clock_ns())
    watches = Watches()
    assert watches.hold(made)
    (folder / "late/bin").mkdir(parents=True)
    assert watches.hold(made)
    (folder / "late/bin/as").write_text("")
    assert not watches.hold(made)


@pytest.mark.links
@pytest.mark.parametrize("place", ["sub", "sub/late/deep"])
def test_folder_is_watched_by_what_a_compiler_may_choose(folder: Path, place: str) -> None:
    watches, made = Watches(), watched(folder, folders=(place,))
    (folder / "sub/a.o").write_text("")
    for _ in range(2):
        assert watches.hold(made)
    (folder / "sub/late").mkdir()
    assert not watches.hold(made)
    (folder / "sub/late").rmdir()
    assert watches.hold(made)
    (folder / "sub/late").symlink_to("nothing")
    assert not watches.hold(made)
    (folder / "sub/late").unlink()
    (folder / "sub/clang.cfg").write_text("")
    assert not watches.hold(made)


def test_folder_that_came_meanwhile_never_holds(folder: Path) -> None:
    since_ns = file_clock_ns()
    (folder / "sub/new").mkdir()
    made, is_settled = watch([], [str(folder / "sub")], [], look(), since_ns)
    assert not is_settled
    assert not Watches().hold(made)


def test_object_that_was_made_meanwhile_does_not_matter(folder: Path) -> None:
    since_ns = file_clock_ns()
    (folder / "sub/a.o").write_text("")
    made, is_settled = watch([], [str(folder / "sub")], [], look(), since_ns)
    assert is_settled
    assert Watches().hold(made)


def test_what_may_have_changed_meanwhile_never_holds(folder: Path) -> None:
    since_ns = file_clock_ns()
    (folder / "file").write_text("2")
    made, is_settled = watch([str(folder / "file")], [], [], look(), since_ns)
    assert not is_settled
    assert not Watches().hold(made)


@pytest.mark.links
def test_links_on_the_way_are_all_found(folder: Path) -> None:
    (folder / "to_sub").symlink_to(folder / "sub")
    (folder / "sub/up").symlink_to("../link")
    way = links_on_the_way(f"{folder}/to_sub/../to_sub/up")
    assert set(way) - set(links_on_the_way(str(folder))) == {
        str(folder / "to_sub"),
        str(folder / "sub/up"),
        str(folder / "link"),
    }


@pytest.mark.links
def test_links_that_lead_in_a_circle_end(folder: Path) -> None:
    (folder / "one").symlink_to("two")
    (folder / "two").symlink_to("one")
    assert len(set(links_on_the_way(str(folder / "one"))) - set(links_on_the_way(str(folder)))) == 2
