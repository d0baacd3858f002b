"""The table of reasons."""

import pytest

from clcache_launcher.cli.reasons import MEANINGS, render_reasons
from clcache_launcher.cli.remedies import REMEDIES
from clcache_launcher.model import Reason


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_row_with_meaning_and_remedy(reason: Reason) -> None:
    row = f"| `{reason.value}` | {MEANINGS[reason]} | {REMEDIES[reason.value]} |"
    assert row in render_reasons().splitlines()


def test_every_row_has_three_cells() -> None:
    assert {line.count("|") for line in render_reasons().splitlines()} == {4}
