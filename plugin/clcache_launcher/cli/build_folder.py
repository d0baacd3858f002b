"""What a build folder of CMake is going to compile.

The build files of Ninja and Make are read, and not ``compile_commands.json``, which leaves out launchers and is written
only where it is asked for.
"""

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clcache_launcher.compilers.response_file import Quoting, split_text
from clcache_launcher.errors import ClcacheError
from clcache_launcher.util.process import run

__all__ = ["BuildFolder", "CompileCommand", "read_build_folder"]

_TARGET: Final = re.compile(r"CMakeFiles[/\\]([^/\\]+)\.dir[/\\]")
_VARIABLE: Final = re.compile(r"\$\(([A-Za-z_][\w-]*)\)")
_COMPILER: Final = re.compile(r'^set\(CMAKE_(?:C|CXX|OBJC|OBJCXX)_COMPILER "(.+)"\)$', re.MULTILINE)
_COMPILES: Final = frozenset({"-c", "/c"})
_READ_MAKEFILES: Final = frozenset({"Unix Makefiles", "MinGW Makefiles", "MSYS Makefiles"})
_TIMEOUT_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class CompileCommand:
    """One compilation as the build tool will start it."""

    target: str
    launcher: tuple[str, ...]
    """The words in front of the compiler."""
    arguments: tuple[str, ...]
    """The compiler and what follows it."""
    cwd: str

    @property
    def source(self) -> str:
        """Absolute path of the source, which CMake names last."""
        return os.path.join(self.cwd, self.arguments[-1])


@dataclass(frozen=True, slots=True)
class _Line:
    """A command of the build files."""

    target: str
    command: str
    cwd: str


@dataclass(frozen=True, slots=True)
class BuildFolder:
    """A configured build folder."""

    generator: str
    heeds_launchers: bool
    commands: tuple[CompileCommand, ...] = ()
    """None where launchers are not heeded."""


def read_build_folder(folder: Path, environment: Mapping[str, str]) -> BuildFolder:
    """Read what CMake has generated.

    Args:
        folder: The build folder.
        environment: Where Ninja is looked for, and what it gets.

    Raises:
        ClcacheError: It is not a build folder of CMake, or one whose build files can't be read.
    """
    try:
        lines = (folder / "CMakeCache.txt").read_text("utf-8", errors="replace").splitlines()
    except OSError as err:
        raise ClcacheError(f"{folder}: not a build folder of CMake; name one that is configured") from err
    entries = {line.partition(":")[0]: line.partition("=")[2] for line in lines if line[:1].isalpha()}
    generator = entries.get("CMAKE_GENERATOR", "")
    if generator.startswith("Ninja"):
        found = _ninja_commands(folder, entries.get("CMAKE_MAKE_PROGRAM", "ninja"), environment)
    elif generator in _READ_MAKEFILES:
        found = _make_commands(folder, entries.get("CMAKE_COMMAND", "cmake"))
    elif generator.startswith("Visual Studio") or generator == "Xcode":
        return BuildFolder(generator, heeds_launchers=False)
    else:
        raise ClcacheError(f"{folder}: build files of the generator {generator or '?'} are not read; use -G Ninja")
    compilers = _compilers(folder)
    commands = [command for one in found if (command := _compile_command(one, compilers)) is not None]
    if not compilers:
        raise ClcacheError(f"{folder}: no C or C++ compiler is configured there; run CMake to its end first")
    return BuildFolder(generator, heeds_launchers=True, commands=tuple(dict.fromkeys(commands)))


def _compilers(folder: Path) -> frozenset[str]:
    texts = (path.read_text("utf-8") for path in folder.glob("CMakeFiles/*/CMake*Compiler.cmake"))
    return frozenset(name for text in texts for name in _COMPILER.findall(text))


def _ninja_commands(folder: Path, ninja: str, environment: Mapping[str, str]) -> Iterator[_Line]:
    program = shutil.which(ninja, path=environment.get("PATH")) or ninja
    # A file for each configuration where there are several.
    files = sorted(folder.glob("build-*.ninja")) or [folder / "build.ninja"]
    for file in files:
        argv = [program, "-f", file.name, "-t", "compdb", "-x"]
        done = run(argv, cwd=str(folder), environment=environment, timeout_s=_TIMEOUT_S)
        if done is None or done.exit_code != 0:
            text = done.stderr.decode(errors="replace").strip() if done else "it can't be started"
            raise ClcacheError(f"{' '.join(argv)}: {text}")
        for entry in json.loads(done.stdout):
            target = _TARGET.search(entry["output"])
            if target:
                yield _Line(target[1], entry["command"], entry["directory"])


def _make_commands(folder: Path, cmake: str) -> Iterator[_Line]:
    for path in sorted(folder.rglob("CMakeFiles/*.dir/build.make")):
        flags = path.with_name("flags.make")
        text = flags.read_text("utf-8") if flags.exists() else ""
        variables = dict(line.split(" = ", 1) for line in text.splitlines() if " = " in line)
        variables["CMAKE_COMMAND"] = shlex.quote(cmake)
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("\t") and "_FLAGS) " in line:
                command = _expand(line.strip(), variables)
                moved, _, rest = command.partition(" && ")
                words = _split(moved) if rest and moved.startswith("cd ") else []
                place = (rest, words[-1]) if words else (command, str(folder))
                yield _Line(path.parent.name.removesuffix(".dir"), *place)


def _expand(text: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: variables.get(match[1], ""), text).replace("$$", "$")


def _compile_command(line: _Line, compilers: frozenset[str]) -> CompileCommand | None:
    words = _split(line.command)
    at = next((at for at, word in enumerate(words) if word in compilers), None)
    # What is redirected is a scan for modules.
    if at is None or words[0] == ":" or not _COMPILES.intersection(words[at:]) or ">" in words:
        return None
    return CompileCommand(line.target, _launcher(words[:at]), tuple(words[at:]), os.path.abspath(line.cwd))


def _launcher(words: Sequence[str]) -> tuple[str, ...]:
    """The launcher, also where CMake's own program for clang-tidy and the like starts it."""
    if "__run_co_compile" not in words:
        return tuple(words)
    named = [word.partition("=")[2] for word in words if word.startswith("--launcher=")]
    return tuple(word for value in named for word in value.split(";"))


def _split(line: str) -> list[str]:
    """Words of a command line as the system's shell gives them to a program."""
    if sys.platform == "win32":
        return [word for word in split_text(line, Quoting.CLANG_CL) or () if word is not None]
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()
