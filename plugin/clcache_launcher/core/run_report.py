"""What a run of the compiler told: the files that it read, the texts that it printed."""

from collections.abc import Sequence

from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.records import Entry, Streams
from clcache_launcher.model import Digest, Reason, Uncacheable
from clcache_launcher.util.files import is_younger

__all__ = ["entry_of", "included_files"]


def included_files(
    prepared: Prepared, listed: Sequence[str], source: str, started_ns: int, knowledge: Knowledge
) -> tuple[tuple[str, Digest], ...] | Uncacheable:
    """The listed files but the source with their digests, if none may have changed since the run was started."""
    includes: list[tuple[str, Digest]] = []
    paths = list(dict.fromkeys(map(prepared.absolute, listed)))
    for path, (digest, changed_ns) in zip(paths, knowledge.digests.look(paths), strict=True):
        if digest is None or is_younger(changed_ns, started_ns):
            return Uncacheable(Reason.INPUT_CHANGED, path)
        if path != source:
            includes.append((path, digest))
    return tuple(includes)


def entry_of(
    prepared: Prepared,
    includes: tuple[tuple[str, Digest], ...],
    state: bytes,
    texts: tuple[bytes, bytes],
    stamped: int = 0,
) -> Entry:
    """An entry with the callers for whom the texts, of stdout and stderr, are what the compiler would print."""
    stdout, stderr = texts
    streams = Streams.ANY
    if prepared.invocation.same_stream and stdout:
        streams = Streams.MERGED
    elif stdout and stderr:
        streams = Streams.APART
    return Entry(includes, state, streams, prepared.invocation.terminal if stdout or stderr else None, stamped)
