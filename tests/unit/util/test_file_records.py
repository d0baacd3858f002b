"""One pass over many files sees what a ``stat`` of each would, in C as in Python."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.util.file_records import file_record, hold, hold_in_python, hold_natively, split_record
from clcache_launcher.util.files import Signature, folder_signature

Hold = Callable[[tuple[bytes, ...]], bool]


@pytest.fixture(params=["C", "Python"])
def holds(request: pytest.FixtureRequest) -> Hold:
    if request.param == "Python":
        return hold_in_python
    return hold


def _record(path: Path) -> bytes:
    return file_record(str(path), folder_signature(str(path)))


def test_nothing_holds(holds: Hold) -> None:
    assert holds(())


@pytest.mark.links
def test_files_folders_and_links_hold_as_they_are(holds: Hold, tmp_path: Path) -> None:
    (tmp_path / "a.h").write_text("a")
    (tmp_path / "link.h").symlink_to("a.h")
    (tmp_path / "sché\udc80ma.h").write_text("")
    paths = [tmp_path, *tmp_path.iterdir(), tmp_path / "missing", tmp_path / "a.h" / "below"]
    assert holds(tuple(map(_record, paths)))


@pytest.mark.parametrize("field", Signature._fields)
def test_each_part_of_a_signature_counts(holds: Hold, tmp_path: Path, field: str) -> None:
    signature = folder_signature(str(tmp_path))
    assert signature is not None
    other = signature._replace(**{field: getattr(signature, field) + 1})
    assert holds((file_record(str(tmp_path), signature),))
    assert not holds((file_record(str(tmp_path), other),))


def test_one_change_among_many_is_seen(holds: Hold, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.h" for number in range(20)]
    for path in paths:
        path.write_text("")
    records = tuple(map(_record, paths))
    for path in (paths[0], paths[-1]):
        path.write_text("longer")
        assert not holds(records)
        records = tuple(map(_record, paths))
        assert holds(records)


@pytest.mark.links
def test_what_comes_goes_or_can_not_be_looked_at_is_seen(holds: Hold, tmp_path: Path) -> None:
    path = tmp_path / "x"
    missing = _record(path)
    path.write_text("")
    assert not holds((missing,))
    there = _record(path)
    path.unlink()
    assert holds((missing,)) and not holds((there,))
    path.symlink_to("x")
    in_a_circle = _record(path)
    assert holds((in_a_circle,)) and not holds((missing,))


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
