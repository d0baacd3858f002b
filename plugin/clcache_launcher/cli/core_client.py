"""Asks the live core, or answers from the cache folder itself where none runs."""

import json
from typing import Final

from clcache_launcher.core.engine import Engine
from clcache_launcher.core.questions import answer_question
from clcache_launcher.errors import ClcacheError
from clcache_launcher.protocol import Message, ProtocolError, encode, fields_of, receive
from clcache_launcher.util.connection import connect

__all__ = ["ask", "ask_live"]

_TIMEOUT_S: Final = 120.0


def ask(endpoint: str, **question: object) -> dict[str, object]:
    """Ask a question and return the answer.

    Args:
        endpoint: The core's end point, or an empty string when there is none.
        **question: As ``core.questions`` describes it.

    Raises:
        ClcacheError: It could not be answered.
    """
    answer = ask_live(endpoint, **question)
    if answer is None:
        engine = Engine()
        try:
            answer = json.loads(answer_question(json.dumps(question).encode(), engine)[0])
        finally:
            engine.close()
    if not answer.get("ok"):
        raise ClcacheError(str(answer.get("error")))
    return answer


def ask_live(endpoint: str, **question: object) -> dict[str, object] | None:
    """The answer of the live core, or ``None`` when none runs."""
    if not endpoint:
        return None
    try:
        with connect(endpoint, _TIMEOUT_S) as connection:
            connection.sendall(encode(Message.CONTROL, (json.dumps(question).encode(),)))
            payload = receive(connection)
        if payload is None or payload[:1] != Message.ANSWER.value:
            return None
        (text,) = fields_of(payload)
    except TimeoutError as err:
        raise ClcacheError(f"{endpoint}: the core does not answer; end it with 'clcache stop' or kill it") from err
    except (OSError, ProtocolError, ValueError):
        return None
    answer: dict[str, object] = json.loads(text)
    return answer
