"""What a driver says once for several sources."""

import pytest

from clcache_launcher.compilers.driver_text import join_texts

UNUSED = b"clang-cl-19: warning: argument unused during compilation: '/MP' [-Wunused-command-line-argument]\r\n"

COLOURED = b"clang++-19: \x1b[0;1;35mwarning: \x1b[0m\x1b[1m-lx: 'linker' input unused\x1b[0m\n"
COLOURED_BY_GCC = (
    b"\x1b[01m\x1b[Kg++:\x1b[m\x1b[K \x1b[01;35m\x1b[Kwarning: \x1b[m\x1b[K\x1b]8;;https://x\x07x\x1b]8;;\x07\n"
)


@pytest.mark.parametrize(
    ("texts", "together"),
    [
        ([b"", b""], b""),
        ([UNUSED, UNUSED], UNUSED),
        ([UNUSED + b"a.c:1:1: warning: x\n", UNUSED], UNUSED + b"a.c:1:1: warning: x\n"),
        ([UNUSED + b"a\n", UNUSED + b"a\n"], UNUSED + b"a\na\n"),
        ([b"h.h:1:1: warning: x\n", b"h.h:1:1: warning: x\n"], b"h.h:1:1: warning: x\nh.h:1:1: warning: x\n"),
        ([UNUSED, b""], UNUSED),
        ([COLOURED, COLOURED], COLOURED),
        ([COLOURED_BY_GCC, COLOURED_BY_GCC], COLOURED_BY_GCC),
        ([b"cc1plus: warning: x\n", b"cc1plus: warning: x\n"], b"cc1plus: warning: x\ncc1plus: warning: x\n"),
        ([b"no line's end", b"no line's end"], b"no line's endno line's end"),
    ],
)
def test_texts_are_joined_with_the_drivers_words_once(texts: list[bytes], together: bytes) -> None:
    assert join_texts(texts) == together
