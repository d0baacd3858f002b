"""From an invocation to what is needed to look it up: compiler, compilation, environment, search folders."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clcache_launcher.compilers.families import CL_FAMILIES
from clcache_launcher.compilers.msvc import prepend_environment_options
from clcache_launcher.compilers.parse import parse_command_line
from clcache_launcher.compilers.response_file import MAX_BYTES
from clcache_launcher.compilers.search_rules import SEARCH_RULES
from clcache_launcher.core.facts import Facts
from clcache_launcher.core.search import SearchPlan, search_plan
from clcache_launcher.core.toolchain import Toolchain, Toolchains
from clcache_launcher.model import Compilation, Invocation, NotACompilation, Reason, Uncacheable
from clcache_launcher.util.files import read_file

__all__ = ["Prepared", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A cacheable invocation, understood."""

    invocation: Invocation
    compilation: Compilation
    toolchain: Toolchain
    environment: Mapping[str, str]
    """The variables that reach an output."""

    @property
    def argv(self) -> tuple[str, ...]:
        """The command line that compiles this source and no other."""
        return (
            (self.invocation.arguments[0], *self.compilation.alone)
            if self.compilation.alone
            else self.invocation.arguments
        )

    @property
    def search_folders(self) -> list[str]:
        """Include folders of the command line and of the compiler, absolute."""
        given = map(self.absolute, self.compilation.search_folders)
        return list(dict.fromkeys((*given, *self.toolchain.search_folders)))

    def absolute(self, path: str) -> str:
        """A path of the command line or of the compiler's report, from the working folder."""
        joined = os.path.join(self.invocation.cwd, path)
        # "/a/./b" is "/a/b" whatever the links; what ".." leads to, the file system knows.
        return joined if ".." in joined else os.path.normpath(joined)

    def plan_search(self, files: Sequence[tuple[str, Facts]]) -> SearchPlan:
        """Which names this compilation looks for where, given its source and includes with their facts."""
        rules = SEARCH_RULES[self.toolchain.family]
        return search_plan(files, self.search_folders, self.invocation.cwd, self.compilation.force_includes, rules)


def prepare(invocation: Invocation, toolchains: Toolchains) -> tuple[Prepared, ...] | Uncacheable | NotACompilation:
    """Understand an invocation, one item for each of its sources, or say why it can't be stored."""
    base = toolchains.find(invocation.compiler, "c++", (), invocation.cwd, invocation.environment)
    if base is None:
        return Uncacheable(Reason.UNKNOWN_COMPILER, invocation.compiler)
    compilations = _compilations(invocation, base)
    if not isinstance(compilations, tuple):
        return compilations
    environment = _relevant(base.dialect.environment, invocation)
    units: list[Prepared] = []
    for compilation in compilations:
        toolchain = toolchains.find(
            invocation.compiler,
            compilation.language,
            compilation.probe_arguments,
            invocation.cwd,
            invocation.environment,
        )
        if toolchain is None:
            return Uncacheable(Reason.UNKNOWN_COMPILER, invocation.compiler)
        units.append(Prepared(invocation, compilation, toolchain, environment))
    return tuple(units)


def _compilations(invocation: Invocation, base: Toolchain) -> tuple[Compilation, ...] | Uncacheable | NotACompilation:
    """What the command line means, with the options in the environment."""
    dialect, given = base.dialect, invocation.arguments[1:]
    for name in dialect.rejected_environment:
        if name in invocation.environment:
            return Uncacheable(Reason.ENVIRONMENT, name)
    arguments: tuple[str, ...] | Uncacheable = given
    if base.family in CL_FAMILIES:
        arguments = prepend_environment_options(given, invocation.environment, dialect.quoting)
    if isinstance(arguments, Uncacheable):
        return arguments

    def read(name: str) -> bytes | None:
        found = read_file(os.path.join(invocation.cwd, name), MAX_BYTES)
        return found[0] if found else None

    def is_file(name: str) -> bool:
        return os.path.isfile(os.path.join(invocation.cwd, name))

    compilations = parse_command_line(dialect, arguments, read, is_file)
    if isinstance(compilations, tuple) and len(compilations) > 1 and arguments != given:
        # Which options came from a variable is not told in what compiles one source alone.
        return Uncacheable(Reason.MULTIPLE_SOURCES, "with options in CL or _CL_")
    return compilations


def _relevant(names: tuple[str, ...], invocation: Invocation) -> dict[str, str]:
    found = {name: invocation.environment[name] for name in names if name in invocation.environment}
    # Compilers believe PWD only where it names the working folder; then it is another spelling that reaches debug info.
    pwd = found.pop("PWD", None)
    if pwd is not None and pwd != invocation.cwd and os.path.isabs(pwd) and _is_same(pwd, invocation.cwd):
        found["PWD"] = pwd
    return found


def _is_same(first: str, second: str) -> bool:
    try:
        return os.path.samefile(first, second)
    except OSError:
        return False
