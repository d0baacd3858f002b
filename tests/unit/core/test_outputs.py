"""Outputs: read as the compiler made them, put in place as it would have."""

import os
import sys
from pathlib import Path

import pytest

from clcache_launcher.core.outputs import MadeOutput, can_write, part_from_artifacts, put_in_place, read_outputs
from clcache_launcher.core.records import Result
from clcache_launcher.util.files import file_clock_ns
from support.case import Case

STACK_USAGE = ("-fstack-usage", "-c", "a.c", "-o", "a.o")
BOTH = ("-MD", "-c", "a.c", "-o", "a.o")


@pytest.fixture
def case(tmp_path: Path) -> Case:
    made = Case(tmp_path)
    made.write("a.c", "")
    return made


def stored(case: Case, **outputs: bytes) -> Result:
    """A result whose artifacts are in storage."""
    digests = []
    for role, data in outputs.items():
        prepared = case.storage.prepare(data)
        case.storage.artifacts.place(prepared.digest, prepared.size, prepared.scratch)
        digests.append((role, prepared.digest))
    return Result(tuple(digests), b"", b"")


MODE = 0o666 if sys.platform == "win32" else 0o644
"""Of new files; Windows knows no other but that of read-only ones."""


def can_replace(path: Path) -> bool:
    return can_write(str(path), MODE, in_place=False)


def test_file_of_ours_or_none_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.o"
    assert can_replace(path)
    path.write_text("x")
    path.chmod(0o600)
    assert can_replace(path)
    (tmp_path / "other").hardlink_to(path)
    assert can_replace(path)


def test_empty_file_is_replaced_where_that_takes_nothing_from_it(tmp_path: Path) -> None:
    path = tmp_path / "a.o"
    path.write_text("")
    path.chmod(MODE)
    assert can_replace(path)


@pytest.mark.posix
def test_empty_file_of_another_mode_is_left_to_the_compiler(tmp_path: Path) -> None:
    path = tmp_path / "a.o"
    path.write_text("")
    path.chmod(0o600)
    assert not can_replace(path)
    assert can_write(str(path), 0o644, in_place=True)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("link", marks=pytest.mark.links),
        pytest.param("dangling", marks=pytest.mark.links),
        "folder",
        pytest.param("fifo", marks=pytest.mark.posix("pipes")),
        "empty of two names",
        # Windows says just that it is not there; to write it fails.
        pytest.param("below a file", marks=pytest.mark.posix),
    ],
)
def test_anything_else_is_left_to_the_compiler(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.o"
    (tmp_path / "file").write_text("x")
    match kind:
        case "link":
            path.symlink_to("file")
        case "dangling":
            path.symlink_to("none")
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "empty of two names":
            path.write_text("")
            (tmp_path / "other").hardlink_to(path)
        case "below a file":
            path = tmp_path / "file/a.o"
    assert not can_replace(path)


def test_device_is_left_to_the_compiler() -> None:
    assert not can_replace(Path("/dev/null"))


def test_outputs_are_read_in_their_order(case: Case) -> None:
    prepared = case.prepared(*BOTH)
    started_ns = file_clock_ns()
    (case.work / "a.d").write_bytes(b"a.o: a.c\n")
    (case.work / "a.o").write_bytes(b"object")
    made = read_outputs(prepared, started_ns)
    assert made == [MadeOutput("object", b"object"), MadeOutput("depfile", b"a.o: a.c\n")]


def test_object_that_was_not_made_is_none(case: Case) -> None:
    assert read_outputs(case.prepared(), 0) is None
    case.write("a.o", "of an earlier run")
    assert read_outputs(case.prepared(), file_clock_ns()) is None


def test_side_output_of_an_earlier_run_is_not_taken(case: Case) -> None:
    case.write("a.d", "old")
    started_ns = file_clock_ns()
    (case.work / "a.o").write_bytes(b"object")
    assert read_outputs(case.prepared(*BOTH), started_ns) == [MadeOutput("object", b"object")]


@pytest.mark.links
@pytest.mark.parametrize("name", ["a.o", "a.d"])
def test_output_that_is_no_plain_file_is_none(case: Case, name: str) -> None:
    started_ns = file_clock_ns()
    for each in ("a.o", "a.d"):
        (case.work / each).write_bytes(b"x")
    (case.work / name).rename(case.work / "other")
    (case.work / name).symlink_to("other")
    assert read_outputs(case.prepared(*BOTH), started_ns) is None


@pytest.mark.parametrize("hardlink", [False, True])
def test_outputs_are_put_in_place(case: Case, *, hardlink: bool) -> None:
    result = stored(case, object=b"object", depfile=b"a.o: a.c\n")
    assert put_in_place(case.prepared(*BOTH), result, case.storage, hardlink=hardlink)
    assert (case.work / "a.o").read_bytes() == b"object"
    assert (case.work / "a.d").read_bytes() == b"a.o: a.c\n"
    assert sorted(os.listdir(case.work)) == ["a.c", "a.d", "a.o"]
    # clang refuses to write over an object that is read-only.
    assert (case.work / "a.o").stat().st_mode & 0o777 == MODE


@pytest.mark.posix
@pytest.mark.parametrize(("umask", "mode"), [(0o22, 0o644), (0o77, 0o600), (0o2, 0o664), (0, 0o666)])
def test_new_outputs_have_the_mode_of_the_callers_umask(case: Case, umask: int, mode: int) -> None:
    case.umask = umask
    assert put_in_place(case.prepared(*BOTH), stored(case, object=b"o", depfile=b"d"), case.storage, hardlink=False)
    for name in ("a.o", "a.d"):
        assert (case.work / name).stat().st_mode & 0o777 == mode


@pytest.mark.parametrize(
    ("arguments", "name"),
    [("-MD -c a.c -o a.o", "a.d"), ("-fstack-usage -c a.c -o a.o", "a.su"), ("-S a.c -o a.s", "a.s")],
)
def test_output_that_the_compiler_opens_is_written_into_the_file_that_is_there(
    case: Case, arguments: str, name: str
) -> None:
    path = case.write(name, "a longer text than the new one")
    path.chmod(0o600)
    mode = path.stat().st_mode
    (case.work / "other").hardlink_to(path)
    prepared = case.prepared(*arguments.split())
    outputs = {output.role: b"new" for output in prepared.compilation.outputs}
    assert put_in_place(prepared, stored(case, **outputs), case.storage, hardlink=True)
    assert (path.read_bytes(), (case.work / "other").read_bytes()) == (b"new", b"new")
    assert path.stat().st_mode == mode


@pytest.mark.parametrize("old", ["a longer text than the new one", "old", "new", ""])
@pytest.mark.parametrize("mode", [0o600, 0o200])
def test_output_that_is_written_into_the_file_is_new_whatever_that_held(case: Case, old: str, mode: int) -> None:
    path = case.write("a.d", old)
    path.chmod(mode)
    os.utime(path, (1, 1))
    result = stored(case, object=b"object", depfile=b"new")
    assert put_in_place(case.prepared(*BOTH), result, case.storage, hardlink=False)
    path.chmod(0o600)
    assert path.read_bytes() == b"new"
    assert path.stat().st_mtime > 1


def test_output_of_nothing_over_nothing_has_the_time_of_the_hit(case: Case) -> None:
    """As with the compiler: the list of stack frames of a unit without functions."""
    path = case.write("a.su", "")
    os.utime(path, (1, 1))
    prepared = case.prepared(*STACK_USAGE)
    roles = {output.role: b"" if output.path == "a.su" else b"object" for output in prepared.compilation.outputs}
    assert put_in_place(prepared, stored(case, **roles), case.storage, hardlink=False)
    assert path.read_bytes() == b"" and path.stat().st_mtime > 1


def test_artifact_is_not_linked_where_the_compiler_will_write_into_it(case: Case) -> None:
    result = stored(case, object=b"text")
    assert put_in_place(case.prepared("-S", "a.c", "-o", "a.s"), result, case.storage, hardlink=True)
    assert (case.work / "a.s").stat().st_nlink == 1


def test_link_to_an_artifact_is_parted_before_a_compiler_writes_into_it(case: Case) -> None:
    result = stored(case, object=b"object")
    case.write("own", "of the user").chmod(0o600)
    (case.work / "a.s").hardlink_to(case.work / "own")
    part_from_artifacts(case.prepared("-S", "a.c"), case.storage)
    assert (case.work / "a.s").stat().st_nlink == 2
    (case.work / "a.s").unlink()

    assert put_in_place(case.prepared("-c", "a.c", "-o", "a.s"), result, case.storage, hardlink=True)
    part_from_artifacts(case.prepared("-c", "a.c", "-o", "a.s"), case.storage)
    assert (case.work / "a.s").stat().st_nlink == 2
    part_from_artifacts(case.prepared("-S", "a.c"), case.storage)
    assert (case.work / "a.s").stat().st_nlink == 1
    assert (case.work / "a.s").read_bytes() == b"object"


def test_result_with_an_output_that_was_not_asked_for_is_not_given(case: Case) -> None:
    assert not put_in_place(case.prepared(), stored(case, object=b"o", depfile=b"d"), case.storage, hardlink=False)
    assert os.listdir(case.work) == ["a.c"]


@pytest.mark.links
def test_nothing_is_put_in_place_where_one_output_can_not_be(case: Case) -> None:
    (case.work / "a.d").symlink_to("/dev/null")
    result = stored(case, object=b"o", depfile=b"d")
    assert not put_in_place(case.prepared(*BOTH), result, case.storage, hardlink=False)
    assert not (case.work / "a.o").exists()


def test_missing_folder_is_left_to_the_compiler(case: Case) -> None:
    prepared = case.prepared("-c", "a.c", "-o", "none/a.o")
    assert not put_in_place(prepared, stored(case, object=b"o"), case.storage, hardlink=False)


@pytest.mark.parametrize("role", ["object", "depfile"])
def test_artifact_that_went_away_is_left_to_the_compiler(case: Case, role: str) -> None:
    result = stored(case, object=b"o", depfile=b"d")
    Path(case.storage.artifacts.path(dict(result.outputs)[role])).unlink()
    assert not put_in_place(case.prepared(*BOTH), result, case.storage, hardlink=False)
