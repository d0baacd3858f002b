"""One cache for several trees: what the bare compiler would make the same is shared, and nothing else."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.cache import Cache
from support.compare import make_bare, make_cached
from support.skip import skip_or_fail

pytestmark = pytest.mark.posix("gnu")

GNU = ["g++", pytest.param("clang++-19", marks=pytest.mark.clang)]
CL = pytest.param("clang-cl-19", marks=pytest.mark.clang_cl)


class Trees:
    """Trees of equal content under paths of different length, one with a space and a letter that is not ASCII."""

    def __init__(self, cache: Cache, folder: Path) -> None:
        self.cache = cache
        self.folders = [folder / "one", folder / "another tree/zweite Größe"]
        for tree in self.folders:
            (tree / "inc").mkdir(parents=True)
            (tree / "src").mkdir()
            (tree / "build").mkdir()
        self.write("inc/h.h", "#pragma once\ninline int h() { return 1; }\n")
        self.write("src/a.cpp", "#include <h.h>\nint f() { return h(); }\n")

    def write(self, name: str, text: str) -> None:
        for tree in self.folders:
            (tree / name).write_text(text)

    def command(self, tree: Path, compiler: str, options: Sequence[str] = ()) -> list[str]:
        """A command line as CMake makes it: absolute source, absolute include folder, relative object."""
        given = [option.format(tree=tree) for option in options]
        if compiler.startswith("clang-cl"):
            return [
                compiler,
                "/nologo",
                *given,
                f"-I{tree}/inc",
                "/showIncludes",
                "/Foa.obj",
                "/c",
                f"{tree}/src/a.cpp",
            ]
        return [
            compiler,
            *given,
            f"-I{tree}/inc",
            "-MD",
            "-MT",
            "a.o",
            "-MF",
            "a.d",
            "-o",
            "a.o",
            "-c",
            f"{tree}/src/a.cpp",
        ]

    def check(self, compiler: str, options: Sequence[str] = (), *, shares: bool | None = None) -> bool:
        """Compile in each tree, as the bare compiler does; whether the second hit what the first stored."""
        made = []
        for tree in self.folders:
            env = {"CLCACHE_BASEDIR": str(tree)}
            line = self.command(tree, compiler, options)
            bare = make_bare(self.cache, line, tree / "build", env)
            assert bare.done.code == 0, bare.done.stderr
            assert make_cached(self.cache, line, tree / "build", env) == bare, self.cache.log.read_text()
            before = self.cache.counts()
            assert make_cached(self.cache, line, tree / "build", env) == bare
            assert self.cache.counts()[0] == before[0] + 1, self.cache.log.read_text()
            made.append({name: data for name, (_, data) in bare.files.items() if name.endswith((".o", ".obj"))})
        hits, misses = self.cache.counts()[:2]
        has_shared = (hits, misses) == (3, 1)
        assert not has_shared or made[0] == made[1]
        if shares is not None:
            assert has_shared is shares, self.cache.log.read_text()
        return has_shared


@pytest.fixture
def trees(cache: Cache, work: Path) -> Trees:
    return Trees(cache, work)


@pytest.mark.parametrize("compiler", [*GNU, CL])
def test_equal_trees_share(trees: Trees, compiler: str) -> None:
    trees.check(compiler, shares=True)


@pytest.mark.parametrize("compiler", [*GNU, CL])
def test_warnings_name_the_tree_at_hand(trees: Trees, compiler: str) -> None:
    trees.write("inc/h.h", "#pragma once\nstatic int unused() { return 1; }\ninline int h() { return 2; }\n")
    trees.check(compiler, ["-Wall" if "cl" not in compiler.split("-")[1:] else "/W4"], shares=True)


@pytest.mark.parametrize("compiler", GNU)
def test_debug_information_is_shared_only_where_the_tree_is_mapped_away(trees: Trees, compiler: str) -> None:
    trees.check(compiler, ["-g"], shares=False)


@pytest.mark.parametrize("compiler", GNU)
@pytest.mark.parametrize("option", ["-ffile-prefix-map={tree}=.", "-fdebug-prefix-map={tree}=/src"])
def test_debug_information_with_a_map_is_shared(trees: Trees, compiler: str, option: str) -> None:
    trees.check(compiler, ["-g", option], shares=True)


@pytest.mark.parametrize("compiler", [*GNU, CL])
@pytest.mark.parametrize(
    ("text", "shares"),
    [
        ("const char* name() { return __FILE__; }", False),
        ("constexpr unsigned size = sizeof(__FILE__); unsigned f() { return size; }", False),
        ("#define NAME __FILE__\n#define OTHER NAME\nconst char* name() { return OTHER; }", False),
        ("#define UNUSED __FILE__\nint f() { return 1; }", True),
        ("// __FILE__\nint f() { return 1; }", True),
    ],
    ids=["used", "size", "through_macros", "unused_macro", "comment"],
)
def test_name_of_the_file_is_shared_only_where_it_is_not_asked_for(
    trees: Trees, compiler: str, text: str, *, shares: bool
) -> None:
    trees.write("src/a.cpp", text + "\n")
    trees.check(compiler, shares=shares)


_KEPT = """template <class T> constexpr unsigned hash() {
  unsigned h = 5;
  for (const char* p = FUNCTION; *p; ++p) h = h * 33 + *p;
  return h;
}
auto l = [] { return 1; };
constexpr unsigned value = hash<decltype(l)>();
unsigned f() { return value; }
"""


@pytest.mark.parametrize(
    ("compiler", "name", "shares"),
    [
        ("g++", "__PRETTY_FUNCTION__", True),
        pytest.param("clang++-19", "__PRETTY_FUNCTION__", False, marks=pytest.mark.clang),
        pytest.param("clang-cl-19", "__FUNCSIG__", False, marks=pytest.mark.clang_cl),
        pytest.param("clang-cl-19", "__PRETTY_FUNCTION__", False, marks=pytest.mark.clang_cl),
    ],
)
@pytest.mark.parametrize("place", ["source", "system header"])
def test_path_in_the_name_of_a_lambda_is_of_its_tree(
    trees: Trees, work: Path, compiler: str, name: str, place: str, *, shares: bool
) -> None:
    # Only a hash of the path is in the object.
    template, _, rest = _KEPT.partition("auto")
    if place == "system header":
        (work / "meta.h").write_text(template.replace("FUNCTION", name))
        template = f'#include "{work}/meta.h"\n'
    trees.write("src/a.cpp", (template + "auto" + rest).replace("FUNCTION", name))
    trees.check(compiler, ["-std=c++17" if "cl" not in compiler.split("-")[1:] else "/std:c++17"], shares=shares)


@pytest.mark.clang
def test_path_in_the_name_of_a_lambda_with_a_map_is_shared(trees: Trees) -> None:
    trees.write("src/a.cpp", _KEPT.replace("FUNCTION", "__PRETTY_FUNCTION__"))
    trees.check("clang++-19", ["-std=c++17", "-ffile-prefix-map={tree}=."], shares=True)


@pytest.mark.parametrize("compiler", GNU)
def test_warnings_beside_a_map_name_the_tree_at_hand(trees: Trees, compiler: str) -> None:
    trees.write("inc/h.h", "#pragma once\nstatic int unused() { return 1; }\ninline int h() { return 2; }\n")
    trees.check(compiler, ["-Wall", "-g", "-ffile-prefix-map={tree}=."], shares=True)


_RETYPED = [
    ("g++", "-fmessage-length=60"),
    ("g++", "-fdiagnostics-format=json"),
    ("g++", "-fdiagnostics-parseable-fixits"),
    ("g++", "-fdiagnostics-generate-patch"),
    ("clang++-19", "-fmessage-length=60"),
    ("clang++-19", "-fdiagnostics-parseable-fixits"),
    ("clang++-19", "-fdiagnostics-print-source-range-info"),
    ("clang++-19", "-fdiagnostics-format=sarif"),
    ("clang-cl-19", "/clang:-fdiagnostics-parseable-fixits"),
]


@pytest.mark.clang
@pytest.mark.clang_cl
@pytest.mark.parametrize(("compiler", "option"), _RETYPED)
def test_messages_that_spell_or_wrap_paths_otherwise_are_of_their_tree(
    trees: Trees, compiler: str, option: str
) -> None:
    text = "#include <stdio.h>\nint f(int first) { if (first = 2) return 1; return h() + first; }\n"
    trees.write("src/a.cpp", "#include <h.h>\n" + text.replace("#include <stdio.h>\n", ""))
    trees.write(
        "inc/h.h",
        "#pragma once\nstatic int unused_function_with_a_name() { return 1; }\ninline int h() { return 2; }\n",
    )
    trees.check(compiler, ["-Wall" if "cl" not in compiler.split("-")[1:] else "/W4", option])


@pytest.mark.parametrize("compiler", GNU)
def test_path_of_a_tree_that_its_sources_hold_stays_in_messages(trees: Trees, compiler: str) -> None:
    first = trees.folders[0]
    trees.write("src/a.cpp", f'#warning "{first}/inc"\nint f() {{ return 1; }}\n')
    trees.check(compiler, shares=False)


@pytest.mark.parametrize("compiler", GNU)
def test_path_of_a_tree_that_a_definition_holds_stays_in_messages(trees: Trees, compiler: str) -> None:
    trees.write("src/a.cpp", "#define S(x) #x\n#define T(x) S(x)\n#pragma message T(WHERE)\nint f() { return 1; }\n")
    trees.check(compiler, [f"-DWHERE={trees.folders[0]}/inc"], shares=False)


@pytest.mark.parametrize("compiler", [*GNU, CL])
@pytest.mark.parametrize(
    "text",
    [
        '#include "{first}/inc/h.h"\n',
        '#define WHERE "{first}/inc/h.h"\n#include WHERE\n',
        "#define S(x) #x\n#define T(x) S(x)\n#define UP {parent}\n#define WHERE UP/{name}/inc/h.h\n#include T(WHERE)\n",
    ],
    ids=["literal", "macro", "composed"],
)
def test_header_of_one_tree_that_the_sources_name_is_not_that_of_the_other(
    trees: Trees, compiler: str, text: str
) -> None:
    first, second = trees.folders
    text = text.format(first=first, parent=first.parent, name=first.name)
    trees.write("src/a.cpp", text + "int f() { return h(); }\n")
    trees.check(compiler)
    (first / "inc/h.h").write_text("#pragma once\ninline int h() { return 5; }\n")
    line, env = trees.command(second, compiler), {"CLCACHE_BASEDIR": str(second)}
    bare = make_bare(trees.cache, line, second / "build", env)
    assert make_cached(trees.cache, line, second / "build", env) == bare


@pytest.mark.parametrize("compiler", GNU)
def test_folder_in_typographic_quotes_is_that_of_the_tree_at_hand(trees: Trees, compiler: str) -> None:
    # -I with a file in the place of a folder; gcc quotes the name of the root itself in a UTF-8 locale.
    trees.check(compiler, ["-Wmissing-include-dirs", "-I{tree}/none", "-I{tree}"], shares=True)


@pytest.mark.parametrize("compiler", [*GNU, CL])
def test_why_a_result_stays_in_its_tree_is_counted(trees: Trees, compiler: str) -> None:
    trees.write("src/a.cpp", "const char* name() { return __FILE__; }\n")
    trees.check(compiler, shares=False)
    assert trees.cache.told("kept_apart") == {"object_text": 2}
    assert "kept to their tree" in trees.cache.front_end("stats").stdout.decode()


@pytest.mark.parametrize("compiler", GNU)
@pytest.mark.parametrize(
    ("options", "text"),
    [(["-g"], "int a;\n"), ([], "const char* f(void) { return __FILE__; }\n")],
    ids=["debug", "file"],
)
def test_map_of_a_folder_above_a_tree_leaves_the_rest_of_its_path(
    cache: Cache, work: Path, compiler: str, options: list[str], text: str
) -> None:
    objects = []
    for name in ("one", "two"):
        (work / name).mkdir()
        (work / name / "a.c").write_text(text)
        env = {"CLCACHE_BASEDIR": f"{work}/{name}"}
        line = [compiler, *options, f"-ffile-prefix-map={work}=.", "-c", f"{work}/{name}/a.c", "-o", "a.o"]
        objects.append(make_bare(cache, line, work / name, env))
        assert make_cached(cache, line, work / name, env) == objects[-1]
    assert objects[0] != objects[1]
    assert cache.counts() == (0, 2, 0, 0)


@pytest.mark.parametrize("compiler", GNU)
@pytest.mark.parametrize("build", ["build", "out"])
def test_map_of_the_project_alone_is_shared_by_trees_of_one_layout(
    cache: Cache, work: Path, compiler: str, build: str
) -> None:
    for name in ("one/build", f"two/{build}"):
        source, folder = work / name.partition("/")[0], work / name
        folder.mkdir(parents=True)
        (source / "a.c").write_text("int a;\n")
        env = {"CLCACHE_ROOTS": f"project={source}{os.pathsep}build={folder}"}
        line = [compiler, "-g", f"-ffile-prefix-map={source}=.", "-c", f"{source}/a.c", "-o", "a.o"]
        assert make_cached(cache, line, folder, env) == make_bare(cache, line, folder, env)
    assert cache.counts()[0] == (build == "build"), cache.log.read_text()


@pytest.mark.parametrize("compiler", GNU)
@pytest.mark.parametrize("options", [["-g"], ["-DFILE=__FILE__"]])
@pytest.mark.parametrize("order", [1, -1])
def test_maps_of_roots_of_which_now_one_and_now_the_other_is_above_are_of_their_tree(
    cache: Cache, work: Path, compiler: str, options: list[str], order: int
) -> None:
    # The last map counts: where the project is below the build folder, the way between them is left.
    for project, build in ((work / "p", work / "p/b"), (work / "q/b/p", work / "q/b"))[::order]:
        project.mkdir(parents=True, exist_ok=True)
        build.mkdir(exist_ok=True)
        (project / "a.c").write_text("#ifdef FILE\nunsigned size = sizeof(FILE);\n#endif\nint a;\n")
        env = {"CLCACHE_ROOTS": f"project={project}{os.pathsep}build={build}"}
        maps = [f"-ffile-prefix-map={project}=P", f"-ffile-prefix-map={build}=B"]
        line = [compiler, *options, *maps, "-x", "c", "-c", f"{project}/a.c", "-o", "a.o"]
        assert make_cached(cache, line, build, env) == make_bare(cache, line, build, env)
    assert cache.counts() == (0, 2, 0, 0)


def test_result_of_debug_information_serves_other_trees_with_the_same_build_folder(cache: Cache, work: Path) -> None:
    # What is bound to one root is free of the others.
    (work / "build").mkdir()
    for name in ("one", "two"):
        (work / name).mkdir()
        (work / name / "a.c").write_text("int a;\n")
        env = {"CLCACHE_ROOTS": f"project={work}/{name}{os.pathsep}build={work}/build"}
        line = ["gcc", "-g", f"-fdebug-prefix-map={work}/{name}=.", "-c", f"{work}/{name}/a.c", "-o", "a.o"]
        assert make_cached(cache, line, work / "build", env) == make_bare(cache, line, work / "build", env)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()


@pytest.mark.parametrize("compiler", GNU)
def test_name_of_the_file_with_a_map_is_shared(trees: Trees, compiler: str) -> None:
    trees.write("src/a.cpp", "const char* name() { return __FILE__; }\n")
    trees.check(compiler, ["-fmacro-prefix-map={tree}=."], shares=True)


@pytest.mark.parametrize("compiler", GNU)
def test_assertion_macro_of_the_system_is_shared_only_where_it_is_not_used(trees: Trees, compiler: str) -> None:
    trees.write("src/a.cpp", "#include <assert.h>\n#include <vector>\nint f() { return 1; }\n")
    trees.check(compiler, shares=True)
    trees.cache.front_end("clear")
    trees.cache.front_end("zero")
    trees.write("src/a.cpp", "#include <assert.h>\nint f(int x) { assert(x); return 1; }\n")
    trees.check(compiler, shares=False)


@pytest.mark.clang_cl
@pytest.mark.parametrize(
    ("text", "shares"), [("namespace { int x; } int* f() { return &x; }", False), ("int x;", True)]
)
def test_anonymous_namespace_of_microsofts_abi_is_of_its_tree(trees: Trees, text: str, shares: int) -> None:
    trees.write("src/a.cpp", text + "\n")
    trees.check("clang-cl-19", shares=bool(shares))


@pytest.mark.parametrize("compiler", [*GNU, CL])
@pytest.mark.parametrize("options", [["-DROOT={tree}"], ["-fsanitize=undefined"]])
def test_path_that_reaches_the_object_is_not_shared(trees: Trees, compiler: str, options: list[str]) -> None:
    root = "#define S(x) #x\n#define T(x) S(x)\n#ifdef ROOT\nconst char* r = T(ROOT);\n#endif\n"
    trees.write("src/a.cpp", root + "int f(int a) { return 1 / a; }\n")
    trees.check(compiler, options, shares=False)


@pytest.mark.parametrize("compiler", [*GNU, CL])
def test_trees_that_differ_in_a_header_never_share(trees: Trees, compiler: str) -> None:
    (trees.folders[1] / "inc/h.h").write_text("#pragma once\ninline int h() { return 2; }\n")
    for _ in range(10):
        for tree in trees.folders:
            env = {"CLCACHE_BASEDIR": str(tree)}
            line = trees.command(tree, compiler)
            bare = make_bare(trees.cache, line, tree / "build", env)
            assert make_cached(trees.cache, line, tree / "build", env) == bare
    assert trees.cache.counts() == (18, 2, 0, 0)


@pytest.mark.parametrize("compiler", [*GNU, CL])
def test_header_that_shadows_in_one_tree_is_seen_there(trees: Trees, compiler: str) -> None:
    assert trees.check(compiler)
    (trees.folders[1] / "build/h.h").write_text("#pragma once\ninline int h() { return 3; }\n")
    tree = trees.folders[1]
    line = trees.command(tree, compiler, ["-I."])
    env = {"CLCACHE_BASEDIR": str(tree)}
    for _ in range(2):
        assert make_cached(trees.cache, line, tree / "build", env) == make_bare(trees.cache, line, tree / "build", env)


@pytest.mark.parametrize("compiler", GNU)
def test_folder_that_only_begins_like_a_root_is_none(cache: Cache, work: Path, compiler: str) -> None:
    for name in ("t", "tt"):
        (work / name).mkdir()
        (work / name / "a.cpp").write_text("int a;\n")
        env = {"CLCACHE_BASEDIR": str(work / "t")}
        make_cached(cache, [compiler, "-c", f"{work}/{name}/a.cpp", "-o", "a.o"], work, env)
    assert cache.counts() == (0, 2, 0, 0)


@pytest.mark.parametrize("compiler", GNU)
@pytest.mark.parametrize(
    "name", ["#x", "a b", "$HOME", "a=b", "c%d", "x,y", "it's", 'q"uote', "(a)", "[b]", "dir:x", "one2"]
)
def test_names_that_mean_something_elsewhere_are_names(cache: Cache, work: Path, compiler: str, name: str) -> None:
    for folder in ("one", name):
        (work / folder).mkdir()
        (work / folder / "a.c").write_text("int f(int a) { if (a = 2) return 1; return 0; }\n")
        tree = work / folder
        env = {"CLCACHE_BASEDIR": str(tree)} if ":" not in name else {"CLCACHE_CONFIG": str(tree / "own.yaml")}
        (tree / "own.yaml").write_text("basedir: .\n")
        for target in ("a.o", f"{tree}/x.o"):
            line = [compiler, "-Wall", "-H", "-MD", "-MT", target, "-MF", "a.d", "-c", f"{tree}/a.c", "-o", "a.o"]
            bare = make_bare(cache, line, tree, env)
            for _ in range(2):
                assert make_cached(cache, line, tree, env) == bare
    assert cache.counts()[2:] == (0, 0)


def test_folder_named_by_an_option_is_mapped_and_a_definition_is_text(trees: Trees) -> None:
    trees.check("g++", ["-isystem", "{tree}/src"], shares=True)
    trees.cache.front_end("zero")
    trees.check("g++", ["-DX={tree}/src"], shares=False)


@pytest.mark.parametrize("compiler", [*GNU, CL])
def test_name_of_the_file_through_a_macro_of_the_command_line_is_of_its_tree(trees: Trees, compiler: str) -> None:
    trees.write("src/a.cpp", "unsigned f() { return sizeof(NAME); }\n")
    trees.check(compiler, ["-DNAME=__FILE__"], shares=False)


@pytest.mark.parametrize("compiler", [*GNU, CL])
def test_name_of_the_file_that_is_pasted_together_is_of_its_tree(trees: Trees, compiler: str) -> None:
    trees.write("src/a.cpp", "#define CAT(x, y) x##y\nunsigned f() { return sizeof(CAT(__FI, LE__)); }\n")
    trees.check(compiler, shares=False)


@pytest.mark.parametrize("compiler", GNU)
def test_map_with_a_slash_at_its_end_leaves_the_working_folder_itself(cache: Cache, work: Path, compiler: str) -> None:
    for name in ("one", "two"):
        (work / name).mkdir()
        # Compressed, so that no path is seen in the object.
        (work / name / "a.cpp").write_text("#include <vector>\nint f(std::vector<int>& v) { return v.at(1); }\n")
        env = {"CLCACHE_BASEDIR": f"{work}/{name}"}
        line = [compiler, "-g", "-gz", f"-ffile-prefix-map={work}/{name}/=", "-c", f"{work}/{name}/a.cpp", "-o", "a.o"]
        assert make_cached(cache, line, work / name, env) == make_bare(cache, line, work / name, env)
    assert cache.counts() == (0, 2, 0, 0)


@pytest.mark.parametrize("compiler", GNU)
@pytest.mark.parametrize("options", [["-g"], []], ids=["debug", "file"])
@pytest.mark.parametrize("names", [("one", "two"), ("two", "one")])
def test_map_that_takes_a_part_of_a_name_beside_the_tree_is_of_its_tree(
    cache: Cache, work: Path, compiler: str, options: list[str], names: tuple[str, str]
) -> None:
    # The map of "one" makes ".-libs/h.h" of the path of a header that both trees use.
    (work / "one-libs").mkdir()
    (work / "one-libs/h.h").write_text("inline const char* name() { return __FILE__; }\n")
    for name in names:
        tree = work / name
        tree.mkdir()
        (tree / "a.cpp").write_text("#include <h.h>\nconst char* f() { return name(); }\n")
        line = [compiler, *options, f"-ffile-prefix-map={tree}=.", f"-I{work}/one-libs", "-c", f"{tree}/a.cpp"]
        env = {"CLCACHE_BASEDIR": str(tree)}
        assert make_cached(cache, line, tree, env) == make_bare(cache, line, tree, env)
        assert make_cached(cache, line, tree, env) == make_bare(cache, line, tree, env)
    assert cache.counts() == (2, 2, 0, 0)


def test_headers_in_the_order_of_their_names_are_those_of_the_tree_at_hand(cache: Cache, work: Path) -> None:
    for project, sdk in (("1", "2"), ("4", "3")):
        for name in (project, sdk):
            (work / name).mkdir()
        (work / sdk / "s.h").write_text("int s;\n")
        (work / project / "p.h").write_text("int p;\n")
        (work / project / "a.c").write_text('#include "p.h"\n#include <s.h>\n')
        env = {"CLCACHE_ROOTS": f"project={work}/{project}{os.pathsep}sdk={work}/{sdk}"}
        line = ["gcc", "-H", f"-I{work}/{sdk}", "-c", f"{work}/{project}/a.c", "-o", "a.o"]
        assert make_cached(cache, line, work / project, env) == make_bare(cache, line, work / project, env)


@pytest.mark.parametrize("names", [("one", "a" * 100), ("a" * 100, "one")])
@pytest.mark.parametrize("kind", ["link", "relative", "package"])
def test_path_of_a_system_header_is_written_as_in_the_tree_at_hand(
    cache: Cache, work: Path, kind: str, names: tuple[str, str]
) -> None:
    # gcc writes the path without links and dots where that is shorter: it depends on where the tree is.
    for at, name in enumerate(names):
        tree = {"link": work / f"link{at}", "relative": work / name, "package": work / f"tree{at}"}[kind]
        place = work / name
        (place / "inc").mkdir(parents=True)
        (place / "inc/h.h").write_text("inline unsigned h() { return sizeof(__FILE__); }\n")
        if kind == "link":
            tree.symlink_to(place)
        elif kind == "package":
            tree.mkdir()
            (tree / "depends").symlink_to(place)
        (tree / "build").mkdir()
        (tree / "a.cpp").write_text("#include <h.h>\nunsigned f() { return h(); }\n")
        # Longer than the path of the first tree, and shorter than that of the other.
        upwards = "../build/" * ((len(str(work)) + 50) // len("../build/")) + "../inc"
        folder = {"link": f"{tree}/inc", "relative": upwards, "package": f"{tree}/depends/inc"}[kind]
        roots = f"project={tree}" + (f"{os.pathsep}package={place}" if kind == "package" else "")
        line = ["g++", f"-fmacro-prefix-map={tree}=.", "-MD", "-isystem", folder, "-c", f"{tree}/a.cpp", "-o", "a.o"]
        for _ in range(2):
            bare = make_bare(cache, line, tree / "build", {"CLCACHE_ROOTS": roots})
            assert make_cached(cache, line, tree / "build", {"CLCACHE_ROOTS": roots}) == bare
    assert cache.counts() == (2, 2, 0, 0)


@pytest.mark.parametrize("compiler", GNU)
def test_map_with_an_equals_sign_in_its_folder_is_of_its_tree(cache: Cache, work: Path, compiler: str) -> None:
    # clang takes the first "=", gcc the last: what is left of the path differs, and is in the object by its length.
    for name in ("a=b", "one"):
        tree = work / name
        tree.mkdir()
        (tree / "a.cpp").write_text("unsigned f() { return sizeof(__FILE__); }\n")
        env = {"CLCACHE_BASEDIR": str(tree)}
        line = [compiler, f"-ffile-prefix-map={tree}=.", "-c", f"{tree}/a.cpp", "-o", "a.o"]
        assert make_cached(cache, line, tree, env) == make_bare(cache, line, tree, env)
    assert cache.counts() == (0, 2, 0, 0)


@pytest.mark.clang_cl
@pytest.mark.parametrize("option", ["MMD", "MD"])
def test_depfile_is_the_callers_where_the_preprocessor_is_asked_for_names_of_files(trees: Trees, option: str) -> None:
    trees.write("src/a.cpp", "#include <h.h>\n#define NAME __FILE__\nunsigned f() { return sizeof(NAME); }\n")
    trees.check("clang-cl-19", [f"/clang:-{option}", "/clang:-MFa.d"], shares=False)


@pytest.mark.parametrize("compiler", [*GNU, CL])
@pytest.mark.parametrize(
    "text",
    ['#pragma message("{parent}" "/{name}/inc")\n', '[[deprecated("{parent}" "/{name}")]] int g();\nint i = g();\n'],
    ids=["pragma", "attribute"],
)
def test_path_that_literals_make_together_stays_in_messages(trees: Trees, compiler: str, text: str) -> None:
    first = trees.folders[0]
    trees.write("src/a.cpp", text.format(parent=first.parent, name=first.name) + "int f() { return 1; }\n")
    trees.check(compiler, shares=False)


@pytest.mark.parametrize(
    "compiler",
    [pytest.param("clang++-19", marks=pytest.mark.clang), pytest.param("clang-cl-19", marks=pytest.mark.clang_cl)],
)
def test_end_of_a_path_that_a_sanitizer_tells_is_of_its_tree(cache: Cache, work: Path, compiler: str) -> None:
    for name in ("one", "two"):
        tree = work / name
        tree.mkdir()
        (tree / "a.cpp").write_text("int f(int a, int b) { return a / b; }\n")
        options = ["-fsanitize=undefined", "-fsanitize-undefined-strip-path-components=-2"]
        line = [compiler, *options, "-c", f"{tree}/a.cpp", "/Foa.obj" if "cl" in compiler.split("-") else "-oa.o"]
        env = {"CLCACHE_BASEDIR": str(tree)}
        assert make_cached(cache, line, tree, env) == make_bare(cache, line, tree, env)
    assert cache.counts() == (0, 2, 0, 0)


@pytest.mark.clang_cl
@pytest.mark.parametrize("option", ["-ffile-reproducible", "-fmacro-prefix-map=/x=y"])
def test_name_of_the_file_with_the_slashes_of_windows_is_of_its_tree(trees: Trees, option: str) -> None:
    trees.write("src/a.cpp", "unsigned f() { return sizeof(__FILE__); }\n")
    trees.check("clang-cl-19", [f"/clang:{option}"], shares=False)


def test_debug_information_of_the_assembler_is_of_its_tree(cache: Cache, work: Path) -> None:
    # From the longer path to the shorter: compressed, only the latter may be seen in the object.
    for name in ("another/longer", "one"):
        tree = work / name
        tree.mkdir(parents=True)
        (tree / "a.s").write_text(".text\nf: ret\n" + "nop\n" * 3000)
        line = ["gcc", "-Wa,-g", "-Wa,--compress-debug-sections", "-c", f"{tree}/a.s", "-o", "a.o"]
        env = {"CLCACHE_BASEDIR": str(tree)}
        assert make_cached(cache, line, tree, env) == make_bare(cache, line, tree, env)
    assert cache.counts() == (0, 2, 0, 0)


@pytest.mark.clang_cl
@pytest.mark.parametrize("options", [[], ["/clang:-ffile-prefix-map={tree}=."], ["/DNAME=__FUNCDNAME__"]])
def test_decorated_name_that_code_reckons_with_is_of_its_tree(trees: Trees, options: list[str]) -> None:
    name = "NAME" if "/DNAME=__FUNCDNAME__" in options else "__FUNCDNAME__"
    loop = f"const char* p = {name}; unsigned h = 5; while (*p) h = h * 33 + *p++; return h;"
    text = f"namespace {{ struct S {{}}; }}\ntemplate <class T> constexpr unsigned hash() {{ {loop} }}\n"
    trees.write("src/a.cpp", text + "constexpr unsigned value = hash<S>();\nunsigned f() { return value; }\n")
    trees.check("clang-cl-19", ["/std:c++17", *options], shares=False)


@pytest.mark.clang_cl
def test_name_that_is_too_long_for_microsofts_abi_is_of_its_tree(trees: Trees) -> None:
    parts = ",".join(f"struct LongNameOfAStructWithANumber{number}" for number in range(150))
    text = f"namespace {{ struct S {{}}; }}\ntemplate <class...> struct T {{}};\nusing L = T<{parts}, S>;\n"
    trees.write(
        "src/a.cpp",
        text + "template <class X> int g();\ntemplate <> int g<L>() { return 1; }\nint f() { return g<L>(); }\n",
    )
    trees.check("clang-cl-19", shares=False)


def test_tree_that_was_moved_hits(cache: Cache, work: Path) -> None:
    (work / "before").mkdir()
    (work / "before/a.c").write_text("int a;\n")
    for name in ("before", "after"):
        if name == "after":
            shutil.move(work / "before", work / "after")
        env = {"CLCACHE_BASEDIR": str(work / name)}
        assert cache.compile("gcc", "-c", "a.c", "-o", "a.o", cwd=work / name, env=env).code == 0
        os.unlink(work / name / "a.o")
    assert cache.counts() == (1, 1, 0, 0)


@pytest.mark.parametrize("compiler", GNU)
@pytest.mark.parametrize("mode", [{}, {"CLCACHE_NODIRECT": "1"}], ids=["direct", "preprocessor"])
def test_depfile_is_laid_out_as_the_compiler_does_whether_or_not_there_are_roots(
    cache: Cache, work: Path, compiler: str, mode: dict[str, str]
) -> None:
    # None of its files is below the root, so that the paths alone tell the two callers not apart.
    names = [f"a_header_with_a_long_name_{number}.h" for number in range(6)]
    for name in names:
        (work / name).write_text("")
    (work / "elsewhere").mkdir()
    line = [compiler, "-MD", "-c", "a.cpp", "-o", "a.o"]
    for turn, first in enumerate(({}, {"CLCACHE_BASEDIR": str(work / "elsewhere")})):
        (work / "a.cpp").write_text("".join(f'#include "{name}"\n' for name in names) + f"int a{turn};\n")
        for env in (first, {} if first else {"CLCACHE_BASEDIR": str(work / "elsewhere")}):
            for _ in range(2):
                assert make_cached(cache, line, work, env | mode) == make_bare(cache, line, work)


@pytest.mark.clang
@pytest.mark.parametrize("compiler", ["clang++", "clang-cl"])
def test_compiler_in_a_folder_of_its_own_may_lie_elsewhere(cache: Cache, work: Path, compiler: str) -> None:
    real = Path(os.path.realpath(shutil.which("clang-19") or "")).parents[1]
    for name in ("one", "two/longer"):
        (work / name / "tree").mkdir(parents=True)
        (work / name / "tree/a.cpp").write_text("#include <stddef.h>\nsize_t a;\n")
        tools = work / name / "llvm"
        (tools / "lib/clang").mkdir(parents=True)
        (tools / "bin").mkdir()
        shutil.copy(real / "bin/clang", tools / "bin" / compiler)
        shutil.copytree(real / "lib/clang/19", tools / "lib/clang/19", ignore=shutil.ignore_patterns("lib", "share"))
        for library in (real / "lib").glob("libclang-cpp.so*"):
            (tools / "lib" / library.name).symlink_to(os.path.realpath(library))
        tree = work / name / "tree"
        env = {"CLCACHE_BASEDIR": str(tree)}
        line = [str(tools / "bin" / compiler), "-MD" if compiler == "clang++" else "/showIncludes", "-c", "a.cpp"]
        assert make_cached(cache, line, tree, env) == make_bare(cache, line, tree, env)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()


@pytest.mark.clang_cl
def test_tools_of_microsoft_may_lie_elsewhere(cache: Cache, work: Path) -> None:
    for name in ("one", "two/longer"):
        for folder in ("tree", "VC/include", "Kits/include"):
            (work / name / folder).mkdir(parents=True)
        tree, tools, kit = (work / name / folder for folder in ("tree", "VC", "Kits"))
        (tools / "include/vc.h").write_text("#define VC 1\n")
        (kit / "include/sdk.h").write_text("#define SDK 2\n")
        (tree / "a.cpp").write_text("#include <vc.h>\n#include <sdk.h>\nint a = VC + SDK;\n")
        env = {"CLCACHE_BASEDIR": str(tree), "VCToolsInstallDir": f"{tools}/", "WindowsSdkDir": f"{kit}/"}
        env["INCLUDE"] = os.pathsep.join([str(tools / "include"), str(kit / "include")])
        line = ["clang-cl-19", "/c", f"-imsvc{tools}/include", f"-imsvc{kit}/include", "a.cpp", "/showIncludes"]
        assert make_cached(cache, line, tree, env) == make_bare(cache, line, tree, env)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()


def test_three_trees_with_cores_of_their_own_fill_one_folder_at_once(cache: Cache, work: Path) -> None:
    names, files = ("one", "another/two", "drei mit ä"), range(12)
    caches = [Cache(work / f"home{number}", work / f"core{number}") for number in range(len(names))]
    for number in range(len(names)):
        (work / f"home{number}").mkdir()
    for name in names:
        (work / name / "build").mkdir(parents=True)
        (work / name / "h.h").write_text("#define H 1\n" if name != "another/two" else "#define H 2\n")
        for number in files:
            (work / name / f"{number}.c").write_text(f'#include "h.h"\nint f{number} = H;\n')

    def build(at: int) -> None:
        tree = work / names[at]
        env = {"CLCACHE_DIR": str(cache.folder), "CLCACHE_ROOTS": f"project={tree}{os.pathsep}build={tree}/build"}
        for number in files:
            line = ["gcc", "-c", f"{tree}/{number}.c", "-o", f"{number}.o"]
            assert caches[at].compile(*line, cwd=tree / "build", env=env).code == 0

    with ThreadPoolExecutor() as pool:
        list(pool.map(build, range(len(names))))
    for each in caches:
        each.front_end("stop")
    objects = [[(work / name / f"build/{number}.o").read_bytes() for number in files] for name in names]
    assert objects[0] == objects[2] != objects[1]
    for name, made in zip(names, objects, strict=True):
        line = ["gcc", "-c", f"{work}/{name}/0.c", "-o", "bare.o"]
        assert make_bare(cache, line, work / name / "build").files["bare.o"][1] == made[0]
    assert cache.counts()[2:] == (0, 0)


def test_trees_under_one_path_in_namespaces_of_their_own_do_not_mix(lone_cache: Cache, work: Path) -> None:
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        skip_or_fail("no mount can be made; allow user namespaces, or run as root")
    (work / "at").mkdir()
    for number in (1, 2, 3):
        (work / f"tree{number}").mkdir()
        (work / f"tree{number}/h.h").write_text(f"#define H {number % 2}\n")
        (work / f"tree{number}/a.c").write_text('#include "h.h"\nint a = H;\n')
    script = f"""
        for n in 1 2 3; do
            unshare -rm sh -c "mount --bind {work}/tree$n {work}/at && cd {work}/at && for turn in 1 2 3; do
                CLCACHE_SOCKET={work}/core$n CLCACHE_BASEDIR={work}/at {lone_cache.launcher} gcc -c {work}/at/a.c -o a.o
            done; CLCACHE_SOCKET={work}/core$n {lone_cache.launcher} stop" &
        done
        wait
    """
    done = lone_cache.run("sh", "-c", script, cwd=work)
    assert (done.code, done.stderr) == (0, b"")
    made = [(work / f"tree{number}/a.o").read_bytes() for number in (1, 2, 3)]
    assert made[0] == made[2] != made[1]
    hits, misses, uncacheable, errors = lone_cache.counts()
    assert (hits + misses, uncacheable, errors) == (9, 0, 0)
    assert hits >= 6
