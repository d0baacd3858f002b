"""Sizes as users write them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clcache_launcher.config.sizes import format_size, parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("4096", 4096),
        ("4096B", 4096),
        ("1K", 1000),
        ("2M", 2 * 10**6),
        ("5G", 5 * 10**9),
        ("5g", 5 * 10**9),
        ("5GB", 5 * 10**9),
        ("3T", 3 * 10**12),
        ("1KiB", 1024),
        ("2MiB", 2 * 2**20),
        ("5GiB", 5 * 2**30),
        ("5gib", 5 * 2**30),
        ("5Gi", 5 * 2**30),
        ("1TiB", 2**40),
        ("1.5G", 15 * 10**8),
        ("0.5GiB", 2**29),
        ("0.0000001K", 0),
        (" 5 GiB ", 5 * 2**30),
    ],
)
def test_size_is_read(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text",
    [
        "",
        "G",
        "5X",
        "5iB",
        "-1",
        "+1",
        "1e9",
        "5 0",
        "1.5",
        "1.G",
        ".5G",
        "0x10",
        "5_000",
        "\u0665",
        "9223372036854775808",
        "9999999999T",
    ],
)
def test_text_that_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_size(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0"),
        (1, "1"),
        (1000, "1K"),
        (1024, "1024"),
        (2**30, "1GiB"),
        (5 * 10**9, "5G"),
        (10**13, "10T"),
        (1001, "1001"),
    ],
)
def test_size_is_written_short(size: int, text: str) -> None:
    assert format_size(size) == text


@given(st.integers(0, 2**63 - 1))
def test_any_size_comes_back(size: int) -> None:
    assert parse_size(format_size(size)) == size


@given(st.integers(0, 9999), st.sampled_from(["", "K", "M", "G", "T", "KiB", "MiB", "GiB", "TiB"]))
def test_written_size_is_never_longer_than_what_was_read(number: int, unit: str) -> None:
    text = f"{number}{unit}"
    written = format_size(parse_size(text))
    assert len(written) <= len(text)
    assert parse_size(written) == parse_size(text)


@given(st.text(max_size=12))
def test_any_text_is_a_size_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_size(text) >= 0
