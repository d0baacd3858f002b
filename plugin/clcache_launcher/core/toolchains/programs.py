"""Which programs a compiler's name leads to, and the shared libraries that they load."""

import os
import re
import struct
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from clcache_launcher.compilers.probe import looks_like_compiler
from clcache_launcher.compilers.wrapper import Script, read_script
from clcache_launcher.util.process import run

__all__ = [
    "LOADER_FILES",
    "Driver",
    "Loaded",
    "find_driver",
    "first_program",
    "is_script",
    "load",
    "path_folders",
    "spellings",
]

_MOST_SCRIPTS: Final = 8
_MAX_SCRIPT_BYTES: Final = 1 << 16
_LIBRARY: Final = re.compile(rb"^\s*(?:\S+ => )?(/.*) \(0x[0-9a-f]+\)$", re.MULTILINE)
_TRIED: Final = re.compile(rb"trying file=(/.*)$", re.MULTILINE)
LOADER_FILES: Final = ("/etc/ld.so.cache", "/etc/ld.so.preload")
"""Where the loader reads which libraries there are; what it read tells from the libraries themselves."""
_BUILTINS: Final = ("exec", "[", "test", "set", "exit", ":", "true", "false")
_INTERPRETER_SEGMENT: Final = 3


class Driver(Struct, frozen=True):
    """The compiler that a command leads to, through scripts if need be."""

    program: str
    """As it is called: the name selects its mode."""
    options: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (((), ()),)
    """What scripts put before and after the arguments; one of these, by the arguments alone."""
    scripts: tuple[str, ...] = ()
    """The scripts with the programs that read them, and those that they ask."""
    names: tuple[str, ...] = ()
    """Programs that are looked for on ``PATH``."""
    asks: bool = False
    """A script chooses by the arguments."""
    asks_any: bool = False
    """By any of them, see ``Script``."""


class Loaded(Struct, frozen=True):
    """What the system's loader loads with a program."""

    libraries: tuple[str, ...]
    looked: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = ()
    """Folders and the names looked for in them."""


def find_driver(compiler: str, path: Sequence[str], environment: Mapping[str, str]) -> Driver | None:
    """The compiler behind a command, or ``None`` where that is not certain.

    A script is followed as far as it can be understood. A link to a program that is named as no compiler (another
    cache, a distributor of compilations) is not: nobody knows what that asks for.

    Args:
        compiler: Absolute path.
        path: The folders of ``PATH``.
        environment: The caller's.
    """
    return _follow(compiler, path, environment, _MOST_SCRIPTS)


def _follow(program: str, path: Sequence[str], environment: Mapping[str, str], depth: int) -> Driver | None:
    text = _script_text(program)
    if text is None:
        return Driver(program) if looks_like_compiler(os.path.realpath(program)) else None
    script = read_script(text, program) if depth else None
    if script is None or _is_bent(script, environment):
        return None
    found: list[Driver] = []
    for call in script.calls:
        called = call.program if os.path.isabs(call.program) else first_program(call.program, path)
        inner = _follow(called, path, environment, depth - 1) if called else None
        if inner is None:
            return None
        options = tuple(((*before, *call.before), (*call.after, *after)) for before, after in inner.options)
        found.append(replace(inner, options=options))
    if len({driver.program for driver in found}) != 1:
        return None
    tools = (*script.shell, *script.tools)
    read_by = [name if os.path.isabs(name) else first_program(name, path) for name in tools]
    names = [name for name in (*tools, *(call.program for call in script.calls)) if not os.path.isabs(name)]
    return Driver(
        program=found[0].program,
        options=tuple(dict.fromkeys(options for driver in found for options in driver.options)),
        scripts=tuple(dict.fromkeys([program, *read_by, *(name for driver in found for name in driver.scripts)])),
        names=tuple(dict.fromkeys([*names, *(name for driver in found for name in driver.names)])),
        asks=script.asks or any(driver.asks for driver in found),
        asks_any=script.asks_any or any(driver.asks_any for driver in found),
    )


def _script_text(program: str) -> str | None:
    try:
        with open(program, "rb") as file:
            if file.read(2) != b"#!":
                return None
            return (b"#!" + file.read(_MAX_SCRIPT_BYTES)).decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _is_bent(script: Script, environment: Mapping[str, str]) -> bool:
    """Whether the environment makes a shell do something before or instead of what the script says."""
    names = {*(os.path.basename(call.program) for call in script.calls), *_BUILTINS, *script.tools}
    return any(name in environment for name in ("BASH_ENV", "SHELLOPTS", "BASHOPTS")) or any(
        f"BASH_FUNC_{name}%%" in environment for name in names
    )


def is_script(program: str) -> bool:
    """Whether a program is one that another program reads."""
    return _script_text(program) is not None


def path_folders(cwd: str, environment: Mapping[str, str]) -> list[str]:
    """The folders of ``PATH``, absolute."""
    return [os.path.join(cwd, folder) for folder in dict.fromkeys(environment.get("PATH", "").split(os.pathsep))]


def spellings(name: str, platform: str = sys.platform) -> tuple[str, ...]:
    """What the file of a command's name may be called: Windows adds a suffix where there is none."""
    is_whole = platform != "win32" or name.lower().endswith(".exe")
    return (name,) if is_whole else (f"{name}.exe", name)


def first_program(name: str, folders: Iterable[str]) -> str:
    """Path of the program that a command's name leads to, or an empty string."""
    candidates = (os.path.join(folder, each) for folder in folders for each in spellings(name))
    return next((path for path in candidates if os.path.isfile(path) and os.access(path, os.X_OK)), "")


def load(program: str, cwd: str, environment: Mapping[str, str]) -> Loaded:
    """The shared libraries of a program; nothing when it is no program of this system's loader."""
    loader = _loader(program)
    # The loader itself is run, and never the program: not every system's knows LD_TRACE_LOADED_OBJECTS.
    argv = [loader, "--list", os.path.realpath(program)]
    traced = run(argv, cwd=cwd, environment={**environment, "LD_DEBUG": "libs"}, timeout_s=10) if loader else None
    if traced is None:
        return Loaded(())
    found = [os.fsdecode(path) for path in _LIBRARY.findall(traced.stdout)]
    tried = [os.path.split(os.fsdecode(path)) for path in _TRIED.findall(traced.stderr + traced.stdout)]
    by_name: dict[str, list[str]] = {}
    for folder, name in tried:
        by_name.setdefault(name, []).append(folder)
    by_folders: dict[tuple[str, ...], list[str]] = {}
    for name, folders in by_name.items():
        by_folders.setdefault(tuple(folders), []).append(name)
    looked = tuple((folders, tuple(names)) for folders, names in by_folders.items())
    return Loaded(tuple(found), looked)


def _loader(program: str) -> str:
    """The loader that an ELF program names, or an empty string; a shared library has none and can't be asked."""
    try:
        with open(program, "rb") as file:
            head = file.read(8192)
    except OSError:
        return ""
    if head[:6] != b"\x7fELF\x02\x01" or len(head) < 64:
        return ""
    (offset,) = struct.unpack_from("<Q", head, 32)
    size, count = struct.unpack_from("<HH", head, 54)
    for at in range(offset, min(offset + size * count, len(head) - size), size or 1):
        if struct.unpack_from("<I", head, at)[0] == _INTERPRETER_SEGMENT:
            begin, length = struct.unpack_from("<Q", head, at + 8)[0], struct.unpack_from("<Q", head, at + 32)[0]
            return os.fsdecode(head[begin : begin + length].rstrip(b"\0"))
    return ""
