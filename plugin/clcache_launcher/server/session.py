"""One connection: from a request's bytes to the reply's."""

import logging
import os
import socket
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from blake3 import blake3

from clcache_launcher import __version__
from clcache_launcher.config.files import are_current
from clcache_launcher.config.sources import Resolved, fallback_folder, resolve
from clcache_launcher.core.engine import Engine, Fault
from clcache_launcher.core.lookup import Hit
from clcache_launcher.core.store import Attempt, Ran, Unclear
from clcache_launcher.errors import ConfigError
from clcache_launcher.model import Invocation, Uncacheable
from clcache_launcher.protocol import (
    CompileRequest,
    DoneReport,
    Identity,
    Message,
    RequestFlag,
    encode,
    print_message,
    receive,
    run_message,
)
from clcache_launcher.server.elders import is_older
from clcache_launcher.server.endpoint import wait_for_report
from clcache_launcher.server.log import InvocationLog

__all__ = ["Sessions"]

_LOG: Final = logging.getLogger(__name__)
_PASS: Final = encode(Message.PASS)
_MOST_REQUESTS: Final = 20_000
_GRAIN_NS: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class _Understood:
    """A request with its settings."""

    request: CompileRequest
    invocation: Invocation
    resolved: Resolved


class Sessions:
    """Answers compile requests; safe for several threads."""

    def __init__(self, engine: Engine) -> None:
        """Answer from ``engine``."""
        self._engine = engine
        self._known: OrderedDict[bytes, _Understood] = OrderedDict()
        self._log = InvocationLog()

    def serve(self, connection: socket.socket, payload: bytes) -> bool:
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
        answer = self._engine.begin(understood.invocation, settings, digest)
        if isinstance(answer, Attempt):
            self._run(connection, understood, answer, began)
            return True
        if isinstance(answer, Hit):
            connection.sendall(print_message(0, answer.stdout, answer.stderr))
        else:
            connection.sendall(_PASS)
        self._log.write(settings.log, understood.invocation, _outcome(answer), began)
        return True

    def _run(self, connection: socket.socket, understood: _Understood, attempt: Attempt, began: float) -> None:
        settings = understood.resolved.settings
        connection.sendall(run_message(attempt.plan.argv, attempt.plan.dependency_pass))
        wait_for_report(connection)
        payload = receive(connection)
        if payload is None:
            self._log.write(settings.log, understood.invocation, "abandoned", began)
            return
        report = DoneReport.decode(payload)
        ran = Ran(
            report.exit_code,
            report.started_ns,
            report.stdout,
            report.stderr,
            report.report_exit_code,
            report.report_stderr,
        )
        stored = self._engine.finish(attempt, ran, settings)
        if isinstance(stored, Unclear):
            connection.sendall(_PASS)
            self._log.write(settings.log, understood.invocation, "uncacheable: compiler_failed", began)
            return
        connection.sendall(print_message(report.exit_code, stored.stdout, report.stderr))
        outcome = f"error: {stored.fault}" if stored.fault else _outcome(stored.refused) if stored.refused else "miss"
        self._log.write(settings.log, understood.invocation, outcome, began)

    def _understand(self, payload: bytes, digest: bytes) -> _Understood | CompileRequest:
        """The request with its settings, remembered while no configuration file changes; or one to pass."""
        known = self._known.get(digest)
        if known is not None and are_current(known.resolved.files):
            return known if _sees_the_same(known.request) else known.request
        request = CompileRequest.decode(payload)
        if request.version != __version__ or not _sees_the_same(request):
            return request
        entries = (os.fsdecode(entry).partition("=") for entry in request.environment)
        environment = {name: value for name, equals, value in entries if equals}
        invocation = Invocation(
            arguments=request.argv,
            compiler=os.path.join(request.cwd, request.compiler),
            cwd=request.cwd,
            environment=environment,
            umask=request.umask,
            same_stream=bool(request.flags & RequestFlag.SAME_STREAM),
        )
        searched_ns = time.time_ns()
        try:
            resolved = resolve(environment, request.cwd, request.config or None)
        except ConfigError as err:
            # Told by `clcache config`, at configure time and here, never on a compile's streams.
            folder = fallback_folder(environment, request.cwd)
            _LOG.warning("%s", err)
            if folder is not None:
                self._engine.statistics(folder).count_error()
            return request
        understood = _Understood(request, invocation, resolved)
        # A file as young as the clock's grain may change again under the same signature.
        if searched_ns - resolved.files.newest_change_ns > _GRAIN_NS:
            self._known[digest] = understood
            while len(self._known) > _MOST_REQUESTS:
                self._known.popitem(last=False)
        return understood


def _outcome(answer: Hit | Uncacheable | Fault) -> str:
    if isinstance(answer, Hit):
        return "hit"
    if isinstance(answer, Fault):
        return f"error: {answer.message}"
    return f"uncacheable: {answer.reason.value} {answer.detail}".rstrip()


def _sees_the_same(request: CompileRequest) -> bool:
    """Whether the launcher's paths lead to the same files here: it may be in another container."""
    program = os.path.join(request.cwd, request.compiler)
    return (
        _identity("/") == request.root
        and _identity(request.cwd) == request.folder
        and _identity(program) == request.program
    )


def _identity(path: str) -> Identity | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return Identity(status.st_dev, status.st_ino)
