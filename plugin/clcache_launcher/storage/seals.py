"""Seals of rows: SQLite has no checksums, so that a row which is printed or believed carries one of its own."""

from clcache_launcher.util.files import digest_of

__all__ = ["is_sealed", "seal_of"]

_INTEGER_BYTES = 8


def seal_of(*parts: bytes | str | int) -> bytes:
    """The seal of a row with these columns: each goes in with its type and length."""
    return digest_of(b"".join(_framed(part) for part in parts))


def is_sealed(seal: object, *parts: object) -> bool:
    """Whether a row is as it was written; where a bit flipped, a column may even be of another type."""
    known = [part for part in parts if isinstance(part, bytes | str | int)]
    return len(known) == len(parts) and seal == seal_of(*known)


def _framed(part: bytes | str | int) -> bytes:
    if isinstance(part, int):
        return b"i" + part.to_bytes(_INTEGER_BYTES, "little", signed=True)
    kind, data = (b"b", part) if isinstance(part, bytes) else (b"s", part.encode())
    return kind + len(data).to_bytes(4, "little") + data
