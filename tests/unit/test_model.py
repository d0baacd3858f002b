"""Values that cross layers."""

import re

import pytest
from msgspec import Struct

from clcache_launcher import model
from clcache_launcher.model import Reason

_VALUES = [
    each for each in vars(model).values() if isinstance(each, type) and issubclass(each, Struct) and each is not Struct
]


def test_each_reason_has_a_value_of_its_own() -> None:
    # An enum takes a second name of one value for another spelling of the first: it would have no counter.
    assert len(Reason.__members__) == len(list(Reason))


@pytest.mark.parametrize("reason", Reason)
def test_reason_is_named_in_statistics_as_in_the_code(reason: Reason) -> None:
    assert reason.value == reason.name.lower()
    assert re.fullmatch(r"[a-z]+(?:_[a-z]+)*", reason.value)


@pytest.mark.parametrize("kind", _VALUES, ids=lambda kind: str(kind.__name__))
def test_values_can_not_be_changed(kind: type[Struct]) -> None:
    assert kind.__struct_config__.frozen
