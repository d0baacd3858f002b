"""Which run of a build tool a caller belongs to, without a question to the system for each."""

import os
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from clcache_launcher.model import BuildRun
from clcache_launcher.util.build_tools import tools_above
from clcache_launcher.util.machine import own_mark

__all__ = ["CallerBuilds"]

_ASK_AGAIN_S: Final = 0.02
"""Two builds of a folder that follow so closely are told apart some compilations late."""
_PAUSE_S: Final = 60.0
_MOST_FOLDERS: Final = 4096


class _Known(Struct, frozen=True):
    run: BuildRun
    asked_s: float
    is_by_pause: bool


class CallerBuilds:
    """The builds of callers by the folders that they run in; safe for several threads.

    The caller's process leads to the build tool above it. Where there is none that is known, or the system does not
    tell, a pause of a minute in a folder parts two builds.
    """

    def __init__(
        self,
        now_s: Callable[[], float] = time.monotonic,
        tell: Callable[[str, BuildRun, int, int, float], None] | None = None,
    ) -> None:
        """Know nothing yet.

        Args:
            now_s: A steady clock.
            tell: Is told of a folder each time that the system was asked: which build it is, of which caller's process,
                the nearest tool above that, and by what pause it is parted from the next; each 0 where there is none.
        """
        self._now_s, self._tell = now_s, tell
        self._own = own_mark()
        self._known: OrderedDict[str, _Known] = OrderedDict()

    def find(self, cwd: str, caller: Callable[[], int]) -> BuildRun:
        """The build that a caller belongs to.

        Args:
            cwd: The folder that it runs in.
            caller: Tells its process, which waits for an answer.
        """
        now_s = self._now_s()
        known = self._known.get(cwd)
        if known is not None and now_s - known.asked_s < _ASK_AGAIN_S:
            return known.run
        process = caller()
        tools = tools_above(process, self._own)
        if tools.runs:
            run = BuildRun(tools.runs)
        elif known is not None and known.is_by_pause and now_s - known.asked_s < _PAUSE_S:
            run = known.run
        else:
            run = BuildRun(((f"pause-{time.time_ns():x}-{os.getpid():x}", os.path.realpath(cwd)),))
        self._known[cwd] = _Known(run, now_s, is_by_pause=not tools.runs)
        while len(self._known) > _MOST_FOLDERS:
            self._known.popitem(last=False)
        if self._tell is not None:
            self._tell(cwd, run, process, tools.nearest, 0 if tools.runs else _PAUSE_S)
        return run
