"""Outputs of a compilation: reading what a compiler wrote, putting stored ones in place as it would have."""

import os
import stat
from dataclasses import dataclass

from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.records import Result
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.util.files import is_younger, read_file

__all__ = ["MadeOutput", "can_replace", "put_in_place", "read_outputs"]


@dataclass(frozen=True, slots=True)
class MadeOutput:
    """An output with its content."""

    role: str
    data: bytes


def can_replace(path: str) -> bool:
    """Whether replacing what is at ``path`` by a new file does just what a compiler does to it.

    It does for a file that is ours to write, also when it has other names: compilers unlink it or put a new one in its
    place. A link, a device or anything else is left to the compiler, and so is an empty file of several names, which
    gcc's assembler writes in place.
    """
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    if not stat.S_ISREG(status.st_mode) or not os.access(path, os.W_OK):
        return False
    return status.st_nlink == 1 or status.st_size > 0


def read_outputs(prepared: Prepared, started_ns: int) -> list[MadeOutput] | None:
    """The outputs that the compiler made since it was started; ``None`` when the object is not among them."""
    made: list[MadeOutput] = []
    for output in prepared.compilation.outputs:
        path = prepared.absolute(output.path)
        if not _is_plain(path):
            return None
        read = read_file(path)
        if read is not None and is_younger(read[1].ctime_ns, started_ns):
            made.append(MadeOutput(output.role, read[0]))
        elif output.role == "object":
            return None
    return made


def _is_plain(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return True


def put_in_place(prepared: Prepared, result: Result, storage: LocalStorage, *, hardlink: bool) -> bool:
    """Give every output of a result its place; whether it could be done.

    When it could not, some outputs may stand there already: they are what the compiler, which runs now, writes too.
    """
    paths = {output.role: prepared.absolute(output.path) for output in prepared.compilation.outputs}
    if {role for role, _ in result.outputs} - paths.keys():
        return False
    if not all(can_replace(paths[role]) for role, _ in result.outputs):
        return False
    mode = 0o666 & ~prepared.invocation.umask
    try:
        for role, digest in result.outputs:
            if role == "depfile":
                _write_over(paths[role], storage.artifacts.read(digest), mode)
            else:
                storage.artifacts.give_out(digest, paths[role], mode, hardlink=hardlink)
    except OSError:
        return False
    return True


def _write_over(path: str, data: bytes | None, mode: int) -> None:
    """Write a text as compilers write depfiles: into the file that is there."""
    if data is None:
        raise FileNotFoundError(path)
    flags = os.O_WRONLY | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags | os.O_TRUNC)
    except FileNotFoundError:
        handle = os.open(path, flags | os.O_CREAT | os.O_EXCL, mode)
        if hasattr(os, "fchmod"):
            os.fchmod(handle, mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
    finally:
        os.close(handle)
