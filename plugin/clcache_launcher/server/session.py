"""One connection: from a request's bytes to the reply's."""

import contextlib
import os
import sys
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from blake3 import blake3
from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher import __version__
from clcache_launcher.config.arguments import read_options
from clcache_launcher.config.files import are_current
from clcache_launcher.config.sources import Resolved, fallback_folder, resolve
from clcache_launcher.core.engine import Engine
from clcache_launcher.core.steps import HIT, Pass, Print, Steps
from clcache_launcher.errors import ConfigError
from clcache_launcher.model import Invocation, Ran
from clcache_launcher.protocol import (
    CompileRequest,
    Identity,
    Message,
    ProtocolError,
    RequestFlag,
    decode_report,
    encode,
    print_message,
    receive,
    run_message,
)
from clcache_launcher.server.builds import CallerBuilds
from clcache_launcher.server.elders import is_older
from clcache_launcher.server.endpoint import CallerConnection, peer_process, wait_for_report
from clcache_launcher.server.log import InvocationLog, line_end
from clcache_launcher.util.complaints import complain
from clcache_launcher.util.file_records import Kind, Records, file_record, hold
from clcache_launcher.util.files import Signature
from clcache_launcher.util.status import file_status
from clcache_launcher.util.variables import WindowsVariables

__all__ = ["Sessions"]

_PASS: Final = encode(Message.PASS)
_MOST_REQUESTS: Final = 20_000
_MOST_ENVIRONMENTS: Final = 100
_MOST_STANDING: Final = 1000
# gcc.gnu.org/onlinedocs/gcc/Diagnostic-Message-Formatting-Options.html; gcc 12 asks the last three whether links work.
_TERMINAL_VARIABLES: Final = (
    "TERM",
    "COLUMNS",
    "NO_COLOR",
    "CLICOLOR_FORCE",
    "COLORTERM",
    "VTE_VERSION",
    "TERM_PROGRAM",
)
_GRAIN_NS: Final = 2_000_000_000


class _Understood(Struct, frozen=True):
    """A request with its settings."""

    request: CompileRequest
    invocation: Invocation
    resolved: Resolved
    standing: Records
    """While these hold, so do the settings, and the launcher sees the same files."""


class Sessions:
    """Answers compile requests; safe for several threads."""

    def __init__(self, engine: Engine) -> None:
        """Answer from ``engine``."""
        self._engine = engine
        self._known: OrderedDict[bytes, _Understood] = OrderedDict()
        self._environments: dict[tuple[bytes, ...], tuple[tuple[bytes, ...], Mapping[str, str]]] = {}
        self._standing: dict[tuple[bytes, ...], Records] = {}
        self._log = InvocationLog()
        standing = engine.standing
        self._builds = CallerBuilds(tell=standing.note_build if standing is not None else None)

    def serve(self, connection: CallerConnection, payload: bytes) -> bool:
        """Answer one COMPILE request, to its end.

        Returns:
            Whether this core may go on; an older one ends when a newer launcher asks.

        Raises:
            ProtocolError: What came is not a message.
            OSError: The connection failed.
        """
        began = time.perf_counter()
        digest = blake3(payload).digest()
        understood = self._understand(payload, digest)
        if isinstance(understood, CompileRequest):
            connection.sendall(_PASS)
            return not is_older(__version__, understood.version)
        settings = understood.resolved.settings
        build = self._builds.find(understood.invocation.cwd, partial(peer_process, connection))
        steps = self._engine.answer(understood.invocation, settings, digest, build)
        answer = _follow(steps, connection)
        # Before the answer goes out: who has waited for a build finds all of its lines.
        self._log.write(settings.log, understood.invocation, answer.outcome if answer else "abandoned", began)
        if isinstance(answer, Print):
            connection.sendall(print_message(answer.exit_code, answer.stdout, answer.stderr, answer.signal))
            if answer.outcome == HIT and self._known.get(digest) is understood:
                self._keep(payload, digest, understood)
        elif answer is not None:
            connection.sendall(_PASS)
        return True

    def _understand(self, payload: bytes, digest: bytes) -> _Understood | CompileRequest:
        """The request with its settings, remembered while no configuration file changes; or one to pass."""
        known = self._known.get(digest)
        if known is not None and hold(known.standing):
            return known
        if known is not None and are_current(known.resolved.files):
            return known if _sees_the_same(known.request) else known.request
        request = CompileRequest.decode(payload)
        if request.version != __version__ or not _sees_the_same(request):
            return request
        entries, environment = self._environment(request.environment)
        request = replace(request, environment=entries)
        invocation = Invocation(
            arguments=request.argv,
            compiler=os.path.join(request.cwd, request.compiler),
            cwd=request.cwd,
            environment=environment,
            umask=request.umask,
            same_stream=bool(request.flags & RequestFlag.SAME_STREAM),
            terminal=_terminal(request, environment),
        )
        searched_ns = time.time_ns()
        try:
            resolved = resolve(environment, request.cwd, *read_options(request.options))
        except ConfigError as err:
            # Told by `clcache config`, at configure time and here, never on a compile's streams.
            folder = fallback_folder(environment, request.cwd)
            complain(err)
            if folder is not None:
                self._engine.statistics(folder).count_error()
            return request
        standing = self._shared((*_what_it_sees(request), *resolved.files.records))
        understood = _Understood(request, invocation, resolved, standing)
        # A file as young as the clock's grain may change again under the same signature.
        if searched_ns - resolved.files.newest_change_ns > _GRAIN_NS:
            self._known[digest] = understood
            while len(self._known) > _MOST_REQUESTS:
                self._known.popitem(last=False)
        return understood

    def _keep(self, payload: bytes, digest: bytes, understood: _Understood) -> None:
        """Let a hit be given again to the same request, where it can be."""
        standing, settings = self._engine.standing, understood.resolved.settings
        if standing is None or not standing.is_to_keep(digest):
            return
        hit = self._engine.standing_hit(digest, settings)
        if hit is not None:
            hit = replace(hit, rests_on=(understood.standing, *hit.rests_on))
            reply = print_message(0, hit.result.stdout, hit.result.stderr)
            log = (str(settings.log), line_end(understood.invocation)) if settings.log is not None else None
            standing.keep(payload, hit, reply, understood.invocation.cwd, self._engine.statistics(settings.dir), log)

    def _environment(self, entries: tuple[bytes, ...]) -> tuple[tuple[bytes, ...], Mapping[str, str]]:
        """The entries with the variables that they are; what the commands of a build share is kept once."""
        known = self._environments.get(entries)
        if known is None:
            known = entries, _variables(entries)
            if len(self._environments) >= _MOST_ENVIRONMENTS:
                self._environments.clear()
            self._environments[entries] = known
        return known

    def _shared(self, records: tuple[bytes, ...]) -> Records:
        """The records; what the commands of a folder share is kept once."""
        known = self._standing.get(records)
        if known is None:
            known = Records(records)
            if len(self._standing) >= _MOST_STANDING:
                self._standing.clear()
            self._standing[records] = known
        return known


def _follow(steps: Steps, connection: CallerConnection) -> Print | Pass | None:
    """Let the launcher do one step after the other; returns the answer, or ``None`` when it went away.

    Raises:
        ProtocolError: What came is not a report.
        OSError: The connection failed.
    """
    with contextlib.closing(steps):
        reports: tuple[Ran, ...] | None = None
        while True:
            try:
                run = next(steps) if reports is None else steps.send(reports)
            except StopIteration as ended:
                answer: Print | Pass = ended.value
                return answer
            connection.sendall(run_message(run.commands, as_caller=run.as_caller))
            wait_for_report(connection)
            payload = receive(connection)
            if payload is None:
                return None
            reports = decode_report(payload)
            if len(reports) > len(run.commands):
                raise ProtocolError("more reports than command lines")


def _variables(entries: Iterable[bytes]) -> Mapping[str, str]:
    """The variables of an environment, on Windows found by names in any case."""
    parts = (os.fsdecode(entry).partition("=") for entry in entries)
    found = ((name, value) for name, equals, value in parts if equals)
    return WindowsVariables(found) if sys.platform == "win32" else dict(found)


def _terminal(request: CompileRequest, environment: Mapping[str, str]) -> bytes:
    """What a compiler can see of the caller's terminal, by its variables and its width."""
    if not request.flags & RequestFlag.STDERR_IS_TERMINAL:
        return b""
    seen = (f"{name}={environment.get(name, '')}" for name in _TERMINAL_VARIABLES)
    return os.fsencode("\n".join([str(request.columns), *seen]))


def _sees_the_same(request: CompileRequest) -> bool:
    """Whether the launcher's paths lead to the same files here: it may be in another container."""
    return all(_identity(path) == identity for path, identity in _seen_files(request))


def _what_it_sees(request: CompileRequest) -> Iterable[bytes]:
    """The same to be checked in one pass."""
    for path, seen in _seen_files(request):
        yield file_record(path, Signature(0, 0, 0, seen.file, seen.device), Kind.WHICH_FILE)


def _seen_files(request: CompileRequest) -> tuple[tuple[str, Identity], ...]:
    """Paths that are to lead to one file here and there, and to which they lead there."""
    program = os.path.join(request.cwd, request.compiler)
    return (_root(), request.root), (request.cwd, request.folder), (program, request.program)


def _root() -> str:
    """The folder by which both sides see whether they are in one container."""
    # The core works in the system's folder, and the launcher takes its drive. Not "/": Wine has that for POSIX' own.
    return os.path.splitdrive(os.getcwd())[0] + os.sep if sys.platform == "win32" else "/"


def _identity(path: str) -> Identity | None:
    try:
        status = file_status(path)
    except OSError:
        return None
    return Identity(status.st_dev, status.st_ino)
