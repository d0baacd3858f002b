"""``clcache doctor``: whether everything that a build needs is there, is whole and will be cached."""

from pathlib import Path

import click

from clcache_launcher.cli.audit import audit_build_folder, print_audit
from clcache_launcher.cli.context import FrontEnd
from clcache_launcher.cli.core_client import ask_live
from clcache_launcher.errors import ClcacheError
from clcache_launcher.storage.check import check_folder

__all__ = ["doctor"]


@click.command()
@click.argument("build", required=False, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="With BUILD: print one JSON object.")
@click.option("--repair", is_flag=True, help="Mend the cache folder; builds may go on meanwhile.")
@click.pass_obj
def doctor(front_end: FrontEnd, *, build: Path | None, as_json: bool, repair: bool) -> int:
    """Check settings, core and all that the cache folder holds; exits with 1 where something is wrong.

    With BUILD, a build folder of CMake: tell which of its targets will not be cached, why, and what to do; exits with 1
    where there are some.
    """
    if build is not None:
        folder = Path(front_end.cwd, build)
        return print_audit(folder, audit_build_folder(folder, front_end.environment), as_json=as_json)
    try:
        resolved = front_end.resolved()
        click.echo(f"settings: fine (cache folder {resolved.settings.dir})")
        for notice in resolved.notices:
            click.echo(f"settings: {notice}")
        healthy = _check_folder(resolved.settings.dir, repair=repair)
        front_end.ask("stats")
        click.echo("cache folder: can be used")
    except ClcacheError as err:
        click.echo(f"wrong: {err}")
        healthy = False
    live = ask_live(front_end.endpoint, command="status")
    click.echo(f"core: process {live['pid']}" if live else "core: not running; the next compilation starts one")
    return 0 if healthy else 1


def _check_folder(folder: Path, *, repair: bool) -> bool:
    findings = check_folder(folder, mend=repair)
    for finding in findings:
        click.echo(f"{'mended' if finding.is_mended else 'wrong'}: cache folder: {finding.what}")
    if not findings:
        click.echo("cache folder: every row, artifact and total is as it was written")
    elif not repair:
        click.echo(
            "'clcache doctor --repair' mends the cache folder; a build also does, when it comes to what is wrong"
        )
    return all(finding.is_mended for finding in findings)
