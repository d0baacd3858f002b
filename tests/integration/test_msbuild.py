"""``clcache-setup --msbuild`` and the launcher that it puts in the place of ``cl.exe``."""

import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from clcache_launcher import __version__
from support.cache import SCRIPTS, Cache, Done

GOLDEN = Path(__file__).parents[1] / "data/setup/Directory.Build.props"


def setup(cache: Cache, folder: Path, *words: str) -> Done:
    return cache.run(SCRIPTS / "clcache-setup", "--msbuild", folder, *words, cwd=folder.parent)


def test_properties_are_those_of_the_golden_file(cache: Cache, tmp_path: Path) -> None:
    done = setup(cache, tmp_path / "sln")
    assert (done.code, done.stderr) == (0, b"")
    text = (tmp_path / "sln/Directory.Build.props").read_text("utf-8")
    assert text == GOLDEN.read_text("utf-8").replace("VERSION", __version__)
    assert ET.fromstring(text.encode()).tag == "Project"


def test_check_names_what_is_stale(cache: Cache, tmp_path: Path) -> None:
    props = tmp_path / "sln/Directory.Build.props"
    assert setup(cache, tmp_path / "sln").code == 0
    assert setup(cache, tmp_path / "sln", "--check").code == 0
    props.write_text(props.read_text() + "<!-- mine -->\n")
    done = setup(cache, tmp_path / "sln", "--check")
    assert done.code == 1
    assert done.stderr.decode() == f"clcache-setup: {props}: stale or edited; run clcache-setup again\n"


def test_file_of_the_projects_is_left_alone(cache: Cache, tmp_path: Path) -> None:
    props = tmp_path / "sln/Directory.Build.props"
    props.parent.mkdir()
    props.write_text("<Project/>\n")
    done = setup(cache, tmp_path / "sln")
    assert done.code == 1
    assert f"{props}: not written by clcache-setup" in done.stderr.decode()
    assert props.read_text() == "<Project/>\n"


@pytest.mark.clang_cl
def test_launcher_named_as_the_compiler_finds_the_real_one(cache: Cache, tmp_path: Path) -> None:
    # As MSBuild does: the launcher by its whole path, the compiler's folder on PATH, all options in a response file.
    assert setup(cache, tmp_path / "sln").code == 0
    launcher, tools = tmp_path / "sln/clcache/cl.exe", tmp_path / "tools"
    tools.mkdir()
    (tools / "cl.exe").write_text('#!/bin/sh\nexec clang-cl-19 "$@"\n')
    (tools / "cl.exe").chmod(0o755)
    path = os.pathsep.join([str(launcher.parent), str(tools), os.environ["PATH"]])
    source = tmp_path / "a.c"
    source.write_text("int a;\n")
    (tmp_path / "a.rsp").write_bytes(b"\xff\xfe" + f'/c /nologo /Z7 /Foa.obj "{source}"\r\n'.encode("utf-16-le"))
    for expected in ((0, 1, 0, 0), (1, 1, 0, 0)):
        done = cache.run(launcher, "@a.rsp", cwd=tmp_path, env={"PATH": path})
        assert done.code == 0, done.stderr
        assert (tmp_path / "a.obj").exists()
        (tmp_path / "a.obj").unlink()
        assert cache.counts() == expected, cache.log.read_text()
