"""The folders that a compiler came in: where it is unpacked, and Microsoft's tools and libraries."""

import os
import re
from collections.abc import Iterator, Mapping
from typing import Final

from clcache_launcher.compilers.probe import Family, Probe
from clcache_launcher.core.trees.roots import NamedRoot
from clcache_launcher.util.folders import home_folder

__all__ = ["INSTALLATION_NAMES", "find_installation"]

# learn.microsoft.com/cpp/build/building-on-the-command-line: what vcvars sets.
_VARIABLES: Final = {"vctools": "VCToolsInstallDir", "winsdk": "WindowsSdkDir"}
INSTALLATION_NAMES: Final = frozenset({"toolchain", *_VARIABLES})
"""The names of such roots: a result that holds one of their paths serves other trees of this machine."""
_RESOURCES: Final = re.compile(r"(?P<prefix>.+)[/\\]lib(?:64)?[/\\]clang[/\\][^/\\]+[/\\]?")
_OF_THE_SYSTEM: Final = frozenset({"/usr", "/usr/local", "/opt", "/opt/local"})


def find_installation(probe: Probe, program: str, environment: Mapping[str, str]) -> Iterator[NamedRoot]:
    """Find them, unless the compiler is the system's own.

    Args:
        probe: What the compiler said of itself.
        program: The driver.
        environment: The caller's.
    """
    if probe.family is not Family.CL:
        prefix = _prefix(probe, program)
        if prefix and not _holds_others(prefix, environment):
            yield "toolchain", prefix
    if probe.family in (Family.CL, Family.CLANG_CL):
        for name, variable in _VARIABLES.items():
            folder = environment.get(variable, "").rstrip("/\\")
            if os.path.isabs(folder) and os.path.isdir(folder):
                yield name, folder


def _holds_others(folder: str, environment: Mapping[str, str]) -> bool:
    """Whether a folder holds more than a compiler: a file system's top, the system's own, the user's home."""
    home = home_folder(environment) or ""
    is_home = os.path.normcase(folder) == os.path.normcase(os.path.normpath(home))
    return folder == os.path.dirname(folder) or folder in _OF_THE_SYSTEM or is_home


def _prefix(probe: Probe, program: str) -> str:
    resources = _RESOURCES.fullmatch(os.path.normpath(probe.resource_folder)) if probe.resource_folder else None
    if resources and os.path.isabs(resources["prefix"]):
        return resources["prefix"]
    folder = os.path.dirname(os.path.realpath(program))
    return os.path.dirname(folder) if os.path.basename(folder) == "bin" else ""
