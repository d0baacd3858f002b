"""One connection, with the test as the launcher and as the compiler."""

import os
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from clcache_launcher import __version__
from clcache_launcher.core.engine import Engine
from clcache_launcher.protocol import Message, ProtocolError, encode, fields_of, receive
from clcache_launcher.server.session import Sessions
from clcache_launcher.util.file_records import hold
from clcache_launcher.util.files import file_clock_ns
from support.case import settle, write_compiler

YEARS_AGO = 1_000_000_000


class Launcher:
    """Asks as the launcher does; answers are message letters with their fields."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.engine = Engine()
        self.sessions = Sessions(self.engine)
        self.goes_on: list[bool] = []
        (root / "work").mkdir()
        (root / "work/a.c").write_text("")
        self.compiler = str(write_compiler(root / "bin/gcc"))
        settle()

    def request(
        self,
        *,
        version: str = __version__,
        config: str = "",
        environment: Mapping[str, str] | None = None,
        identities: Mapping[str, tuple[int, int]] | None = None,
    ) -> bytes:
        variables = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.root),
            "XDG_CONFIG_HOME": str(self.root),
            "CLCACHE_DIR": str(self.root / "cache"),
            "CLCACHE_LOG": str(self.root / "log"),
            **(environment or {}),
        }
        seen = {"root": "/", "folder": str(self.root / "work"), "program": self.compiler}
        numbers = [0o22, 0]
        for name, path in seen.items():
            status = os.stat(path)
            numbers += (identities or {}).get(name, (status.st_dev, status.st_ino))
        fields = (
            version.encode(),
            struct.pack("<9Q", *numbers, 0),
            os.fsencode(self.root / "work"),
            os.fsencode(self.compiler),
            b"--config\0" + config.encode() + b"\0" if config else b"",
            b"gcc\0-c\0a.c\0-o\0a.o\0",
            b"".join(f"{name}={value}\0".encode() for name, value in variables.items()),
        )
        return encode(Message.COMPILE, fields)[8:]

    def ask(self, payload: bytes, *, reports: bool = True) -> tuple[str, list[bytes]]:
        """Ask; told to run the compiler, do its work and report it, or hang up. The last answer."""
        ours, theirs = socket.socketpair()

        def serve() -> None:
            with theirs:
                self.goes_on.append(self.sessions.serve(theirs, payload))

        thread = threading.Thread(target=serve)
        thread.start()
        with ours:
            answer = _answer(ours)
            if answer[0] == "R" and reports:
                ours.sendall(self.work(answer[1]))
                answer = _answer(ours)
        thread.join(10)
        return answer

    def work(self, fields: list[bytes]) -> bytes:
        argv = fields[1].split(b"\0")
        started_ns = file_clock_ns()
        (self.root / "work/a.o").write_bytes(b"object")
        Path(os.fsdecode(argv[argv.index(b"-MF") + 1])).write_text("a.o: a.c\n")
        return encode(Message.DONE, (struct.pack("<4Q", 0, 0, started_ns, 1_234_500_000), b"out", b""))

    def log(self) -> list[str]:
        return [line.split(" ", 1)[1] for line in (self.root / "log").read_text().splitlines()]

    def errors(self) -> int:
        return self.engine.summary(self.root / "cache").errors


def _answer(connection: socket.socket) -> tuple[str, list[bytes]]:
    payload = receive(connection)
    assert payload is not None
    return payload[:1].decode(), fields_of(payload)


@pytest.fixture
def launcher(tmp_path: Path) -> Iterator[Launcher]:
    made = Launcher(tmp_path)
    yield made
    made.engine.close()


def test_compiler_runs_once_and_then_its_texts_are_printed(launcher: Launcher) -> None:
    printed = ("H", [bytes(8), b"out", b""])
    assert launcher.ask(launcher.request()) == printed
    (launcher.root / "work/a.o").unlink()
    assert launcher.ask(launcher.request()) == printed
    assert (launcher.root / "work/a.o").read_bytes() == b"object"
    assert [line.split()[0] for line in launcher.log()] == ["miss", "hit"]
    assert launcher.goes_on == [True, True]


def test_launcher_that_hangs_up_while_it_compiles_stores_nothing(launcher: Launcher) -> None:
    assert launcher.ask(launcher.request(), reports=False)[0] == "R"
    assert launcher.log()[0].startswith("abandoned")
    # The compiler may still write the depfile that it was asked for.
    storage = launcher.engine.storage(launcher.root / "cache")
    path = Path(storage.artifacts.scratch_path())
    late, used = path.with_name(path.name[:-1] + "1"), path
    for each in (late, used):
        each.write_text("")
    storage.artifacts.sweep_scratch()
    assert (late.exists(), used.exists()) == (False, True)
    assert launcher.ask(launcher.request(), reports=False)[0] == "R"


def test_variable_is_found_by_the_name_that_compilers_read(launcher: Launcher) -> None:
    launcher.ask(launcher.request(environment={"VCToolsInstallDir": "/tools"}), reports=False)
    (known,) = launcher.sessions._known.values()
    assert known.invocation.environment["VCToolsInstallDir"] == "/tools"


@pytest.mark.parametrize(("version", "goes_on"), [("0.0.1", True), ("999.0", False), ("rubbish", True), ("", True)])
def test_other_version_is_passed_and_a_newer_one_ends_this_core(
    launcher: Launcher, version: str, *, goes_on: bool
) -> None:
    assert launcher.ask(launcher.request(version=version)) == ("P", [])
    assert launcher.goes_on == [goes_on]


@pytest.mark.parametrize("name", ["root", "folder", "program"])
@pytest.mark.parametrize("is_known", [False, True])
def test_launcher_that_sees_other_files_is_passed(launcher: Launcher, name: str, *, is_known: bool) -> None:
    if is_known:
        launcher.ask(launcher.request())
    assert launcher.ask(launcher.request(identities={name: (1, 2)})) == ("P", [])


def test_replaced_working_folder_is_passed_for_who_stands_in_the_old_one(launcher: Launcher) -> None:
    os.utime(launcher.root, (1, 1))
    request = launcher.request()
    launcher.ask(request)
    (launcher.root / "work").rename(launcher.root / "old")
    (launcher.root / "work").mkdir()
    (launcher.root / "work/a.c").write_text("")
    assert launcher.ask(request) == ("P", [])


def test_disabled_cache_passes_and_says_why_in_the_log(launcher: Launcher) -> None:
    assert launcher.ask(launcher.request(environment={"CLCACHE_DISABLE": "1"})) == ("P", [])
    assert launcher.log()[0].startswith("uncacheable: disabled ")


def test_wrong_setting_passes_and_is_an_error_of_the_folder(launcher: Launcher) -> None:
    for _ in range(2):
        assert launcher.ask(launcher.request(environment={"CLCACHE_MAX_SIZE": "5X"})) == ("P", [])
    assert launcher.errors() == 2
    assert launcher.goes_on == [True, True]


@pytest.mark.parametrize("is_old", [False, True])
def test_settings_file_that_changes_holds_at_once(launcher: Launcher, *, is_old: bool) -> None:
    path = launcher.root / "mine.yaml"
    for text, letter in (("disable: true", "P"), ("disable: no", "R"), ("disable: yes", "P")):
        path.write_text(text)
        if is_old:
            os.utime(path, (YEARS_AGO, YEARS_AGO))
        for _ in range(2):
            assert launcher.ask(launcher.request(config=str(path)), reports=False)[0] == letter


def test_settings_file_that_appears_holds_at_once(launcher: Launcher) -> None:
    for _ in range(2):
        assert launcher.ask(launcher.request(), reports=False)[0] == "R"
    (launcher.root / "work/clcache.yaml").write_text("disable: true")
    assert launcher.ask(launcher.request(), reports=False)[0] == "P"


def test_folder_that_does_not_work_passes_and_is_an_error(launcher: Launcher) -> None:
    (launcher.root / "cache").write_text("in the way")
    assert launcher.ask(launcher.request()) == ("P", [])
    assert launcher.log()[0].startswith("error: ")
    (launcher.root / "cache").unlink()
    assert launcher.errors() == 1


@pytest.mark.parametrize("payload", [b"Q", b"Qrubbish", encode(Message.COMPILE, [b""] * 7)[8:]])
def test_what_is_no_request_is_an_error(launcher: Launcher, payload: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(ProtocolError):
        launcher.sessions.serve(theirs, payload)


def test_report_that_is_none_is_an_error_and_stores_nothing(launcher: Launcher) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(encode(Message.DONE, (b"rubbish",)))
        with pytest.raises(ProtocolError):
            launcher.sessions.serve(theirs, launcher.request())
    assert launcher.engine.summary(launcher.root / "cache").entries == 0


def test_requests_of_one_build_share_their_environment(launcher: Launcher) -> None:
    """It is most of a request: 17 of 20 KB with 65 variables."""
    first = launcher.request()
    for payload in (first, first.replace(b"\0a.o\0", b"\0b.o\0"), launcher.request(environment={"LANG": "C"})):
        launcher.ask(payload, reports=False)
    one, two, other = launcher.sessions._known.values()
    assert one.request.argv != two.request.argv
    assert one.request.environment is two.request.environment
    assert one.invocation.environment is two.invocation.environment
    assert other.invocation.environment == {**one.invocation.environment, "LANG": "C"}
    assert one.standing is two.standing is other.standing
    assert hold(one.standing)
