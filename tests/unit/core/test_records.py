"""Entries and results come back as they went in, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import msgpack

from clcache_launcher.core.records import Entry, Result, Streams
from clcache_launcher.errors import EntryFormatError
from clcache_launcher.model import Digest

digests = st.binary(min_size=16, max_size=16).map(Digest)
paths = (
    st.binary(min_size=1, max_size=30).map(lambda name: b"/" + name).map(lambda n: n.decode("utf-8", "surrogateescape"))
)


@given(st.lists(st.tuples(paths, digests), max_size=5).map(tuple), st.binary(max_size=16), st.sampled_from(Streams))
def test_entry_round_trip(includes: tuple[tuple[str, Digest], ...], state: bytes, streams: Streams) -> None:
    entry = Entry(includes, state, streams)
    assert Entry.decode(entry.encode()) == entry


@given(st.lists(st.tuples(st.text(max_size=9), digests), max_size=4).map(tuple), st.binary(), st.integers(0, 1 << 40))
def test_result_round_trip(outputs: tuple[tuple[str, Digest], ...], text: bytes, spent_ms: int) -> None:
    result = Result(outputs, text, text[::-1], b"gcc", spent_ms)
    assert Result.decode(result.encode()) == result


WRONG = [
    b"",
    b"\xc1",
    msgpack.encode(1),
    msgpack.encode([[], b""]),
    msgpack.encode([[["/a.h", b"short"]], b"", "any"]),
    msgpack.encode([[["/a.h"]], b"", "any"]),
    msgpack.encode([[], "text", "any"]),
    msgpack.encode([[], b"", "no such"]),
    msgpack.encode([[], b"", "any", 1]),
    msgpack.encode([[], b"", "any"])[:-1],
    msgpack.encode([[], b"", b"", b""]),
    msgpack.encode([[], b"", b"", b"", -1]),
    msgpack.encode([[], b"", b"", b"", 1.5]),
    msgpack.encode([[], b"", b"", b"", True]),
    b"\x91" * 100_000,
]


@pytest.mark.parametrize("body", WRONG)
def test_what_is_no_record_is_an_error(body: bytes) -> None:
    with pytest.raises(EntryFormatError):
        Entry.decode(body)
    with pytest.raises(EntryFormatError):
        Result.decode(body)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_record_or_an_error(body: bytes) -> None:
    for kind in (Entry, Result):
        try:
            kind.decode(body)
        except EntryFormatError:
            continue
