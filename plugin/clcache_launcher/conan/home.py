"""Asks Conan where its home is."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from clcache_launcher.errors import ToolchainError
from clcache_launcher.util.process import run

__all__ = ["find_home"]


def find_home(environment: Mapping[str, str], cwd: str) -> Path:
    """Conan's home: ``.conanrc`` and ``CONAN_HOME`` decide it, and Conan alone knows how.

    The program is asked, not the library: Conan often has a Python environment of its own.

    Raises:
        ToolchainError: There is no Conan 2, or it does not tell.
    """
    program = shutil.which("conan", path=environment.get("PATH"))
    if program is None:
        raise ToolchainError(
            "conan is not found; install it with: pip install 'conan>=2', or name a folder for the files with -B"
        )
    finished = run([program, "config", "home"], cwd=cwd, environment=environment)
    lines = finished.stdout.decode("utf-8", "surrogateescape").splitlines() if finished else []
    if finished is None or finished.exit_code != 0 or not lines:
        text = finished.stderr.decode(errors="replace").strip() if finished else "it can't be started"
        raise ToolchainError(f"{program} config home: {text}")
    return Path(lines[-1].strip())
