"""Microsoft's compiler, cl.

There is none here to try: what this says is Microsoft's documentation, and in doubt an option is refused.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from clcache_launcher.compilers.dialect import Dialect, Names
from clcache_launcher.compilers.msvc_options import CL_ROWS, SHARED_ROWS
from clcache_launcher.compilers.options import OptionTable
from clcache_launcher.compilers.response_file import Quoting

__all__ = ["CL", "name_object", "source_stem"]

_SEPARATORS: Final = "\\/"
_LANGUAGES: Final[Mapping[str, str]] = {".c": "c", ".cc": "c++", ".cpp": "c++", ".cxx": "c++"}


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
