"""What ccache's own tests claim, by the names of those claims; here against the bare compiler.

Source: ccache.dev/manual/latest.html; the names of its test suites. Claims that other tests hold by name are not here:
recache, read-only, hard links, cleanup (test_front_end), appearing include folders (test_invalidation).
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached
from support.trial import Trial, compile_words, compilers, write_wrapper

pytestmark = pytest.mark.posix("gnu")

gnu_compilers = pytest.mark.parametrize("compiler", ["g++", pytest.param("clang++-19", marks=pytest.mark.clang)])


@pytest.fixture
def trial(cache: Cache, work: Path, compiler: str) -> Trial:
    """A source with two headers."""
    made = Trial(cache, work, compile_words(compiler))
    made.write("one.h", "#define ONE 1\n")
    made.write("two.h", "#define TWO 2\n")
    made.write("a.cpp", '#include "one.h"\n#include "two.h"\nint sum() { return 10 * ONE + TWO; }\n')
    return made


@pytest.fixture
def cl(cache: Cache, work: Path) -> Trial:
    """clang-cl in an empty folder."""
    return Trial(cache, work, ["clang-cl-19", "/nologo", "/c", "a.cpp"])


def _change_index(cache: Cache, *statements: str) -> None:
    (index,) = cache.folder.glob("index-*.sqlite")
    connection = sqlite3.connect(index)
    with connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
    connection.close()


def _artifacts(cache: Cache) -> Iterator[Path]:
    return (path for path in (cache.folder / "artifacts").rglob("*") if path.is_file())


@compilers
@pytest.mark.parametrize("damage", ["flipped", "truncated", "emptied", "longer"])
def test_corrupt_result_file(trial: Trial, damage: str) -> None:
    trial.expect_miss_then_hit()
    for path in _artifacts(trial.cache):
        data = path.read_bytes()
        middle = len(data) // 2
        damaged = {
            "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "truncated": data[:middle],
            "emptied": b"",
            "longer": data + b"\0",
        }
        path.chmod(0o644)
        path.write_bytes(damaged[damage])
    trial.expect_miss_then_hit()


@compilers
@pytest.mark.parametrize("table", ["entry", "result"])
@pytest.mark.parametrize("value", ["x''", "zeroblob(length(body))", "body || x'00'", "substr(body, 2)"])
def test_corrupt_manifest(trial: Trial, table: str, value: str) -> None:
    trial.expect_miss_then_hit()
    _change_index(trial.cache, f"UPDATE {table} SET body = CAST({value} AS BLOB)")
    trial.expect_miss_then_hit()


@compilers
@pytest.mark.parametrize("name", ["a.cpp", "one.h"])
def test_too_new_file(trial: Trial, name: str) -> None:
    path = trial.folder / name
    future_s = path.stat().st_mtime + 3600
    os.utime(path, (future_s, future_s))
    trial.expect_miss_then_hit()
    path.write_text(path.read_text().replace("1", "3"))
    os.utime(path, (future_s, future_s))
    trial.expect_miss_then_hit()


@compilers
def test_compiler_check_by_content(trial: Trial, compiler: str) -> None:
    program = Path(write_wrapper(trial.folder, compiler, f'exec {compiler} "$@"'))
    trial.command[0] = str(program)
    trial.expect_miss_then_hit()
    os.utime(program, (1, 1))
    trial.expect(hits=1)
    text = program.read_text()
    program.unlink()
    write_wrapper(trial.folder, compiler, text.partition("\n")[2].rstrip("\n"))
    trial.expect(hits=1)
    write_wrapper(trial.folder, compiler, f'# another\nexec {compiler} "$@"')
    trial.expect_miss_then_hit()
    write_wrapper(trial.folder, compiler, f'exec {compiler} "$@"')
    trial.expect(hits=1)


@pytest.mark.clang_cl
def test_stdout_and_stderr_are_replayed_apart(cl: Trial) -> None:
    cl.write("one.h", "")
    cl.write("a.cpp", '#include "one.h"\nstatic int unused() { return 1; }\n')
    cl.command = ["clang-cl-19", "/nologo", "/W4", "/showIncludes", "/c", "a.cpp"]
    for made in (cl.expect(misses=1), cl.expect(hits=1)):
        assert made.done.stdout == b"Note: including file: ./one.h\n"
        assert b"unused" in made.done.stderr


def test_empty_artifact(cl: Trial) -> None:
    cl.write("a.c", "")
    cl.command = ["gcc", "-fstack-usage", "-c", "a.c", "-o", "a.o"]
    for made in (cl.expect(misses=1), cl.expect(hits=1)):
        assert made.files["a.su"][1] == b""


@compilers
def test_no_object(trial: Trial, compiler: str) -> None:
    target = "a.obj" if compiler.startswith("clang-cl") else "a.o"
    gone = f'case "$*" in *a.cpp*) rm -f {target};; esac'
    trial.command[0] = write_wrapper(trial.folder, compiler, f'{compiler} "$@"; code=$?; {gone}; exit $code')
    for _ in range(2):
        trial.expect(uncacheable=1)


@compilers
def test_several_entries_in_a_manifest(trial: Trial) -> None:
    pairs = [(one, two) for one in range(3) for two in range(3)]
    for counts in ({"misses": 1}, {"hits": 1}):
        for one, two in pairs:
            trial.write("one.h", f"#define ONE {one}\n")
            trial.write("two.h", f"#define TWO {two}\n")
            trial.expect(**counts)


@compilers
@pytest.mark.parametrize("name", ["a.cpp", "one.h"])
def test_time_macro(trial: Trial, name: str) -> None:
    trial.write(name, (trial.folder / name).read_text() + "const char *when() { return __TIME__; }\n")
    for _ in range(2):
        # What the clock tells differs from run to run.
        before = trial.cache.counts()
        make_cached(trial.cache, trial.command, trial.folder)
        assert trial.cache.counts()[2] == before[2] + 1


@compilers
@pytest.mark.parametrize("name", ["a.cpp", "one.h"])
def test_time_macro_of_a_file_is_of_its_time(trial: Trial, name: str) -> None:
    trial.write(name, (trial.folder / name).read_text() + "const char *when() { return __TIMESTAMP__; }\n")
    for stamp_s in (1_000_000_000, 1_100_000_000):
        os.utime(trial.folder / name, (stamp_s, stamp_s))
        trial.expect_miss_then_hit()


@compilers
@pytest.mark.parametrize("text", ["// __TIME__\n", 'const char *text = "__TIME__";\n', "/* __DATE__\n__TIME__ */\n"])
def test_time_macro_in_text_of_a_header_is_cached(trial: Trial, text: str) -> None:
    trial.write("one.h", f"#define ONE 1\n{text}")
    trial.expect_miss_then_hit()


@gnu_compilers
def test_source_date_epoch_is_in_the_key_or_uncacheable(trial: Trial) -> None:
    trial.write("one.h", "#define ONE 1\nconst char *when() { return __DATE__ __TIME__; }\n")
    for epoch in ("1000000000", "1100000000", "1000000000"):
        trial.env = {"SOURCE_DATE_EPOCH": epoch}
        for _ in range(2):
            cached = make_cached(trial.cache, trial.command, trial.folder, trial.env)
            assert cached == make_bare(trial.cache, trial.command, trial.folder, trial.env)


@compilers
def test_include_directory_that_appears(trial: Trial) -> None:
    trial.command[1:1] = ["-Ifirst", "-Isecond"]
    trial.remove("one.h")
    trial.write("second/one.h", "#define ONE 1\n")
    trial.expect_miss_then_hit()
    trial.write("first/one.h", "#define ONE 7\n")
    trial.expect_miss_then_hit()
    trial.remove("first/one.h")
    (trial.folder / "first").rmdir()
    trial.expect(hits=1)


def _two_trees(trial: Trial, text: str, words: list[str]) -> tuple[str, str]:
    """Compile the same in two trees, each a base directory; returns what was said in each."""
    parent, said = trial.folder, []
    for number, name in enumerate(("tree_a", "tree_b")):
        trial.folder = parent / name
        trial.write("src/a.cpp", text)
        trial.write("include/one.h", "#define ONE 1\n")
        trial.command = [trial.command[0], *(word.format(tree=trial.folder) for word in words)]
        trial.env = {"CLCACHE_BASEDIR": os.pathsep.join([str(parent / "other"), str(trial.folder)])}
        done = trial.expect(**({"hits": 1} if number else {"misses": 1})).done
        said.append((done.stdout + done.stderr).decode())
    return said[0], said[1]


_PLAIN = '#include "one.h"\nint one() { return ONE; }\n'


@gnu_compilers
def test_several_base_directories(trial: Trial) -> None:
    _two_trees(trial, _PLAIN, ["-c", "{tree}/src/a.cpp", "-I{tree}/include", "-o", "{tree}/a.o"])


@gnu_compilers
def test_base_directory_of_a_depfile(trial: Trial) -> None:
    words = ["-MD", "-MF", "{tree}/a.d", "-MT", "a.o", "-c", "{tree}/src/a.cpp", "-I{tree}/include", "-o", "a.o"]
    _two_trees(trial, _PLAIN, words)


@gnu_compilers
def test_rewriting_in_stderr(trial: Trial) -> None:
    words = ["-Wall", "-c", "{tree}/src/a.cpp", "-I{tree}/include", "-o", "a.o"]
    first, second = _two_trees(trial, f"{_PLAIN}static int unused() {{ return 1; }}\n", words)
    assert "tree_a/src/a.cpp" in first
    assert "tree_b/src/a.cpp" in second


@pytest.mark.clang_cl
def test_rewriting_in_show_includes(cl: Trial) -> None:
    words = ["/nologo", "/showIncludes", "/c", "{tree}/src/a.cpp", "/I{tree}/include", "/Foa.obj"]
    first, second = _two_trees(cl, _PLAIN, words)
    assert "tree_a/include/one.h" in first
    assert "tree_b/include/one.h" in second


@compilers
def test_debug_information_keeps_trees_apart(trial: Trial) -> None:
    debug = "/Z7" if trial.command[0].startswith("clang-cl") else "-g"
    parent = trial.folder
    for name in ("tree_a", "tree_b"):
        trial.folder = parent / name
        trial.write("a.cpp", _PLAIN)
        trial.write("one.h", "#define ONE 1\n")
        trial.command.insert(1, debug)
        trial.env = {"CLCACHE_BASEDIR": str(trial.folder)}
        trial.expect(misses=1)
        trial.expect(hits=1)
        trial.command.remove(debug)


@compilers
def test_cache_folders_are_namespaces(trial: Trial) -> None:
    for name in ("one", "two"):
        trial.env = {"CLCACHE_DIR": str(trial.cache.folder.with_name(name))}
        trial.cache.folder = Path(trial.env["CLCACHE_DIR"])
        trial.expect_miss_then_hit()


@gnu_compilers
def test_hard_link_that_was_written_to_is_not_given_again(trial: Trial) -> None:
    trial.env = {"CLCACHE_HARDLINK": "1"}
    bare = trial.expect(misses=1)
    assert trial.cache.compile(*trial.command, cwd=trial.folder, env=trial.env).code == 0
    target = trial.folder / "a.o"
    assert target.stat().st_nlink > 1
    target.chmod(0o644)
    target.write_bytes(b"edited")
    target.unlink()
    assert trial.expect(misses=1) == bare
    # Links are read-only, so that nothing writes through them by mistake.
    hit = make_cached(trial.cache, trial.command, trial.folder, trial.env)
    assert hit.files["a.o"][1] == bare.files["a.o"][1]
    assert trial.cache.counts()[0] == 2


@pytest.fixture
def other_core(cache: Cache) -> Iterator[Cache]:
    """Another core that serves the same cache folder."""
    folder = Path(tempfile.mkdtemp(prefix="clc"))
    made = Cache(cache.folder.parent, folder / "core")
    yield made
    made.front_end("stop")
    shutil.rmtree(folder)


@gnu_compilers
def test_manifests_of_two_cores_merge(trial: Trial, other_core: Cache) -> None:
    # Each has seen another header when it adds its entry to the same manifest.
    other = Trial(other_core, trial.folder, trial.command)
    texts = [f"#define ONE {number}\n" for number in range(4)]
    for text, who in zip(texts, (trial, other, trial, other), strict=True):
        trial.write("one.h", text)
        assert make_cached(who.cache, who.command, who.folder) == make_bare(who.cache, who.command, who.folder)
    for text in texts:
        trial.write("one.h", text)
        for who in (trial, other):
            bare = make_bare(who.cache, who.command, who.folder)
            assert make_cached(who.cache, who.command, who.folder) == bare
    log = trial.cache.log.read_text().splitlines()
    assert sum(" hit" in line for line in log) == 8, log
    assert sum(" miss" in line for line in log) == 4, log


_PRECOMPILED = {
    "with_fp": (["/Ycpch.h", "/Fpout.pch"], ["/Yupch.h", "/Fpout.pch"]),
    "without_fp": (["/Ycpch.h"], ["/Yupch.h"]),
    "by_forced_include": (["/Ycpch.h", "/FIpch.h", "/Fpout.pch"], ["/Yupch.h", "/FIpch.h", "/Fpout.pch"]),
}


@pytest.mark.clang_cl
@pytest.mark.parametrize(("create", "use"), _PRECOMPILED.values(), ids=_PRECOMPILED.keys())
def test_precompiled_header_is_created_and_used(cl: Trial, create: list[str], use: list[str]) -> None:
    for value in (1, 2):
        for name in ("out.pch", "pch.pch", "pch.obj", "a.obj"):
            (cl.folder / name).unlink(missing_ok=True)
        cl.write("deep.h", f"#define DEEP {value}\n")
        cl.write("pch.h", '#pragma once\n#include "deep.h"\ninline int deep() { return DEEP; }\n')
        cl.write("pch.cpp", '#include "pch.h"\n')
        cl.write("a.cpp", '#include "pch.h"\nint a() { return deep(); }\n')
        cl.command = ["clang-cl-19", "/nologo", "/c", *create, "pch.cpp"]
        cl.expect_miss_then_hit()
        assert cl.cache.compile(*cl.command, cwd=cl.folder).code == 0
        cl.command = ["clang-cl-19", "/nologo", "/c", *use, "a.cpp"]
        cl.expect_miss_then_hit()


@gnu_compilers
def test_precompiled_header_of_gnu_is_created_and_used(trial: Trial, compiler: str) -> None:
    made = "one.h.gch" if compiler == "g++" else "one.h.pch"
    for value in (1, 2):
        trial.write("one.h", f"#define ONE {value}\n")
        trial.write("a.cpp", "int one() { return ONE; }\n")
        before = trial.cache.counts()
        contents = []
        # Two of gcc's own differ; what matters is that a hit is what a miss made, and what comes of its use.
        for _ in range(2):
            done = trial.cache.compile(compiler, "-x", "c++-header", "one.h", "-o", made, cwd=trial.folder)
            assert (done.code, done.stdout, done.stderr) == (0, b"", b"")
            contents.append((trial.folder / made).read_bytes())
        assert contents[0] == contents[1]
        assert trial.cache.counts()[:2] == (before[0] + 1, before[1] + 1)
        trial.command = [compiler, "-include", "one.h", "-c", "a.cpp", "-o", "a.o"]
        trial.expect_miss_then_hit()


_DEBUG_FORMATS = ["/Z7", "/Zi", "/ZI"]


@pytest.mark.clang_cl
@pytest.mark.parametrize("first", _DEBUG_FORMATS)
@pytest.mark.parametrize("second", [*_DEBUG_FORMATS, "/Fdx.pdb"])
def test_debug_formats_in_both_orders(cl: Trial, first: str, second: str) -> None:
    cl.write("a.cpp", "int a() { return 1; }\n")
    cl.command[1:1] = [first, second]
    if "/ZI" in cl.command:
        # clang-cl takes it for an unknown option, with a warning.
        assert make_cached(cl.cache, cl.command, cl.folder) == make_bare(cl.cache, cl.command, cl.folder)
    else:
        cl.expect_miss_then_hit()
