"""Which time macros a compiler takes from ``SOURCE_DATE_EPOCH``, found by trying.

gcc takes ``__DATE__`` and ``__TIME__`` (since 7), clang and clang-cl ``__TIMESTAMP__`` too (since 16), cl none.
Source: reproducible-builds.org/specs/source-date-epoch
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from clcache_launcher.util.late_modules import LateModule
from clcache_launcher.util.process import run

if TYPE_CHECKING:
    import tempfile
else:
    tempfile = LateModule("tempfile")

__all__ = ["VARIABLE", "EpochTrials", "is_set"]

VARIABLE: Final = "SOURCE_DATE_EPOCH"
_TRIAL: Final = b"const char *a = __DATE__, *b = __TIME__, *c = __TIMESTAMP__;\n"
_ANSWERS: Final = {
    b"__DATE__": b'"Jan  1 1970"',
    b"__TIME__": b'"00:00:00"',
    b"__TIMESTAMP__": b'"Thu Jan  1 00:00:00 1970"',
}


def is_set(environment: Mapping[str, str]) -> bool:
    """Whether the variable has a value that every compiler takes for a time; gcc ignores an empty one."""
    value = environment.get(VARIABLE, "")
    return value.isascii() and value.isdigit()


class EpochTrials:
    """What was found by trying; each compiler is tried once."""

    def __init__(self) -> None:
        """Try nothing yet."""
        self._known: dict[tuple[str, bytes], frozenset[bytes]] = {}

    def taken(self, compiler: str, identity: bytes, environment: Mapping[str, str]) -> frozenset[bytes]:
        """The time macros that a compiler takes from the variable.

        Args:
            compiler: Absolute path.
            identity: Its toolchain's.
            environment: The caller's.
        """
        key = (compiler, identity)
        if key not in self._known:
            self._known[key] = _try(compiler, environment)
        return self._known[key]


def _try(compiler: str, environment: Mapping[str, str]) -> frozenset[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "trial.c")
        with open(source, "wb") as file:
            file.write(_TRIAL)
        done = run([compiler, "-E", source], cwd=folder, environment={**environment, VARIABLE: "0"})
    if done is None or done.exit_code != 0:
        return frozenset()
    return frozenset(name for name, answer in _ANSWERS.items() if answer in done.stdout)
