"""One native pass over many files sees on Windows what Python's own would."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.util.file_records import Kind, Records, file_record, hold, hold_in_python, record_of
from clcache_launcher.util.files import file_clock_ns, folder_signature

Hold = Callable[[Records], bool]


@pytest.fixture(params=["C", "Python"])
def holds(request: pytest.FixtureRequest) -> Hold:
    assert hold is not hold_in_python
    return hold if request.param == "C" else hold_in_python


def record(path: Path) -> bytes:
    return file_record(str(path), folder_signature(str(path)))


def later() -> None:
    moment_ns = file_clock_ns()
    while file_clock_ns() <= moment_ns:
        pass


def write_unseen(path: Path) -> None:
    """Every time that Python can see is as before."""
    before = os.stat(path)
    path.write_text("2")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_files_folders_and_what_is_missing_hold_as_they_are(holds: Hold, tmp_path: Path) -> None:
    for name in ("a.h", "grüße жизнь 漢字 😀.h", "read only.h"):
        (tmp_path / name).write_text("a")
    (tmp_path / "read only.h").chmod(stat.S_IREAD)
    with_others = [tmp_path / "none", tmp_path / "a.h" / "below", tmp_path / "no" / "folder", Path("NUL")]
    assert holds(Records(map(record, [tmp_path, *tmp_path.iterdir(), *with_others])))


def test_path_with_the_other_slash_or_case_holds(holds: Hold, tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text("a")
    signature = folder_signature(str(tmp_path / "a.h"))
    names = [str(tmp_path / "a.h"), str(tmp_path / "A.H"), str(tmp_path / "a.h").replace("\\", "/")]
    assert holds(Records(file_record(name, signature) for name in names))


def test_each_change_is_seen(holds: Hold, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.h" for number in range(5)]
    for path in paths:
        path.write_text("1")
    later()
    missing = record(tmp_path / "none.h")
    changes: tuple[Callable[[], object], ...] = (
        lambda: paths[0].write_text("longer"),
        paths[1].unlink,
        lambda: paths[2].replace(paths[3]),
        lambda: write_unseen(paths[4]),
    )
    for change in changes:
        records = Records(map(record, paths))
        assert holds(records)
        later()
        change()
        assert not holds(records)
    (tmp_path / "none.h").touch()
    assert not holds(Records([missing]))


@pytest.mark.parametrize("kind", Kind)
def test_record_of_each_kind_holds_until_another_file_has_the_name(holds: Hold, tmp_path: Path, kind: Kind) -> None:
    for name in ("a.h", "b.h"):
        (tmp_path / name).write_text("1")
    (tmp_path / "folder").mkdir()
    paths = [tmp_path / "a.h", tmp_path / "folder", tmp_path / "none", Path("NUL")]
    records = [Records([record_of(str(path), kind)]) for path in paths]
    assert all(map(holds, records))
    (tmp_path / "b.h").replace(tmp_path / "a.h")
    (tmp_path / "folder").rename(tmp_path / "old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "none").touch()
    assert list(map(holds, records)) == [False, False, False, True]


@pytest.mark.parametrize(("kind", "sees"), [(Kind.FILE, True), (Kind.LINK, True), (Kind.WHICH_FILE, False)])
def test_record_that_tells_which_file_it_is_sees_no_change_in_it(
    holds: Hold, tmp_path: Path, kind: Kind, *, sees: bool
) -> None:
    records = Records([record_of(str(tmp_path), kind)])
    later()
    (tmp_path / "new").touch()
    assert holds(records) is not sees
