"""Entries and results as they are stored.

Both are msgpack arrays; what does not have exactly this form is an ``EntryFormatError``.

    entry   [includes, search_state, streams, terminal, stamped, bound_to, bound, is_shared]
            includes: [[path, digest] …]; search_state: digest; streams: "any", "apart" or "merged";
            terminal: what the texts were printed to; stamped: how many of the last includes;
            bound_to: names of the roots whose paths are, or may be, in the result; bound: what stands for these roots'
            folders; is_shared: texts and depfile hold tokens in the place of roots, as the includes always do
    result  [outputs, stdout, stderr, made_by, spent_ms]
            outputs: [[role, digest] …], in the order of the compilation's outputs, those that were made;
            made_by: the command line, for reports; spent_ms: how long the compiler ran, in milliseconds

History: 1 (clcache-launcher 0.1.0), 2 (made_by, terminal, stamped), 3 (bound), 4 (bound to "*"), 5 (bound_to,
is_shared, spent_ms). A change of form is a change of ``keys.KEY_VERSION``.
"""

import enum
import os
from collections.abc import Iterable

from msgspec import Struct, msgpack
from msgspec.structs import replace

from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.errors import EntryFormatError
from clcache_launcher.model import Digest
from clcache_launcher.util.files import DIGEST_BYTES, encode_paths

__all__ = ["Entry", "Result", "Streams"]


class Streams(enum.Enum):
    """For which callers a result's texts are what the compiler would print."""

    ANY = "any"
    """At most one stream has text."""
    APART = "apart"
    """Both have; how they mingle in one file is not known."""
    MERGED = "merged"
    """Both went to one file, which stdout holds; which text was whose is not known."""


class Entry(Struct, frozen=True):
    """One set of include files under which a result holds."""

    includes: tuple[tuple[str, Digest], ...]
    """Absolute paths with digests."""
    search_state: bytes
    """What was and was not found on the way to the includes; see ``core.search``."""
    streams: Streams
    terminal: bytes | None = None
    """The terminal that its texts were printed to, empty for none; ``None`` where there are no texts."""
    stamped: int = 0
    """How many of the last includes are held with their times, in the search state."""
    bound_to: tuple[str, ...] = ()
    """Names of the roots whose paths are, or may be, in the result."""
    bound: bytes = b""
    """What stands for the folders of just these; empty for none."""
    is_shared: bool = False
    """The result's texts and depfile hold tokens in the place of roots."""

    def bind(self, names: Iterable[str], roots: Roots) -> "Entry":
        """The same for those trees alone that have some roots where this one has them."""
        bound_to = tuple(sorted(names))
        return replace(self, bound_to=bound_to, bound=roots.bound(bound_to))

    def serves(self, roots: Roots) -> bool:
        """Whether its result can be that of a tree."""
        return roots.bound(self.bound_to) == self.bound

    def inward(self, roots: Roots) -> "Entry":
        """The same with its paths as they are in every tree."""
        return replace(self, includes=tuple((roots.inward(path), digest) for path, digest in self.includes))

    def outward(self, roots: Roots) -> "Entry":
        """The same with its paths in one tree."""
        if not roots.identity:
            return self
        return replace(self, includes=tuple((roots.outward(path), digest) for path, digest in self.includes))

    def encode(self) -> bytes:
        """The stored form."""
        paths = encode_paths([path for path, _ in self.includes])
        includes = list(zip(paths, (digest for _, digest in self.includes), strict=True))
        told = [self.search_state, self.streams.value, self.terminal, self.stamped]
        return msgpack.encode([includes, *told, list(self.bound_to), self.bound, self.is_shared])

    @classmethod
    def decode(cls, body: bytes) -> "Entry":
        """Read the stored form.

        Raises:
            EntryFormatError: It is not one.
        """
        try:
            includes, *told, bound_to, bound, is_shared = msgpack.decode(body)
            search_state, streams, terminal, stamped = told
            pairs = tuple((os.fsdecode(path), _digest(digest)) for path, digest in includes)
            names = tuple(map(str, bound_to))
            how = Streams(streams)
        except (ValueError, TypeError, RecursionError) as err:
            raise EntryFormatError(f"entry: {err}") from err
        is_whole = (
            isinstance(search_state, bytes)
            and isinstance(terminal, bytes | None)
            and type(stamped) is int
            and isinstance(bound, bytes)
            and isinstance(is_shared, bool)
        )
        if not is_whole or not 0 <= stamped <= len(pairs):
            raise EntryFormatError("entry: wrong types")
        return cls(pairs, search_state, how, terminal, stamped, names, bound, is_shared)


class Result(Struct, frozen=True):
    """One stored compilation; its exit code was 0."""

    outputs: tuple[tuple[str, Digest], ...]
    """Role and digest of each output that was made."""
    stdout: bytes
    stderr: bytes
    made_by: bytes = b""
    """The command line that made it, as a shell reads it; for reports."""
    spent_ms: int = 0
    """How long the compiler ran for it."""

    def encode(self) -> bytes:
        """The stored form."""
        outputs = [list(output) for output in self.outputs]
        return msgpack.encode([outputs, self.stdout, self.stderr, self.made_by, self.spent_ms])

    @classmethod
    def decode(cls, body: bytes) -> "Result":
        """Read the stored form.

        Raises:
            EntryFormatError: It is not one.
        """
        try:
            outputs, stdout, stderr, made_by, spent_ms = msgpack.decode(body)
            pairs = tuple((str(role), _digest(digest)) for role, digest in outputs)
        except (ValueError, TypeError, RecursionError) as err:
            raise EntryFormatError(f"result: {err}") from err
        is_whole = all(isinstance(text, bytes) for text in (stdout, stderr, made_by)) and type(spent_ms) is int
        if not is_whole or spent_ms < 0:
            raise EntryFormatError("result: wrong types")
        return cls(pairs, stdout, stderr, made_by, spent_ms)


def _digest(value: object) -> Digest:
    if not isinstance(value, bytes) or len(value) != DIGEST_BYTES:
        raise ValueError("not a digest")
    return Digest(value)
