"""The README says what the code says."""

import re
from pathlib import Path

import pytest

from clcache_launcher.config.reference import render_reference

README = Path(__file__).parents[2] / "README.md"


def test_settings_table_is_the_generated_one() -> None:
    found = re.search(r"<!-- settings: .*? -->\n(.*?)<!-- end of settings -->", README.read_text("utf-8"), re.DOTALL)
    assert found is not None
    assert found[1].strip() == render_reference().strip()


def test_it_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("link", re.findall(r"\]\(([\w./-]+)\)", README.read_text("utf-8")))
def test_link_leads_somewhere(link: str) -> None:
    assert (README.parent / link).exists()
