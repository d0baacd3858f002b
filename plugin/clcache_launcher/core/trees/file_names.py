"""Whether code asks for the name of its file: ``__FILE__`` and its like, also through macros."""

import os
import re
from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from clcache_launcher.core.sources.facts import FILE_WORD, Facts, can_paste_file_macro, scan_definition
from clcache_launcher.core.sources.tokens import read_source
from clcache_launcher.model import Digest
from clcache_launcher.util.files import digest_of, read_file
from clcache_launcher.util.patterns import late_pattern

__all__ = ["FileNames", "Files", "NamedFiles"]

Files = Sequence[tuple[str, Digest]]

_DEFINITION: Final = late_pattern(rb"\n[^\S\n]*(?:#|%:)[^\S\n]*define[^\S\n]+(\w+)([^\n]*)")
_GIVEN: Final = late_pattern(rb"(\w+)(.*)", re.DOTALL)
_INCLUDE: Final = late_pattern(rb"\n[^\S\n]*(?:#|%:)[^\S\n]*include[^\n]*")


class NamedFiles(Struct, frozen=True):
    """A translation unit whose code may ask for the name of a file."""

    files: Files
    """The source and each include with its digest; absolute."""
    facts: Sequence[Facts]
    """Theirs."""
    definitions: Sequence[str]
    """Texts of ``-D``."""


class FileNames:
    """Which macros give a file's name, and which files use them; by content, each found once."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._split: dict[Digest, tuple[bytes, bytes]] = {}
        self._named: dict[tuple[Digest, frozenset[bytes]], frozenset[bytes]] = {}
        self._uses: dict[tuple[Digest, frozenset[bytes]], bool] = {}

    def are_asked_for(self, unit: NamedFiles, call_site: re.Pattern[bytes], is_own: Callable[[str], bool]) -> bool:
        """Whether code may ask for the name of one of a tree's own files, by itself or through macros.

        Args:
            unit: What may ask.
            call_site: What asks where it is called from, or of what it is made of, so also in other files.
            is_own: Whether a file is the tree's own.
        """
        files = unit.files
        given = _definitions(unit.definitions)
        with_words = [file for file, of_it in zip(files, unit.facts, strict=True) if of_it.file_macros]
        if _can_be_pasted(unit):
            return True
        if not with_words and not FILE_WORD.search(given):
            return False
        for path, digest in with_words:
            _, code = self._parts(path, digest)
            word = FILE_WORD if is_own(path) else call_site
            if word.search(code):
                return True
        names = self._macros(files, given)
        return bool(names) and any(self._use(file, names) for file in files if is_own(file[0]))

    def _macros(self, files: Files, given: bytes) -> frozenset[bytes]:
        """Names of macros whose bodies give a file's name, by themselves or through other macros."""
        names: frozenset[bytes] = frozenset()
        while True:
            found = names.union(_naming(given, names), *(self._defined(path, digest, names) for path, digest in files))
            if found == names:
                return names
            names = found

    def _defined(self, path: str, digest: Digest, names: frozenset[bytes]) -> frozenset[bytes]:
        key = (digest, names)
        if key not in self._named:
            definitions, _ = self._parts(path, digest)
            self._named[key] = _naming(definitions, names)
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


def _can_be_pasted(unit: NamedFiles) -> bool:
    """Whether ``##`` may make such a macro out of its parts."""
    known = [*unit.facts, *map(scan_definition, unit.definitions)]
    pastes = any(facts.pastes for facts in known)
    return pastes and can_paste_file_macro({fragment for facts in known for fragment in facts.file_fragments})


def _naming(definitions: bytes, names: frozenset[bytes]) -> frozenset[bytes]:
    """The macros, of some with a line for each, whose bodies hold one of some names, or of a file's without any."""
    wanted = re.compile(rb"\b(?:" + b"|".join(sorted(names)) + rb")\b") if names else FILE_WORD
    lines = (line.partition(b" ") for line in definitions.split(b"\n"))
    return frozenset(name for name, _, body in lines if wanted.search(body))


def _definitions(texts: Sequence[str]) -> bytes:
    """The macros of a command line, one a line as name and body."""
    found = (_GIVEN.match(os.fsencode(text)) for text in texts)
    return b"\n".join(match[1] + b" " + match[2] for match in found if match)
