"""Answers that stand as long as some files do, given in C: ``native/standing.h`` tells how.

What Python hands over it keeps in memory until it is told that nobody uses it any more.
"""

import ctypes
import os
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

import clcache_launcher
from clcache_launcher.util.file_records import Records
from clcache_launcher.util.files import Signature
from clcache_launcher.util.native_libraries import load_native

__all__ = ["Count", "Output", "StandingAnswers", "WrittenOver", "load_standing_answers"]

_LIBRARY: Final = "_standing.so"
_KEY_BYTES: Final = 16
_COUNTS_AT_ONCE: Final = 512


class _Signature(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in ("size", "mtime_ns", "ctime_ns")] + [
        (name, ctypes.c_uint64) for name in ("file", "device")
    ]


class _RecordGroup(ctypes.Structure):
    _fields_ = [("records", ctypes.c_char_p), ("count", ctypes.c_size_t)]


class _Output(ctypes.Structure):
    _fields_ = [
        ("path", ctypes.c_char_p),
        ("artifact", ctypes.c_char_p),
        ("signature", _Signature),
        ("pieces", ctypes.POINTER(ctypes.c_char_p)),
        ("sizes", ctypes.POINTER(ctypes.c_uint32)),
        ("count", ctypes.c_size_t),
        ("mode", ctypes.c_uint32),
        ("unlinks_first", ctypes.c_uint32),
    ]


class _Answer(ctypes.Structure):
    _fields_ = [
        ("groups", ctypes.POINTER(_RecordGroup)),
        ("group_count", ctypes.c_size_t),
        ("outputs", ctypes.POINTER(_Output)),
        ("output_count", ctypes.c_size_t),
        ("reply", ctypes.c_char_p),
        ("reply_size", ctypes.c_size_t),
        ("log_path", ctypes.c_char_p),
        ("log_words", ctypes.c_char_p),
        ("place", ctypes.c_uint32),
    ]


class _Count(ctypes.Structure):
    _fields_ = [
        ("number", ctypes.c_uint64),
        ("hits", ctypes.c_uint64),
        ("last_s", ctypes.c_int64),
        ("is_gone", ctypes.c_uint32),
    ]


class WrittenOver:
    """Content that is written over what is there, in pieces that many may share."""

    __slots__ = ("count", "pieces", "pointers", "sizes")

    def __init__(self, pieces: Sequence[bytes]) -> None:
        """Take the pieces in their order."""
        self.pieces = tuple(pieces)
        self.count = len(self.pieces)
        self.pointers = (ctypes.c_char_p * self.count)(*self.pieces)
        self.sizes = (ctypes.c_uint32 * self.count)(*map(len, self.pieces))


class Output(Struct, frozen=True):
    """A file to be put in place."""

    path: str
    """Absolute."""
    mode: int
    """Permission bits of a new file."""
    content: WrittenOver | tuple[str, Signature]
    """Written over what is there, or a file to copy, with the signature under which it has its content."""
    unlinks_first: bool = False
    """The file that is there need not be replaced in one step."""


class Count(Struct, frozen=True):
    """What became of an answer since it was last told."""

    number: int
    hits: int
    last_s: int
    """Of the last hit, seconds since 1970."""
    is_gone: bool
    """It is not given any more, and nothing uses what was handed over for it."""


class StandingAnswers:
    """Answers by the bytes of requests; safe for several threads. Its owner keeps what it hands over, see ``keep``."""

    def __init__(self, library: ctypes.CDLL) -> None:
        """Keep no answer yet.

        Raises:
            AttributeError: The functions are not in the library.
        """
        _declare(library)
        self._library = library
        self._standing = ctypes.c_void_p(library.standing_new(os.urandom(_KEY_BYTES)))
        if not self._standing:
            raise MemoryError

    def keep(
        self,
        request: bytes,
        groups: Sequence[Records],
        outputs: Sequence[Output],
        reply: bytes,
        log: tuple[str, str] | None,
        place: int,
    ) -> int:
        """Answer a request so while all records hold.

        Args:
            request: All of its payload.
            groups: What it rests on; to be kept, with the outputs, until a count tells that the answer is gone.
            outputs: What is put in place, in this order.
            reply: The frame that is sent then.
            log: The log file, and what follows the time spent in its line.
            place: Where the caller's build is known from; see :meth:`note_build`.

        Returns:
            The answer's number, 0 when it can't be kept.
        """
        records = (_RecordGroup * len(groups))(*(_RecordGroup(each.pointers, len(each.items)) for each in groups))
        files = (_Output * len(outputs))(*map(_packed, outputs))
        log_path, log_words = map(os.fsencode, log) if log else (None, None)
        answer = _Answer(records, len(groups), files, len(outputs), reply, len(reply), log_path, log_words, place)
        return int(self._library.standing_keep(self._standing, request, len(request), ctypes.byref(answer)))

    def forget(self, number: int) -> None:
        """Give an answer no more."""
        self._library.standing_forget(self._standing, ctypes.c_uint64(number))

    def counts(self) -> list[Count]:
        """What has happened since this was last asked."""
        found: list[Count] = []
        counts = (_Count * _COUNTS_AT_ONCE)()
        told = _COUNTS_AT_ONCE
        while told == _COUNTS_AT_ONCE:
            told = self._library.standing_counts(self._standing, counts, ctypes.c_size_t(_COUNTS_AT_ONCE))
            found += [Count(c.number, c.hits, c.last_s, bool(c.is_gone)) for c in counts[:told]]
        return found

    def note_build(self, place: int, caller: int, tool: int, pause_s: float) -> None:
        """Callers of a place are of the build of this one, a process, while they come from the same build tool.

        Args:
            place: A small number that stands for where they call from.
            caller: The process, 0 where the system does not tell.
            tool: The nearest build tool above it, 0 where there is none: then its parent counts.
            pause_s: For how long at most; 0 means for ever.
        """
        pause_ns = ctypes.c_uint64(int(pause_s * 1_000_000_000))
        self._library.standing_at(self._standing, ctypes.c_uint32(place), caller, tool, pause_ns)

    def serve(self, listener: int) -> int:
        """Answer the callers of a listening socket until one asks what is not known.

        Returns:
            That one's connection, of which nothing was read.

        Raises:
            OSError: The socket was shut down.
        """
        connection = int(self._library.standing_serve(self._standing, listener))
        if connection < 0:
            raise OSError("the end point is closed")
        return connection

    def activity(self) -> tuple[float, int]:
        """When it last answered somebody, by ``time.monotonic``, and how many it answers just now."""
        busy = ctypes.c_uint32()
        last_ns = self._library.standing_last_ns(self._standing, ctypes.byref(busy))
        return last_ns / 1e9, busy.value


def _packed(output: Output) -> _Output:
    path = os.fsencode(output.path)
    if isinstance(output.content, WrittenOver):
        written = output.content
        pieces = ctypes.cast(written.pointers, ctypes.POINTER(ctypes.c_char_p))
        sizes = ctypes.cast(written.sizes, ctypes.POINTER(ctypes.c_uint32))
        return _Output(path, None, _Signature(), pieces, sizes, written.count, output.mode, output.unlinks_first)
    artifact, signature = output.content
    nothing = ctypes.POINTER(ctypes.c_char_p)(), ctypes.POINTER(ctypes.c_uint32)()
    return _Output(path, os.fsencode(artifact), _Signature(*signature), *nothing, 0, output.mode, output.unlinks_first)


def load_standing_answers() -> StandingAnswers | None:
    """Answers in C, by the library beside this package; ``None`` where there is none for this system."""
    return load_native(clcache_launcher.__path__, _LIBRARY, StandingAnswers)


def _declare(library: ctypes.CDLL) -> None:
    library.standing_new.restype = ctypes.c_void_p
    library.standing_keep.restype = ctypes.c_uint64
    library.standing_keep.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Answer))
    library.standing_counts.restype = ctypes.c_size_t
    library.standing_last_ns.restype = ctypes.c_uint64
