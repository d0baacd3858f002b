"""``clcache config``: the effective settings, each with where it came from."""

import os
from typing import Final

import click
from rich.table import Table

from clcache_launcher.cli.context import FrontEnd
from clcache_launcher.cli.tables import print_table
from clcache_launcher.config.kinds import format_value
from clcache_launcher.config.settings import FIELDS
from clcache_launcher.config.sources import Resolved
from clcache_launcher.core.toolchains.installation import INSTALLATION_NAMES
from clcache_launcher.core.trees.tree import named_roots
from clcache_launcher.storage.local import explain_refusal

__all__ = ["show_config"]


_FOR_CMAKE: Final = ("debug_format", "relocatable")


@click.command(name="config")
@click.option("--roots", is_flag=True, help="Show the folders that stand for each other in different trees.")
@click.option("--cmake", "for_cmake", is_flag=True, help="Show what the CMake module reads, a NAME=VALUE in each line.")
@click.pass_obj
def show_config(front_end: FrontEnd, *, roots: bool, for_cmake: bool) -> None:
    """Show the effective settings, each with where it came from."""
    resolved = front_end.resolved()
    if for_cmake:
        for name in _FOR_CMAKE:
            click.echo(f"{name}={format_value(FIELDS[name].kind, getattr(resolved.settings, name))}")
        return
    if roots:
        _show_roots(resolved)
        return
    table = Table("setting", "value", "from", box=None)
    for name, field in FIELDS.items():
        value = format_value(field.kind, getattr(resolved.settings, name))
        table.add_row(name, value, resolved.origins[name])
    print_table(table)
    refused = explain_refusal(resolved.settings.dir)
    for notice in [*resolved.notices, *([refused] if refused else [])]:
        click.echo(f"note: {notice}", err=True)


def _show_roots(resolved: Resolved) -> None:
    named = named_roots(resolved.settings)
    if not named:
        click.echo("no roots: set basedir, and results are shared between trees; see docs/trees.md")
        return
    table = Table("name", "folder", "without links", "from", box=None)
    for name, folder in named:
        origin = resolved.origins.get(f"roots {name}", resolved.origins["basedir"])
        table.add_row(name, folder, os.path.realpath(folder), origin)
    print_table(table)
    names = ", ".join(sorted(INSTALLATION_NAMES))
    click.echo(f"beside these: {names}, the folders that a compiler came in, where they are not the system's")
