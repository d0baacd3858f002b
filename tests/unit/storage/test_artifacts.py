"""Artifacts: only what is whole is given out, and what is not heals."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.errors import StorageError
from clcache_launcher.storage.artifacts import ArtifactStore
from clcache_launcher.util.files import digest_of
from support.case import settle

DATA = b"the object's content"
DIGEST = digest_of(DATA)


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "cache")


def place(store: ArtifactStore, data: bytes = DATA) -> Path:
    digest = digest_of(data)
    store.place(digest, len(data), store.prepare(data))
    return Path(store.path(digest))


def test_placed_artifact_is_sound_and_leaves_no_scratch(store: ArtifactStore, tmp_path: Path) -> None:
    place(store)
    assert store.is_sound(DIGEST)
    assert store.read(DIGEST) == DATA
    assert store.digests() == [DIGEST]
    assert os.listdir(tmp_path / "cache/scratch") == []


def test_artifact_that_is_there_stays(store: ArtifactStore) -> None:
    path = place(store)
    before = path.stat().st_ino
    place(store)
    assert path.stat().st_ino == before


def _remove(path: Path) -> None:
    path.unlink()


def _truncate(path: Path) -> None:
    os.truncate(path, 3)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _lengthen(path: Path) -> None:
    path.write_bytes(DATA + b"x")


def _zero(path: Path) -> None:
    path.write_bytes(bytes(len(DATA)))


def _flip_a_bit_behind_the_clock(path: Path) -> None:
    times = path.stat()
    path.write_bytes(bytes([DATA[0] ^ 1]) + DATA[1:])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def _replace_by_folder(path: Path) -> None:
    path.unlink()
    (path / "deep").mkdir(parents=True)


def _replace_by_link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/null")


@pytest.mark.parametrize("is_verified", [False, True])
@pytest.mark.parametrize(
    "damage",
    [
        _remove,
        _truncate,
        _empty,
        _lengthen,
        _zero,
        _flip_a_bit_behind_the_clock,
        _replace_by_folder,
        _replace_by_link,
    ],
)
def test_damaged_artifact_is_not_sound_and_is_healed_by_the_next(
    store: ArtifactStore, damage: Callable[[Path], None], *, is_verified: bool
) -> None:
    path = place(store)
    settle()
    assert not is_verified or store.is_sound(DIGEST)
    damage(path)
    assert not store.is_sound(DIGEST)
    assert store.read(DIGEST) is None
    place(store)
    assert store.is_sound(DIGEST)
    assert store.read(DIGEST) == DATA


@pytest.mark.parametrize("damage", [_remove, _zero, _replace_by_folder, _replace_by_link])
def test_artifact_is_removed_however_it_looks(store: ArtifactStore, damage: Callable[[Path], None]) -> None:
    path = place(store)
    damage(path)
    store.remove(DIGEST)
    assert not os.path.lexists(path)


@pytest.mark.parametrize("hardlink", [False, True])
def test_given_out_artifact_replaces_a_file_and_leaves_its_other_names(
    store: ArtifactStore, tmp_path: Path, *, hardlink: bool
) -> None:
    place(store)
    target, other = tmp_path / "a.o", tmp_path / "b.o"
    target.write_text("old")
    other.hardlink_to(target)
    store.give_out(DIGEST, str(target), 0o644, hardlink=hardlink)
    assert (target.read_bytes(), other.read_text()) == (DATA, "old")
    assert sorted(os.listdir(tmp_path)) == ["a.o", "b.o", "cache"]


@pytest.mark.parametrize("mode", [0o644, 0o600, 0o664, 0o666])
def test_copy_has_the_callers_mode_whatever_the_cores_umask(store: ArtifactStore, tmp_path: Path, mode: int) -> None:
    place(store)
    old = os.umask(0o77)
    try:
        store.give_out(DIGEST, str(tmp_path / "a.o"), mode, hardlink=False)
    finally:
        os.umask(old)
    assert (tmp_path / "a.o").stat().st_mode & 0o777 == mode


def test_copy_can_be_edited_without_harm(store: ArtifactStore, tmp_path: Path) -> None:
    place(store)
    store.give_out(DIGEST, str(tmp_path / "a.o"), 0o644, hardlink=False)
    with open(tmp_path / "a.o", "r+b") as file:
        file.write(b"X")
    assert store.read(DIGEST) == DATA


def test_edited_hard_link_is_noticed(store: ArtifactStore, tmp_path: Path) -> None:
    place(store)
    assert store.is_sound(DIGEST)
    store.give_out(DIGEST, str(tmp_path / "a.o"), 0o644, hardlink=True)
    settle()
    assert store.is_sound(DIGEST)
    os.chmod(tmp_path / "a.o", 0o644)
    (tmp_path / "a.o").write_bytes(b"X" + DATA[1:])
    assert not store.is_sound(DIGEST)


def test_hard_link_has_the_mode_of_an_object_that_a_compiler_can_write_over(
    store: ArtifactStore, tmp_path: Path
) -> None:
    place(store)
    store.give_out(DIGEST, str(tmp_path / "a.o"), 0o644, hardlink=True)
    assert (tmp_path / "a.o").stat().st_mode & 0o777 == 0o644


def test_given_out_artifact_is_younger_than_its_source(store: ArtifactStore, tmp_path: Path) -> None:
    place(store)
    settle()
    (tmp_path / "a.c").write_text("")
    for hardlink in (False, True):
        store.give_out(DIGEST, str(tmp_path / "a.o"), 0o644, hardlink=hardlink)
        assert (tmp_path / "a.o").stat().st_mtime_ns >= (tmp_path / "a.c").stat().st_mtime_ns


def test_what_can_not_be_given_out_leaves_what_stood_there(store: ArtifactStore, tmp_path: Path) -> None:
    (tmp_path / "a.o").write_text("old")
    with pytest.raises(FileNotFoundError):
        store.give_out(DIGEST, str(tmp_path / "a.o"), 0o644, hardlink=False)
    assert (tmp_path / "a.o").read_text() == "old"
    place(store)
    with pytest.raises(FileNotFoundError):
        store.give_out(DIGEST, str(tmp_path / "no/a.o"), 0o644, hardlink=False)
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        store.give_out(DIGEST, str(tmp_path / "folder"), 0o644, hardlink=False)
    assert sorted(os.listdir(tmp_path)) == ["a.o", "cache", "folder"]


def test_scratch_names_are_never_the_same(store: ArtifactStore) -> None:
    assert len({store.scratch_path() for _ in range(100)}) == 100


def test_sweep_removes_old_scratch_files_alone(store: ArtifactStore) -> None:
    old, new = store.prepare(b"old"), store.prepare(b"new")
    yesterday = time.time() - 25 * 3600
    os.utime(old, (yesterday, yesterday))
    store.sweep_scratch()
    assert not os.path.exists(old)
    assert os.path.exists(new)


def test_discarded_scratch_file_may_be_gone(store: ArtifactStore) -> None:
    scratch = store.prepare(b"x")
    store.discard(scratch)
    store.discard(scratch)
    assert not os.path.exists(scratch)


def test_clear_leaves_no_artifact(store: ArtifactStore) -> None:
    place(store)
    store.clear()
    assert store.digests() == []
    assert not store.is_sound(DIGEST)
    place(store)
    assert store.is_sound(DIGEST)


def test_folder_that_can_not_be_used_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        ArtifactStore(tmp_path / "file").prepare(b"x")


def test_place_that_can_not_be_used_is_an_error(store: ArtifactStore, tmp_path: Path) -> None:
    scratch = store.prepare(DATA)
    (tmp_path / "cache/artifacts").write_text("")
    with pytest.raises(StorageError):
        store.place(DIGEST, len(DATA), scratch)


def test_strange_names_among_the_artifacts_are_left_alone(store: ArtifactStore) -> None:
    path = place(store)
    (path.parent / "README").write_text("")
    assert store.digests() == [DIGEST]
