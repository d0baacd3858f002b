"""Artifacts as plain files named by digest: adding them, giving them out."""

import contextlib
import errno
import os
import shutil
import stat
import threading
import time
from pathlib import Path
from typing import Final

from clcache_launcher.errors import StorageError
from clcache_launcher.model import Digest
from clcache_launcher.util.files import Signature, digest_of, read_file, replace_file, signature_of, write_new

__all__ = ["ArtifactStore"]

_STALE_SCRATCH_S: Final = 24 * 3600.0
_NOT_HERE: Final = frozenset({errno.ENOSYS, errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP, errno.EPERM, errno.EMLINK})
"""Errors by which a file system says that it has no such copy or link."""


class ArtifactStore:
    """Files of one cache folder; safe for several threads and processes at once."""

    def __init__(self, folder: Path) -> None:
        """Use ``folder``, which is made when something is first added."""
        self._artifacts = str(folder / "artifacts")
        self._scratch = str(folder / "scratch")
        self._verified: dict[Digest, Signature] = {}
        self._numbers = threading.Lock()
        self._number = 0

    def path(self, digest: Digest) -> str:
        """Where the artifact is or would be."""
        name = digest.hex()
        return f"{self._artifacts}/{name[:2]}/{name[2:]}"

    def scratch_path(self) -> str:
        """A new name in the folder for temporary files.

        Raises:
            StorageError: The folder can't be made.
        """
        with self._numbers:
            self._number += 1
            number = self._number
        try:
            os.makedirs(self._scratch, 0o700, exist_ok=True)
        except OSError as err:
            raise StorageError(f"{self._scratch}: {err.strerror}") from err
        return f"{self._scratch}/{os.getpid():x}-{time.time_ns():x}-{number:x}"

    def prepare(self, data: bytes) -> str:
        """Write content to a scratch file, to be put in place by :meth:`place`.

        Raises:
            StorageError: It can't be written.
        """
        path = self.scratch_path()
        try:
            write_new(path, data)
        except OSError as err:
            raise StorageError(f"{path}: {err.strerror}") from err
        return path

    def place(self, digest: Digest, size: int, scratch: str) -> None:
        """Move a scratch file to its artifact's place; what is there already and whole stays.

        Raises:
            StorageError: It can't be moved.
        """
        path = self.path(digest)
        try:
            if self._is_whole(path, size) and self.is_sound(digest):
                os.unlink(scratch)
                return
            self._verified.pop(digest, None)
            if os.path.isdir(path):
                shutil.rmtree(path)
            try:
                os.replace(scratch, path)
            except FileNotFoundError:
                os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
                os.replace(scratch, path)
        except OSError as err:
            raise StorageError(f"{path}: {err.strerror}") from err

    @staticmethod
    def _is_whole(path: str, size: int) -> bool:
        try:
            status = os.lstat(path)
        except OSError:
            return False
        return stat.S_ISREG(status.st_mode) and status.st_size == size

    def discard(self, scratch: str) -> None:
        """Remove a scratch file that may be gone."""
        with contextlib.suppress(OSError):
            os.unlink(scratch)

    def remove(self, digest: Digest) -> None:
        """Remove an artifact, however it looks."""
        path = self.path(digest)
        self._verified.pop(digest, None)
        try:
            os.unlink(path)
        except FileNotFoundError:
            pass
        except OSError:
            shutil.rmtree(path, ignore_errors=True)

    def is_sound(self, digest: Digest) -> bool:
        """Whether the artifact has its content: by a full digest the first time, by its signature afterwards."""
        path = self.path(digest)
        try:
            if self._verified.get(digest) == signature_of(os.lstat(path)):
                return True
        except OSError:
            return False
        read = read_file(path)
        if read is None or digest_of(read[0]) != digest:
            return False
        if read[2]:
            self._verified[digest] = read[1]
        return True

    def read(self, digest: Digest) -> bytes | None:
        """The artifact's content, checked against its digest."""
        read = read_file(self.path(digest))
        return read[0] if read and digest_of(read[0]) == digest else None

    def give_out(self, digest: Digest, target: str, mode: int, *, hardlink: bool) -> None:
        """Put the artifact at ``target`` as a new file, replacing what is there.

        Args:
            digest: An artifact that :meth:`is_sound`.
            target: Absolute path.
            mode: Permission bits of the new file.
            hardlink: Link rather than copy where the file system can.

        Raises:
            OSError: It can't be put there; what stood there still stands.
        """
        source = self.path(digest)

        def link(temporary: str) -> None:
            # Not read-only: clang can't compile over a read-only object later, with a cache or without.
            os.chmod(source, mode)
            os.link(source, temporary)
            os.utime(temporary)
            self._verified[digest] = signature_of(os.lstat(source))

        if hardlink:
            try:
                replace_file(target, link)
            except OSError as err:
                if err.errno not in _NOT_HERE:
                    raise
            else:
                return
        replace_file(target, lambda temporary: _copy(source, temporary, mode))

    def sweep_scratch(self) -> None:
        """Remove temporary files that processes long gone have left."""
        oldest = time.time() - _STALE_SCRATCH_S
        with contextlib.suppress(OSError), os.scandir(self._scratch) as found:
            for item in found:
                with contextlib.suppress(OSError):
                    if item.stat(follow_symlinks=False).st_mtime < oldest:
                        os.unlink(item.path)

    def clear(self) -> None:
        """Remove every artifact and temporary file."""
        self._verified.clear()
        for folder in (self._artifacts, self._scratch):
            shutil.rmtree(folder, ignore_errors=True)

    def digests(self) -> list[Digest]:
        """Every artifact that is on disk."""
        found: list[Digest] = []
        for folder, _, names in os.walk(self._artifacts):
            for name in names:
                with contextlib.suppress(ValueError):
                    found.append(Digest(bytes.fromhex(os.path.basename(folder) + name)))
        return found


def _copy(source: str, target: str, mode: int) -> None:
    reader = os.open(source, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        writer = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        try:
            if hasattr(os, "fchmod"):
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
