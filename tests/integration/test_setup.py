"""``clcache-setup``."""

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache

HELLO = Path(__file__).parents[2] / "examples/hello"


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    """A copy of the example under a path with a space and an umlaut."""
    return Path(shutil.copytree(HELLO, tmp_path / "hällo wörld"))


def setup(cache: Cache, *words: str | Path, cwd: Path, env: dict[str, str] | None = None) -> tuple[int, str, str]:
    done = cache.run(SCRIPTS / "clcache-setup", *words, cwd=cwd, env=env)
    return done.code, done.stdout.decode(), done.stderr.decode()


def test_build_tells_misses_and_then_hits(cache: Cache, hello: Path) -> None:
    for expected in ("clcache: 0 hits, 5 misses in", "clcache: 5 hits, 0 misses in"):
        code, out, err = setup(cache, hello, "-B", hello / "build", "--build", cwd=hello)
        assert code == 0, err
        assert expected in out.splitlines()[-1]
        assert re.search(r" in \d+\.\d s, (\d+\.\d) s saved$", out.splitlines()[-1])
        assert (" 0.0 s saved" in out) == ("0 hits" in expected)
        shutil.rmtree(hello / "build")


@pytest.mark.posix("gnu")
def test_build_tells_what_it_did_itself_while_others_compile(cache: Cache, hello: Path, work: Path) -> None:
    (work / "a.c").write_text("int a;\n")
    with ThreadPoolExecutor() as pool:
        building = pool.submit(setup, cache, hello, "--build", cwd=hello)
        while not building.done():
            assert cache.compile("gcc", "-c", "a.c", cwd=work).code == 0
    assert "clcache: 0 hits, 5 misses in" in building.result()[1]
    assert cache.counts()[0] > 1


def test_build_tells_its_reasons_the_largest_first(cache: Cache, hello: Path) -> None:
    for name in ("main.cpp", "names.cpp"):
        path = hello / "src" / name
        path.write_text(f"{path.read_text()}\nstatic const char *const told = __TIME__;\n")
    path = hello / "src/clock.c"
    path.write_text(f'{path.read_text()}__asm__(".incbin \\"{path}\\"");\n')
    code, out, err = setup(cache, hello, "--build", cwd=hello)
    assert code == 0, err
    *_, line, first, second = out.splitlines()
    assert line.startswith("clcache: 0 hits, 2 misses, 3 uncacheable in ")
    assert (first, second) == ("clcache:   2 not cached: time_macro", "clcache:   1 not cached: assembler_include")


def test_same_input_gives_same_bytes(cache: Cache, hello: Path) -> None:
    contents = []
    for _ in range(2):
        assert setup(cache, hello, cwd=hello)[0] == 0
        folder = hello / "build/clcache"
        contents.append({path.name: path.read_bytes() for path in folder.iterdir()})
        shutil.rmtree(folder)
    assert contents[0] == contents[1]
    assert set(contents[0]) == {"toolchain.cmake", "ClcacheLauncher.cmake", "clcache-core.path", "clcache"}


def test_check_names_what_is_stale(cache: Cache, hello: Path) -> None:
    assert setup(cache, hello, cwd=hello)[0] == 0
    assert setup(cache, hello, "--check", cwd=hello) == (0, "", "")
    toolchain = hello / "build/clcache/toolchain.cmake"
    toolchain.write_text(toolchain.read_text() + "# mine\n")
    code, _, err = setup(cache, hello, "--check", cwd=hello)
    assert code == 1
    assert str(toolchain) in err
    assert "ClcacheLauncher.cmake" not in err


def test_file_of_somebody_else_is_left_alone(cache: Cache, hello: Path) -> None:
    toolchain = hello / "build/clcache/toolchain.cmake"
    toolchain.parent.mkdir(parents=True)
    toolchain.write_text("# mine\n")
    code, _, err = setup(cache, hello, cwd=hello)
    assert code == 1
    assert str(toolchain) in err
    assert toolchain.read_text() == "# mine\n"


@pytest.mark.parametrize(
    ("env", "words", "text"),
    [
        ({"CC": "no-such-cc"}, (), "CC names the compiler 'no-such-cc'"),
        ({"PATH": "/nowhere"}, (), "no C or C++ compiler is found"),
    ],
    ids=["named", "none"],
)
def test_missing_compiler_is_one_line(
    cache: Cache, hello: Path, env: dict[str, str], words: tuple[str, ...], text: str
) -> None:
    code, out, err = setup(cache, hello, *words, cwd=hello, env=env)
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert text in err


@pytest.mark.links
@pytest.mark.parametrize("tool", ["cmake", "ninja"])
def test_missing_tool_is_one_line_that_says_what_to_install(
    cache: Cache, hello: Path, tmp_path: Path, tool: str
) -> None:
    # A Python environment without that tool, and a PATH with nothing but compilers and the other tool.
    tools = tmp_path / "tools"
    scripts = tmp_path / "scripts"
    for folder in (tools, scripts):
        folder.mkdir()
    for name in ("cc", "c++", "cmake", "ninja"):
        found = shutil.which(name, path="/usr/bin")
        if found and name != tool:
            (tools / name).symlink_to(found)
    for name in ("clcache", "clcache-core"):
        (scripts / name).symlink_to(SCRIPTS / name)
    (scripts / "python").symlink_to(os.path.realpath(SCRIPTS / "python"))
    env = {"PATH": str(tools), "PYTHONPATH": str(_installed_packages(tmp_path / "site"))}
    done = cache.run(scripts / "python", "-m", "clcache_launcher.setup.main", hello, "--build", cwd=hello, env=env)
    assert done.code == 3
    assert done.stderr.decode().splitlines() == [
        f"clcache-setup: {tool} is not found; install it with: pip install 'clcache-launcher[cmake]'"
    ]


def _installed_packages(folder: Path) -> Path:
    """A folder for ``PYTHONPATH`` that leads to all that is installed, by an editable install's hook, too."""
    import blake3  # noqa: PLC0415 - where the libraries are is the question

    folder.mkdir()
    packages = Path(str(blake3.__file__)).parents[1]
    (folder / "sitecustomize.py").write_text(f"import site\nsite.addsitedir({str(packages)!r})\n")
    return folder


def test_folder_without_a_project_is_one_line(cache: Cache, tmp_path: Path) -> None:
    code, _, err = setup(cache, tmp_path, cwd=tmp_path)
    assert code == 3
    assert "no CMakeLists.txt there" in err


def test_wrong_setting_is_told(cache: Cache, hello: Path) -> None:
    (hello / "clcache.yaml").write_text("max_size: 5X\n")
    code, _, err = setup(cache, hello, cwd=hello)
    assert code == 2
    assert "clcache.yaml:1: max_size: expected a size such as 5G" in err


def test_vendored_module_is_one_file(cache: Cache, tmp_path: Path) -> None:
    assert setup(cache, "--vendor", tmp_path / "cmake", cwd=tmp_path)[0] == 0
    assert [path.name for path in (tmp_path / "cmake").iterdir()] == ["ClcacheLauncher.cmake"]


def test_module_folder_is_printed(cache: Cache, tmp_path: Path) -> None:
    _, out, _ = setup(cache, "--print-module-dir", cwd=tmp_path)
    assert Path(out.strip(), "ClcacheLauncher.cmake").is_file()


@pytest.mark.posix("gnu")
def test_own_toolchain_file_is_included_first(cache: Cache, hello: Path) -> None:
    own = hello / "own.cmake"
    own.write_text("set(CMAKE_CXX_COMPILER g++)\nset(CMAKE_C_COMPILER gcc)\nmessage(STATUS own)\n")
    code, out, err = setup(cache, hello, "--toolchain", own, "--build", "-D", "CMAKE_BUILD_TYPE=Debug", cwd=hello)
    assert code == 0, err
    assert "-- own" in out
    assert "5 misses" in out


@pytest.mark.posix("gnu")
def test_compiler_with_arguments_in_the_environment(cache: Cache, hello: Path) -> None:
    env = {"CC": "gcc -m64", "CXX": "g++ -DSEEN"}
    code, out, err = setup(cache, hello, "--build", cwd=hello, env=env)
    assert code == 0, err
    assert "5 misses" in out
    assert b" -DSEEN " in cache.run("ninja", "-C", "build", "-t", "commands", cwd=hello).stdout


@pytest.mark.links
def test_tools_of_an_environment_that_is_not_activated_are_found(cache: Cache, hello: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("cc", "c++", "ar", "as", "ld", "ranlib"):
        if found := shutil.which(name, path="/usr/bin"):
            (tools / name).symlink_to(found)
    code, out, err = setup(cache, hello, "--build", cwd=hello, env={"PATH": str(tools)})
    assert code == 0, err
    assert "5 misses" in out
    lines = (hello / "build/CMakeCache.txt").read_text().splitlines()
    assert f"CMAKE_MAKE_PROGRAM:UNINITIALIZED={SCRIPTS}/ninja" in lines


def test_folder_that_was_configured_without_clcache_is_told(cache: Cache, hello: Path) -> None:
    (hello / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.20)\nproject(p NONE)\n")
    assert cache.run("cmake", "-B", "build", "-G", "Ninja", cwd=hello).code == 0
    code, _, err = setup(cache, hello, "--build", cwd=hello)
    assert code == 1
    assert err.count("\n") == 1
    assert f"{hello}/build: configured already without " in err


def test_second_run_writes_nothing_and_builds_nothing(cache: Cache, hello: Path) -> None:
    assert setup(cache, hello, "--build", cwd=hello)[0] == 0
    code, out, _ = setup(cache, hello, "--build", cwd=hello)
    assert code == 0
    assert "wrote" not in out
    assert "no work to do" in out
    assert "clcache: 0 hits, 0 misses in" in out


def test_check_of_a_folder_that_was_never_written_names_all(cache: Cache, hello: Path) -> None:
    code, _, err = setup(cache, hello, "--check", cwd=hello)
    assert code == 1
    assert err.count("stale or edited; run clcache-setup again") == 4
    assert not (hello / "build").exists()


def test_vendored_module_replaces_an_older_copy_and_no_other_file(cache: Cache, tmp_path: Path) -> None:
    module = tmp_path / "ClcacheLauncher.cmake"
    assert setup(cache, "--vendor", tmp_path, cwd=tmp_path)[0] == 0
    content = module.read_text()
    module.write_text(content + "# older\n")
    assert setup(cache, "--vendor", tmp_path, cwd=tmp_path)[0] == 0
    assert module.read_text() == content
    module.write_text("# mine\n")
    code, _, err = setup(cache, "--vendor", tmp_path, cwd=tmp_path)
    assert code == 1
    assert str(module) in err
    assert module.read_text() == "# mine\n"


def test_build_that_fails_ends_with_one(cache: Cache, hello: Path) -> None:
    (hello / "src/text.c").write_text("#error no\n")
    code, _, err = setup(cache, hello, "--build", cwd=hello)
    assert code == 1
    assert "building failed with exit code 1" in err
