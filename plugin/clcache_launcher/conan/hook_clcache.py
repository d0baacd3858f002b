"""Conan's hook that names the folders of the packages a recipe is built with.

``clcache-setup --conan`` copies this file into Conan's home, and the recipe of clcache-launcher loads it, so it imports
nothing of ours and runs on every Python that Conan runs on.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from conan.tools.env import Environment  # type: ignore[import-untyped]  # Conan ships no types
from conan.tools.files import save  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["find_roots", "pre_generate", "write_roots"]

_SWITCH = "user.clcache:roots"
_NAME = re.compile(r"[\w.+-]+", re.ASCII)
_SELF = "clcache-launcher"
_CMAKE_FILE = "clcache_roots.cmake"
_SCRIPT = "clcache_roots"


def pre_generate(conanfile: Any) -> None:
    """Write the roots of a recipe whose profile asks for them; Conan calls this before the recipe's generators."""
    if conanfile.conf.get(_SWITCH, default=False, check_type=bool):
        write_roots(conanfile)


def write_roots(conanfile: Any) -> None:
    """Write the roots beside the recipe's generators: for CMake a file, for all that the recipe runs a variable."""
    try:
        _write_roots(conanfile)
    except Exception as err:  # an error here would end the build
        conanfile.output.warning(f"clcache: the packages' folders have no names: {err!r}")


def _write_roots(conanfile: Any) -> None:
    folder = conanfile.generators_folder
    packages = find_roots(conanfile)
    entries = "".join(f"  [==[{name}={root}]==]\n" for name, root in packages.items())
    text = f"list(APPEND CLCACHE_ROOTS\n{entries})\nlist(REMOVE_DUPLICATES CLCACHE_ROOTS)\n"
    save(conanfile, os.path.join(folder, _CMAKE_FILE), text if entries else "")
    own = {"project": _spell(conanfile.source_folder), "build": _spell(conanfile.build_folder)}
    if own["build"] == own["project"]:
        del own["build"]
    roots = {**own, **packages}
    listed = os.pathsep.join(f"{name}={root}" for name, root in roots.items() if os.pathsep not in root)
    if listed:
        environment = Environment()
        # What the user names comes first.
        environment.append("CLCACHE_ROOTS", listed, separator=os.pathsep)
        environment.vars(conanfile, scope="build").save_script(_SCRIPT)


def find_roots(conanfile: Any) -> dict[str, str]:
    """Folder of each package by its root's name, in the order of the recipe's requirements.

    ``conan:NAME``, and ``conan-build:NAME`` for what runs on the build machine; with ``+VERSION`` where one name has
    several versions. A folder has one name, the first. Two folders that would have the same one have none, and neither
    has a package that is not on this machine.
    """
    found: dict[str, set[str]] = {}
    packages = list(_list_packages(conanfile))
    versions: dict[str, set[str]] = {}
    for name, version, _ in packages:
        versions.setdefault(name, set()).add(version)
    for name, version, dependency in packages:
        full = f"{name}+{version}" if len(versions[name]) > 1 else name
        for kind, folder in _list_folders(dependency):
            found.setdefault(f"conan{kind}{full}", set()).add(_spell(folder))
    names: dict[str, str] = {}
    for name, folders in found.items():
        if len(folders) == 1:
            names.setdefault(folders.pop(), name)
    return {name: folder for folder, name in names.items()}


def _list_packages(conanfile: Any) -> Iterator[tuple[str, str, Any]]:
    for require, dependency in conanfile.dependencies.items():
        reference = dependency.ref
        name, version = str(reference.name), str(reference.version)
        if name != _SELF and _NAME.fullmatch(name) and _NAME.fullmatch(version):
            yield ("-build:" if require.build else ":") + name, version, dependency


def _list_folders(dependency: Any) -> Iterator[tuple[str, str]]:
    package, recipe = dependency.package_folder, dependency.recipe_folder
    if not package:
        return
    yield "", package
    # An editable package with an output folder has its headers beside its recipe.
    includes = dependency.cpp_info.aggregated_components().includedirs
    if recipe and any(_is_below(folder, recipe) and not _is_below(folder, package) for folder in includes):
        yield "-recipe", recipe


def _is_below(path: str, folder: str) -> bool:
    return _spell(path).startswith(_spell(folder).rstrip("/") + "/")


def _spell(folder: str) -> str:
    return os.path.normpath(folder).replace("\\", "/")
