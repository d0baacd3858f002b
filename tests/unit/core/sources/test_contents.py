"""What was just read is not read again, and never stands for anything else."""

from pathlib import Path

from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.sources.contents import Contents
from clcache_launcher.util.files import digest_of

_BYTES = 200 << 10


def test_file_is_read_once(tmp_path: Path) -> None:
    path, contents = tmp_path / "a.h", Contents()
    path.write_bytes(b"one")
    assert contents.read(str(path), digest_of(b"one")) == b"one"
    path.unlink()
    assert contents.read(str(path), digest_of(b"one")) == b"one"


def test_file_that_no_longer_has_its_digest_is_none(tmp_path: Path) -> None:
    path, contents = tmp_path / "a.h", Contents()
    path.write_bytes(b"two")
    assert contents.read(str(path), digest_of(b"one")) is None
    assert contents.read(str(tmp_path / "none"), digest_of(b"one")) is None


def test_what_was_hashed_is_not_read_again(tmp_path: Path) -> None:
    path, contents = tmp_path / "a.h", Contents()
    path.write_bytes(b"one")
    assert FileDigests(contents.keep).digest(str(path)) == digest_of(b"one")
    path.unlink()
    assert contents.read(str(path), digest_of(b"one")) == b"one"


def test_oldest_and_what_is_large_are_not_kept(tmp_path: Path) -> None:
    contents, gone = Contents(), str(tmp_path / "none")
    datas = [bytes([number]) * _BYTES for number in range(30)]
    for data in datas:
        contents.keep(digest_of(data), data)
        contents.keep(digest_of(data), data)
    kept = [data for data in datas if contents.read(gone, digest_of(data)) == data]
    assert kept == datas[-len(kept) :]
    assert (4 << 20) - _BYTES < len(kept) * _BYTES <= 4 << 20
    large = b"x" * (2 * _BYTES)
    contents.keep(digest_of(large), large)
    assert contents.read(gone, digest_of(large)) is None
