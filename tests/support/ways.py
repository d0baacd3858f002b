"""The ways to switch clcache on in a CMake project, each as one function."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clcache_launcher.setup.context import module_folder
from support.cache import SCRIPTS, Done
from support.cmake import CMake, path_without_scripts
from support.project import HEAD, write_project

__all__ = ["WAYS", "Way", "make_way"]

_PROJECT = "project(p LANGUAGES C)"
_LAUNCHER = str(SCRIPTS / "clcache")
_ACTIVATED = {"PATH": f"{SCRIPTS}{os.pathsep}{path_without_scripts()}"}


@dataclass(frozen=True)
class Way:
    """A project that is switched over in one way, before it is configured."""

    cmake: CMake
    source: Path
    build: Path
    arguments: tuple[str, ...]
    launcher: str = _LAUNCHER
    environment: Mapping[str, str] = field(default_factory=dict)

    def configure(self, *arguments: str, env: Mapping[str, str] | None = None) -> Done:
        """Configure, whatever comes of it."""
        environment = dict(self.environment) | dict(env or {})
        return self.cmake.run(self.cmake.program, *self.arguments, *arguments, cwd=self.source, env=environment)


@dataclass(frozen=True)
class _Case:
    cmake: CMake
    folder: Path
    generator: str
    lines: tuple[str, ...]
    files: Mapping[str, str]

    @property
    def source(self) -> Path:
        return self.folder / "s p"

    @property
    def build(self) -> Path:
        return self.folder / "b"

    @property
    def make_program(self) -> dict[str, str]:
        return {"CMAKE_MAKE_PROGRAM": f"{SCRIPTS}/ninja"} if self.generator.startswith("Ninja") else {}

    def way(
        self,
        *arguments: str,
        before: tuple[str, ...] = (),
        after: tuple[str, ...] = (),
        launcher: str = _LAUNCHER,
        activated: bool = False,
    ) -> Way:
        """With lines around ``project()``, and words for CMake."""
        write_project(self.source, HEAD, *before, _PROJECT, *after, *self.lines, files=self.files)
        usual = ["-S", str(self.source), "-B", str(self.build), "-G", self.generator]
        usual += [f"-D{name}={value}" for name, value in self.make_program.items()]
        environment = _ACTIVATED if activated else {}
        return Way(self.cmake, self.source, self.build, (*usual, *arguments), launcher, environment)

    def setup(self, *words: str | Path) -> None:
        done = self.cmake.run(SCRIPTS / "clcache-setup", *words, cwd=self.folder)
        assert done.code == 0, done.stderr.decode()


def _include_after_project(case: _Case) -> Way:
    return case.way(f"-DCMAKE_MODULE_PATH={module_folder()}", after=("include(ClcacheLauncher)",))


def _include_before_project(case: _Case) -> Way:
    return case.way(f"-DCMAKE_MODULE_PATH={module_folder()}", before=("include(ClcacheLauncher)",))


def _find_package(case: _Case) -> Way:
    return case.way(after=("find_package(ClcacheLauncher)",), activated=True)


def _vendored(case: _Case) -> Way:
    case.setup("--vendor", case.source / "cmake")
    return case.way(after=("include(cmake/ClcacheLauncher.cmake)",), activated=True)


def _own_toolchain_file(case: _Case) -> Way:
    path = case.folder / "own.cmake"
    path.write_text(f'set(CMAKE_C_COMPILER cc)\ninclude("{module_folder()}/ClcacheLauncher.cmake")\n')
    return case.way(f"-DCMAKE_TOOLCHAIN_FILE={path}")


def _generated_toolchain_file(case: _Case) -> Way:
    way = case.way(
        f"-DCMAKE_TOOLCHAIN_FILE={case.build}/clcache/toolchain.cmake", launcher=f"{case.build}/clcache/clcache"
    )
    case.setup(case.source, "-B", case.build)
    return way


def _top_level_include(case: _Case) -> Way:
    return case.way(f"-DCMAKE_PROJECT_TOP_LEVEL_INCLUDES={module_folder()}/ClcacheLauncher.cmake")


def _presets(case: _Case) -> Way:
    way = case.way(launcher=f"{case.build}/clcache/clcache")
    preset = {
        "name": "dev",
        "generator": case.generator,
        "binaryDir": str(case.build),
        "cacheVariables": case.make_program,
    }
    text = json.dumps({"version": 3, "configurePresets": [preset]})
    (case.source / "CMakePresets.json").write_text(text, encoding="utf-8")
    case.setup(case.source, "-B", case.build, "--presets")
    return Way(case.cmake, case.source, case.build, ("--preset", "clcache-dev"), way.launcher)


_MAKERS: Mapping[str, Callable[[_Case], Way]] = {
    "include_after_project": _include_after_project,
    "include_before_project": _include_before_project,
    "find_package": _find_package,
    "vendored": _vendored,
    "own_toolchain_file": _own_toolchain_file,
    "generated_toolchain_file": _generated_toolchain_file,
    "top_level_include": _top_level_include,
    "presets": _presets,
}
WAYS = tuple(_MAKERS)


def make_way(
    name: str,
    cmake: CMake,
    folder: Path,
    *lines: str,
    generator: str = "Ninja",
    files: Mapping[str, str] | None = None,
) -> Way:
    """Write a project and switch clcache on in one way.

    Args:
        name: One of `WAYS`.
        cmake: What will configure it.
        folder: Where source, build folder and what else is needed go.
        lines: Of its ``CMakeLists.txt`` after ``project()``.
        generator: CMake's.
        files: More of its files.
    """
    return _MAKERS[name](_Case(cmake, folder, generator, lines, files or {}))
