"""Questions of the front end."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher import __version__
from clcache_launcher.core.engine import Engine
from clcache_launcher.core.questions import answer_question
from clcache_launcher.model import BuildRun
from support import stock


def ask(engine: Engine, **question: object) -> dict[str, object]:
    text, goes_on = answer_question(json.dumps(question).encode(), engine)
    assert goes_on == (question.get("command") != "stop")
    answer: dict[str, object] = json.loads(text)
    return answer


def test_stats_are_those_of_the_folder(tmp_path: Path) -> None:
    engine = Engine()
    engine.statistics(tmp_path / "cache").count_miss()
    answer = ask(engine, command="stats", folder=str(tmp_path / "cache"))
    assert answer["ok"]
    assert answer["misses"] == 1
    assert {"hits", "misses", "uncacheable", "errors", "reasons", "cache_size_bytes", "entries"} <= answer.keys()


def test_build_is_that_of_the_folder_that_is_named(tmp_path: Path) -> None:
    engine = Engine()
    for mark in ("one", "two"):
        engine.statistics(tmp_path).of(BuildRun(((mark, f"/{mark}"),))).count_miss()
    named = ask(engine, command="build", folder=str(tmp_path), build_folder="/one", around=[])
    assert (named["build"], named["misses"]) == ("one", 1)
    assert ask(engine, command="build", folder=str(tmp_path))["build"] == "two"


def test_build_around_who_asks_is_the_one(tmp_path: Path) -> None:
    engine = Engine()
    engine.statistics(tmp_path).of(BuildRun((("old", "/b"),))).count_miss()
    answer = ask(engine, command="build", folder=str(tmp_path), around=[["new", "/b"]])
    assert (answer["build"], answer["misses"], answer["began_s"]) == ("new", 0, None)


@pytest.mark.parametrize("command", ["zero", "clear"])
def test_command_without_an_answer_is_done(tmp_path: Path, command: str) -> None:
    engine = Engine()
    engine.statistics(tmp_path).count_miss()
    assert ask(engine, command=command, folder=str(tmp_path)) == {"ok": True}
    assert engine.summary(tmp_path).misses == (0 if command == "zero" else 1)


def test_clean_tells_how_many_it_removed(tmp_path: Path) -> None:
    assert ask(Engine(), command="clean", folder=str(tmp_path), max_size_bytes=1) == {"ok": True, "removed": 0}


def test_clean_knows_both_limits(tmp_path: Path) -> None:
    engine = Engine()
    storage = engine.storage(tmp_path)
    stock.add(storage, 1)
    storage.note_use({stock.key(1): 1_800_000_000})
    assert ask(engine, command="clean", folder=str(tmp_path), max_size_bytes=0)["removed"] == 0
    stock.add(storage, 2)
    storage.note_use({stock.key(2): 1_000_000_000})
    assert ask(engine, command="clean", folder=str(tmp_path), max_size_bytes=0, max_age_s=86400)["removed"] == 1
    assert storage.index.result(stock.key(1)) is not None


@pytest.mark.parametrize("command", ["status", "stop"])
def test_core_tells_who_it_is(command: str) -> None:
    told = {"ok": True, "version": __version__, "pid": os.getpid(), "standing_hits": 0}
    assert ask(Engine(), command=command) == told


@pytest.mark.parametrize(
    "question",
    [
        b"",
        b"{}",
        b"[]",
        b"1",
        b"null",
        b"\xff",
        b'{"command": "no such"}',
        b'{"command": 1}',
        b'{"command": "stats", "folder": 1}',
        b'{"command": "build", "folder": "/proc/none", "around": 1}',
        b'{"command": "build", "folder": "/proc/none", "around": [1]}',
        b'{"command": "clean", "folder": "/proc/none", "max_size_bytes": "x"}',
    ],
)
def test_what_is_no_question_is_answered_so(question: bytes) -> None:
    text, goes_on = answer_question(question, Engine())
    assert goes_on
    answer = json.loads(text)
    assert answer["ok"] is False
    assert answer["error"]


def test_folder_that_can_not_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = ask(Engine(), command="stats", folder=str(tmp_path / "file"))
    assert answer["ok"] is False
    assert "file" in str(answer["error"])


@given(st.binary(max_size=40))
def test_any_bytes_are_answered(question: bytes) -> None:
    text, goes_on = answer_question(question, Engine())
    assert goes_on
    assert json.loads(text)["ok"] is False
