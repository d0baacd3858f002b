"""Files on Windows: the change time, sharing, names that somebody holds."""

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.toolchains.watch import links_on_the_way
from clcache_launcher.storage.artifacts import ArtifactStore
from clcache_launcher.storage.index import Index
from clcache_launcher.util.files import (
    digest_of,
    file_clock_ns,
    is_younger,
    move_over,
    open_to_read,
    remove_file,
    signature_of,
)
from clcache_launcher.util.locks import hold_lock
from clcache_launcher.util.status import file_status, handle_status, link_status


def put(path: Path, data: bytes = b"1") -> str:
    path.write_bytes(data)
    return str(path)


def test_status_is_that_of_python_but_for_the_change_time(tmp_path: Path) -> None:
    path = put(tmp_path / "a.h", b"12345")
    ours, theirs = file_status(path), os.stat(path)
    assert (ours.st_size, ours.st_mtime_ns, ours.st_nlink) == (theirs.st_size, theirs.st_mtime_ns, theirs.st_nlink)
    assert stat.S_ISREG(ours.st_mode) and stat.S_ISDIR(file_status(str(tmp_path)).st_mode)
    handle = os.open(path, os.O_RDONLY)
    assert signature_of(handle_status(handle)) == signature_of(ours) == signature_of(link_status(path))
    os.close(handle)


def test_change_time_moves_where_every_other_time_was_set_back(tmp_path: Path) -> None:
    path = put(tmp_path / "a.h")
    before, python = signature_of(file_status(path)), os.stat(path)
    moment_ns = file_clock_ns()
    while file_clock_ns() <= moment_ns:
        pass
    with open(path, "r+b") as file:
        file.write(b"2")
    os.utime(path, ns=(python.st_atime_ns, python.st_mtime_ns))
    after = signature_of(file_status(path))
    assert after._replace(ctime_ns=0) == before._replace(ctime_ns=0)
    assert after.ctime_ns > before.ctime_ns


def test_missing_file_is_told_as_python_tells_it(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        file_status(str(tmp_path / "none"))
    assert caught.value.filename == str(tmp_path / "none")


def test_device_is_no_file() -> None:
    assert not any(stat.S_ISREG(status("NUL").st_mode) for status in (file_status, link_status))


def test_file_that_is_read_can_be_deleted_and_replaced(tmp_path: Path) -> None:
    path = put(tmp_path / "a.h", b"old")
    handle = open_to_read(path)
    os.rename(path, path + ".moved")
    os.unlink(path + ".moved")
    assert os.read(handle, 9) == b"old"
    os.close(handle)


def test_name_that_somebody_holds_for_a_moment_is_replaced(tmp_path: Path) -> None:
    source, target = put(tmp_path / "new", b"new"), put(tmp_path / "old", b"old")
    holder = open(target, "rb")  # noqa: SIM115 - Python's own open shares with nobody who deletes
    with pytest.raises(PermissionError):
        os.replace(source, target)
    closing = threading.Timer(0.1, holder.close)
    closing.start()
    move_over(source, target)
    closing.join()
    assert Path(target).read_bytes() == b"new"


def test_name_that_somebody_keeps_is_given_up(tmp_path: Path) -> None:
    source, target = put(tmp_path / "new", b"new"), put(tmp_path / "old", b"old")
    with open(target, "rb"), pytest.raises(PermissionError):
        move_over(source, target)
    assert Path(target).read_bytes() == b"old"


def test_read_only_file_is_removed(tmp_path: Path) -> None:
    path = put(tmp_path / "a.obj")
    os.chmod(path, stat.S_IREAD)
    with pytest.raises(PermissionError):
        os.unlink(path)
    remove_file(path)
    assert not os.path.exists(path)


def test_artifact_whose_other_name_became_read_only_is_removed(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path / "cache")
    digest = digest_of(b"object")
    store.place(digest, 6, store.prepare(b"object"))
    target = str(tmp_path / "a.obj")
    store.give_out(digest, target, 0o666, hardlink=True)
    os.chmod(target, stat.S_IREAD)
    store.remove(digest)
    assert not os.path.exists(store.path(digest))


def test_digest_follows_a_change_that_no_other_time_shows(tmp_path: Path) -> None:
    path = put(tmp_path / "a.h")
    digests = FileDigests()
    moment_ns = file_clock_ns()
    while file_clock_ns() <= moment_ns:
        pass
    first = digests.digest(path)
    python = os.stat(path)
    with open(path, "r+b") as file:
        file.write(b"2")
    os.utime(path, ns=(python.st_atime_ns, python.st_mtime_ns))
    assert first == digest_of(b"1") and digests.digest(path) == digest_of(b"2")


def test_path_without_links_has_none_on_its_way(tmp_path: Path) -> None:
    path = put(tmp_path / "a.exe")
    assert links_on_the_way(path) == [] == links_on_the_way(path.replace("\\", "/"))


def test_what_is_written_after_a_moment_is_never_older_than_it(tmp_path: Path) -> None:
    """Also where files are stamped by a clock that lags behind the system's."""
    folders = [tmp_path / str(number) for number in range(200)]
    for folder in folders:
        moment_ns = file_clock_ns()
        os.mkdir(folder)
        assert is_younger(file_status(str(folder)).st_ctime_ns, moment_ns)


def test_lock_of_another_is_waited_for_and_then_had(tmp_path: Path) -> None:
    path = str(tmp_path / "lock")
    with hold_lock(path, 0) as is_held:
        assert is_held
        with hold_lock(path, 0) as is_held_twice:
            assert not is_held_twice
    with hold_lock(path, 0) as is_held:
        assert is_held


def test_all_who_open_a_new_cache_folder_at_once_succeed(tmp_path: Path) -> None:
    def open_new(folder: Path) -> bool:
        index = Index(folder, lambda _: None)
        is_in_place = index.is_in_place()
        index.close()
        return is_in_place

    with ThreadPoolExecutor(8) as pool:
        for number in range(5):
            assert list(pool.map(open_new, [tmp_path / str(number)] * 8)) == [True] * 8
