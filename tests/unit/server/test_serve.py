"""The resident core: answers whoever asks, and ends cleanly."""

import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from clcache_launcher import __version__
from clcache_launcher.protocol import Message, encode, fields_of, receive
from clcache_launcher.server.endpoint import Listener
from clcache_launcher.server.serve import Core, serve
from clcache_launcher.util.connection import connect

LIMIT_S = 20


def ask(endpoint: str, **question: object) -> dict[str, object]:
    answer: dict[str, object] = json.loads(fields_of(say(endpoint, encode_question(**question)))[0])
    return answer


def encode_question(**question: object) -> bytes:
    return encode(Message.CONTROL, (json.dumps(question).encode(),))


def say(endpoint: str, data: bytes) -> bytes:
    with connect(endpoint, LIMIT_S) as connection:
        connection.sendall(data)
        if isinstance(connection, socket.socket):
            connection.shutdown(socket.SHUT_WR)
        elif len(data) < 8:
            return b""  # a pipe has one end for both ways: the core waits for the rest of the frame until it is closed
        return receive(connection) or b""


def is_served(endpoint: str) -> bool:
    try:
        with connect(endpoint, LIMIT_S):
            return True
    except OSError:
        return False


@pytest.fixture
def core(endpoint: str) -> Iterator[str]:
    """The end point of a core, which is stopped afterwards."""
    thread = threading.Thread(target=Core(Listener(endpoint)).run)
    thread.start()
    yield endpoint
    if is_served(endpoint):
        ask(endpoint, command="stop")
    thread.join(30)
    assert not thread.is_alive()


def test_questions_are_answered(core: str, tmp_path: Path) -> None:
    assert ask(core, command="status")["version"] == __version__
    assert ask(core, command="stats", folder=str(tmp_path))["hits"] == 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"rubbish that is no frame",
        encode(Message.ANSWER),
        encode(Message.COMPILE, [b"rubbish"]),
        encode(Message.CONTROL, [b"one", b"two"]),
        encode(Message.CONTROL),
        encode(Message.CONTROL, [b"[" * 100_000]),
    ],
)
def test_rubbish_is_hung_up_on_and_the_core_goes_on(core: str, data: bytes) -> None:
    try:
        answer = say(core, data)
    except ConnectionError:
        answer = b""
    assert answer[:1] != Message.RUN.value
    assert ask(core, command="status")["ok"]


def test_many_callers_at_once_are_all_answered(core: str) -> None:
    connections = [connect(core, LIMIT_S) for _ in range(40)]
    # Whoever came last is answered although the others have not asked yet.
    for connection in reversed(connections):
        with connection:
            connection.sendall(encode_question(command="status"))
            assert receive(connection) is not None


def test_stopped_core_leaves_no_socket_and_what_it_counted(endpoint: str, tmp_path: Path) -> None:
    core = Core(Listener(endpoint))
    thread = threading.Thread(target=core.run)
    thread.start()
    ask(endpoint, command="stats", folder=str(tmp_path))
    core._engine.statistics(tmp_path).count_miss()
    assert ask(endpoint, command="stop")["ok"]
    thread.join(30)
    assert not is_served(endpoint)
    assert sys.platform == "win32" or not os.path.exists(endpoint)
    thread = threading.Thread(target=Core(Listener(endpoint)).run)
    thread.start()
    assert ask(endpoint, command="stats", folder=str(tmp_path))["misses"] == 1
    ask(endpoint, command="stop")
    thread.join(30)


@pytest.fixture
def _kept_process_settings() -> Iterator[None]:
    """What a core changes of its process is put back."""
    handler, interval = signal.getsignal(signal.SIGINT), sys.getswitchinterval()
    yield
    signal.signal(signal.SIGINT, handler)
    sys.setswitchinterval(interval)


# On Windows nothing waits for the descriptor.
@pytest.mark.posix
@pytest.mark.usefixtures("_kept_process_settings")
def test_core_says_when_it_is_ready_and_ends_well(endpoint: str) -> None:
    reader, writer = os.pipe()
    said: list[bytes] = []

    def stop() -> None:
        said.append(os.read(reader, 2))
        ask(endpoint, command="stop")

    thread = threading.Thread(target=stop)
    thread.start()
    assert serve(endpoint, writer) == 0
    thread.join(30)
    assert said == [b"1"]
    assert os.read(reader, 1) == b""
    os.close(reader)


@pytest.mark.usefixtures("_kept_process_settings")
def test_second_core_ends_at_once(core: str) -> None:
    reader, writer = os.pipe()
    assert serve(core, writer) == 1
    os.close(writer)
    assert os.read(reader, 1) == b""
    os.close(reader)
    assert ask(core, command="status")["ok"]
