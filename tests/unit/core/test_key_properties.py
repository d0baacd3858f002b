"""Keys and records, whatever is in them: no two invocations that differ in what matters share a key."""

import struct
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clcache_launcher.core.keys import manifest_key, result_key
from clcache_launcher.core.records import Entry, Result, Streams
from clcache_launcher.errors import EntryFormatError
from clcache_launcher.model import Compilation, Digest, Invocation, ManifestKey, Output

# Parts that would read alike if a key forgot where one ends.
awkward = st.sampled_from(
    ["", "a", "b", "ab", "\n", "a\n", "argument 1\na", "a\nargument 1\nb", "1", "\udce4", "value 1\n"]
)
words = awkward | st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
digests = st.binary(min_size=16, max_size=16).map(Digest)
inputs = st.lists(st.tuples(words, digests), max_size=3).map(tuple)
entries = st.builds(Entry, inputs, st.binary(max_size=16), st.sampled_from(Streams))
roles = st.lists(st.tuples(st.sampled_from(["object", "depfile", "dwo", ""]), digests), max_size=3).map(tuple)
results = st.builds(Result, roles, st.binary(max_size=9), st.binary(max_size=9))
parts = st.fixed_dictionaries(
    {
        "name": words,
        "cwd": words,
        "language": words,
        "arguments": st.lists(words, max_size=4).map(tuple),
        "toolchain": st.binary(max_size=4),
        "environment": st.dictionaries(words, words, max_size=3),
        "inputs": inputs,
    }
)


def key(part: dict[str, Any]) -> bytes:
    invocation = Invocation((part["name"],), "/usr/bin/c++", part["cwd"], {"X": "1"}, 0o22, same_stream=False)
    compilation = Compilation("a.c", part["language"], (), part["arguments"], (Output("object", "a.o"),))
    return manifest_key(invocation, compilation, part["toolchain"], part["environment"], part["inputs"])


@given(parts, parts)
def test_key_is_equal_where_every_part_is_and_nowhere_else(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (key(one) == key(other)) == (one == other)


@given(parts, parts, st.sampled_from(["name", "cwd", "language", "arguments", "toolchain", "environment", "inputs"]))
def test_any_one_part_changes_the_key(one: dict[str, Any], other: dict[str, Any], which: str) -> None:
    changed = {**one, which: other[which]}
    assert (key(one) == key(changed)) == (one == changed)


@given(parts, st.permutations(range(3)))
def test_order_of_the_environment_does_not_matter(part: dict[str, Any], order: list[int]) -> None:
    variables = [("A", "1"), ("B", "2"), ("C", "3")]
    shuffled = {**part, "environment": dict(variables[place] for place in order)}
    assert key(shuffled) == key({**part, "environment": dict(variables)})


@given(parts, st.lists(words, min_size=2, max_size=4, unique=True), st.randoms(use_true_random=False))
def test_order_of_arguments_matters(part: dict[str, Any], arguments: list[str], chance: Random) -> None:
    shuffled = list(arguments)
    chance.shuffle(shuffled)
    one, other = ({**part, "arguments": tuple(order)} for order in (arguments, shuffled))
    assert (key(one) == key(other)) == (arguments == shuffled)


@given(entries, entries, st.binary(max_size=4), st.binary(max_size=4))
def test_result_key_is_equal_where_manifest_and_entry_are(
    one: Entry, other: Entry, first: bytes, second: bytes
) -> None:
    keys = (result_key(ManifestKey(first), one.encode()), result_key(ManifestKey(second), other.encode()))
    assert (keys[0] == keys[1]) == ((first, one) == (second, other))


@given(entries | results)
def test_record_comes_back(record: Entry | Result) -> None:
    assert type(record).decode(record.encode()) == record


@given(entries | results, st.data())
def test_record_cut_short_is_an_error(record: Entry | Result, data: st.DataObject) -> None:
    body = record.encode()
    cut = body[: data.draw(st.integers(0, len(body) - 1))]
    try:
        type(record).decode(cut)
    except EntryFormatError:
        return
    raise AssertionError(cut)


@given(entries | results, st.data())
def test_record_with_a_flipped_bit_is_an_error_or_a_record(record: Entry | Result, data: st.DataObject) -> None:
    body = bytearray(record.encode())
    at = data.draw(st.integers(0, len(body) * 8 - 1))
    body[at // 8] ^= 1 << at % 8
    try:
        found = type(record).decode(bytes(body))
    except EntryFormatError:
        return
    # What is believed carries a seal of its own in the index; a record alone need only be of the right form.
    assert type(record).decode(found.encode()) == found


@given(entries, st.integers(0, 2**32 - 1))
def test_lengths_that_lie_are_errors(entry: Entry, length: int) -> None:
    for lead in (b"\xdd", b"\xc6", b"\xdb", b"\xdf"):
        try:
            Entry.decode(lead + struct.pack(">I", length) + entry.encode())
        except EntryFormatError:
            continue
        raise AssertionError(lead)


def test_number_of_inputs_is_told_apart() -> None:
    entry = Entry((("/a", Digest(b"d" * 16)),) * 2, b"", Streams.ANY)
    assert entry.encode() != replace(entry, includes=entry.includes[:1]).encode()
