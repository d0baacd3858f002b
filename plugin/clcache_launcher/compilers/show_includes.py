"""What ``/showIncludes`` printed."""

from msgspec import Struct

__all__ = ["ShowIncludesReport", "parse_show_includes"]


class ShowIncludesReport(Struct, frozen=True):
    """A compiler's output, taken apart."""

    files: tuple[str, ...]
    """In first-seen order without repeats; bytes that are not UTF-8 are lone surrogates."""
    rest: bytes
    """The output without the lines that list files."""


def parse_show_includes(output: bytes, prefix: bytes) -> ShowIncludesReport:
    """Split a compiler's output into the include files it lists and the rest.

    Args:
        output: What it printed, with CRLF or LF; the last line may end without.
        prefix: The localized marker, e.g. ``b"Note: including file:"``. Blanks after it tell the depth.

    Returns:
        The files, and every other line as it was. A line of which nothing follows the prefix is one of these.

    Source: learn.microsoft.com/cpp/build/reference/showincludes-list-include-files
    """
    files: dict[bytes, None] = {}
    rest: list[bytes] = []
    for line in _lines(output):
        name = line[len(prefix) :].rstrip(b"\r\n").lstrip(b" ") if line.startswith(prefix) else b""
        if name:
            files[name] = None
        else:
            rest.append(line)
    return ShowIncludesReport(tuple(name.decode("utf-8", "surrogateescape") for name in files), b"".join(rest))


def _lines(output: bytes) -> list[bytes]:
    """Lines with their LF: a CR alone ends none."""
    *lines, last = output.split(b"\n")
    return [line + b"\n" for line in lines] + ([last] if last else [])
