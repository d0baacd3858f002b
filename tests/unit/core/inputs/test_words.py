"""Words of depfiles, each kept once."""

from clcache_launcher.core.inputs.words import Words

TEXT = b"a.o: /usr/include/a.h \\\n  b\\ c.h\\\n\n\nx.h:\n"


def test_words_are_together_the_text() -> None:
    words = Words()
    assert b"".join(words.share(TEXT)) == TEXT
    assert len(words.share(TEXT)) > 3
    assert words.share(b"") == []


def test_same_word_is_the_same_object() -> None:
    words = Words()
    first, second = words.share(b"a.o: /usr/include/a.h c.h"), words.share(b"b.o: /usr/include/a.h d.h")
    assert first[1] is second[1]
    assert first[0] is not second[0]


def test_past_the_limit_words_are_no_longer_shared() -> None:
    words = Words(most=2)
    before = words.share(b"one two three")
    after = words.share(b"one two")
    assert before[:2] == [b"one ", b"two "]
    assert after[0] is not before[0]
