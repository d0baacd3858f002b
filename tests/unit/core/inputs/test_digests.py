"""Digests and listings are remembered, and never longer than they hold."""

import os
import time
from functools import partial
from pathlib import Path

import pytest

from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.inputs.folders import FolderNames
from clcache_launcher.util.files import (
    digest_of,
    file_clock_ns,
    is_younger,
    read_file,
    replace_file,
    signature_of,
    write_new,
)
from clcache_launcher.util.status import file_status


def settle() -> None:
    """Let the clock that stamps files move on."""
    began = time.time_ns()
    while file_clock_ns() <= began:
        pass


def test_change_of_content_is_seen_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a"
    digests = FileDigests()
    for number in range(50):
        path.write_text(str(number % 10))
        assert digests.digest(str(path)) == digest_of(str(number % 10).encode())


def test_look_at_many_files_tells_what_each_holds_and_when_it_changed(tmp_path: Path) -> None:
    paths = [str(tmp_path / name) for name in ("a", "b", "none", "folder")]
    (tmp_path / "folder").mkdir()
    digests = FileDigests()
    for text in ("one", "two", "longer"):
        for path in paths[:2]:
            Path(path).write_text(text + path[-1])
            settle()
        expected = [(digest_of((text + path[-1]).encode()), file_status(path).st_ctime_ns) for path in paths[:2]]
        for _ in range(2):
            looked = digests.look(paths)
            assert looked[:2] == expected
            assert [digest for digest, _ in looked[2:]] == [None, None]


def test_change_that_hides_its_time_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    settle()
    digests = FileDigests()
    first = digests.digest(str(path))
    times = path.stat()
    path.write_text("two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert digests.digest(str(path)) != first


def test_file_that_is_gone_or_no_file_has_no_digest(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    digests = FileDigests()
    digests.digest(str(path))
    path.unlink()
    assert digests.digest(str(path)) is None
    path.mkdir()
    assert digests.digest(str(path)) is None
    assert digests.digest("/dev/null") is None


def test_files_hold_while_each_has_its_digest(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "abc"]
    for path in paths:
        path.write_text(path.name)
    settle()
    digests = FileDigests()
    files = tuple((str(path), digest_of(path.name.encode())) for path in paths)
    assert digests.hold(files)
    assert digests.hold(files)
    paths[1].write_text("x")
    assert not digests.hold(files)
    paths[1].write_text("b")
    assert digests.hold(files)
    paths[2].unlink()
    assert not digests.hold(files)


def test_names_are_those_of_now(tmp_path: Path) -> None:
    names = FolderNames()
    for number in range(20):
        (tmp_path / f"f{number}").write_text("")
        assert names.listing(str(tmp_path)).files == {f"f{n}" for n in range(number + 1)}
    (tmp_path / "sub").mkdir()
    assert names.listing(str(tmp_path)).folders == {"sub"}
    assert names.listing(str(tmp_path / "none")).signature is None


@pytest.mark.links
def test_dangling_link_is_no_file_and_is_looked_at_again(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "sub/target")
    (tmp_path / "sub").mkdir()
    settle()
    names = FolderNames()
    assert names.listing(str(tmp_path)).files == frozenset()
    (tmp_path / "sub/target").write_text("")
    assert names.listing(str(tmp_path)).files == {"link"}


@pytest.mark.parametrize(
    ("stamp", "than", "younger"),
    [(5, 5, True), (6, 5, True), (4, 5, False), (3 * 10**9, 3 * 10**9 + 7, True), (2 * 10**9, 3 * 10**9 + 7, False)],
)
def test_stamp_of_whole_seconds_may_be_any_moment_of_its_second(stamp: int, than: int, *, younger: bool) -> None:
    assert is_younger(stamp, than) is younger


@pytest.mark.parametrize("unlink_first", [False, True])
def test_replaced_file_is_whole_or_as_it_was(tmp_path: Path, *, unlink_first: bool) -> None:
    path = tmp_path / "a"
    path.write_text("old")

    def fail(temporary: str) -> None:
        write_new(temporary, b"half")
        raise OSError("no")

    with pytest.raises(OSError):
        replace_file(str(path), fail, unlink_first=unlink_first)
    assert path.read_text() == "old"
    for text in (b"new", b"newer"):
        replace_file(str(path), partial(write_new, data=text), unlink_first=unlink_first)
        assert path.read_bytes() == text
    path.unlink()
    replace_file(str(path), lambda temporary: write_new(temporary, b"newest"), unlink_first=unlink_first)
    assert os.listdir(tmp_path) == ["a"]


def test_read_file_tells_what_is_not_settled(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    settle()
    read = read_file(str(path))
    assert read is not None
    assert read[0] == b"x"
    assert read[2]


def test_signature_is_that_of_the_file_whose_digest_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    settle()
    digests = FileDigests()
    for _ in range(3):
        digests.digest(str(path))
        assert digests.signature(str(path)) == signature_of(path.stat())
        path.unlink()
        path.write_text("one")
    assert FileDigests().signature(str(tmp_path / "none")) is None
