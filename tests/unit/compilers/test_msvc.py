"""Command lines of Microsoft's compiler."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.compilers.cl_variables import prepend_environment_options
from clcache_launcher.compilers.msvc import CL
from clcache_launcher.compilers.msvc_options import CL_ROWS, SHARED_ROWS
from clcache_launcher.compilers.options import Effect, Option, Takes
from clcache_launcher.compilers.parse import parse_command_line
from clcache_launcher.compilers.response_file import Quoting
from clcache_launcher.model import Compilation, NotACompilation, Reason, ShowIncludes, Uncacheable
from support.parsing import parse_one

ROWS = (*SHARED_ROWS, *CL_ROWS)
NEEDS_VALUE = (Takes.JOINED, Takes.JOINED_OR_SEPARATE)


def parse(*arguments: str) -> Compilation | Uncacheable | NotACompilation:
    return parse_one(CL, arguments, lambda _: None, lambda _: False)


def compilation(*arguments: str) -> Compilation:
    parsed = parse(*arguments)
    assert isinstance(parsed, Compilation), parsed
    return parsed


def spelled(row: Option, lead: str) -> tuple[str, ...]:
    token = lead + row.spelling[1:]
    if row.takes is Takes.SEPARATE:
        return (token, "value")
    return (token + "value",) if row.takes in NEEDS_VALUE else (token,)


def test_number_of_processes_is_not_in_the_key() -> None:
    assert compilation("/c", "/MP", "a.cpp").key_arguments == compilation("/c", "/MP4", "a.cpp").key_arguments


@pytest.mark.parametrize("lead", ["-", "/"])
@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.effect is Effect.KEY and row.spelling != "-MP"], ids=lambda row: row.spelling
)
def test_key_option_is_cacheable_and_in_key(row: Option, lead: str) -> None:
    tokens = spelled(row, lead)
    assert compilation("/c", *tokens, "a.cpp").key_arguments == ("/c", *tokens, "a.cpp")


@pytest.mark.parametrize("lead", ["-", "/"])
@pytest.mark.parametrize("row", [row for row in ROWS if row.effect is Effect.UNCACHEABLE], ids=lambda row: row.spelling)
def test_refused_option_is_uncacheable_for_its_reason(row: Option, lead: str) -> None:
    parsed = parse("/c", *spelled(row, lead), "a.cpp")
    assert isinstance(parsed, Uncacheable)
    assert parsed.reason is row.reason


@pytest.mark.parametrize("option", ["/?", "-help", "/HELP"])
def test_question_is_no_compilation(option: str) -> None:
    assert isinstance(parse("/c", option, "a.cpp"), NotACompilation)


@pytest.mark.parametrize(
    "option",
    [
        "/unheard",
        "-unheard",
        "/zi",
        "/std",
        "/Zp8i",
        "/Zm200i",
        "/Gs0m",
        "/GyZ",
        "/FZ",
        "/Ft",
        "/fOx",
        "/B1x",
        "/d1unheard",
        "/d2unheard",
        "/experimental:unheard",
        "--",
        "-o",
        "-clang:-O3",
        "-Xclang",
        "/imsvc",
        "/showIncludes:user",
    ],
)
def test_unknown_option_is_uncacheable(option: str) -> None:
    assert parse("/c", option, "a.cpp") == Uncacheable(Reason.UNKNOWN_OPTION, option)


def test_missing_value_is_uncacheable() -> None:
    assert parse("/c", "a.cpp", "/I") == Uncacheable(Reason.BAD_ARGUMENT, "/I")


@pytest.mark.parametrize("option", ["/Zi", "/ZI", "/Gm"])
def test_program_database_is_uncacheable(option: str) -> None:
    assert parse("/c", option, "a.cpp") == Uncacheable(Reason.DEBUG_DATABASE, option)


@pytest.mark.parametrize(
    ("arguments", "object_path"),
    [
        (["a.cpp"], "a.obj"),
        (["a.b.cpp"], "a.b.obj"),
        (["dir\\a.cpp"], "a.obj"),
        (["dir/a.cpp"], "a.obj"),
        (["C:\\x\\a.cpp"], "a.obj"),
        (["a.cpp", "/Fo"], "a.obj"),
        (["a.cpp", "/Fox.obj"], "x.obj"),
        (["a.cpp", "-Fox.o"], "x.o"),
        (["a.cpp", "/Fox"], "x.obj"),
        (["a.cpp", "/Fo:x.obj"], "x.obj"),
        (["a.cpp", "/Fo:", "x.obj"], "x.obj"),
        (["a.cpp", "/Foout\\"], "out\\a.obj"),
        (["a.cpp", "/Foout/"], "out/a.obj"),
        (["a.cpp", "/Fo:out/"], "out/a.obj"),
        (["dir/a.cpp", "/Foout.x\\y"], "out.x\\y.obj"),
        (["a.cpp", "/Fox.obj", "/Foy.obj"], "y.obj"),
        (["/Tpa"], "a.obj"),
        (["/Tp", "a.txt"], "a.obj"),
    ],
)
def test_object_is_named(arguments: list[str], object_path: str) -> None:
    assert [output.path for output in compilation("/c", *arguments).outputs] == [object_path]


def test_object_name_is_in_key_since_cl_writes_it_into_every_object() -> None:
    assert compilation("/c", "/Fox.obj", "a.cpp").key_arguments != compilation("/c", "/Foy.obj", "a.cpp").key_arguments


@pytest.mark.parametrize("other", [("/Foy.obj",), ("/Fox.obj", "/showIncludes")])
def test_everything_is_in_key_when_command_line_is_recorded(other: tuple[str, ...]) -> None:
    recorded = compilation("/c", "/Z7", "/Fox.obj", "a.cpp")
    assert recorded.records_command_line
    assert recorded.key_arguments != compilation("/c", "/Z7", *other, "a.cpp").key_arguments


@pytest.mark.parametrize(
    ("arguments", "source", "language"),
    [
        (["a.c"], "a.c", "c"),
        (["a.C"], "a.C", "c"),
        (["a.cpp"], "a.cpp", "c++"),
        (["a.CPP"], "a.CPP", "c++"),
        (["a.cxx"], "a.cxx", "c++"),
        (["a.cc"], "a.cc", "c++"),
        (["a.c", "/TP"], "a.c", "c++"),
        (["/TC", "a.cpp"], "a.cpp", "c"),
        (["/Tca.txt"], "a.txt", "c"),
        (["/Tc", "a.txt"], "a.txt", "c"),
        (["/Tpa.c"], "a.c", "c++"),
    ],
)
def test_language_is_known(arguments: list[str], source: str, language: str) -> None:
    parsed = compilation("/c", *arguments)
    assert (parsed.source, parsed.language) == (source, language)


@pytest.mark.parametrize("source", ["a.obj", "a.lib", "a.ixx", "a.rc", "a", "a.h"])
def test_other_file_is_no_source(source: str) -> None:
    assert parse("/c", source) == Uncacheable(Reason.SOURCE_LANGUAGE, source)


def test_two_sources_with_mp_are_compiled_one_by_one() -> None:
    words = ("/c", "/MP", "a.cpp", "/Tpb.txt", "/Foout\\")
    parsed = parse_command_line(CL, words, lambda _: None, lambda _: False)
    assert isinstance(parsed, tuple)
    assert [(each.source, each.outputs[0].path) for each in parsed] == [
        ("a.cpp", "out\\a.obj"),
        ("b.txt", "out\\b.obj"),
    ]
    assert [each.alone for each in parsed] == [
        ("/c", "/MP", "a.cpp", "/Foout\\"),
        ("/c", "/MP", "/Tpb.txt", "/Foout\\"),
    ]


def test_two_sources_without_mp_are_uncacheable_for_cl_prints_more_then() -> None:
    assert parse("/c", "a.cpp", "b.cpp") == Uncacheable(Reason.MULTIPLE_SOURCES, "b.cpp")


def test_two_sources_with_one_object_are_uncacheable() -> None:
    assert parse("/c", "/MP", "/Foone.obj", "a.cpp", "b.cpp") == Uncacheable(Reason.MULTIPLE_SOURCES, "b.cpp")


def test_without_c_is_linking() -> None:
    assert parse("a.cpp") == Uncacheable(Reason.LINKING)


def test_linker_options_are_uncacheable() -> None:
    assert parse("/c", "a.cpp", "/link") == Uncacheable(Reason.LINKING, "/link")


def test_nothing_after_link_is_believed() -> None:
    assert isinstance(parse("/c", "a.cpp", "/link", "/SUBSYSTEM:CONSOLE", "/?"), Uncacheable)


@pytest.mark.parametrize(
    "arguments",
    [
        ["/Ione", "/I", "two", "/external:I", "three", "/external:Ifour"],
        ["-Ione", "-I", "two", "-external:I", "three", "-external:Ifour"],
    ],
)
def test_include_folders_are_listed(arguments: list[str]) -> None:
    assert compilation("/c", *arguments, "a.cpp").search_folders == ("one", "two", "three", "four")


def test_forced_includes_are_listed() -> None:
    assert compilation("/c", "/FIone.h", "/FI", "two.h", "a.cpp").force_includes == ("one.h", "two.h")


def test_definitions_are_listed() -> None:
    assert compilation("/c", "/DONE", "/D", "TWO=2", "-DTHREE#3", "a.cpp").definitions == ("ONE", "TWO=2", "THREE#3")


def test_show_includes_is_in_key_since_its_lines_are_printed() -> None:
    shown = compilation("/c", "/showIncludes", "a.cpp")
    assert shown.show_includes is ShowIncludes.ALL
    assert shown.key_arguments != compilation("/c", "a.cpp").key_arguments


def test_only_known_variable_may_hold_external_folders() -> None:
    assert compilation("/c", "/external:env:INCLUDE", "a.cpp").probe_arguments == ("/external:env:INCLUDE",)
    assert parse("/c", "/external:env:OTHER", "a.cpp") == Uncacheable(Reason.ENVIRONMENT, "/external:env:OTHER")


def test_x_is_probed() -> None:
    assert compilation("/c", "/X", "a.cpp").probe_arguments == ("/X",)


def test_response_file_is_split_as_windows_does() -> None:
    content = b'/c "/Idir with blank\\sub" /DX=\\"q\\"\r\na.cpp'
    parsed = parse_one(CL, ["@a.rsp"], {"a.rsp": content}.get, lambda _: False)
    assert isinstance(parsed, Compilation)
    assert parsed.arguments == ("/c", "/Idir with blank\\sub", '/DX="q"', "a.cpp")


def test_variable_with_object_name_names_the_object() -> None:
    whole = prepend_environment_options(["/c", "a.cpp"], {"CL": "/Fox.obj"}, Quoting.CL)
    assert isinstance(whole, tuple)
    assert compilation(*whole).outputs[0].path == "x.obj"


FLAGS = [row.spelling for row in ROWS if row.takes is Takes.NOTHING and row.effect is Effect.KEY]
TOKENS = st.one_of(
    st.sampled_from([row.spelling for row in ROWS]),
    st.sampled_from(["a.cpp", "b.c", "x.obj", "/c", "value", "@x", "/", "-", ""]),
    st.text(max_size=12),
    st.builds("{}{}".format, st.sampled_from(["/", "-"]), st.text(max_size=8)),
)


@given(st.lists(TOKENS, max_size=8))
def test_any_command_line_is_read(arguments: list[str]) -> None:
    parsed = parse(*arguments)
    if isinstance(parsed, Compilation):
        assert parsed.outputs[0].role == "object"


@given(st.lists(st.sampled_from(FLAGS), max_size=8), st.lists(TOKENS, max_size=4))
def test_unknown_option_is_uncacheable_wherever_it_stands(before: list[str], after: list[str]) -> None:
    assert isinstance(parse("/c", *before, "/unheard-of", "a.cpp", *after), Uncacheable)
