"""Files and folders beside a compiler that it takes by their being there."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from clcache_launcher.compilers.probe import Family, Probe
from clcache_launcher.core.toolchains.programs import spellings

__all__ = ["names_on_path", "program_looks", "watched_files", "watched_folders", "watched_parts"]

# cl's passes and what these load, beside cl.exe; its messages in a folder for each language, as in 1033/clui.dll.
_CL_PART: Final = re.compile(
    r"(?:c1|c2|mspdb|msobj|pgo|tbbmalloc|msvcp|vcruntime|concrt)\w*\.(?:dll|exe)|cl\.exe\.config|clui\.dll",
    re.IGNORECASE,
)
_INSTALLATION_FOLDERS: Final = tuple(
    f"{lib}/{kind}" for lib in ("lib", "lib64", "lib32", "libx32") for kind in ("gcc", "gcc-cross")
)
_INSTALLATION_DEPTH: Final = 3
_WINDOWS_DEPTH: Final = 4
_PREFIX_OPTION: Final = re.compile(r"-B(.+)")
_ROOT_OPTION: Final = re.compile(r"(?:-B|--gcc-toolchain=|--gcc-install-dir=|--sysroot=)(.+)")


def watched_parts(probe: Probe, program: str) -> list[str]:
    """Files whose content a compiler's output depends on."""
    if probe.family is Family.CL:
        places = _cl_folders(program)
        return [os.path.join(place, name) for place in places for name in _names(place) if _CL_PART.fullmatch(name)]
    # Lists of what sanitizers leave alone (asan_ignorelist.txt); they need no option.
    share = os.path.join(probe.resource_folder, "share")
    lists = _names(share) if probe.resource_folder else []
    return [path for name in lists if os.path.isfile(path := os.path.join(share, name))]


def watched_files(probe: Probe) -> list[str]:
    """Files that may come to be read: a configuration file may be a link to one that is not there yet."""
    folders = probe.configuration_folders
    return [os.path.join(folder, name) for folder in folders for name in _names(folder) if name.endswith(".cfg")]


def watched_folders(probe: Probe, program: str, arguments: Sequence[str]) -> list[str]:
    """Folders in which something may come or go that changes what the compiler chooses."""
    if probe.family is Family.CL:
        return _cl_folders(program)
    if not probe.resource_folder:
        return []
    # What clang chose it found there: beside it, in it and above it may come what it would rather have.
    folders = [place for folder in probe.own_folders for place in (folder, os.path.dirname(folder))]
    if "windows" in probe.target:
        # Another version of Visual C++, of the Windows SDK or of MinGW comes beside the one whose "include" was chosen.
        above = list(probe.own_folders)
        for _ in range(_WINDOWS_DEPTH):
            above = list(dict.fromkeys(map(os.path.dirname, above)))
            folders += above
        folders += [os.path.dirname(folder) for folder in probe.configuration_folders]
    for home in map(os.path.dirname, probe.configuration_folders):
        folders += [os.path.join(home, "include/c++/v1"), os.path.join(home, "include", probe.target, "c++/v1")]
    folders += [os.path.join(probe.resource_folder, "share"), *probe.configuration_folders]
    return [*folders, *_gcc_folders(probe, arguments)]


def names_on_path(probe: Probe, environment: Mapping[str, str]) -> tuple[str, ...]:
    """Programs that the driver looks for on ``PATH`` after its own folders, to run them or to find what lies beside.

    clang tells the whole path of what it found there.
    """
    names = [
        os.path.basename(program)
        for program in probe.programs
        if not os.path.isabs(program) or (probe.family is Family.CLANG and "clang" not in os.path.basename(program))
    ]
    names += [f"{probe.target}-{name}" for name in names]
    if probe.family in (Family.CLANG, Family.CLANG_CL):
        if probe.targets_msvc and not any(map(environment.get, ("VCToolsInstallDir", "VCINSTALLDIR"))):
            names += ["cl.exe", "link.exe"]
        if "windows-gnu" in probe.target:
            machine = probe.target.partition("-")[0]
            names += [
                f"{probe.target}-gcc",
                f"{machine}-w64-mingw32-gcc",
                f"{machine}-w64-mingw32ucrt-gcc",
                "mingw32-gcc",
            ]
    return tuple(each for name in names for each in spellings(name))


def program_looks(probe: Probe, arguments: Sequence[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Where a driver looks for its programs before ``PATH``: folders with the names looked for."""
    names = [os.path.basename(program) for program in probe.programs]
    names += [f"{probe.target}-{name}" for name in names if probe.target]
    # gcc takes headers and specs from there too.
    names += ["include", "include-fixed", "specs"]
    given = [match[1] for word in arguments if (match := _PREFIX_OPTION.fullmatch(word))]
    given += [value for word, value in pairwise(arguments) if word == "-B"]
    looks = [(probe.program_folders, tuple(names))] if probe.program_folders else []
    # What -B gives is a folder if there is one, else what stands before a name.
    for prefix in given:
        folder, start = os.path.split(prefix)
        looks += [((prefix,), tuple(names)), ((folder,), tuple(start + name for name in ("", *names)))]
    return looks


def _cl_folders(program: str) -> list[str]:
    folder = os.path.dirname(os.path.realpath(program))
    return [folder, *(os.path.join(folder, name) for name in _names(folder) if name.isdigit())]


def _gcc_folders(probe: Probe, arguments: Sequence[str]) -> list[str]:
    """Where clang looks for installations of gcc, of which it takes the newest with its headers."""
    given = [match[1] for word in arguments if (match := _ROOT_OPTION.fullmatch(word))]
    given += [value for word, value in pairwise(arguments) if word in ("-B", "--sysroot", "-gcc-toolchain")]
    homes = [os.path.dirname(folder) for folder in probe.configuration_folders]
    roots = [*homes, *given, probe.sysroot + "/usr", probe.sysroot or "/usr"]
    roots += [os.path.join("/opt/rh", name, "root/usr") for name in _names("/opt/rh")]
    level = [os.path.join(root, name) for root in dict.fromkeys(roots) for name in _INSTALLATION_FOLDERS]
    folders = ["/opt/rh", "/etc/env.d/gcc", *given, *level, *probe.gcc_installations]
    for _ in range(_INSTALLATION_DEPTH - 1):
        level = [
            place for folder in level for name in _names(folder) if os.path.isdir(place := os.path.join(folder, name))
        ]
        folders += level
    # lib64 is a link to lib on some systems.
    real: dict[str, str] = {}
    for folder in folders:
        real.setdefault(os.path.realpath(folder), folder)
    return list(real.values())


def _names(folder: str) -> Iterable[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []
