"""Command lines of clang-cl."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.clang_cl import CLANG_CL
from clcache_launcher.compilers.clang_cl_options import CLANG_CL_ROWS, NESTED_ROWS
from clcache_launcher.compilers.msvc_options import SHARED_ROWS
from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.model import Compilation, Depfile, NotACompilation, Output, Reason, ShowIncludes, Uncacheable
from support.parsing import parse_one

ROWS = (*SHARED_ROWS, *CLANG_CL_ROWS)
NEEDS_VALUE = (Takes.JOINED, Takes.JOINED_OR_SEPARATE)
ENDS_IN_A_VALUE = frozenset({Effect.NESTED, Effect.END})


def parse(*arguments: str) -> Compilation | Uncacheable | NotACompilation:
    return parse_one(CLANG_CL, arguments, lambda _: None, lambda name: name.endswith("file.cpp"))


def compilation(*arguments: str) -> Compilation:
    parsed = parse(*arguments)
    assert isinstance(parsed, Compilation), parsed
    return parsed


def spelled(row: Option) -> tuple[str, ...]:
    if row.takes is Takes.SEPARATE:
        return (row.spelling, "value")
    return (row.spelling + "value",) if row.takes in NEEDS_VALUE else (row.spelling,)


def after_clang(*values: str) -> tuple[str, ...]:
    return tuple(f"/clang:{value}" for value in values)


def after_xclang(*values: str) -> tuple[str, ...]:
    return tuple(token for value in values for token in ("-Xclang", value))


def test_each_key_option_is_cacheable_and_in_key() -> None:
    for row in ROWS:
        if row.effect is Effect.KEY:
            tokens = spelled(row)
            assert compilation("/c", *tokens, "a.cpp").key_arguments == ("/c", *tokens, "a.cpp"), row


def test_each_recorded_option_records() -> None:
    rows = [row for row in ROWS if row.effect in (Effect.RECORDS, Effect.CODEVIEW)]
    assert {"-Z7", "-Zi", "-ZI", "-g", "-gline-tables-only"} <= {row.spelling for row in rows}
    assert all(compilation("/c", *spelled(row), "a.cpp").records_command_line for row in rows)


def test_each_refused_option_is_uncacheable_for_its_reason() -> None:
    for row in ROWS:
        if row.effect is Effect.UNCACHEABLE:
            parsed = parse("/c", *spelled(row), "a.cpp")
            assert isinstance(parsed, Uncacheable), row
            assert parsed.reason is row.reason, row


def test_each_probed_option_is_probed() -> None:
    for row in ROWS:
        if row.probe and row.effect is Effect.KEY:
            assert compilation("/c", *spelled(row), "a.cpp").probe_arguments == spelled(row), row


def test_no_option_after_clang_is_to_be_probed() -> None:
    assert [row for row in NESTED_ROWS["clang"] if row.probe] == []


def test_each_key_option_after_clang_is_cacheable_and_in_key() -> None:
    for row in NESTED_ROWS["clang"]:
        if row.effect is Effect.KEY:
            tokens = after_clang(*spelled(row))
            assert compilation("/c", *tokens, "a.cpp").key_arguments == ("/c", *tokens, "a.cpp"), row


def test_each_refused_option_after_clang_is_uncacheable_for_its_reason() -> None:
    for row in NESTED_ROWS["clang"]:
        if row.effect is Effect.UNCACHEABLE:
            parsed = parse("/c", *after_clang(*spelled(row)), "a.cpp")
            assert isinstance(parsed, Uncacheable), row
            assert parsed.reason is row.reason, row


@pytest.mark.parametrize("option", ["/?", "-help", "--version", "-###", "-print-search-dirs", "-print-file-name=x"])
def test_question_is_no_compilation(option: str) -> None:
    assert isinstance(parse("/c", option, "a.cpp"), NotACompilation)


@pytest.mark.parametrize(
    "option",
    [
        "-unheard",
        "/unheard",
        "-funheard",
        "-munheard",
        "-gunheard",
        "-MF",
        "-save",
        "-isystem",
        "-include",
        "-S",
        "-vfsoverlay",
        "-v",
        "-H",
        "/analyze",
        "/diagnostics:unheard",
    ],
)
def test_unknown_option_is_uncacheable(option: str) -> None:
    assert parse("/c", option, "a.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, option)


@pytest.mark.parametrize(
    "value", ["-unheard", "-c", "-o", "-H", "-MV", "--target=x", "-fsanitize=address", "-x", "-funheard", "-MG", "@a"]
)
def test_unknown_option_after_clang_is_uncacheable(value: str) -> None:
    assert parse("/c", f"/clang:{value}", "a.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, value)


@pytest.mark.parametrize("value", ["-unheard", "-dependency-file", "-emit-llvm-bc", "-ast-dump", "-o", "x.cpp"])
def test_unknown_option_after_xclang_is_uncacheable(value: str) -> None:
    assert parse("/c", "-Xclang", value, "a.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, value)
    assert parse("/c", f"-Xclang={value}", "a.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, value)


@pytest.mark.parametrize("value", ["-polly-dump-before-file=x", "-info-output-file=x", "-stats"])
def test_unknown_option_after_mllvm_is_uncacheable(value: str) -> None:
    assert parse("/c", "-mllvm", value, "a.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, value)
    assert parse("/c", *after_clang("-mllvm", value), "a.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, value)
    assert parse("/c", *after_xclang("-mllvm", value), "a.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, value)


def test_unknown_option_after_xclang_after_clang_is_uncacheable() -> None:
    assert parse("/c", *after_clang("-Xclang", "-unheard"), "a.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, "-unheard")


def test_missing_value_is_uncacheable() -> None:
    assert parse("/c", "a.cpp", "/clang:-MF") == Uncacheable(Reason.BAD_ARGUMENT, "-MF")
    assert parse("/c", "a.cpp", "-Xclang") == Uncacheable(Reason.BAD_ARGUMENT, "-Xclang")


@pytest.mark.parametrize(
    ("arguments", "object_path"),
    [
        (["a.cpp"], "a.obj"),
        (["a.b.cpp"], "a.b.obj"),
        (["dir/a.cpp"], "a.obj"),
        (["a.cpp", "/Fo"], "a.obj"),
        (["a.cpp", "/Fox", "/Fo"], "a.obj"),
        (["a.cpp", "/Fox"], "x.obj"),
        (["a.cpp", "/Fox.o"], "x.o"),
        (["a.cpp", "/Fox."], "x."),
        (["a.cpp", "/Fo.x"], ".x"),
        (["a.cpp", "/Fo."], ".obj"),
        (["a.cpp", "/Fo.."], "..obj"),
        (["a.cpp", "/Fo:x"], "x.obj"),
        (["a.cpp", "/Fo:", "x"], "x.obj"),
        (["a.cpp", "/Fod/"], "d/a.obj"),
        (["a.cpp", "/Fod.e/x"], "d.e/x.obj"),
        (["a.cpp", "-ox"], "x.obj"),
        (["a.cpp", "/o", "d/"], "d/a.obj"),
        (["a.cpp", "-o:x"], ":x.obj"),
        (["a.cpp", "-o", "x", "/Foy"], "y.obj"),
        (["a.cpp", "/Fox", "-o", "y"], "y.obj"),
        (["/options:strict", "a.cpp"], "ptions:strict.obj"),
        (["/Tpa"], "a.obj"),
        (["/TP", "a."], "a.obj"),
        (["/TP", ".a.b"], ".a.obj"),
        (["/TP", ".a"], ".obj"),
    ],
)
def test_object_is_named(arguments: list[str], object_path: str) -> None:
    assert [output.path for output in compilation("/c", *arguments).outputs] == [object_path]


@pytest.mark.parametrize(
    ("arguments", "depfile"),
    [
        (["-MD", "-MFx.d"], Depfile("x.d", lists_system_headers=True)),
        (["-MD", "-MF", "x.d"], Depfile("x.d", lists_system_headers=True)),
        (["-MMD", "-MFx.d"], Depfile("x.d", lists_system_headers=False)),
        (["-MD"], Depfile("a.d", lists_system_headers=True)),
        (["-MD", "-MTx", "-MQ", "y", "-MP", "-MF", "out/x.d"], Depfile("out/x.d", lists_system_headers=True)),
    ],
)
def test_depfile_is_an_output(arguments: list[str], depfile: Depfile) -> None:
    parsed = compilation("/c", "/Foout/", *after_clang(*arguments), "dir/a.cpp")
    assert parsed.depfile == depfile
    assert parsed.outputs == (Output("object", "out/a.obj"), Output("depfile", depfile.path, in_place=True))


def test_depfile_name_alone_is_uncacheable() -> None:
    parsed = parse("/c", *after_clang("-MF", "x.d"), "a.cpp")
    assert isinstance(parsed, Uncacheable)
    assert parsed.reason is Reason.BAD_ARGUMENT


@pytest.mark.parametrize("dash", ["-", "/"])
def test_include_folders_are_listed(dash: str) -> None:
    options = ("I", "external:I", "imsvc")
    joined = [f"{dash}{option}{number}" for number, option in enumerate(options)]
    separate = [token for number, option in enumerate(options) for token in (f"{dash}{option}", str(number))]
    assert compilation("/c", *joined, "a.cpp").search_folders == ("0", "1", "2")
    assert compilation("/c", *separate, "a.cpp").search_folders == ("0", "1", "2")


def test_include_folders_after_clang_are_listed() -> None:
    options = after_clang("-Ione", "-isystem", "two", "-iquotethree", "-idirafter", "four")
    assert compilation("/c", *options, "a.cpp").search_folders == ("one", "two", "three", "four")
    assert compilation("/c", *after_xclang("-I", "one"), "a.cpp").search_folders == ("one",)


def test_forced_includes_are_listed() -> None:
    parsed = compilation("/c", "/FIa.h", *after_clang("-include", "b.h"), *after_xclang("-include", "c.h"), "a.cpp")
    assert parsed.force_includes == ("a.h", "b.h", "c.h")


def test_definitions_are_listed() -> None:
    parsed = compilation("/c", "/DA", *after_clang("-DB"), *after_xclang("-DC=1"), "a.cpp")
    assert parsed.definitions == ("A", "B", "C=1")


def test_input_files_are_listed() -> None:
    assert compilation("/c", "-fsanitize-ignorelist=x.txt", "a.cpp").input_files == ("x.txt",)
    assert compilation("/c", *after_clang("-fprofile-list=y"), "a.cpp").input_files == ("y",)


@pytest.mark.parametrize(
    ("option", "shown"),
    [("/showIncludes", ShowIncludes.ALL), ("-showIncludes:user", ShowIncludes.USER)],
)
def test_show_includes_is_in_key_since_its_lines_are_printed(option: str, shown: ShowIncludes) -> None:
    parsed = compilation("/c", option, "a.cpp")
    assert parsed.show_includes is shown
    assert parsed.key_arguments != compilation("/c", "a.cpp").key_arguments


@pytest.mark.parametrize("debug", [("/Z7",), ("/Zi",), ("-g",), after_clang("-g"), after_xclang("-gcodeview")])
@pytest.mark.parametrize("other", [("/Foy.obj",), ("/Fox.obj", "/showIncludes"), ("/Fo:", "x.obj")])
def test_everything_is_in_key_when_command_line_is_recorded(debug: tuple[str, ...], other: tuple[str, ...]) -> None:
    recorded = compilation("/c", *debug, "/Fox.obj", "a.cpp")
    assert recorded.records_command_line
    assert recorded.key_arguments != compilation("/c", *debug, *other, "a.cpp").key_arguments


HUSHED = "-gno-codeview-command-line"


@pytest.mark.parametrize(
    ("options", "records"),
    [
        (("/Z7", HUSHED), False),
        ((HUSHED, "/Zi"), False),
        ((HUSHED, "/Z7", "-gcodeview-command-line"), True),
        (("/Z7", *after_clang(HUSHED)), False),
        (("/Z7", *after_clang("-gcodeview-command-line"), HUSHED), True),
        (("/Z7", HUSHED, *after_xclang("-gcodeview-command-line")), True),
        ((HUSHED,), False),
    ],
)
def test_command_line_that_is_kept_out_of_debug_information_is_not_recorded(
    options: tuple[str, ...], *, records: bool
) -> None:
    parsed = compilation("/c", *options, "/Fox.obj", "a.cpp")
    assert parsed.records_command_line is records
    # The object's name is there all the same.
    assert parsed.key_arguments != compilation("/c", *options, "/Foy.obj", "a.cpp").key_arguments


def test_object_name_is_not_in_key() -> None:
    assert compilation("/c", "/Fox.obj", "a.cpp").key_arguments == compilation("/c", "/Foy.obj", "a.cpp").key_arguments


def test_absolute_path_is_a_source_when_it_is_a_file() -> None:
    assert compilation("/c", "/home/file.cpp").source == "/home/file.cpp"
    assert parse("/c", "/home/other.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, "/home/other.cpp")


@pytest.mark.parametrize("source", ["/Users/file.cpp", "/opt/file.cpp", "/work/file.cpp", "/DIR/file.cpp"])
def test_absolute_path_that_reads_as_an_option_is_one(source: str) -> None:
    assert parse("/c", source) == Uncacheable(Reason.NO_SOURCE)


def test_all_after_two_dashes_are_sources() -> None:
    assert compilation("/c", "--", "/Users/other.cpp").source == "/Users/other.cpp"


@pytest.mark.parametrize(
    ("arguments", "language"),
    [
        (["a.c"], "c"),
        (["a.cc"], "c++"),
        (["a.c++"], "c++"),
        (["a.m"], "objective-c"),
        (["a.mm"], "objective-c++"),
        (["a.c", "/TP"], "c++"),
        (["/Tca.cpp"], "c"),
    ],
)
def test_language_is_known(arguments: list[str], language: str) -> None:
    assert compilation("/c", *arguments).language == language


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("a.s", Reason.ASSEMBLER_SOURCE),
        ("a.asm", Reason.ASSEMBLER_SOURCE),
        ("a.h", Reason.PRECOMPILED_HEADER),
        ("a.hpp", Reason.PRECOMPILED_HEADER),
        ("a.i", Reason.SOURCE_LANGUAGE),
        ("a.cppm", Reason.SOURCE_LANGUAGE),
        ("a.obj", Reason.SOURCE_LANGUAGE),
        ("-", Reason.STANDARD_INPUT),
    ],
)
def test_other_source_is_uncacheable(source: str, reason: Reason) -> None:
    parsed = parse("/c", source)
    assert isinstance(parsed, Uncacheable)
    assert parsed.reason is reason or source == "-"


def test_x_is_uncacheable() -> None:
    assert parse("/c", "-x", "c++", "a.cpp") == Uncacheable(Reason.SOURCE_LANGUAGE, "-x c++")


def test_native_processor_is_asked_of_the_probe_or_uncacheable() -> None:
    assert compilation("/c", "-march=native", "a.cpp").probe_arguments == ("-march=native",)
    assert parse("/c", "/clang:-march=native", "a.cpp") == Uncacheable(Reason.TARGET_NATIVE, "-march=native")


def test_flags_of_msvc_headers_on_linux_are_cacheable() -> None:
    parsed = compilation(
        "/nologo", "-TP", "-nobuiltininc", "-fgnuc-version=12.2.0", "-D__MINGW32__=1", "-Wno-everything",
        "-imsvc/usr/include/c++/v1", "/DWIN32", "/W3", "/EHsc", "/O2", "/Ob2", "-MD", "-std:c++17", "/showIncludes",
        "/FoCMakeFiles/x.dir/a.cpp.obj", "/FdCMakeFiles/x.dir/", "-c", "--", "/work/a.cpp",
    )  # fmt: skip
    assert (parsed.source, parsed.language) == ("/work/a.cpp", "c++")
    assert parsed.outputs == (Output("object", "CMakeFiles/x.dir/a.cpp.obj"),)
    assert parsed.show_includes is ShowIncludes.ALL


FLAGS = [row.spelling for row in ROWS if row.takes is Takes.NOTHING and row.effect is Effect.KEY]
TOKENS = st.one_of(
    st.sampled_from([row.spelling for row in ROWS]),
    st.sampled_from([f"-clang:{row.spelling}" for row in NESTED_ROWS["clang"]]),
    st.sampled_from(["a.cpp", "b.c", "x.obj", "/c", "value", "@x", "/", "-", "", "-clang:", "-Xclang", "-mllvm"]),
    st.text(max_size=12),
    st.builds("{}{}".format, st.sampled_from(["/", "-", "-clang:", "-clang:-"]), st.text(max_size=8)),
)


@given(st.lists(TOKENS, max_size=8))
def test_any_command_line_is_read(arguments: list[str]) -> None:
    parsed = parse(*arguments)
    if isinstance(parsed, Compilation):
        assert parsed.outputs[0].role == "object"


@given(st.lists(st.sampled_from(FLAGS), max_size=8), st.lists(TOKENS, max_size=4))
def test_unknown_option_is_uncacheable_wherever_it_stands(before: list[str], after: list[str]) -> None:
    assert isinstance(parse("/c", *before, "-unheard-of", "a.cpp", *after), Uncacheable)
