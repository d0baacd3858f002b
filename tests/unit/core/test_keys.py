"""Keys: what must change one does, what must not does not."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from clcache_launcher.core.keys import manifest_key, result_key
from clcache_launcher.core.records import Entry, Streams
from clcache_launcher.model import Compilation, Digest, Invocation, ManifestKey, Output

INVOCATION = Invocation(("g++", "-c", "a.cpp"), "/usr/bin/g++", "/work", {"HOME": "/h"}, 0o22, same_stream=False)
COMPILATION = Compilation("a.cpp", "c++", ("-c", "a.cpp"), ("-c", "a.cpp"), (Output("object", "a.o"),))
SOURCE = (("/work/a.cpp", Digest(b"d" * 16)),)


def key(
    invocation: Invocation = INVOCATION,
    compilation: Compilation = COMPILATION,
    toolchain: bytes = b"t",
    environment: dict[str, str] | None = None,
    inputs: tuple[tuple[str, Digest], ...] = SOURCE,
) -> bytes:
    return manifest_key(invocation, compilation, toolchain, environment or {}, inputs)


def test_everything_that_reaches_an_output_changes_the_key() -> None:
    keys = [
        key(),
        key(replace(INVOCATION, cwd="/other")),
        key(replace(INVOCATION, arguments=("gcc", "-c", "a.cpp"))),
        key(compilation=replace(COMPILATION, key_arguments=("-c", "-O2", "a.cpp"))),
        key(compilation=replace(COMPILATION, language="c")),
        key(toolchain=b"u"),
        key(environment={"LC_ALL": "C"}),
        key(environment={"LC_ALL": "de"}),
        key(inputs=(("/work/a.cpp", Digest(b"e" * 16)),)),
        key(inputs=(("/work/b.cpp", Digest(b"d" * 16)),)),
        key(inputs=(*SOURCE, ("/work/list", Digest(b"f" * 16)))),
    ]
    assert len(set(keys)) == len(keys)


def test_what_reaches_no_output_does_not_change_the_key() -> None:
    assert key() == key(replace(INVOCATION, umask=0o77))
    assert key() == key(replace(INVOCATION, environment={"HOME": "/other"}))
    assert key() == key(replace(INVOCATION, same_stream=True))
    assert key() == key(compilation=replace(COMPILATION, outputs=(Output("object", "b.o"),)))


def test_order_of_variables_does_not_matter() -> None:
    assert key(environment={"A": "1", "B": "2"}) == key(environment={"B": "2", "A": "1"})


@given(st.lists(st.text(max_size=5), max_size=5), st.lists(st.text(max_size=5), max_size=5))
def test_arguments_are_never_run_together(one: list[str], other: list[str]) -> None:
    keys = [key(compilation=replace(COMPILATION, key_arguments=tuple(words))) for words in (one, other)]
    assert (keys[0] == keys[1]) == (one == other)


def test_result_depends_on_manifest_and_entry() -> None:
    entry = Entry((("/a.h", Digest(b"d" * 16)),), b"state", Streams.ANY)
    keys = {
        result_key(ManifestKey(b"m"), entry.encode()),
        result_key(ManifestKey(b"n"), entry.encode()),
        result_key(ManifestKey(b"m"), replace(entry, includes=()).encode()),
        result_key(ManifestKey(b"m"), replace(entry, search_state=b"other").encode()),
        result_key(ManifestKey(b"m"), replace(entry, streams=Streams.MERGED).encode()),
    }
    assert len(keys) == 5
