"""What every test may use."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.cache import Cache
from support.cmake import CMake, find_cmake
from support.skip import skip_or_fail

_INSTALL = {
    "clang": ("clang-19", "apt-get install clang-19"),
    "clang_cl": ("clang-cl-19", "apt-get install clang-19 clang-tools-19 lld-19 llvm-19"),
    "mingw": ("x86_64-w64-mingw32-gcc-posix", "apt-get install gcc-mingw-w64-x86-64-posix"),
    "wine": ("/usr/lib/wine/wine64", "apt-get install wine64; see also CONTRIBUTING.md"),
    "libcxx": ("/usr/lib/llvm-19/include/c++/v1/vector", "apt-get install libc++-19-dev g++-mingw-w64-x86-64-posix"),
}


# They import what only POSIX systems have.
collect_ignore = ["unit/server/test_endpoint.py", "unit/test_benchmarks.py"] if sys.platform == "win32" else []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the system has not: POSIX' own ways on Windows, links where nobody may make one."""
    lacks = {"posix"} if sys.platform == "win32" else set[str]()
    if not _can_link():
        lacks.add("links")
    left_out = [item for item in items if any(item.get_closest_marker(name) for name in lacks)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def _can_link() -> bool:
    with tempfile.TemporaryDirectory() as folder:
        link = os.path.join(folder, "link")
        try:
            os.symlink("nothing", link)
        except OSError:
            return False
        # Wine 8 says that it has made one.
        return os.path.islink(link)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip by name what the machine lacks a tool for; in CI that is a failure, not a skip."""
    for marker, (tool, command) in _INSTALL.items():
        if item.get_closest_marker(marker) and shutil.which(tool) is None and not os.path.exists(tool):
            skip_or_fail(f"{tool} is missing; install it with: {command}")


@pytest.fixture(scope="session")
def shared_endpoint() -> Iterator[Path]:
    """Where the core of this test process listens; tests share its knowledge of compilers, never a cache folder."""
    # A socket's path is short; tmp_path need not be.
    folder = Path(tempfile.mkdtemp(prefix="clc"))
    yield folder / "core"
    Cache(folder, folder / "core").front_end("stop", cwd=folder)
    shutil.rmtree(folder)


@pytest.fixture
def cache(tmp_path: Path, shared_endpoint: Path) -> Cache:
    """The installed launcher with a cache folder of its own."""
    own = tmp_path / "own"
    own.mkdir()
    return Cache(own, shared_endpoint)


@pytest.fixture
def lone_cache(tmp_path: Path) -> Iterator[Cache]:
    """The same with a core of its own, for tests that end or kill it."""
    own = tmp_path / "own"
    own.mkdir()
    folder = Path(tempfile.mkdtemp(prefix="clc"))
    made = Cache(own, folder / "core")
    yield made
    made.front_end("stop")
    shutil.rmtree(folder)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """An empty folder to compile in."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture(params=["system", "newest"])
def cmake(request: pytest.FixtureRequest, cache: Cache) -> CMake:
    """The system's CMake, which may be as old as 3.25, and the newest, each with this test's cache."""
    program = find_cmake(request.param)
    if program is None:
        command = {"system": "apt-get install cmake", "newest": "pip install 'clcache-launcher[cmake]'"}[request.param]
        skip_or_fail(f"the {request.param} CMake is missing; install it with: {command}")
    return CMake(program, cache)
