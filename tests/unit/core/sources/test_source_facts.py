"""Facts are scanned once a content, stored, and refused where direct mode can't tell."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from msgspec import msgpack

from clcache_launcher.core.sources.facts import scan_source
from clcache_launcher.core.sources.source_facts import SourceFacts, refusal
from clcache_launcher.model import Digest, Reason
from clcache_launcher.storage.local import LocalStorage
from clcache_launcher.util.files import digest_of

TEXT = b'#include "x.h"\n#if __has_include(<y.h>)\n#endif\nconst char *t = __TIME__;\n'


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "cache")


def write(folder: Path, name: str, text: bytes) -> tuple[str, Digest]:
    (folder / name).write_bytes(text)
    return str(folder / name), digest_of(text)


def test_facts_are_those_of_the_scanner(storage: LocalStorage, tmp_path: Path) -> None:
    source = write(tmp_path, "a.c", TEXT)
    assert SourceFacts().gather([source], storage) == [(source[0], scan_source(TEXT))]


def test_file_that_no_longer_has_its_digest_has_no_facts(storage: LocalStorage, tmp_path: Path) -> None:
    path, digest = write(tmp_path, "a.c", TEXT)
    Path(path).write_bytes(b"other")
    assert SourceFacts().gather([(path, digest)], storage) is None
    Path(path).unlink()
    assert SourceFacts().gather([(path, digest)], storage) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        TEXT,
        b"#define A __TI ## ME__\n#include A\n#if __has_include(A)\n#endif\n#import <b>\n#pragma hdrstop\n",
        b'asm(".incbin \\"x\\""); namespace { const char *f = __FILE__; }\nimport m;\n#embed "x"\n',
        b"\xff\xfeu\0t\0f\0",
    ],
)
def test_stored_facts_need_no_file(storage: LocalStorage, tmp_path: Path, text: bytes) -> None:
    source = write(tmp_path, "a.c", text)
    SourceFacts().gather([source], storage)
    Path(source[0]).unlink()
    assert SourceFacts().gather([source], storage) == [(source[0], scan_source(text))]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        msgpack.encode(1),
        msgpack.encode([0]),
        msgpack.encode([1]),
        msgpack.encode([1, (b"x.h",)]),
        msgpack.encode([99, *[()] * 6]),
        b"\x91" * 100_000,
    ],
)
def test_stored_facts_of_another_form_are_scanned_again(storage: LocalStorage, tmp_path: Path, body: bytes) -> None:
    source = write(tmp_path, "a.c", TEXT)
    storage.index.add_facts([(source[1], body)])
    assert SourceFacts().gather([source], storage) == [(source[0], scan_source(TEXT))]
    assert storage.index.facts([source[1]])[source[1]] != body


def test_facts_are_known_also_where_the_folder_does_not_work(storage: LocalStorage, tmp_path: Path) -> None:
    source = write(tmp_path, "a.c", TEXT)
    with closing(sqlite3.connect(storage.index.path)) as other, other:
        other.execute("DROP TABLE facts")
    assert SourceFacts().gather([source], storage) == [(source[0], scan_source(TEXT))]


def test_name_asked_for_through_a_macro_is_tested_in_every_file(storage: LocalStorage, tmp_path: Path) -> None:
    files = [
        write(tmp_path, "a.h", b"#define HAS(x) __has_include(x)\n"),
        write(tmp_path, "a.c", b"#if HAS(<opt.h>)\n#endif\n"),
    ]
    for known in (SourceFacts(), SourceFacts()):
        gathered = known.gather(files, storage)
        assert gathered is not None
        assert all(b"opt.h" in facts.tested_angled for _, facts in gathered)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"int a;", None),
        (b'#include "a.h"\n#if __has_include(<b.h>)\n#endif\n', None),
        (b"const char *t = __TIME__;", Reason.TIME_MACRO),
        (b"/* __TIME__ */", None),
        (b"#define T __TI ## ME__\n", Reason.TIME_MACRO),
        (b"const char d[] = {\n#embed <d>\n};", Reason.EMBED),
        (b'asm(".incbin \\"x\\"");', Reason.ASSEMBLER_INCLUDE),
        (b"import m;\n", Reason.MODULES),
        (b'#pragma GCC dependency "x"\n', Reason.FILE_PRAGMA),
        (b"#if __has_include(NAME)\n#endif\n", Reason.COMPUTED_TEST),
    ],
)
def test_what_direct_mode_can_not_tell_is_refused(text: bytes, reason: Reason | None) -> None:
    found = refusal([("/a.c", scan_source(text))], [])
    assert (found.reason if found else None) == reason
    assert found is None or found.detail in ("/a.c", "pasted")


@pytest.mark.parametrize(
    ("definition", "reason"),
    [("A", None), ("A=1", None), ("A=__DATE__", Reason.TIME_MACRO), ("A=__has_include(X)", Reason.COMPUTED_TEST)],
)
def test_definition_of_the_command_line_counts_too(definition: str, reason: Reason | None) -> None:
    found = refusal([], [definition])
    assert (found.reason if found else None) == reason


def test_time_macro_pasted_of_parts_in_several_files_is_refused() -> None:
    one, other = scan_source(b"#define A __TI\n"), scan_source(b"#define B(x, y) x ## y\n#define C ME__\n")
    assert refusal([("/a.h", one)], []) is None
    found = refusal([("/a.h", one), ("/b.h", other)], [])
    assert found is not None
    assert found.reason is Reason.TIME_MACRO


def test_import_is_refused_only_where_it_makes_headers() -> None:
    files = [("/a.cpp", scan_source(b'#import "x.tlb"\n'))]
    assert refusal(files, []) is None
    found = refusal(files, [], import_makes_headers=True)
    assert found is not None
    assert found.reason is Reason.TYPE_LIBRARY


def test_computed_line_is_refused_where_warnings_show_lines_of_files() -> None:
    files = [("/a.c", scan_source(b"#line 1 NAME\n"))]
    assert refusal(files, []) is None
    found = refusal(files, [], shows_line_names=True)
    assert found is not None and found.reason is Reason.FILE_PRAGMA
