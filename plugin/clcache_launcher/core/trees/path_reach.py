"""Whether the path of a tree reaches what a compilation makes: then its result serves in that tree alone.

In doubt it does. A path reaches an output by debug information and what else records the working folder, by
``__FILE__`` and its like, and, under Microsoft's ABI, by the names of anonymous namespaces. Where the command line maps
the roots away (``-ffile-prefix-map``) the first two do not.
"""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from clcache_launcher.core.outputs import MadeOutput
from clcache_launcher.core.prepare import Prepared
from clcache_launcher.core.sources.facts import FILE_WORD, Facts
from clcache_launcher.core.sources.tokens import read_source
from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.model import Digest
from clcache_launcher.util.files import digest_of, read_file

__all__ = ["Answer", "FileNames", "Reach", "reaches", "shows_path"]

_DEBUG: Final = re.compile(r"[-/](?:Z[7iI]|g(?!0$).*)")
_RECORDS: Final = re.compile(
    r"-f(?:lto|save-|profile|coverage|test-coverage|instrument-functions|xray)|--coverage|-Xclang"
)
_CARRIER: Final = re.compile(r"^[-/]clang:")
_MAPS: Final = ("-ffile-prefix-map=", "-fdebug-prefix-map=", "-fmacro-prefix-map=")
# Microsoft's ABI names an anonymous namespace by a hash of the source's path as it was given.
_ANONYMOUS: Final = b"?A0x"
_MARKER: Final = re.compile(rb"^#[^\n]*\n", re.MULTILINE)
_CALL_SITE: Final = re.compile(rb"\b(?:__builtin_(?:FILE|source_location)|source_location)\b")
_DEFINITION: Final = re.compile(rb"\n[^\S\n]*(?:#|%:)[^\S\n]*define[^\S\n]+(\w+)([^\n]*)")

_INCLUDE: Final = re.compile(rb"\n[^\S\n]*(?:#|%:)[^\S\n]*include[^\n]*")


class Answer(enum.Enum):
    """Whether the path of a tree reaches what was made."""

    NO = enum.auto()
    YES = enum.auto()
    ASK = enum.auto()
    """The code may ask for its file's name; the preprocessed text tells."""


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a translation unit is known when it is to be stored."""

    files: Sequence[tuple[str, Digest]]
    """The source and each include with its digest; absolute."""
    facts: Sequence[tuple[str, Facts]]
    """The same with their facts."""
    listed: Sequence[str]
    """The includes as the compiler names them."""


class FileNames:
    """Which macros give a file's name, and which files use them; by content, each found once."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._split: dict[Digest, tuple[bytes, bytes]] = {}
        self._named: dict[tuple[Digest, frozenset[bytes]], frozenset[bytes]] = {}
        self._uses: dict[tuple[Digest, frozenset[bytes]], bool] = {}

    def reach_code(self, reach: Reach, roots: Roots) -> bool:
        """Whether code of a root's own files may ask for its file's name, by itself or through macros."""
        with_words = [file for file, (_, facts) in zip(reach.files, reach.facts, strict=True) if facts.file_macros]
        if not with_words:
            return False
        own = [file for file in reach.files if roots.is_below(file[0])]
        for path, digest in with_words:
            _, code = self._parts(path, digest)
            word = FILE_WORD if roots.is_below(path) else _CALL_SITE
            if word.search(code):
                return True
        names = self._macros(reach.files)
        return bool(names) and any(self._use(file, names) for file in own)

    def _macros(self, files: Sequence[tuple[str, Digest]]) -> frozenset[bytes]:
        """Names of macros whose bodies give a file's name, by themselves or through other macros."""
        names: frozenset[bytes] = frozenset()
        while True:
            found = names.union(*(self._defined(path, digest, names) for path, digest in files))
            if found == names:
                return names
            names = found

    def _defined(self, path: str, digest: Digest, names: frozenset[bytes]) -> frozenset[bytes]:
        key = (digest, names)
        if key not in self._named:
            wanted = re.compile(rb"\b(?:" + b"|".join(sorted(names)) + rb")\b") if names else FILE_WORD
            definitions, _ = self._parts(path, digest)
            lines = (line.partition(b" ") for line in definitions.split(b"\n"))
            self._named[key] = frozenset(name for name, _, body in lines if wanted.search(body))
        return self._named[key]

    def _use(self, file: tuple[str, Digest], names: frozenset[bytes]) -> bool:
        key = (file[1], names)
        if key not in self._uses:
            _, code = self._parts(*file)
            self._uses[key] = re.search(rb"\b(?:" + b"|".join(sorted(names)) + rb")\b", code) is not None
        return self._uses[key]

    def _parts(self, path: str, digest: Digest) -> tuple[bytes, bytes]:
        """The macros of a file, one a line as name and body, and its code without them; all that is asked, in doubt."""
        if digest not in self._split:
            read = read_file(path)
            source = read_source(read[0]) if read is not None and digest_of(read[0]) == digest else None
            if source is None:
                return b"", b" __FILE__ "
            definitions = _DEFINITION.findall(source.masked)
            code = _INCLUDE.sub(b"\n", _DEFINITION.sub(b"\n", source.masked))
            keeps_code = FILE_WORD.search(code) is not None or len(code) < 1 << 20
            self._split[digest] = (
                b"\n".join(name + b" " + body for name, body in definitions),
                code if keeps_code else b" __FILE__ ",
            )
        return self._split[digest]


def reaches(prepared: Prepared, reach: Reach, made: Sequence[MadeOutput], names: FileNames, roots: Roots) -> Answer:
    """Whether the path of a root is, or may be, in what was made."""
    compilation = prepared.compilation
    if compilation.precompiled is not None or compilation.records_command_line:
        return Answer.YES
    if any(output.role not in ("object", "depfile") for output in made):
        return Answer.YES
    data = next((output.data for output in made if output.role == "object"), b"")
    words = [_CARRIER.sub("", word) for word in compilation.arguments]
    if roots.shows(data) or any(_RECORDS.match(word) for word in words):
        return Answer.YES
    maps = _mapped(words, roots)
    if any(_DEBUG.fullmatch(word) for word in words) and not maps & {_MAPS[0], _MAPS[1]}:
        return Answer.YES
    is_absolute = roots.is_below(compilation.source)
    if is_absolute and _ANONYMOUS in data:
        return Answer.YES
    named = (*compilation.search_folders, *compilation.force_includes, *reach.listed)
    spells = is_absolute or any(map(roots.is_below, named))
    if spells and not maps & {_MAPS[0], _MAPS[2]} and names.reach_code(reach, roots):
        return Answer.ASK
    return Answer.NO


def shows_path(text: bytes, roots: Roots) -> bool:
    """Whether a preprocessed text holds the path of a root, or asks for a file's name where it is compiled."""
    code = _MARKER.sub(b"", text)
    return roots.shows(code) or _CALL_SITE.search(code) is not None or not roots.are_plain


def _mapped(words: Sequence[str], roots: Roots) -> frozenset[str]:
    """The options by which every root is mapped away."""
    return frozenset(
        option
        for option in _MAPS
        if roots.are_covered([word[len(option) :].rpartition("=")[0] for word in words if word.startswith(option)])
    )
