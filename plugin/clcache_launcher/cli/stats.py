"""``clcache stats``: counts, sizes and the reasons why something was not cached, of all invocations or of one build."""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click
from rich.filesize import decimal
from rich.table import Table

from clcache_launcher.cli.context import FrontEnd
from clcache_launcher.cli.figures import brief_lines, figure_rows, figures_in, markdown
from clcache_launcher.cli.tables import print_table
from clcache_launcher.util.build_tools import tools_above
from clcache_launcher.util.machine import own_mark

__all__ = ["stats"]

_VERIFICATION = ("verified", "verify_differences")
_ANY_FOLDER = "\0"
"""Stands for the folder where the option names none; no path holds it."""

_Rows = Sequence[tuple[str, str]]


@click.command()
@click.option(
    "--since-build",
    "build",
    is_flag=False,
    flag_value=_ANY_FOLDER,
    metavar="[BUILD]",
    help="Only the last build in the folder BUILD, or anywhere: what one run of ninja or make compiled.",
)
@click.option("--json", "form", flag_value="json", help="Print one JSON object.")
@click.option("--markdown", "form", flag_value="markdown", help="Print tables of Markdown, as for a job's summary.")
@click.option("--brief", "form", flag_value="brief", help="Print one line, and the largest reasons.")
@click.pass_obj
def stats(front_end: FrontEnd, *, build: str | None, form: str | None) -> None:
    """Show hits, misses, time saved, sizes, and why compilations were not cached."""
    answer, around = _of_all(front_end) if build is None else _of_build(front_end, build)
    match form:
        case "json":
            click.echo(json.dumps(answer, indent=2))
        case "markdown":
            click.echo(markdown(figures_in(answer), around))
        case "brief":
            click.echo("\n".join(brief_lines(figures_in(answer))))
        case _:
            _print(answer, around)


def _of_all(front_end: FrontEnd) -> tuple[dict[str, object], _Rows]:
    """The answer for all invocations, and what is shown beside its figures."""
    settings = front_end.resolved().settings
    answer = _ask(front_end, "stats") | {"max_size_bytes": settings.max_size}
    limit = decimal(settings.max_size) if settings.max_size else "no limit"
    verification = [(name.replace("_", " "), str(answer[name])) for name in _VERIFICATION if answer["verified"]]
    return answer, (
        *verification,
        ("entries", str(answer["entries"])),
        ("size", f"{decimal(int(str(answer['cache_size_bytes'])))} of {limit}"),
    )


def _of_build(front_end: FrontEnd, build: str) -> tuple[dict[str, object], _Rows]:
    """The answer for one build, and what is shown beside its figures."""
    folder = None if build == _ANY_FOLDER else os.path.realpath(os.path.join(front_end.cwd, build))
    if folder is not None and not Path(folder).is_dir():
        raise click.UsageError(f"--since-build {build}: no such folder")
    answer = _ask(front_end, "build", build_folder=folder, around=tools_above(os.getpid(), own_mark()).runs)
    began_s = answer.pop("began_s")
    began = datetime.fromtimestamp(began_s).astimezone() if isinstance(began_s, float) else None
    answer["began"] = began.isoformat(timespec="milliseconds") if began else None
    shown = f"{began:%Y-%m-%d %H:%M:%S}" if began else "no compilation is known"
    return answer, (("build folder", str(answer["build_folder"] or "-")), ("began", shown))


def _ask(front_end: FrontEnd, command: str, **more: object) -> dict[str, object]:
    answer = front_end.ask(command, **more)
    answer.pop("ok")
    return answer | {"cache_dir": str(front_end.resolved().settings.dir)}


def _print(answer: dict[str, object], around: _Rows) -> None:
    figures = figures_in(answer)
    table = Table(show_header=False, box=None)
    for row in (("cache folder", str(answer["cache_dir"])), *figure_rows(figures), *around):
        table.add_row(*row)
    for reason, count in figures.reasons.items():
        table.add_row(f"  {reason}", str(count))
    apart = answer["kept_apart"]
    for number, (why, count) in enumerate(apart.items()) if isinstance(apart, dict) else ():
        if not number:
            table.add_row("kept to their tree", "")
        table.add_row(f"  {why}", str(count))
    print_table(table)
