"""What the core says on stderr, which may be there or not."""

import io
import sys

import pytest

from clcache_launcher.util.complaints import complain, complain_of_fault


def test_complaint_is_a_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    complain(OSError("the disk is full"))
    assert capsys.readouterr().err == "clcache-core: the disk is full\n"


def test_fault_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise KeyError("name")
    except KeyError:
        complain_of_fault("a request failed")
    told = capsys.readouterr().err
    assert told.startswith("clcache-core: a request failed\n")
    assert "test_complaints.py" in told
    assert "KeyError: 'name'" in told


@pytest.mark.parametrize("stream", [None, "closed"])
def test_nothing_is_said_where_nobody_hears(monkeypatch: pytest.MonkeyPatch, stream: str | None) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed if stream else None)
    complain("x")
    try:
        raise KeyError("name")
    except KeyError:
        complain_of_fault("a request failed")
