"""The effective settings: defaults < user file < project file < environment < command line."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.config.files import ConfigFiles, find_config_files
from clcache_launcher.config.kinds import NamedFolder, Place, Sourced, parse_value
from clcache_launcher.config.names import explain_unknown_name, list_ignored_variables
from clcache_launcher.config.reading import read_config_file
from clcache_launcher.config.settings import FIELDS, Settings, build_settings
from clcache_launcher.errors import ConfigError
from clcache_launcher.util.folders import cache_folder, home_folder

__all__ = ["Resolved", "fallback_folder", "resolve", "resolve_files", "select_variables"]

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_FOLDER_VARIABLES: Final = frozenset({"HOME", "LOCALAPPDATA", "USERPROFILE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"})


class Resolved(Struct, frozen=True):
    """The effective settings with where each came from."""

    settings: Settings
    origins: Mapping[str, str]
    """By field name, that of each root by ``roots NAME``: ``default``, ``/path/clcache.yaml:7``, ``environment
    CLCACHE_MAX_SIZE`` or ``--max-size``."""
    files: ConfigFiles
    notices: tuple[str, ...]
    """Lines for the log: files that were skipped, variables that mean nothing."""


def resolve(
    environment: Mapping[str, str],
    cwd: str,
    explicit_config: str | None = None,
    overrides: Mapping[str, str] = _NOTHING,
) -> Resolved:
    """Find and read all sources of settings.

    Args:
        environment: The caller's; on Windows with its names in upper case.
        cwd: The caller's working folder, absolute.
        explicit_config: What the launcher's ``--config`` named.
        overrides: Texts of options on the command line, by field name.

    Raises:
        ConfigError: Some source names an unknown setting or gives a bad value; the message says where.
    """
    return resolve_files(find_config_files(environment, cwd, explicit_config), environment, cwd, overrides)


def resolve_files(
    files: ConfigFiles, environment: Mapping[str, str], cwd: str, overrides: Mapping[str, str] = _NOTHING
) -> Resolved:
    """Read the sources of settings when the files are found already; the rest is as in `resolve`."""
    home = home_folder(environment)
    place = Place(cwd, home)
    layers = (
        _read_defaults(environment),
        _read_file(files.user, "", home),
        _read_file(files.project, files.named_by, home),
        _read_environment(environment, place),
        _read_overrides(overrides, place),
    )
    found = {name: value for layer in layers for name, value in layer.items()}
    named = {each[0]: (each, layer["roots"].origin) for layer in layers for each in _named_roots(layer)}
    found["roots"] = replace(found["roots"], value=tuple(each for each, _ in named.values()))
    if "dir" not in found:
        raise ConfigError(f"dir: no home folder is known to put the cache in; set {FIELDS['dir'].variable}")
    return Resolved(
        settings=build_settings({name: each.value for name, each in found.items()}),
        origins=MappingProxyType(
            {name: each.origin for name, each in found.items()}
            | {f"roots {name}": origin for name, (_, origin) in named.items()}
        ),
        files=files,
        notices=files.notices + list_ignored_variables(environment),
    )


def fallback_folder(environment: Mapping[str, str], cwd: str) -> Path | None:
    """The cache folder as far as it is known without the settings files, for counting that they are wrong."""
    named = environment.get(FIELDS["dir"].variable, "").strip()
    if named:
        return Path(cwd, named)
    folder = cache_folder(environment, "clcache")
    return Path(folder) if folder else None


def select_variables(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the variables that `resolve` reads, sorted: with the folder and the files they determine its result."""
    return tuple(
        sorted(
            (name, value)
            for name, value in environment.items()
            if name.startswith("CLCACHE_") or name in _FOLDER_VARIABLES
        )
    )


def _named_roots(layer: Mapping[str, Sourced]) -> tuple[NamedFolder, ...]:
    found = layer["roots"].value if "roots" in layer else ()
    return tuple(each for each in found if isinstance(each, tuple)) if isinstance(found, tuple) else ()


def _read_defaults(environment: Mapping[str, str]) -> dict[str, Sourced]:
    defaults = {name: Sourced(field.default, "default") for name, field in FIELDS.items() if name != "dir"}
    folder = cache_folder(environment, "clcache")
    return defaults if folder is None else {"dir": Sourced(Path(folder), "default")} | defaults


def _read_file(path: str | None, named_by: str, home: str | None) -> dict[str, Sourced]:
    if path is None:
        return {}
    content = read_config_file(path, is_searched=not named_by)
    if content is None and named_by and path != os.devnull:
        raise ConfigError(f"{path}: no such file; {named_by} names it")
    if not content:
        return {}
    # Importing PyYAML takes longer than all else that the core does before its first answer.
    from clcache_launcher.config.yaml_file import parse_yaml

    return parse_yaml(content, path, Place(os.path.dirname(path), home))


def _read_environment(environment: Mapping[str, str], place: Place) -> dict[str, Sourced]:
    texts = {name: environment[field.variable] for name, field in FIELDS.items() if field.variable in environment}
    return {
        name: _read_text(name, text, place, f"environment {FIELDS[name].variable}")
        for name, text in texts.items()
        if text.strip() or FIELDS[name].kind.has_off
    }


def _read_overrides(overrides: Mapping[str, str], place: Place) -> dict[str, Sourced]:
    unknown = next((name for name in overrides if name not in FIELDS), None)
    if unknown is not None:
        raise ConfigError(f"--{unknown.replace('_', '-')}: unknown option; {explain_unknown_name(unknown)}")
    return {name: _read_text(name, text, place, FIELDS[name].option) for name, text in overrides.items()}


def _read_text(name: str, text: str, place: Place, origin: str) -> Sourced:
    try:
        return Sourced(parse_value(FIELDS[name].kind, text, place), origin)
    except ValueError as error:
        raise ConfigError(f"{origin}: {error}") from error
