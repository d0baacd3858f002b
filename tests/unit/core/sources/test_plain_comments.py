"""Sources without the comments that no compiler looks into."""

from pathlib import Path

import pytest

from clcache_launcher.core.sources.plain_comments import PlainComments, without_plain_comments
from clcache_launcher.util.files import digest_of


@pytest.mark.parametrize(
    ("source", "left"),
    [
        (b"int a; // one\n", b"int a;\n"),
        (b"int a; // don't\r\nint b;", b"int a;\r\nint b;"),
        (b"int a; /* one */  \n", b"int a;\n"),
        (b"/* one\n * two\n */\nint a;", b"\n\n\nint a;"),
        (b"#define A 1 // one", b"#define A 1"),
        (b'"//"; // one\n', b'"//";\n'),
        (b"1'0; // one's\n", b"1'0;\n"),
        (b"'\"'; // one\n", b"'\"';\n"),
    ],
)
def test_plain_comment_at_the_end_of_a_line_is_left_out(source: bytes, left: bytes) -> None:
    assert without_plain_comments(source) == left


@pytest.mark.parametrize(
    "source",
    [
        b"/* one */ int a;\n",
        b"a++; // fall through\n",
        b"a++; /* FALLTHRU */\n",
        b"/* /* */\n",
        b"// one \\\nint a;\n",
        b"// one \\ \nint a;\n",
        b"/* \\param a */\n",
        b"/* @param a */\n",
        b"// \xe2\x80\xae\n",
        b"// what??/\n",
        b'R"(\n// one\n)"\n',
        b'"// one\n',
        b'"a\\\n// one\n',
        b"#define A \\ // one\n",
        b"/* one\n",
        b"// one\rint a;\n",
        b"",
    ],
)
def test_what_a_compiler_may_look_into_stays(source: bytes) -> None:
    assert without_plain_comments(source) == source


def test_files_that_differ_in_plain_comments_alone_have_one_digest(tmp_path: Path) -> None:
    path, comments = tmp_path / "a.c", PlainComments()
    digests = []
    for text in (b"int a;\n", b"int a; // one\n", b"int b;\n"):
        path.write_bytes(text)
        digests.append(comments.digest([(str(path), digest_of(text))]))
    assert digests[0] == digests[1] != digests[2]


def test_file_that_changed_has_none(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int a;\n")
    assert PlainComments().digest([(str(tmp_path / "a.c"), digest_of(b"other"))]) is None
