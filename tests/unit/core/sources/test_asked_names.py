"""The names that a file asks for, by the folder part of each."""

import pytest
from msgspec.structs import replace

from clcache_launcher.core.sources.asked_names import by_folder_part
from clcache_launcher.core.sources.facts import scan_source


@pytest.mark.parametrize(
    ("name", "part", "base"),
    [
        ("a.h", "", "a.h"),
        ("sub/a.h", "sub", "a.h"),
        ("sub\\deep/a.h", "sub/deep", "a.h"),
        ("../a.h", "..", "a.h"),
        ("/a.h", "/", "a.h"),
        ("/sub/a.h", "/sub", "a.h"),
        ("C:\\a.h", "C:", "a.h"),
        ("sub/", "sub", ""),
    ],
)
def test_name_is_split_at_its_last_slash(name: str, part: str, base: str) -> None:
    assert by_folder_part([name]) == ((part, (base,)),)


def test_names_of_one_folder_stand_together_once() -> None:
    assert by_folder_part(["s/a", "b", "s/c", "s/a"]) == (("s", ("a", "c")), ("", ("b",)))


def test_file_asks_for_what_it_includes_and_tests() -> None:
    text = b'#include "q.h"\n#include <sys/a.h>\n#if __has_include("t/q.h") || __has_include(<t/a.h>)\n#endif\n'
    asked = scan_source(text).asked
    assert asked.beside == (("", ("q.h",)), ("t", ("q.h",)))
    assert asked.everywhere == (("", ("q.h",)), ("t", ("q.h", "a.h")), ("sys", ("a.h",)))
    assert asked.tested == {"q.h", "a.h"}


def test_facts_with_other_names_ask_for_those() -> None:
    facts = scan_source(b'#include "q.h"\n')
    assert replace(facts, angled=(b"x.h",)).asked.everywhere == (("", ("q.h", "x.h")),)
