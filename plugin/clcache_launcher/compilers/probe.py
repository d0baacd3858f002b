"""What a compiler says of itself: family, programs it runs, default include folders."""

import enum
import os
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["Family", "Probe", "looks_like_compiler", "parse_probe", "probe_commands"]

_COMPILER_NAME: Final = re.compile(
    r"(?:^|[-_.])(?:cc|c\+\+|gcc|g\+\+|clang|clang\+\+|clang-cl|cl)(?:$|[-_.\d])", re.IGNORECASE
)
_CL_NAME: Final = re.compile(r"(?:^|[-_.])cl(?:$|[-_.\d])", re.IGNORECASE)
_CXX_NAME: Final = re.compile(r"(?:^|[-_.])(?:c\+\+|g\+\+|clang\+\+)(?:$|[-_.\d])", re.IGNORECASE)
_MSVC_TARGET: Final = re.compile(rb"^Target: .*(?:windows-msvc|-uefi)", re.MULTILINE)
_SEARCH_LIST: Final = re.compile(
    rb"^#include (?:\"...\"|<...>) search starts here:\r?\n(?P<list>(?: .*\r?\n|#include .*\r?\n)*)", re.MULTILINE
)
_MISSING: Final = re.compile(rb"^ignoring nonexistent directory \"(.*)\"\r?$", re.MULTILINE)
_INTERNAL_FOLDER: Final = frozenset({"-internal-isystem", "-internal-externc-isystem", "-idirafter", "-isystem", "-I"})
_TEMPORARY: Final = re.compile(rb"(?<=[/\\])cc\w{6}(?=\.[sio]\b)")
_CONFIG_FILE: Final = re.compile(rb"^(?:Configuration file: |Reading specs from )(.*?)\r?$", re.MULTILINE)


class Family(enum.Enum):
    """Which dialect a compiler speaks."""

    GCC = "gcc"
    CLANG = "clang"
    CL = "cl"
    CLANG_CL = "clang_cl"


@dataclass(frozen=True, slots=True)
class Probe:
    """A compiler's answer for one language and one set of options."""

    family: Family
    version: bytes
    """Everything it printed of itself; enters the key."""
    programs: tuple[str, ...]
    """Programs and configuration files it uses, as it names them: absolute, or to be found on ``PATH``."""
    search_folders: tuple[str, ...]
    """Default include folders, those that are missing too."""
    is_cxx_driver: bool
    """It takes a ``.c`` file for C++."""
    targets_msvc: bool
    """Its debug information is CodeView unless told otherwise."""


def looks_like_compiler(path: str) -> bool:
    """Whether a program's name says that it may be probed: any other program could do anything with our options."""
    return bool(_COMPILER_NAME.search(_stem(path)))


def probe_commands(compiler: str, language: str, arguments: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """The command lines to run for a probe; each prints and makes no file.

    Args:
        compiler: The program.
        language: As ``-x`` names it.
        arguments: Options that change its tools or default folders.
    """
    if _is_cl(compiler):
        kind = "/TC" if language == "c" else "/TP"
        return ((compiler, *arguments, "-v", "-###", "/c", kind, os.devnull),)
    head = (compiler, *arguments)
    return (
        (*head, "-v", "-E", "-x", language, os.devnull),
        (*head, "-###", "-c", "-x", language, os.devnull, "-o", "probe.o"),
    )


def parse_probe(compiler: str, outputs: Sequence[bytes]) -> Probe | None:
    """Read what the probe's commands printed on stderr, or ``None`` for a compiler that is not known."""
    text = b"\n".join(outputs)
    family = _family(compiler, text)
    if family is None:
        return None
    lines = [shlex.split(os.fsdecode(line)) for line in text.splitlines() if _is_command(line)]
    programs = [line[0] for line in lines if line]
    configuration = [os.fsdecode(name) for name in _CONFIG_FILE.findall(text)]
    if not all(map(os.path.isabs, configuration)):
        # gcc names specs as it found them, from the working folder.
        return None
    programs += configuration
    return Probe(
        family=family,
        # Temporary file names differ from run to run.
        version=_TEMPORARY.sub(b"", text),
        programs=tuple(dict.fromkeys(programs)),
        search_folders=tuple(dict.fromkeys([*_listed_folders(text), *_folders_of_commands(lines)])),
        is_cxx_driver=bool(_CXX_NAME.search(_stem(compiler))),
        targets_msvc=bool(_MSVC_TARGET.search(text)),
    )


def _family(compiler: str, text: bytes) -> Family | None:
    is_cl = _is_cl(compiler)
    if b"clang version" in text:
        return Family.CLANG_CL if is_cl else Family.CLANG
    if is_cl:
        return Family.CL if b"Microsoft (R)" in text else None
    return Family.GCC if re.search(rb"^gcc version ", text, re.MULTILINE) else None


def _is_command(line: bytes) -> bool:
    """A command that the driver would run; it quotes as a shell reads."""
    return (
        line.startswith(b" ")
        and not line.startswith(b" (")
        and line.count(b'"') % 2 == 0
        and (b" -" in line or b' "-' in line)
    )


def _listed_folders(text: bytes) -> list[str]:
    folders = [os.fsdecode(name) for name in _MISSING.findall(text)]
    for found in _SEARCH_LIST.finditer(text):
        folders += [os.fsdecode(line.strip()) for line in found["list"].splitlines() if line.startswith(b" ")]
    return folders


def _folders_of_commands(lines: Sequence[Sequence[str]]) -> list[str]:
    return [line[at + 1] for line in lines for at, word in enumerate(line[:-1]) if word in _INTERNAL_FOLDER]


def _is_cl(compiler: str) -> bool:
    return bool(_CL_NAME.search(_stem(compiler)))


def _stem(path: str) -> str:
    name = re.split(r"[/\\]", path)[-1]
    return name[:-4] if name.lower().endswith(".exe") else name
