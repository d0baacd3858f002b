"""Processes that the core and the generator start themselves."""

import subprocess
from collections.abc import Mapping, Sequence

from msgspec import Struct

__all__ = ["Finished", "run", "run_visibly"]


class Finished(Struct, frozen=True):
    """A process that has ended."""

    exit_code: int
    stdout: bytes
    stderr: bytes


def run(argv: Sequence[str], *, cwd: str, environment: Mapping[str, str], timeout_s: float = 30) -> Finished | None:
    """Run a program with no input and its output captured.

    Returns:
        How it ended, or ``None`` when it could not be started or did not end in time.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the caller names a compiler or a build tool
            list(argv),
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
    return Finished(done.returncode, done.stdout, done.stderr)


def run_visibly(argv: Sequence[str], *, environment: Mapping[str, str]) -> int:
    """Run a program on the caller's own streams and return its exit code.

    Raises:
        OSError: It can't be started.
    """
    return subprocess.run(list(argv), env=dict(environment), check=False).returncode  # noqa: S603 - as above
