"""What ``/showIncludes`` printed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.show_includes import parse_show_includes

PREFIX = b"Note: including file:"


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_files_are_taken_out_in_order(end: bytes) -> None:
    lines = [b"a.cpp", PREFIX + b" a.h", PREFIX + b"  b c.h", b"a.cpp(1): warning", PREFIX + b" a.h", b""]
    report = parse_show_includes(end.join(lines), PREFIX)
    assert report.files == ("a.h", "b c.h")
    assert report.rest == b"a.cpp" + end + b"a.cpp(1): warning" + end


def test_last_line_may_lack_its_end() -> None:
    report = parse_show_includes(b"a.cpp\n" + PREFIX + b" a.h", PREFIX)
    assert (report.files, report.rest) == (("a.h",), b"a.cpp\n")


@pytest.mark.parametrize("output", [b"", b"a.cpp", b"a.cpp\r\n", b"x" + PREFIX + b" a.h\n", PREFIX, PREFIX + b" \r\n"])
def test_output_without_files_is_kept(output: bytes) -> None:
    report = parse_show_includes(output, PREFIX)
    assert (report.files, report.rest) == ((), output)


def test_name_that_is_not_utf8_survives() -> None:
    report = parse_show_includes(PREFIX + b" caf\xe9.h\n", PREFIX)
    assert report.files[0].encode("utf-8", "surrogateescape") == b"caf\xe9.h"


def test_localized_prefix_is_taken() -> None:
    prefix = "Hinweis: Einlesen der Datei:".encode("cp1252")
    assert parse_show_includes(prefix + b"  C:\\a b\\c.h\r\n", prefix).files == ("C:\\a b\\c.h",)


LINES = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.builds(lambda blanks, name: PREFIX + b" " * blanks + name, st.integers(0, 3), st.binary(max_size=8)),
    )
)


@given(LINES, st.sampled_from([b"\n", b"\r\n"]), st.booleans())
def test_rest_and_removed_lines_interleave_to_the_output(lines: list[bytes], end: bytes, is_closed: bool) -> None:
    output = end.join(lines) + (end if is_closed else b"")
    report = parse_show_includes(output, PREFIX)
    rest, names = report.rest, set(report.files)
    for line in output.split(b"\n"):
        whole = line + b"\n" if output.startswith(line + b"\n") else line
        output = output[len(whole) :]
        if whole and rest.startswith(whole) and not is_listing(whole):
            rest = rest[len(whole) :]
        elif whole:
            name = whole.removeprefix(PREFIX).rstrip(b"\r\n").lstrip(b" ")
            assert name.decode("utf-8", "surrogateescape") in names
    assert (rest, output) == (b"", b"")


def is_listing(line: bytes) -> bool:
    return line.startswith(PREFIX) and bool(line.removeprefix(PREFIX).strip(b" \r\n"))
