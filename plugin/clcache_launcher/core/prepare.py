"""From an invocation to what is needed to look it up: compiler, compilation, environment, search folders."""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.compilers.cl_variables import prepend_environment_options
from clcache_launcher.compilers.families import CL_FAMILIES
from clcache_launcher.compilers.parse import parse_command_line
from clcache_launcher.compilers.response_file import MAX_BYTES
from clcache_launcher.compilers.search_rules import SEARCH_RULES, SearchRules
from clcache_launcher.core.inputs.search import SearchPlan, search_plan
from clcache_launcher.core.sources.facts import Facts
from clcache_launcher.core.sources.source_facts import time_macros
from clcache_launcher.core.toolchains import epoch
from clcache_launcher.core.toolchains.toolchain import Options, Toolchain, Toolchains
from clcache_launcher.core.trees.path_maps import cut_names
from clcache_launcher.model import Compilation, Invocation, NotACompilation, Reason, Uncacheable
from clcache_launcher.util.file_records import Kind, Records, record_of
from clcache_launcher.util.files import read_file
from clcache_launcher.util.patterns import late_pattern

__all__ = ["Prepared", "prepare"]

_MOST_ROUNDS: Final = 3
_IS_POSIX: Final = os.name == "posix"
_UNTIDY: Final = late_pattern(r"/(?:[./]|\Z)")


class Prepared(Struct, frozen=True):
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
        if _IS_POSIX and path.startswith("/") and not _UNTIDY.search(path):
            return path
        joined = os.path.join(self.invocation.cwd, path)
        # "/a/./b" is "/a/b" whatever the links; what ".." leads to, the file system knows.
        return joined if ".." in joined else os.path.normpath(joined)

    def plan_search(self, files: Sequence[tuple[str, Facts]], stamped: int = 0) -> SearchPlan:
        """Which names this compilation looks for where.

        Args:
            files: Its source and includes with their facts.
            stamped: How many of the last files are held with their times.
        """
        rules, given = self.rules, self.compilation
        plan = search_plan(files, self.search_folders, self.invocation.cwd, given.force_includes, rules)
        warns = any(option in argument for argument in given.arguments for option in rules.missing_folder_options)
        return replace(
            plan,
            tells_missing=warns,
            time_macros=time_macros(files, given.definitions) - self.epoch_macros,
            made=frozenset(self.absolute(path) for path in given.precompiled_made),
            stamped=tuple(path for path, _ in files[len(files) - stamped :]),
            system=self._system_folders if rules.shortens_paths else (),
            cut=cut_names((*self._own_folders, *(path for path, _ in files)), given.arguments),
        )

    @property
    def _own_folders(self) -> tuple[str, ...]:
        """The working folder under each of the names that debug information may give it."""
        return (self.invocation.cwd, self.environment.get("PWD", ""))

    @property
    def _system_folders(self) -> tuple[tuple[str, int], ...]:
        """Each folder of system headers, absolute, with the length of what is written before a header's name."""
        given = {self.absolute(name): len(os.path.join(name, "")) for name in reversed(self.compilation.system_folders)}
        return (*given.items(), *((path, len(path) + 1) for path in self.toolchain.search_folders))

    @property
    def rules(self) -> SearchRules:
        """How its compiler looks for headers."""
        return SEARCH_RULES[self.toolchain.family]

    @property
    def epoch_macros(self) -> frozenset[bytes]:
        """Time macros that the compiler may take from ``SOURCE_DATE_EPOCH``, which is in the key."""
        return self.rules.epoch_macros if epoch.is_set(self.environment) else frozenset()

    @property
    def is_current(self) -> bool:
        """Whether ``PWD`` still names the working folder, or still does not."""
        return _pwd(self.invocation) == self.environment.get("PWD")

    @property
    def rests_on(self) -> Records | None:
        """The records under which that is so; ``None`` where it is not."""
        pwd = self.invocation.environment.get("PWD", "")
        record = (record_of(pwd, Kind.WHICH_FILE),) if os.path.isabs(pwd) else ()
        return Records(record) if self.is_current else None


def prepare(invocation: Invocation, toolchains: Toolchains) -> tuple[Prepared, ...] | Uncacheable | NotACompilation:
    """Understand an invocation, one item for each of its sources, or say why it can't be stored."""
    cwd, environment = invocation.cwd, invocation.environment
    toolchain = toolchains.find(invocation.compiler, "c++", (), cwd, environment)
    for _ in range(_MOST_ROUNDS):
        if isinstance(toolchain, Uncacheable):
            return toolchain
        given = _given(invocation, toolchain)
        if isinstance(given, Uncacheable):
            return given
        alone = _parse(invocation, toolchain, given)
        if not isinstance(alone, tuple):
            return alone
        found = [toolchains.find(invocation.compiler, c.language, c.probe_arguments, cwd, environment) for c in alone]
        if all(isinstance(each, Toolchain) and each.dialect == toolchain.dialect for each in found):
            return _units(invocation, [each for each in found if isinstance(each, Toolchain)], given, alone)
        toolchain = next((each for each in found if isinstance(each, Uncacheable)), found[0])
    return Uncacheable(Reason.COMPILER_CONFIGURATION, invocation.compiler)


def _given(invocation: Invocation, toolchain: Toolchain) -> tuple[str, ...] | Uncacheable:
    """The command line with the options that the environment adds to it."""
    for name in toolchain.dialect.rejected_environment:
        if name in invocation.environment:
            return Uncacheable(Reason.ENVIRONMENT, name)
    if toolchain.family in CL_FAMILIES:
        quoting = toolchain.dialect.quoting
        return prepend_environment_options(invocation.arguments[1:], invocation.environment, quoting)
    return invocation.arguments[1:]


def _units(
    invocation: Invocation, toolchains: Sequence[Toolchain], given: tuple[str, ...], alone: Sequence[Compilation]
) -> tuple[Prepared, ...] | Uncacheable | NotACompilation:
    """The compilations with the options that the compiler's wrapper and its configuration files add."""
    units: list[Prepared] = []
    for at, toolchain in enumerate(toolchains):
        compilation: Compilation | Uncacheable | NotACompilation = alone[at]
        if toolchain.refusal is not None:
            return toolchain.refusal
        if toolchain.options != (Options(),):
            compilation = _with_options(invocation, toolchain, given, alone, at)
        if not isinstance(compilation, Compilation):
            return compilation
        if toolchain.asks:
            if len(alone) > 1:
                return Uncacheable(Reason.COMPILER_WRAPPER, invocation.compiler)
            # Any word may be what the script looks at.
            words = (*invocation.arguments[1:], *compilation.key_arguments)
            compilation = replace(compilation, key_arguments=words)
        units.append(Prepared(invocation, compilation, toolchain, _relevant(toolchain.dialect.environment, invocation)))
    return tuple(units)


def _with_options(
    invocation: Invocation, toolchain: Toolchain, given: tuple[str, ...], alone: Sequence[Compilation], at: int
) -> Compilation | Uncacheable | NotACompilation:
    compilations: list[Compilation] = []
    for options in toolchain.options:
        parsed = _parse(invocation, toolchain, (*options.before, *given, *options.after))
        if not isinstance(parsed, tuple):
            return parsed
        if len(parsed) != len(alone):
            return Uncacheable(Reason.COMPILER_WRAPPER, invocation.compiler)
        compilations.append(parsed[at])
    if len({_shape(one) for one in compilations}) != 1 or compilations[0].language != alone[at].language:
        return Uncacheable(Reason.COMPILER_WRAPPER, invocation.compiler)
    return replace(
        compilations[0],
        search_folders=_all(one.search_folders for one in compilations),
        system_folders=_all(one.system_folders for one in compilations),
        force_includes=_all(one.force_includes for one in compilations),
        input_files=_all(one.input_files for one in compilations),
        definitions=_all(one.definitions for one in compilations),
        # These are given to the compiler, which adds its own options to them.
        alone=alone[at].alone,
        inspection_arguments=alone[at].inspection_arguments,
        probe_arguments=alone[at].probe_arguments,
    )


def _parse(
    invocation: Invocation, toolchain: Toolchain, arguments: tuple[str, ...]
) -> tuple[Compilation, ...] | Uncacheable | NotACompilation:
    def path(name: str) -> str:
        return os.path.join(invocation.cwd, name)

    def read(name: str) -> bytes | None:
        found = read_file(path(name), MAX_BYTES)
        return found[0] if found else None

    parsed = parse_command_line(toolchain.dialect, arguments, read, lambda name: os.path.isfile(path(name)))
    has_variables = toolchain.family in CL_FAMILIES and (
        "CL" in invocation.environment or "_CL_" in invocation.environment
    )
    if isinstance(parsed, tuple) and len(parsed) > 1 and has_variables:
        # Which options came from a variable is not told in what compiles one source alone.
        return Uncacheable(Reason.MULTIPLE_SOURCES, "with options in CL or _CL_")
    return parsed


def _shape(compilation: Compilation) -> Compilation:
    """What must be the same whichever options a wrapper adds."""
    return replace(
        compilation,
        arguments=(),
        alone=(),
        key_arguments=(),
        key_paths=(),
        search_folders=(),
        system_folders=(),
        force_includes=(),
        input_files=(),
        definitions=(),
        inspection_arguments=(),
        probe_arguments=(),
    )


def _all(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for items in lists for item in items))


def _relevant(names: tuple[str, ...], invocation: Invocation) -> dict[str, str]:
    found = {name: invocation.environment[name] for name in names if name in invocation.environment}
    # Compilers believe PWD only where it names the working folder; then it is another spelling that reaches debug info.
    pwd = _pwd(invocation) if found.pop("PWD", None) is not None else None
    return found if pwd is None else {**found, "PWD": pwd}


def _pwd(invocation: Invocation) -> str | None:
    pwd = invocation.environment.get("PWD", "")
    is_other = pwd != invocation.cwd and os.path.isabs(pwd)
    return pwd if is_other and _is_same(pwd, invocation.cwd) else None


def _is_same(first: str, second: str) -> bool:
    try:
        return os.path.samefile(first, second)
    except OSError:
        return False
