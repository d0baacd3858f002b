"""Writes clcache's presets into ``CMakeUserPresets.json`` and leaves all else in it as it is."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clcache_launcher import __version__
from clcache_launcher.errors import ClcacheError
from clcache_launcher.setup.context import Context

__all__ = ["USER_PRESETS", "has_own_presets", "user_presets"]

USER_PRESETS: Final = "CMakeUserPresets.json"
_PROJECT_PRESETS: Final = "CMakePresets.json"
_MARK: Final = "clcache-launcher"
_PREFIX: Final = "clcache"
_INCLUDES: Final = "CMAKE_PROJECT_TOP_LEVEL_INCLUDES"
_LEAST_VERSION: Final = 2
"""With build presets: CMake 3.20."""
_INDENT: Final = re.compile(r'\A\s*\{\r?\n([ \t]+)"')
# cmake.org/cmake/help/latest/manual/cmake-presets.7.html
_Preset = dict[str, object]


@dataclass(frozen=True, slots=True)
class _File:
    """A presets file, which may not be there."""

    path: Path
    text: str
    content: _Preset

    def presets(self, kind: str) -> list[_Preset]:
        """Its presets of a kind, as ``configurePresets``."""
        found = self.content.get(kind, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise ClcacheError(f"{self.path}: {kind}: expected a list of objects")
        return found

    @property
    def version(self) -> int:
        """The schema's; 0 where there is none."""
        version = self.content.get("version", 0)
        if not isinstance(version, int):
            raise ClcacheError(f"{self.path}: version: expected a number")
        return version


def user_presets(context: Context) -> tuple[Path, bytes]:
    """The path of ``CMakeUserPresets.json`` and what it should hold.

    It has a preset ``clcache``, which builds by the generated toolchain file, and for each visible configure preset of
    the project one named ``clcache-…`` that inherits it. Ours bear a mark in ``vendor``; everything else stays.

    Raises:
        ClcacheError: A presets file is not what CMake expects, or a preset of the user's has one of our names.
    """
    source = Path(context.source_dir)
    user, project = _read(source / USER_PRESETS), _read(source / _PROJECT_PRESETS)
    others = [preset for preset in user.presets("configurePresets") if not _is_own(preset)]
    known = [*_with_included(project), *others]
    made = _configure_presets(context, known)
    taken = {str(preset.get("name")) for preset in known}
    for preset in made:
        if preset["name"] in taken:
            raise ClcacheError(f"{user.path}: the preset {preset['name']!r} is not clcache's; rename it and run again")
    content = dict(user.content)
    content["version"] = max(user.version, project.version, _LEAST_VERSION)
    content["configurePresets"] = [*others, *made]
    builds = [preset for preset in user.presets("buildPresets") if not _is_own(preset)]
    named = {preset.get("name") for preset in (*project.presets("buildPresets"), *builds)}
    content["buildPresets"] = builds + [
        {"name": preset["name"], "configurePreset": preset["name"], "vendor": preset["vendor"]}
        for preset in made
        if preset["name"] not in named
    ]
    # A link stays one.
    return user.path.resolve(), (user.text if content == user.content else _write(content, user.text)).encode()


def has_own_presets(context: Context) -> bool:
    """Whether clcache's presets were written there once.

    Raises:
        ClcacheError: The file is not what CMake expects.
    """
    return any(map(_is_own, _read(Path(context.source_dir, USER_PRESETS)).presets("configurePresets")))


def _configure_presets(context: Context, known: list[_Preset]) -> list[_Preset]:
    vendor = {_MARK: {"generatedBy": f"clcache-setup {__version__}"}}
    # What a toolchain file can't set: debug information that CMake lets the module choose.
    common = {"CMAKE_POLICY_DEFAULT_CMP0141": "NEW"}
    make = {"CMAKE_MAKE_PROGRAM": context.ninja} if context.ninja else {}
    made: list[_Preset] = [
        {
            "name": _PREFIX,
            "displayName": "Through clcache",
            "generator": "Ninja",
            "binaryDir": context.build_dir,
            "cacheVariables": {"CMAKE_TOOLCHAIN_FILE": context.toolchain_file, **make, **common},
            "vendor": vendor,
        }
    ]
    module = (context.folder / "ClcacheLauncher.cmake").as_posix()
    by_name = {str(preset.get("name")): preset for preset in known}
    for name, preset in by_name.items():
        if not preset.get("hidden") and not name.startswith(_PREFIX):
            includes = ";".join(filter(None, [_inherited(preset, by_name, _INCLUDES), module]))
            made.append(
                {
                    "name": f"{_PREFIX}-{name}",
                    "displayName": f"{preset.get('displayName', name)}, through clcache",
                    "inherits": [name],
                    "cacheVariables": {_INCLUDES: includes, **common},
                    "vendor": vendor,
                }
            )
    return made


def _inherited(preset: _Preset, by_name: dict[str, _Preset], variable: str, depth: int = 0) -> str:
    """Value of a cache variable in a preset or the first that it inherits it from; empty where it has none."""
    variables = preset.get("cacheVariables")
    if isinstance(variables, dict) and variable in variables:
        value = variables[variable]
        return str((value.get("value") if isinstance(value, dict) else value) or "")
    inherits = preset.get("inherits")
    names = inherits if isinstance(inherits, list) else [inherits]
    parents = [by_name[str(name)] for name in names if str(name) in by_name]
    found = (_inherited(parent, by_name, variable, depth + 1) for parent in parents if depth < len(by_name))
    return next(filter(None, found), "")


def _with_included(file: _File) -> Iterator[_Preset]:
    """Configure presets of a file and of those that it includes, as far as these are named without a macro."""
    pending, seen = [file], {file.path}
    while pending:
        each = pending.pop()
        yield from each.presets("configurePresets")
        included = each.content.get("include", [])
        for name in included if isinstance(included, list) else ():
            path = Path(each.path.parent, str(name))
            if "$" not in str(name) and path not in seen:
                seen.add(path)
                pending.append(_read(path))


def _is_own(preset: _Preset) -> bool:
    vendor = preset.get("vendor")
    return isinstance(vendor, dict) and _MARK in vendor


def _read(path: Path) -> _File:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        content = json.loads(text)
    except FileNotFoundError:
        return _File(path, "", {})
    except OSError as err:
        raise ClcacheError(f"{path}: {err.strerror}") from err
    except UnicodeDecodeError as err:
        raise ClcacheError(f"{path}: not UTF-8, which JSON is; mend it and run again") from err
    except json.JSONDecodeError as err:
        raise ClcacheError(f"{path}:{err.lineno}: not valid JSON: {err.msg}; mend it and run again") from err
    if not isinstance(content, dict):
        raise ClcacheError(f"{path}: expected a JSON object")
    return _File(path, text, content)


def _write(content: _Preset, like: str) -> str:
    """JSON text with the indentation and the line ends of another."""
    indent = _INDENT.match(like)
    text = json.dumps(content, indent=indent[1] if indent else 2, ensure_ascii=False) + "\n"
    return text.replace("\n", "\r\n") if "\r\n" in like else text
