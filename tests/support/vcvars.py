"""The environment that Visual Studio's ``vcvarsall.bat`` makes, for steps of GitHub Actions and for programs.

    python tests/support/vcvars.py x64

gives the steps that follow ``cl`` on their path. It needs Windows with Visual Studio, and nothing but Python.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

__all__ = ["difference", "for_github", "msvc_environment", "parse"]

_SETUP = "Microsoft Visual Studio/Installer/vswhere.exe"
_TOOLS = {"x64": "x86.x64", "arm64": "ARM64"}


def parse(text: str) -> dict[str, str]:
    """The variables that ``set`` prints, by their names in capitals as Windows' Python has them."""
    pairs = (line.partition("=") for line in text.splitlines())
    return {name.upper(): value for name, equal, value in pairs if name and equal}


def difference(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """What is new or other in the environment after."""
    return {name: value for name, value in after.items() if before.get(name) != value}


def for_github(variables: Mapping[str, str]) -> str:
    """Lines for the file that ``GITHUB_ENV`` names; a value of ``set`` is one line."""
    return "".join(f"{name}={value}\n" for name, value in variables.items())


def msvc_environment(environment: Mapping[str, str], architecture: str) -> dict[str, str]:
    """The variables that the newest Visual Studio sets for native builds of ``x64`` or ``arm64``."""
    vswhere = Path(environment["ProgramFiles(x86)"]) / _SETUP
    words = [str(vswhere), "-latest", "-products", "*", "-utf8", "-property", "installationPath"]
    words += ["-requires", f"Microsoft.VisualStudio.Component.VC.Tools.{_TOOLS[architecture]}"]
    found = subprocess.run(words, check=True, capture_output=True, encoding="utf-8").stdout.strip()
    if not found:
        raise SystemExit(f"vcvars: Visual Studio has no compiler for {architecture}")
    batch = Path(found) / "VC/Auxiliary/Build/vcvarsall.bat"
    # One text for cmd, which drops its first and its last quote; by /u what set prints is UTF-16.
    line = f'cmd /d /u /s /c "call "{batch}" {architecture} >nul && set"'
    done = subprocess.run(line, env=dict(environment), check=True, capture_output=True)
    after = parse(done.stdout.decode("utf-16-le"))
    return difference({name.upper(): value for name, value in environment.items()}, after)


if __name__ == "__main__":
    made = for_github(msvc_environment(os.environ, sys.argv[1]))
    with open(os.environ["GITHUB_ENV"], "a", encoding="utf-8") as stream:
        stream.write(made)
