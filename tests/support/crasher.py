"""Ends a process at each step of its work on a cache folder in turn, and tells what the next one finds.

``python -m support.crasher FOLDER SCENARIO`` plays a scenario on copies of a folder: the first copy's process ends
before its first step, the second copy's before its second, until one comes to its end. A step is a change of a file or
folder, a statement or a commit of SQLite; a write is torn: its first half is written. A line of JSON tells of each copy
what the next process finds in it.
"""

import json
import os
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.util.files import digest_of
from support.stock import add, content, dangling, find, key, scratch_files

__all__ = ["COUNT", "SCENARIOS", "main"]

COUNT: Final = 6
OTHER: Final = b"other"
_ENDED_AT_A_STEP: Final = 77
_STEPS: Final = ("open", "write", "replace", "rename", "unlink", "rmdir", "mkdir", "link", "utime", "chmod")


def _add(storage: LocalStorage) -> None:
    for number in (COUNT, COUNT + 1):
        add(storage, number)


def _replace(storage: LocalStorage) -> None:
    # The same key with another artifact: a compiler that is not deterministic.
    add(storage, 0, OTHER)
    add(storage, 0)


def _heal(storage: LocalStorage) -> None:
    os.truncate(storage.artifacts.path(digest_of(content(1))), 3)
    assert find(storage, 1) is None
    add(storage, 1)


def _heal_index(storage: LocalStorage) -> None:
    with open(storage.index.path, "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * os.path.getsize(storage.index.path))
    add(storage, 1)
    storage.tend(0)


SCENARIOS: Final[dict[str, Callable[[LocalStorage], object]]] = {
    "add": _add,
    "replace": _replace,
    "heal": _heal,
    "heal the index": _heal_index,
    "evict": lambda storage: storage.evict(1),
    "clear": LocalStorage.clear,
    "clean": lambda storage: storage.clean(1),
    "count": lambda storage: storage.index.count({"hits": 1}),
    "close": LocalStorage.close,
}


class _Steps:
    """Counts steps and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.left = last

    def is_last(self) -> bool:
        self.left -= 1
        return self.left == 0

    def end(self) -> None:
        os._exit(_ENDED_AT_A_STEP)

    def wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **more: Any) -> Any:
            if self.is_last():
                if function.__name__ == "write":
                    function(arguments[0], arguments[1][: len(arguments[1]) // 2])
                self.end()
            return function(*arguments, **more)

        return step

    def install(self) -> None:
        for name in _STEPS:
            setattr(os, name, self.wrap(getattr(os, name)))
        steps = self

        class Connection(sqlite3.Connection):
            def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
                if steps.is_last():
                    steps.end()
                done = super().execute(statement, *values)
                if statement == "COMMIT" and steps.is_last():
                    steps.end()
                return done

        connect = sqlite3.connect
        sqlite3.connect = lambda *arguments, **more: connect(*arguments, factory=Connection, **more)  # type: ignore[assignment]


def _in_a_process(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        sys.stdout.flush()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _stock(folder: Path) -> None:
    storage = LocalStorage(folder)
    for number in range(COUNT):
        add(storage, number)
    # Not closed: what the next process finds is a log that nobody has moved into the index.


def _work(folder: Path, scenario: str, last: int) -> None:
    _Steps(last).install()
    SCENARIOS[scenario](LocalStorage(folder))


def _inspect(folder: Path, ended: int) -> None:
    storage = LocalStorage(folder)
    found = {number: find(storage, number) for number in range(COUNT + 2)}
    report = {
        "ended": ended,
        "wrong": [number for number, data in found.items() if data not in {None, content(number), OTHER}],
        "lost": [number for number in range(COUNT) if found[number] is None],
        "total": storage.index.totals().results,
    }
    storage.clean(0)
    report["dangling"] = {name: len(wrong) for name, wrong in dangling(storage).items()}
    report["scratch"] = scratch_files(folder)
    name = os.path.basename(storage.index.path)
    known = {name, f"{name}-wal", f"{name}-shm", "lock", "artifacts", "scratch", "removals"}
    report["strange"] = sorted(set(os.listdir(folder)) - known)
    for number in range(COUNT + 2):
        add(storage, number)
    report["not stored again"] = [number for number in range(COUNT + 2) if find(storage, number) != content(number)]
    report["key"] = storage.index.result(key(0)) is not None
    print(json.dumps(report))


def main(folder: Path, scenario: str) -> int:
    """Play a scenario until it comes to its end."""
    stock = folder / "stock"
    if _in_a_process(lambda: _stock(stock)):
        return 1
    for last in range(1, 2000):
        copy = folder / "copy"
        shutil.copytree(stock, copy)
        ended = _in_a_process(lambda: _work(copy, scenario, last))  # noqa: B023 - it is called at once
        if ended not in {0, _ENDED_AT_A_STEP} or _in_a_process(lambda: _inspect(copy, ended)):  # noqa: B023
            return 1
        shutil.rmtree(copy)
        if ended == 0:
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
