"""clang's configuration files."""

import os

import pytest

from clcache_launcher.compilers.configuration import Configuration, read_configuration


def read(text: str, **others: str) -> Configuration | None:
    files = {"/etc/clang.cfg": text, **{f"/etc/{name}.cfg": content for name, content in others.items()}}

    def read_file(path: str) -> bytes | None:
        text = files.get(path.replace(os.sep, "/"))
        return None if text is None else text.encode()

    return read_configuration("/etc/clang.cfg", read_file)


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("", ()),
        ("-DX=1 -g\n-O2", ("-DX=1", "-g", "-O2")),
        ("# -DX \\\n-g\n  # more\n", ("-g",)),
        ("-DX \\\n  -DY\n-DZ", ("-DX", "-DY", "-DZ")),
        ("-DX=\\\n1", ("-DX=1",)),
        ("-DX=a#b -DY", ("-DX=a#b", "-DY")),
        ("-I<CFGDIR>/inc", ("-I/etc/inc",)),
        ("'-DX=a b'", ("-DX=a b",)),
    ],
)
def test_options_are_read_as_clang_reads_them(text: str, options: tuple[str, ...]) -> None:
    found = read(text)
    assert found is not None
    assert found.options == options


def test_file_in_a_file_is_found_beside_it() -> None:
    found = read("-a @sub.cfg -b\n@<CFGDIR>/more.cfg", sub="-c\n", more="-d\n")
    assert found == Configuration(
        ("-a", "-c", "-b", "-d"), ("/etc/clang.cfg", os.path.join("/etc", "sub.cfg"), "/etc/more.cfg")
    )


@pytest.mark.parametrize("text", ["@none.cfg", "@clang.cfg", "-DX\\\\\n-DY", "-D\0"])
def test_what_is_not_certain_is_none(text: str) -> None:
    assert read(text) is None
