"""A core that tells, as it ends, what its requests made it load: ``telling_core.py FILE serve ENDPOINT READY_FD``."""

import gc
import importlib
import json
import os
import sys
from collections.abc import Iterator

from clcache_launcher.__main__ import main


def _values() -> Iterator[tuple[str, object]]:
    """The values of our modules with their names."""
    for module, loaded in list(sys.modules.items()):
        if module.startswith("clcache_launcher."):
            yield from ((f"{module}.{name}", value) for name, value in vars(loaded).items())


def _tell_and_end(code: int) -> None:
    modules = sorted(sys.modules)
    # Not before: what the core loads by itself is told.
    dialect = importlib.import_module("clcache_launcher.compilers.dialect").Dialect
    late = type(importlib.import_module("clcache_launcher.util.patterns").late_pattern(""))
    with open(_FILE, "w", encoding="utf-8") as file:
        told = {
            "modules": modules,
            "patterns": sorted(
                name for name, value in _values() if isinstance(value, late) and "search" in vars(value)
            ),
            "tables": [
                name for name, value in _values() if isinstance(value, dialect) and "_exact" in vars(value.options)
            ],
            "collects": gc.isenabled(),
            "set_apart": gc.get_freeze_count(),
        }
        json.dump(told, file)
    _END(code)


_END = os._exit
_FILE = sys.argv.pop(1)
os._exit = _tell_and_end  # type: ignore[assignment]  # it ends the process, too
main()
