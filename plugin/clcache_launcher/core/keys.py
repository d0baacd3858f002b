"""Manifest keys and result keys: everything that an output depends on, hashed with its name."""

from collections.abc import Iterable, Mapping
from itertools import zip_longest
from typing import Final

from blake3 import blake3

from clcache_launcher.core.trees.path_maps import (
    DEBUG_MAP,
    FILE_MAP,
    MACRO_MAP,
    TRIMS,
    has_maps,
    mapped,
    without_carrier,
)
from clcache_launcher.core.trees.roots import NO_ROOTS, Roots
from clcache_launcher.model import Compilation, Digest, Invocation, ManifestKey, ResultKey
from clcache_launcher.util.files import DIGEST_BYTES

__all__ = ["KEY_VERSION", "manifest_key", "preprocessed_key", "result_key"]

KEY_VERSION: Final = b"clcache-launcher key 6"
"""Changes with what enters a key and with the form of the records that the keys lead to."""


def manifest_key(
    invocation: Invocation,
    compilation: Compilation,
    toolchain: bytes,
    environment: Mapping[str, str],
    inputs: Iterable[tuple[str, Digest]],
    roots: Roots = NO_ROOTS,
) -> ManifestKey:
    """Key of the entries that a compilation may hit.

    Args:
        invocation: Its working folder reaches debug information, and relative names are relative to it.
        compilation: Its ``key_arguments`` hold what of the command line matters.
        toolchain: What identifies the compiler with its helpers.
        environment: The variables that this dialect reads, with their values.
        inputs: Files named on the command line with their digests, the source first.
        roots: Their paths are not in the key, only their names.
    """
    key = _Hash(b"manifest")
    _add_command(key, invocation, compilation, toolchain, environment, roots)
    _add_inputs(key, ((roots.inward(name), digest) for name, digest in inputs))
    if not roots.are_plain or not (roots.are_plain_to_make or _target_is_free(compilation, roots)):
        # Compilers write such paths now as they are, now escaped.
        key.add(b"tree", roots.identity)
    return ManifestKey(key.digest())


def preprocessed_key(
    invocation: Invocation,
    compilation: Compilation,
    toolchain: bytes,
    environment: Mapping[str, str],
    inputs: Iterable[tuple[str, Digest]],
    preprocessed: tuple[Iterable[str], bytes, bytes],
) -> ManifestKey:
    """Key of the entries that a preprocessed text may hit.

    Args:
        invocation: As for :func:`manifest_key`, and so the next three.
        compilation: The source is not in the key but by its text.
        toolchain: What identifies the compiler with its helpers.
        environment: The variables that this dialect reads, with their values.
        inputs: Files named on the command line but the source, with their digests.
        preprocessed: The files that were read, as the compiler names them, since a depfile names them too; the text
            with its line markers; what the preprocessor warns of.
    """
    files, text, warnings = preprocessed
    key = _Hash(b"preprocessed")
    _add_command(key, invocation, compilation, toolchain, environment)
    _add_inputs(key, inputs)
    for name in files:
        key.add(b"file", _text(name))
    key.add(b"text", text)
    key.add(b"warnings", warnings)
    return ManifestKey(key.digest())


def _add_command(
    key: "_Hash",
    invocation: Invocation,
    compilation: Compilation,
    toolchain: bytes,
    environment: Mapping[str, str],
    roots: Roots = NO_ROOTS,
) -> None:
    key.add(b"toolchain", toolchain)
    key.add(b"roots", _text("\0".join(roots.names)))
    key.add(b"name", _text(roots.inward(invocation.arguments[0])))
    key.add(b"cwd", _text(roots.inward(invocation.cwd)))
    key.add(b"language", _text(compilation.language))
    for argument, path in zip_longest(compilation.key_arguments, compilation.key_paths, fillvalue=""):
        key.add(b"argument", _text(roots.inward_argument(argument, path)))
    for name in _open_roots(invocation, compilation, environment, roots):
        key.add(b"open", _text(name))
    for name, value in sorted(environment.items()):
        key.add(b"variable", _text(name))
        key.add(b"value", _text(roots.inward_list(value)))


def _open_roots(
    invocation: Invocation, compilation: Compilation, environment: Mapping[str, str], roots: Roots
) -> list[str]:
    """The roots that maps leave open, for it depends on which of them is below which: where there are no maps, none."""
    if not roots.names or not has_maps(compilation.arguments):
        return []
    words = list(map(without_carrier, compilation.arguments))
    debug, macro = mapped(words, FILE_MAP, DEBUG_MAP), mapped(words, FILE_MAP, MACRO_MAP, *TRIMS)
    alone = {invocation.cwd, environment.get("PWD", "")}
    return [*sorted(roots.uncovered(debug, alone)), "", *sorted(roots.uncovered(macro))]


def _target_is_free(compilation: Compilation, roots: Roots) -> bool:
    """Whether no -MT, whose value goes into the depfile as it is, names a path below a root."""
    words = zip(("", *compilation.key_arguments), compilation.key_arguments, compilation.key_paths, strict=False)
    return not any(roots.is_below(path) and (before == "-MT" or word.startswith("-MT")) for before, word, path in words)


def _add_inputs(key: "_Hash", inputs: Iterable[tuple[str, Digest]]) -> None:
    for name, digest in inputs:
        key.add(b"input", _text(name))
        key.add(b"digest", digest)


def result_key(manifest: ManifestKey, entry: bytes) -> ResultKey:
    """Key of the result that an encoded entry names."""
    key = _Hash(b"result")
    key.add(b"manifest", manifest)
    key.add(b"entry", entry)
    return ResultKey(key.digest())


class _Hash:
    """A hash over named parts: no two lists of parts read the same."""

    def __init__(self, purpose: bytes) -> None:
        self._hash = blake3(KEY_VERSION)
        self.add(b"purpose", purpose)

    def add(self, name: bytes, part: bytes) -> None:
        self._hash.update(b"%s %d\n" % (name, len(part)))
        self._hash.update(part)

    def digest(self) -> bytes:
        return self._hash.digest(DIGEST_BYTES)


def _text(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
