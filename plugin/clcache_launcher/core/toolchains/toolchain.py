"""Which compiler stands behind a command, by its own answer and the content of its programs."""

import os
import re
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Final

from blake3 import blake3
from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.compilers.configuration import read_configuration
from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.families import dialect_for
from clcache_launcher.compilers.known_specs import is_known_specs
from clcache_launcher.compilers.probe import (
    Family,
    Probe,
    looks_like_compiler,
    next_probe_command,
    parse_probe,
    programs_in,
)
from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.toolchains.installation import find_installation
from clcache_launcher.core.toolchains.parts import (
    names_on_path,
    program_looks,
    watched_files,
    watched_folders,
    watched_parts,
)
from clcache_launcher.core.toolchains.programs import (
    LOADER_FILES,
    Driver,
    find_driver,
    first_program,
    is_script,
    path_folders,
)
from clcache_launcher.core.toolchains.read_ahead import ReadAhead
from clcache_launcher.core.toolchains.watch import Watch, Watches, links_on_the_way, look, watch
from clcache_launcher.core.trees.roots import NO_ROOTS, NamedRoot, Roots
from clcache_launcher.model import Reason, Uncacheable
from clcache_launcher.util.file_records import Records
from clcache_launcher.util.files import file_clock_ns, read_file
from clcache_launcher.util.process import run

__all__ = ["Options", "Toolchain", "Toolchains"]

_PROBE_TIMEOUT_S: Final = 30.0
_ENVIRONMENT: Final = (
    "PATH",
    "COMPILER_PATH",
    "GCC_EXEC_PREFIX",
    "GCC_ROOT",
    "CPATH",
    "C_INCLUDE_PATH",
    "CPLUS_INCLUDE_PATH",
    "OBJC_INCLUDE_PATH",
    "OBJCPLUS_INCLUDE_PATH",
    "INCLUDE",
    "EXTERNAL_INCLUDE",
    "SDKROOT",
    "SHELLOPTS",
    "CCC_OVERRIDE_OPTIONS",
    "CLANG_NO_DEFAULT_CONFIG",
    "DEVELOPER_DIR",
    "HOME",
    "XDG_CONFIG_HOME",
    "VCToolsInstallDir",
    "VCINSTALLDIR",
    "VSINSTALLDIR",
    "WindowsSdkDir",
    "WindowsSDKVersion",
    "UniversalCRTSdkDir",
    "UCRTVersion",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERPROFILE",
)
"""What a probe's answer can depend on; the probe sees these, the loader's and the shell's own, and nothing else."""
_PREFIXES: Final = ("LD_", "DYLD_", "BASH")
_NO_FOLDERS: Final = re.compile(r"CLANG_NO_DEFAULT_CONFIG|UCRTVersion|WindowsSDKVersion|BASH.*|SHELLOPTS")
_FOLDER_OPTION: Final = re.compile(r"-B(?=.)|--(?:gcc-toolchain|gcc-install-dir|sysroot)=")
_ATTEMPTS: Final = 3
_GRAIN_S: Final = 0.02


class Options(Struct, frozen=True):
    """What is read before and after the arguments without standing in the command line."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Toolchain(Struct, frozen=True):
    """A compiler with everything that it runs."""

    family: Family
    dialect: Dialect
    identity: bytes
    """Enters the key: the compiler's answer and the content of its programs."""
    search_folders: tuple[str, ...]
    watch: Watch
    installation: tuple[NamedRoot, ...] = ()
    """The folders that it came in, by names; nothing outside of them is the compiler's own."""
    movable_identity: bytes = b""
    """The identity without the paths of these folders."""
    options: tuple[Options, ...] = (Options(),)
    """What wrapper scripts and configuration files add: one of these, by the arguments alone; none where it is not
    certain."""
    asks: bool = False
    """A wrapper script chooses by the arguments as they are given."""
    asks_any: bool = False
    """By any of them: nothing may be added."""
    refusal: Uncacheable | None = None
    """Why nothing that it makes can be stored."""

    def identity_among(self, roots: Roots) -> bytes:
        """The identity for a caller with roots: a compiler whose folders are among these may be elsewhere, too."""
        return self.movable_identity if self.installation and roots.holds(self.installation) else self.identity


class Toolchains:
    """Toolchains by compiler, language, options and environment; each is probed once."""

    def __init__(self, digests: FileDigests) -> None:
        """Know nothing yet; ``digests`` reads the programs."""
        self._digests = digests
        self._watches = Watches()
        self._known: dict[tuple[str, ...], Toolchain] = {}
        self._lock = threading.Lock()

    def find(
        self, compiler: str, language: str, arguments: tuple[str, ...], cwd: str, environment: Mapping[str, str]
    ) -> Toolchain | Uncacheable:
        """The toolchain behind ``compiler``, or why it is not known.

        Args:
            compiler: Absolute path of the program.
            language: As ``-x`` names it.
            arguments: Options that change its tools or default folders.
            cwd: Where it runs.
            environment: The caller's.
        """
        if not looks_like_compiler(compiler):
            return Uncacheable(Reason.UNKNOWN_COMPILER, compiler)
        variables = {name: environment[name] for name in _ENVIRONMENT if name in environment}
        variables |= {name: value for name, value in environment.items() if name.startswith(_PREFIXES)}
        # An option's value or a folder in a variable may be relative to the working folder.
        folders = [value for name, value in variables.items() if not _NO_FOLDERS.fullmatch(name)]
        place = cwd if arguments or any(map(_has_relative_folder, folders)) else "/"
        key = (compiler, language, place, *arguments, "\0", *(f"{k}={v}" for k, v in sorted(variables.items())))
        known = self._known.get(key)
        if known is not None and self.is_current(known):
            return known
        with self._lock:
            known = self._known.get(key)
            if known is not None and self.is_current(known):
                return known
            driver = find_driver(compiler, path_folders(place, variables), environment)
            if driver is None:
                return Uncacheable(Reason.COMPILER_WRAPPER, compiler)
            found = self._settled(_Question(compiler, driver, language, arguments, place, variables))
            if isinstance(found, Toolchain):
                self._known[key] = found
        return found

    def is_current(self, toolchain: Toolchain) -> bool:
        """Whether the compiler is still what it was when it was probed."""
        return self._watches.hold(toolchain.watch)

    def rests_on(self, toolchain: Toolchain) -> Records | None:
        """The records under which a compiler is what it was when it was probed; ``None`` where they don't tell."""
        return self._watches.rests_on(toolchain.watch)

    def _settled(self, question: "_Question") -> Toolchain | Uncacheable:
        """Probe until nothing changes meanwhile; where that does not come about, the answer is never current."""
        for attempt in range(_ATTEMPTS):
            found, is_settled = self._probe(question)
            if is_settled or attempt == _ATTEMPTS - 1:
                break
            time.sleep(_GRAIN_S)
        return found

    def _probe(self, question: "_Question") -> tuple[Toolchain | Uncacheable, bool]:
        since_ns = file_clock_ns()
        driver = question.driver
        ahead = ReadAhead(self._digests, question.cwd, question.probe_environment)
        ahead.begin([driver.program])
        outputs: list[bytes] = []
        unknown = Uncacheable(Reason.UNKNOWN_COMPILER, question.compiler)
        while command := next_probe_command(
            question.compiler, driver.program, question.language, question.arguments, outputs
        ):
            finished = run(
                command, cwd=question.cwd, environment=question.probe_environment, timeout_s=_PROBE_TIMEOUT_S
            )
            if finished is None:
                return unknown, True
            outputs.append(finished.stderr + finished.stdout)
            ahead.begin(filter(os.path.isabs, programs_in(outputs)))
        probe = parse_probe(driver.program, outputs, os.path.realpath(driver.program))
        if probe is None:
            return unknown, True
        return self._toolchain(question, _from_folder(probe, question.cwd), ahead, since_ns)

    def _toolchain(
        self, question: "_Question", probe: Probe, ahead: ReadAhead, since_ns: int
    ) -> tuple[Toolchain | Uncacheable, bool]:
        driver, path = question.driver, question.path
        relative = [name for name in probe.programs if not os.path.isabs(name)]
        on_path = [first_program(name, path) for name in relative]
        programs = [question.compiler, driver.program, *driver.scripts, *probe.programs, *on_path]
        programs = [program for program in dict.fromkeys(programs) if os.path.isabs(program)]
        loaded = ahead.loaded(programs)
        options, configured = _configuration(probe, driver)
        libraries = [library for one in loaded for library in one.libraries]
        given = [_absolute_value(word, question.cwd) for word in question.given]
        parts = watched_parts(probe, driver.program)
        specs = list(filter(os.path.isabs, probe.specs))
        own = [*filter(os.path.isfile, programs), *libraries, *configured, *specs, *parts]
        identity = self._identity(probe, own, NO_ROOTS)
        installation = tuple(find_installation(probe, driver.program, question.environment))
        movable = self._identity(probe, own, Roots(installation)) if installation else b""
        if identity is None or movable is None:
            return Uncacheable(Reason.UNKNOWN_COMPILER, question.compiler), True
        lookup = look(
            (path, (*driver.names, *names_on_path(probe, question.environment))),
            (probe.specs_folders, ("specs",)),
            *program_looks(probe, given),
            *(pair for one in loaded for pair in one.looked),
        )
        paths = [*programs, *libraries, *LOADER_FILES, *configured, *specs, *parts, *watched_files(probe)]
        folders = watched_folders(probe, driver.program, given)
        links = [link for program in (question.compiler, driver.program) for link in links_on_the_way(program)]
        watched, is_settled = watch(paths, folders, links, lookup, since_ns)
        toolchain = Toolchain(
            family=probe.family,
            dialect=dialect_for(probe),
            identity=identity,
            search_folders=tuple(_search_folders(probe, question)),
            watch=watched,
            installation=installation,
            movable_identity=movable,
            options=options,
            asks=driver.asks,
            asks_any=driver.asks_any,
            refusal=_refusal(probe, driver, options, (*probe.programs, *on_path)),
        )
        return toolchain, is_settled

    def _identity(self, probe: Probe, files: Iterable[str], roots: Roots) -> bytes | None:
        identity = blake3(roots.inward_text(probe.version))
        for file in dict.fromkeys(files):
            digest = self._digests.digest(file)
            if digest is None:
                return None
            identity.update(os.fsencode(roots.inward(file)) + b"\0" + digest)
        return identity.digest()


class _Question(Struct, frozen=True):
    """What a probe is to find out."""

    compiler: str
    driver: Driver
    language: str
    arguments: tuple[str, ...]
    cwd: str
    environment: Mapping[str, str]

    @property
    def probe_environment(self) -> dict[str, str]:
        return {**self.environment, "LC_ALL": "C"}

    @property
    def given(self) -> list[str]:
        """The options with those that a variable stands for."""
        folders = filter(None, self.environment.get("COMPILER_PATH", "").split(os.pathsep))
        return [*self.arguments, *(f"-B{folder}" for folder in folders)]

    @property
    def path(self) -> list[str]:
        return path_folders(self.cwd, self.environment)


def _from_folder(probe: Probe, cwd: str) -> Probe:
    """The same with absolute paths."""

    def absolute(paths: Iterable[str]) -> tuple[str, ...]:
        return tuple(os.path.join(cwd, path) for path in paths)

    return replace(
        probe,
        programs=tuple(os.path.join(cwd, name) if os.path.dirname(name) else name for name in probe.programs),
        search_folders=absolute(probe.search_folders),
        program_folders=absolute(probe.program_folders),
        specs_folders=absolute(probe.specs_folders),
        configuration_files=absolute(probe.configuration_files),
        configuration_folders=absolute(probe.configuration_folders),
        own_folders=absolute(probe.own_folders),
        gcc_installations=absolute(probe.gcc_installations),
        resource_folder=os.path.join(cwd, probe.resource_folder) if probe.resource_folder else "",
    )


def _configuration(probe: Probe, driver: Driver) -> tuple[tuple[Options, ...], list[str]]:
    """What scripts and clang's configuration files add, nothing where that is not certain, and the files."""
    options: list[str] = []
    files = list(probe.configuration_files)
    for name in probe.configuration_files:
        read = read_configuration(name, _content)
        if read is None:
            return (), files
        options += read.options
        files += read.files
    return tuple(Options((*options, *before), after) for before, after in driver.options), files


def _content(path: str) -> bytes | None:
    found = read_file(path)
    return found[0] if found else None


def _refusal(probe: Probe, driver: Driver, options: tuple[Options, ...], programs: Iterable[str]) -> Uncacheable | None:
    if not options:
        return Uncacheable(Reason.COMPILER_CONFIGURATION, probe.configuration_files[0])
    # A specs file can do anything, e.g. name a file by a variable. What some of these hold is known.
    strange = next((name for name in probe.specs if not is_known_specs(name)), None)
    if strange is not None:
        return Uncacheable(Reason.COMPILER_CONFIGURATION, strange)
    if not _answers_itself(probe, driver):
        return Uncacheable(Reason.COMPILER_WRAPPER, driver.program)
    # So can a script that stands for the assembler.
    script = next(filter(is_script, programs), None)
    return Uncacheable(Reason.COMPILER_WRAPPER, script) if script else None


def _answers_itself(probe: Probe, driver: Driver) -> bool:
    """Whether it was the driver that answered, and not another that it runs with who knows what options."""
    if sys.platform == "darwin" or not probe.driver:
        return True
    if probe.family is Family.GCC:
        # As it was called: by its path, or by its name in a script.
        return probe.driver == driver.program or (bool(driver.scripts) and probe.driver in driver.names)
    return os.path.realpath(probe.driver) == os.path.realpath(driver.program)


def _search_folders(probe: Probe, question: _Question) -> list[str]:
    folders = list(probe.search_folders)
    if probe.family is Family.CL:
        # learn.microsoft.com/cpp/build/reference/cl-environment-variables; cl tells of no folder.
        listed = (question.environment.get(name, "") for name in ("INCLUDE", "EXTERNAL_INCLUDE"))
        given = (folder for value in listed for folder in value.split(os.pathsep) if folder)
        folders += [os.path.join(question.cwd, folder) for folder in given]
    return folders


def _absolute_value(word: str, cwd: str) -> str:
    """An option whose value is a folder, or that value alone, from the working folder."""
    option = _FOLDER_OPTION.match(word)
    start = option[0] if option else ""
    return word if word.startswith("-") and not option else start + os.path.join(cwd, word[len(start) :])


def _has_relative_folder(value: str) -> bool:
    return any(not os.path.isabs(folder) for folder in value.split(os.pathsep))
