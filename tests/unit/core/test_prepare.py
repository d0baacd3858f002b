"""From an invocation to what is needed to look it up."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.compilers.response_file import MAX_BYTES
from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.prepare import Prepared, prepare
from clcache_launcher.core.toolchains.toolchain import Toolchains
from clcache_launcher.model import Invocation, NotACompilation, Reason, Uncacheable
from support.case import Case, write_compiler

ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


@pytest.fixture
def invocation(tmp_path: Path) -> Invocation:
    compiler = write_compiler(tmp_path / "bin/gcc")
    (tmp_path / "a.c").write_text("")
    arguments = ("gcc", "-c", "a.c", "-Iinc", "-o", "a.o")
    return Invocation(arguments, str(compiler), str(tmp_path), ENVIRONMENT, 0o22, same_stream=False)


def run(invocation: Invocation) -> Prepared | Uncacheable | NotACompilation:
    prepared = prepare(invocation, Toolchains(FileDigests()))
    if isinstance(prepared, tuple):
        (only,) = prepared
        return only
    return prepared


def cacheable(invocation: Invocation) -> Prepared:
    prepared = run(invocation)
    assert isinstance(prepared, Prepared), prepared
    return prepared


def test_compilation_is_understood(invocation: Invocation) -> None:
    prepared = cacheable(invocation)
    assert prepared.compilation.source == "a.c"
    assert prepared.search_folders == [os.path.join(invocation.cwd, "inc"), "/usr/include"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("gcc", "-E", "a.c"), Reason.PREPROCESSING),
        (("gcc", "a.c", "-o", "a"), Reason.LINKING),
        (("gcc", "-c", "a.c", "--no-such-option"), Reason.UNKNOWN_OPTION),
        (("gcc", "-c", "a.c", "b.c", "-o", "a.o"), Reason.MULTIPLE_SOURCES),
        (("gcc", "-c", "@none"), Reason.RESPONSE_FILE),
    ],
)
def test_what_is_not_one_compilation_has_a_reason(
    invocation: Invocation, arguments: tuple[str, ...], reason: Reason
) -> None:
    found = run(replace(invocation, arguments=arguments))
    assert isinstance(found, Uncacheable)
    assert found.reason is reason


def test_each_source_of_a_line_is_a_unit_with_a_command_line_of_its_own(invocation: Invocation) -> None:
    (Path(invocation.cwd) / "b.c").write_text("")
    units = prepare(replace(invocation, arguments=("gcc", "-c", "a.c", "-O2", "b.c")), Toolchains(FileDigests()))
    assert isinstance(units, tuple)
    assert [unit.argv for unit in units] == [("gcc", "-c", "a.c", "-O2"), ("gcc", "-c", "-O2", "b.c")]


def test_question_to_the_compiler_is_no_compilation(invocation: Invocation) -> None:
    assert run(replace(invocation, arguments=("gcc", "--version"))) == NotACompilation()


def test_unknown_compiler_has_a_reason(invocation: Invocation) -> None:
    found = run(replace(invocation, compiler="/bin/true"))
    assert found == Uncacheable(Reason.UNKNOWN_COMPILER, "/bin/true")


@pytest.mark.parametrize("name", ["DEPENDENCIES_OUTPUT", "SUNPRO_DEPENDENCIES", "GCC_COMPARE_DEBUG"])
def test_variable_that_makes_more_files_is_refused(invocation: Invocation, name: str) -> None:
    found = run(replace(invocation, environment={**ENVIRONMENT, name: "x"}))
    assert found == Uncacheable(Reason.ENVIRONMENT, name)


def test_response_file_is_read_from_the_working_folder(invocation: Invocation, tmp_path: Path) -> None:
    (tmp_path / "a.rsp").write_text("-c a.c -O2")
    prepared = cacheable(replace(invocation, arguments=("gcc", "@a.rsp")))
    assert prepared.compilation.arguments == ("-c", "a.c", "-O2")


def test_large_response_file_is_not_read(invocation: Invocation, tmp_path: Path) -> None:
    with open(tmp_path / "a.rsp", "wb") as file:
        file.truncate(MAX_BYTES + 1)
    found = run(replace(invocation, arguments=("gcc", "@a.rsp")))
    assert found == Uncacheable(Reason.RESPONSE_FILE, "@a.rsp")


@pytest.mark.posix
def test_pipe_is_not_waited_for(invocation: Invocation, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.rsp")
    found = run(replace(invocation, arguments=("gcc", "@a.rsp")))
    assert found == Uncacheable(Reason.RESPONSE_FILE, "@a.rsp")


def test_variables_that_reach_an_output_are_kept_and_no_others(invocation: Invocation) -> None:
    given = {**ENVIRONMENT, "LC_ALL": "de", "SOURCE_DATE_EPOCH": "1", "EDITOR": "vi", "CLCACHE_DIR": "/x"}
    prepared = cacheable(replace(invocation, environment=given))
    assert prepared.environment == {"LC_ALL": "de", "SOURCE_DATE_EPOCH": "1"}


@pytest.mark.links
def test_pwd_counts_only_where_it_is_another_name_of_the_working_folder(invocation: Invocation, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    for pwd, kept in (
        (str(tmp_path), {}),
        ("/", {}),
        ("/no/such/folder", {}),
        (".", {}),
        (f"{tmp_path}/link", {"PWD": f"{tmp_path}/link"}),
    ):
        prepared = cacheable(replace(invocation, environment={**ENVIRONMENT, "PWD": pwd}))
        assert prepared.environment == kept


@pytest.mark.parametrize(
    ("path", "absolute"),
    [
        ("a.c", "{0}/a.c"),
        ("./a.c", "{0}/a.c"),
        ("x//a.c", "{0}/x/a.c"),
        ("../a.c", "{0}/../a.c"),
        ("/x/./a.c", "/x/a.c"),
        ("/x/../a.c", "/x/../a.c"),
    ],
)
def test_paths_are_made_absolute_and_links_are_respected(tmp_path: Path, path: str, absolute: str) -> None:
    case = Case(tmp_path)
    case.write("a.c", "")
    drive, work = os.path.splitdrive(case.work)
    found = case.prepared().absolute(path)
    assert found.replace(os.sep, "/") == (drive + absolute.format(work)).replace(os.sep, "/")
