"""The end point on Windows: one core, one user, several callers."""

import sys
import threading
import uuid

import pytest

from clcache_launcher.errors import EndpointError
from clcache_launcher.protocol import Message, encode, receive
from clcache_launcher.server.endpoint import Listener, wait_for_report
from clcache_launcher.util.connection import connect

assert sys.platform == "win32"
from clcache_launcher.util.windows_user import User, own_user, security_identifier  # noqa: E402

LIMIT_S = 20.0


@pytest.fixture
def name() -> str:
    return "\\\\.\\pipe\\clcache-unit-" + uuid.uuid4().hex


def end(listener: Listener) -> None:
    listener.withdraw()
    listener.close()


def test_caller_is_accepted(name: str) -> None:
    listener = Listener(name)
    with connect(name, LIMIT_S) as caller, listener.accept() as connection:
        caller.sendall(b"x")
        assert connection.recv(1) == b"x"
    end(listener)


def test_end_point_of_another_core_is_left_alone(name: str) -> None:
    first = Listener(name)
    with pytest.raises(EndpointError, match="another core"):
        Listener(name)
    with connect(name, LIMIT_S), first.accept():
        pass
    end(first)


def test_end_point_is_free_again_after_its_core(name: str) -> None:
    end(Listener(name))
    end(Listener(name))


def test_nobody_serves_a_name_that_was_closed(name: str) -> None:
    end(Listener(name))
    with pytest.raises(FileNotFoundError):
        connect(name, LIMIT_S)


def test_more_callers_than_instances_are_all_answered(name: str) -> None:
    listener = Listener(name)
    got: list[bytes] = []

    def serve() -> None:
        for _ in range(10):
            with listener.accept() as connection:
                connection.sendall(connection.recv(64).upper())

    def ask(number: int) -> None:
        with connect(name, LIMIT_S) as connection:
            connection.sendall(b"caller %d" % number)
            got.append(connection.recv(64))

    threads = [threading.Thread(target=serve) for _ in range(4)]
    threads += [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == sorted(b"CALLER %d" % number for number in range(40))
    end(listener)


def test_frame_larger_than_any_buffer_comes_whole(name: str) -> None:
    listener = Listener(name)
    field = bytes(range(256)) * 20_000
    with connect(name, LIMIT_S) as caller, listener.accept() as connection:
        sender = threading.Thread(target=caller.sendall, args=(encode(Message.CONTROL, (field,)),))
        sender.start()
        payload = receive(connection)
        sender.join()
    assert payload is not None and payload.endswith(field)
    end(listener)


def test_closed_caller_is_the_end(name: str) -> None:
    listener = Listener(name)
    with connect(name, LIMIT_S) as caller, listener.accept() as connection:
        caller.sendall(b"last")
        caller.close()
        assert connection.recv(64) == b"last"
        assert connection.recv(64) == b""
    end(listener)


def test_silent_caller_runs_into_the_limit(name: str) -> None:
    listener = Listener(name)
    with connect(name, LIMIT_S), listener.accept() as connection:
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(1)
    end(listener)


def test_caller_whose_compiler_runs_has_all_the_time(name: str) -> None:
    listener = Listener(name)
    with connect(name, LIMIT_S) as caller, listener.accept() as connection:
        connection.settimeout(0.01)
        wait_for_report(connection)
        sender = threading.Timer(0.1, caller.sendall, args=(b"done",))
        sender.start()
        assert connection.recv(4) == b"done"
        sender.join()
    end(listener)


def test_withdrawn_end_point_turns_callers_away(name: str) -> None:
    listener = Listener(name)
    listener.withdraw()

    def accept() -> None:
        with pytest.raises(OSError):
            listener.accept()

    accepting = threading.Thread(target=accept)
    accepting.start()
    with connect(name, LIMIT_S) as caller:
        assert caller.recv(1) == b""
    listener.close()
    accepting.join()


def test_closing_wakes_every_thread_that_waits(name: str) -> None:
    listener = Listener(name)
    woken: list[OSError] = []

    def wait() -> None:
        with pytest.raises(OSError) as caught:
            listener.accept()
        woken.append(caught.value)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    listener.close()
    for thread in threads:
        thread.join()
    assert len(woken) == 3


def test_peer_of_another_user_is_turned_away(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other user is one only in what is asked of the system: a second account can't be had here."""
    listener = Listener(name)
    own = own_user()
    monkeypatch.setattr("clcache_launcher.util.pipes.own_user", lambda: User(own.identifier, not own.is_elevated))
    with pytest.raises(PermissionError):
        connect(name, LIMIT_S)
    end(listener)


def test_user_has_a_security_identifier() -> None:
    assert security_identifier(own_user()).startswith("S-1-")
