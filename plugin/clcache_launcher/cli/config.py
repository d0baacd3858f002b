"""``clcache config``: the effective settings, each with where it came from."""

import click
from rich.table import Table

from clcache_launcher.cli.context import FrontEnd
from clcache_launcher.cli.tables import print_table
from clcache_launcher.config.kinds import format_value
from clcache_launcher.config.settings import FIELDS
from clcache_launcher.storage.local import explain_refusal

__all__ = ["show_config"]


@click.command(name="config")
@click.pass_obj
def show_config(front_end: FrontEnd) -> None:
    """Show the effective settings, each with where it came from."""
    resolved = front_end.resolved()
    table = Table("setting", "value", "from", box=None)
    for name, field in FIELDS.items():
        value = format_value(field.kind, getattr(resolved.settings, name))
        table.add_row(name, value, resolved.origins[name])
    print_table(table)
    refused = explain_refusal(resolved.settings.dir)
    for notice in [*resolved.notices, *([refused] if refused else [])]:
        click.echo(f"note: {notice}", err=True)
