"""What MSBuild needs to compile through the cache without CMake."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from clcache_launcher.setup.detect import find_core_program, find_launcher
from clcache_launcher.setup.render import render

__all__ = ["msbuild_files"]

_FOLDER: Final = "clcache"
# A second program that is called as the compiler is, for launchers are nothing that MSBuild knows. One call for each
# source: not every line with several can be cached. MSBuild's tracker would see no header on a hit, and its Clean would
# remove what the core has written meanwhile (github.com/dotnet/msbuild/issues/11921); without it a header's change is
# not seen either (github.com/ccache/ccache/issues/1484): both are for clean builds only.
_PROPERTIES: Final = (
    ("CLToolExe", "cl.exe"),
    ("CLToolPath", f"$(MSBuildThisFileDirectory){_FOLDER}\\"),
    ("UseMultiToolTask", "true"),
    ("TrackFileAccess", "false"),
)
"""``cmake/ClcacheVisualStudio.cmake`` sets the same."""


def msbuild_files(folder: Path, environment: Mapping[str, str]) -> Mapping[Path, bytes]:
    """``Directory.Build.props``, which holds for the projects in a folder and below it, and the launcher as ``cl.exe``.

    Args:
        folder: Where the projects are.
        environment: The caller's.

    Raises:
        ToolchainError: The launcher is missing.
    """
    launcher = find_launcher(environment)
    return {
        folder / "Directory.Build.props": render("Directory.Build.props.j2", properties=_PROPERTIES),
        folder / _FOLDER / "clcache-core.path": render(
            "clcache-core.path.j2", core_program=find_core_program(launcher)
        ),
        folder / _FOLDER / "cl.exe": Path(launcher).read_bytes(),
    }
