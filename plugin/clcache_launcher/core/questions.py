"""Questions of the front end to the core: JSON in, JSON out.

A question is ``{"command": name, "folder": cache folder, …}``; an answer has ``ok`` and, where that is false,
``error``. ``status`` tells how many hits were given again without being looked up. ``build`` has
``build_folder``, which may be missing, and ``around``: see ``core.builds.summarize_build``.
"""

import json
import os
from pathlib import Path
from typing import Final

from msgspec.structs import asdict

from clcache_launcher import __version__
from clcache_launcher.core.engine import Engine
from clcache_launcher.errors import StorageError

__all__ = ["STOP", "answer_question"]

STOP: Final = "stop"


def answer_question(payload: bytes, engine: Engine) -> tuple[bytes, bool]:
    """Answer a question of the front end.

    Returns:
        The answer, and whether the core is to go on.
    """
    try:
        question = json.loads(payload)
        command, folder = question["command"], Path(question.get("folder", "/"))
        limits = question.get("max_size_bytes", 0), question.get("max_age_s", 0)
        if command == "build":
            around = [(str(mark), str(place)) for mark, place in question.get("around", ())]
            answer = asdict(engine.build_summary(folder, question.get("build_folder"), around))
        else:
            answer = _answer(command, folder, limits, engine)
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        return _encode({"ok": False, "error": f"not a question: {err}"}), True
    except StorageError as err:
        return _encode({"ok": False, "error": str(err)}), True
    return _encode({"ok": True, **answer}), command != STOP


def _answer(command: str, folder: Path, limits: tuple[int, int], engine: Engine) -> dict[str, object]:
    match command:
        case "stats":
            return asdict(engine.summary(folder))
        case "zero":
            engine.zero(folder)
        case "clean":
            return {"removed": engine.clean(folder, *limits)}
        case "clear":
            engine.clear(folder)
        case "status" | "stop":
            return {"version": __version__, "pid": os.getpid(), "standing_hits": engine.count_standing()}
        case _:
            raise ValueError(f"no command {command!r}")
    return {}


def _encode(answer: dict[str, object]) -> bytes:
    return json.dumps(answer).encode()
