"""Settings in YAML; the only importer of PyYAML, and itself imported only when there is a file to read."""

from typing import Final

import yaml

from clcache_launcher.config.kinds import Kind, Place, Sourced, Value, parse_named, parse_value, parse_values
from clcache_launcher.config.names import explain_unknown_name
from clcache_launcher.config.settings import FIELDS
from clcache_launcher.errors import ConfigError

__all__ = ["parse_yaml"]

_TAG: Final = "tag:yaml.org,2002:"
_PLAIN_TYPES: Final = frozenset({"bool", "float", "int", "null", "str"})


def parse_yaml(content: bytes, path: str, place: Place) -> dict[str, Sourced]:
    """Read the settings in a file's content.

    Args:
        content: UTF-8.
        path: The file's, for messages and origins.
        place: The file's folder, and what ``~`` means.

    Returns:
        By field name.

    Raises:
        ConfigError: With the path and the line.
    """
    root = _compose(content, path)
    if root is None or root.tag == f"{_TAG}null":  # nothing but comments, or a lone "---"
        return {}
    if not isinstance(root, yaml.MappingNode):
        raise _error(path, root, f"expected settings such as 'max_size: 5G', got {_name_node(root)}")
    lines: dict[str, int] = {}
    settings: dict[str, Sourced] = {}
    for key, node in root.value:
        name = _read_key(key, path)
        if name in lines:
            raise _error(path, key, f"{name}: set twice, first in line {lines[name]}")
        lines[name] = _line(key)
        try:
            settings[name] = Sourced(_read_value(FIELDS[name].kind, node, place), f"{path}:{lines[name]}")
        except ValueError as error:
            raise _error(path, node, f"{name}: {error}") from error
    return settings


def _compose(content: bytes, path: str) -> yaml.Node | None:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{path}:{line}: not UTF-8") from error
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise ConfigError(f"{path}{where}: not valid YAML: {error.problem or error.context}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(f"{path}:{line}: not valid YAML: {error.reason}") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: not valid YAML: nested too deeply") from error


def _read_key(node: yaml.Node, path: str) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _error(path, node, f"expected the name of a setting, got {_name_node(node)}")
    name = str(node.value)
    if name not in FIELDS:
        raise _error(path, node, f"{name}: unknown key; {explain_unknown_name(name)}")
    return name


def _read_value(kind: Kind, node: yaml.Node, place: Place) -> Value:
    if kind is Kind.FOLDERS:
        return _read_folders(node, place)
    if kind is Kind.ROOTS and isinstance(node, yaml.MappingNode):
        pairs = [(_read_text(Kind.FOLDER, name), _read_text(Kind.FOLDER, each)) for name, each in node.value]
        return parse_named(pairs, place)
    return parse_value(kind, _read_text(kind, node), place)


def _read_folders(node: yaml.Node, place: Place) -> Value:
    if isinstance(node, yaml.SequenceNode):
        return parse_values([_read_text(Kind.FOLDER, each) for each in node.value], place)
    text = _read_text(Kind.FOLDERS, node)
    return parse_values([text] if text else [], place)


def _read_text(kind: Kind, node: yaml.Node) -> str:
    """Return a scalar as it is written; an empty one where the setting has an off."""
    tag = str(node.tag).removeprefix(_TAG)
    if not isinstance(node, yaml.ScalarNode) or tag not in _PLAIN_TYPES:
        raise ValueError(f"expected {kind.value}, got {_name_node(node)}")
    if tag == "null" and kind.has_off:
        return ""
    if tag == "null":
        raise ValueError(f"expected {kind.value}, got nothing")
    if tag != "str" and kind.is_path:  # YAML took it for a number or a truth value
        raise ValueError(f"expected {kind.value}, got {node.value}; put quotes around a name")
    return str(node.value)


def _name_node(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    tag = str(node.tag)
    return f"'{node.value}'" if tag.removeprefix(_TAG) in _PLAIN_TYPES else f"a value with the tag {tag}"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _error(path: str, node: yaml.Node, message: str) -> ConfigError:
    return ConfigError(f"{path}:{_line(node)}: {message}")
