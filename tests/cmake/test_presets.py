"""``clcache-setup --presets``."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from support.cache import SCRIPTS
from support.cmake import CMake, path_without_scripts, said
from support.project import PROJECT, TARGET, write_project

EXAMPLE = Path(__file__).parents[2] / "examples/presets"
USER, OURS = "CMakeUserPresets.json", "CMakePresets.json"
STALE = "stale or edited; run clcache-setup again"


def setup(cmake: CMake, source: Path, *words: str) -> tuple[int, str]:
    done = cmake.run(SCRIPTS / "clcache-setup", source, "-B", source / "b", *words, cwd=source)
    return done.code, (done.stdout + done.stderr).decode()


def read(source: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((source / USER).read_text("utf-8"))
    return content


def names(source: Path, kind: str = "configurePresets") -> list[object]:
    return [preset["name"] for preset in read(source)[kind]]


def write(path: Path, **content: object) -> str:
    text = json.dumps({"version": 3} | content, indent=4)
    path.write_text(text, encoding="utf-8")
    return text


def project(folder: Path, *presets: dict[str, object], **more: object) -> Path:
    """A project with presets of its own."""
    source = write_project(folder / "s p", PROJECT, TARGET)
    if presets or more:
        write(source / OURS, configurePresets=list(presets), **more)
    return source


def build(cmake: CMake, source: Path, preset: str) -> None:
    for word in ((), ("--build",)):
        done = cmake.run(cmake.program, *word, "--preset", preset, cwd=source)
        assert done.code == 0, said(done)


DEV: dict[str, object] = {
    "name": "dev",
    "generator": "Ninja",
    "binaryDir": "${sourceDir}/out/${presetName}",
    "cacheVariables": {"CMAKE_MAKE_PROGRAM": f"{SCRIPTS}/ninja", "CMAKE_C_FLAGS": "-DDEV"},
}


def test_preset_builds_through_the_cache(cmake: CMake, tmp_path: Path) -> None:
    source = project(tmp_path)
    code, text = setup(cmake, source, "--presets")
    assert code == 0
    assert f"wrote {source}/{USER}" in text
    build(cmake, source, "clcache")
    assert cmake.cache.counts() == (0, 1, 0, 0)


def test_presets_of_the_project_are_built_through_the_cache_beside_it(cmake: CMake, tmp_path: Path) -> None:
    source = project(tmp_path, {"name": "base", "hidden": True}, {**DEV, "inherits": ["base"]})
    assert setup(cmake, source, "--presets")[0] == 0
    assert names(source) == ["clcache", "clcache-dev"]
    build(cmake, source, "clcache-dev")
    assert " -DDEV " in cmake.tool(source / "out/clcache-dev", "commands")
    assert cmake.cache.counts() == (0, 1, 0, 0)


@pytest.mark.parametrize("value", ["own.cmake", {"type": "STRING", "value": "own.cmake"}], ids=["text", "object"])
def test_files_that_a_preset_includes_are_included_still(cmake: CMake, tmp_path: Path, value: object) -> None:
    base = {"name": "base", "hidden": True, "cacheVariables": {"CMAKE_PROJECT_TOP_LEVEL_INCLUDES": value}}
    source = project(tmp_path, base, {**DEV, "inherits": "base"})
    (source / "own.cmake").write_text("message(STATUS own)\n")
    assert setup(cmake, source, "--presets")[0] == 0
    done = cmake.run(cmake.program, "--preset", "clcache-dev", cwd=source)
    assert "-- own " in said(done)
    assert "-- clcache: compiles" in said(done)


def test_presets_of_included_files_are_seen(cmake: CMake, tmp_path: Path) -> None:
    source = project(tmp_path, version=4, include=["more/presets.json"])
    (source / "more").mkdir()
    write(source / "more/presets.json", version=4, configurePresets=[DEV])
    assert setup(cmake, source, "--presets")[0] == 0
    assert names(source) == ["clcache", "clcache-dev"]
    assert read(source)["version"] == 4
    build(cmake, source, "clcache-dev")


def test_what_was_there_stays(cmake: CMake, tmp_path: Path) -> None:
    source = project(tmp_path, DEV)
    mine = {"name": "mine", "inherits": "dev", "description": "Größe"}
    build_mine = {"name": "b", "configurePreset": "mine", "jobs": 3}
    vendor = {"example.com/x": [1, {"y": None}]}
    write(source / USER, vendor=vendor, configurePresets=[mine], buildPresets=[build_mine], testPresets=[])
    assert setup(cmake, source, "--presets")[0] == 0
    content = read(source)
    assert list(content) == ["version", "vendor", "configurePresets", "buildPresets", "testPresets"]
    assert (content["vendor"], content["configurePresets"][0], content["buildPresets"][0]) == (vendor, mine, build_mine)
    assert names(source) == ["mine", "clcache", "clcache-dev", "clcache-mine"]
    assert names(source, "buildPresets") == ["b", "clcache", "clcache-dev", "clcache-mine"]
    text = (source / USER).read_text("utf-8")
    assert '\n    "version"' in text
    assert "Größe" in text
    build(cmake, source, "clcache-mine")


def test_second_run_changes_nothing_whatever_the_layout(cmake: CMake, tmp_path: Path) -> None:
    source = project(tmp_path, DEV)
    assert setup(cmake, source, "--presets")[0] == 0
    compact = json.dumps(read(source))
    (source / USER).write_text(compact)
    code, text = setup(cmake, source, "--presets")
    assert (code, text) == (0, "")
    assert (source / USER).read_text() == compact
    assert setup(cmake, source, "--check") == (0, "")


@pytest.mark.links
def test_line_ends_and_links_are_kept(cmake: CMake, tmp_path: Path) -> None:
    source, real = project(tmp_path), tmp_path / "real.json"
    real.write_bytes(b'{\r\n\t"version": 3\r\n}\r\n')
    (source / USER).symlink_to(real)
    assert setup(cmake, source, "--presets")[0] == 0
    assert (source / USER).is_symlink()
    assert b'\r\n\t"configurePresets"' in real.read_bytes()
    assert b"\n" not in real.read_bytes().replace(b"\r\n", b"")


def test_preset_that_is_gone_goes_and_its_user_is_stale_until_then(cmake: CMake, tmp_path: Path) -> None:
    source = project(tmp_path, DEV, {**DEV, "name": "old"})
    assert setup(cmake, source, "--presets")[0] == 0
    assert "clcache-old" in names(source)
    write(source / OURS, configurePresets=[DEV])
    assert setup(cmake, source, "--check") == (1, f"clcache-setup: {source}/{USER}: {STALE}\n")
    assert setup(cmake, source, "--presets")[0] == 0
    assert names(source) == ["clcache", "clcache-dev"]
    assert setup(cmake, source, "--check") == (0, "")


def test_edited_preset_is_stale(cmake: CMake, tmp_path: Path) -> None:
    source = project(tmp_path)
    assert setup(cmake, source, "--presets")[0] == 0
    user = source / USER
    user.write_text(user.read_text().replace("Through clcache", "Mine"))
    assert setup(cmake, source, "--check") == (1, f"clcache-setup: {source}/{USER}: {STALE}\n")


def test_check_asks_for_no_presets_that_nobody_wanted(cmake: CMake, tmp_path: Path) -> None:
    source = project(tmp_path, DEV)
    assert setup(cmake, source)[0] == 0
    assert setup(cmake, source, "--check") == (0, "")
    assert setup(cmake, source, "--check", "--presets") == (1, f"clcache-setup: {source}/{USER}: {STALE}\n")
    assert not (source / USER).exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b'{\n  "version": 3,\n}\n', "{user}:3: not valid JSON: "),
        (b'{"version": "\xff"}', "{user}: not UTF-8, which JSON is;"),
        (b"[]", "{user}: expected a JSON object"),
        (b'{"configurePresets": {}}', "{user}: configurePresets: expected a list of objects"),
        (b'{"version": "3"}', "{user}: version: expected a number"),
        (b'{"configurePresets": [{"name": "clcache"}]}', "{user}: the preset 'clcache' is not clcache's; rename it"),
    ],
    ids=["syntax", "encoding", "root", "kind", "version", "name"],
)
def test_file_that_cannot_be_extended_is_one_line_and_stays(
    cmake: CMake, tmp_path: Path, text: bytes, complaint: str
) -> None:
    source = project(tmp_path)
    (source / USER).write_bytes(text)
    code, said_text = setup(cmake, source, "--presets")
    assert code == 1
    assert said_text.count("\n") == 1
    assert said_text.startswith(f"clcache-setup: {complaint.format(user=source / USER)}")
    assert (source / USER).read_bytes() == text


def test_example_is_built_by_the_commands_of_its_readme(cmake: CMake, tmp_path: Path) -> None:
    source = Path(shutil.copytree(EXAMPLE, tmp_path / "presets"))
    assert f"clcache-setup examples/{EXAMPLE.name} --presets" in (source / "README.md").read_text("utf-8")
    assert cmake.run(SCRIPTS / "clcache-setup", source, "--presets", cwd=tmp_path).code == 0
    scripts = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}
    for expected in ((0, 3, 0, 0), (3, 3, 0, 0)):
        for word in ((), ("--build",)):
            done = cmake.run(cmake.program, *word, "--preset", "clcache-debug", cwd=source, env=scripts)
            assert done.code == 0, said(done)
        assert cmake.cache.counts() == expected, cmake.cache.log.read_text()
        shutil.rmtree(source / "build/clcache-debug")
