"""Answers in C: given to just these requests, while all records hold; what is not certain is Python's."""

import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from clcache_launcher.protocol import Message, encode, print_message
from clcache_launcher.server.endpoint import peer_process
from clcache_launcher.util.file_records import Kind, Records, record_of
from clcache_launcher.util.files import signature_of
from clcache_launcher.util.standing_answers import Output, StandingAnswers, WrittenOver, load_standing_answers

pytestmark = pytest.mark.posix

NATIVE = Path(__file__).parents[3] / "plugin/native"
LIMIT_S = 20
REQUEST = encode(Message.COMPILE, [b"a request"])
PAYLOAD = REQUEST[8:]
REPLY = print_message(0, b"out", b"err")


class Served:
    """A listening socket whose callers are answered; those that are Python's are collected."""

    def __init__(self, folder: Path) -> None:
        answers = load_standing_answers()
        assert answers is not None
        self.answers: StandingAnswers = answers
        self.path = str(folder / "socket")
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        self.others: list[bytes] = []
        self.tool: int | None = None
        """Above whoever is Python's: of its build are who comes next."""
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()
        self.answers.note_build(0, os.getpid(), 0, 0)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                with socket.socket(fileno=self.answers.serve(self.listener.fileno())) as connection:
                    if self.tool is not None:
                        self.answers.note_build(0, peer_process(connection), self.tool, 0)
                    self.others.append(connection.recv(1 << 20))
                    connection.sendall(b"Python's")

    def ask(self, request: bytes = REQUEST) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(LIMIT_S)
            connection.connect(self.path)
            connection.sendall(request)
            found = b""
            while part := connection.recv(1 << 20):
                found += part
            return found

    def keep(self, *outputs: Output, records: tuple[bytes, ...] = (), payload: bytes = PAYLOAD) -> int:
        self.kept = (Records(records), outputs)
        return self.answers.keep(payload, [self.kept[0]], outputs, REPLY, None, 0)

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(LIMIT_S)
        self.listener.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.close()


def test_kept_request_is_answered_and_counted(served: Served) -> None:
    number = served.keep()
    assert [served.ask(), served.ask()] == [REPLY, REPLY]
    (count,) = served.answers.counts()
    assert (count.number, count.hits, count.is_gone) == (number, 2, False)
    assert abs(count.last_s - time.time()) < 60
    assert not served.answers.counts()
    assert not served.others


@pytest.mark.parametrize(
    "request_",
    [
        encode(Message.COMPILE, [b"a requesT"]),
        encode(Message.COMPILE, [b"a request "]),
        encode(Message.CONTROL, [b"a request"]),
        REQUEST + b"x",
        b"\0" + REQUEST[1:],
        encode(Message.COMPILE, [b"x" * 100_000]),
        b"rubbish",
    ],
)
def test_other_request_is_pythons_and_whole(served: Served, request_: bytes) -> None:
    served.keep()
    assert served.ask(request_) == b"Python's"
    assert b"".join(served.others) == request_


def test_caller_that_says_nothing_keeps_nobody_waiting(served: Served) -> None:
    served.keep()
    with socket.socket(socket.AF_UNIX) as silent, socket.socket(socket.AF_UNIX) as slow:
        for connection in (silent, slow):
            connection.connect(served.path)
        silent.shutdown(socket.SHUT_WR)
        slow.sendall(REQUEST[:9])
        assert served.ask() == REPLY
    assert sorted(served.others) == [b"", REQUEST[:9]]


def test_record_that_does_not_hold_is_pythons(served: Served, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("1")
    served.keep(records=(record_of(str(tmp_path / "file"), Kind.FILE), record_of(str(tmp_path / "no"), Kind.FILE)))
    assert served.ask() == REPLY
    (tmp_path / "no").write_text("")
    assert served.ask() == b"Python's"
    (tmp_path / "no").unlink()
    assert served.ask() == REPLY
    (tmp_path / "file").write_text("22")
    assert served.ask() == b"Python's"


def test_answer_that_replaces_another_or_is_forgotten_is_told_as_gone(served: Served) -> None:
    first, second = served.keep(), served.keep()
    assert [(count.number, count.is_gone) for count in served.answers.counts()] == [(first, True)]
    served.answers.forget(second)
    assert [(count.number, count.is_gone) for count in served.answers.counts()] == [(second, True)]
    served.answers.forget(second)
    assert served.ask() == b"Python's"
    assert not served.answers.counts()


def test_many_answers_are_all_counted(served: Served) -> None:
    requests = [encode(Message.COMPILE, [b"%d" % number]) for number in range(1200)]
    numbers = [served.keep(payload=request[8:]) for request in requests]
    assert {served.ask(request) for request in requests} == {REPLY}
    assert sorted((count.number, count.hits) for count in served.answers.counts()) == [
        (number, 1) for number in numbers
    ]


def _file(path: Path, data: bytes) -> tuple[str, tuple[int, ...]]:
    path.write_bytes(data)
    return str(path), signature_of(path.stat())


@pytest.mark.parametrize("size", [0, 1, 200_000])
@pytest.mark.parametrize("unlinks_first", [False, True])
@pytest.mark.parametrize("old", [None, b"older text"])
def test_copy_is_a_new_file(served: Served, tmp_path: Path, size: int, unlinks_first: bool, old: bytes | None) -> None:
    target, content = tmp_path / "made", os.urandom(size)
    if old is not None:
        target.write_bytes(old)
        os.link(target, tmp_path / "other name")
    path, signature = _file(tmp_path / "artifact", content)
    served.keep(Output(str(target), 0o640, (path, signature), unlinks_first))  # type: ignore[arg-type]
    assert served.ask() == REPLY
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (content, 0o640)
    assert target.stat().st_ino != Path(path).stat().st_ino
    assert old is None or (tmp_path / "other name").read_bytes() == old
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.posix("proc")
def test_old_file_is_there_until_the_new_one_is(served: Served, tmp_path: Path) -> None:
    target = tmp_path / "made"
    target.write_bytes(b"older text")
    served.keep(Output(str(target), 0o644, _file(tmp_path / "artifact", bytes(9)), True))  # type: ignore[arg-type]
    ended = threading.Event()
    missed: list[int] = []

    def watch() -> None:
        while not ended.is_set():
            if not os.path.exists(target):
                missed.append(1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    answers = [served.ask() for _ in range(1000)]
    ended.set()
    watcher.join()
    assert set(answers) == {REPLY}
    assert not missed


def test_artifact_that_changed_or_is_a_link_is_pythons(served: Served, tmp_path: Path) -> None:
    path, signature = _file(tmp_path / "artifact", b"content")
    served.keep(Output(str(tmp_path / "made"), 0o644, (path, signature)))  # type: ignore[arg-type]
    assert served.ask() == REPLY
    Path(path).rename(tmp_path / "moved")
    Path(path).symlink_to("moved")
    assert served.ask() == b"Python's"
    Path(path).unlink()
    assert served.ask() == b"Python's"
    Path(path).write_bytes(b"CONTENT")
    assert served.ask() == b"Python's"
    assert (tmp_path / "made").read_bytes() == b"content"


@pytest.mark.parametrize("text", [b"", b"a.o: a.c \\\n b.h\n", b"word " * 2000])
@pytest.mark.parametrize("old", [None, b"", b"a.o: x.c \\\n b.h\n", b"a.o: a.c \\\n b.h\n", b"word " * 3000])
def test_content_is_written_over_what_is_there(served: Served, tmp_path: Path, text: bytes, old: bytes | None) -> None:
    target = tmp_path / "made"
    if old is not None:
        target.write_bytes(old)
        target.chmod(0o604)
        os.link(target, tmp_path / "other name")
        os.utime(target, (1, 1))
    served.keep(Output(str(target), 0o640, WrittenOver([text[at : at + 5] for at in range(0, len(text), 5)])))
    assert served.ask() == REPLY
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (text, 0o640 if old is None else 0o604)
    assert target.stat().st_mtime > 1
    assert old is None or (tmp_path / "other name").read_bytes() == text


@pytest.mark.parametrize("place", ["folder", "link", "empty file of more names", "nowhere/file"])
def test_target_that_a_compiler_treats_otherwise_is_pythons(served: Served, tmp_path: Path, place: str) -> None:
    target, path = tmp_path / place, tmp_path / "artifact"
    if place == "folder":
        target.mkdir()
    elif place == "link":
        target.symlink_to("behind")
    elif place.startswith("empty"):
        target.touch()
        os.link(target, tmp_path / "other name")
    first = Output(str(tmp_path / "first"), 0o644, WrittenOver([b"1"]))
    served.keep(first, Output(str(target), 0o644, (_file(path, b"content"))))  # type: ignore[arg-type]
    assert served.ask() == b"Python's"
    assert not list(tmp_path.glob("*.tmp"))
    assert (tmp_path / "first").exists() == place.startswith("nowhere")


CALLER = (
    "import socket, sys; c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1]);"
    " c.sendall(bytes.fromhex(sys.argv[2])); print(c.recv(99).hex(), flush=True)"
)


def test_caller_of_another_parent_is_pythons(served: Served) -> None:
    served.keep()
    words = ["python3", "-c", CALLER, served.path, REQUEST.hex()]
    told = [subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()]
    served.answers.note_build(0, 0, 0, 0)
    time.sleep(0.05)
    assert [bytes.fromhex(text) for text in told] == [b"Python's"]
    assert served.ask() == b"Python's"


class Tool:
    """A process that starts a caller whenever it is told to, as build tools do."""

    def __init__(self, served: Served) -> None:
        self.process = subprocess.Popen(
            ["sh", "-c", 'while read -r line; do eval "$line"; done'],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.folder = Path(served.path).parent
        (self.folder / "caller.py").write_text(CALLER)
        self.call = f"python3 {self.folder}/caller.py {served.path} {REQUEST.hex()}"

    def ask(self, shell: str = "sh", count: int = 1) -> bytes:
        """What a caller is told behind so many shells, the outermost under that name."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        call = self.call
        for number in range(count):
            # What follows keeps the shell from making room for the call.
            (self.folder / f"script{number}").write_text(f"{call}\n:\n")
            call = f"sh {self.folder}/script{number}"
        self.process.stdin.write(f"{shell} {call.removeprefix('sh ')}\n")
        self.process.stdin.flush()
        return bytes.fromhex(self.process.stdout.readline())


@pytest.mark.posix("proc", "shell")
def test_callers_of_one_tool_are_of_one_build_behind_shells_of_their_own(served: Served, tmp_path: Path) -> None:
    served.keep()
    tools = [Tool(served) for _ in range(2)]
    other = tmp_path / "make"
    other.symlink_to("/bin/sh")
    served.tool = tools[0].process.pid
    assert [tools[0].ask() for _ in range(3)] == [b"Python's", REPLY, REPLY]
    assert [tools[0].ask(str(other)) for _ in range(2)] == [b"Python's", REPLY]
    assert [tools[0].ask(count=4) for _ in range(2)] == [b"Python's", REPLY]
    assert [tools[0].ask(count=5) for _ in range(2)] == [b"Python's", b"Python's"]
    served.tool = tools[1].process.pid
    assert [tools[1].ask() for _ in range(2)] == [b"Python's", REPLY]
    for tool in tools:
        tool.process.communicate()


def test_activity_is_told(served: Served) -> None:
    served.keep()
    assert served.answers.activity() == (0, 0)
    began_s = time.monotonic()
    served.ask()
    served.ask(b"rubbish")
    last_s, busy = served.answers.activity()
    assert began_s <= last_s <= time.monotonic()
    assert busy == 0


@pytest.mark.posix("gnu")
def test_hash_is_siphash_2_4_of_128_bits(tmp_path: Path) -> None:
    library = tmp_path / "hash.so"
    subprocess.run(["gcc", "-shared", "-fPIC", NATIVE / "standing_hash.c", "-o", library], check=True)

    class Key(ctypes.Structure):
        _fields_ = (("low", ctypes.c_uint64), ("high", ctypes.c_uint64))

    hash_request = ctypes.CDLL(str(library)).hash_request
    hash_request.restype = Key
    hash_request.argtypes = (ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t)

    def of(size: int) -> str:
        made = hash_request(bytes(range(16)), bytes(range(size)), size)
        return struct.pack("<QQ", made.low, made.high).hex()

    # The first of the reference implementation's vectors_sip128.
    assert of(0) == "a3817f04ba25a8e66df67214c7550293"
    assert of(1) == "da87c1d86b99af44347659119b22fc45"
    assert len({of(size) for size in range(64)}) == 64
