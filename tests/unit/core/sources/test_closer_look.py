"""What is asked of a unit by reading its files once more."""

from pathlib import Path

import pytest

from clcache_launcher.core.sources.closer_look import CloserLook
from clcache_launcher.core.sources.facts import scan_source
from clcache_launcher.model import Reason, Uncacheable
from clcache_launcher.util.files import digest_of

_ASKING = b"#define HAS __has_include(<name.h>)\n"


def refusal(folder: Path, text: bytes) -> Uncacheable | None:
    source = folder / "a.cpp"
    source.write_bytes(_ASKING + text)
    files = [(str(source), digest_of(_ASKING + text))]
    return CloserLook().refusal(files, [(str(source), scan_source(_ASKING + text))], ())


@pytest.mark.parametrize(
    "text", [b"#define name", b"  # define\tname 1", b"#define /* x */ name(x)", b"%:define\\\n name"]
)
def test_macro_that_a_test_in_a_macro_names_is_refused(tmp_path: Path, text: bytes) -> None:
    refused = refusal(tmp_path, text)
    assert refused is not None
    assert refused.reason is Reason.COMPUTED_TEST


@pytest.mark.parametrize(
    "text", [b"#define names", b"#define a_name", b"int redefine name;", b"int _define name;", b"name"]
)
def test_other_words_are_not_refused(tmp_path: Path, text: bytes) -> None:
    assert refusal(tmp_path, text) is None
