"""This run of the machine, and the processes in it, told from earlier ones."""

import os
import socket
import sys
import time
from typing import Final

from msgspec import Struct

from clcache_launcher.util.files import digest_of

if sys.platform == "win32":
    from clcache_launcher.util.windows_processes import start_of

__all__ = ["ProcessMark", "ProcessStatus", "boot_id", "is_alive", "own_mark", "process_status"]

_BOOT_ID_FILE: Final = "/proc/sys/kernel/random/boot_id"
_CLOCK_STEP_S: Final = 60
_PARENT_FIELD: Final = 1
_START_FIELD: Final = 19
"""Of ``/proc/PID/stat`` behind the program's name. Source: proc_pid_stat(5), fields 4 and 22."""


def boot_id() -> bytes:
    """What tells this run of the machine from earlier ones, 16 bytes.

    Where the system has no such name it is the time of the start; a clock that is set then looks like a new start.
    """
    try:
        with open(_BOOT_ID_FILE, "rb") as file:
            return digest_of(file.read().strip())
    except OSError:
        return digest_of(b"%d" % round((time.time() - time.monotonic()) / _CLOCK_STEP_S))


class ProcessMark(Struct, frozen=True):
    """A process, told from others that had its number before or have it in other containers."""

    boot: str
    """Eight hexadecimal digits of the boot id."""
    space: int
    """Number of its PID namespace, on Windows one for the machine's name; 0 where there are none."""
    pid: int
    start: int
    """When it was started, in the system's ticks; 0 where nobody tells."""

    def __str__(self) -> str:
        """As `parse` reads it."""
        return f"{self.boot}-{self.space:x}-{self.pid:x}-{self.start:x}"

    @classmethod
    def parse(cls, text: str) -> "ProcessMark | None":
        """Read a mark; ``None`` when it is none."""
        boot, *numbers = text.split("-")
        try:
            space, pid, start = (int(number, 16) for number in numbers)
        except ValueError:
            return None
        return cls(boot, space, pid, start)


class ProcessStatus(Struct, frozen=True):
    """What the system tells of a process that runs."""

    name: str
    """Of its program, at most 15 bytes of it."""
    parent: int
    start: int
    """In the system's ticks."""


def process_status(pid: int) -> ProcessStatus | None:
    """The status of a process; ``None`` when it has ended or the system does not tell."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            # The program's name is in brackets and may hold anything.
            head, _, rest = file.read().rpartition(b")")
        fields = rest.split()
        if fields[0] in {b"Z", b"X"}:
            return None
        name = os.fsdecode(head.partition(b"(")[2])
        return ProcessStatus(name, int(fields[_PARENT_FIELD]), int(fields[_START_FIELD]))
    except (OSError, ValueError, IndexError):
        return None


def own_mark() -> ProcessMark:
    """The mark of this process."""
    return ProcessMark(boot_id().hex()[:8], _own_space(), os.getpid(), _start_of(os.getpid()) or 0)


def is_alive(mark: ProcessMark, own: ProcessMark) -> bool | None:
    """Whether a process still runs, as seen from the process ``own``; ``None`` when that can't be seen from here."""
    if mark.boot != own.boot:
        return False
    if mark.space != own.space:
        return None
    if sys.platform == "win32":
        start = start_of(mark.pid)
        return start is not None and (start == mark.start or not (start and mark.start))
    if mark.start:
        return _start_of(mark.pid) == mark.start
    try:
        os.kill(mark.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _own_space() -> int:
    if sys.platform == "win32":
        # Each container has a name of its own; it sees no processes of others.
        return int.from_bytes(digest_of(os.fsencode(socket.gethostname()))[:4], "little")
    try:
        return os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return 0


def _start_of(pid: int) -> int | None:
    if sys.platform == "win32":
        return start_of(pid)
    status = process_status(pid)
    return status.start if status else None
