"""What the variables ``CL`` and ``_CL_`` add to a command line of cl or clang-cl."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from clcache_launcher.compilers.response_file import Quoting, split_text
from clcache_launcher.model import Reason, Uncacheable

__all__ = ["prepend_environment_options"]

_DEFINITION: Final = re.compile(r"[-/]D[^=#]*#")


def prepend_environment_options(
    arguments: Sequence[str], environment: Mapping[str, str], quoting: Quoting
) -> tuple[str, ...] | Uncacheable:
    """The command line that cl or clang-cl reads: the options in ``CL``, the arguments, the options in ``_CL_``.

    Args:
        arguments: The command line without the compiler.
        environment: The caller's.
        quoting: The compiler's.

    Returns:
        The whole command line; ``Uncacheable`` where it is not certain how the compiler reads a variable: quotes of
        which cl's documentation says nothing, a response file (clang-cl takes ``@file`` for an input there), a ``#``
        outside of a definition (clang-cl makes it ``=`` there too), an option that says how response files are read
        (clang-cl has read them by then).

    Source: learn.microsoft.com/cpp/build/reference/cl-environment-variables
    """
    whole: list[str] = []
    for name in ("CL", "", "_CL_"):
        if not name:
            whole += arguments
            continue
        tokens = split_text(environment.get(name, ""), quoting)
        options = None if tokens is None else _with_equal_signs([token for token in tokens if token is not None])
        if options is None:
            return Uncacheable(Reason.ENVIRONMENT, name)
        whole += options
    return tuple(whole)


def _with_equal_signs(tokens: Sequence[str]) -> list[str] | None:
    """Options of a variable with ``/DX#1`` as ``/DX=1``, or ``None`` when that is not all there is to them."""
    options: list[str] = []
    for token in tokens:
        follows_define = bool(options) and options[-1] in ("/D", "-D")
        if token.startswith(("@", "--rsp-quoting=")):
            return None
        if "#" not in token:
            options.append(token)
        elif _DEFINITION.match(f"/D{token}" if follows_define else token):
            options.append(token.replace("#", "=", 1))
        else:
            return None
    return options
