"""CMake with Ninja in the environment of a test's cache."""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from support.cache import SCRIPTS, Cache, Done

__all__ = ["CMake", "find_cmake", "path_without_scripts", "said"]

_COMPILERS = frozenset({"cc", "c++", "gcc", "g++", "clang-cl", "clang-cl-19"})
_FROM_OUTSIDE = ("CC", "CXX", "CFLAGS", "CXXFLAGS", "LDFLAGS")


def path_without_scripts() -> str:
    """``PATH`` as it is where the environment that clcache was installed in is not activated."""
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if shutil.which("clcache", path=folder) is None)


def find_cmake(which: str) -> str | None:
    """The CMake of the ``system`` or the ``newest``, which is the environment's."""
    path = str(SCRIPTS) if which == "newest" else path_without_scripts()
    return shutil.which("cmake", path=path)


@dataclass(frozen=True)
class CMake:
    """One CMake; unless a call says otherwise ``PATH`` leads to no clcache."""

    program: str
    cache: Cache

    def configure(self, source: Path, build: Path, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Configure for Ninja, whatever comes of it."""
        ninja = shutil.which("ninja", path=SCRIPTS)
        generator = ["-G", "Ninja", f"-DCMAKE_MAKE_PROGRAM={ninja}"] if ninja else ["-G", "Ninja"]
        return self.run(self.program, "-S", source, "-B", build, *generator, *arguments, cwd=source, env=env)

    def configured(self, source: Path, build: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Configure; what CMake said, with each run of blanks as one space."""
        done = self.configure(source, build, *arguments, env=env)
        text = said(done)
        assert done.code == 0, text
        return text

    def build(self, build: Path, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        """Build; what Ninja said."""
        done = self.run(self.program, "--build", build, *arguments, cwd=build, env=env)
        text = (done.stdout + done.stderr).decode()
        assert done.code == 0, text
        return text

    def tool(self, build: Path, *arguments: str) -> str:
        """A tool of Ninja, as in ``ninja -t clean``."""
        ninja = shutil.which("ninja", path=f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}")
        assert ninja is not None
        done = self.run(ninja, "-t", *arguments, cwd=build)
        assert done.code == 0, done.stderr.decode()
        return done.stdout.decode()

    def launchers(self, build: Path) -> dict[str, list[str]]:
        """The words in front of the compiler by the name of the source, without the roots."""
        return {
            Path(words[-1]).name: [
                word
                for word in takewhile(lambda word: Path(word).name not in _COMPILERS, words)
                if not word.startswith("--roots=")
            ]
            for words in self.commands(build)
        }

    def commands(self, build: Path) -> list[list[str]]:
        """The words of each command that compiles."""
        lines = [shlex.split(line) for line in self.tool(build, "commands").splitlines()]
        return [words for words in lines if "-c" in words]

    def roots(self, build: Path) -> list[str]:
        """The roots that a command names, each as ``name=folder``."""
        return [word[8:] for word in self.commands(build)[0] if word.startswith("--roots=")]

    def run(self, *argv: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Done:
        """Run a program as CMake is run here."""
        return self.cache.run(
            *argv, cwd=cwd, env={"PATH": path_without_scripts()} | dict(env or {}), drop=_FROM_OUTSIDE
        )


def said(done: Done) -> str:
    """What a process printed, with each run of blanks as one space: CMake wraps the lines of a message."""
    return " ".join((done.stdout + done.stderr).decode().split())
