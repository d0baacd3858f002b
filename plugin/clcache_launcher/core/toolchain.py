"""Which compiler stands behind a command, by its own answer and the content of its programs."""

import hashlib
import os
import re
import struct
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from clcache_launcher.compilers.dialect import Dialect
from clcache_launcher.compilers.families import dialect_for
from clcache_launcher.compilers.probe import Family, Probe, looks_like_compiler, parse_probe, probe_commands
from clcache_launcher.core.digests import FileDigests
from clcache_launcher.model import Digest
from clcache_launcher.util.files import Signature, folder_signature
from clcache_launcher.util.process import run

__all__ = ["Toolchain", "Toolchains"]

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
    "LD_LIBRARY_PATH",
    "CCC_OVERRIDE_OPTIONS",
    "CLANG_CONFIG_PATH",
    "HOME",
    "XDG_CONFIG_HOME",
    "VCToolsInstallDir",
    "VCINSTALLDIR",
    "WindowsSdkDir",
    "WindowsSDKVersion",
    "UniversalCRTSdkDir",
    "UCRTVersion",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
)
"""What a probe's answer can depend on; the probe sees these and nothing else."""
_LIBRARY: Final = re.compile(rb"^\s*(?:\S+ => )?(/.*) \(0x[0-9a-f]+\)$", re.MULTILINE)
_INTERPRETER_SEGMENT: Final = 3


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A compiler with everything that it runs."""

    family: Family
    dialect: Dialect
    identity: bytes
    """Enters the key: the compiler's answer and the content of its programs."""
    search_folders: tuple[str, ...]
    files: tuple[tuple[str, Digest], ...]
    """Programs and libraries with their digests."""
    folders: tuple[tuple[str, Signature | None], ...]
    """The folders of ``PATH``: a program that appears there may run instead of another."""
    found_on_path: tuple[tuple[str, str], ...]
    """Programs that were looked for there with the paths found; empty when a script may look for others."""


class Toolchains:
    """Toolchains by compiler, language, options and environment; each is probed once."""

    def __init__(self, digests: FileDigests) -> None:
        """Know nothing yet; ``digests`` reads the programs."""
        self._digests = digests
        self._known: dict[tuple[str, ...], Toolchain] = {}
        self._lock = threading.Lock()

    def find(
        self, compiler: str, language: str, arguments: tuple[str, ...], cwd: str, environment: Mapping[str, str]
    ) -> Toolchain | None:
        """The toolchain behind ``compiler``, or ``None`` when it is no compiler that is known.

        Args:
            compiler: Absolute path of the program.
            language: As ``-x`` names it.
            arguments: Options that change its tools or default folders.
            cwd: Where it runs.
            environment: The caller's.
        """
        if not looks_like_compiler(compiler):
            return None
        variables = {name: environment[name] for name in _ENVIRONMENT if name in environment}
        # An option's value or a folder in a variable may be relative to the working folder.
        place = cwd if arguments or any(map(_has_relative_folder, variables.values())) else "/"
        key = (compiler, language, place, *arguments, "\0", *(f"{k}={v}" for k, v in sorted(variables.items())))
        known = self._known.get(key)
        if known is not None and self.is_current(known):
            return known
        with self._lock:
            known = self._known.get(key)
            if known is None or not self.is_current(known):
                known = self._probe(compiler, language, arguments, place, variables)
                if known is None:
                    return None
                self._known[key] = known
        return known

    def is_current(self, toolchain: Toolchain) -> bool:
        """Whether the compiler is still what it was when it was probed."""
        if not self._digests.hold(toolchain.files):
            return False
        if all(folder_signature(folder) == signature for folder, signature in toolchain.folders):
            return True
        folders = [folder for folder, _ in toolchain.folders]
        found = tuple((name, _first_program(name, folders)) for name, _ in toolchain.found_on_path)
        return bool(found) and found == toolchain.found_on_path

    def _probe(
        self, compiler: str, language: str, arguments: tuple[str, ...], cwd: str, environment: Mapping[str, str]
    ) -> Toolchain | None:
        variables = {**environment, "LC_ALL": "C"}
        outputs: list[bytes] = []
        for command in probe_commands(compiler, language, arguments):
            finished = run(command, cwd=cwd, environment=variables, timeout_s=_PROBE_TIMEOUT_S)
            if finished is None:
                return None
            outputs.append(finished.stderr)
        probe = parse_probe(compiler, outputs)
        return self._toolchain(compiler, probe, cwd, variables) if probe else None

    def _toolchain(self, compiler: str, probe: Probe, cwd: str, environment: Mapping[str, str]) -> Toolchain | None:
        path = _path_folders(cwd, environment)
        watched = tuple((folder, folder_signature(folder)) for folder in path)
        on_path = {name: _first_program(name, path) for name in probe.programs if not os.path.isabs(name)}
        programs = [compiler, *filter(os.path.isfile, probe.programs), *filter(None, on_path.values())]
        programs += [library for program in programs for library in _libraries(program, cwd, environment)]
        files: list[tuple[str, Digest]] = []
        for program in dict.fromkeys(program for program in programs if os.path.isabs(program)):
            digest = self._digests.digest(program)
            if digest is None:
                return None
            files.append((program, digest))
        identity = hashlib.blake2b(probe.version, digest_size=32)
        for program, digest in files:
            identity.update(os.fsencode(program) + b"\0" + digest)
        found = () if _is_script(compiler) else tuple(on_path.items())
        return Toolchain(
            family=probe.family,
            dialect=dialect_for(probe),
            identity=identity.digest(),
            search_folders=tuple(os.path.join(cwd, folder) for folder in probe.search_folders),
            files=tuple(files),
            folders=watched,
            found_on_path=found,
        )


def _has_relative_folder(value: str) -> bool:
    return any(not os.path.isabs(folder) for folder in value.split(os.pathsep))


def _path_folders(cwd: str, environment: Mapping[str, str]) -> list[str]:
    return [os.path.join(cwd, folder) for folder in dict.fromkeys(environment.get("PATH", "").split(os.pathsep))]


def _first_program(name: str, folders: Iterable[str]) -> str:
    """Path of the program that a command's name leads to, or an empty string."""
    candidates = (os.path.join(folder, name) for folder in folders)
    return next((path for path in candidates if os.path.isfile(path) and os.access(path, os.X_OK)), "")


def _is_script(program: str) -> bool:
    try:
        with open(program, "rb") as file:
            return file.read(2) == b"#!"
    except OSError:
        return True


def _libraries(program: str, cwd: str, environment: Mapping[str, str]) -> list[str]:
    """The shared libraries that a program loads, by the system's own loader."""
    if not _has_interpreter(program):
        return []
    traced = run([program], cwd=cwd, environment={**environment, "LD_TRACE_LOADED_OBJECTS": "1"}, timeout_s=10)
    return [os.fsdecode(path) for path in _LIBRARY.findall(traced.stdout)] if traced else []


def _has_interpreter(program: str) -> bool:
    """Whether a file is an ELF program that the loader starts; any other would really run."""
    try:
        with open(program, "rb") as file:
            head = file.read(8192)
    except OSError:
        return False
    if head[:6] != b"\x7fELF\x02\x01" or len(head) < 64:
        return False
    (offset,) = struct.unpack_from("<Q", head, 32)
    size, count = struct.unpack_from("<HH", head, 54)
    positions = [offset + size * number for number in range(count)]
    kinds = [struct.unpack_from("<I", head, at)[0] for at in positions if at + 4 <= len(head)]
    return _INTERPRETER_SEGMENT in kinds
