"""Files as the cache reads and writes them: signatures, digests, whole-file replacement."""

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from blake3 import blake3
from msgspec import Struct

from clcache_launcher.model import Digest
from clcache_launcher.util.late_modules import LateModule
from clcache_launcher.util.status import file_status, handle_status, link_status

if TYPE_CHECKING:
    import shutil
else:
    shutil = LateModule("shutil")

if sys.platform == "win32":
    from clcache_launcher.util.windows_files import clock_ns, open_shared

__all__ = [
    "DIGEST_BYTES",
    "SECOND_NS",
    "Signature",
    "digest_of",
    "encode_paths",
    "file_clock_ns",
    "folder_of",
    "folder_signature",
    "hash_file",
    "is_younger",
    "may_have_changed",
    "move_over",
    "open_to_read",
    "read_file",
    "remove_file",
    "remove_tree",
    "replace_file",
    "signature_of",
    "ways",
    "write_new",
]

DIGEST_BYTES: Final = 16
SECOND_NS: Final = 10**9
_PART_BYTES: Final = 1 << 20
_COARSE_CLOCK: Final = 5
"""Linux' ``CLOCK_REALTIME_COARSE``."""
_ATTEMPTS: Final = 8 if sys.platform == "win32" else 1
"""How often a file is replaced or removed that somebody has open, such as a virus scanner, over 640 milliseconds."""
_RETRY_AFTER_S: Final = 0.005

_Taken = TypeVar("_Taken")


class Signature(NamedTuple):
    """What tells one state of a file from another without reading it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    file: int
    device: int


class HashedFile(Struct, frozen=True):
    """A file's content digest with the signature that it was read under."""

    digest: Digest
    signature: Signature
    is_settled: bool
    """The signature is older than the clock's grain: a later change will show in it."""


def file_clock_ns() -> int:
    """The clock that stamps files; on Linux and Windows it stands still for some milliseconds."""
    if sys.platform == "win32":
        return clock_ns()
    if sys.platform == "linux":
        return time.clock_gettime_ns(_COARSE_CLOCK)
    return time.time_ns()


def is_younger(stamp_ns: int, than_ns: int) -> bool:
    """Whether a file with this change time may have changed at or after a moment of the file clock.

    A stamp of whole seconds may come from a file system that knows no finer ones.
    """
    return stamp_ns >= (than_ns if stamp_ns % SECOND_NS else than_ns - than_ns % SECOND_NS)


def may_have_changed(path: str, since_ns: int) -> bool:
    """Whether a file, or a link to it, may have changed at or after a moment of the file clock, or is gone."""
    try:
        stamps_ns = link_status(path).st_ctime_ns, file_status(path).st_ctime_ns
    except OSError:
        return True
    return any(is_younger(stamp_ns, since_ns) for stamp_ns in stamps_ns)


def signature_of(status: os.stat_result) -> Signature:
    """The signature in a ``stat`` result."""
    return Signature(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


def folder_of(path: str) -> str:
    """The folder that an absolute path without needless slashes is in; ``os.path.dirname`` takes five times as long."""
    return os.path.dirname(path) if sys.platform == "win32" else path.rpartition("/")[0] or "/"


def folder_signature(folder: str) -> Signature | None:
    """The folder's signature now, or ``None`` when there is none.

    What can't be looked at for another reason, a link in a circle or a file on the way, has a signature of its own: a
    compiler that meets it may fail.
    """
    try:
        return signature_of(file_status(folder))
    except OSError as err:
        return None if err.errno == errno.ENOENT else Signature(-(err.errno or 1), 0, 0, 0, 0)


def encode_paths(paths: Sequence[str]) -> list[bytes]:
    """What ``os.fsencode`` makes of paths, which takes three times as long for each."""
    encoded = os.fsencode("\0".join(paths)).split(b"\0")
    return encoded if len(encoded) == len(paths) else list(map(os.fsencode, paths))


def digest_of(data: bytes) -> Digest:
    """BLAKE3 of ``data``, 16 bytes."""
    return Digest(blake3(data).digest(DIGEST_BYTES))


def hash_file(path: str, keep: Callable[[Digest, bytes], None] | None = None) -> HashedFile | None:
    """Digest of a regular file, or ``None`` when there is none or it can't be read.

    Args:
        path: The file.
        keep: Is given the digest and the content, where that is read in one part.
    """
    read = _read(path, partial(_digest_all, keep=keep))
    return HashedFile(*read) if read else None


def read_file(path: str, max_bytes: int | None = None) -> tuple[bytes, Signature, bool] | None:
    """Content of a regular file, its signature and whether that is settled; ``None`` when it can't be read.

    Args:
        path: A pipe is not even opened: who writes to it would take us for its reader.
        max_bytes: A larger file is not read.
    """
    return _read(path, _read_all, max_bytes)


def _read(
    path: str, take: Callable[[int, int], _Taken], max_bytes: int | None = None
) -> tuple[_Taken, Signature, bool] | None:
    before_ns = file_clock_ns()
    try:
        if not stat.S_ISREG(file_status(path).st_mode):
            return None
        handle = open_to_read(path)
    except OSError:
        return None
    try:
        status = handle_status(handle)
        if not stat.S_ISREG(status.st_mode) or (max_bytes is not None and status.st_size > max_bytes):
            return None
        taken = take(handle, status.st_size)
        after = handle_status(handle)
    except OSError:
        return None
    finally:
        os.close(handle)
    signature = signature_of(after)
    settled = signature == signature_of(status) and not is_younger(signature.ctime_ns, before_ns)
    return taken, signature, settled


def open_to_read(path: str) -> int:
    """Open a file to read its bytes; on Windows too nobody is kept from replacing or deleting it meanwhile.

    Raises:
        OSError: There is no such file or it can't be read.
    """
    if sys.platform == "win32":
        return open_shared(path)
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK)


def _digest_all(handle: int, size: int, keep: Callable[[Digest, bytes], None] | None) -> Digest:
    part = os.read(handle, min(size, _PART_BYTES) + 1)
    if len(part) == size:
        whole = digest_of(part)
        if keep is not None:
            keep(whole, part)
        return whole
    # In parts: a compiler's libraries are some 100 MB, and most of the time went into memory for them.
    digest = blake3()
    while part:
        digest.update(part)
        part = os.read(handle, _PART_BYTES)
    return Digest(digest.digest(DIGEST_BYTES))


def _read_all(handle: int, size: int) -> bytes:
    data = os.read(handle, size + 1)
    if len(data) == size:
        return data
    parts = [data]
    while part := os.read(handle, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def write_new(path: str, data: bytes, mode: int = 0o600) -> None:
    """Write a file that does not exist yet.

    Raises:
        OSError: It exists or can't be written; then nothing is left of it.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
    except OSError:
        os.close(handle)
        with contextlib.suppress(OSError):
            os.unlink(path)
        raise
    os.close(handle)


def move_over(source: str, target: str) -> None:
    """Rename a file, over what is there.

    Raises:
        OSError: It can't be renamed; on Windows because somebody has one of the two open, too, and does not close it.
    """
    _retry(lambda: os.replace(source, target))


def remove_file(path: str) -> None:
    """Remove a file, a read-only one too.

    Raises:
        OSError: It can't be removed or is not there; on Windows because somebody has it open, too.
    """
    if sys.platform == "win32":
        # Windows removes no read-only file, which a hard link's other name can have made it.
        with contextlib.suppress(OSError):
            mode = os.lstat(path).st_mode
            if stat.S_ISREG(mode) and not mode & stat.S_IWRITE:
                os.chmod(path, stat.S_IWRITE)
    _retry(lambda: os.unlink(path))


def remove_tree(folder: str) -> None:
    """Remove a folder with all that is in it, as far as that can be done."""
    # What can't be loaded, for no more files can be opened, can't remove anything either.
    with contextlib.suppress(OSError, ImportError):
        shutil.rmtree(folder, ignore_errors=True)


def _retry(change: Callable[[], None]) -> None:
    """Change a name. Who has the file open on Windows keeps it, and so does the name of a deleted file that is open."""
    for attempt in range(_ATTEMPTS):
        try:
            return change()
        except PermissionError:
            if attempt == _ATTEMPTS - 1:
                raise
        time.sleep(_RETRY_AFTER_S * 2**attempt)
    return None


def replace_file(path: str, write: Callable[[str], None], *, unlink_first: bool = False) -> None:
    """Let ``write`` make a temporary file beside ``path``, then put it in its place.

    Args:
        path: What to replace.
        write: Makes a file of the name that it is given.
        unlink_first: There may be a moment without any file. It is cheaper: over a file that is there ext4 starts to
            write the new one to the disk, 0.7 milliseconds for 1.4 MB (2026-11).

    Raises:
        OSError: Writing or replacing failed; nothing is left and what stood there still stands, unless it was unlinked.
    """
    temporary = f"{path}.clcache-{os.getpid():x}-{time.monotonic_ns():x}.tmp"
    try:
        write(temporary)
        if unlink_first and sys.platform != "win32":
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
        move_over(temporary, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def ways(paths: Iterable[str]) -> Iterator[str]:
    """Each path with all folders above it, and with what each link on the way leads to."""
    seen: set[str] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path in seen or not path:
            continue
        seen.add(path)
        yield path
        waiting.append(os.path.dirname(path))
        try:
            waiting.append(os.path.join(os.path.dirname(path), os.readlink(path)))
        except OSError:
            continue
