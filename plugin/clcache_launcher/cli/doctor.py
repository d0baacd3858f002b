"""``clcache doctor``: whether everything that a build needs is there."""

import click

from clcache_launcher.cli.context import FrontEnd
from clcache_launcher.cli.core_client import ask_live
from clcache_launcher.errors import ClcacheError

__all__ = ["doctor"]


@click.command()
@click.pass_obj
def doctor(front_end: FrontEnd) -> int:
    """Check settings, cache folder and core; exits with 1 where something is wrong."""
    healthy = True
    try:
        resolved = front_end.resolved()
        click.echo(f"settings: fine (cache folder {resolved.settings.dir})")
        for notice in resolved.notices:
            click.echo(f"settings: {notice}")
        front_end.ask("stats")
        click.echo("cache folder: can be used")
    except ClcacheError as err:
        click.echo(f"wrong: {err}")
        healthy = False
    live = ask_live(front_end.endpoint, command="status")
    click.echo(f"core: process {live['pid']}" if live else "core: not running; the next compilation starts one")
    return 0 if healthy else 1
