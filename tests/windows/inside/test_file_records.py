"""One native pass over many files sees on Windows what Python's own would."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.util.file_records import file_record, hold, hold_in_python
from clcache_launcher.util.files import file_clock_ns, folder_signature

Hold = Callable[[tuple[bytes, ...]], bool]


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
    assert holds(tuple(map(record, [tmp_path, *tmp_path.iterdir(), *with_others])))


def test_path_with_the_other_slash_or_case_holds(holds: Hold, tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text("a")
    signature = folder_signature(str(tmp_path / "a.h"))
    names = [str(tmp_path / "a.h"), str(tmp_path / "A.H"), str(tmp_path / "a.h").replace("\\", "/")]
    assert holds(tuple(file_record(name, signature) for name in names))


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
        records = tuple(map(record, paths))
        assert holds(records)
        later()
        change()
        assert not holds(records)
    (tmp_path / "none.h").touch()
    assert not holds((missing,))
