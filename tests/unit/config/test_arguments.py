"""The launcher's own words before the compiler."""

import pytest

from clcache_launcher.config.arguments import count_options, read_options


@pytest.mark.parametrize(
    ("words", "config", "roots"),
    [
        ([], None, {}),
        (["--config", "x.yaml"], "x.yaml", {}),
        (["--roots=a=/x"], None, {"roots": "a=/x"}),
        (["--roots=a=/x", "--config", "x", "--roots=b=/y"], "x", {"roots": "a=/x\0b=/y"}),
    ],
)
def test_words_are_read(words: list[str], config: str | None, roots: dict[str, str]) -> None:
    assert read_options(words) == (config, roots)
    assert count_options([*words, "gcc", "--roots=x"]) == len(words)
