"""What must work wherever a wheel is installed; ``python tests/smoke.py`` asks the environment that runs it.

The programs start, the second of two compilations is a hit that gives the same object, and ``clcache doctor`` finds the
cache in order. It needs the wheel and a compiler: ``cl`` on Windows, elsewhere ``gcc``, ``clang`` or ``cc``.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from importlib.metadata import version
from pathlib import Path

from support.vcvars import msvc_environment

SOURCE = '#include "a.h"\nint f(void) { return A; }\n'
COMPILERS = {"win32": ("cl",), "other": ("gcc", "clang", "cc")}


class Smoke:
    """The installed programs with a cache folder, an end point and a folder to compile in of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scripts = Path(sysconfig.get_path("scripts"))
        endpoint = f"clcache-smoke-{os.getpid()}" if sys.platform == "win32" else str(folder / "core")
        self.environment = {**os.environ, "CLCACHE_DIR": str(folder / "cache"), "CLCACHE_SOCKET": endpoint}

    def run(self, *words: str) -> str:
        """Run a program; what it printed."""
        print("$", *words, flush=True)
        done = subprocess.run(
            words, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )
        print(done.stdout + done.stderr, flush=True)
        if done.returncode:
            raise SystemExit(f"smoke: {words[0]} ended with {done.returncode}")
        return done.stdout

    def clcache(self, *words: str) -> str:
        """Run the launcher."""
        return self.run(str(self.scripts / "clcache"), *words)

    def find_compiler(self) -> str | None:
        """The compiler's whole path; on Windows it also gets the environment that it needs."""
        if sys.platform == "win32" and shutil.which("cl") is None:
            architecture = {"AMD64": "x64", "ARM64": "arm64"}[platform.machine()]
            self.environment.update(msvc_environment(os.environ, architecture))
        names = COMPILERS.get(sys.platform, COMPILERS["other"])
        path = next((value for name, value in self.environment.items() if name.upper() == "PATH"), None)
        return next((found for name in names if (found := shutil.which(name, path=path))), None)

    def compile_twice(self, compiler: str) -> None:
        """The second compilation is a hit and its object the first's."""
        (self.folder / "a.h").write_text("#define A 1\n")
        (self.folder / "a.c").write_text(SOURCE)
        options = ("/nologo", "/c", "/Foa.obj", "a.c") if sys.platform == "win32" else ("-c", "-o", "a.obj", "a.c")
        made = self.folder / "a.obj"
        objects = []
        for _ in range(2):
            made.unlink(missing_ok=True)
            self.clcache(compiler, *options)
            objects.append(made.read_bytes())
        counts = json.loads(self.clcache("stats", "--json"))
        if (counts["hits"], counts["misses"]) != (1, 1) or objects[0] != objects[1]:
            raise SystemExit(f"smoke: {counts['hits']} hits and {counts['misses']} misses, expected 1 and 1")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="clc", ignore_cleanup_errors=True) as name:
        smoke = Smoke(Path(name))
        wanted = version("clcache-launcher")
        if wanted not in smoke.clcache("--version"):
            raise SystemExit(f"smoke: the launcher is not {wanted}")
        smoke.run(str(smoke.scripts / "clcache-setup"), "--help")
        compiler = smoke.find_compiler()
        try:
            if compiler is None:
                raise SystemExit("smoke: no compiler found")
            smoke.compile_twice(compiler)
            smoke.clcache("doctor")
        finally:
            smoke.clcache("stop")
    print("smoke: all is well")


if __name__ == "__main__":
    main()
