"""A remembered depfile is the one that would be put together."""

import pytest

from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.trees.own_depfiles import OwnDepfiles
from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.core.trees.sharing import own_depfile

HERE, THERE = Roots([("project", "/a tree")]), Roots([("project", "/" + "there/" * 12)])


def shared(name: str) -> bytes:
    return f"a.o: \x01project\x01/a.c \x01project\x01/{name}\n".encode()


@pytest.mark.parametrize("family", [Family.GCC, Family.CLANG])
@pytest.mark.parametrize("roots", [HERE, THERE])
@pytest.mark.parametrize("name", ["a.h", "b.h"])
def test_depfile_is_that_of_the_tree_each_time(family: Family, roots: Roots, name: str) -> None:
    known = OwnDepfiles()
    for other in (Family.GCC, Family.CLANG):
        for tree in (HERE, THERE):
            known.find(shared("a.h"), other, tree)
    for _ in range(2):
        assert known.find(shared(name), family, roots) == own_depfile(shared(name), family, roots)


def test_depfile_is_put_together_once() -> None:
    known = OwnDepfiles()
    known.find(shared("a.h"), Family.GCC, HERE)
    (packed,) = known._known.values()
    known.find(shared("a.h"), Family.GCC, Roots([("project", "/a tree")]))
    assert [each is packed for each in known._known.values()] == [True]


def test_what_is_no_depfile_is_none_each_time() -> None:
    known = OwnDepfiles()
    assert [known.find(b"rubbish", Family.GCC, HERE) for _ in range(2)] == [None, None]


def test_bytes_that_are_remembered_are_bounded() -> None:
    one = OwnDepfiles()
    one.find(shared("0.h"), Family.GCC, HERE)
    known = OwnDepfiles(most_bytes=3 * one._bytes)
    for number in range(9):
        known.find(shared(f"{number}.h"), Family.GCC, HERE)
    assert len(known._known) == 3
    assert known._bytes == sum(map(len, known._known.values()))
