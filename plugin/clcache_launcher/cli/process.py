"""The core's process: ``stop`` and ``status``."""

import time
from typing import Final

import click

from clcache_launcher.cli.context import FrontEnd
from clcache_launcher.cli.core_client import ask_live

__all__ = ["status", "stop"]

_STOP_LIMIT_S: Final = 30.0


@click.command()
@click.pass_obj
def stop(front_end: FrontEnd) -> None:
    """End the resident core once its running compilations are stored."""
    until_s = time.monotonic() + _STOP_LIMIT_S
    if ask_live(front_end.endpoint, command="stop") is None:
        click.echo("no core is running")
        return
    while time.monotonic() < until_s and ask_live(front_end.endpoint, command="status") is not None:
        time.sleep(0.02)
    click.echo("stopped")


@click.command()
@click.pass_obj
def status(front_end: FrontEnd) -> None:
    """Say whether a core is running, and where it listens."""
    answer = ask_live(front_end.endpoint, command="status")
    if answer is None:
        click.echo("no core is running; the next compilation starts one")
    else:
        click.echo(f"core {answer['version']} is running as process {answer['pid']}")
    click.echo(f"end point: {front_end.endpoint or 'none'}")
    click.echo(f"cache folder: {front_end.resolved().settings.dir}")
