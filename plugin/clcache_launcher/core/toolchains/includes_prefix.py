"""What cl says before each header that ``/showIncludes`` lists: that is in the user's language.

clang-cl always speaks English. cl is asked once for each language, by a source with one header.
Source: learn.microsoft.com/cpp/build/reference/showincludes-list-include-files
"""

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from clcache_launcher.compilers.dependencies import SHOW_INCLUDES_PREFIX
from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.util.late_modules import LateModule
from clcache_launcher.util.process import run

if TYPE_CHECKING:
    import tempfile
else:
    tempfile = LateModule("tempfile")

__all__ = ["IncludesPrefixes"]

_HEADER: Final = "clcache_asks.h"
_LANGUAGE: Final = "VSLANG"
_LINE: Final = re.compile(rb"^(?P<prefix>\S[^\r\n]*:) +\S[^\r\n]*" + _HEADER.encode() + rb"\r?$", re.MULTILINE)


class IncludesPrefixes:
    """The prefixes that were found; each compiler is asked once for a language."""

    def __init__(self) -> None:
        """Ask nothing yet."""
        self._known: dict[tuple[str, bytes, str], bytes] = {}

    def find(self, prepared: Prepared) -> bytes:
        """The prefix of a compiler's list, in the code page of its output; empty when it is not known."""
        if prepared.toolchain.family is not Family.CL:
            return SHOW_INCLUDES_PREFIX
        compiler, environment = prepared.invocation.compiler, prepared.invocation.environment
        key = (compiler, prepared.toolchain.identity, environment.get(_LANGUAGE, ""))
        if key not in self._known:
            self._known[key] = _ask(compiler, environment)
        return self._known[key]


def _ask(compiler: str, environment: Mapping[str, str]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("asks.c", f'#include "{_HEADER}"\n'), (_HEADER, "")):
            with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                file.write(text)
        # /Zs compiles and makes nothing.
        done = run([compiler, "/nologo", "/showIncludes", "/Zs", "asks.c"], cwd=folder, environment=environment)
    found = _LINE.search(done.stdout + done.stderr) if done is not None else None
    return found["prefix"] if found else b""
