"""Commands that change what a cache folder holds: ``zero``, ``clean``, ``clear``, ``max-size``."""

import os
import re
from pathlib import Path

import click

from clcache_launcher.cli.context import FrontEnd
from clcache_launcher.config.kinds import Kind, Place, parse_value
from clcache_launcher.errors import ConfigError
from clcache_launcher.util.files import replace_file, write_new
from clcache_launcher.util.folders import config_folder

__all__ = ["clean", "clear", "set_max_size", "zero"]

_MAX_SIZE_LINE = re.compile(r"^max_size\s*:.*$", re.MULTILINE)


@click.command()
@click.pass_obj
def zero(front_end: FrontEnd) -> None:
    """Set the statistics to zero."""
    front_end.ask("zero")


@click.command()
@click.pass_obj
def clean(front_end: FrontEnd) -> None:
    """Bring the cache folder within its limits, least recently used results first."""
    answer = _clean(front_end)
    click.echo(f"removed {answer['removed']} results")


@click.command()
@click.pass_obj
def clear(front_end: FrontEnd) -> None:
    """Remove every result; the statistics stay."""
    front_end.ask("clear")


@click.command(name="max-size")
@click.argument("size")
@click.pass_obj
def set_max_size(front_end: FrontEnd, size: str) -> None:
    """Write max_size to your own settings file, and clean."""
    folder = config_folder(front_end.environment, "clcache")
    if folder is None:
        raise ConfigError("no home folder is known to put clcache.yaml in; set CLCACHE_MAX_SIZE instead")
    try:
        parse_value(Kind.SIZE, size, Place(front_end.cwd, None))
    except ValueError as err:
        raise ConfigError(f"max-size: {err}") from err
    path = Path(folder, "clcache.yaml")
    text = path.read_text("utf-8") if path.exists() else ""
    line = f"max_size: {size}"
    text = _MAX_SIZE_LINE.sub(line, text) if _MAX_SIZE_LINE.search(text) else f"{text.rstrip()}\n{line}\n".lstrip()
    os.makedirs(folder, exist_ok=True)
    replace_file(str(path), lambda temporary: write_new(temporary, text.encode(), 0o644))
    click.echo(f"{path}: {line}")
    _clean(front_end)


def _clean(front_end: FrontEnd) -> dict[str, object]:
    settings = front_end.resolved().settings
    return front_end.ask("clean", max_size_bytes=settings.max_size, max_age_s=settings.max_age)
