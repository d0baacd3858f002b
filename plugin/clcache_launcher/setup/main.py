"""``clcache-setup``: writes the files with which a CMake project builds through the cache."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from clcache_launcher import __version__
from clcache_launcher.config.sources import resolve
from clcache_launcher.errors import ClcacheError
from clcache_launcher.setup.build import build_project
from clcache_launcher.setup.ci import CI_SYSTEMS, ci_files, make_ci_context
from clcache_launcher.setup.context import make_conan_context, make_context, module_folder
from clcache_launcher.setup.msbuild import msbuild_files
from clcache_launcher.setup.presets import has_own_presets
from clcache_launcher.setup.render import conan_files, generated_files, stale_files, vendor_module, write_files

__all__ = ["main"]


@click.command(name="clcache-setup", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("source", type=click.Path(path_type=Path), default=Path())
@click.option("-B", "build_dir", type=click.Path(path_type=Path), help="Build folder; default SOURCE/build.")
@click.option("--conan", "for_conan", is_flag=True, help="Write a Conan profile, to Conan's home or BUILD/clcache.")
@click.option("--build", "builds", is_flag=True, help="Configure with Ninja, build, and say what the cache did.")
@click.option("-D", "definitions", multiple=True, metavar="NAME=VALUE", help="For CMake, with --build or --ci.")
@click.option("--toolchain", type=click.Path(path_type=Path), help="The project's own toolchain file.")
@click.option("--presets", is_flag=True, help="Write clcache's presets into CMakeUserPresets.json, too.")
@click.option("--check", "checks", is_flag=True, help="Write nothing; fail when a generated file is stale or edited.")
@click.option("--vendor", type=click.Path(path_type=Path), metavar="DIR", help="Copy the CMake module there.")
@click.option("--msbuild", type=click.Path(path_type=Path), metavar="DIR", help="Write Directory.Build.props there.")
@click.option(
    "--ci", type=click.Choice(list(CI_SYSTEMS)), help="Write a recipe for CI into SOURCE, with Ninja and MSVC."
)
@click.option("--print-module-dir", is_flag=True, help="Print the folder for CMAKE_MODULE_PATH.")
@click.version_option(__version__, prog_name="clcache-setup")
def _setup(  # noqa: PLR0913 - one parameter an option
    source: Path,
    build_dir: Path | None,
    *,
    for_conan: bool,
    builds: bool,
    definitions: tuple[str, ...],
    toolchain: Path | None,
    presets: bool,
    checks: bool,
    vendor: Path | None,
    msbuild: Path | None,
    ci: str | None,
    print_module_dir: bool,
) -> int:
    """Write toolchain file and launcher for the CMake project in SOURCE to BUILD/clcache."""
    if for_conan and (builds or definitions or toolchain):
        raise click.UsageError("--conan goes with none of --build, -D, --toolchain; Conan configures and builds")
    if ci is not None and (builds or build_dir or for_conan or presets or msbuild or vendor):
        raise click.UsageError("--ci goes with -D, --toolchain and --check only; CI builds in a folder of its own")
    if print_module_dir:
        click.echo(module_folder())
        return 0
    if vendor is not None:
        click.echo(f"wrote {vendor_module(vendor)}")
        return 0
    environment = dict(os.environ)
    resolve(environment, os.path.abspath(source))
    if ci is not None:
        return _write(ci_files(ci, source, make_ci_context(source, toolchain, definitions)), checks=checks)
    if for_conan:
        return _write(conan_files(make_conan_context(build_dir, source, environment)), checks=checks)
    if msbuild is not None:
        return _write(msbuild_files(msbuild, environment), checks=checks)
    context = make_context(source, build_dir or source / "build", toolchain, environment)
    # Presets that were written once are looked at whether asked for or not.
    files = generated_files(context, presets=presets or (checks and has_own_presets(context)))
    code = _write(files, checks=checks)
    if builds and not checks:
        for line in build_project(context, definitions, environment).lines():
            click.echo(line)
    return code


def _write(files: Mapping[Path, bytes], *, checks: bool) -> int:
    """Write the files, or with ``--check`` name those that are stale; returns the exit code."""
    if checks:
        stale = stale_files(files)
        for path in stale:
            click.echo(f"clcache-setup: {path}: stale or edited; run clcache-setup again", err=True)
        return 1 if stale else 0
    for path in write_files(files):
        click.echo(f"wrote {path}")
    return 0


def main() -> int:
    """Run ``clcache-setup``; the exit code is 0, 1 for a failure, 2 for bad usage or settings, 3 for a missing tool."""
    try:
        code = _setup.main(standalone_mode=False)
    except click.ClickException as err:
        err.show()
        return err.exit_code
    except click.Abort:
        return 130
    except ClcacheError as err:
        click.echo(f"clcache-setup: {err}", err=True)
        return err.exit_code
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())
