"""Whether code asks for the name of its file: ``__FILE__`` and its like, also through macros."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from clcache_launcher.core.sources.facts import FILE_WORD, Facts
from clcache_launcher.core.sources.tokens import read_source
from clcache_launcher.model import Digest
from clcache_launcher.util.files import digest_of, read_file

__all__ = ["FileNames", "Files"]

Files = Sequence[tuple[str, Digest]]

_DEFINITION: Final = re.compile(rb"\n[^\S\n]*(?:#|%:)[^\S\n]*define[^\S\n]+(\w+)([^\n]*)")
_INCLUDE: Final = re.compile(rb"\n[^\S\n]*(?:#|%:)[^\S\n]*include[^\n]*")


class FileNames:
    """Which macros give a file's name, and which files use them; by content, each found once."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._split: dict[Digest, tuple[bytes, bytes]] = {}
        self._named: dict[tuple[Digest, frozenset[bytes]], frozenset[bytes]] = {}
        self._uses: dict[tuple[Digest, frozenset[bytes]], bool] = {}

    def are_asked_for(
        self, files: Files, facts: Sequence[Facts], call_site: re.Pattern[bytes], is_own: Callable[[str], bool]
    ) -> bool:
        """Whether code may ask for the name of one of a tree's own files, by itself or through macros.

        Args:
            files: The source and each include with its digest; absolute.
            facts: Theirs.
            call_site: What asks where it is called from, or of what it is made of, so also in other files.
            is_own: Whether a file is the tree's own.
        """
        with_words = [file for file, of_it in zip(files, facts, strict=True) if of_it.file_macros]
        if not with_words:
            return False
        for path, digest in with_words:
            _, code = self._parts(path, digest)
            word = FILE_WORD if is_own(path) else call_site
            if word.search(code):
                return True
        names = self._macros(files)
        return bool(names) and any(self._use(file, names) for file in files if is_own(file[0]))

    def _macros(self, files: Files) -> frozenset[bytes]:
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
