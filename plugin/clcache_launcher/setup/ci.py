"""Decides what the recipes for CI systems say."""

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from clcache_launcher import __version__
from clcache_launcher.errors import ClcacheError, ToolchainError
from clcache_launcher.setup.render import render

__all__ = ["CI_SYSTEMS", "CiContext", "ci_files", "make_ci_context"]

CI_SYSTEMS: Final[Mapping[str, str]] = {
    "github": ".github/workflows/clcache.yml",
    "gitlab": ".gitlab/clcache.gitlab-ci.yml",
    "azure": "azure-pipelines-clcache.yml",
    "jenkins": "Jenkinsfile.clcache",
}
"""Where each system's recipe is, below the repository's top folder."""

_PLAIN: Final = re.compile(r"[\w./:=+-]+")
# learn.microsoft.com/visualstudio/ide/reference/command-prompt-powershell; the last option keeps the working folder
_VISUAL_STUDIO: Final = (
    '$vswhere = "${env:ProgramFiles(x86)}/Microsoft Visual Studio/Installer/vswhere.exe"',
    "$tools = 'Microsoft.VisualStudio.Component.VC.Tools.x86.x64'",
    "$vs = & $vswhere -latest -products * -requires $tools -property installationPath",
    '& "$vs/Common7/Tools/Launch-VsDevShell.ps1" -Arch amd64 -HostArch amd64 -SkipAutomaticLocation',
)


@dataclass(frozen=True, slots=True)
class CiContext:
    """Everything that the templates for CI systems need."""

    requirement: str
    """What pip installs: the version that wrote the recipe."""
    build: str
    """PowerShell command that configures and builds."""
    names_root: bool
    """The recipe names the checkout as root; a project that has settings of its own names its roots there."""
    visual_studio: tuple[str, ...] = _VISUAL_STUDIO
    """PowerShell commands after which ``cl`` is on the path."""
    image: str = "windows-2022"
    """What the hosted runners of GitHub and Azure are pinned to, which also names the saved folder."""
    max_size: str = "1G"
    """GitHub keeps 10 GB for a repository, and each run saves a folder of its own."""


def make_ci_context(source: Path, toolchain: Path | None, definitions: Sequence[str]) -> CiContext:
    """Decide for a repository.

    Args:
        source: Its top folder, which is a CMake project.
        toolchain: A toolchain file in it.
        definitions: ``NAME=VALUE`` for CMake.

    Raises:
        ToolchainError: The project, or the toolchain file in it, is missing.
        ClcacheError: A definition has several lines.
    """
    if not (source / "CMakeLists.txt").is_file():
        raise ToolchainError(f"{source}: no CMakeLists.txt there; name the folder of a CMake project")
    words = ["clcache-setup", ".", "-B", "build", "--build"]
    if toolchain is not None:
        words += ["--toolchain", _inside(source, toolchain)]
    given = {definition.partition("=")[0].partition(":")[0] for definition in definitions}
    default = () if "CMAKE_BUILD_TYPE" in given else ("CMAKE_BUILD_TYPE=Release",)
    for definition in (*default, *definitions):
        if not definition.isprintable():
            raise ClcacheError(f"-D {definition!r}: a recipe takes definitions of one line only")
        words += ["-D", definition]
    return CiContext(
        requirement=f"clcache-launcher[cmake]=={__version__}",
        build=" ".join(map(_quote, words)),
        names_root=not (source / "clcache.yaml").exists(),
    )


def ci_files(system: str, source: Path, context: CiContext) -> Mapping[Path, bytes]:
    """What the recipe for one of `CI_SYSTEMS` should hold."""
    path = source / CI_SYSTEMS[system]
    return {path: render(f"{path.name}.j2", **asdict(context))}


def _inside(source: Path, path: Path) -> str:
    relative = os.path.relpath(os.path.abspath(path), os.path.abspath(source)).replace(os.sep, "/")
    if relative.startswith("../") or not path.is_file():
        raise ToolchainError(f"{path}: no toolchain file in {source}, which is all that CI sees")
    return relative


def _quote(word: str) -> str:
    """A word of a PowerShell command line."""
    return word if _PLAIN.fullmatch(word) else "'" + word.replace("'", "''") + "'"
