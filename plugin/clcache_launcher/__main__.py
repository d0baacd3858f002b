"""Entry of ``clcache-core``, which the launcher starts: the resident core, or the front end."""

import gc
import os
import sys

__all__ = ["main"]


def main() -> int:
    """Serve an end point (``serve ENDPOINT READY_FD``) or run the front end (``front-end ENDPOINT ARGUMENTS``)."""
    match sys.argv[1:]:
        case ["serve", endpoint, ready]:
            # What modules make stays: to search it for garbage took 7 ms of the start, and goes on at each collection.
            gc.disable()
            # msgspec asks typing_extensions, where that is installed, for what typing has, too: 6 ms of the start.
            is_hidden = sys.modules.setdefault("typing_extensions", None) is None  # type: ignore[arg-type]
            from clcache_launcher.server.serve import serve

            if is_hidden:
                del sys.modules["typing_extensions"]
            gc.freeze()
            gc.enable()
            code = serve(endpoint, int(ready))
            # Threads may still wait for callers that were turned away.
            os._exit(code)
        case ["front-end", endpoint, *arguments]:
            from clcache_launcher.cli.main import run_front_end

            return run_front_end(endpoint, arguments)
        case _:
            from clcache_launcher.cli.main import explain_core_program

            return explain_core_program()


if __name__ == "__main__":
    sys.exit(main())
