"""What the tests under Wine and on Windows share: the wheel in an environment of its Python, a compiler, a core."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.windows import NativeWindows, Windows, WindowsCache, find_installation

ROOT = Path(__file__).parents[2]
SERVER = "/usr/lib/wine/wineserver64"
NEEDED = ("hypothesis", "platformdirs", "pytest", "pytest-xdist")


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Windows:
    """Wine, with its services kept for a minute after the last program so that not each test starts them."""
    found = find_installation()
    if isinstance(found, NativeWindows):
        return found
    work = tmp_path_factory.mktemp("services")
    environment = {"PATH": "/usr/bin:/bin", **found.variables}
    nothing = subprocess.DEVNULL
    words = [SERVER, "-p60"]
    subprocess.run(words, env=environment, cwd=work, check=False, stdin=nothing, stdout=nothing, stderr=nothing)
    # pip's programs start the Python beside them; this DLL of Windows 10 is one that Wine 8 lacks.
    library = found.tools / "bcryptprimitives.dll"
    (found.python.parent / library.name).write_bytes(library.read_bytes())
    return found


@pytest.fixture(scope="session")
def wheel(windows: Windows, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as CONTRIBUTING.md builds it."""
    folder = tmp_path_factory.mktemp("wheel")
    if isinstance(windows, NativeWindows):
        words = ["-m", "pip", "wheel", "-q", ".", "--no-deps", "-w", str(folder)]
        subprocess.run([sys.executable, *words], cwd=ROOT, check=True, capture_output=True)
        return next(folder.glob("*.whl"))
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    command = text[text.index("    pip wheel . --no-deps") :].split("\n\n")[0]
    command = command.replace("pip wheel", f"'{sys.executable}' -m pip wheel -q").replace("-w dist", f"-w '{folder}'")
    command = command.replace("build-dir=build/win_amd64", f"build-dir='{folder}/build'")
    subprocess.run(["bash", "-c", command], cwd=ROOT, check=True, capture_output=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="session")
def scripts(windows: Windows, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of an environment into which pip has installed the wheel."""
    folder = tmp_path_factory.mktemp("environment")
    if isinstance(windows, NativeWindows):
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        words = ["-m", "pip", "install", "-q", str(wheel), *NEEDED]
        subprocess.run([str(folder / "Scripts/python.exe"), *words], check=True, capture_output=True)
        return folder / "Scripts"
    wheels = windows.folder / "test-wheels"
    download = [sys.executable, "-m", "pip", "download", "-q", "--platform", "win_amd64", "--python-version", "3.11"]
    words = ["--only-binary=:all:", "-d", str(wheels), str(wheel), *NEEDED, "colorama"]
    subprocess.run([*download, *words], check=True, capture_output=True)
    made = windows.run(windows.python, "-m", "venv", "--without-pip", windows.path(folder), cwd=folder)
    assert made.exit_code == 0, made
    (pip,) = (windows.python.parent / "Lib/ensurepip/_bundled").glob("pip-*.whl")
    words = ["install", "-q", "--no-compile", "--no-index", "--disable-pip-version-check"]
    words += ["--find-links", windows.path(wheels), windows.path(wheel), *NEEDED]
    made = windows.run(folder / "Scripts/python.exe", windows.path(pip) + "\\pip", *words, cwd=folder)
    assert made.exit_code == 0, made
    return folder / "Scripts"


@pytest.fixture(scope="session")
def compiler(windows: Windows) -> Path:
    """``cl`` on Windows; else clang in cl mode, see clang_cl.c."""
    if isinstance(windows, NativeWindows):
        return Path(shutil.which("cl") or "cl")
    # Not in a temporary folder: what else is in the folders above may decide what clang finds, and there it changes.
    program = windows.folder / "test-compiler/clang-cl.exe"
    program.parent.mkdir(exist_ok=True)
    zig = windows.variables["ZIG_EXE"].replace("\\", "/")
    windows.make_program(Path(__file__).parent / "clang_cl.c", program, f'-DZIG="{zig}"')
    return program


@pytest.fixture
def lone_cache(windows: Windows, scripts: Path, compiler: Path, tmp_path: Path) -> Iterator[WindowsCache]:
    """The launcher with a cache folder of its own; no core runs yet."""
    folder = tmp_path / "own"
    folder.mkdir()
    made = WindowsCache(windows, scripts, compiler, folder)
    yield made
    made.end()


@pytest.fixture
def cache(lone_cache: WindowsCache) -> WindowsCache:
    """The same with a core."""
    lone_cache.start_core()
    return lone_cache


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder to compile in, with a source and its header."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "a.h").write_text("#define A 1\n")
    (folder / "a.cpp").write_text('#include "a.h"\nint f() { return A; }\n')
    return folder
