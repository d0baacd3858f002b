"""Decides what the generated files say."""

import os
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from clcache_launcher.conan.home import find_home
from clcache_launcher.errors import ToolchainError
from clcache_launcher.setup.detect import find_compilers, find_core_program, find_launcher, find_tool

__all__ = ["ConanContext", "Context", "make_conan_context", "make_context", "module_folder"]


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the templates need; all paths absolute with forward slashes."""

    source_dir: str
    build_dir: str
    user_toolchain: str
    compilers: tuple[tuple[str, str], ...]
    launcher_source: str
    core_program: str
    ninja: str = ""
    """Empty where there is none."""

    @property
    def folder(self) -> Path:
        """Where the generated files are."""
        return Path(self.build_dir, "clcache")

    @property
    def toolchain_file(self) -> str:
        """The generated toolchain file."""
        return (self.folder / "toolchain.cmake").as_posix()

    @property
    def launcher(self) -> str:
        """The launcher in the build folder."""
        return (self.folder / Path(self.launcher_source).name).as_posix()


@dataclass(frozen=True, slots=True)
class ConanContext:
    """Everything that the templates for Conan need; all paths absolute with forward slashes."""

    profile: str
    profile_name: str
    """What Conan's ``-pr`` takes."""
    toolchain_file: str
    hook: str
    launcher: str
    module: str


def make_context(source: Path, build: Path, toolchain: Path | None, environment: Mapping[str, str]) -> Context:
    """Decide for a project.

    Args:
        source: The project's folder.
        build: Its build folder, which need not be there.
        toolchain: The project's own toolchain file, which the generated one includes first.
        environment: The caller's.

    Raises:
        ToolchainError: The project, a compiler or the launcher is missing.
    """
    if not (source / "CMakeLists.txt").is_file():
        raise ToolchainError(f"{source}: no CMakeLists.txt there; name the folder of a CMake project")
    if toolchain is not None and not toolchain.is_file():
        raise ToolchainError(f"{toolchain}: no such toolchain file")
    launcher = find_launcher(environment)
    return Context(
        source_dir=_absolute(source),
        build_dir=_absolute(build),
        user_toolchain=_absolute(toolchain) if toolchain else "",
        compilers=() if toolchain else find_compilers(environment),
        launcher_source=launcher,
        core_program=find_core_program(launcher),
        ninja=_find_ninja(environment),
    )


def make_conan_context(folder: Path | None, cwd: Path, environment: Mapping[str, str]) -> ConanContext:
    """Decide for Conan.

    Args:
        folder: Where the files go, in ``clcache`` there; without it they go to Conan's home.
        cwd: Where Conan is asked for its home.
        environment: The caller's.

    Raises:
        ToolchainError: Conan or the launcher is missing.
    """
    if folder is None:
        home = find_home(environment, _absolute(cwd))
        profile, toolchain = home / "profiles/clcache", home / "clcache/conan.cmake"
        hook = home / "extensions/hooks/hook_clcache.py"
    else:
        profile, toolchain = folder / "clcache/conan.profile", folder / "clcache/conan.cmake"
        hook = folder / "clcache/hook_clcache.py"
    return ConanContext(
        profile=_absolute(profile),
        profile_name=_absolute(profile) if folder else profile.name,
        toolchain_file=_absolute(toolchain),
        hook=_absolute(hook),
        launcher=Path(find_launcher(environment)).as_posix(),
        module=f"{module_folder()}/ClcacheLauncher.cmake",
    )


def module_folder() -> str:
    """Folder of the installed CMake modules, for ``CMAKE_MODULE_PATH``.

    The module finds the launcher from where it lies itself, so the copy beside the launcher comes before the one in
    the package, which an editable install reads from the sources.
    """
    beside = Path(sysconfig.get_path("data"), "share", "cmake", "ClcacheLauncher")
    if (beside / "ClcacheLauncher.cmake").is_file():
        return beside.as_posix()
    with resources.as_file(resources.files("clcache_launcher.cmake") / "ClcacheLauncher.cmake") as module:
        return module.parent.as_posix()


def _find_ninja(environment: Mapping[str, str]) -> str:
    try:
        return _absolute(Path(find_tool("ninja", environment)))
    except ToolchainError:
        return ""


def _absolute(path: Path) -> str:
    return Path(os.path.abspath(path)).as_posix()
