"""The resident core: listens, answers, ends when nobody asks."""

import contextlib
import os
import signal
import sys
import threading
import time
from typing import Final

from clcache_launcher.core.engine import Engine
from clcache_launcher.core.questions import answer_question
from clcache_launcher.protocol import Message, ProtocolError, encode, fields_of, receive
from clcache_launcher.server.elders import end_older_cores
from clcache_launcher.server.endpoint import CallerConnection, EndpointError, Listener
from clcache_launcher.server.session import Sessions
from clcache_launcher.util.complaints import complain, complain_of_fault

__all__ = ["serve"]

_IDLE_THREADS: Final = 4
_MOST_THREADS: Final = 1024
_TEND_EVERY_S: Final = 2.0
_DRAIN_S: Final = 600.0


class Core:
    """The threads that answer, and when they end."""

    def __init__(self, listener: Listener) -> None:
        """Serve the callers of ``listener``."""
        self._listener = listener
        self._engine = Engine()
        self._sessions = Sessions(self._engine)
        self._answers = self._engine.standing.answers if self._engine.standing is not None else None
        self._lock = threading.Lock()
        self._waiting = 0
        self._threads = 0
        self._last_s = time.monotonic()
        self._stop = threading.Event()

    def run(self) -> None:
        """Serve until told to stop or idle, then write what is not yet written."""
        for _ in range(min(_IDLE_THREADS, os.cpu_count() or 1)):
            self._add_thread()
        while not self._stop.wait(_TEND_EVERY_S):
            self._engine.tend()
            if self._is_idle():
                break
        self._listener.withdraw()
        # A caller whose compiler runs still reports; who connected before the socket was gone is still answered.
        until_s = time.monotonic() + _DRAIN_S
        while self._is_busy() and time.monotonic() < until_s:
            time.sleep(0.02)
        self._engine.close()
        self._listener.close()

    def _is_idle(self) -> bool:
        limit_s = self._engine.idle_timeout_s
        last_s = max(self._last_s, self._answers.activity()[0] if self._answers is not None else 0)
        return bool(limit_s) and not self._is_busy() and time.monotonic() - last_s > limit_s

    def _is_busy(self) -> bool:
        with self._lock:
            is_busy = self._waiting < self._threads
        return is_busy or (self._answers is not None and self._answers.activity()[1] > 0)

    def _add_thread(self) -> None:
        with self._lock:
            if self._threads >= _MOST_THREADS:
                return
            self._threads += 1
            self._waiting += 1
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        while True:
            try:
                connection = self._listener.accept(self._answers)
            except OSError:
                break
            with self._lock:
                self._waiting -= 1
                is_last = self._waiting == 0
            if is_last:
                self._add_thread()
            with connection:
                self._answer(connection)
            self._last_s = time.monotonic()
            with self._lock:
                self._waiting += 1
                if self._waiting > _IDLE_THREADS:
                    break
        with self._lock:
            self._waiting -= 1
            self._threads -= 1

    def _answer(self, connection: CallerConnection) -> None:
        """Answer one caller. The one broad ``except``: whatever fails here, the launcher runs the compiler."""
        try:
            payload = receive(connection)
            if payload is None:
                return
            if payload[:1] == Message.COMPILE.value:
                goes_on = self._sessions.serve(connection, payload)
            elif payload[:1] == Message.CONTROL.value:
                (question,) = fields_of(payload)
                answer, goes_on = answer_question(question, self._engine)
                connection.sendall(encode(Message.ANSWER, (answer,)))
            else:
                raise ProtocolError("unknown message")
            if not goes_on:
                self._stop.set()
        except (ProtocolError, OSError):
            pass  # the caller is gone, or no launcher
        except Exception:
            self._engine.count_unknown_error()
            complain_of_fault("a request failed")


def serve(endpoint: str, ready: int) -> int:
    """Serve an end point until idle or told to stop.

    Args:
        endpoint: The socket's path, on Windows the pipe's name.
        ready: Descriptor that gets one byte as soon as callers are accepted; then it is closed. On Windows nothing
            waits for it: there the pipe tells by being there.

    Returns:
        The exit code.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        listener = Listener(endpoint)
    except EndpointError as err:
        complain(err)
        return 1
    # Hits are short: a thread that waits for its turn must not wait long.
    sys.setswitchinterval(0.0005)
    core = Core(listener)
    threading.Thread(target=end_older_cores, args=(endpoint,), daemon=True).start()
    if sys.platform != "win32":
        with contextlib.suppress(OSError):
            os.write(ready, b"1")
            os.close(ready)
    core.run()
    return 0
