"""The README stays short."""

from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_it_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 150
