"""What belongs to a compiler besides the program that is called: whatever of it changes must miss."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import check_bare_miss_hit, make_bare, make_cached

pytestmark = pytest.mark.posix("gnu")

LLVM = Path("/usr/lib/llvm-19")
_GCC = 'execv("/usr/bin/gcc", argv);'
clang = pytest.mark.clang
clang_cl = pytest.mark.clang_cl


class Build:
    """One command, compiled again and again."""

    def __init__(self, cache: Cache, folder: Path, *command: str | Path) -> None:
        self.cache, self.folder = cache, folder
        self.command = [str(word) for word in command]
        self.env: dict[str, str] = {}

    def expect(self, outcome: str) -> None:
        """Compile; whatever the outcome, what is left is what the bare compiler makes now."""
        before = self.cache.counts()
        cached = make_cached(self.cache, self.command, self.folder, self.env)
        after = self.cache.counts()
        assert cached == make_bare(self.cache, self.command, self.folder, self.env)
        names = ("hit", "miss", "uncacheable", "error")
        happened = [name for name, b, a in zip(names, before, after, strict=True) if a > b]
        assert happened == [outcome], self.cache.log.read_text()

    def begin(self) -> "Build":
        """Compile twice before anything changes."""
        self.expect("miss")
        self.expect("hit")
        return self

    def refused(self, reason: str) -> None:
        """Compile; the outcome is uncacheable for a reason."""
        self.expect("uncacheable")
        assert f"uncacheable: {reason}" in self.cache.log.read_text().splitlines()[-1]


def install(folder: Path, driver: str = "clang++") -> Path:
    """A clang with a resource folder of its own beside it."""
    resource = folder / "lib/clang/19"
    (folder / "bin").mkdir(parents=True)
    shutil.copy(LLVM / "bin/clang", folder / "bin" / driver)
    shutil.copytree(LLVM / "lib/clang/19/include", resource / "include")
    return folder / "bin" / driver


def script(path: Path, *lines: str, shell: str = "#!/bin/sh") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((shell, *lines, "")))
    path.chmod(0o755)
    return path


def program(cache: Cache, path: Path, body: str) -> Path:
    """A program in C that gets ``argv`` and ends by becoming another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    source = path.with_suffix(".program.c")
    source.write_text(
        "#include <stdio.h>\n#include <string.h>\n#include <unistd.h>\n#include <sys/stat.h>\nextern char **environ;\n"
        f"int main(int argc, char **argv) {{ (void)argc; {body} return 9; }}\n"
    )
    made = cache.run("gcc", source, "-o", path.with_suffix(".new"), cwd=path.parent)
    assert made.code == 0, made.stderr
    path.with_suffix(".new").rename(path)
    source.unlink()
    return path


def assembler(option: str) -> str:
    """Body of a program that is ``as`` with one more option."""
    return (
        f'char *args[64] = {{"as", "{option}"}}; int i = 1; for (; i < argc; i++) args[i + 1] = argv[i]; '
        'args[i + 1] = 0; execv("/usr/bin/as", args);'
    )


@clang
@pytest.mark.parametrize("same", ["content", "file"])
def test_link_to_the_same_driver_in_another_installation_is_miss(cache: Cache, work: Path, same: str) -> None:
    for number, name in enumerate(("one", "two")):
        driver = install(work / name)
        (work / name / "lib/clang/19/include/which.h").write_text(f"int which{number};\n")
    if same == "file":
        driver.unlink()
        driver.hardlink_to(work / "one/bin/clang++")
    (work / "clang++").symlink_to("one/bin/clang++")
    (work / "a.cpp").write_text("#include <which.h>\n")
    build = Build(cache, work, work / "clang++", "-c", "a.cpp", "-o", "a.o").begin()
    (work / "clang++").unlink()
    (work / "clang++").symlink_to("two/bin/clang++")
    build.expect("miss")


WRAPPERS = {
    "plain": ['exec g++ "$@"'],
    "absolute": ['exec /usr/bin/g++ -DX=1 -I inc -Wall "$@"'],
    "loop": ['for a; do case $a in *none.cpp) exec g++ -UX "$@";; esac; done', "exec g++ -DX=2 \\", '  -g "$@"'],
    "branches": ['if [ "$1" != "-cc1" ]; then', '  g++ -DX=1 "$@"', "else", '  g++ "$@"', "fi"],
    "own_folder": ['bin=$(dirname "$0")', 'exec "$bin/c++" "$@"'],
    "after": ['exec g++ "$@" -O2'],
    "depfile": ['exec g++ -MD "$@"'],
    "split": ['exec g++ -g -gsplit-dwarf "$@"'],
    "strict": ["set -eu", "# a comment", 'exec g++ -D"Y=\\"a b\\"" "$@"'],
}


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrapper_script_is_cached(cache: Cache, work: Path, name: str) -> None:
    shell = "#!/usr/bin/env bash" if name in ("plain", "branches") else "#!/bin/sh"
    wrapper = script(work / "tools/my-g++", *WRAPPERS[name], shell=shell)
    (work / "tools/c++").symlink_to("/usr/bin/g++")
    (work / "inc").mkdir()
    (work / "a.cpp").write_text("int f() { return 1; }\n")
    # Nothing may be added to what a script chooses by.
    depfile = ["-MD"] if name == "branches" else []
    check_bare_miss_hit(cache, [str(wrapper), "-c", "a.cpp", "-o", "a.o", *depfile], work)


CHOOSING = [
    ('if [ "$1" = -c ]; then exec g++ -DX=1 "$@"; else exec g++ "$@"; fi', "-c a.cpp -o a.o", "compiler_wrapper"),
    ('if [ "$1" = -c ]; then exec g++ -DX=1 "$@"; else exec g++ "$@"; fi', "-c a.cpp -o a.o -MD", "miss"),
    ('if [ "$1" = -c ]; then exec g++ -DX=1 "$@"; else exec g++ "$@"; fi', "-O -MD -c a.cpp b.cpp", "compiler_wrapper"),
    ('case "$#" in 4) exec g++ -DX=1 "$@";; esac; exec g++ "$@"', "-c a.cpp -o a.o", "compiler_wrapper"),
    ('for a; do case $a in -MD) exec g++ -DX=1 "$@";; esac; done; exec g++ "$@"', "-c a.cpp", "compiler_wrapper"),
    ('for a; do case $a in b.cpp) exec g++ -DX=1 "$@";; esac; done; exec g++ "$@"', "-c a.cpp -o a.o", "miss"),
    (
        'for a; do case $a in b.cpp) exec g++ -DX=1 "$@";; esac; done; exec g++ "$@"',
        "-c a.cpp b.cpp",
        "compiler_wrapper",
    ),
]


@pytest.mark.parametrize(("text", "line", "outcome"), CHOOSING)
def test_wrapper_script_that_chooses_is_given_the_arguments_that_the_caller_gave(
    cache: Cache, work: Path, text: str, line: str, outcome: str
) -> None:
    wrapper = script(work / "tools/g++", text)
    for name in "ab":
        (work / f"{name}.cpp").write_text(f"#ifdef X\nint {name} = 1;\n#else\nint {name} = 2;\n#endif\n")
    argv = [str(wrapper), *line.split()]
    for _ in range(2):
        assert make_cached(cache, argv, work) == make_bare(cache, argv, work)
    assert outcome in cache.log.read_text()
    assert cache.counts()[:2] == ((1, 1) if outcome == "miss" else (0, 0)), cache.log.read_text()


def test_name_of_an_output_is_one_that_a_wrapper_script_may_choose_by(cache: Cache, work: Path) -> None:
    text = 'for a; do case $a in b.cpp) exec g++ -DX=1 "$@";; esac; done; exec g++ "$@"'
    wrapper = script(work / "tools/g++", text)
    (work / "a.cpp").write_text("#ifdef X\nint a = 1;\n#else\nint a = 2;\n#endif\n")
    for name in ("a.o", "b.cpp"):
        argv = [str(wrapper), "-c", "a.cpp", "-o", name]
        assert make_cached(cache, argv, work) == make_bare(cache, argv, work)
    assert cache.counts()[0] == 0


@clang_cl
@pytest.mark.parametrize("options", ["-Wno-everything", "/Z7", "/showIncludes", "/Z7 /I inc"])
def test_wrapper_called_cl_is_cached(cache: Cache, work: Path, options: str) -> None:
    wrapper = script(
        work / "tools/cl",
        'for a; do case $a in *Id.c|*Id.cpp) exec clang-cl-19 -U__clang__ "$@";; esac; done'
        if "Z7" not in options and "show" not in options
        else "set -e",
        f'exec clang-cl-19 {options} "$@"',
    )
    (work / "h.h").write_text("int h;\n")
    (work / "a.cpp").write_text('#include "h.h"\n')
    check_bare_miss_hit(cache, [str(wrapper), "/nologo", "/c", "a.cpp", "/Foa.obj"], work)


@pytest.mark.parametrize(
    "lines",
    [
        ['exec g++ $FLAGS "$@"'],
        ['[ -f flag ] && exec g++ -DX "$@"', 'exec g++ "$@"'],
        ['exec g++ -DX=$(date +%N) "$@"'],
        [". ./settings", 'exec g++ "$@"'],
        ['if [ -n "$DEBUG" ]; then exec g++ -g "$@"; fi', 'exec g++ "$@"'],
        ['g++ "$@"', "cp a.o b.o"],
        ['case $1 in -c) exec g++ -g -gsplit-dwarf "$@";; esac', 'exec g++ "$@"'],
    ],
)
def test_wrapper_script_that_asks_for_more_than_its_arguments_is_refused(
    cache: Cache, work: Path, lines: list[str]
) -> None:
    (work / "settings").write_text("")
    (work / "a.cpp").write_text("int f() { return 1; }\n")
    build = Build(cache, work, script(work / "my-g++", *lines), "-c", "a.cpp", "-o", "a.o")
    build.env["FLAGS"] = "-DX"
    build.refused("compiler_wrapper")


@pytest.mark.parametrize("option", ["-fdump-tree-all", "-fplugin=x", "-DNOW=__TIME__", "-no-such-option"])
def test_option_that_a_wrapper_adds_is_judged_like_a_given_one(cache: Cache, work: Path, option: str) -> None:
    (work / "a.cpp").write_text("int f() { return 1; }\n")
    wrapper = script(work / "my-g++", f'exec g++ {option} "$@"')
    cache.compile(wrapper, "-c", "a.cpp", "-o", "a.o", cwd=work)
    assert cache.counts()[2] == 1


def test_change_of_the_script_behind_a_script_is_miss(cache: Cache, work: Path) -> None:
    inner = script(work / "tools/inner-g++", 'exec g++ -DX=1 "$@"')
    outer = script(work / "my-g++", f'exec {inner} "$@"')
    (work / "a.cpp").write_text("int x = X;\n")
    build = Build(cache, work, outer, "-c", "a.cpp", "-o", "a.o").begin()
    script(inner, 'exec g++ -DX=2 "$@"')
    build.expect("miss")
    script(inner, 'exec g++ -DX=1 "$@"')
    build.expect("hit")


@pytest.mark.parametrize("way", ["-B", "COMPILER_PATH", "PATH", "prefix"])
def test_assembler_that_appears_changes_and_goes_is_miss(cache: Cache, work: Path, way: str) -> None:
    (work / "tools").mkdir()
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    build = Build(cache, work, "/usr/bin/gcc", "-c", "a.c", "-o", "a.o")
    if way == "-B":
        build.command.insert(1, "-Btools/")
    elif way == "prefix":
        build.command.insert(1, f"-B{work}/tools/my-")
    else:
        build.env[way] = f"{work}/tools:{os.environ['PATH']}" if way == "PATH" else f"{work}/tools"
    name = work / ("tools/my-as" if way == "prefix" else "tools/as")
    build.begin()
    program(cache, name, assembler("-mx86-used-note=yes"))
    build.expect("miss")
    build.expect("hit")
    program(cache, name, assembler("-mx86-used-note=no"))
    build.expect("miss")
    name.unlink()
    build.expect("hit")


def test_assembler_that_is_a_script_is_refused(cache: Cache, work: Path) -> None:
    script(work / "tools/as", 'exec /usr/bin/as --defsym X=$X "$@"')
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    Build(cache, work, "gcc", "-Btools", "-c", "a.c", "-o", "a.o").refused("compiler_wrapper")


@pytest.mark.parametrize("way", ["-B", "COMPILER_PATH"])
def test_headers_beside_programs_are_found_when_they_appear(cache: Cache, work: Path, way: str) -> None:
    (work / "tools").mkdir()
    (work / "a.c").write_text("#if __has_include(<late.h>)\nint late;\n#endif\nint f(void) { return 1; }\n")
    build = Build(cache, work, "gcc", "-c", "a.c", "-o", "a.o")
    if way == "-B":
        build.command.insert(1, f"-B{work}/tools")
    else:
        build.env[way] = f"{work}/tools"
    build.begin()
    (work / "tools/include").mkdir()
    (work / "tools/include/late.h").write_text("")
    build.expect("miss")


def test_specs_file_that_appears_is_refused_until_it_goes(cache: Cache, work: Path) -> None:
    (work / "tools").mkdir()
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    build = Build(cache, work, "gcc", f"-B{work}/tools/", "-c", "a.c", "-o", "a.o").begin()
    specs = cache.run("gcc", "-dumpspecs", cwd=work).stdout.decode()
    (work / "tools/specs").write_text(specs.replace("*cc1:\n", "*cc1:\n-g "))
    build.refused("compiler_configuration")
    (work / "tools/specs").unlink()
    build.expect("hit")


@clang
@pytest.mark.parametrize("name", ["clang++.cfg", "x86_64-pc-linux-gnu-clang++.cfg", "x86_64-pc-linux-gnu.cfg"])
def test_default_configuration_file_that_appears_changes_and_goes_is_miss(cache: Cache, work: Path, name: str) -> None:
    driver = install(work / "inst")
    (work / "a.cpp").write_text("#ifndef X\n#define X 0\n#endif\nint x = X;\n")
    build = Build(cache, work, driver, "-c", "a.cpp", "-o", "a.o").begin()
    for text in ("-DX=1\n", "# one\n-DX=2 \\\n  -g\n"):
        (driver.parent / name).write_text(text)
        build.expect("miss")
        build.expect("hit")
    (driver.parent / name).unlink()
    build.expect("hit")


CONFIGURED = {
    "-I <CFGDIR>/../inc": "miss",
    "@more.cfg": "miss",
    "-g -gsplit-dwarf": "miss",
    "-MD": "miss",
    "--target=aarch64-linux-gnu": "miss",
    "-grecord-command-line -g": "miss",
    "-stdlib=libc++": "miss",
    "-DNOW=__TIME__": "uncacheable",
    "-ftime-trace": "uncacheable",
    "@none.cfg": "uncacheable",
}


@clang
@pytest.mark.parametrize("text", CONFIGURED)
def test_option_of_a_configuration_file_is_judged_like_a_given_one(cache: Cache, work: Path, text: str) -> None:
    driver = install(work / "inst")
    (work / "inst/inc").mkdir()
    (driver.parent / "more.cfg").write_text("-O2\n-DX=1\n")
    (driver.parent / "clang++.cfg").write_text(text + "\n")
    (work / "a.cpp").write_text("#if __has_include(<late.h>)\nint late;\n#endif\nint f() { return 1; }\n")
    build = Build(cache, work, driver, "-c", "a.cpp", "-o", "a.o")
    if CONFIGURED[text] == "uncacheable":
        cache.compile(*build.command, cwd=work)
        assert cache.counts() == (0, 0, 1, 0), cache.log.read_text()
        return
    build.begin()
    if "inc" in text:
        (work / "inst/inc/late.h").write_text("")
        build.expect("miss")
    if "@" in text:
        (driver.parent / "more.cfg").write_text("-O1\n")
        build.expect("miss")


@clang
@pytest.mark.parametrize("way", ["--no-default-config", "CLANG_NO_DEFAULT_CONFIG"])
def test_configuration_file_that_is_not_asked_for_does_not_count(cache: Cache, work: Path, way: str) -> None:
    driver = install(work / "inst")
    (driver.parent / "clang++.cfg").write_text("-save-temps -DX=1\n")
    (work / "a.cpp").write_text("int f() { return 1; }\n")
    build = Build(cache, work, driver, "-c", "a.cpp", "-o", "a.o")
    if way.startswith("-"):
        build.command.insert(1, way)
    else:
        build.env[way] = "1"
    build.begin()


@clang_cl
@pytest.mark.parametrize("text", ["/Z7", "-DX=1", "/showIncludes", "/Fdx.pdb /Zi"])
def test_configuration_file_of_clang_cl_is_read(cache: Cache, work: Path, text: str) -> None:
    driver = install(work / "inst", "clang-cl")
    (driver.parent / "clang-cl.cfg").write_text(text + "\n")
    (work / "h.h").write_text("int h;\n")
    (work / "a.cpp").write_text('#include "h.h"\n')
    build = Build(cache, work, driver, "/nologo", "/c", "a.cpp", "/Foa.obj").begin()
    (driver.parent / "clang-cl.cfg").unlink()
    build.expect("miss")


@clang
def test_default_ignore_list_of_a_sanitizer_is_an_input(cache: Cache, work: Path) -> None:
    driver = install(work / "inst")
    (work / "a.cpp").write_text("int f(int *p) { return *p; }\n")
    build = Build(cache, work, driver, "-fsanitize=address", "-c", "a.cpp", "-o", "a.o").begin()
    share = work / "inst/lib/clang/19/share"
    share.mkdir()
    for text in ("fun:*f*\n", "fun:*g*\n"):
        (share / "asan_ignorelist.txt").write_text(text)
        build.expect("miss")
        build.expect("hit")
    (share / "asan_ignorelist.txt").unlink()
    build.expect("hit")


@clang
def test_newer_gcc_that_clang_would_take_headers_from_is_noticed(cache: Cache, work: Path) -> None:
    def add(version: str) -> None:
        place = work / "gcc/lib/gcc/x86_64-linux-gnu" / version
        headers = work / "gcc/include/c++" / version
        headers.mkdir(parents=True)
        (headers / "which.h").write_text(f"int gcc{version};\n")
        place.mkdir(parents=True)
        (place / "crtbegin.o").write_text("")

    add("11")
    (work / "a.cpp").write_text("#include <which.h>\n")
    build = Build(cache, work, "clang++-19", f"--gcc-toolchain={work}/gcc", "-c", "a.cpp", "-o", "a.o").begin()
    add("12")
    build.expect("miss")


@clang
def test_headers_of_a_sysroot_that_appear_are_noticed(cache: Cache, work: Path) -> None:
    (work / "root/usr/include").mkdir(parents=True)
    (work / "root/usr/include/which.h").write_text("int first;\n")
    (work / "a.c").write_text("#include <which.h>\n")
    build = Build(cache, work, "clang-19", f"--sysroot={work}/root", "-c", "a.c", "-o", "a.o").begin()
    (work / "root/usr/include/x86_64-linux-gnu").mkdir()
    (work / "root/usr/include/x86_64-linux-gnu/which.h").write_text("int second;\n")
    build.expect("miss")


@clang
@pytest.mark.parametrize("place", ["include/c++/v1", "include/x86_64-pc-linux-gnu/c++/v1"])
def test_libcxx_that_appears_beside_clang_is_noticed(cache: Cache, work: Path, place: str) -> None:
    driver = install(work / "inst")
    (work / "inst/include/c++/v1").mkdir(parents=True)
    (work / "inst/include/c++/v1/which.h").write_text("int first;\n")
    if place == "include/c++/v1":
        (work / "inst/include").rename(work / "inst/other")
    (work / "a.cpp").write_text("#if __has_include(<which.h>)\n#include <which.h>\n#endif\n")
    build = Build(cache, work, driver, "-stdlib=libc++", "-c", "a.cpp", "-o", "a.o").begin()
    if place == "include/c++/v1":
        (work / "inst/other").rename(work / "inst/include")
    else:
        (work / "inst" / place).mkdir(parents=True)
        (work / "inst" / place / "which.h").write_text("int second;\n")
    build.expect("miss")


@pytest.mark.parametrize("named", ['argv[0] = "/usr/bin/gcc";', 'argv[0] = "gcc";'])
def test_program_that_runs_a_compiler_with_options_of_its_own_is_refused(cache: Cache, work: Path, named: str) -> None:
    compiler = program(cache, work / "tools/gcc", f"{named} {_GCC}")
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    Build(cache, work, compiler, "-c", "a.c", "-o", "a.o").refused("compiler_wrapper")


@clang
def test_program_that_runs_clang_is_refused(cache: Cache, work: Path) -> None:
    compiler = program(cache, work / "tools/clang", 'execv("/usr/bin/clang-19", argv);')
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    Build(cache, work, compiler, "-c", "a.c", "-o", "a.o").refused("compiler_wrapper")


@clang
def test_assembler_that_clang_runs_is_a_part_of_it(cache: Cache, work: Path) -> None:
    (work / "tools").mkdir()
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    build = Build(cache, work, "/usr/bin/clang-19", "-fno-integrated-as", "-c", "a.c", "-o", "a.o")
    build.env["PATH"] = f"{work}/tools:{os.environ['PATH']}"
    build.begin()
    program(cache, work / "tools/as", assembler("-mx86-used-note=yes"))
    build.expect("miss")


@clang_cl
def test_visual_c_that_clang_cl_finds_by_cl_on_path_is_noticed(cache: Cache, work: Path) -> None:
    tools = work / "VC/Tools/MSVC/14.38.1"
    binaries = tools / "bin/Hostx64/x64"
    binaries.mkdir(parents=True)
    script(binaries / "link.exe", "exit 1")
    (tools / "include").mkdir()
    (tools / "include/which.h").write_text("")
    (work / "a.cpp").write_text("#if __has_include(<which.h>)\nint which;\n#endif\n")
    build = Build(cache, work, "/usr/bin/clang-cl-19", "/nologo", "/c", "a.cpp", "/Foa.obj")
    build.env["PATH"] = f"{binaries}:{os.environ['PATH']}"
    build.begin()
    script(binaries / "cl.exe", "exit 1")
    build.expect("miss")


@clang
def test_mingw_that_clang_finds_by_gcc_on_path_is_noticed(cache: Cache, work: Path) -> None:
    library = work / "mingw/lib/gcc/x86_64-w64-mingw32/12"
    headers = work / "mingw/x86_64-w64-mingw32/include"
    for folder in (library, headers, work / "mingw/bin"):
        folder.mkdir(parents=True)
    (library / "libgcc.a").write_text("")
    (headers / "which.h").write_text("")
    (work / "a.c").write_text("#if __has_include(<which.h>)\nint which;\n#endif\n")
    build = Build(cache, work, "/usr/bin/clang-19", "--target=x86_64-w64-mingw32", "-c", "a.c", "-o", "a.obj")
    build.env["PATH"] = f"{work}/mingw/bin:{os.environ['PATH']}"
    build.begin()
    script(work / "mingw/bin/x86_64-w64-mingw32-gcc", "exit 1")
    build.expect("miss")


def test_library_that_appears_earlier_on_the_way_is_miss(cache: Cache, work: Path) -> None:
    library = next(Path("/usr/lib").glob("*/libz.so.1"))
    (work / "libraries").mkdir()
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    build = Build(cache, work, "gcc", "-c", "a.c", "-o", "a.o")
    build.env["LD_LIBRARY_PATH"] = str(work / "libraries")
    build.begin()
    shutil.copy(library, work / "libraries/libz.so.1")
    build.expect("miss")
    (work / "libraries/other").write_text("")
    build.expect("hit")
    (work / "libraries/libz.so.1").unlink()
    build.expect("hit")


def test_other_programs_on_path_do_not_matter(cache: Cache, work: Path) -> None:
    (work / "tools").mkdir()
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    build = Build(cache, work, "/usr/bin/gcc", "-c", "a.c", "-o", "a.o")
    build.env["PATH"] = f"{work}/tools:{os.environ['PATH']}"
    build.begin()
    script(work / "tools/other", "exit 1")
    build.expect("hit")


_Body = Callable[[Path], str]


def test_compiler_that_is_replaced_while_it_runs_is_not_stored(cache: Cache, work: Path) -> None:
    program(cache, work / "tools/as", 'rename("next", "tools/as"); ' + assembler("-mx86-used-note=yes"))
    shutil.copy(work / "tools/as", work / "next")
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    done = cache.compile("gcc", "-Btools/", "-c", "-o", "a.o", "a.c", cwd=work)
    assert (done.code, done.stderr) == (0, b"")
    assert (cache.counts(), (work / "next").exists()) == ((0, 0, 1, 0), False)
    assert "input_changed" in cache.log.read_text()
    assert (work / "a.o").exists()


def test_probe_sees_no_variable_that_is_not_in_the_key(cache: Cache, work: Path) -> None:
    write = (
        f'FILE *f = fopen("{work}/seen", "a"); for (char **e = environ; *e; e++) fprintf(f, "%s\\n", *e); fclose(f);'
    )
    compiler = program(cache, work / "gcc", write + ' fputs("gcc version 12\\n", stderr);')
    (work / "a.c").write_text("int f(void) { return 1; }\n")
    env = {"SECRET": "y", "HOME": "/h", "LC_ALL": "de_DE.UTF-8", "LD_SOMETHING": "1"}
    cache.compile(compiler, "--version", cwd=work, env=env)
    seen = dict(line.split("=", 1) for line in (work / "seen").read_text().splitlines())
    assert (seen["HOME"], seen["LD_SOMETHING"]) == ("/h", "1")
    assert "LC_ALL=C\n" in (work / "seen").read_text()


@pytest.mark.parametrize("target", ["g++", "gcc"])
def test_driver_under_another_name_is_what_its_link_leads_to(cache: Cache, work: Path, target: str) -> None:
    other = {"g++": "my-gcc", "gcc": "my-g++"}[target]
    (work / other).symlink_to(f"/usr/bin/{target}")
    (work / "a.c").write_text("#ifdef __cplusplus\n#include <cstdlib>\n#endif\nint f(void) { return 1; }\n")
    check_bare_miss_hit(cache, [f"./{other}", "-c", "a.c", "-o", "a.o"], work)
