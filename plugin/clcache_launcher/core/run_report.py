"""What a run of the compiler told: the files that it read, the texts that it printed."""

import os
from collections.abc import Sequence

from clcache_launcher.core.knowledge import Knowledge
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.records import Streams
from clcache_launcher.model import Digest, Reason, Uncacheable
from clcache_launcher.util.files import is_younger

__all__ = ["included_files", "streams_of"]


def included_files(
    prepared: Prepared, listed: Sequence[str], source: str, started_ns: int, knowledge: Knowledge
) -> tuple[tuple[str, Digest], ...] | Uncacheable:
    """The listed files but the source with their digests, if none may have changed since the run was started."""
    includes: list[tuple[str, Digest]] = []
    for path in dict.fromkeys(prepared.absolute(name) for name in listed):
        try:
            changed_ns = os.stat(path).st_ctime_ns
        except OSError:
            return Uncacheable(Reason.INPUT_CHANGED, path)
        digest = knowledge.digests.digest(path)
        if digest is None or is_younger(changed_ns, started_ns):
            return Uncacheable(Reason.INPUT_CHANGED, path)
        if path != source:
            includes.append((path, digest))
    return tuple(includes)


def streams_of(prepared: Prepared, stdout: bytes, stderr: bytes) -> Streams:
    """For which callers the texts of a run are what the compiler would print."""
    if prepared.invocation.same_stream:
        return Streams.MERGED if stdout else Streams.ANY
    return Streams.APART if stdout and stderr else Streams.ANY
