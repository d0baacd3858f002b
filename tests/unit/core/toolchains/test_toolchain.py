"""Toolchains: probed once, and known again only while they are the same."""

import os
from pathlib import Path

import pytest

from clcache_launcher.compilers.gnu import GXX
from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.toolchains.toolchain import Options, Toolchain, Toolchains
from clcache_launcher.model import Digest, Reason, Uncacheable
from clcache_launcher.util.variables import WindowsVariables
from support.case import settle, write_compiler
from support.programs import write_program

PATH = "/usr/bin:/bin"


@pytest.fixture
def compiler(tmp_path: Path) -> Path:
    return write_compiler(tmp_path / "bin/gcc")


def find(toolchains: Toolchains, compiler: Path, *arguments: str, language: str = "c", **variables: str) -> Toolchain:
    found = toolchains.find(str(compiler), language, arguments, "/", {"PATH": PATH, **variables})
    assert isinstance(found, Toolchain), found
    return found


def write_script(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def toolchains() -> Toolchains:
    return Toolchains(FileDigests())


def test_answer_of_the_compiler_is_understood(toolchains: Toolchains, compiler: Path) -> None:
    found = find(toolchains, compiler)
    assert (found.family, found.dialect.name, found.search_folders) == (Family.GCC, "gcc", ("/usr/include",))
    assert str(compiler) in dict(found.watch.paths)


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


def test_variables_of_windows_are_probed_apart_whatever_the_case_of_their_names(
    toolchains: Toolchains, compiler: Path
) -> None:
    def find_with(folder: str) -> Toolchain | Uncacheable:
        variables = WindowsVariables([("Path", PATH), ("VCTOOLSINSTALLDIR", folder)])
        return toolchains.find(str(compiler), "c", (), "/", variables)

    settle()
    assert find_with("/one") is find_with("/one")
    assert find_with("/one") is not find_with("/two")


@pytest.mark.parametrize("change", ["version", "folders", "program"])
def test_changed_compiler_is_another_toolchain(toolchains: Toolchains, compiler: Path, change: str) -> None:
    first = find(toolchains, compiler)
    if change == "program":
        compiler.write_bytes(compiler.read_bytes() + b"# the same answer\n")
    else:
        write_compiler(
            compiler, **({"version": "12.2.1"} if change == "version" else {"search_folder": "/opt/include"})
        )
    second = find(toolchains, compiler)
    assert not toolchains.is_current(first)
    assert second.identity != first.identity


def test_replaced_compiler_of_equal_content_keeps_its_identity(toolchains: Toolchains, compiler: Path) -> None:
    first = find(toolchains, compiler)
    content = compiler.read_bytes()
    compiler.unlink()
    compiler.write_bytes(content)
    compiler.chmod(0o755)
    assert find(toolchains, compiler).identity == first.identity


def test_two_cores_agree_on_the_identity(compiler: Path) -> None:
    assert find(Toolchains(FileDigests()), compiler).identity == find(Toolchains(FileDigests()), compiler).identity


class Replacing(FileDigests):
    """Digests during which a file is replaced, once it has been read."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.is_replaced = False

    def digest(self, path: str) -> Digest | None:
        found = super().digest(path)
        if path == str(self.path) and not self.is_replaced:
            self.is_replaced = True
            # In one step: another thread may be starting it just now.
            write_compiler(self.path.with_name("new"), version="12.2.1").replace(self.path)
        return found


@pytest.mark.posix  # Windows replaces no program that runs, as this one does meanwhile
def test_compiler_that_is_replaced_once_it_was_read_is_asked_again(compiler: Path) -> None:
    settle()
    digests = Replacing(compiler)
    found = find(Toolchains(digests), compiler)
    assert digests.is_replaced
    assert found.identity == find(Toolchains(FileDigests()), compiler).identity


@pytest.mark.posix
@pytest.mark.parametrize("appears", ["program", "link", "permission"])
def test_program_that_appears_earlier_on_the_way_to_a_script_s_compiler_is_noticed(
    toolchains: Toolchains, compiler: Path, tmp_path: Path, appears: str
) -> None:
    script = write_script(tmp_path / "my-gcc", '#!/bin/sh\nexec gcc "$@"\n')
    (tmp_path / "first").mkdir()
    other = tmp_path / "first/gcc"
    if appears == "permission":
        write_compiler(other).chmod(0o644)
    if appears == "link":
        other.symlink_to("other-gcc")
    settle()
    path = f"{tmp_path}/first:{compiler.parent}:{PATH}"
    first = find(toolchains, script, PATH=path)
    assert find(toolchains, script, PATH=path) is first
    if appears == "permission":
        other.chmod(0o755)
    else:
        write_compiler(tmp_path / "first" / ("other-gcc" if appears == "link" else "gcc"))
    assert not toolchains.is_current(first)
    assert find(toolchains, script, PATH=path).identity != first.identity


@pytest.mark.posix
def test_program_of_another_name_that_appears_on_path_costs_no_probe(
    toolchains: Toolchains, compiler: Path, tmp_path: Path
) -> None:
    (tmp_path / "first").mkdir()
    script = write_script(tmp_path / "my-gcc", '#!/bin/sh\nexec gcc "$@"\n')
    settle()
    path = f"{tmp_path}/first:{compiler.parent}:{PATH}"
    first = find(toolchains, script, PATH=path)
    (tmp_path / "first/other").write_text("")
    assert find(toolchains, script, PATH=path) is first


@pytest.mark.posix
@pytest.mark.parametrize("change", ["inner script", "compiler", "gone"])
def test_script_behind_a_script_is_followed(
    toolchains: Toolchains, compiler: Path, tmp_path: Path, change: str
) -> None:
    inner = write_script(tmp_path / "inner-gcc", f'#!/bin/sh\nexec {compiler} -DX=1 "$@" -O2\n')
    outer = write_script(tmp_path / "my-gcc", f'#!/bin/sh\nexec {inner} -DY "$@"\n')
    settle()
    first = find(toolchains, outer)
    assert first.options == (Options(("-DX=1", "-DY"), ("-O2",)),)
    assert find(toolchains, outer) is first
    if change == "inner script":
        inner.write_text(inner.read_text().replace("X=1", "X=2"))
        assert find(toolchains, outer).identity != first.identity
    elif change == "compiler":
        write_compiler(compiler, version="12.2.1")
        assert find(toolchains, outer).identity != first.identity
    else:
        inner.unlink()
        assert isinstance(toolchains.find(str(outer), "c", (), "/", {"PATH": PATH}), Uncacheable)
    assert not toolchains.is_current(first)


@pytest.mark.posix
def test_script_that_is_not_understood_is_not_run(toolchains: Toolchains, tmp_path: Path) -> None:
    script = write_script(tmp_path / "gcc", f"#!/bin/sh\necho started > {tmp_path}/started\n")
    found = toolchains.find(str(script), "c", (), "/", {"PATH": PATH})
    assert found == Uncacheable(Reason.COMPILER_WRAPPER, str(script))
    assert not (tmp_path / "started").exists()


@pytest.mark.posix
@pytest.mark.parametrize("name", ["BASH_ENV", "SHELLOPTS", "BASH_FUNC_gcc%%", "BASH_FUNC_exec%%"])
def test_variable_that_bends_a_script_is_refused(
    toolchains: Toolchains, compiler: Path, tmp_path: Path, name: str
) -> None:
    script = write_script(tmp_path / "my-gcc", f'#!/bin/bash\nexec {compiler} "$@"\n')
    found = toolchains.find(str(script), "c", (), "/", {"PATH": PATH, name: "x"})
    assert found == Uncacheable(Reason.COMPILER_WRAPPER, str(script))
    assert isinstance(toolchains.find(str(script), "c", (), "/", {"PATH": PATH, "BASH_FUNC_ml%%": "x"}), Toolchain)


@pytest.mark.posix
def test_script_that_calls_itself_is_refused(toolchains: Toolchains, tmp_path: Path) -> None:
    script = write_script(tmp_path / "gcc", '#!/bin/sh\nexec gcc "$@"\n')
    found = toolchains.find(str(script), "c", (), "/", {"PATH": str(tmp_path)})
    assert found == Uncacheable(Reason.COMPILER_WRAPPER, str(script))


@pytest.mark.links
@pytest.mark.parametrize("name", ["ccache", "distcc", "sccache"])
def test_link_to_a_program_that_is_no_compiler_is_refused(toolchains: Toolchains, tmp_path: Path, name: str) -> None:
    write_compiler(tmp_path / name)
    (tmp_path / "gcc").symlink_to(name)
    found = toolchains.find(str(tmp_path / "gcc"), "c", (), "/", {"PATH": PATH})
    assert found == Uncacheable(Reason.COMPILER_WRAPPER, str(tmp_path / "gcc"))


@pytest.mark.links
@pytest.mark.parametrize("same", ["content", "file"])
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_link_that_leads_to_another_installation_is_probed_anew(
    toolchains: Toolchains, tmp_path: Path, same: str, kind: str
) -> None:
    write_compiler(tmp_path / "one/bin/gcc")
    write_compiler(tmp_path / "two/bin/gcc")
    if same == "file":
        (tmp_path / "two/bin/gcc").unlink()
        (tmp_path / "two/bin/gcc").hardlink_to(tmp_path / "one/bin/gcc")
    link = tmp_path / ("gcc" if kind == "file" else "folder")
    rest = "/bin/gcc" if kind == "file" else ""
    link.symlink_to(f"one{rest}")
    compiler = link if kind == "file" else link / "bin/gcc"
    settle()
    first = find(toolchains, compiler)
    assert find(toolchains, compiler) is first
    link.unlink()
    link.symlink_to(f"two{rest}")
    assert not toolchains.is_current(first)


@pytest.mark.parametrize("name", ["rm", "python3", "ccache", "install"])
def test_program_that_is_named_as_no_compiler_is_never_started(
    toolchains: Toolchains, tmp_path: Path, name: str
) -> None:
    program = write_compiler(tmp_path / name)  # it answers as gcc does
    found = toolchains.find(str(program), "c", (), "/", {"PATH": PATH})
    assert found == Uncacheable(Reason.UNKNOWN_COMPILER, str(program))


@pytest.mark.parametrize("text", ["no program", ""])
def test_what_answers_as_no_compiler_is_unknown(toolchains: Toolchains, tmp_path: Path, text: str) -> None:
    program = write_script(tmp_path / "gcc", text)
    for path in (program, write_program(tmp_path / "g++", "hello\n"), tmp_path / "none/gcc"):
        found = toolchains.find(str(path), "c", (), "/", {"PATH": PATH})
        assert found == Uncacheable(Reason.UNKNOWN_COMPILER, str(path))


def test_relative_folders_are_those_of_the_working_folder(toolchains: Toolchains, tmp_path: Path) -> None:
    compiler = write_compiler(tmp_path / "gcc", search_folder="include")
    folders = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        found = toolchains.find(str(compiler), "c", ("-Brelative",), str(tmp_path / name), {"PATH": PATH})
        assert isinstance(found, Toolchain)
        folders.append(found.search_folders)
    assert folders == [(str(tmp_path / "one/include"),), (str(tmp_path / "two/include"),)]


def test_folders_of_cl_are_those_of_its_variables(toolchains: Toolchains, tmp_path: Path) -> None:
    compiler = write_program(tmp_path / "cl", "Microsoft (R) C/C++ Optimizing Compiler Version 19.38.33130 for x64\n")
    (tmp_path / "c1xx.dll").write_text("one")
    settle()
    include = os.pathsep.join(["/a", "/b"])
    first = find(toolchains, compiler, INCLUDE=include, EXTERNAL_INCLUDE="/c")
    assert (first.family, first.search_folders) == (Family.CL, ("/a", "/b", "/c"))
    (tmp_path / "c1xx.dll").write_text("two")
    second = find(toolchains, compiler, INCLUDE=include, EXTERNAL_INCLUDE="/c")
    assert second.identity != first.identity
    (tmp_path / "c2.dll").write_text("new")
    assert not toolchains.is_current(second)


def test_probe_leaves_no_file(toolchains: Toolchains, compiler: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert toolchains.find(str(compiler), "c", ("-m32",), str(tmp_path / "empty"), {"PATH": PATH})
    assert os.listdir(tmp_path / "empty") == []
