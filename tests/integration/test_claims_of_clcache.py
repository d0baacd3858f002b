"""What clcache's own tests claim, by the names of those claims; here against the bare compiler.

Source: github.com/frerich/clcache, tests/test_integration.py and tests/test_unit.py.
"""

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cache import Cache, Done
from support.compare import make_bare, make_cached
from support.trial import Trial, compile_words, compilers, write_wrapper

pytestmark = pytest.mark.posix("debian")

_CL = ["clang-cl-19", "/nologo", "/EHsc", "/c"]


@pytest.fixture
def trial(cache: Cache, work: Path, compiler: str) -> Trial:
    """A source with two headers, one of which includes the other."""
    made = Trial(cache, work, compile_words(compiler))
    made.write("outer.h", '#include "inner.h"\n')
    made.write("inner.h", "#define VERSION 1\n")
    made.write("a.cpp", '#include "outer.h"\nint version() { return VERSION; }\n')
    return made


@pytest.fixture
def cl(cache: Cache, work: Path) -> Trial:
    """clang-cl in an empty folder."""
    return Trial(cache, work, [*_CL, "a.cpp"])


@compilers
def test_recompile(trial: Trial) -> None:
    trial.expect_miss_then_hit()


@compilers
@pytest.mark.parametrize("target", ["custom.o", "out/custom.o"], ids=["same_directory", "other_directory"])
def test_recompile_with_object_set(trial: Trial, compiler: str, target: str) -> None:
    (trial.folder / "out").mkdir()
    trial.command = compile_words(compiler, target=target)
    trial.expect_miss_then_hit()


@compilers
def test_piped_output_has_no_line_end_of_its_own(trial: Trial) -> None:
    # A compiler on Windows ends its lines so; here the text of a message does.
    trial.write("a.cpp", '#pragma message("one\\r\\ntwo")\nint a;\n')
    for made in (trial.expect(misses=1), trial.expect(hits=1)):
        assert b"one\r\ntwo" in made.done.stderr


@compilers
@pytest.mark.parametrize("words", [["--version"], ["-E", "a.cpp"], ["-c", "-no-such-option-at-all", "a.cpp"]])
def test_piped_output_of_what_is_not_cached(trial: Trial, compiler: str, words: list[str]) -> None:
    trial.command = [compiler, *words]
    for _ in range(2):
        trial.expect(uncacheable=1)


@compilers
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_non_ascii_message(trial: Trial, encoding: str) -> None:
    trial.write("a.cpp", '#pragma message("Grüße")\n#warning Grüße\nint a;\n'.encode(encoding))
    before = trial.cache.counts()
    bare = trial.cache.run(*trial.command, cwd=trial.folder)
    for _ in range(2):
        assert trial.cache.compile(*trial.command, cwd=trial.folder) == bare
    grown = tuple(after - b for after, b in zip(trial.cache.counts(), before, strict=True))
    assert grown == ((1, 1, 0, 0) if bare.code == 0 else (0, 0, 2, 0))


@compilers
def test_removed_header(trial: Trial) -> None:
    trial.expect(misses=1)
    for _ in range(2):
        trial.remove("outer.h")
        assert trial.expect(uncacheable=1).done.code != 0
        trial.write("outer.h", '#include "inner.h"\n')
        trial.expect(hits=1)


@compilers
def test_alternating_transitive_header(trial: Trial) -> None:
    trial.expect(misses=1)
    trial.write("inner.h", "#define VERSION 2\n")
    trial.expect(misses=1)
    for version in (1, 2, 1):
        trial.write("inner.h", f"#define VERSION {version}\n")
        trial.expect(hits=1)


@compilers
def test_removed_transitive_header(trial: Trial) -> None:
    trial.expect(misses=1)
    for _ in range(2):
        trial.remove("inner.h")
        assert trial.expect(uncacheable=1).done.code != 0
        trial.write("inner.h", "#define VERSION 1\n")
        trial.expect(hits=1)


@compilers
def test_alternating_include_order(trial: Trial) -> None:
    trial.write("a.h", "#define A 1\n#define LAST 1\n")
    trial.write("b.h", "#define A 1\n#undef LAST\n#define LAST 2\n")
    trial.write("a.cpp", '#include "outer.h"\n#ifdef LAST\nint last = LAST;\n#endif\n')
    orders = ['#include "a.h"\n#include "b.h"\n', '#include "b.h"\n#undef LAST\n#include "a.h"\n']
    for order in orders:
        trial.write("outer.h", order)
        trial.expect(misses=1)
    for order in orders:
        trial.write("outer.h", order)
        trial.expect(hits=1)


@compilers
def test_repeated_includes(trial: Trial) -> None:
    trial.write("a.h", "int tentative();\n")
    texts = ['#include "a.h"\n#include "a.h"\n#define VERSION 1\n', '#include "a.h"\n#define VERSION 1\n']
    for text in texts:
        trial.write("outer.h", text)
        trial.expect(misses=1)
    for text in texts:
        trial.write("outer.h", text)
        trial.expect(hits=1)


@pytest.mark.parametrize("compiler", ["g++", pytest.param("clang++-19", marks=pytest.mark.clang)])
@pytest.mark.parametrize("env", [{}, {"CLCACHE_NODIRECT": "1"}], ids=["direct", "no_direct"])
def test_header_change_shows_in_the_linked_program(trial: Trial, compiler: str, env: dict[str, str]) -> None:
    trial.write("main.cpp", "int version();\nint main() { return version(); }\n")
    for version in (1, 2, 1):
        trial.write("inner.h", f"#define VERSION {version}\n")
        assert trial.cache.compile(*trial.command, cwd=trial.folder, env=env).code == 0
        assert trial.cache.compile(compiler, "main.cpp", "a.o", "-o", "main", cwd=trial.folder, env=env).code == 0
        assert trial.cache.run(trial.folder / "main", cwd=trial.folder).code == version


@compilers
def test_header_change_without_direct_mode(trial: Trial) -> None:
    trial.env = {"CLCACHE_NODIRECT": "1"}
    trial.expect_miss_then_hit()
    trial.write("inner.h", "#define VERSION 2\n")
    trial.expect_miss_then_hit()
    trial.write("inner.h", "#define VERSION 1\n")
    trial.expect(hits=1)


@compilers
def test_comment_change_without_direct_mode_is_hit(trial: Trial) -> None:
    trial.env = {"CLCACHE_NODIRECT": "1"}
    trial.expect(misses=1)
    trial.write("inner.h", "#define VERSION 1 // the first\n")
    trial.expect(hits=1)


@compilers
def test_missing_source_without_direct_mode(trial: Trial) -> None:
    trial.env = {"CLCACHE_NODIRECT": "1"}
    trial.remove("a.cpp")
    assert trial.expect(uncacheable=1).done.code != 0


@compilers
def test_required_header_disappears(trial: Trial) -> None:
    trial.expect(misses=1)
    trial.remove("inner.h")
    made = trial.expect(uncacheable=1)
    assert made.done.code != 0
    assert b"inner.h" in made.done.stderr + made.done.stdout


@compilers
def test_obsolete_header_disappears(trial: Trial) -> None:
    trial.expect(misses=1)
    trial.write("outer.h", "#define VERSION 1\n")
    trial.remove("inner.h")
    trial.expect_miss_then_hit()


def _write_fibonacci(trial: Trial, count: int) -> list[str]:
    names = [f"fibonacci{number:02}.cpp" for number in range(1, count + 1)]
    for name in names:
        # Each compile says which source it was: cl prints the names of sources, clang-cl does not.
        trial.write(name, f'#pragma message("{name}")\nint {name[:-4]}(int n) {{ return n; }}\n')
    return names


@pytest.mark.clang_cl
@pytest.mark.parametrize("option", ["/MP", "/MP2"])
def test_hit_via_mp_sequential(cl: Trial, option: str) -> None:
    # clang-cl warns that it ignores the option: what is compiled without it is another result.
    (name,) = _write_fibonacci(cl, 1)
    cl.command = [*_CL, option, name]
    cl.expect_miss_then_hit()


@pytest.mark.clang_cl
def test_hits_via_mp_concurrent(cl: Trial) -> None:
    names = _write_fibonacci(cl, 2)
    for name in names:
        cl.command = [*_CL, "/MP2", name]
        cl.expect(misses=1)
    cl.command = [*_CL, "/MP2", *names]
    cl.expect(hits=2)


@pytest.mark.clang_cl
def test_output_of_parallel_compiles(cl: Trial) -> None:
    names = _write_fibonacci(cl, 5)
    cl.command = [*_CL, "/MP5", *names]
    for made in (cl.expect(misses=5), cl.expect(hits=5)):
        said = made.done.stdout + made.done.stderr
        assert all(said.count(f"warning: {name}".encode()) == 1 for name in names)


@pytest.mark.clang_cl
@pytest.mark.parametrize("count", [2, 5])
def test_several_sources(cl: Trial, count: int) -> None:
    cl.command = [*_CL, *_write_fibonacci(cl, count)]
    cl.expect(misses=count)
    cl.expect(hits=count)


@pytest.mark.parametrize("compiler", ["g++", pytest.param("clang++-19", marks=pytest.mark.clang)])
def test_several_sources_of_gnu(trial: Trial, compiler: str) -> None:
    trial.command = [compiler, "-c", *_write_fibonacci(trial, 3)]
    trial.expect(misses=3)
    trial.expect(hits=3)


@pytest.mark.clang_cl
def test_change_of_one_of_several_sources_compiles_that_one(cl: Trial) -> None:
    cl.command = [*_CL, *_write_fibonacci(cl, 3)]
    cl.expect(misses=3)
    cl.write("fibonacci02.cpp", "int changed;\n")
    cl.expect(hits=2, misses=1)


@compilers
def test_parallel_compiles_are_counted_and_hit(trial: Trial, compiler: str) -> None:
    names = _write_fibonacci(trial, 10)
    bare = {name: trial.cache.run(*compile_words(compiler, name, name + ".o"), cwd=trial.folder) for name in names}
    for expected in ((0, 10, 0, 0), (10, 10, 0, 0)):
        done: dict[str, Done] = {}

        def compile_one(name: str, done: dict[str, Done] = done) -> None:
            done[name] = trial.cache.compile(*compile_words(compiler, name, name + ".o"), cwd=trial.folder)

        threads = [threading.Thread(target=compile_one, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert done == bare
        assert trial.cache.counts() == expected


@pytest.mark.clang_cl
def test_source_appended_by_cl_variable_is_the_compilers_business(cl: Trial) -> None:
    cl.write("a.cpp", "int a;\n")
    cl.write("minimal.cpp", "int minimal;\n")
    cl.env = {"_CL_": "minimal.cpp"}
    cl.expect(uncacheable=1)


@pytest.mark.clang_cl
def test_options_of_cl_variables_surround_the_command_line(cl: Trial) -> None:
    cl.write("a.cpp", "int x = X;\n")
    cl.command.insert(1, "/DX=1")
    for env in ({}, {"CL": "/DX=2"}, {"_CL_": "/UX /DX=3"}, {"CL": "/DX=4", "_CL_": "/UX /DX=5"}):
        cl.env = env
        cl.expect_miss_then_hit()


@pytest.mark.parametrize("word", ["-C", "clear"])
def test_clearing_is_idempotent(cache: Cache, work: Path, word: str) -> None:
    (work / "a.c").write_text("int a;\n")
    assert cache.compile("gcc", "-c", "a.c", "-o", "a.o", cwd=work).code == 0
    counted = cache.counts()
    for _ in range(2):
        assert cache.front_end(word).code == 0
        assert cache.stats()["entries"] == 0
        assert not [path for path in (cache.folder / "artifacts").rglob("*") if path.is_file()]
        assert cache.counts() == counted
    assert cache.compile("gcc", "-c", "a.c", "-o", "a.o", cwd=work).code == 0
    assert cache.counts()[1] == counted[1] + 1


_ANALYSIS_ERRORS = {
    "no_source": [],
    "no_source_to_compile": ["/c"],
    "invalid_argument": ["/c", "/no-such-option", "a.cpp"],
    "link": ["a.cpp", "/Fea.exe"],
    "preprocessing_to_stdout": ["/E", "a.cpp"],
    "preprocessing_without_lines": ["/EP", "/c", "a.cpp"],
    "preprocessing_to_file": ["/P", "/c", "a.cpp"],
    "preprocessing_both": ["/E", "/EP", "a.cpp"],
    "missing_source": ["/c", "no-such.cpp"],
    "missing_response_file": ["/c", "@no-such.rsp"],
    "missing_value": ["/c", "a.cpp", "/I"],
}


@pytest.mark.clang_cl
@pytest.mark.parametrize("words", _ANALYSIS_ERRORS.values(), ids=_ANALYSIS_ERRORS.keys())
def test_every_analysis_error_is_the_compilers_business(cl: Trial, words: list[str]) -> None:
    cl.write("a.cpp", "int a;\n")
    cl.write("b.c", "int b;\n")
    cl.command = ["clang-cl-19", "/nologo", *words]
    cl.expect(uncacheable=1)


def _in_two_trees(cl: Trial, words: Callable[[Path], list[str]], basedir: Callable[[Path], str], *, hit: bool) -> None:
    parent = cl.folder
    for number, name in enumerate(("builddir_a", "builddir_b")):
        cl.folder = parent / name
        cl.write("main.cpp", '#include "constants.h"\nint value() { return VALUE; }\n')
        cl.write("constants.h", "#define VALUE 7\n")
        cl.command = [*_CL, *words(cl.folder)]
        cl.env = {"CLCACHE_BASEDIR": basedir(cl.folder)}
        cl.expect(hits=1) if number and hit else cl.expect(misses=1)


_BASEDIR_HITS: dict[str, Callable[[Path], list[str]]] = {
    "relative_path": lambda _: ["main.cpp"],
    "absolute_path": lambda tree: [f"{tree}/main.cpp"],
    "include_argument": lambda tree: [f"/I{tree}", "main.cpp"],
    "include_argument_apart": lambda tree: ["/I", str(tree), "main.cpp"],
    "external_include": lambda tree: ["/external:I", str(tree), "main.cpp"],
    "object_folder": lambda tree: ["main.cpp", f"/Fo{tree}/"],
}


@pytest.mark.clang_cl
@pytest.mark.parametrize("words", _BASEDIR_HITS.values(), ids=_BASEDIR_HITS.keys())
def test_base_directory_hits(cl: Trial, words: Callable[[Path], list[str]]) -> None:
    _in_two_trees(cl, words, str, hit=True)


@pytest.mark.clang_cl
@pytest.mark.xfail(
    strict=True, reason="how a folder is spelled reaches lists and messages: other spellings do not share"
)
def test_base_directory_hits_with_include_slashes(cl: Trial) -> None:
    _in_two_trees(cl, lambda tree: [f"/I{tree}" + "/" * tree.name.endswith("a"), "main.cpp"], str, hit=True)


@pytest.mark.clang_cl
def test_base_directory_hits_with_a_slash_of_its_own(cl: Trial) -> None:
    _in_two_trees(cl, lambda tree: [f"/I{tree}", "main.cpp"], lambda tree: f"{tree}/", hit=True)


@pytest.mark.clang_cl
def test_base_directory_hits_with_capitals(cl: Trial) -> None:
    # Where the file system minds case, another capitalization is another folder, which has to be there.
    for name in ("builddir_a", "builddir_b"):
        (cl.folder / name.upper()).symlink_to(cl.folder / name)
    _in_two_trees(cl, lambda tree: [f"/I{tree.with_name(tree.name.upper())}", "main.cpp"], str, hit=True)


@pytest.mark.clang_cl
@pytest.mark.parametrize(
    "words",
    [lambda tree: [f"/DRESOURCES_DIR={tree}", "main.cpp"], lambda _: ["/I.", "main.cpp"]],
    ids=["define_argument", "relative_include_argument"],
)
def test_base_directory_misses(cl: Trial, words: Callable[[Path], list[str]]) -> None:
    # The base directory is above both trees: their names below it differ.
    _in_two_trees(cl, words, lambda tree: str(tree.parent), hit=False)


@compilers
def test_evicted_object(trial: Trial) -> None:
    trial.expect_miss_then_hit()
    for path in (trial.cache.folder / "artifacts").rglob("*"):
        if path.is_file():
            path.unlink()
    trial.expect_miss_then_hit()


@compilers
def test_evicted_manifest(trial: Trial) -> None:
    trial.expect_miss_then_hit()
    (index,) = trial.cache.folder.glob("index-*.sqlite")
    with sqlite3.connect(index) as connection:
        assert connection.execute("DELETE FROM entry").rowcount == 1
    connection.close()
    trial.expect_miss_then_hit()


@compilers
def test_header_change_after_the_object_was_evicted_is_not_stored_under_the_old_key(trial: Trial) -> None:
    trial.expect_miss_then_hit()
    for path in (trial.cache.folder / "artifacts").rglob("*"):
        if path.is_file():
            path.unlink()
    trial.write("inner.h", "#define VERSION 2\n")
    trial.expect_miss_then_hit()
    trial.write("inner.h", "#define VERSION 1\n")
    trial.expect_miss_then_hit()


@pytest.mark.clang_cl
def test_sample_project_with_precompiled_headers(cl: Trial) -> None:
    cl.write("stable.h", "inline int stable() { return 1; }\n")
    cl.write("pch.cpp", '#include "stable.h"\n')
    cl.write("a.cpp", '#include "stable.h"\nint a() { return stable(); }\n')
    create = [*_CL, "/Ycstable.h", "/Fpstable.pch", "pch.cpp"]
    use = [*_CL, "/Yustable.h", "/Fpstable.pch", "a.cpp"]
    cl.command = create
    cl.expect_miss_then_hit()
    # What uses it finds it in the folder.
    assert cl.cache.compile(*create, cwd=cl.folder).code == 0
    cl.command = use
    cl.expect_miss_then_hit()


_QUOTING = {
    "plain": "/DX=a",
    "quoted_blank": '"/DX=a b"',
    "quote_inside": '/DX="a b"',
    "escaped_quote": '/DX=\\"text\\"',
    "two_backslashes_before_a_quote": '"/DX=a\\\\"',
    "backslashes_before_a_letter": "/DX=a\\b",
    "tab_and_newline_between": "/DY\t/DZ\n/DX=1",
}
_DOUBTFUL_QUOTING = {"quotes_doubled": '"/DX=""a"""', "empty_quotes": '"" /DX=1', "open_quote": '/DX="a b'}
_QUOTED_SOURCE = "#define STR(x) #x\n#define TEXT(x) STR(x)\nconst char *x = TEXT(X);\n"


@pytest.mark.clang_cl
@pytest.mark.parametrize("text", _QUOTING.values(), ids=_QUOTING.keys())
def test_microsoft_quoting_of_a_response_file(cl: Trial, text: str) -> None:
    cl.write("a.cpp", _QUOTED_SOURCE)
    cl.write("args.rsp", text)
    cl.command = [*_CL, "@args.rsp", "a.cpp"]
    assert cl.expect(misses=1).done.code == 0
    cl.expect(hits=1)


@pytest.mark.clang_cl
@pytest.mark.parametrize("text", _DOUBTFUL_QUOTING.values(), ids=_DOUBTFUL_QUOTING.keys())
def test_quoting_that_compilers_read_differently_is_the_compilers_business(cl: Trial, text: str) -> None:
    cl.write("a.cpp", _QUOTED_SOURCE)
    cl.write("args.rsp", text)
    cl.command = [*_CL, "@args.rsp", "a.cpp"]
    for _ in range(2):
        bare = make_bare(cl.cache, cl.command, cl.folder)
        assert make_cached(cl.cache, cl.command, cl.folder) == bare


_RESPONSE_FILES = {
    "plain": {"args.rsp": b"/DX=1 a.cpp"},
    "nested": {"args.rsp": b"/DX=1 @inner.rsp", "inner.rsp": b"/DY=2 a.cpp"},
    "nested_twice": {"args.rsp": b"@inner.rsp a.cpp", "inner.rsp": b"/DX=1 @innermost.rsp", "innermost.rsp": b"/DY=2"},
    "utf16_little_endian": {"args.rsp": "\ufeff/DX=1 a.cpp".encode("utf-16-le")},
    "utf8_with_mark": {"args.rsp": "\ufeff/DX=1 a.cpp".encode()},
    "many_lines": {"args.rsp": b"/DX=1\r\n/DY=2\r\na.cpp\r\n"},
}


@pytest.mark.clang_cl
@pytest.mark.parametrize("files", _RESPONSE_FILES.values(), ids=_RESPONSE_FILES.keys())
def test_response_files_nested_and_in_each_encoding(cl: Trial, files: dict[str, bytes]) -> None:
    cl.write("a.cpp", "#ifdef Y\nint x = X + Y;\n#else\nint x = X;\n#endif\n")
    for name, data in files.items():
        cl.write(name, data)
    cl.command = [*_CL, "@args.rsp"]
    assert cl.expect(misses=1).done.code == 0
    cl.expect(hits=1)
    name, data = next((name, data) for name, data in files.items() if b"X" in data)
    cl.write(name, data.replace(b"1", b"3"))
    cl.expect_miss_then_hit()


_COMMAND_LINES = {
    "object_by_source": (["/c", "a.cpp"], True),
    "object_named": (["/c", "/Fob.obj", "a.cpp"], True),
    "object_named_without_suffix": (["/c", "/Fob", "a.cpp"], True),
    "object_in_folder": (["/c", "/Foout/", "a.cpp"], True),
    "object_named_twice": (["/c", "/Fob.obj", "/Foc.obj", "a.cpp"], True),
    "value_apart": (["/c", "/I", "out", "a.cpp"], True),
    "value_with_blanks": (["/c", "/I", "a folder", "a.cpp"], True),
    "source_with_tp": (["/c", "/Tp", "a.cpp"], True),
    "source_with_tp_joined": (["/c", "/Tpa.cpp"], True),
    "all_sources_by_tp": (["/c", "/TP", "a.cpp"], True),
    "path_with_folders": (["/c", "out/../a.cpp"], True),
    "dashes": (["-c", "-W4", "-DX=1", "a.cpp"], True),
    "linking_options": (["/c", "a.cpp", "/link", "/DEBUG"], False),
    "link": (["a.cpp", "/Fea.exe"], False),
    "preprocessing": (["/EP", "a.cpp"], False),
}


@pytest.mark.clang_cl
@pytest.mark.parametrize(("words", "is_cacheable"), _COMMAND_LINES.values(), ids=_COMMAND_LINES.keys())
def test_command_lines(cl: Trial, words: list[str], is_cacheable: bool) -> None:
    for folder in ("out", "a folder"):
        (cl.folder / folder).mkdir()
    cl.write("a.cpp", "int a() { return 1; }\n")
    cl.command = ["clang-cl-19", "/nologo", *words]
    if is_cacheable:
        assert cl.expect(misses=1).done.code == 0
        cl.expect(hits=1)
    else:
        cl.expect(uncacheable=1)


@pytest.mark.clang_cl
@pytest.mark.parametrize("forced", [[], ["/FIa.h"]], ids=["included", "forced"])
def test_header_listed_in_a_language_that_is_not_known_is_not_overlooked(cl: Trial, forced: list[str]) -> None:
    cl.write("a.cpp", "int a = A;\n" if forced else '#include "a.h"\nint a = A;\n')
    script = 'clang-cl-19 "$@" >.said; code=$?; sed "s/^Note: including file:/Xxx:/" .said; rm .said; exit $code'
    program = write_wrapper(cl.folder, "clang-cl-19", script)
    cl.command = [program, "/nologo", "/showIncludes", "/c", *forced, "a.cpp"]
    for value in (1, 2):
        cl.write("a.h", f"#define A {value}\n")
        for _ in range(2):
            cl.compare()


@pytest.mark.clang_cl
@pytest.mark.parametrize("asks", [[], ["/showIncludes"]], ids=["silent", "shown"])
def test_source_whose_includes_are_all_switched_off_is_cached(cl: Trial, asks: list[str]) -> None:
    cl.write("a.cpp", '#if __has_include("a.h")\n#include "a.h"\n#endif\nint a;\n')
    cl.command += asks
    cl.expect_miss_then_hit()
