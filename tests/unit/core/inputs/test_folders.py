"""Names in folders: what is there now, also behind links."""

import os
import tempfile
from pathlib import Path

import pytest

from clcache_launcher.core.inputs.folders import FolderNames
from support.case import settle


def test_unchanged_folder_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    settle()
    names = FolderNames()
    assert names.listing(str(tmp_path)) is names.listing(str(tmp_path))


def test_folder_that_just_changed_is_read_again(tmp_path: Path) -> None:
    names = FolderNames()
    for number in range(30):
        (tmp_path / "a").replace(tmp_path / "b") if number % 2 else (tmp_path / "a").write_text("")
        assert names.listing(str(tmp_path)).files == ({"b"} if number % 2 else {"a"} | ({"b"} if number else set()))


@pytest.mark.links
@pytest.mark.parametrize("name", ["none", "file/below", "loop"])
def test_what_is_no_folder_has_no_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    listing = FolderNames().listing(str(tmp_path / name))
    assert (listing.files, listing.folders) == (frozenset(), frozenset())
    assert not listing.is_file
    assert (listing.signature is None) == (name == "none")


def test_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "map").write_text("")
    names = FolderNames()
    assert names.listing(str(tmp_path / "map")).is_file
    (tmp_path / "map").unlink()
    (tmp_path / "map").mkdir()
    assert not names.listing(str(tmp_path / "map")).is_file


@pytest.mark.posix
def test_folder_that_only_lets_pass_is_told() -> None:
    # Outside of pytest's folders, which only their owner can enter: root may list every folder, so it is nobody here.
    with tempfile.TemporaryDirectory() as name:
        Path(name, "a").write_text("")
        Path(name).chmod(0o333)
        user = os.geteuid()
        try:
            if user == 0:
                os.seteuid(65534)
            assert FolderNames().listing(name).is_file
        finally:
            os.seteuid(user)
            Path(name).chmod(0o700)


@pytest.mark.links
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_link_leads_to_comes_and_goes(tmp_path: Path, kind: str) -> None:
    folder, target = tmp_path / "folder", tmp_path / "target"
    folder.mkdir()
    (folder / "link").symlink_to(target)
    settle()
    names = FolderNames()

    def there() -> tuple[frozenset[str], frozenset[str]]:
        listing = names.listing(str(folder))
        return listing.files, listing.folders

    nothing = (frozenset[str](), frozenset[str]())
    link = frozenset({"link"})
    for _ in range(2):
        assert there() == nothing
        target.write_text("") if kind == "file" else target.mkdir()
        assert there() == ((link, frozenset()) if kind == "file" else (frozenset(), link))
        target.unlink() if kind == "file" else target.rmdir()
    assert there() == nothing


@pytest.mark.links
def test_link_may_come_to_lead_to_a_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("none")
    (tmp_path / "file").write_text("")
    (tmp_path / "sub").mkdir()
    listing = FolderNames().listing(str(tmp_path))
    assert [listing.may_have_folder(name) for name in ("link", "sub", "file", "none")] == [True, True, False, False]


def test_other_folder_under_the_same_name_is_noticed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text("")
    settle()
    names = FolderNames()
    assert names.listing(str(tmp_path / "one")).files == {"one"}
    (tmp_path / "one").rename(tmp_path / "old")
    (tmp_path / "two").rename(tmp_path / "one")
    assert names.listing(str(tmp_path / "one")).files == {"two"}


@pytest.mark.links
def test_names_are_found_in_any_case_where_the_folder_ignores_it(tmp_path: Path) -> None:
    (tmp_path / "Widget.h").write_text("")
    (tmp_path / "Sub").mkdir()
    (tmp_path / "Link.h").symlink_to("Widget.h")
    wanted = {"widget.H", "WIDGET.h", "sub", "link.h", "other.h"}
    exact = FolderNames(lambda _folder, _names: False).listing(str(tmp_path))
    assert exact.found(wanted) == frozenset()
    assert not exact.may_have_folder("sub")
    folded = FolderNames(lambda _folder, _names: True).listing(str(tmp_path))
    assert folded.found(wanted) == {"widget.H", "WIDGET.h", "link.h"}
    assert folded.may_have_folder("sUB")
    assert set(folded.links_among(wanted)) == {"link.h"}


@pytest.mark.posix
def test_folder_that_tells_names_of_other_case_apart_does_not_ignore_it(tmp_path: Path) -> None:
    for name in ("a.h", "A.H"):
        (tmp_path / name).write_text("")
    assert not FolderNames().listing(str(tmp_path)).ignores_case


def test_folder_counts_as_found_where_it_may_hold_precompiled_headers(tmp_path: Path) -> None:
    (tmp_path / "a.h.gch").mkdir()
    (tmp_path / "b.h").mkdir()
    for names in (FolderNames(lambda _folder, _names: False), FolderNames(lambda _folder, _names: True)):
        listing = names.listing(str(tmp_path))
        assert listing.found({"a.h.gch", "b.h"}) == frozenset()
        assert listing.found({"a.h.gch", "b.h"}, (".gch",)) == {"a.h.gch"}


@pytest.mark.links
def test_folder_and_its_links_tell_their_paths_without_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.h").write_text("")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real/b.h").symlink_to("a.h")
    listing = FolderNames().listing(str(tmp_path / "link"))
    assert listing.path == os.path.realpath(tmp_path / "real")
    assert listing.links["b.h"].path == os.path.realpath(tmp_path / "real/a.h")


@pytest.mark.links
def test_link_that_becomes_a_circle_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/link").symlink_to("../other")
    settle()
    names = FolderNames()
    missing = [names.listing(str(tmp_path / name)) for name in ("other", "folder")]
    (tmp_path / "other").symlink_to("folder/link")
    assert names.listing(str(tmp_path / "other")).signature != missing[0].signature
    assert names.listing(str(tmp_path / "folder")).links != missing[1].links
