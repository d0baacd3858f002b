"""Configures and builds a project through the cache, and says what the cache did."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clcache_launcher.errors import ClcacheError
from clcache_launcher.setup.context import Context
from clcache_launcher.setup.detect import find_tool
from clcache_launcher.util.durations import duration_text
from clcache_launcher.util.process import run, run_visibly

__all__ = ["BuildReport", "build_project"]

_COUNTS: Final = ("hits", "misses", "uncacheable", "errors")


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What the cache did in one build."""

    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    """The largest first."""
    saved_s: float
    seconds: float

    def lines(self) -> list[str]:
        """Text for a person."""
        parts = [f"{self.counts['hits']} hits", f"{self.counts['misses']} misses"]
        parts += [f"{self.counts[name]} {name}" for name in ("uncacheable", "errors") if self.counts[name]]
        lines = [f"clcache: {', '.join(parts)} in {self.seconds:.1f} s, {duration_text(self.saved_s)} saved"]
        return lines + [f"clcache:   {count} not cached: {reason}" for reason, count in self.reasons.items()]


def build_project(context: Context, definitions: Sequence[str], environment: Mapping[str, str]) -> BuildReport:
    """Configure with Ninja and build.

    Args:
        context: The project, whose files are generated.
        definitions: ``NAME=VALUE`` for CMake.
        environment: The caller's.

    Raises:
        ToolchainError: CMake or Ninja is missing.
        ClcacheError: The build folder can't be switched over, or configuring or building failed; the tools have said
            why.
    """
    _check_folder(context)
    cmake, ninja = find_tool("cmake", environment), find_tool("ninja", environment)
    configure = [cmake, "-S", context.source_dir, "-B", context.build_dir, "-G", "Ninja"]
    configure += [f"-DCMAKE_MAKE_PROGRAM={ninja}", f"-DCMAKE_TOOLCHAIN_FILE={context.toolchain_file}"]
    configure += [f"-D{definition}" for definition in definitions]
    _run("configuring", configure, environment)
    before = _last_build(context, environment)
    began = time.monotonic()
    _run("building", [cmake, "--build", context.build_dir], environment)
    seconds = time.monotonic() - began
    return _report(before, _last_build(context, environment), seconds)


def _report(before: Mapping[str, Any], after: Mapping[str, Any], seconds: float) -> BuildReport:
    """What came in after a moment: a build that had nothing to do leaves the figures of the one before."""
    old: Mapping[str, Any] = before if before["build"] == after["build"] else {"reasons": {}}
    reasons = {name: count - old["reasons"].get(name, 0) for name, count in after["reasons"].items()}
    return BuildReport(
        counts={name: after[name] - old.get(name, 0) for name in _COUNTS},
        reasons={name: count for name, count in reasons.items() if count > 0},
        saved_s=after["time_saved_s"] - old.get("time_saved_s", 0.0),
        seconds=seconds,
    )


def _check_folder(context: Context) -> None:
    # In a folder that is configured CMake ignores a toolchain file that is new to it, and the build would be uncached.
    try:
        lines = Path(context.build_dir, "CMakeCache.txt").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return
    named = [line.partition("=")[2] for line in lines if line.startswith("CMAKE_TOOLCHAIN_FILE:")]
    if not any(path.endswith("clcache/toolchain.cmake") for path in named):
        raise ClcacheError(
            f"{context.build_dir}: configured already without {context.toolchain_file}, which CMake takes only in a new"
            " folder; remove the folder, or name another one with -B"
        )


def _run(doing: str, argv: Sequence[str], environment: Mapping[str, str]) -> None:
    code = run_visibly(argv, environment=environment)
    if code != 0:
        raise ClcacheError(f"{doing} failed with exit code {code}; what went wrong is said above")


# The answer is JSON: docs/statistics.md tells what is in it.
def _last_build(context: Context, environment: Mapping[str, str]) -> dict[str, Any]:
    argv = [context.launcher, "stats", "--json", "--since-build", context.build_dir]
    finished = run(argv, cwd=context.source_dir, environment=environment)
    if finished is None or finished.exit_code != 0:
        text = finished.stderr.decode(errors="replace").strip() if finished else "it can't be started"
        raise ClcacheError(f"{context.launcher} stats: {text}")
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer
