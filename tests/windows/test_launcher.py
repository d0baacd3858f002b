"""The launcher on Windows: lines, exit codes, copies under a compiler's name, processes that end with it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from clcache_launcher.compilers.response_file import Quoting, split_response_file
from support.wait import wait_for
from support.windows import Windows, WindowsCache

pytestmark = pytest.mark.wine
LONGEST_LINE = 32_766


@pytest.fixture(scope="module")
def tell(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that prints its arguments; see tell.c."""
    program = tmp_path_factory.mktemp("tell") / "tell.exe"
    windows.make_program(Path(__file__).parent / "tell.c", program)
    return program


@pytest.mark.parametrize("words", [(), ("a b", "", 'c"d', "e\\", "\\\\", 'f\\"', "ä 漢 😀", "%PATH%", "^&|<>", "*.c")])
def test_arguments_come_through_as_they_were_given(
    lone_cache: WindowsCache, tell: Path, words: tuple[str, ...]
) -> None:
    path = lone_cache.windows.path(tell)
    done = lone_cache.front_end(path, "print", *words, CLCACHE_DISABLE="1")
    assert done.exit_code == 0 and done.stdout.decode().splitlines() == ["print", *words]


@pytest.mark.parametrize("code", [0, 1, 2, 255, 256, 3_221_225_477])
def test_exit_code_is_the_programs(lone_cache: WindowsCache, tell: Path, code: int) -> None:
    """Under Wine a POSIX parent sees the lowest eight bits, so that a Windows one asks."""
    ask = (
        "import subprocess, sys; "
        f"print(subprocess.run(sys.argv[1:] + ['exit', '{code}'], stdout=-3, stderr=-3, stdin=-3).returncode)"
    )
    words = ("-c", ask, lone_cache.windows.path(lone_cache.launcher), lone_cache.windows.path(tell))
    variables = {**lone_cache.variables, "CLCACHE_DISABLE": "1"}
    done = lone_cache.windows.run(
        lone_cache.scripts / "python.exe", *words, cwd=lone_cache.folder, environment=variables
    )
    assert done.stdout.strip() == str(code).encode(), done


def test_program_that_is_not_there_is_told(lone_cache: WindowsCache) -> None:
    done = lone_cache.front_end("no-such-compiler.exe", "/c", "a.cpp")
    assert done.exit_code == 127 and done.stderr.strip() == b"clcache: no-such-compiler.exe: no such program"


def copied(cache: WindowsCache, folder: Path, name: str) -> Path:
    """The launcher under a compiler's name."""
    folder.mkdir(exist_ok=True)
    (folder / "clcache-core.path").write_text(cache.windows.path(cache.scripts / "clcache-core.exe"))
    return Path(shutil.copy(cache.launcher, folder / name))


@pytest.mark.parametrize("is_long", [False, True])
def test_copy_under_the_compilers_name_runs_it_through_the_cache(
    cache: WindowsCache, work: Path, is_long: bool
) -> None:
    """With a line that fits as it is given, and not with the compiler's path and the core's words, too."""
    copy = copied(cache, work / "bin", cache.compiler.name)
    places = cache.windows.search(copy.parent, cache.compiler.parent)
    for outcome in ("miss", "hit"):
        environment = {**cache.variables, **places}
        words = ["/nologo", "/Brepro", "/c", "a.cpp", "/Foa.obj", '/DB="a b\\\\"']
        if is_long:
            used = len(cache.windows.path(copy)) + 3 + len(subprocess.list2cmdline(words)) + len(" /DC=")
            words.append("/DC=" + "1" * (LONGEST_LINE - used))
        done = cache.windows.run(copy, *words, cwd=work, environment=environment)
        assert done.exit_code == 0, done
        assert cache.outcomes()[-1] == outcome


def test_copies_find_neither_themselves_nor_one_another(lone_cache: WindowsCache, tell: Path, tmp_path: Path) -> None:
    first, second = (copied(lone_cache, tmp_path / name, "cl.exe") for name in ("one", "two"))
    real = tmp_path / "real"
    real.mkdir()
    shutil.copy(tell, real / "cl.exe")
    variables = {**lone_cache.variables, "CLCACHE_DISABLE": "1"}
    for folders, expected in (((first.parent, second.parent, real), 0), ((first.parent, second.parent), 127)):
        environment = {**variables, **lone_cache.windows.search(*folders)}
        done = lone_cache.windows.run(first, "/Bv", cwd=tmp_path, environment=environment)
        assert done.exit_code == expected, done
    assert done.stderr.strip() == b"clcache: cl.exe: no such program"


@pytest.mark.parametrize(("name", "word"), [("cl.exe", '/DA="x y\\"'), ("g++.exe", '-DA="x y\\"')])
def test_line_that_becomes_too_long_gets_to_the_compiler_by_a_response_file(
    lone_cache: WindowsCache, tell: Path, tmp_path: Path, name: str, word: str
) -> None:
    """The compiler's path is longer than the name under which the launcher was called."""
    copy = copied(lone_cache, tmp_path / "b", name)
    real = tmp_path / ("r" * 120)
    real.mkdir()
    shutil.copy(tell, real / name)
    start = len(lone_cache.windows.path(copy)) + 3
    words = [word, "ä"]
    words += ["x" * (LONGEST_LINE - start - len(subprocess.list2cmdline(words)) - 3)]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    variables = {**lone_cache.variables, "CLCACHE_DISABLE": "1", "KEEP": lone_cache.windows.path(tmp_path / "kept")}
    variables |= {name: lone_cache.windows.path(temporary) for name in ("TEMP", "TMP")}
    environment = {**variables, **lone_cache.windows.search(copy.parent, real)}
    done = lone_cache.windows.run(copy, *words, cwd=tmp_path, environment=environment)
    told = done.stdout.decode().split()
    assert done.exit_code == 0 and len(told) == 1 and told[0].endswith(".rsp"), done
    assert list(temporary.iterdir()) == []
    content = (tmp_path / "kept").read_bytes()
    read = Quoting.CLANG_CL if name == "cl.exe" else Quoting.CLANG
    assert split_response_file(content, read) == words


def test_compiler_ends_with_the_launcher(lone_cache: WindowsCache, tell: Path, tmp_path: Path) -> None:
    """Who ends a build ends the launcher, and means the compiler."""
    windows, started = lone_cache.windows, tmp_path / "number"
    running = windows.start(
        lone_cache.launcher,
        *(windows.path(tell), "wait", windows.path(started)),
        cwd=tmp_path,
        environment={**lone_cache.variables, "CLCACHE_DISABLE": "1"},
    )
    wait_for(lambda: started.exists() and started.read_text() != "")
    number = int(started.read_text())
    assert is_running(lone_cache, number)
    running.process.kill()
    running.finish()
    wait_for(lambda: not is_running(lone_cache, number))


def is_running(cache: WindowsCache, number: int) -> bool:
    ask = (
        "import ctypes; k = ctypes.windll.kernel32; "
        f"h = k.OpenProcess(0x100000, 0, {number}); print(bool(h) and k.WaitForSingleObject(h, 0) == 258)"
    )
    done = cache.windows.run(cache.scripts / "python.exe", "-c", ask, cwd=cache.folder)
    assert done.exit_code == 0, done
    return done.stdout.strip() == b"True"
