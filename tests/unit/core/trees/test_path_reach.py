"""Which roots' paths reach what a compilation makes."""

import os
import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.compilers.probe import Family
from clcache_launcher.core.outputs import MadeOutput
from clcache_launcher.core.sources.facts import scan_source
from clcache_launcher.core.trees.file_names import FileNames
from clcache_launcher.core.trees.path_reach import NOWHERE, Compiled, Reach, reach_of, reach_of_text
from clcache_launcher.core.trees.roots import Roots
from clcache_launcher.model import Apart, Digest
from clcache_launcher.util.files import digest_of
from support.case import Case

FILE = "const char* name = __FILE__;\n"

FAR = os.path.realpath("/far/away")


class Asked:
    """One source below a root, and what its compilation made."""

    def __init__(self, folder: Path, family: Family = Family.GCC) -> None:
        self.case = Case(folder)
        self.case.toolchain = replace(self.case.toolchain, family=family)
        self.work = str(self.case.work)
        self.roots = Roots([("tree", self.work), ("far", FAR)])

    def reach(
        self, *options: str, text: str = "int a;\n", data: bytes = b"", stderr: bytes = b"", role: str = "object"
    ) -> Reach:
        path = self.case.write("a.c", text)
        digest: Digest = digest_of(path.read_bytes())
        facts = [scan_source(path.read_bytes())]
        made = [MadeOutput(role, data)]
        prepared = self.case.prepared(*options, "-c", str(path), "-o", "a.o")
        compiled = Compiled([(str(path), digest)], facts, [], made, (b"", stderr))
        return reach_of(prepared, compiled, FileNames(), self.roots)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def test_plain_object_is_free(asked: Asked) -> None:
    assert asked.reach() == NOWHERE


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("-flto",), Apart.OPTION),
        (("-fprofile-generate",), Apart.OPTION),
        (("-Wa,-g",), Apart.DEBUG_INFORMATION),
        (("-frecord-gcc-switches",), Apart.COMMAND_LINE),
    ],
)
def test_what_may_hold_any_path_is_bound_to_every_root(asked: Asked, options: tuple[str, ...], why: Apart) -> None:
    assert asked.reach(*options) == Reach(frozenset({"tree", "far"}), why)


def test_side_output_is_bound_to_every_root(asked: Asked) -> None:
    assert asked.reach(role="su").why is Apart.SIDE_OUTPUT


@pytest.mark.parametrize(
    ("maps", "names"),
    [
        ((), {"tree", "far"}),
        (("-ffile-prefix-map={tree}=.",), {"far"}),
        ((f"-fdebug-prefix-map={FAR}=x", "-ffile-prefix-map={tree}=."), set()),
        (("-fmacro-prefix-map={tree}=.",), {"tree", "far"}),
        (("-ffile-prefix-map={tree}=a=b",), {"tree", "far"}),
        # The working folder is named with no separator behind it.
        (("-ffile-prefix-map={tree}/=", f"-ffile-prefix-map={FAR}/="), {"tree"}),
    ],
)
def test_debug_information_is_bound_to_what_is_not_mapped(asked: Asked, maps: tuple[str, ...], names: set[str]) -> None:
    found = asked.reach("-g", *(one.replace("{tree}", asked.work) for one in maps))
    assert found == Reach(frozenset(names), Apart.DEBUG_INFORMATION if names else None)
    assert asked.reach("-g0") == NOWHERE


def test_path_in_the_object_binds(asked: Asked) -> None:
    assert asked.reach(data=f"x{FAR}/y".encode()) == Reach(frozenset({"far"}), Apart.OBJECT_TEXT)


@pytest.mark.parametrize("option", ["-Wa,-g", "-Wa,-L,--gdwarf-5", "-Wa,--gen-debug"])
def test_debug_information_of_the_assembler_binds_to_every_root(asked: Asked, option: str) -> None:
    assert asked.reach(option, f"-ffile-prefix-map={asked.work}=.").names == {"tree", "far"}
    assert asked.reach("-Xassembler", option.removeprefix("-Wa,").removeprefix("-L,")).names == {"tree", "far"}
    assert asked.reach("-Wa,-L,--gdwarf-sections") == NOWHERE


@pytest.mark.parametrize("data", [b"?x@?A0x12345678@@", b"<lambda_0123456789abcdef>", b"??@" + b"0f" * 16 + b"@"])
def test_hash_of_the_sources_path_binds(asked: Asked, data: bytes) -> None:
    assert asked.reach(data=data) == Reach(frozenset({"tree"}), Apart.ANONYMOUS_NAMESPACE)


def test_code_for_a_device_in_the_object_binds(asked: Asked) -> None:
    assert asked.reach(data=b".gnu.offload_lto_x").names == {"tree", "far"}


@pytest.mark.parametrize(
    ("text", "options", "stderr", "names"),
    [
        ("int a;\n", (), "{tree}/a.c:1: note", set()),
        ("int a; // {tree}\n", (), "{tree}/a.c:1: note", {"tree"}),
        ("int a;\n", ("-DX={tree}",), "{tree}/a.c:1: note", {"tree"}),
        ("int a;\n", ("-I{tree}/x",), "{tree}/a.c:1: note", set()),
        ("int a;\n", (), "x{tree}", {"tree"}),
        ("int a; // {tree}\n", (), "a.c:1: note", set()),
    ],
)
def test_messages_bind_where_they_may_not_come_out_again(
    asked: Asked, text: str, options: tuple[str, ...], stderr: str, names: set[str]
) -> None:
    told = stderr.format(tree=asked.work).encode()
    given = [option.format(tree=asked.work) for option in options]
    found = asked.reach(*given, text=text.format(tree=asked.work), stderr=told)
    assert found == Reach(frozenset(names), Apart.MESSAGE if names else None)


@pytest.mark.parametrize(
    ("stderr", "binds"),
    [
        ("{tree}/a.c:1: note", False),
        ("In file included from {tree}/a.h:1,\n                 from {tree}/a.c:2:", False),
        ("{tree}/a.c: In function 'f':", False),
        ("{tree}/a.c(1,2): warning", False),
        ("Note: including file:  {tree}/a.h\r", False),
        ("{tree}/a.c:1: note: {tree}/b", True),
        ("a.c:1: note: {tree}", True),
    ],
)
def test_path_in_a_message_binds_where_the_sources_hold_its_words(asked: Asked, stderr: str, *, binds: bool) -> None:
    words = "".join(f'"/" "{word}"\n' for word in re.split(r"[/\\:]+", asked.work) if word)
    told = stderr.format(tree=asked.work).encode()
    assert asked.reach(text=words, stderr=told).names == ({"tree"} if binds else set())
    assert asked.reach(text=words.replace('"work"', '"wo" "rk"'), stderr=told) == NOWHERE
    # Here a macro may have put the place together as well.
    assert asked.reach(text=f"{words}#line 1 NAME\n", stderr=told).names == {"tree"}


@pytest.mark.parametrize("option", ["-H", "-fmessage-length=72", "-fdiagnostics-parseable-fixits"])
def test_messages_with_other_spellings_of_paths_bind(asked: Asked, option: str) -> None:
    assert asked.reach(option, stderr=b"a.c:1: note").names == {"tree", "far"}
    assert asked.reach(option) == NOWHERE


def test_messages_on_a_terminal_bind(asked: Asked) -> None:
    prepared = asked.case.prepared
    asked.case.prepared = lambda *words: replace(  # type: ignore[method-assign]  # a caller of another kind
        (made := prepared(*words)), invocation=replace(made.invocation, terminal=b"80")
    )
    assert asked.reach(stderr=b"a.c:1: note").names == {"tree", "far"}
    assert asked.reach() == NOWHERE


@pytest.mark.parametrize("is_whole", [True, False])
def test_include_by_a_macro_binds_where_the_words_of_the_roots_path_are_near(asked: Asked, *, is_whole: bool) -> None:
    words = asked.work.strip("/").split("/")
    parts = "".join(f"#define P{number} {word}\n" for number, word in enumerate(words[: None if is_whole else -2]))
    found = asked.reach(text=f"{parts}#define NAME(x) #x\n#include NAME(P0/h.h)\n")
    names = frozenset({"tree"}) if is_whole else frozenset[str]()
    assert found == Reach(names, Apart.COMPUTED_INCLUDE if names else None)


@pytest.mark.parametrize(
    ("family", "option", "names"),
    [
        (Family.GCC, "", {"tree", "far"}),
        (Family.GCC, "-fmacro-prefix-map={tree}=.", {"far"}),
        (Family.CL, "-d1trimfile:{tree}/", {"far"}),
        (Family.CLANG_CL, "-d1trimfile:{tree}/", {"tree", "far"}),
    ],
)
def test_name_of_the_file_is_asked_for_where_it_is_not_mapped(
    tmp_path: Path, family: Family, option: str, names: set[str]
) -> None:
    asked = Asked(tmp_path, family)
    word = option.format(tree=asked.work)
    prepared = asked.case.prepared
    asked.case.prepared = lambda *words: replace(  # type: ignore[method-assign]  # gcc's table has no such option
        (made := prepared(*(each for each in words if each != word))),
        compilation=replace(made.compilation, arguments=(word, *made.compilation.arguments)),
    )
    assert asked.reach(word, text=FILE).asked == names


@pytest.mark.parametrize("option", ["-ffile-reproducible", "-fmacro-prefix-map=/x=y", "-ffile-compilation-dir=."])
def test_name_of_the_file_with_other_slashes_binds_at_once(tmp_path: Path, option: str) -> None:
    for family, names in ((Family.CLANG_CL, {"tree", "far"}), (Family.CLANG, set[str]())):
        (tmp_path / family.name).mkdir()
        asked = Asked(tmp_path / family.name, family)
        prepared = asked.case.prepared
        asked.case.prepared = lambda *words, make=prepared: replace(  # type: ignore[method-assign]  # of clang-cl alone
            (made := make(*words)),
            compilation=replace(made.compilation, arguments=(f"/clang:{option}", *made.compilation.arguments)),
        )
        assert asked.reach(text=FILE).names == names


@pytest.mark.parametrize("given", ["NAME=__FILE__", "NAME(x)=x __BASE_FILE__", "OTHER=NAME"])
def test_macro_of_the_command_line_that_gives_the_name_of_the_file_is_seen(asked: Asked, given: str) -> None:
    more = ("-DNAME=__FILE__",) if given == "OTHER=NAME" else ()
    text = "unsigned size = sizeof(OTHER);\n" if more else "unsigned size = sizeof(NAME(1));\n"
    assert asked.reach(f"-D{given}", *more, text=text).asked == {"tree", "far"}
    assert asked.reach(f"-D{given}", *more) == NOWHERE
    assert asked.reach("-DNAME=1", text=text) == NOWHERE


@pytest.mark.parametrize("given", ["", "-DCAT(x,y)=x##y"])
def test_name_of_the_file_that_is_pasted_together_is_seen(asked: Asked, given: str) -> None:
    text = "unsigned size = sizeof(CAT(__FI, LE__));\n"
    definition = "" if given else "#define CAT(x, y) x##y\n"
    assert asked.reach(*filter(None, [given]), text=definition + text).asked == {"tree", "far"}
    assert asked.reach(text=text) == NOWHERE


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (b"int a;", set()),
        (b'# 1 "/x/tree/a.c"\nint a;', set()),
        (b'const char* a = "/x/tree/a.c";', {"tree"}),
        (b"std::source_location::current()", {"tree", "far", "tree^far"}),
        (None, {"tree", "far", "tree^far"}),
    ],
)
def test_preprocessed_text_tells_what_is_asked_for(text: bytes | None, names: set[str]) -> None:
    roots = Roots([("tree", "/x/tree"), ("far", FAR)])
    reach = Reach(asked=frozenset({"tree", "far", "tree^far"}))
    found = reach_of_text(text, reach, Family.GCC, roots)
    assert found.names == names | {"tree^far"}
    assert not found.asked


@pytest.mark.parametrize(("family", "binds"), [(Family.GCC, False), (Family.CLANG, True), (Family.CL, True)])
def test_name_of_the_function_is_clear_to_gcc_alone(family: Family, *, binds: bool) -> None:
    roots = Roots([("tree", "/x/tree")])
    found = reach_of_text(b"f(__PRETTY_FUNCTION__)", Reach(asked=frozenset({"tree"})), family, roots)
    assert bool(found.names) is binds


@pytest.mark.parametrize(
    ("names", "leaves"), [((), True), (("build^project", "toolchain", "winsdk"), True), (("project",), False)]
)
def test_result_leaves_its_tree_where_no_root_of_it_is_bound(names: tuple[str, ...], *, leaves: bool) -> None:
    assert Reach(frozenset(names)).leaves_tree is leaves
