"""Verification on demand: a hit compared with what the compiler makes now."""

import shlex
import struct
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from clcache_launcher.core.found import Found
from clcache_launcher.core.outputs import read_outputs
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.scope import Scope

__all__ = ["Expected", "expect", "find_difference"]

_MACHINES: Final = frozenset({0x8664, 0x14C, 0x1C0, 0x1C4, 0xAA64, 0xA641})
"""The first word of a COFF object. learn.microsoft.com/windows/win32/debug/pe-format#machine-types"""
_BIG_OBJECT: Final = struct.pack("<2H", 0, 0xFFFF)


class Expected(Struct, frozen=True):
    """What a hit would have given."""

    found: Found
    outputs: Mapping[str, bytes]
    """Content by role."""


def expect(found: Found, prepared: Prepared, scope: Scope) -> Expected | None:
    """Keep what a hit would give, for the compiler's run replaces it; ``None`` when it can't be read."""
    outputs: dict[str, bytes] = {}
    for role, digest in found.result.outputs:
        data = scope.storage.artifacts.read(digest)
        if data is not None and found.is_shared and role == "depfile":
            data = scope.knowledge.own_depfiles.find(data, prepared.toolchain.family, scope.roots)
        if data is None:
            return None
        outputs[role] = data
    return Expected(found, outputs)


def find_difference(expected: Expected, prepared: Prepared, texts: tuple[bytes, bytes], scope: Scope) -> str | None:
    """Compare what the compiler made with the hit; a difference is counted and its result removed.

    Returns:
        What differs, with both command lines; ``None`` when nothing does.
    """
    scope.statistics.count_verified()
    made = {output.role: output.data for output in read_outputs(prepared, 0) or ()}
    differences = [role for role in made.keys() | expected.outputs.keys() if _differs(role, made, expected.outputs)]
    result = expected.found.result
    told = result.stdout, result.stderr
    if prepared.invocation.same_stream:
        # This run's streams went to one place; those of the stored one may have gone to two, of which one has text.
        texts, told = (b"".join(texts), b""), (b"".join(told), b"")
    differences += [name for name, now, stored in zip(("stdout", "stderr"), texts, told, strict=True) if now != stored]
    if not differences:
        return None
    scope.statistics.count_difference()
    scope.storage.forget(expected.found.key, ())
    stored_by = result.made_by.decode("utf-8", "replace")
    return (
        f"{', '.join(sorted(differences))} differ; stored by: {stored_by}; compiled now by: {shlex.join(prepared.argv)}"
    )


def _differs(role: str, made: Mapping[str, bytes], stored: Mapping[str, bytes]) -> bool:
    if role not in made or role not in stored:
        return True
    return _without_time(made[role]) != _without_time(stored[role])


def _without_time(data: bytes) -> bytes:
    """An object without the time of day that COFF's header holds."""
    if data[:4] == _BIG_OBJECT:
        return data[:8] + data[12:]
    if len(data) >= 8 and struct.unpack_from("<H", data)[0] in _MACHINES:
        return data[:4] + data[8:]
    return data
