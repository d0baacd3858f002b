"""What went wrong in the core, for whoever starts it by hand: its launcher gives it no stderr.

Not ``logging``: loading that takes 7 ms, a tenth of a core's start, and fails itself where no more files can be opened,
which is then what there is to tell.
"""

import contextlib
import sys

__all__ = ["complain", "complain_of_fault"]


def complain(what: object) -> None:
    """Say something on stderr, if there is one."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"clcache-core: {what}\n")


def complain_of_fault(what: str) -> None:
    """Say it with the error that is being handled and where it came from."""
    complain(what)
    with contextlib.suppress(OSError, ValueError):
        sys.__excepthook__(*sys.exc_info())
