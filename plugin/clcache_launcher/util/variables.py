"""The variables of a Windows process, found by a name in any case."""

from collections.abc import Iterable, Iterator, Mapping

__all__ = ["WindowsVariables"]


class WindowsVariables(Mapping[str, str]):
    """Variables by name; compilers and their vendors write ``VCToolsInstallDir``, others as they like."""

    __slots__ = ("_values",)

    def __init__(self, variables: Iterable[tuple[str, str]]) -> None:
        """Take variables; of two whose names differ in case alone the last."""
        self._values = {name.upper(): value for name, value in variables}

    def __getitem__(self, name: str) -> str:
        """The value of the variable that has this name in any case."""
        return self._values[name.upper()]

    def __iter__(self) -> Iterator[str]:
        """The names, in upper case."""
        return iter(self._values)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._values)
