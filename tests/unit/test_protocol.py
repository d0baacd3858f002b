"""Frames and messages."""

import os
import socket
import struct
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.model import Ran
from clcache_launcher.protocol import (
    CompileRequest,
    Identity,
    Message,
    ProtocolError,
    RequestFlag,
    decode_report,
    encode,
    fields_of,
    print_message,
    receive,
    run_message,
)

FIELDS = (
    b"0.1.0",
    struct.pack("<9Q", 0o22, 1, 1, 2, 3, 4, 5, 6, 80),
    b"/work",
    b"/usr/bin/g++",
    b"--roots=a=/x\0",
    b"g++\0-c\0",
    b"A=1\0B=2=3\0",
)


def received(data: bytes) -> bytes | None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        return receive(ours)


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_fields_come_out_as_they_went_in(fields: list[bytes]) -> None:
    payload = received(encode(Message.CONTROL, fields))
    assert payload is not None
    assert payload[:1] == b"C"
    assert fields_of(payload) == fields


def test_closed_connection_is_no_message() -> None:
    assert received(b"") is None


@pytest.mark.parametrize("size", range(1, len(encode(Message.COMPILE, FIELDS))))
def test_frame_cut_short_is_an_error(size: int) -> None:
    with pytest.raises(ProtocolError):
        received(encode(Message.COMPILE, FIELDS)[:size])


@pytest.mark.parametrize(
    "data",
    [
        b"rubbish that is no frame",
        struct.pack("<II", 0x31434C43, 0),
        struct.pack("<II", 0x31434C43, 0xFFFFFFFF) + b"x",
        encode(Message.PASS) + b"more",
    ],
)
def test_what_is_no_frame_is_an_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        received(data)


def test_request_is_read() -> None:
    request = CompileRequest.decode(encode(Message.COMPILE, FIELDS)[8:])
    assert request == CompileRequest(
        version="0.1.0",
        umask=0o22,
        flags=RequestFlag.SAME_STREAM,
        root=Identity(1, 2),
        folder=Identity(3, 4),
        program=Identity(5, 6),
        cwd="/work",
        compiler="/usr/bin/g++",
        options=("--roots=a=/x",),
        argv=("g++", "-c"),
        environment=(b"A=1", b"B=2=3"),
        columns=80,
    )


@pytest.mark.parametrize(
    ("at", "field"),
    [(1, b"short"), (5, b""), (5, b"no end"), (6, b"A=1")],
    ids=["numbers", "argv", "list", "environment"],
)
def test_request_with_a_wrong_field_is_an_error(at: int, field: bytes) -> None:
    fields = [*FIELDS[:at], field, *FIELDS[at + 1 :]]
    with pytest.raises(ProtocolError):
        CompileRequest.decode(encode(Message.COMPILE, fields)[8:])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_or_an_error(data: bytes) -> None:
    for decode in (CompileRequest.decode, decode_report):
        with pytest.raises(ProtocolError):
            decode(b"x" + data)


def test_report_is_read() -> None:
    first, second = struct.pack("<4Q", 0, 0, 123, 77), struct.pack("<4Q", 143, 15, 456, 88)
    payload = encode(Message.DONE, (first, b"out", b"err", second, b"", b"more"))[8:]
    assert decode_report(payload) == (Ran(0, 0, 123, b"out", b"err", 77), Ran(143, 15, 456, b"", b"more", 88))


def test_answers_have_the_form_that_the_launcher_reads() -> None:
    assert fields_of(print_message(-1, b"o", b"e", 15)[8:]) == [b"\xff\xff\xff\xff\x0f\0\0\0", b"o", b"e"]
    assert fields_of(run_message([["a", "b c"], ["d"]], as_caller=True)[8:]) == [b"\1\0\0\0", b"a\0b c\0", b"d\0"]
    assert fields_of(run_message([["a"]], as_caller=False)[8:]) == [bytes(4), b"a\0"]


@pytest.mark.parametrize("size", range(len(encode(Message.COMPILE, FIELDS)) - 8))
def test_request_cut_short_inside_its_frame_is_an_error(size: int) -> None:
    with pytest.raises(ProtocolError):
        CompileRequest.decode(encode(Message.COMPILE, FIELDS)[8 : 8 + size])


@pytest.mark.parametrize("wrong", [-1, 1, 0x7FFFFFFF])
@pytest.mark.parametrize("which", range(3))
def test_report_with_a_wrong_length_is_an_error(which: int, wrong: int) -> None:
    fields = [struct.pack("<4Q", 0, 0, 0, 0), b"out", b"err"]
    payload = bytearray(encode(Message.DONE, fields)[8:])
    at = 1 + sum(4 + len(field) for field in fields[:which])
    struct.pack_into("<I", payload, at, (len(fields[which]) + wrong) & 0xFFFFFFFF)
    with pytest.raises(ProtocolError):
        decode_report(bytes(payload))


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5])
def test_report_with_another_number_of_fields_is_an_error(count: int) -> None:
    with pytest.raises(ProtocolError):
        decode_report(encode(Message.DONE, [struct.pack("<4Q", 0, 0, 0, 0)] * count)[8:])


def test_request_is_no_report() -> None:
    with pytest.raises(ProtocolError):
        decode_report(encode(Message.COMPILE, (struct.pack("<4Q", 0, 0, 0, 0), b"", b""))[8:])


# On Windows they are text, in which half a character may stand alone.
words = (
    st.text(max_size=12).map(lambda text: text.replace("\0", "") + "\udc80")
    if sys.platform == "win32"
    else st.binary(max_size=12).map(lambda text: text.replace(b"\0", b"")).map(os.fsdecode)
)


@given(cwd=words, argv=st.lists(words, min_size=1, max_size=5), environment=st.lists(words, max_size=5))
def test_any_bytes_of_a_command_line_come_through(cwd: str, argv: list[str], environment: list[str]) -> None:
    def listed(items: list[str]) -> bytes:
        return b"".join(os.fsencode(item) + b"\0" for item in items)

    fields = [*FIELDS[:2], os.fsencode(cwd), FIELDS[3], b"", listed(argv), listed(environment)]
    request = CompileRequest.decode(encode(Message.COMPILE, fields)[8:])
    assert (request.cwd, list(request.argv)) == (cwd, argv)
    assert [os.fsdecode(entry) for entry in request.environment] == environment


@given(st.lists(st.lists(words, min_size=1, max_size=5), max_size=3))
def test_any_command_lines_are_told_as_they_are(commands: list[list[str]]) -> None:
    _flags, *told = [field.split(b"\0")[:-1] for field in fields_of(run_message(commands, as_caller=True)[8:])]
    assert [[os.fsdecode(item) for item in items] for items in told] == commands


def test_frame_that_comes_in_pieces_is_whole() -> None:
    frame = encode(Message.CONTROL, [b"x" * 300_000])
    ours, theirs = socket.socketpair()

    def send() -> None:
        with theirs:
            for at in (0, 1, 7, 8, 9, 70_000):
                theirs.sendall(frame[at : {0: 1, 1: 7, 7: 8, 8: 9, 9: 70_000}.get(at, len(frame))])

    thread = threading.Thread(target=send)
    thread.start()
    with ours:
        assert receive(ours) == frame[8:]
    thread.join()


frames = st.sampled_from(
    [
        encode(Message.COMPILE, FIELDS),
        encode(Message.DONE, (struct.pack("<4Q", 0, 0, 1, 0), b"out", b"err", b"", b"pass")),
        encode(Message.CONTROL, (b"{}",)),
    ]
)


@given(frames, st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=4), st.integers(0, 400))
def test_any_spoilt_frame_is_a_message_or_an_error(frame: bytes, changes: list[tuple[int, int]], end: int) -> None:
    spoilt = bytearray(frame)
    for at, value in changes:
        spoilt[at % len(spoilt)] = value
    try:
        payload = received(bytes(spoilt[: end or None]))
    except ProtocolError:
        return
    for decode in (CompileRequest.decode, decode_report, fields_of):
        if payload is not None:
            try:
                decode(payload)
            except ProtocolError:
                continue
