"""Artifacts: only what is whole is given out, and what is not heals."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest
from clcache_launcher.storage.artifacts import ArtifactStore, disk_bytes
from clcache_launcher.util.files import digest_of, signature_of
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
        pytest.param(_replace_by_link, marks=pytest.mark.links),
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


@pytest.mark.parametrize(
    "damage", [_remove, _zero, _replace_by_folder, pytest.param(_replace_by_link, marks=pytest.mark.links)]
)
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


@pytest.mark.posix
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


@pytest.mark.posix
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


def test_sweep_leaves_scratch_files_in_use(store: ArtifactStore) -> None:
    scratch = store.prepare(b"new")
    store.sweep_scratch()
    assert os.path.exists(scratch)


def test_discarded_scratch_file_may_be_gone(store: ArtifactStore) -> None:
    scratch = store.prepare(b"x")
    store.discard(scratch)
    store.discard(scratch)
    assert not os.path.exists(scratch)


def test_empty_folders_go_and_come_again(store: ArtifactStore) -> None:
    path = place(store)
    before = store.folder_bytes()
    store.remove_empty_folders()
    assert store.is_sound(DIGEST)
    store.remove(DIGEST)
    store.remove_empty_folders()
    assert not path.parent.exists()
    assert (before, store.folder_bytes()) == (4096, 0)
    place(store)
    assert store.is_sound(DIGEST)


@pytest.mark.parametrize("digest", [b"", b"\xab", DIGEST + b"x"])
def test_what_is_no_digest_has_no_path(store: ArtifactStore, digest: bytes) -> None:
    path = place(store)
    for use in (store.path, store.remove, store.read, store.is_sound):
        with pytest.raises(StorageError):
            use(Digest(digest))
    assert path.exists()


def test_artifact_checked_in_this_boot_is_not_read_again_by_the_next_core(tmp_path: Path) -> None:
    noted: dict[Digest, bytes] = {}
    first, second, other_boot = (
        ArtifactStore(tmp_path, boot, noted.get) for boot in (b"boot one", b"boot one", b"boot two")
    )
    path = place(first)
    settle()
    assert first.is_sound(DIGEST)
    noted |= first.take_verified()
    assert noted
    assert first.take_verified() == {}
    assert second.is_sound(DIGEST)
    assert second.take_verified() == {}
    assert other_boot.is_sound(DIGEST)
    assert other_boot.take_verified().keys() == {DIGEST}
    path.write_bytes(bytes(len(DATA)))
    for store in (first, second, other_boot, ArtifactStore(tmp_path, b"boot one", noted.get)):
        assert not store.is_sound(DIGEST)


def test_artifact_whose_check_is_noted_is_read_in_another_boot(tmp_path: Path) -> None:
    # After power loss a file may be zeros under the signature that was noted.
    first = ArtifactStore(tmp_path, b"boot one")
    path = place(first)
    path.write_bytes(bytes(len(DATA)))
    settle()
    signature = signature_of(path.lstat())
    noted = ArtifactStore(tmp_path, b"boot one")._note(signature)
    assert ArtifactStore(tmp_path, b"boot one", lambda _: noted).is_sound(DIGEST)
    assert not ArtifactStore(tmp_path, b"boot two", lambda _: noted).is_sound(DIGEST)


@pytest.mark.parametrize(("size", "on_disk"), [(0, 0), (1, 4096), (4096, 4096), (4097, 8192)])
def test_size_on_disk_is_in_blocks(size: int, on_disk: int) -> None:
    assert disk_bytes(size) == on_disk


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
