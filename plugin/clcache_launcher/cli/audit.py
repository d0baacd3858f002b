"""``clcache doctor BUILD``: which targets of a build folder will not be cached, why, and what to do."""

import dataclasses
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from clcache_launcher.cli.build_folder import CompileCommand, read_build_folder
from clcache_launcher.cli.remedies import IGNORED_LAUNCHER, NO_LAUNCHER, OTHER_LAUNCHER, REMEDIES, SECOND_LAUNCHER
from clcache_launcher.config.arguments import count_options
from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.prepare import Prepared, prepare
from clcache_launcher.core.sources.facts import Facts, scan_source
from clcache_launcher.core.sources.source_facts import refusal
from clcache_launcher.core.toolchains.toolchain import Toolchains
from clcache_launcher.model import Invocation, NotACompilation, Reason, Uncacheable
from clcache_launcher.util.files import read_file

__all__ = ["Audit", "Finding", "audit_build_folder", "print_audit"]

_CACHES: Final = frozenset({"buildcache", "ccache", "distcc", "fbuild", "icecc", "sccache", "zccache"})
_SHOWN_SOURCES: Final = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason why sources of one target will not be cached."""

    target: str
    reason: str
    detail: str
    sources: tuple[str, ...]
    remedy: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found in one build folder."""

    generator: str
    targets: int
    sources: int
    findings: tuple[Finding, ...]


def audit_build_folder(folder: Path, environment: Mapping[str, str]) -> Audit:
    """Judge every compilation of a build folder as the cache would, without compiling.

    Headers are not read: what stands in one (a time macro, a module) shows only in a build.

    Args:
        folder: A configured build folder.
        environment: The one that the build will have.

    Raises:
        ClcacheError: The folder can't be read.
    """
    read = read_build_folder(folder, environment)
    if not read.heeds_launchers:
        remedy = REMEDIES[IGNORED_LAUNCHER]
        return Audit(read.generator, 0, 0, (Finding("", IGNORED_LAUNCHER, read.generator, (), remedy),))
    toolchains = Toolchains(FileDigests())
    grouped: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for command in read.commands:
        verdict = _judge(command, environment, toolchains)
        if verdict is not None:
            grouped[(command.target, *verdict)].append(command.source)
    return Audit(
        read.generator,
        len({command.target for command in read.commands}),
        len(read.commands),
        tuple(
            Finding(target, reason, detail, tuple(sources), REMEDIES.get(reason, ""))
            for (target, reason, detail), sources in sorted(grouped.items())
        ),
    )


def _judge(command: CompileCommand, environment: Mapping[str, str], toolchains: Toolchains) -> tuple[str, str] | None:
    """Reason and detail why a compilation will not be cached, or ``None`` where it will."""
    launchers = _judge_launcher(command.launcher)
    if launchers is not None:
        return launchers
    compiler = os.path.join(command.cwd, command.arguments[0])
    given = tuple(word for word in command.arguments if not _is_module_map_to_come(word, command.cwd))
    if given != command.arguments and _facts(command.source).modules:
        return Reason.MODULES.value, ""
    invocation = Invocation(given, compiler, command.cwd, environment, umask=0o022, same_stream=False)
    prepared = prepare(invocation, toolchains)
    if isinstance(prepared, NotACompilation):
        return prepared.reason.value, ""
    refused = prepared if isinstance(prepared, Uncacheable) else next(filter(None, map(_refuse_source, prepared)), None)
    if refused is None:
        return None
    return refused.reason.value, "" if refused.detail == command.source else refused.detail


def print_audit(folder: Path, audit: Audit, *, as_json: bool) -> int:
    """Print what was found, for a person or as one JSON object; returns the exit code, 1 where there is something."""
    if as_json:
        click.echo(json.dumps({"build": str(folder), **dataclasses.asdict(audit)}, indent=2))
        return 1 if audit.findings else 0
    uncached = sum(len(finding.sources) for finding in audit.findings)
    click.echo(f"build folder: {folder} ({audit.generator}), {audit.targets} targets, {audit.sources} sources")
    for finding in audit.findings:
        what = f"target {finding.target}: {_counted(finding.sources)}" if finding.target else "all targets"
        detail = f" ({finding.detail})" if finding.detail else ""
        click.echo(f"not cached: {what}: {finding.reason}{detail}")
        for source in finding.sources[:_SHOWN_SOURCES]:
            click.echo(f"    {source}")
        if len(finding.sources) > _SHOWN_SOURCES:
            click.echo(f"    and {len(finding.sources) - _SHOWN_SOURCES} more")
        click.echo(f"  remedy: {finding.remedy}")
    if not audit.findings:
        click.echo("all of them will be cached, as far as command lines and sources tell")
    elif audit.sources:
        click.echo(f"{uncached} of {audit.sources} sources will not be cached")
    return 1 if audit.findings else 0


def _counted(sources: Sequence[str]) -> str:
    return f"{len(sources)} source{'s' if len(sources) > 1 else ''}"


def _judge_launcher(launcher: Sequence[str]) -> tuple[str, str] | None:
    names = [Path(word).stem for word in launcher]
    if not any(names):
        return NO_LAUNCHER, ""
    if "clcache" not in names:
        return OTHER_LAUNCHER, " ".join(launcher)
    at = names.index("clcache")
    behind = launcher[at + 1 + count_options(launcher[at + 1 :]) :]
    # What stands behind is taken for the compiler; in front, env and the like do no harm.
    if behind or _CACHES.intersection(names):
        return SECOND_LAUNCHER, " ".join(launcher)
    return None


def _is_module_map_to_come(word: str, cwd: str) -> bool:
    """Whether a response file is the one that CMake's scan for modules writes first."""
    return word.startswith("@") and word.endswith(".modmap") and not os.path.exists(os.path.join(cwd, word[1:]))


def _refuse_source(prepared: Prepared) -> Uncacheable | None:
    path = prepared.absolute(prepared.compilation.source)
    definitions: Iterable[str] = prepared.compilation.definitions
    # Where these are checked before a hit, whether they can be is known when the compiler has run.
    held = prepared.rules.held_macros | prepared.epoch_macros
    return refusal([(path, _facts(path))], definitions, held=held)


def _facts(path: str) -> Facts:
    read = read_file(path)
    # One that is not there is made by the build.
    return scan_source(read[0]) if read else Facts()
