"""Every reason comes with what to do about it."""

import pytest

from clcache_launcher.cli.remedies import LATE, REMEDIES
from clcache_launcher.model import Reason


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason not in LATE])
def test_reason_has_a_remedy(reason: Reason) -> None:
    assert REMEDIES[reason.value]


def test_names_in_the_report_are_no_others_reasons() -> None:
    assert len(REMEDIES) == 4 + len(Reason) - len(LATE)
