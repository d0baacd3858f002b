"""The documents say what the code says, and lead to each other."""

import re
from pathlib import Path

import pytest

from support.documents import GENERATED, ROOT, first_commands, written_anew

DOCUMENTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "examples").glob("*/README.md")),
]


def links(document: Path) -> list[str]:
    return re.findall(r"\]\(([^)#:]+)(?:#[\w-]+)?\)", document.read_text("utf-8"))


@pytest.mark.parametrize("path", GENERATED)
def test_generated_part_is_as_the_code_makes_it(path: str) -> None:
    name, render = GENERATED[path]
    text = (ROOT / path).read_text("utf-8")
    assert text == written_anew(text, name, render()), "run: python tests/support/documents.py"


@pytest.mark.parametrize("text", ["", "<!-- a: x -->\n<!-- end of b -->", "<!-- a: x -->\n<!-- end of a -->\n" * 2])
def test_part_that_is_not_there_once_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match="parts named a, not 1"):
        written_anew(text, "a", "")


@pytest.mark.parametrize(
    ("document", "link"),
    [
        pytest.param(document, link, id=f"{document.relative_to(ROOT)}:{link}")
        for document in DOCUMENTS
        for link in links(document)
    ],
)
def test_link_leads_somewhere(document: Path, link: str) -> None:
    assert (document.parent / link).exists()


def test_index_names_every_document_and_example() -> None:
    index = {Path(link).parts[:3] for link in links(ROOT / "docs/README.md")}
    assert {(path.name,) for path in (ROOT / "docs").glob("*.md")} - {("README.md",)} <= index
    assert {("..", "examples", path.name) for path in (ROOT / "examples").iterdir()} <= index


def test_way_of_a_new_user_is_three_commands() -> None:
    assert len(first_commands()) == 3
