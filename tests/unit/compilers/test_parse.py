"""Command lines of gcc and clang, read by the tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.gnu import CLANG, GCC, GXX
from clcache_launcher.compilers.parse import parse_command_line
from clcache_launcher.model import Compilation, Depfile, NotACompilation, Output, Reason, Uncacheable
from support.parsing import parse_one

type_of_result = Compilation | Uncacheable | NotACompilation


def parse(line: str, dialect: Dialect = GCC, files: dict[str, bytes] | None = None) -> type_of_result:
    return parse_one(dialect, line.split(), (files or {}).get, lambda _: False)


def compilation(line: str, dialect: Dialect = GCC, files: dict[str, bytes] | None = None) -> Compilation:
    parsed = parse(line, dialect, files)
    assert isinstance(parsed, Compilation), parsed
    return parsed


def test_compilation_of_a_usual_command_line() -> None:
    line = "-DA=1 -Iinc -isystem /sys -O2 -g -std=c++17 -include pre.h -MD -MT o/a.o -MF o/a.d -o o/a.o -c src/a.cpp"

    assert compilation(line) == Compilation(
        source="src/a.cpp",
        language="c++",
        arguments=tuple(line.split()),
        key_arguments=(
            *("-DA=1", "-Iinc", "-isystem", "/sys", "-O2", "-g", "-std=c++17", "-include", "pre.h"),
            *("-MD", "-MT", "o/a.o", "-o", "o/a.o", "-c", "src/a.cpp"),
        ),
        key_paths=(
            *("", "inc", "", "/sys", "", "", "", "", "pre.h"),
            *("", "", "o/a.o", "", "o/a.o", "", "src/a.cpp"),
        ),
        outputs=(Output("object", "o/a.o"), Output("depfile", "o/a.d", in_place=True)),
        depfile=Depfile("o/a.d", lists_system_headers=True),
        search_folders=("inc", "/sys"),
        system_folders=("/sys",),
        force_includes=("pre.h",),
        definitions=("A=1",),
        inspection_arguments=(
            *("-DA=1", "-Iinc", "-isystem", "/sys", "-O2", "-g", "-std=c++17", "-include", "pre.h", "src/a.cpp"),
        ),
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a.c", Reason.LINKING),
        ("-c", Reason.NO_SOURCE),
        ("-c a.c b.c -o a.o", Reason.MULTIPLE_SOURCES),
        ("-c a.c b.c -MD -MF a.d", Reason.MULTIPLE_SOURCES),
        ("-c a.c sub/a.c", Reason.MULTIPLE_SOURCES),
        ("-c a.h a.c", Reason.MULTIPLE_SOURCES),
        ("-c -frecord-gcc-switches a.c b.c", Reason.MULTIPLE_SOURCES),
        ("-c a.c -", Reason.STANDARD_INPUT),
        ("-c -", Reason.STANDARD_INPUT),
        ("-c -x c -", Reason.STANDARD_INPUT),
        ("-S a.S", Reason.LINKING),
        ("-S a.h", Reason.PRECOMPILED_HEADER),
        ("-c a.h -MD", Reason.PRECOMPILED_HEADER),
        ("-c a.h -o a.h.gch -fstack-usage", Reason.PRECOMPILED_HEADER),
        ("-c a.i", Reason.SOURCE_LANGUAGE),
        ("-c a.f90", Reason.SOURCE_LANGUAGE),
        ("-c a.Cpp", Reason.SOURCE_LANGUAGE),
        ("-c a", Reason.SOURCE_LANGUAGE),
        ("-c -x ada a.c", Reason.SOURCE_LANGUAGE),
        ("-c a.c -no-such-option", Reason.UNKNOWN_OPTION),
        ("-c a.c -fno-such-option", Reason.UNKNOWN_OPTION),
        ("-c a.c -o", Reason.BAD_ARGUMENT),
        ("-c a.c -E", Reason.PREPROCESSING),
        ("-c a.c -MM", Reason.PREPROCESSING),
        ("-c a.c -o -", Reason.OUTPUT_NOT_A_FILE),
        ("-c a.c -o /dev/null", Reason.OUTPUT_NOT_A_FILE),
        ("-c a.c -MD -MF /dev/stdout", Reason.OUTPUT_NOT_A_FILE),
        ("-c a.c -MD -MF -", Reason.OUTPUT_NOT_A_FILE),
        ("-c a.c -Wp,-MD,/dev/null", Reason.OUTPUT_NOT_A_FILE),
        ("-c a.c -MD -MF a -MF b", Reason.BAD_ARGUMENT),
        ("-c a.c -Wp,-MD,a -MF b", Reason.BAD_ARGUMENT),
        ("-c a.c -Wp,-MD,a,-MP", Reason.UNKNOWN_OPTION),
        ("-c a.c -Wp,-MD", Reason.UNKNOWN_OPTION),
        ("-c a.c -Wp,-MF,a", Reason.UNKNOWN_OPTION),
        ("-c a.c -Wp,-DX,y", Reason.UNKNOWN_OPTION),
        ("-c a.c -Wa,-a=list", Reason.SIDE_OUTPUT),
        ("-c a.c -Wa,@file", Reason.UNKNOWN_OPTION),
        ("-c a.c -I-", Reason.BAD_ARGUMENT),
        ("-c a.c -I -", Reason.BAD_ARGUMENT),
        ("-c a.c -I=inc", Reason.BAD_ARGUMENT),
        ("-c a.c -isystem =inc", Reason.BAD_ARGUMENT),
        ("-c a.c -I$SYSROOT/inc", Reason.BAD_ARGUMENT),
        ("-c a.c @missing", Reason.RESPONSE_FILE),
        ("-v a.c -c", Reason.TOOL_QUERY),
    ],
)
@pytest.mark.parametrize("dialect", [GCC, CLANG], ids=lambda dialect: dialect.name)
def test_refusal(dialect: Dialect, line: str, reason: Reason) -> None:
    parsed = parse(line, dialect)

    assert isinstance(parsed, Uncacheable), parsed
    assert parsed.reason is reason


@pytest.mark.parametrize(
    "line", ["--version", "-### -c a.c", "-dumpmachine", "-print-search-dirs", "-fsyntax-only a.c"]
)
@pytest.mark.parametrize("dialect", [GCC, CLANG], ids=lambda dialect: dialect.name)
def test_query_is_not_a_compilation(dialect: Dialect, line: str) -> None:
    assert parse(line, dialect) == NotACompilation()


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("-c a.c", "c"),
        ("-c a.C", "c++"),
        ("-c a.cc", "c++"),
        ("-c a.m", "objective-c"),
        ("-c a.mm", "objective-c++"),
        ("-c -x c++ a.c", "c++"),
        ("-c -xc++ a", "c++"),
        ("-c -x c++ -x none a.c", "c"),
        ("-c a.c -x c++", "c"),
    ],
)
def test_language(line: str, language: str) -> None:
    assert compilation(line).language == language


def test_cxx_driver_takes_c_for_cxx() -> None:
    assert compilation("-c a.c", GXX).language == "c++"
    assert compilation("-c -x c a.c", GXX).language == "c"


@pytest.mark.parametrize("option", ["-O2", "-DX", "-Iinc", "-march=haswell", "-Wall", "-fPIC", "-Wp,-DX", "-g3", "-S"])
@pytest.mark.parametrize("dialect", [GCC, CLANG], ids=lambda dialect: dialect.name)
def test_option_changes_the_key(dialect: Dialect, option: str) -> None:
    assert compilation(f"-c a.c {option}", dialect).key_arguments != compilation("-c a.c", dialect).key_arguments


def test_name_of_the_object_stays_out_of_the_key() -> None:
    assert compilation("-c a.c -o a.o").key_arguments == compilation("-c a.c -o b.o").key_arguments


@pytest.mark.parametrize(
    "option", ["-MD", "-MMD", "--coverage", "-gsplit-dwarf", "-fstack-usage", "-fprofile-arcs", "-frecord-gcc-switches"]
)
def test_name_of_the_object_is_in_the_key_when_an_output_holds_it(option: str) -> None:
    one, two = (compilation(f"{option} -c a.c -o {name}.o").key_arguments for name in ("one", "two"))

    assert one != two


def test_name_of_the_depfile_stays_out_of_the_key() -> None:
    assert compilation("-c a.c -MD -MF x").key_arguments == compilation("-c a.c -MD -MF y").key_arguments


@pytest.mark.parametrize("words", ["-MF x.d", "-MT x", "-MQ x", "-MP"])
def test_depfile_option_without_a_depfile_is_uncacheable(words: str) -> None:
    parsed = parse(f"-c a.c {words}")
    assert isinstance(parsed, Uncacheable)
    assert parsed.reason is Reason.BAD_ARGUMENT


def test_whole_command_line_is_in_the_key_when_it_is_recorded() -> None:
    parsed = compilation("-c a.c -MD -MF x -o y -grecord-command-line", CLANG)

    assert parsed.records_command_line
    assert set(parsed.arguments) <= set(parsed.key_arguments)
    assert not compilation("-c a.c -MD -MF x -o y", CLANG).records_command_line


@pytest.mark.parametrize("line", ["-MD -MMD", "-MMD -MD", "-MMD", "-Wp,-MMD,d", "-MD -Wp,-MMD,d"])
def test_depfile_without_system_headers(line: str) -> None:
    depfile = compilation(f"-c a.c {line}").depfile

    assert depfile
    assert not depfile.lists_system_headers


def test_depfile_of_the_linux_kernel() -> None:
    parsed = compilation("-Wp,-MMD,drivers/.a.o.d -nostdinc -c -o drivers/a.o drivers/a.c")

    assert parsed.depfile == Depfile("drivers/.a.o.d", lists_system_headers=False)
    assert Output("depfile", "drivers/.a.o.d", in_place=True) in parsed.outputs
    assert not any("-Wp," in token for token in parsed.inspection_arguments)


def test_response_file_is_read() -> None:
    parsed = compilation("@r -c", files={"r": b'-DX=\\"a\\" a.c'})

    assert parsed.arguments == ('-DX="a"', "a.c", "-c")
    assert parsed.definitions == ('X="a"',)


def test_nested_options_have_their_effects() -> None:
    line = (
        "-Xclang -include -Xclang pre.h -Xclang -include-pch -Xclang a.pch -Xclang -mllvm -Xclang -asan-stack=0 -Wp,-DX"
    )
    parsed = compilation(f"{line} -c a.c", CLANG)

    assert parsed.force_includes == ("pre.h",)
    assert parsed.input_files == ("a.pch",)
    assert parsed.definitions == ("X",)
    assert parsed.key_arguments == parsed.arguments


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("-Xclang -load -Xclang a.so", Reason.PLUGIN),
        ("-Xclang -dependency-file -Xclang a", Reason.UNKNOWN_OPTION),
        ("-Xclang a.c", Reason.UNKNOWN_OPTION),
        ("-Xclang -emit-pch", Reason.PRECOMPILED_HEADER),
        ("-mllvm -polly-dump-before-file=x", Reason.UNKNOWN_OPTION),
        ("-mllvm -stats", Reason.UNKNOWN_OPTION),
        ("-Xclang -mllvm -Xclang -time-passes", Reason.UNKNOWN_OPTION),
        ("-Xpreprocessor -MD -Xpreprocessor a", Reason.UNKNOWN_OPTION),
        ("-arch arm64 -arch x86_64", Reason.MULTIPLE_ARCHITECTURES),
        ("-ftime-trace", Reason.SIDE_OUTPUT),
    ],
)
def test_refusal_of_clang(line: str, reason: Reason) -> None:
    parsed = parse(f"{line} -c a.c", CLANG)

    assert isinstance(parsed, Uncacheable), parsed
    assert parsed.reason is reason


def test_one_architecture_may_be_given_twice() -> None:
    assert compilation("-arch arm64 -arch arm64 -c a.c", CLANG).probe_arguments == ("-arch", "arm64") * 2


def test_options_that_choose_tools_or_folders_are_probed() -> None:
    line = "-m32 --sysroot=/s -nostdinc -fsanitize=address -O2 -Iinc -B/b -c a.c"

    assert compilation(line).probe_arguments == ("-m32", "--sysroot=/s", "-nostdinc", "-fsanitize=address", "-B/b")


def test_a_target_that_may_be_windows_records_the_command_line() -> None:
    # Its debug information is CodeView, which holds the command line; -x language and folders still follow the target.
    windows = compilation("--target=x86_64-pc-windows-msvc -c a.c", CLANG)

    assert windows.records_command_line
    assert "--target=x86_64-pc-windows-msvc" in windows.inspection_arguments
    assert not compilation("--target=aarch64-linux-android24 -c a.c", CLANG).records_command_line


def test_after_two_dashes_all_are_sources() -> None:
    assert compilation("-c -- -a.c", CLANG).source == "-a.c"
    assert isinstance(parse("-c -- a.c", GCC), Uncacheable)


TOKENS = sorted(
    {row.spelling for dialect in (GCC, CLANG) for row in dialect.options._exact.values()}
    | {row.spelling + value for row in CLANG.options._joined.values() for value in ("", "x", "=1,-MD")}
    | {"a.c", "b.cpp", "-", "", "@r", "a.h", "-MD,x", "native"}
)


@given(st.lists(st.sampled_from(TOKENS), max_size=12), st.sampled_from([GCC, CLANG]))
def test_no_command_line_crashes_the_parser(arguments: list[str], dialect: Dialect) -> None:
    parsed = parse_one(dialect, arguments, {"r": b"-O2 @r"}.get, lambda _: False)

    assert isinstance(parsed, type_of_result)


@given(st.lists(st.sampled_from(["-O2", "-g", "-DX", "-Wall", "-o", "a.o", "-MD"]), max_size=6), st.integers(0, 6))
def test_unknown_option_is_never_cacheable(arguments: list[str], place: int) -> None:
    line = ["-c", "a.c", *arguments[:place], "-fxyzzy", *arguments[place:]]
    after_value = line[line.index("-fxyzzy") - 1] == "-o"

    assert after_value or not isinstance(parse(" ".join(line)), Compilation)


def test_several_sources_are_compilations_of_their_own() -> None:
    words = ("-c", "-x", "c", "a.txt", "-x", "none", "sub/b.cpp", "-MD", "-O2")
    parsed = parse_command_line(GCC, words, lambda _: None, lambda _: False)
    assert isinstance(parsed, tuple)
    assert [(each.source, each.language) for each in parsed] == [("a.txt", "c"), ("sub/b.cpp", "c++")]
    assert [[output.path for output in each.outputs] for each in parsed] == [["a.o", "a.d"], ["b.o", "b.d"]]
    # A driver warns of an -x that no source follows.
    assert parsed[0].alone == ("-c", "-x", "c", "a.txt", "-MD", "-O2")
    assert parsed[1].alone == ("-c", "-x", "c", "-x", "none", "sub/b.cpp", "-MD", "-O2")


@pytest.mark.parametrize("option", ["-save-temps", "-save-temps=obj", "--save-temps"])
def test_response_file_beside_kept_temporary_files_is_uncacheable(option: str) -> None:
    files = {"more": b"-O2"}
    assert parse(f"{option} @more -c a.c", files=files) == Uncacheable(
        Reason.SIDE_OUTPUT, "-save-temps with a response file"
    )
    assert isinstance(parse(f"{option} -c a.c"), Compilation)
    assert isinstance(parse("@more -c a.c", files=files), Compilation)
