"""Which prefixes of paths a command line maps away."""

import pytest

from clcache_launcher.core.trees.path_maps import DEBUG_MAP, FILE_MAP, cut_names, has_maps, mapped


def test_folders_that_are_mapped_are_told_in_order() -> None:
    words = ["-ffile-prefix-map=/b=.", "-g", "-fdebug-prefix-map=/a=x", "-fmacro-prefix-map=/c=y"]
    assert [each for each in mapped(words, FILE_MAP, DEBUG_MAP) if each] == ["/b", "/a"]


def test_map_with_two_signs_of_equality_is_none() -> None:
    assert not any(mapped(["-ffile-prefix-map=/a=b=c"], FILE_MAP))


@pytest.mark.parametrize(
    ("word", "cut"),
    [
        ("-ffile-prefix-map=/x/t=.", ("/x/tt/h.h\0{at}\0t/h.h",)),
        ("-fmacro-prefix-map=/x/t=", ("/x/tt/h.h\0{at}\0t/h.h",)),
        ("-fdebug-prefix-map=/x/t=y", ("/x/tt/h.h\0{at}\0t/h.h",)),
        ("/clang:-ffile-prefix-map=/x/t=.", ("/x/tt/h.h\0{at}\0t/h.h",)),
        ("-ffile-prefix-map=/x/t/=.", ()),
        ("-ffile-prefix-map=/x=.", ()),
        ("-ffile-prefix-map=/x/tt=.", ()),
        ("-I/x/t", ()),
    ],
)
def test_map_that_ends_within_a_name_is_told_with_what_it_leaves(word: str, cut: tuple[str, ...]) -> None:
    paths = ["/x/t/a.c", "/x/tt/h.h", "/x/t", "/y/h.h", ""]
    assert cut_names(paths, ["-c", word]) == tuple(each.format(at=1) for each in cut)


def test_command_line_without_maps_is_known_for_one() -> None:
    assert not has_maps(["-I/x", "-c", "a.c"])
    assert has_maps(["-c", "/clang:-ffile-prefix-map=/x=."])
    assert has_maps(["-d1trimfile:C:\\x"])
