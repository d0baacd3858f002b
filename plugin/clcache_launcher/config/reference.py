"""The table of all settings for the documents."""

from clcache_launcher.config.kinds import format_value
from clcache_launcher.config.names import ENVIRONMENT_ONLY
from clcache_launcher.config.settings import FIELDS, SettingField

__all__ = ["render_reference"]


def render_reference() -> str:
    """Return a Markdown table of name, environment variable, default and meaning; the same text on every machine."""
    rows = ["| `clcache.yaml` | environment | default | meaning |", "|---|---|---|---|"]
    rows += [_render_row(field) for field in FIELDS.values()]
    rows += [f"| | `{variable}` | | {meaning} |" for variable, meaning in ENVIRONMENT_ONLY.items()]
    return "\n".join(rows) + "\n"


def _render_row(field: SettingField) -> str:
    default = field.default_text or f"`{format_value(field.kind, field.default)}`"
    return f"| `{field.name}` | `{field.variable}` | {default} | {field.help}. Takes {field.values} |"
