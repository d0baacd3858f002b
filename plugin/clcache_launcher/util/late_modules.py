"""Modules that are loaded when they are first used."""

import importlib

__all__ = ["LateModule"]


class LateModule:
    """A module of the standard library by its name.

    For what each core would load and few requests need: ``shutil`` and ``tempfile`` take 3 ms of a core's start
    (CPython 3.11, 2026-11). Checkers of types see a plain import in its place. Not for what is used while an error is
    handled: loading opens files, and fails where no more can be opened.
    """

    def __init__(self, name: str) -> None:
        """Stand for the module, which is not loaded yet."""
        self._name = name

    def __getattr__(self, name: str) -> object:
        """What the module has under a name, which is kept here."""
        found: object = getattr(importlib.import_module(self._name), name)
        vars(self)[name] = found
        return found
