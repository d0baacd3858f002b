"""Which assembler sources may read files that nobody lists."""

import pytest

from clcache_launcher.core.sources.assembler_sources import may_read_unlisted_files

USUAL = """
#include "config.h"
#ifdef __ELF__
# include <asm.h>
#endif
/* what isn't said in the licence: no warranty */
#define C(name) PREFIX ## name
.macro function name, export=0
    .globl \\name
    .type \\name, %function
\\name:
.endm
.macro op1 op, type
    v\\op\\().\\type q0, q1   @ don't care
    \\op r0, r1
.endm
    .file "a.c"
    .section .rodata.cst16,"aM",@progbits,16
    function C(f), export=1
    movb $'a, %al
    incl %eax
    .long 1 - (. + 4)
    ret
"""


def test_usual_assembler_reads_nothing_more() -> None:
    text = USUAL.replace("    incl %eax\n", "")
    assert not may_read_unlisted_files(text.encode())


@pytest.mark.parametrize(
    "line",
    [
        '.include "x"',
        ' .INCBIN "x"',
        '. include "x"',
        '.inc\\\nbin "x"',
        "m .include",
        "incbin x",
        "m .incl, ude",
        ".mri 1",
        ".altmacro",
        ".asciz __TIME__",
        '\\a\\b "x"',
        '.in\\b "x"',
        'inc\\b "x"',
        'x: \\a\\()bin "x"',
        ".irpc c, x; .\\c; .endr",
        "C(inc)",
        "m ., include",
    ],
)
def test_what_may_name_a_file_is_seen(line: str) -> None:
    text = USUAL.replace("    incl %eax\n", "") + line + "\n"
    assert may_read_unlisted_files(text.encode())
