"""``clcache stats``: counts, sizes and the reasons why something was not cached."""

import json

import click
from rich.filesize import decimal
from rich.table import Table

from clcache_launcher.cli.context import FrontEnd
from clcache_launcher.cli.figures import figure_rows, figures_in
from clcache_launcher.cli.tables import print_table

__all__ = ["stats"]

_VERIFICATION = ("verified", "verify_differences")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def stats(front_end: FrontEnd, *, as_json: bool) -> None:
    """Show hits, misses, time saved, sizes, and why compilations were not cached."""
    settings = front_end.resolved().settings
    answer = front_end.ask("stats")
    answer.pop("ok")
    answer |= {"max_size_bytes": settings.max_size, "cache_dir": str(settings.dir)}
    if as_json:
        click.echo(json.dumps(answer, indent=2))
        return
    figures = figures_in(answer)
    table = Table(show_header=False, box=None)
    table.add_row("cache folder", str(settings.dir))
    for row in figure_rows(figures):
        table.add_row(*row)
    for name in _VERIFICATION if answer["verified"] else ():
        table.add_row(name.replace("_", " "), str(answer[name]))
    table.add_row("entries", str(answer["entries"]))
    limit = decimal(settings.max_size) if settings.max_size else "no limit"
    table.add_row("size", f"{decimal(int(str(answer['cache_size_bytes'])))} of {limit}")
    for reason, count in figures.reasons.items():
        table.add_row(f"  {reason}", str(count))
    print_table(table)
