"""Compilations through launcher and core on Windows: what hits, what misses, what reaches the caller."""

import json
import shutil
from pathlib import Path

import pytest

from support.windows import Finished, WindowsCache

pytestmark = pytest.mark.wine
# Without the time that a COFF object begins with.
ARGUMENTS = ("/nologo", "/Brepro", "/c", "a.cpp", "/Foa.obj")


def uncached(cache: WindowsCache, *arguments: str, cwd: Path) -> Finished:
    return cache.windows.run(cache.compiler, *arguments, cwd=cwd)


def test_hit_after_miss_is_what_the_compiler_makes(cache: WindowsCache, work: Path) -> None:
    plain = uncached(cache, *ARGUMENTS, "/showIncludes", cwd=work)
    made = (work / "a.obj").read_bytes()
    for outcome in ("miss", "hit"):
        (work / "a.obj").unlink()
        assert cache.compile(*ARGUMENTS, "/showIncludes", cwd=work) == plain
        assert (work / "a.obj").read_bytes() == made
        assert cache.outcomes()[-1] == outcome
    stats = json.loads(cache.front_end("stats", "--json").stdout)
    assert (stats["hits"], stats["misses"], stats["errors"]) == (1, 1, 0)


def test_hit_over_an_old_object_is_a_new_file(cache: WindowsCache, work: Path) -> None:
    cache.compile(*ARGUMENTS, cwd=work)
    made = (work / "a.obj").read_bytes()
    (work / "a.obj").write_bytes(b"old")
    before = (work / "a.cpp").stat().st_mtime_ns
    cache.compile(*ARGUMENTS, cwd=work)
    assert cache.outcomes() == ["miss", "hit"]
    assert (work / "a.obj").read_bytes() == made
    assert (work / "a.obj").stat().st_mtime_ns > before


def test_changed_header_is_miss(cache: WindowsCache, work: Path) -> None:
    cache.compile(*ARGUMENTS, cwd=work)
    (work / "a.h").write_text("#define A 2\n")
    assert cache.compile(*ARGUMENTS, cwd=work).exit_code == 0
    assert cache.outcomes() == ["miss", "miss"]


def test_header_changed_under_its_old_times_is_miss(cache: WindowsCache, work: Path) -> None:
    """Size and every time that Python knows on Windows are as before: only the change time tells."""
    cache.compile(*ARGUMENTS, cwd=work)
    cache.compile(*ARGUMENTS, cwd=work)
    code = (
        "import os; s = os.stat('a.h'); f = open('a.h', 'r+'); f.write('#define A 2'); f.close(); "
        "os.utime('a.h', ns=(s.st_atime_ns, s.st_mtime_ns)); n = os.stat('a.h'); "
        "print((s.st_size, s.st_mtime_ns, s.st_ino) == (n.st_size, n.st_mtime_ns, n.st_ino))"
    )
    ran = cache.windows.run(cache.scripts / "python.exe", "-c", code, cwd=work)
    assert ran.stdout.strip() == b"True", ran
    cache.compile(*ARGUMENTS, cwd=work)
    assert cache.outcomes() == ["miss", "hit", "miss"]


def test_header_that_appears_earlier_is_miss(cache: WindowsCache, work: Path) -> None:
    (work / "first").mkdir()
    (work / "second").mkdir()
    (work / "a.h").rename(work / "second/a.h")
    arguments = ("/Ifirst", "/Isecond", *ARGUMENTS)
    cache.compile(*arguments, cwd=work)
    cache.compile(*arguments, cwd=work)
    (work / "first/a.h").write_text("#define A 3\n")
    cache.compile(*arguments, cwd=work)
    assert cache.outcomes() == ["miss", "hit", "miss"]


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("deep/a.h", "second"),
        ("deep\\a.h", ".\\Second"),
        ("DEEP\\A.H", "{work}/second"),
        ("deep/A.h", "{work}\\SECOND\\"),
    ],
)
def test_header_that_a_macro_names_is_seen_to_appear_earlier(
    cache: WindowsCache, work: Path, name: str, folder: str
) -> None:
    (work / "first").mkdir()
    (work / "second/deep").mkdir(parents=True)
    (work / "a.h").rename(work / "second/deep/a.h")
    (work / "a.cpp").write_text(f"#define NAME <{name}>\n#include NAME\nint f() {{ return A; }}\n")
    arguments = ("/Ifirst", "/I" + folder.format(work=cache.windows.path(work)), *ARGUMENTS)
    cache.compile(*arguments, cwd=work)
    cache.compile(*arguments, cwd=work)
    (work / "first/deep").mkdir()
    (work / "first/deep/a.h").write_text("#define A 3\n")
    cache.compile(*arguments, cwd=work)
    assert cache.outcomes() == ["miss", "hit", "miss"]


def test_absolute_name_that_is_tested_is_seen_to_appear(cache: WindowsCache, work: Path) -> None:
    (work / "sub").mkdir()
    path = cache.windows.path(work / "sub/late.h").replace("\\", "/")
    (work / "a.cpp").write_text(f'#if __has_include("{path}")\nint late;\n#endif\nint f() {{ return 1; }}\n')
    cache.compile(*ARGUMENTS, cwd=work)
    cache.compile(*ARGUMENTS, cwd=work)
    (work / "sub/late.h").touch()
    cache.compile(*ARGUMENTS, cwd=work)
    assert cache.outcomes() == ["miss", "hit", "miss"]


def test_error_reaches_the_caller_and_is_not_stored(cache: WindowsCache, work: Path) -> None:
    (work / "a.cpp").write_text("int f( {\n")
    plain = uncached(cache, *ARGUMENTS, cwd=work)
    assert plain.exit_code == 1 and b"error" in plain.stderr
    assert cache.compile(*ARGUMENTS, cwd=work) == plain
    assert cache.compile(*ARGUMENTS, cwd=work) == plain
    assert set(cache.outcomes()) == {"uncacheable: compiler_failed 1"}


def test_warning_is_the_same_on_a_hit(cache: WindowsCache, work: Path) -> None:
    (work / "a.cpp").write_text('#include "a.h"\nint f() { int unused; return A; }\n')
    plain = uncached(cache, "/W4", *ARGUMENTS, cwd=work)
    assert b"unused" in plain.stderr
    assert [cache.compile("/W4", *ARGUMENTS, cwd=work) for _ in range(2)] == [plain, plain]
    assert cache.outcomes() == ["miss", "hit"]


@pytest.mark.parametrize(
    ("name", "define"),
    [
        ("with blanks and (brackets)", '/DTEXT="two words"'),
        ("grüße-жизнь-漢字", '/DTEXT="ä\'%PATH%^&"'),
        ("a & b, 100%", '/DTEXT="back\\\\slash"'),
    ],
)
def test_awkward_paths_and_arguments_come_through(cache: WindowsCache, work: Path, name: str, define: str) -> None:
    folder = work / name
    folder.mkdir()
    (folder / "a b.cpp").write_text(f'#include "{name}.h"\nconst char *f() {{ return TEXT; }}\n', "utf-8")
    (folder / f"{name}.h").write_text("#pragma once\n")
    arguments = ("/nologo", "/Brepro", "/c", "a b.cpp", "/Foa b.obj", define)
    plain = uncached(cache, *arguments, cwd=folder)
    assert plain.exit_code == 0, plain
    made = (folder / "a b.obj").read_bytes()
    for outcome in ("miss", "hit"):
        (folder / "a b.obj").unlink()
        assert cache.compile(*arguments, cwd=folder) == plain
        assert (folder / "a b.obj").read_bytes() == made
        assert cache.outcomes()[-1] == outcome


def test_source_named_with_the_other_slash_and_case_compiles(cache: WindowsCache, work: Path) -> None:
    (work / "sub").mkdir()
    shutil.copy(work / "a.cpp", work / "sub/a.cpp")
    shutil.copy(work / "a.h", work / "sub/a.h")
    for source in ("sub/a.cpp", "sub\\a.cpp", "SUB\\A.CPP"):
        (work / "a.obj").unlink(missing_ok=True)
        assert cache.compile("/nologo", "/c", source, "/Foa.obj", cwd=work).exit_code == 0
        assert (work / "a.obj").exists()
        assert cache.compile("/nologo", "/c", source, "/Foa.obj", cwd=work).exit_code == 0
    assert cache.outcomes().count("hit") >= 3
