"""Specs files of gcc whose options are known: of C libraries for small machines, and of Red Hat's hardening.

They are inputs by content. Any other can name files and ask variables.
Source: newlib's libgloss, picolibc, redhat-rpm-config
"""

import os
from typing import Final

__all__ = ["is_known_specs"]

_LIBRARIES: Final = frozenset({"nano.specs", "nosys.specs", "rdimon.specs", "picolibc.specs"})
_HARDENING: Final = "/usr/lib/rpm/redhat/redhat-hardened-"


def is_known_specs(path: str) -> bool:
    """Whether a specs file, as gcc says where it found it, is one of those."""
    return os.path.isabs(path) and (os.path.basename(path) in _LIBRARIES or path.startswith(_HARDENING))
