"""Microsoft's compiler, cl.

There is none here to try: what this says is Microsoft's documentation, and in doubt an option is refused.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from clcache_launcher.compilers.dialect import Dialect, Names
from clcache_launcher.compilers.msvc_options import CL_ROWS, SHARED_ROWS
from clcache_launcher.compilers.options import OptionTable
from clcache_launcher.compilers.response_file import Quoting, split_text
from clcache_launcher.model import Reason, Uncacheable

__all__ = ["CL", "name_object", "prepend_environment_options", "source_stem"]

_SEPARATORS: Final = "\\/"
_DEFINITION: Final = re.compile(r"[-/]D[^=#]*#")
_LANGUAGES: Final[Mapping[str, str]] = {".c": "c", ".cc": "c++", ".cpp": "c++", ".cxx": "c++"}


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


def name_object(names: Names, separators: str) -> str:
    """Path of the object: of ``/Fo``'s value, or in its folder when that ends in a separator.

    Args:
        names: Values of the command line.
        separators: Characters between the folders of a path.

    Source: learn.microsoft.com/cpp/build/reference/specifying-the-pathname; clang-cl 19.1.7 does the same.
    """
    given = names.output or ""
    name = _file_name(given, separators)
    if not name:
        return f"{given}{source_stem(names.source, separators)}.obj"
    if "." in name and name not in (".", ".."):
        return given
    return given.removesuffix(".") + ".obj"


def source_stem(source: str, separators: str) -> str:
    """A source's file name without its last suffix."""
    name = _file_name(source, separators)
    stem, dot, _ = name.rpartition(".")
    return stem if dot else name


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


def _file_name(path: str, separators: str) -> str:
    return re.split(f"[{re.escape(separators)}]", path)[-1]


def _object_path(names: Names) -> str:
    return name_object(names, _SEPARATORS)


def _depfile_path(names: Names) -> str:
    return names.depfile or f"{source_stem(names.source, _SEPARATORS)}.d"


def _side_output_path(names: Names, suffix: str) -> str:
    return _object_path(names).removesuffix(".obj") + suffix


def _split_nested(_name: str, values: Sequence[str]) -> Sequence[str]:
    return values


CL: Final = Dialect(
    name="cl",
    options=OptionTable((*SHARED_ROWS, *CL_ROWS), leads="-/"),
    nested={},
    split_nested=_split_nested,
    languages=_LANGUAGES,
    object_path=_object_path,
    depfile_path=_depfile_path,
    side_output_path=_side_output_path,
    # LIBPATH is for #using, VSLANG the language of messages, TZ the zone of __TIMESTAMP__.
    environment=("CL", "_CL_", "INCLUDE", "EXTERNAL_INCLUDE", "LIBPATH", "VSLANG", "TZ"),
    # The first sends the output past stdout, to an IDE; cl hands the others to its passes, and they may hold options.
    rejected_environment=("VS_UNICODE_OUTPUT", "MSC_CMD_FLAGS", "MSC_IDE_FLAGS"),
    windows_quoting=True,
    quoting=Quoting.CL,
    names_output=True,  # S_OBJNAME
)
