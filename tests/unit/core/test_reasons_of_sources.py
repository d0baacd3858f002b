"""Each reason that a source gives to run the compiler; each reason at all has a test."""

from pathlib import Path

import pytest

from clcache_launcher.core.sources.facts import scan_source
from clcache_launcher.core.sources.source_facts import refusal
from clcache_launcher.model import Reason

SOURCES = {
    b"int a = __LINE__; const char* t = __TIME__;": Reason.TIME_MACRO,
    b'const char d[] = {\n#embed "x"\n};': Reason.EMBED,
    b'asm(".incbin \\"x\\"");': Reason.ASSEMBLER_INCLUDE,
    b"import x;": Reason.MODULES,
    b'#pragma include_alias("a.h", "b.h")': Reason.FILE_PRAGMA,
    b"#define N <a.h>\n#if __has_include(N)\n#endif": Reason.COMPUTED_TEST,
    "int a;".encode("utf-16"): Reason.SOURCE_ENCODING,
}


@pytest.mark.parametrize(("text", "reason"), SOURCES.items(), ids=[reason.value for reason in SOURCES.values()])
def test_source_is_uncacheable_for_its_reason(text: bytes, reason: Reason) -> None:
    refused = refusal([("a.cpp", scan_source(text))], ())
    assert refused is not None
    assert refused.reason is reason


def test_each_reason_has_a_test() -> None:
    texts = [path.read_text() for path in Path(__file__).parents[2].rglob("test_*.py")]
    assert [
        reason
        for reason in Reason
        if not any(f"Reason.{reason.name}" in text or reason.value in text for text in texts)
    ] == []
