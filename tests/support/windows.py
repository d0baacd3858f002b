"""Windows programs, under Wine or on Windows: the Python with the wheel, the launcher, a compiler, CMake."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from support.skip import skip_or_fail

__all__ = ["Finished", "NativeWindows", "Windows", "WindowsCache", "find_installation"]

_LIMIT_S = 180
_LATE_OUTPUT_S = 0.5
_ENDING_S = 30
_MOST_CORES = 3
_KEPT = ("HOME", "LANG", "PATH", "TMPDIR", "USER")
_COMPILER = "x86_64-w64-mingw32-gcc-posix"


@dataclass(frozen=True)
class Finished:
    """How a program ended."""

    exit_code: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True)
class Windows:
    """Wine with what was installed for it."""

    folder: Path
    variables: Mapping[str, str]

    @staticmethod
    def path(path: Path) -> str:
        """The path by which Windows programs know a file."""
        return "Z:" + str(path).replace("/", "\\")

    @property
    def python(self) -> Path:
        return Path(self.variables["WINDOWS_PYTHON"])

    @property
    def ninja(self) -> Path:
        return Path(self.variables["WINDOWS_NINJA"])

    @property
    def cmake(self) -> Path:
        return Path(self.variables["WINDOWS_CMAKE"])

    @property
    def tools(self) -> Path:
        """Linker, librarian and resource compiler."""
        return Path(self.variables["WINDOWS_BIN"])

    @property
    def system_folder(self) -> Path:
        """Where Windows itself is."""
        return Path(self.variables["WINEPREFIX"]) / "drive_c/windows/system32"

    @property
    def build_programs(self) -> dict[str, str]:
        """CMake's variables for what it can't find by itself: there is no SDK to link with, nor its manifest tool."""
        found = {"LINKER": self.tools / "lld-link.exe", "AR": self.tools / "llvm-lib.exe"}
        return {"MT": "CMAKE_MT-NOTFOUND"} | {name: self.path(program) for name, program in found.items()}

    def search(self, *folders: Path) -> dict[str, str]:
        """The environment in which programs are looked for there; Wine's own folders come first."""
        return {"WINEPATH": ";".join(self.path(folder) for folder in folders)}

    def command(self, program: Path) -> list[str]:
        """What starts a program."""
        return [self.variables["WINE"], self.path(program)]

    def make_program(self, source: Path, program: Path, *words: str) -> None:
        """Compile a small program of the tests' own."""
        subprocess.run([_COMPILER, "-O1", "-municode", "-s", *words, "-o", str(program), str(source)], check=True)

    def drive(self, letter: str, folder: Path | None) -> None:
        """Let a drive stand for a folder, as ``subst`` does, or no longer."""
        link = Path(self.variables["WINEPREFIX"]) / f"dosdevices/{letter.lower()}:"
        if folder is None:
            link.unlink()
        else:
            link.symlink_to(folder)

    def start(
        self, program: Path, *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None
    ) -> "Running":
        """Start a program without input."""
        own = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return Running(
            subprocess.Popen(
                [*self.command(program), *arguments],
                cwd=cwd,
                env={**own, **self.variables, **(environment or {})},
                stdin=subprocess.DEVNULL,
                # Windows' Python takes no file for its streams under Wine.
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        )

    def run(self, program: Path, *arguments: str, cwd: Path, environment: Mapping[str, str] | None = None) -> Finished:
        """Run a program without input."""
        return self.start(program, *arguments, cwd=cwd, environment=environment).finish()


@dataclass(frozen=True)
class NativeWindows(Windows):
    """Windows itself, with Visual Studio's environment: all is on the path."""

    @staticmethod
    def path(path: Path) -> str:
        return str(path)

    @property
    def python(self) -> Path:
        return Path(sys.executable)

    @property
    def ninja(self) -> Path:
        return _on_path("ninja")

    @property
    def cmake(self) -> Path:
        return _on_path("cmake")

    @property
    def system_folder(self) -> Path:
        return Path(self.variables["SYSTEMROOT"]) / "System32"

    @property
    def build_programs(self) -> dict[str, str]:
        return {}

    def search(self, *folders: Path) -> dict[str, str]:
        return {"PATH": os.pathsep.join([*map(str, folders), self.variables["PATH"]])}

    def command(self, program: Path) -> list[str]:
        return [str(program)]

    def make_program(self, source: Path, program: Path, *words: str) -> None:
        arguments = ["/nologo", "/O1", *words, f"/Fo{program}.obj", f"/Fe{program}", str(source)]
        subprocess.run([str(_on_path("cl")), *arguments], check=True)

    def drive(self, letter: str, folder: Path | None) -> None:
        subprocess.run(["subst", f"{letter}:", "/D" if folder is None else str(folder)], check=True)


def _on_path(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        skip_or_fail(f"{name} is not on the path; start from a command prompt of Visual Studio")
    return Path(found)


class Running:
    """A program that runs; its streams are read all the time."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.process = process
        self._read: list[list[bytes]] = [[], []]
        self._threads = [
            threading.Thread(target=self._collect, args=(stream, into), daemon=True)
            for stream, into in zip((process.stdout, process.stderr), self._read, strict=True)
        ]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _collect(stream: IO[bytes] | None, into: list[bytes]) -> None:
        assert stream is not None
        with stream:
            while part := os.read(stream.fileno(), 65536):
                into.append(part)

    def finish(self, limit_s: float = _LIMIT_S) -> Finished:
        """Wait for the process and not for the end of its streams: under Wine a core keeps stderr of who starts it.

        Raises:
            subprocess.TimeoutExpired: It did not end in time.
        """
        code = self.process.wait(limit_s)
        until_s = time.monotonic() + _LATE_OUTPUT_S
        self._threads[0].join(_LATE_OUTPUT_S)
        self._threads[1].join(max(0.05, until_s - time.monotonic()))
        return Finished(code, *(b"".join(parts) for parts in self._read))


@dataclass
class WindowsCache:
    """The launcher of the wheel with a cache folder and an end point of its own."""

    windows: Windows
    scripts: Path
    compiler: Path
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    core: "Running | None" = None

    def __post_init__(self) -> None:
        self.variables = {
            "CLCACHE_DIR": self.windows.path(self.folder / "cache"),
            "CLCACHE_LOG": self.windows.path(self.folder / "log.txt"),
            "CLCACHE_SOCKET": f"clcache-test-{uuid.uuid4().hex}",
            # Wine now and then finds no pipe where there is one; a core beside the first then ends by itself.
            "CLCACHE_IDLE_TIMEOUT": "60s",
        }

    @property
    def launcher(self) -> Path:
        return self.scripts / "clcache.exe"

    def start_core(self) -> Running:
        """Start a core as the launcher does; returns when it answers."""
        system = self.windows.system_folder
        pipe = "\\\\.\\pipe\\" + self.variables["CLCACHE_SOCKET"]
        self.core = self.windows.start(self.scripts / "clcache-core.exe", "serve", pipe, "0", cwd=system)
        while b"is running" not in self.front_end("status").stdout:
            assert self.core.process.poll() is None, self.core.finish()
        return self.core

    def end(self) -> None:
        """End the core, whoever started it."""
        for _ in range(_MOST_CORES):
            self.front_end("stop")
            if self.core is None:
                return
            # Wine may have let a second core serve the same pipe: then that one was told.
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.core.finish(_ENDING_S)
                return
        raise AssertionError("the core does not end when it is told to")

    def compile(self, *arguments: str, cwd: Path, **variables: str) -> Finished:
        """Compile through the cache."""
        return self.front_end(self.windows.path(self.compiler), *arguments, cwd=cwd, **variables)

    def front_end(self, *words: str, cwd: Path | None = None, **variables: str) -> Finished:
        """Run the launcher."""
        return self.windows.run(
            self.launcher, *words, cwd=cwd or self.folder, environment={**self.variables, **variables}
        )

    def outcomes(self) -> list[str]:
        """The log's outcomes, in order."""
        log = self.folder / "log.txt"
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        return [line.split(" ms cwd=")[0].split(" ", 1)[1].rsplit(" ", 1)[0] for line in lines]


def find_installation() -> Windows:
    """Windows itself, or what ``CLCACHE_TEST_WINDOWS`` names."""
    if sys.platform == "win32":
        return NativeWindows(Path(tempfile.mkdtemp(prefix="clc")), dict(os.environ))
    folder = Path(os.environ.get("CLCACHE_TEST_WINDOWS", ""))
    script = folder / "env.sh"
    if not os.environ.get("CLCACHE_TEST_WINDOWS") or not script.exists():
        skip_or_fail(
            "Wine with the Windows Python, CMake, Ninja and zig is missing; CONTRIBUTING.md tells how to install them "
            "into a folder, which CLCACHE_TEST_WINDOWS then names"
        )
    return Windows(folder, _exports(script))


def _exports(script: Path) -> dict[str, str]:
    before, after = (_environment(["bash", "-c", text, "bash", str(script)]) for text in ("env -0", '. "$1" && env -0'))
    return {name: value for name, value in after.items() if before.get(name) != value}


def _environment(command: Sequence[str]) -> dict[str, str]:
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(entry.split("=", 1) for entry in text.split("\0") if "=" in entry)
