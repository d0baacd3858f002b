"""Messages between launcher, front end and core; ``plugin/launcher/launcher.h`` is the other side.

A frame is: magic and payload size (u32 each), then the payload: the message's letter and fields, each with its size
(u32) before it. A list is a field of NUL-ended items. All numbers are little endian.

History: 1 (clcache-launcher 0.1.0), 2 (a RUN holds any number of command lines, and there may be several),
3 (a report tells how long each ran).
"""

import enum
import os
import struct
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from clcache_launcher.model import Ran
from clcache_launcher.util.connection import Connection

__all__ = [
    "MAGIC",
    "MAX_FRAME_BYTES",
    "CompileRequest",
    "Identity",
    "Message",
    "ProtocolError",
    "RunFlag",
    "decode_report",
    "encode",
    "print_message",
    "receive",
    "run_message",
]

MAGIC: Final = 0x31434C43
MAX_FRAME_BYTES: Final = 256 << 20

_HEAD: Final = struct.Struct("<II")
_SIZE: Final = struct.Struct("<I")
_REQUEST_NUMBERS: Final = struct.Struct("<9Q")
_RUN_NUMBERS: Final = struct.Struct("<4Q")
_PRINT_NUMBERS: Final = struct.Struct("<2I")


class Message(enum.Enum):
    """The first byte of a payload."""

    COMPILE = b"Q"
    DONE = b"D"
    PRINT = b"H"
    RUN = b"R"
    PASS = b"P"
    CONTROL = b"C"
    ANSWER = b"J"


class RequestFlag(enum.IntFlag):
    """What the launcher says of its streams."""

    SAME_STREAM = 1
    STDERR_IS_TERMINAL = 2


class RunFlag(enum.IntFlag):
    """How the launcher is to run what it is told to."""

    AS_CALLER = 1


class ProtocolError(Exception):
    """Bytes that are no message; the connection is closed."""


class Identity(Struct, frozen=True):
    """Which file a path names for the launcher."""

    device: int
    file: int


class CompileRequest(Struct, frozen=True):
    """The launcher's question."""

    version: str
    umask: int
    flags: RequestFlag
    root: Identity
    folder: Identity
    program: Identity
    cwd: str
    compiler: str
    options: tuple[str, ...]
    """The launcher's own words before the compiler."""
    argv: tuple[str, ...]
    environment: tuple[bytes, ...]
    """``NAME=value`` entries as the launcher has them."""
    columns: int
    """Of the terminal that stderr is; 0 where it is none or has none."""

    @classmethod
    def decode(cls, payload: bytes) -> "CompileRequest":
        """Read a COMPILE payload.

        Raises:
            ProtocolError: It is not one.
        """
        try:
            return cls._decode(_fields(payload, 7))
        except UnicodeDecodeError as err:  # only Windows' names may not be any bytes
            raise ProtocolError("no text") from err

    @classmethod
    def _decode(cls, fields: list[bytes]) -> "CompileRequest":
        if len(fields[1]) != _REQUEST_NUMBERS.size:
            raise ProtocolError("numbers")
        umask, flags, *identities = _REQUEST_NUMBERS.unpack(fields[1])
        argv = tuple(map(os.fsdecode, _items(fields[5])))
        if not argv:
            raise ProtocolError("empty command line")
        return cls(
            version=os.fsdecode(fields[0]),
            umask=umask & 0o777,
            flags=RequestFlag(flags & 3),
            root=Identity(*identities[0:2]),
            folder=Identity(*identities[2:4]),
            program=Identity(*identities[4:6]),
            cwd=os.fsdecode(fields[2]),
            compiler=os.fsdecode(fields[3]),
            options=tuple(map(os.fsdecode, _items(fields[4]))),
            argv=argv,
            environment=_items(fields[6]),
            columns=identities[6],
        )


def decode_report(payload: bytes) -> tuple[Ran, ...]:
    """Read a DONE payload: one outcome for each command line that was run; none runs after one that failed.

    Raises:
        ProtocolError: It is not one.
    """
    fields = fields_of(payload)
    if payload[:1] != Message.DONE.value or not fields or len(fields) % 3:
        raise ProtocolError("not a report")
    if any(len(numbers) != _RUN_NUMBERS.size for numbers in fields[::3]):
        raise ProtocolError("numbers")
    runs: list[Ran] = []
    for numbers, stdout, stderr in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        exit_code, signal, started_ns, spent_ns = _RUN_NUMBERS.unpack(numbers)
        runs.append(Ran(exit_code, signal, started_ns, stdout, stderr, spent_ns))
    return tuple(runs)


def encode(message: Message, fields: Iterable[bytes] = ()) -> bytes:
    """A frame of a message with its fields."""
    parts = [message.value]
    for field in fields:
        parts += (_SIZE.pack(len(field)), field)
    payload = b"".join(parts)
    return _HEAD.pack(MAGIC, len(payload)) + payload


def print_message(exit_code: int, stdout: bytes, stderr: bytes, signal: int = 0) -> bytes:
    """Tell the launcher what to print and how to end; every output is in place."""
    return encode(Message.PRINT, (_PRINT_NUMBERS.pack(exit_code & 0xFFFFFFFF, signal), stdout, stderr))


def run_message(commands: Iterable[Iterable[str]], *, as_caller: bool) -> bytes:
    """Tell the launcher to run command lines, each if the one before succeeded, and to report.

    Args:
        commands: The compiler's command lines, argv[0] included.
        as_caller: Both streams go to one place where the caller's do.
    """
    flags = RunFlag.AS_CALLER if as_caller else 0
    return encode(Message.RUN, (_SIZE.pack(flags), *map(_list, commands)))


def receive(connection: Connection) -> bytes | None:
    """The next frame's payload, or ``None`` when the peer has closed.

    Raises:
        ProtocolError: What came is not a frame.
        OSError: The connection failed or its time limit ran out.
    """
    head = connection.recv(65536)
    if not head:
        return None
    while len(head) < _HEAD.size:
        more = connection.recv(65536)
        if not more:
            raise ProtocolError("frame cut short")
        head += more
    magic, size = _HEAD.unpack_from(head)
    if magic != MAGIC or not 0 < size <= MAX_FRAME_BYTES:
        raise ProtocolError("not a frame")
    parts = [head[_HEAD.size :]]
    missing = size - len(parts[0])
    while missing > 0:
        part = connection.recv(min(missing, 1 << 20))
        if not part:
            raise ProtocolError("frame cut short")
        parts.append(part)
        missing -= len(part)
    if missing < 0:
        raise ProtocolError("more than one frame")
    return b"".join(parts)


def fields_of(payload: bytes) -> list[bytes]:
    """The fields of a payload.

    Raises:
        ProtocolError: A length does not fit.
    """
    fields: list[bytes] = []
    at = 1
    while at < len(payload):
        if at + 4 > len(payload):
            raise ProtocolError("field cut short")
        (size,) = _SIZE.unpack_from(payload, at)
        at += 4
        if size > len(payload) - at:
            raise ProtocolError("field longer than its frame")
        fields.append(payload[at : at + size])
        at += size
    return fields


def _fields(payload: bytes, count: int) -> list[bytes]:
    fields = fields_of(payload)
    if len(fields) != count:
        raise ProtocolError(f"{len(fields)} fields for {count}")
    return fields


def _list(items: Iterable[str]) -> bytes:
    return b"".join(os.fsencode(item) + b"\0" for item in items)


def _items(field: bytes) -> tuple[bytes, ...]:
    if not field:
        return ()
    if field[-1]:
        raise ProtocolError("list without its end")
    return tuple(field[:-1].split(b"\0"))
