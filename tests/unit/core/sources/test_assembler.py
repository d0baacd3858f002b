"""Inline assembler that is put together of text of several places."""

import pytest

from clcache_launcher.core.sources.assembler import can_compose_directive, composes_assembler, directive_parts
from clcache_launcher.core.sources.tokens import read_source


def is_suspected(*texts: str) -> bool:
    sources = [source for text in texts if (source := read_source(text.encode()))]
    assert len(sources) == len(texts)
    return any(map(composes_assembler, sources)) and can_compose_directive(
        part for source in sources for part in directive_parts(source)
    )


@pytest.mark.parametrize(
    "texts",
    [
        ("#define A(x) __asm__(x)", 'A(".incb" "in \\"f\\"");'),
        ("#define A(x) __asm__(x)", '#define B ".inc"', 'A(B "lude \\"f\\"");'),
        ('asm(".in" S "\\"f\\"");', '#define S "clude "'),
        ('asm(D "include \\"f\\"");', '#define D "."'),
        ('#define S(x) #x\n#define X(x) S(x)\n#define C(x, y) x##y\nasm(X(.C(inc, lude) "f"));',),
        ('#define S(x) #x\n#define X(x) S(x)\n#define C(x, y) x##y\nasm(X(.C(inc, bin) "f"));',),
        ("#define A asm", 'A(".macro m x\\n.endm");'),
        ("#define A asm", 'A(".inc{bin|bin}");'),
    ],
)
def test_directive_that_may_be_put_together_is_suspected(texts: tuple[str, ...]) -> None:
    assert is_suspected(*texts)


@pytest.mark.parametrize(
    "texts",
    [
        ('asm("nop"); asm volatile("" : : "i"(1), "n"(2), "c"(3), "b"(4)); f(".inc", "bin");',),
        ("#define A(x) __asm__(x)", 'A("nop"); f("No such file.", "bin", "in");'),
        ("#define A(x) __asm__(x)", 'f("x.i", "in", x.inc, bin_size, "%d.%d");'),
        (
            '# define __REDIRECT(n, p, a) n p __asm__ (__ASMNAME (#a))\n__asm ("" __ASMNAME ("__" #n));',
            'f(".inc", "bin", "lude");',
        ),
        ("#define A(x) __asm__(x)", "int f(int cb); struct in { int bi, n; }; char c, d, e;"),
        ("#include <asm/errno.h>\n#include <asm-generic/x.h>", 'f(".inc", "bin");'),
        ("int masm, _asm_x;", 'f(".inc", "bin");'),
    ],
)
def test_ordinary_text_beside_assembler_is_not_suspected(texts: tuple[str, ...]) -> None:
    assert not is_suspected(*texts)
