"""Finds compilers and build tools."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from clcache_launcher.errors import ToolchainError

__all__ = ["find_compilers", "find_core_program", "find_launcher", "find_tool"]

_WINDOWS: Final = sys.platform == "win32"
_NAMES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "C": ("CC", ("cl", "clang-cl", "gcc", "clang") if _WINDOWS else ("cc", "gcc", "clang")),
    "CXX": ("CXX", ("cl", "clang-cl", "g++", "clang++") if _WINDOWS else ("c++", "g++", "clang++")),
}
_ADVICE: Final[Mapping[str, str]] = {
    "cmake": "install it with: pip install 'clcache-launcher[cmake]'",
    "ninja": "install it with: pip install 'clcache-launcher[cmake]'",
}
_COMPILER_ADVICE: Final = (
    "run from a Developer Command Prompt of Visual Studio (or install its C++ build tools), or name one in CC and CXX"
    if _WINDOWS
    else "install one with: apt-get install g++ (Debian, Ubuntu), dnf install gcc-c++ (Fedora), xcode-select --install"
    " (macOS), or name one in CC and CXX"
)


def find_tool(name: str, environment: Mapping[str, str]) -> str:
    """Path of CMake or Ninja: the one beside this Python comes first, also when its environment is not activated.

    Raises:
        ToolchainError: There is none.
    """
    found = shutil.which(name, path=_search_path(environment))
    if found is None:
        raise ToolchainError(f"{name} is not found; {_ADVICE[name]}")
    return found


def find_launcher(environment: Mapping[str, str]) -> str:
    """Path of the ``clcache`` that came with this package.

    Raises:
        ToolchainError: There is none.
    """
    found = shutil.which("clcache", path=_search_path(environment))
    if found is None:
        raise ToolchainError(
            "the program clcache is not found; install the package again: pip install clcache-launcher"
        )
    return os.path.realpath(found)


def find_core_program(launcher: str) -> str:
    """Path of the ``clcache-core`` that a launcher starts."""
    return str(Path(launcher).with_name("clcache-core" + Path(launcher).suffix))


def find_compilers(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """CMake's language names with their compilers: what ``CC`` and ``CXX`` name, else the usual ones on ``PATH``.

    What follows the compiler in the variable follows it here, too, as in CMake's lists.

    Raises:
        ToolchainError: There is none, or a variable names one that is not there.
    """
    found: list[tuple[str, str]] = []
    for language, (variable, names) in _NAMES.items():
        named = environment.get(variable, "")
        candidates = (named,) if named else names
        commands = [command for name in candidates if (command := _find_command(name, environment.get("PATH", "")))]
        if named and not commands:
            raise ToolchainError(f"{variable} names the compiler {named!r}, which is not found")
        found += [(language, command) for command in commands[:1]]
    if not found:
        raise ToolchainError(f"no C or C++ compiler is found; {_COMPILER_ADVICE}")
    return tuple(found)


def _find_command(named: str, search_path: str) -> str:
    """``gcc -m32`` as ``/usr/bin/gcc;-m32``, which CMake takes for a compiler with arguments; empty if not found."""
    whole = shutil.which(named, path=search_path)
    if whole is not None:
        return whole
    program, *arguments = named.split() or [""]
    found = shutil.which(program, path=search_path)
    return ";".join([found, *arguments]) if found else ""


def _search_path(environment: Mapping[str, str]) -> str:
    return os.pathsep.join([os.path.dirname(sys.executable), environment.get("PATH", "")])
