"""Entry of ``clcache-core``, which the launcher starts: the resident core, or the front end."""

import os
import sys

__all__ = ["main"]


def main() -> int:
    """Serve an end point (``serve ENDPOINT READY_FD``) or run the front end (``front-end ENDPOINT ARGUMENTS``)."""
    match sys.argv[1:]:
        case ["serve", endpoint, ready]:
            from clcache_launcher.server.serve import serve

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
