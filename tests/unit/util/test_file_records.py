"""One pass over many files sees what a ``stat`` of each would, in C as in Python."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.util.file_records import (
    Kind,
    Records,
    file_record,
    hold,
    hold_in_python,
    hold_natively,
    record_of,
    split_record,
)
from clcache_launcher.util.files import Signature, folder_signature
from support.case import settle
from support.posix import can_link

Hold = Callable[[Records], bool]


@pytest.fixture(params=["C", "Python"])
def holds(request: pytest.FixtureRequest) -> Hold:
    if request.param == "Python":
        return hold_in_python
    return hold


def _record(path: Path) -> bytes:
    return file_record(str(path), folder_signature(str(path)))


def test_nothing_holds(holds: Hold) -> None:
    assert holds(Records())


@pytest.mark.links
def test_files_folders_and_links_hold_as_they_are(holds: Hold, tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text("a")
    (tmp_path / "link.h").symlink_to("a.h")
    (tmp_path / "sché\udc80ma.h").write_text("")
    paths = [tmp_path, *tmp_path.iterdir(), tmp_path / "missing", tmp_path / "a.h" / "below"]
    assert holds(Records(map(_record, paths)))


@pytest.mark.parametrize("field", Signature._fields)
def test_each_part_of_a_signature_counts(holds: Hold, tmp_path: Path, field: str) -> None:
    signature = folder_signature(str(tmp_path))
    assert signature is not None
    other = signature._replace(**{field: getattr(signature, field) + 1})
    assert holds(Records([file_record(str(tmp_path), signature)]))
    assert not holds(Records([file_record(str(tmp_path), other)]))


def test_one_change_among_many_is_seen(holds: Hold, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.h" for number in range(20)]
    for path in paths:
        path.write_text("")
    records = Records(map(_record, paths))
    for path in (paths[0], paths[-1]):
        path.write_text("longer")
        assert not holds(records)
        records = Records(map(_record, paths))
        assert holds(records)


@pytest.mark.links
def test_what_comes_goes_or_can_not_be_looked_at_is_seen(holds: Hold, tmp_path: Path) -> None:
    path = tmp_path / "x"
    missing = _record(path)
    path.write_text("")
    assert not holds(Records([missing]))
    there = _record(path)
    path.unlink()
    assert holds(Records([missing])) and not holds(Records([there]))
    path.symlink_to("x")
    in_a_circle = _record(path)
    assert holds(Records([in_a_circle])) and not holds(Records([missing]))


@pytest.mark.parametrize("kind", Kind)
def test_record_as_it_is_now_holds_whatever_the_path_leads_to(holds: Hold, tmp_path: Path, kind: Kind) -> None:
    (tmp_path / "a.h").write_text("a")
    if can_link():
        for name, target in (("link", "a.h"), ("to folder", "."), ("to nothing", "none"), ("circle", "circle")):
            (tmp_path / name).symlink_to(target)
    paths = [tmp_path, *tmp_path.iterdir(), tmp_path / "missing", tmp_path / "a.h" / "below"]
    assert holds(Records(record_of(str(path), kind) for path in paths))


ALL = set(Kind)
WHICH = {Kind.WHICH_FILE, Kind.WHICH_NAME}
THROUGH = {Kind.FILE, Kind.WHICH_FILE}


@pytest.mark.links
@pytest.mark.parametrize(
    ("name", "change", "seen_by"),
    [
        ("file", lambda path: path.write_text("longer"), ALL - WHICH),
        ("file", lambda path: os.replace(path.with_name("other"), path), ALL),
        ("file", lambda path: path.unlink(), ALL),
        ("folder", lambda path: (path / "new").touch(), ALL - WHICH),
        ("folder", lambda path: (path.rename(path.with_name("old")), path.mkdir()), ALL),
        ("link", lambda path: path.with_name("other").write_text("longer"), {Kind.FILE}),
        ("link", lambda path: os.replace(path.with_name("file"), path.with_name("other")), THROUGH),
        ("link", lambda path: (path.unlink(), path.symlink_to("file")), ALL),
        ("link", lambda path: path.unlink(), ALL),
        ("none", lambda path: path.touch(), ALL),
        ("none", lambda path: path.symlink_to("nowhere"), ALL - THROUGH),
    ],
)
def test_each_kind_of_record_sees_what_counts_for_it(
    holds: Hold, tmp_path: Path, name: str, change: Callable[[Path], object], seen_by: set[Kind]
) -> None:
    for each in ("file", "other"):
        (tmp_path / each).write_text(each)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("other")
    settle()
    path = tmp_path / name
    records = {kind: Records([record_of(str(path), kind)]) for kind in Kind}
    assert all(map(holds, records.values()))
    change(path)
    assert {kind for kind in Kind if not holds(records[kind])} == seen_by


@pytest.mark.links
def test_link_in_the_place_of_a_folder_with_its_number_is_another_name(holds: Hold, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("elsewhere")
    status = (tmp_path / "link").lstat()
    was_a_folder = file_record(
        str(tmp_path / "link"), Signature(0, 0, 0, status.st_ino, status.st_dev), Kind.WHICH_NAME
    )
    assert not holds(Records([was_a_folder]))


def test_file_is_known_by_its_number_whatever_else_a_signature_says(holds: Hold, tmp_path: Path) -> None:
    signature = folder_signature(str(tmp_path))
    assert signature is not None
    assert holds(Records([file_record(str(tmp_path), signature, Kind.WHICH_FILE)]))


def test_library_is_part_of_the_package() -> None:
    assert hold is not hold_in_python


@pytest.mark.parametrize("content", [None, "no library"])
def test_package_without_a_sound_library_does_it_in_python(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        for name in ("_file_records.so", "_file_records.dll"):
            (tmp_path / name).write_text(content)
    assert hold_natively([str(tmp_path)]) is None


@pytest.mark.parametrize("signature", [None, Signature(1, 2, 3, 1 << 63, 5), Signature(-40, 0, 0, 0, 0)])
def test_record_tells_its_path_and_signature(signature: Signature | None) -> None:
    assert split_record(file_record("/a/sch\udc80", signature)) == ("/a/sch\udc80", signature)
