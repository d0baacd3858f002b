"""Files: signatures, digests, whole-file replacement."""

import os
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.util.files import (
    DIGEST_BYTES,
    digest_of,
    encode_paths,
    file_clock_ns,
    folder_signature,
    hash_file,
    is_younger,
    read_file,
    replace_file,
    signature_of,
    ways,
    write_new,
)
from clcache_launcher.util.status import file_status
from support.case import settle


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_digest_tells_contents_apart(first: bytes, second: bytes) -> None:
    assert (digest_of(first) == digest_of(second)) == (first == second)
    assert len(digest_of(first)) == DIGEST_BYTES


@pytest.mark.parametrize("size", [0, 1, 4096, (1 << 20) + 1])
def test_file_has_the_digest_of_its_content(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * size)
    hashed = hash_file(str(path))
    assert hashed is not None
    assert hashed.digest == digest_of(b"x" * size)
    assert hashed.signature == signature_of(path.stat())


def test_what_is_no_readable_file_is_none(tmp_path: Path) -> None:
    for name in ("none", "."):
        assert read_file(str(tmp_path / name)) is None
        assert hash_file(str(tmp_path / name)) is None
    assert read_file(os.devnull) is None


@pytest.mark.posix("pipes")
def test_pipe_or_dangling_link_is_no_readable_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("fifo", "dangling"):
        assert read_file(str(tmp_path / name)) is None
        assert hash_file(str(tmp_path / name)) is None


@pytest.mark.posix("pipes")
def test_pipe_is_not_taken_from_its_reader(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(b"text",))
    writer.start()
    for _ in range(1000):
        assert read_file(str(fifo)) is None
    assert writer.is_alive()
    assert fifo.read_bytes() == b"text"
    writer.join()


def test_file_that_was_just_written_is_not_settled(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("x")
    now = file_clock_ns()
    read = read_file(str(path))
    assert read is not None
    # Unless the clock has moved on meanwhile, a change of the same moment would not show.
    assert not read[2] or read[1].ctime_ns < now


@pytest.mark.parametrize("change", ["content", "time", "other file"])
def test_signature_shows_every_change(tmp_path: Path, change: str) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    settle()
    before = signature_of(file_status(str(path)))
    if change == "content":
        path.write_text("two")
        os.utime(path, ns=(before.mtime_ns, before.mtime_ns))
    elif change == "time":
        os.utime(path, ns=(5, 5))
    else:
        (tmp_path / "b").write_text("one")
        (tmp_path / "b").replace(path)
    assert signature_of(file_status(str(path))) != before


def test_folder_that_is_not_there_has_no_signature(tmp_path: Path) -> None:
    assert folder_signature(str(tmp_path)) == signature_of(tmp_path.stat())
    assert folder_signature(str(tmp_path / "none")) is None


@given(st.integers(0, 10**19), st.integers(0, 10**19))
def test_file_of_that_moment_or_later_is_younger(stamp: int, than: int) -> None:
    assert is_younger(stamp, than) or stamp < than


def test_new_file_is_written_whole_with_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_new(str(path), b"x" * 100_000, 0o640)
    assert path.read_bytes() == b"x" * 100_000
    assert sys.platform == "win32" or path.stat().st_mode & 0o777 & ~0o640 == 0


def test_new_file_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(FileExistsError):
        write_new(str(path), b"new")
    assert path.read_text() == "old"


def test_full_disk_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    with pytest.raises(OSError):
        replace_file(str(path), lambda temporary: write_new(f"{temporary}/no/folder", b""))
    assert os.listdir(tmp_path) == ["a"]
    assert path.read_text() == "old"


@pytest.mark.links
def test_replacing_a_link_leaves_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("old")
    (tmp_path / "link").symlink_to("target")
    replace_file(str(tmp_path / "link"), lambda temporary: write_new(temporary, b"new"))
    assert (tmp_path / "target").read_text() == "old"
    assert not (tmp_path / "link").is_symlink()


def test_clock_does_not_run_ahead_of_the_files_stamps(tmp_path: Path) -> None:
    before = file_clock_ns()
    (tmp_path / "a").write_text("")
    assert (tmp_path / "a").stat().st_ctime_ns >= before


@pytest.mark.links
def test_ways_are_every_folder_and_what_links_lead_to(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "second").symlink_to("a")
    (tmp_path / "first").symlink_to(tmp_path / "second")
    found = set(ways([f"{tmp_path}/first/b"]))
    assert {f"{tmp_path}/{name}" for name in ("first/b", "first", "second", "a")} <= found
    assert "/" in found


@pytest.mark.parametrize("paths", [[], [""], ["a"], ["/a/ü", "/b\udc80", ""], ["a\0b", "c"], ["\0"]])
def test_paths_are_encoded_as_each_by_itself(paths: list[str]) -> None:
    assert encode_paths(paths) == list(map(os.fsencode, paths))
