"""The option tables and names of gcc and clang."""

import os
import re
from collections import Counter

import pytest

from clcache_launcher.compilers.dialect import Dialect, Names
from clcache_launcher.compilers.gnu import CLANG, CLANG_CODEVIEW, CLANGXX, CLANGXX_CODEVIEW, GCC, GXX
from clcache_launcher.compilers.gnu_code_generation import CODE_GENERATION
from clcache_launcher.compilers.gnu_nested import ASSEMBLER, CARRIERS, CLANG_CARRIERS, MLLVM, PREPROCESSOR, XCLANG
from clcache_launcher.compilers.gnu_options import CLANG_ONLY, COMMON, GCC_ONLY
from clcache_launcher.compilers.gnu_rare import RARE, RARE_CLANG
from clcache_launcher.compilers.gnu_targets import TARGET
from clcache_launcher.compilers.options import Effect, Option, OptionTable, Takes
from clcache_launcher.model import Compilation, NotACompilation, Reason, Uncacheable
from support.parsing import parse_one

SHARED = (*CODE_GENERATION, *TARGET, *COMMON, *RARE, *CARRIERS)
GCC_ROWS = (*SHARED, *GCC_ONLY)
CLANG_ROWS = (*SHARED, *CLANG_ONLY, *RARE_CLANG, *CLANG_CARRIERS)
TABLES = {
    "gcc": GCC_ROWS,
    "clang": CLANG_ROWS,
    "assembler": ASSEMBLER,
    "preprocessor": PREPROCESSOR,
    "Xclang": XCLANG,
    "mllvm": MLLVM,
}
WITH_SUFFIX = (
    *(Effect.SIDE_OUTPUT, Effect.NAMED_OUTPUT, Effect.INPUT_BESIDE_OBJECT),
    *(Effect.NESTED, Effect.USE_PCH),
)
INPUTS = (Effect.INPUT, Effect.INPUT_BESIDE_OBJECT, Effect.USE_PCH)
RECORDS = (Effect.RECORDS, Effect.NAMED_OUTPUT)
DIALECTS = pytest.mark.parametrize("dialect", [GCC, CLANG], ids=lambda dialect: dialect.name)


def parse(dialect: Dialect, *arguments: str) -> Compilation | Uncacheable | NotACompilation:
    return parse_one(dialect, ("-c", "a.c", *arguments), lambda _: None, lambda _: False)


def compilation(dialect: Dialect, *arguments: str) -> Compilation:
    parsed = parse(dialect, *arguments)
    assert isinstance(parsed, Compilation), (arguments, parsed)
    return parsed


def spelled(row: Option) -> tuple[str, ...]:
    if row.takes is Takes.SEPARATE:
        return (row.spelling, "value")
    return (row.spelling if row.takes in (Takes.NOTHING, Takes.OPTIONAL_JOINED) else row.spelling + "value",)


@pytest.mark.parametrize("name", TABLES)
def test_no_row_hides_another(name: str) -> None:
    rows = [(row.spelling, row.takes) for row in TABLES[name]]

    assert [key for key, times in Counter(rows).items() if times > 1] == []


@pytest.mark.parametrize("name", TABLES)
def test_each_row_is_complete(name: str) -> None:
    for row in TABLES[name]:
        assert row.spelling.startswith("-"), row
        assert ":" in row.source, row
        assert (row.reason is None) == (row.effect is not Effect.UNCACHEABLE) or row.spelling == "-arch", row
        assert row.effect in (Effect.INPUT, Effect.SEARCH) or bool(row.suffix) == (row.effect in WITH_SUFFIX), row


@pytest.mark.parametrize(("dialect", "rows"), [(GCC, GCC_ROWS), (CLANG, CLANG_ROWS)], ids=["gcc", "clang"])
def test_each_row_is_found_by_its_spelling(dialect: Dialect, rows: tuple[Option, ...]) -> None:
    for row in rows:
        found = dialect.options.find(spelled(row)[0])

        assert found, row
        assert found[0] == row


@pytest.mark.parametrize(("dialect", "rows"), [(GCC, GCC_ROWS), (CLANG, CLANG_ROWS)], ids=["gcc", "clang"])
def test_each_row_has_its_effect(dialect: Dialect, rows: tuple[Option, ...]) -> None:
    plain = compilation(dialect)
    for row in rows:
        parsed = parse(dialect, *spelled(row))
        if row.effect is Effect.UNCACHEABLE:
            assert isinstance(parsed, Uncacheable), row
            assert parsed.reason is row.reason, row
        elif row.effect is Effect.QUERY:
            assert parsed == NotACompilation(), row
        elif row.effect in (Effect.DEPFILE_NAME, Effect.DEPFILE_FORM):
            assert parsed == Uncacheable(Reason.BAD_ARGUMENT, "depfile options without -MD or -MMD"), row
        elif row.effect not in (Effect.END, Effect.NESTED):
            assert isinstance(parsed, Compilation), (row, parsed)
            check_compilation(row, parsed, plain)


def check_compilation(row: Option, parsed: Compilation, plain: Compilation) -> None:
    tokens = spelled(row)
    if row.effect not in (Effect.OUTPUT, Effect.COMPILE):
        assert set(tokens) <= set(parsed.key_arguments), row
        assert parsed.key_arguments != plain.key_arguments, row
    assert (parsed.probe_arguments == tokens) == row.probe, row
    assert parsed.records_command_line == (row.effect in RECORDS), row
    assert bool(parsed.input_files) == (row.effect in INPUTS), row
    assert ("value" in parsed.search_folders) == (row.effect is Effect.SEARCH), row
    assert ("value" in parsed.system_folders) == (row.spelling in ("-isystem", "-idirafter")), row
    assert ("value" in parsed.force_includes) == (row.effect is Effect.FORCE_INCLUDE), row
    assert ("value" in parsed.definitions) == (row.effect is Effect.DEFINE), row
    assert (parsed.depfile is not None) == (row.effect in (Effect.DEPFILE, Effect.DEPFILE_WITHOUT_SYSTEM)), row
    makes_more = row.effect in (Effect.SIDE_OUTPUT, Effect.NAMED_OUTPUT)
    roles = {output.role for output in parsed.outputs} - {"object", "depfile"}
    assert roles == ({re.sub(r"^(cwd/)?\.", "", word) for word in row.suffix.split()} if makes_more else set()), row


@pytest.mark.parametrize("rows", [XCLANG, MLLVM], ids=["Xclang", "mllvm"])
def test_each_nested_row_enters_the_key(rows: tuple[Option, ...]) -> None:
    carrier = "-mllvm" if rows is MLLVM else "-Xclang"
    for row in rows:
        if row.effect is Effect.NESTED:
            continue
        parsed = parse(CLANG, *(token for value in spelled(row) for token in (carrier, value)))
        if row.effect in (Effect.UNCACHEABLE, Effect.EMIT_PCH):
            # The second is for a source that is a header.
            assert isinstance(parsed, Uncacheable), row
        else:
            assert isinstance(parsed, Compilation), (row, parsed)
            assert row.spelling in " ".join(parsed.key_arguments)


@DIALECTS
@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("-fplugin=a.so", Reason.PLUGIN),
        ("-fmodules", Reason.MODULES),
        ("-fmodules-ts", Reason.MODULES),
        ("-fmodule-file=a.pcm", Reason.MODULES),
        ("-save-temps=x", Reason.SIDE_OUTPUT),
        ("-fdump-tree-all", Reason.SIDE_OUTPUT),
        ("-fdiagnostics-format=sarif-file", Reason.SIDE_OUTPUT),
        ("-fdiagnostics-add-output=sarif:file=a", Reason.SIDE_OUTPUT),
        ("-fopt-info-vec=a", Reason.SIDE_OUTPUT),
        ("--embed-dir=a", Reason.EMBED),
        ("-specs=a", Reason.COMPILER_CONFIGURATION),
        ("--specs=a", Reason.COMPILER_CONFIGURATION),
        ("-fdisable-tree-x", Reason.UNKNOWN_OPTION),
        ("-finput-charset=UTF-16", Reason.UNKNOWN_OPTION),
        ("-mmcu=atmega328", Reason.UNKNOWN_OPTION),
        ("-traditional-cpp", Reason.UNKNOWN_OPTION),
        ("-imultilib", Reason.UNKNOWN_OPTION),
        ("-iprefix", Reason.UNKNOWN_OPTION),
        ("-cc1", Reason.UNKNOWN_OPTION),
        ("-ivfsoverlay", Reason.UNKNOWN_OPTION),
        ("-working-directory", Reason.UNKNOWN_OPTION),
    ],
)
def test_option_is_uncacheable(dialect: Dialect, option: str, reason: Reason) -> None:
    parsed = parse(dialect, option)

    assert isinstance(parsed, Uncacheable), parsed
    assert parsed.reason is reason


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("-objcmt-migrate-all", Reason.UNKNOWN_OPTION),
        ("-object-file-name=x", Reason.UNKNOWN_OPTION),
        ("-ObjC++", Reason.SOURCE_LANGUAGE),
        ("--config=a", Reason.COMPILER_CONFIGURATION),
        ("--driver-mode=cl", Reason.COMPILER_CONFIGURATION),
        ("-ftime-trace=a", Reason.SIDE_OUTPUT),
        ("-fproc-stat-report=a", Reason.SIDE_OUTPUT),
        ("-gen-reproducer", Reason.SIDE_OUTPUT),
        ("-fpass-plugin=a", Reason.PLUGIN),
        ("-fopenmp-targets=x", Reason.SOURCE_LANGUAGE),
        ("--offload-arch=x", Reason.SOURCE_LANGUAGE),
    ],
)
def test_option_of_clang_is_uncacheable(option: str, reason: Reason) -> None:
    parsed = parse(CLANG, option)

    assert isinstance(parsed, Uncacheable), parsed
    assert parsed.reason is reason


@DIALECTS
@pytest.mark.parametrize(
    "option",
    [
        *("-W", "-Wall", "-Wno-error=x", "-Werror", "-pedantic", "-O", "-O3", "-Ofast", "-std=gnu++23", "-ansi"),
        *("-pthread", "-pipe", "-m32", "-mavx2", "-mno-sse4.1", "-march=x86-64-v3", "-mtune=generic", "-fPIC"),
        *("-fvisibility=hidden", "-fno-exceptions", "-fno-rtti", "-ffunction-sections", "-fno-builtin-memcpy"),
        *("-fstack-protector-strong", "-fsanitize=address,undefined", "-fno-sanitize=vptr", "-fopenmp", "-flto"),
        *("-flto=thin", "-ffile-prefix-map=a=b", "-fdebug-prefix-map=a=b", "-fmacro-prefix-map=a=b", "-gdwarf-4"),
        *("-g0", "-ggdb3", "-gz=zlib", "-fdiagnostics-color=always", "-ffixed-x18", "--param=a=b", "-Wl,-O1"),
        *("-lm", "-L/x", "-static", "-rdynamic", "-Wa,--noexecstack", "-DX=1", "-UX", "-w", "-H", "-frandom-seed=1"),
    ],
)
def test_option_of_real_projects_is_cacheable(dialect: Dialect, option: str) -> None:
    compilation(dialect, option)


@pytest.mark.parametrize(
    ("source", "output", "assembly", "expected"),
    [
        ("s/a.b.c", None, False, "a.b.o"),
        ("a.c", None, True, "a.s"),
        ("noext", None, False, "noext.o"),
        ("a.c", "d/x", False, "d/x"),
        ("a.c", "x.s", True, "x.s"),
    ],
)
@DIALECTS
def test_object_path(dialect: Dialect, source: str, output: str | None, assembly: bool, expected: str) -> None:
    assert dialect.object_path(Names(source, output, None, assembly)) == expected


@pytest.mark.parametrize(
    ("source", "output", "depfile", "expected"),
    [
        ("s/a.b.c", None, None, "a.b.d"),
        ("a.c", "foo", None, "foo.d"),
        ("a.c", "d/foo.o", None, "d/foo.d"),
        ("a.c", "a.x.o", None, "a.x.d"),
        ("a.c", "d.x/foo", None, "d.x/foo.d"),
        ("a.c", "foo.", None, "foo.d"),
        ("a.c", ".o", None, ".d"),
        ("a.c", "d/.hid.o", None, "d/.hid.d"),
        ("a.c", "x.o", "d/y", "d/y"),
    ],
)
@DIALECTS
def test_depfile_path(dialect: Dialect, source: str, output: str | None, depfile: str | None, expected: str) -> None:
    found = dialect.depfile_path(Names(source, output, depfile, assembly=False))
    assert found.replace(os.sep, "/") == expected


# Measured: gcc 12.2 and clang 19.1.7.
@pytest.mark.parametrize(
    ("source", "output", "suffix", "gcc", "clang"),
    [
        ("s/a.b.c", None, ".su", "a.b.su", "a.b.su"),
        ("s/a.b.c", None, ".opt.yaml", None, "a.opt.yaml"),
        ("noext", None, ".opt.yaml", None, "noext.opt.yaml"),
        ("a.b.c", "a.x.o", ".opt.yaml", None, "a.x.opt.yaml"),
        ("a.c", "foo", ".dwo", "foo.dwo", "foo.dwo"),
        ("a.c", "d/foo.c.o", ".gcno", "d/foo.c.gcno", "d/foo.c.gcno"),
        ("a.c", "foo.", ".gcno", "foo.gcno", "foo.gcno"),
        ("a.c", ".o", ".su", ".o.su", ".su"),
        ("a.c", "d.x/foo", ".ci", "d.x/foo.ci", None),
    ],
)
def test_side_output_path(source: str, output: str | None, suffix: str, gcc: str | None, clang: str | None) -> None:
    names = Names(source, output, None, assembly=False)
    for dialect, expected in ((GCC, gcc), (CLANG, clang)):
        assert expected is None or dialect.side_output_path(names, suffix).replace(os.sep, "/") == expected


def test_clang_names_split_debug_information_of_assembly_after_the_source() -> None:
    names = Names("s/a.b.c", "d/foo.s", None, assembly=True)

    assert CLANG.side_output_path(names, ".dwo") == "a.b.dwo"
    assert CLANG.side_output_path(names, ".gcno").replace(os.sep, "/") == "d/foo.gcno"


@pytest.mark.parametrize("dialect", [CLANG_CODEVIEW, CLANGXX_CODEVIEW])
def test_debug_information_records_the_command_line_for_codeview(dialect: Dialect) -> None:
    assert compilation(dialect, "-g").records_command_line
    assert not compilation(dialect, "-O2").records_command_line
    assert not compilation(CLANG, "-g").records_command_line


def test_cxx_drivers_differ_in_languages_only() -> None:
    for plain, cxx in ((GCC, GXX), (CLANG, CLANGXX)):
        assert cxx.options is plain.options
        assert {suffix for suffix in cxx.languages if cxx.languages[suffix] != plain.languages[suffix]} == {
            ".c",
            ".h",
            ".i",
        }


@pytest.mark.parametrize(("suffix", "gcc", "clang"), [(".CC", None, "c++"), (".C", "c++", "c++"), (".c", "c", "c")])
def test_language_by_suffix(suffix: str, gcc: str | None, clang: str | None) -> None:
    assert GCC.languages.get(suffix) == gcc
    assert CLANG.languages.get(suffix) == clang


@DIALECTS
def test_environment_is_read_or_rejected(dialect: Dialect) -> None:
    assert not set(dialect.environment) & set(dialect.rejected_environment)
    assert {"CPATH", "PWD", "SOURCE_DATE_EPOCH", "LC_ALL", "COMPILER_PATH"} <= set(dialect.environment)
    assert {"DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES"} <= set(dialect.rejected_environment)
    assert ("CCC_OVERRIDE_OPTIONS" in dialect.rejected_environment) == (dialect is CLANG)


def test_nested_values_are_split_at_commas_only_where_the_driver_does() -> None:
    assert GCC.split_nested("Wa", ["-a,b", "c"]) == ["-a", "b", "c"]
    assert GCC.split_nested("Xassembler", ["-a,b", "c"]) == ["-a,b", "c"]
    assert isinstance(GCC.nested["Wa"], OptionTable)
