"""Every reason comes with what to do about it."""

import pytest

from clcache_launcher.cli.remedies import REMEDIES
from clcache_launcher.model import Reason


@pytest.mark.parametrize("reason", Reason)
def test_reason_has_a_remedy(reason: Reason) -> None:
    assert REMEDIES[reason.value]


def test_names_in_the_report_are_no_others_reasons() -> None:
    assert len(REMEDIES) == 4 + len(Reason)
