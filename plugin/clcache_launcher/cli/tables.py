"""How the front end prints tables."""

from rich.console import Console
from rich.table import Table

__all__ = ["print_table"]

_PIPE_WIDTH = 1000
"""Columns where nobody looks: a path in a log is whole."""


def print_table(table: Table) -> None:
    """Print a table, folded to the terminal's width where there is one."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPE_WIDTH)
    for column in table.columns:
        column.overflow = "fold"
    console.print(table)
