"""What a compiler says of itself: family, programs it runs, where it looks for what."""

import enum
import os
import re
import shlex
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct

__all__ = ["Family", "Probe", "is_cl_name", "looks_like_compiler", "next_probe_command", "parse_probe", "programs_in"]

_COMPILER_NAME: Final = re.compile(
    r"(?:^|[-_.])(?:cc|c\+\+|gcc|g\+\+|clang|clang\+\+|clang-cl|cl)(?:$|[-_.\d])", re.IGNORECASE
)
_CL_NAME: Final = re.compile(r"(?:^|[-_.])cl(?:$|[-_.\d])", re.IGNORECASE)
_CXX_NAME: Final = re.compile(r"(?:^|[-_.])(?:c\+\+|g\+\+|clang\+\+)(?:$|[-_.\d])", re.IGNORECASE)
_MSVC_TARGET: Final = re.compile(rb"^Target: .*(?:windows-msvc|-uefi)", re.MULTILINE)
_SEARCH_LIST: Final = re.compile(
    rb"^#include (?:\"...\"|<...>) search starts here:\r?\n(?P<list>(?: .*\r?\n|#include .*\r?\n)*)", re.MULTILINE
)
# A folder that is left out for being another's double is its double no more when a link is changed.
_LEFT_OUT: Final = re.compile(rb"^ignoring (?:nonexistent|duplicate) directory \"(.*)\"\r?$", re.MULTILINE)
_INTERNAL_FOLDER: Final = frozenset({"-internal-isystem", "-internal-externc-isystem"})
_FOLDER: Final = _INTERNAL_FOLDER | {
    *("-idirafter", "-isystem", "-I", "-c-isystem", "-cxx-isystem", "-objc-isystem", "-objcxx-isystem"),
}
_TEMPORARY: Final = re.compile(rb"(?<=[/\\])(?:cc\w{6}|null-\w{6})(?=\.[sio]\b)")
_WORKING_FOLDER: Final = re.compile(rb'"-f(?:debug|coverage)-compilation-dir=[^"\n]*"')
_CONFIG_FILE: Final = re.compile(rb"^Configuration file: (.*?)\r?$", re.MULTILINE)
_CONFIG_FOLDER: Final = re.compile(
    rb"^(?:(?:System|User) configuration file directory|InstalledDir): (.*?)\r?$", re.MULTILINE
)
_GCC_INSTALLATION: Final = re.compile(rb"^Found candidate GCC installation: (.*?)\r?$", re.MULTILINE)
_PROGRAMS: Final = re.compile(rb"^programs: =(.*?)\r?$", re.MULTILINE)
_LIBRARIES: Final = re.compile(rb"^libraries: =(.*?)\r?$", re.MULTILINE)
_TARGET: Final = re.compile(rb"^Target: (\S+)", re.MULTILINE)
_COLLECT: Final = re.compile(rb"^COLLECT_GCC=(.*?)\r?$", re.MULTILINE)
_SPECS: Final = re.compile(rb"^Reading specs from (.*?)\r?$", re.MULTILINE)
# Microsoft's banner is translated; in some languages there is no space, in some the words stand elsewhere.
_MICROSOFT: Final = re.compile(rb"Microsoft ?\(R\).*?\d\d\.\d\d\.\d{4,}", re.DOTALL)


class Family(enum.Enum):
    """Which dialect a compiler speaks."""

    GCC = "gcc"
    CLANG = "clang"
    CL = "cl"
    CLANG_CL = "clang_cl"


class Probe(Struct, frozen=True):
    """A compiler's answer for one language and one set of options."""

    family: Family
    version: bytes
    """Everything it printed of itself; enters the key."""
    programs: tuple[str, ...]
    """Programs it uses, as it names them: absolute, or to be found on ``PATH``."""
    search_folders: tuple[str, ...]
    """Default include folders, those that are missing too."""
    is_cxx_driver: bool
    """It takes a ``.c`` file for C++."""
    targets_msvc: bool
    """Its debug information is CodeView unless told otherwise."""
    program_folders: tuple[str, ...] = ()
    """Where it looks for programs before ``PATH``."""
    specs_folders: tuple[str, ...] = ()
    """Where gcc looks for a file named ``specs``."""
    specs: tuple[str, ...] = ()
    """Such files that it read."""
    configuration_files: tuple[str, ...] = ()
    """clang's, in the order in which it read them."""
    configuration_folders: tuple[str, ...] = ()
    """Where clang looks for them."""
    own_folders: tuple[str, ...] = ()
    """Include folders that clang itself chose, by what it found there."""
    gcc_installations: tuple[str, ...] = ()
    """Those that clang found; it takes the newest."""
    resource_folder: str = ""
    """clang's: headers of its own, ignore lists of its sanitizers."""
    sysroot: str = ""
    driver: str = ""
    """The program that answered, as it names itself; empty when it does not say."""
    target: str = ""
    """Programs are also looked for with this before their names."""


def looks_like_compiler(path: str) -> bool:
    """Whether a program's name says that it may be probed: any other program could do anything with our options."""
    return bool(_COMPILER_NAME.search(_stem(path)))


def next_probe_command(
    compiler: str, name: str, language: str, arguments: Sequence[str], outputs: Sequence[bytes]
) -> tuple[str, ...] | None:
    """The next command line to run for a probe, or ``None`` when all is known; each prints and makes no file.

    Args:
        compiler: The program.
        name: What the compiler behind it is called as.
        language: As ``-x`` names it.
        arguments: Options that change its tools or default folders.
        outputs: What the commands before this one printed.
    """
    text = b"\n".join(outputs)
    head = (compiler, *arguments)
    if is_cl_name(name):
        # cl without arguments prints its banner; of what it does not know it would warn, and compile the device.
        if not outputs and "clang" not in _stem(name).lower():
            return (compiler,)
        is_known = b"clang version" in text or _MICROSOFT.search(text)
        kind = "/TC" if language == "c" else "/TP"
        return None if is_known or len(outputs) > 1 else (*head, "-v", "-###", "/c", kind, os.devnull)
    if not outputs:
        return (*head, "-v", "-###", "-c", "-x", language, os.devnull, "-o", "probe.o")
    if len(outputs) == 1:
        # Each line of a search list that a driver prints also stands in the command that clang's would run.
        drives_all = b"clang version" in text and re.search(rb"^Target: .*-linux", text, re.MULTILINE)
        if not drives_all:
            return (*head, "-v", "-E", "-x", language, os.devnull, "-o", os.devnull)
        outputs = (*outputs, b"")
    if len(outputs) == 2:
        commands = [line[0] for line in _commands(text)]
        is_alone = b"clang version" in text and all("clang" in os.path.basename(command) for command in commands)
        return None if is_alone or b"programs: =" in text else (*head, "-print-search-dirs")
    return None


def parse_probe(name: str, outputs: Sequence[bytes], real_name: str = "") -> Probe | None:
    """Read what the probe's commands printed, or ``None`` for a compiler that is not known.

    Args:
        name: What the compiler is called as: it tells clang its mode.
        outputs: What each command printed.
        real_name: The program that a link with that name leads to: gcc's drivers are programs of their own.
    """
    text = b"\n".join(outputs)
    family = _family(name, text)
    if family is None:
        return None
    lines = _commands(text)
    words = [word for line in lines for word in pairwise(line)]
    driver = real_name if family is Family.GCC and real_name else name
    return Probe(
        family=family,
        # Temporary file names differ from run to run; the working folder has its own place in the key.
        version=_WORKING_FOLDER.sub(b"", _TEMPORARY.sub(b"", text)),
        programs=programs_in(outputs),
        search_folders=_search_folders(text, lines),
        is_cxx_driver=bool(_CXX_NAME.search(_stem(driver))) or b"'-shared-libgcc'" in text,
        targets_msvc=bool(_MSVC_TARGET.search(text)),
        program_folders=_paths(_PROGRAMS, text),
        specs_folders=_paths(_LIBRARIES, text) if family is Family.GCC else (),
        specs=_names(_SPECS, text),
        configuration_files=tuple(file for name in _names(_CONFIG_FILE, text) for file in name.split(", ")),
        configuration_folders=_names(_CONFIG_FOLDER, text),
        own_folders=tuple(dict.fromkeys(folder for word, folder in words if word in _INTERNAL_FOLDER)),
        gcc_installations=_names(_GCC_INSTALLATION, text),
        resource_folder=next((folder for word, folder in words if word == "-resource-dir"), ""),
        sysroot=next((folder for word, folder in words if word == "-isysroot"), ""),
        driver=next(iter(_names(_COLLECT, text)), "")
        if family is Family.GCC
        else next((line[0] for line in lines if "-cc1" in line[1:2]), ""),
        target=next(iter(_names(_TARGET, text)), ""),
    )


def programs_in(outputs: Sequence[bytes]) -> tuple[str, ...]:
    """The programs that a compiler says it would run, as it names them, in what the probe's commands printed."""
    return tuple(dict.fromkeys(line[0] for line in _commands(b"\n".join(outputs))))


def _family(name: str, text: bytes) -> Family | None:
    is_cl = is_cl_name(name)
    if b"clang version" in text:
        return Family.CLANG_CL if is_cl else Family.CLANG
    if is_cl:
        return Family.CL if _MICROSOFT.search(text) else None
    return Family.GCC if re.search(rb"^gcc version ", text, re.MULTILINE) else None


def _commands(text: bytes) -> list[list[str]]:
    """The commands that the driver would run, each in words."""
    return [words for line in text.splitlines() if _is_command(line) and (words := shlex.split(os.fsdecode(line)))]


def _names(pattern: re.Pattern[bytes], text: bytes) -> tuple[str, ...]:
    return tuple(dict.fromkeys(os.fsdecode(name) for name in pattern.findall(text)))


def _paths(pattern: re.Pattern[bytes], text: bytes) -> tuple[str, ...]:
    lists = (line.split(os.pathsep) for line in _names(pattern, text))
    return tuple(dict.fromkeys(folder for folders in lists for folder in folders if folder))


def _is_command(line: bytes) -> bool:
    """A command that the driver would run; it quotes as a shell reads."""
    return (
        line.startswith(b" ")
        and not line.startswith(b" (")
        and line.count(b'"') % 2 == 0
        and (b" -" in line or b' "-' in line)
    )


def _search_folders(text: bytes, lines: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Folders of the search list, or of the commands where there is no such list."""
    named = [folder for line in lines for word, folder in pairwise(line) if word in _FOLDER]
    # clang-cl gives on those of CPATH so.
    joined = [word[2:] for line in lines for word in line if word.startswith("-I") and word != "-I"]
    return tuple(dict.fromkeys((*_listed_folders(text), *joined, *named)))


def _listed_folders(text: bytes) -> list[str]:
    folders = list(_names(_LEFT_OUT, text))
    for found in _SEARCH_LIST.finditer(text):
        folders += [os.fsdecode(line.strip()) for line in found["list"].splitlines() if line.startswith(b" ")]
    return folders


def is_cl_name(path: str) -> bool:
    """Whether a program of this name takes the command line of Microsoft's compiler."""
    return bool(_CL_NAME.search(_stem(path)))


def _stem(path: str) -> str:
    name = re.split(r"[/\\]", path)[-1]
    return name[:-4] if name.lower().endswith(".exe") else name
