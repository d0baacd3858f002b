"""The front end: words and switches after ``clcache`` that are not a compiler."""

import os
from collections.abc import Sequence
from typing import Final

import click

from clcache_launcher import __version__
from clcache_launcher.cli.config import show_config
from clcache_launcher.cli.context import FrontEnd
from clcache_launcher.cli.doctor import doctor
from clcache_launcher.cli.maintain import clean, clear, set_max_size, zero
from clcache_launcher.cli.process import status, stop
from clcache_launcher.cli.stats import stats
from clcache_launcher.errors import ClcacheError

__all__ = ["CLASSIC_SWITCHES", "COMMANDS", "explain_core_program", "run_front_end"]

CLASSIC_SWITCHES: Final = {
    "-s": ("stats",),
    "-z": ("zero",),
    "-c": ("clean",),
    "-C": ("clear",),
    "-M": ("max-size",),
    "-h": ("--help",),
    "help": ("--help",),
}
"""clcache's and ccache's switches with the words they stand for; ``plugin/launcher/frontend.c`` has the same."""


@click.group(
    name="clcache",
    help="A compiler cache for C and C++ builds.\n\n'clcache COMPILER ARGUMENTS…' compiles through the cache; the words"
    " below look after it. The switches -s -z -c -C -M SIZE stand for stats, zero, clean, clear and max-size.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="clcache")
@click.option("--config", "config", metavar="FILE", default=None, help="Take the project's settings from this file.")
@click.option("--roots", "roots", metavar="NAME=FOLDER", multiple=True, help="Add a root; may be repeated.")
@click.pass_context
def _front_end(context: click.Context, config: str | None, roots: Sequence[str]) -> None:
    overrides = {"roots": "\0".join(roots)} if roots else {}
    context.obj = FrontEnd(context.obj, dict(os.environ), os.getcwd(), config, overrides)


COMMANDS: Final = (stats, zero, clean, clear, set_max_size, stop, status, show_config, doctor)
for _command in COMMANDS:
    _front_end.add_command(_command)


def run_front_end(endpoint: str, arguments: Sequence[str]) -> int:
    """Run one front-end command.

    Args:
        endpoint: Where the core listens; empty when there is no place for it.
        arguments: Words and options, without the program.

    Returns:
        The exit code: 0, 1 for a failure, 2 for bad usage or a bad setting.
    """
    words = [word for argument in arguments for word in CLASSIC_SWITCHES.get(argument, (argument,))]
    try:
        code = _front_end.main(words or ["--help"], prog_name="clcache", standalone_mode=False, obj=endpoint)
    except click.ClickException as err:
        err.show()
        return err.exit_code
    except click.Abort:
        return 130
    except ClcacheError as err:
        click.echo(f"clcache: {err}", err=True)
        return err.exit_code
    return code if isinstance(code, int) else 0


def explain_core_program() -> int:
    """Say what ``clcache-core`` is to somebody who starts it by hand."""
    click.echo("clcache-core is started by clcache; run 'clcache --help'", err=True)
    return 2
