"""The end point: one core, one user."""

import fcntl
import os
import socket
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from clcache_launcher.server.endpoint import EndpointError, Listener, wait_for_report


def end(listener: Listener) -> None:
    listener.withdraw()
    listener.close()


def connect(endpoint: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.connect(endpoint)
    return connection


def test_caller_is_accepted(endpoint: str) -> None:
    listener = Listener(endpoint)
    with connect(endpoint) as caller, listener.accept() as connection:
        caller.sendall(b"x")
        assert connection.recv(1) == b"x"
    end(listener)


def test_nobody_else_may_connect(endpoint: str) -> None:
    old = os.umask(0)
    try:
        listener = Listener(endpoint)
    finally:
        os.umask(old)
    assert stat.S_IMODE(os.stat(endpoint).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(endpoint + ".lock").st_mode) == 0o600
    end(listener)


def test_folder_is_made_for_its_user_alone(endpoint: str) -> None:
    listener = Listener(f"{endpoint}.d/core")
    assert stat.S_IMODE(os.stat(f"{endpoint}.d").st_mode) == 0o700
    end(listener)


def test_end_point_of_another_core_is_left_alone(endpoint: str) -> None:
    first = Listener(endpoint)
    with pytest.raises(EndpointError, match="another core"):
        Listener(endpoint)
    with connect(endpoint), first.accept():
        pass
    end(first)


def test_core_that_is_just_ending_is_waited_for(endpoint: str) -> None:
    handle = os.open(endpoint + ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    threading.Timer(0.05, os.close, (handle,)).start()
    end(Listener(endpoint))


def test_end_point_that_was_given_up_is_free(endpoint: str) -> None:
    for _ in range(3):
        end(Listener(endpoint))
    assert not os.path.exists(endpoint)


def test_who_connected_before_the_end_point_was_given_up_is_accepted(endpoint: str) -> None:
    first = Listener(endpoint)
    with connect(endpoint) as caller:
        first.withdraw()
        second = Listener(endpoint)
        with first.accept() as connection:
            caller.sendall(b"x")
            assert connection.recv(1) == b"x"
    first.close()
    with connect(endpoint), second.accept():
        pass
    end(second)


def test_socket_of_a_killed_core_is_taken_over(endpoint: str) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(endpoint)
    listener = Listener(endpoint)
    with connect(endpoint), listener.accept():
        pass
    end(listener)


def _file(path: Path) -> None:
    path.write_text("precious")


def _folder(path: Path) -> None:
    path.mkdir()


def _link(path: Path) -> None:
    path.symlink_to("/etc/passwd")


@pytest.mark.parametrize("block", [_file, _folder, _link])
def test_what_is_no_socket_is_left_alone_and_the_lock_is_free_again(
    endpoint: str, block: Callable[[Path], None]
) -> None:
    block(Path(endpoint))
    before = os.lstat(endpoint)
    with pytest.raises(EndpointError, match="not a socket"):
        Listener(endpoint)
    assert os.lstat(endpoint).st_ino == before.st_ino
    Path(endpoint).rename(endpoint + ".away")
    end(Listener(endpoint))


@pytest.mark.parametrize("block", [_folder, _link])
def test_lock_that_is_no_file_is_an_error(endpoint: str, block: Callable[[Path], None]) -> None:
    block(Path(endpoint + ".lock"))
    with pytest.raises(EndpointError):
        Listener(endpoint)


def test_path_that_is_too_long_is_an_error_with_a_reason(tmp_path: Path) -> None:
    with pytest.raises(EndpointError, match="too long"):
        Listener(str(tmp_path / ("x" * 150)))


def test_place_that_can_not_be_made_is_an_error(endpoint: str) -> None:
    Path(endpoint).write_text("")
    with pytest.raises(EndpointError):
        Listener(f"{endpoint}/core")


def test_close_wakes_who_waits(endpoint: str) -> None:
    listener = Listener(endpoint)
    failed: list[OSError] = []

    def wait() -> None:
        try:
            listener.accept()
        except OSError as err:
            failed.append(err)

    threads = [threading.Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    end(listener)
    for thread in threads:
        thread.join(10)
    assert len(failed) == 3


def test_caller_has_a_time_limit_until_its_compiler_runs(endpoint: str) -> None:
    listener = Listener(endpoint)
    with connect(endpoint), listener.accept() as connection:
        limits = []
        for _ in range(2):
            limits.append(any(connection.getsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, 16)))
            wait_for_report(connection)
        assert limits == [True, False]
    end(listener)
