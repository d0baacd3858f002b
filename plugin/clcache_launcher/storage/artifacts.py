"""Artifacts as plain files named by digest: adding them, giving them out."""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest
from clcache_launcher.storage.scratch import Scratch
from clcache_launcher.util.files import (
    DIGEST_BYTES,
    Signature,
    digest_of,
    move_over,
    open_to_read,
    read_file,
    remove_file,
    remove_tree,
    replace_file,
    signature_of,
    write_new,
)
from clcache_launcher.util.status import link_status

if sys.platform == "win32":
    from clcache_launcher.util.windows_files import copy_new


__all__ = ["ArtifactStore", "disk_bytes"]

_BLOCK_BYTES: Final = 4096
_MOST_FOLDERS_GONE: Final = 3
_NOT_HERE: Final = frozenset({errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EMLINK})
"""Errors by which a file system says that it has no such copy or link."""


class ArtifactStore:
    """Files of one cache folder; safe for several threads and processes at once."""

    def __init__(
        self, folder: Path, boot: bytes = b"", recall: Callable[[Digest], bytes | None] = lambda _: None
    ) -> None:
        """Use ``folder``, which is made when something is first added.

        Args:
            folder: The cache folder.
            boot: What tells this run of the machine from others: after one that lost power a file may be zeros.
            recall: What :meth:`take_verified` once gave for an artifact, perhaps in another process.
        """
        self._artifacts = str(folder / "artifacts")
        self._scratch = Scratch(str(folder / "scratch"))
        self._boot, self._recall = boot, recall
        self._verified: dict[Digest, Signature] = {}
        self._unnoted: dict[Digest, bytes] = {}

    def path(self, digest: Digest) -> str:
        """Where the artifact is or would be.

        Raises:
            StorageError: It is no digest: its path might be a folder of others.
        """
        if len(digest) != DIGEST_BYTES:
            raise StorageError(f"{digest.hex()}: not a digest")
        name = digest.hex()
        return f"{self._artifacts}/{name[:2]}/{name[2:]}"

    def scratch_path(self) -> str:
        """A new name in the folder for temporary files.

        Raises:
            StorageError: The folder can't be made.
        """
        return self._scratch.new_path()

    def prepare(self, data: bytes) -> str:
        """Write content to a scratch file, to be put in place by :meth:`place`.

        Raises:
            StorageError: It can't be written.
        """
        path = self.scratch_path()
        try:
            write_new(path, data)
        except OSError as err:
            self._scratch.discard(path)
            raise StorageError(f"{path}: {err.strerror}") from err
        return path

    def place(self, digest: Digest, size: int, scratch: str) -> None:
        """Move a scratch file to its artifact's place; what is there already and sound stays.

        Raises:
            StorageError: It can't be moved.
        """
        path = self.path(digest)
        try:
            if self._is_whole(path, size) and self.is_sound(digest):
                return
            self._verified.pop(digest, None)
            if os.path.isdir(path):
                remove_tree(path)
            self._move(scratch, path)
        except OSError as err:
            raise StorageError(f"{path}: {err.strerror}") from err

    @staticmethod
    def _move(scratch: str, path: str) -> None:
        for _ in range(_MOST_FOLDERS_GONE):
            with contextlib.suppress(FileNotFoundError):
                move_over(scratch, path)
                return
            # The folder was never there, or is removed at this moment since it was empty.
            os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        move_over(scratch, path)

    @staticmethod
    def _is_whole(path: str, size: int) -> bool:
        try:
            status = os.lstat(path)
        except OSError:
            return False
        return stat.S_ISREG(status.st_mode) and status.st_size == size

    def discard(self, scratch: str) -> None:
        """Remove a scratch file that may be gone."""
        self._scratch.discard(scratch)

    def remove(self, digest: Digest) -> None:
        """Remove an artifact, however it looks."""
        path = self.path(digest)
        self._verified.pop(digest, None)
        try:
            remove_file(path)
        except FileNotFoundError:
            pass
        except OSError:
            remove_tree(path)

    def is_sound(self, digest: Digest) -> bool:
        """Whether the artifact has its content: by a full digest once a boot, by its signature afterwards."""
        path = self.path(digest)
        try:
            signature = signature_of(link_status(path))
        except OSError:
            return False
        known = self._verified.get(digest)
        if known == signature:
            return True
        if known is None and self._recall(digest) == self._note(signature):
            self._verified[digest] = signature
            return True
        return self.is_sound_in_full(digest)

    def sound_signature(self, digest: Digest) -> Signature | None:
        """The signature under which an artifact was last found sound."""
        return self._verified.get(digest)

    def is_sound_in_full(self, digest: Digest) -> bool:
        """Whether the artifact has its content, by a full digest whatever is known of it."""
        path = self.path(digest)
        read = read_file(path)
        if read is None or os.path.islink(path) or digest_of(read[0]) != digest:
            self._verified.pop(digest, None)
            return False
        if read[2]:
            self._verified[digest] = read[1]
            self._unnoted[digest] = self._note(read[1])
        return True

    def _note(self, signature: Signature) -> bytes:
        return digest_of(self._boot + b" ".join(b"%d" % number for number in signature))

    def take_verified(self) -> dict[Digest, bytes]:
        """What is to be recalled of artifacts that were fully checked since this was last asked."""
        taken, self._unnoted = self._unnoted, {}
        return taken

    def read(self, digest: Digest) -> bytes | None:
        """The artifact's content, checked against its digest."""
        read = read_file(self.path(digest))
        return read[0] if read and digest_of(read[0]) == digest else None

    def give_out(self, digest: Digest, target: str, mode: int, *, hardlink: bool, unlink_first: bool = False) -> None:
        """Put the artifact at ``target`` as a new file, replacing what is there.

        Args:
            digest: An artifact that :meth:`is_sound`.
            target: Absolute path.
            mode: Permission bits of the new file.
            hardlink: Link rather than copy where the file system can.
            unlink_first: A copy need not replace what is there in one step.

        Raises:
            OSError: It can't be put there; see :func:`replace_file`.
        """
        source = self.path(digest)

        def link(temporary: str) -> None:
            # Not read-only: clang can't compile over a read-only object later, with a cache or without.
            os.chmod(source, mode)
            os.link(source, temporary)
            os.utime(temporary)
            self._verified[digest] = signature_of(link_status(source))

        if hardlink:
            try:
                replace_file(target, link)
            except OSError as err:
                if err.errno not in _NOT_HERE:
                    raise
            else:
                return
        replace_file(target, lambda temporary: _copy(source, temporary, mode), unlink_first=unlink_first)

    def sweep_scratch(self) -> None:
        """Remove temporary files that nobody uses any more."""
        self._scratch.sweep()

    def stray_scratch(self) -> list[str]:
        """Temporary files that nobody uses any more."""
        return self._scratch.strays()

    def digests(self) -> list[Digest]:
        """Every artifact that is on disk."""
        found: list[Digest] = []
        for folder, folders, names in os.walk(self._artifacts):
            for name in names + folders:
                with contextlib.suppress(ValueError):
                    digest = Digest(bytes.fromhex(os.path.basename(folder) + name))
                    if len(digest) == DIGEST_BYTES:
                        found.append(digest)
        return found

    def folder_bytes(self) -> int:
        """What the folders of the artifacts take on disk."""
        try:
            return _BLOCK_BYTES * len(os.listdir(self._artifacts))
        except OSError:
            return 0

    def remove_empty_folders(self) -> None:
        """Remove the folders that hold no artifact."""
        with contextlib.suppress(OSError), os.scandir(self._artifacts) as found:
            for folder in found:
                with contextlib.suppress(OSError):
                    os.rmdir(folder.path)


def disk_bytes(size: int) -> int:
    """What a file of so many bytes takes on disk, by the blocks that most file systems have."""
    return -(-size // _BLOCK_BYTES) * _BLOCK_BYTES


def _copy(source: str, target: str, mode: int) -> None:
    if sys.platform == "win32":
        copy_new(source, target)
        return
    reader = open_to_read(source)
    try:
        writer = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.fchmod(writer, mode)
            _copy_content(reader, writer, os.fstat(reader).st_size)
        finally:
            os.close(writer)
    finally:
        os.close(reader)


def _copy_content(reader: int, writer: int, size: int) -> None:
    """Copy in the kernel where it can: there a file system with shared extents copies nothing."""
    done = 0
    if hasattr(os, "copy_file_range"):
        try:
            while done < size and (count := os.copy_file_range(reader, writer, size - done)):
                done += count
        except OSError as err:
            if done or err.errno not in _NOT_HERE:
                raise
    while part := os.read(reader, 1 << 20):
        while part:
            part = part[os.write(writer, part) :]
