"""The tables of all settings for the documents."""

from clcache_launcher.config.kinds import format_value
from clcache_launcher.config.names import ENVIRONMENT_ONLY
from clcache_launcher.config.settings import FIELDS, SettingField

__all__ = ["render_details", "render_reference"]


def render_reference() -> str:
    """Return a Markdown table of name, environment variable, default and meaning; the same text on every machine."""
    rows = ["| `clcache.yaml` | environment | default | meaning |", "|---|---|---|---|"]
    rows += [_render_row(field) for field in FIELDS.values()]
    rows += [f"| | `{variable}` | | {meaning} |" for variable, meaning in ENVIRONMENT_ONLY.items()]
    return "\n".join(rows) + "\n"


def render_details() -> str:
    """Return a Markdown section for each setting with an example, and a list of what only the environment has."""
    sections = [_render_section(field) for field in FIELDS.values()]
    rest = "".join(f"- `{variable}`: {meaning}.\n" for variable, meaning in ENVIRONMENT_ONLY.items())
    return "\n".join([*sections, f"### In the environment only\n\n{rest}"])


def _render_row(field: SettingField) -> str:
    return f"| `{field.name}` | `{field.variable}` | {_default(field)} | {field.help}. Takes {field.values} |"


def _render_section(field: SettingField) -> str:
    return (
        f"### {field.name}\n\n{field.help}.\n\n"
        f"- takes {field.values}\n"
        f"- default: {_default(field)}\n"
        f"- in `clcache.yaml`: `{field.example}`\n"
        f"- in the environment: `{field.variable}`\n"
    )


def _default(field: SettingField) -> str:
    return field.default_text or f"`{format_value(field.kind, field.default)}`"
