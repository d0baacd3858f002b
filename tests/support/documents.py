"""The generated parts of the documents; run as a program it writes them anew."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from clcache_launcher.cli.reasons import render_reasons
from clcache_launcher.config.reference import render_details, render_reference

__all__ = ["GENERATED", "ROOT", "first_commands", "shell_lines", "written_anew"]

ROOT = Path(__file__).parents[2]
GENERATED: Mapping[str, tuple[str, Callable[[], str]]] = {
    "README.md": ("settings", render_reference),
    "docs/configuration.md": ("settings", render_details),
    "docs/troubleshooting.md": ("reasons", render_reasons),
}
"""By the document: the name of its generated part, and what makes it."""


def written_anew(text: str, name: str, part: str) -> str:
    """A document with the part between its two marks replaced.

    Raises:
        ValueError: It has no such part, or several.
    """
    pattern = re.compile(rf"(?<=<!-- {name}: )([^\n]* -->\n).*?(?=<!-- end of {name} -->)", re.DOTALL)
    text, count = pattern.subn(lambda match: match[1] + part, text)
    if count != 1:
        raise ValueError(f"{count} parts named {name}, not 1")
    return text


def shell_lines(document: str, root: Path = ROOT) -> list[str]:
    """The lines of all blocks marked as ``sh`` in a document of ``docs/``."""
    text = (root / "docs" / document).read_text("utf-8")
    blocks: list[str] = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


def first_commands(root: Path = ROOT) -> list[str]:
    """What a new user types in a clone."""
    return shell_lines("getting-started.md", root)


def main() -> None:
    """Write all of them."""
    for path, (name, render) in GENERATED.items():
        document = ROOT / path
        document.write_text(written_anew(document.read_text("utf-8"), name, render()), encoding="utf-8")


if __name__ == "__main__":
    main()
