"""A row is believed only as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.storage.seals import is_sealed, seal_of

columns = st.lists(st.binary(max_size=8) | st.text(max_size=8) | st.integers(-(2**63), 2**63 - 1), max_size=4)


@given(columns)
def test_what_was_sealed_is(parts: list[bytes | str | int]) -> None:
    assert is_sealed(seal_of(*parts), *parts)


@given(columns, columns)
def test_other_columns_have_another_seal(parts: list[bytes | str | int], others: list[bytes | str | int]) -> None:
    assert is_sealed(seal_of(*parts), *others) == (parts == others)


@pytest.mark.parametrize("part", [None, 1.5, "name\ufffd"])
@pytest.mark.parametrize("seal", [None, b"", 7, seal_of(b"name")])
def test_column_of_another_type_is_not_believed(seal: object, part: object) -> None:
    assert not is_sealed(seal, part)
