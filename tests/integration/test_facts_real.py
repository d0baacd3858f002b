"""Facts of source text against what real preprocessors include, and against the headers they come with."""

import random
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from clcache_launcher.core.sources.facts import Facts, can_paste_time_macro, scan_source

pytestmark = pytest.mark.posix("gnu")

GNU_CXX = ("g++", "-std=gnu++20")
COMPILERS = [
    pytest.param(GNU_CXX, id="g++20"),
    pytest.param(("g++", "-std=c++98"), id="g++98"),
    pytest.param(("gcc", "-std=gnu17"), id="gcc17"),
    pytest.param(("gcc", "-std=c90"), id="gcc90"),
    pytest.param(("clang++-19", "-std=c++20"), id="clang++20", marks=pytest.mark.clang),
    pytest.param(("clang-19", "-std=gnu17", "-trigraphs"), id="clang17", marks=pytest.mark.clang),
    pytest.param(
        ("clang-cl-19", "--target=x86_64-pc-windows-msvc"),
        id="clang-cl",
        marks=[pytest.mark.clang, pytest.mark.clang_cl],
    ),
]
HEADERS = ("a.h", "b.h", "sub/c.h")


@dataclass(frozen=True, slots=True)
class Preprocessed:
    """What a preprocessor did with a source that it took."""

    included: frozenset[str]
    has_time: bool


def preprocess(compiler: tuple[str, ...], folder: Path, source: bytes) -> Preprocessed | None:
    """Run a preprocessor over the source, ``None`` if it finds an error."""
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"install {compiler[0]}")
    path = folder / ("source.cc" if "++" in compiler[0] or "cl" in compiler[0].split("-") else "source.c")
    path.write_bytes(source)
    depfile = ["-clang:-MD", "-clang:-MFdeps"] if "cl" in compiler[0].split("-") else ["-MD", "-MF", "deps"]
    ran = subprocess.run(
        [*compiler, "-E", "-Wdate-time", "-Iinclude", *depfile, path.name], cwd=folder, capture_output=True, check=False
    )
    if ran.returncode != 0:
        return None
    deps = (folder / "deps").read_text().replace("\\", "/")
    return Preprocessed(frozenset(name for name in HEADERS if f"include/{name}" in deps), b"date-time" in ran.stderr)


def is_told(facts: Facts, truth: Preprocessed) -> bool:
    """Tell whether facts that claim to be complete hold everything that happened."""
    names = {name.decode().replace("\\", "/") for name in facts.quoted + facts.angled}
    may_have_time = bool(facts.time_macros) or (facts.pastes and can_paste_time_macro(facts.time_fragments))
    return facts.opaque or (
        (facts.computed_include or truth.included <= names) and (may_have_time or not truth.has_time)
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in HEADERS:
        header = tmp_path / "include" / name
        header.parent.mkdir(parents=True, exist_ok=True)
        header.write_text("")
    return tmp_path


SNIPPETS = [
    b'#include "a.h"\n#include <b.h>\n# include <sub/c.h>\n',
    b'/* x */ # /* y\n */ include /**/ "a.h" // "b.h"\n__DATE__\n',
    b'%:include "a.h"\n%: include <b.h>\n',
    b'??=include "a.h"\n// ??/\n#include <b.h>\n',
    b'#inc\\\nlude "a\\\n.h"\n__DA\\\nTE__\n',
    b'#inc\\  \nlude "a.h"\n// \\ \n#include <b.h>\n',
    b'#include "a.h"\r\n#inc\\\r\nlude <b.h>\r\n__TIME__\r\n',
    b"\xef\xbb\xbf#include <a.h>\n",
    b"\xc2\xa0#\xc2\xa0include <a.h>\n",
    b"#if 0\nit's /* a\n#endif\n#include <b.h>\n*/\n#endif\n#include <a.h>\n",
    b"#if 0\n'/*\n\"/*\n#endif\n#include <a.h>\n",
    b'#pragma x don\'t /*\n#include "a.h"\n// */\n',
    b'const char *s = "/*";\n#include "a.h"\nconst char *t = "*/";\n',
    b"int c = '\"'; /*\"*/\n#include <a.h>\nint d = '\\''; // '\n#include <b.h>\n",
    b"int i = 1'000'000; __DATE__\n#include <a.h>\n",
    b"int i = 1'0; /* ' */ __DATE__ /*\n#include <a.h>\n*/\n",
    b"#define Q 1'0' /*\n#include <a.h>\n*/\n#include <b.h>\n",
    b'auto s = R"(/*)"; __DATE__\n#include <a.h>\n/* */\n',
    b'auto s = R"x(")" )x"; /*\n#include <b.h>\n*/\n#include <a.h>\n',
    b'auto s = R"x(\n)\\\nx" /* )x";\n#include <a.h>\n// */\n',
    b'#define R "r"\nconst char *s = R"(" __DATE__ ")";\n',
    b'const char *s = u8R"(\n#include <a.h>\n)";\n#include <b.h>\n',
    b"int i = 4 //* x */ 2\n;\n#include <a.h>\n// */\n",
    b"#include <sub//c.h>\n",
    b"#if defined(__has_include) && __has_include(<a.h>)\n#include <a.h>\n#endif\n",
    b"#define H <a.h>\n#include H\n",
    b"#define CAT(x, y) x ## y\nCAT(__DA, TE__)\n",
    b"#define W(x) __ ## x ## __\nW(TIMESTAMP)\n",
    b'#define S "__DATE__" /* __TIME__ */ // __TIMESTAMP__\nS\n',
]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_what_compilers_include_is_told(compiler: tuple[str, ...], folder: Path) -> None:
    accepted = 0
    for snippet in SNIPPETS:
        truth = preprocess(compiler, folder, snippet)
        if truth is not None:
            accepted += 1
            assert is_told(scan_source(snippet), truth), snippet
    assert accepted > len(SNIPPETS) / 2


PIECES = [
    *rb"""'|"|\|/|*|??/|??=|%:|1'0|1'| |##|\ |//*|u8|/*|*/|//|**|L'a'|a|0x|\"|\'|\\|it's|<|>|R"(|R"x(|)"|)x" """.split(
        b"|"
    ),
    *rb"""#include "a.h"|#include <b.h>|#include|"a.h"|#if 0|#endif|#error |#define X |#pragma """.split(b"|"),
    *(b" __DATE__ ", b"__DA", b"TE__", b"\\\n", b"\\ \n", b"\r\n", b"\xc3\xa9", b"\f"),
    *[b"\n"] * 8,
]


@pytest.mark.parametrize("compiler", COMPILERS)
def test_random_text_that_compilers_take_is_told(compiler: tuple[str, ...], folder: Path) -> None:
    """Of 31000 such texts, run once by hand, none was told wrongly."""
    choice = random.Random(5)
    for _ in range(40):
        text = b"".join(choice.choices(PIECES, k=choice.randrange(1, 20))) + b"\n#include <a.h>\n__DATE__\n"
        facts = scan_source(text)
        truth = None if facts.opaque else preprocess(compiler, folder, text)
        assert truth is None or is_told(facts, truth), text


@pytest.mark.parametrize(
    ("compiler", "source"),
    [
        pytest.param(GNU_CXX, "#include <bits/stdc++.h>\n", id="libstdc++"),
        pytest.param(("gcc",), "#include <math.h>\n#include <signal.h>\n#include <immintrin.h>\n", id="glibc"),
        pytest.param(
            ("clang++-19", "-std=c++20", "-stdlib=libc++"), "#include <regex>\n", id="libc++", marks=pytest.mark.clang
        ),
        pytest.param(("x86_64-w64-mingw32-g++",), "#include <windows.h>\n#include <vector>\n", id="windows.h"),
    ],
)
def test_system_headers_have_all_names_and_no_reason_against_caching(
    compiler: tuple[str, ...], source: str, tmp_path: Path
) -> None:
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"install {compiler[0]}")
    (tmp_path / "source.cc").write_text(source)
    listing = subprocess.run(
        [*compiler, "-x", "c" if compiler == ("gcc",) else "c++", "-M", "source.cc"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    if listing.returncode != 0:
        pytest.skip(f"install the library of {compiler}: {listing.stderr}")
    files = [tmp_path / name for name in listing.stdout.replace("\\\n", " ").split()[1:]]
    every = [scan_source(file.read_bytes()) for file in files]
    names = {name.decode().rpartition("/")[2] for facts in every for name in facts.quoted + facts.angled}
    assert {file.name for file in files} - names <= {"source.cc", "stdc-predef.h"}
    assert not any(
        facts.opaque or facts.computed_test or facts.time_macros or facts.modules or facts.file_pragma
        or facts.assembler_include or facts.embedded or facts.imports
        for facts in every
    )  # fmt: skip
    assert not can_paste_time_macro([fragment for facts in every for fragment in facts.time_fragments])
