"""Toolchains: probed once, and known again only while they are the same."""

import os
from pathlib import Path

import pytest

from clcache_launcher.compilers.gnu import GXX
from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.digests import FileDigests
from clcache_launcher.core.toolchain import Toolchain, Toolchains
from support.case import settle, write_compiler

PATH = "/usr/bin:/bin"


@pytest.fixture
def compiler(tmp_path: Path) -> Path:
    return write_compiler(tmp_path / "bin/gcc")


def find(toolchains: Toolchains, compiler: Path, *arguments: str, language: str = "c", **variables: str) -> Toolchain:
    found = toolchains.find(str(compiler), language, arguments, "/", {"PATH": PATH, **variables})
    assert found is not None
    return found


@pytest.fixture
def toolchains() -> Toolchains:
    return Toolchains(FileDigests())


def test_answer_of_the_compiler_is_understood(toolchains: Toolchains, compiler: Path) -> None:
    found = find(toolchains, compiler)
    assert (found.family, found.dialect.name, found.search_folders) == (Family.GCC, "gcc", ("/usr/include",))
    assert str(compiler) in dict(found.files)


def test_name_selects_the_driver(toolchains: Toolchains, tmp_path: Path) -> None:
    assert find(toolchains, write_compiler(tmp_path / "g++")).dialect.languages is GXX.languages


def test_compiler_is_probed_once(toolchains: Toolchains, compiler: Path) -> None:
    settle()
    first = find(toolchains, compiler)
    assert find(toolchains, compiler) is first
    assert find(toolchains, compiler, HOSTNAME="x", TERM="dumb") is first


def test_language_options_and_environment_are_probed_apart(toolchains: Toolchains, compiler: Path) -> None:
    found = [
        find(toolchains, compiler),
        find(toolchains, compiler, language="c++"),
        find(toolchains, compiler, "-m32"),
        find(toolchains, compiler, CPATH="/x"),
    ]
    assert len(set(map(id, found))) == len(found)


@pytest.mark.parametrize("change", ["version", "folders", "program"])
def test_changed_compiler_is_another_toolchain(toolchains: Toolchains, compiler: Path, change: str) -> None:
    first = find(toolchains, compiler)
    if change == "program":
        compiler.write_text(compiler.read_text() + "# the same answer\n")
    else:
        write_compiler(
            compiler, **({"version": "12.2.1"} if change == "version" else {"search_folder": "/opt/include"})
        )
    second = find(toolchains, compiler)
    assert not toolchains.is_current(first)
    assert second.identity != first.identity


def test_replaced_compiler_of_equal_content_keeps_its_identity(toolchains: Toolchains, compiler: Path) -> None:
    first = find(toolchains, compiler)
    text = compiler.read_text()
    compiler.unlink()
    compiler.write_text(text)
    compiler.chmod(0o755)
    assert find(toolchains, compiler).identity == first.identity


def test_two_cores_agree_on_the_identity(compiler: Path) -> None:
    assert find(Toolchains(FileDigests()), compiler).identity == find(Toolchains(FileDigests()), compiler).identity


def test_program_that_appears_on_the_way_to_a_script_is_noticed(
    toolchains: Toolchains, compiler: Path, tmp_path: Path
) -> None:
    (tmp_path / "first").mkdir()
    settle()
    first = find(toolchains, compiler, PATH=f"{tmp_path}/first:{PATH}")
    (tmp_path / "first/cat").symlink_to("/bin/cat")
    assert not toolchains.is_current(first)


@pytest.mark.parametrize("name", ["rm", "python3", "ccache", "install"])
def test_program_that_is_named_as_no_compiler_is_never_started(
    toolchains: Toolchains, tmp_path: Path, name: str
) -> None:
    program = write_compiler(tmp_path / name)
    program.write_text(f"#!/bin/sh\necho started > {tmp_path}/started\n")
    assert toolchains.find(str(program), "c", (), "/", {"PATH": PATH}) is None
    assert not (tmp_path / "started").exists()


@pytest.mark.parametrize("text", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\necho hello >&2\n", "no program", ""])
def test_what_answers_as_no_compiler_is_none(toolchains: Toolchains, tmp_path: Path, text: str) -> None:
    (tmp_path / "gcc").write_text(text)
    (tmp_path / "gcc").chmod(0o755)
    assert toolchains.find(str(tmp_path / "gcc"), "c", (), "/", {"PATH": PATH}) is None
    assert toolchains.find(str(tmp_path / "none/gcc"), "c", (), "/", {"PATH": PATH}) is None


def test_probe_sees_no_variable_that_is_not_in_the_key(toolchains: Toolchains, tmp_path: Path) -> None:
    compiler = write_compiler(tmp_path / "gcc")
    compiler.write_text(compiler.read_text() + f"env > {tmp_path}/seen\n")
    find(toolchains, compiler, CLCACHE_DIR="/x", SECRET="y", HOME="/h", LC_ALL="de_DE.UTF-8")
    seen = {line.partition("=")[0]: line for line in (tmp_path / "seen").read_text().splitlines()}
    assert seen["HOME"] == "HOME=/h"
    assert seen["LC_ALL"] == "LC_ALL=C"
    assert not {"CLCACHE_DIR", "SECRET"} & seen.keys()


def test_relative_folders_are_those_of_the_working_folder(toolchains: Toolchains, tmp_path: Path) -> None:
    compiler = write_compiler(tmp_path / "gcc", search_folder="include")
    folders = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        found = toolchains.find(str(compiler), "c", ("-Brelative",), str(tmp_path / name), {"PATH": PATH})
        assert found is not None
        folders.append(found.search_folders)
    assert folders == [(str(tmp_path / "one/include"),), (str(tmp_path / "two/include"),)]


def test_probe_leaves_no_file(toolchains: Toolchains, compiler: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert toolchains.find(str(compiler), "c", ("-m32",), str(tmp_path / "empty"), {"PATH": PATH})
    assert os.listdir(tmp_path / "empty") == []
