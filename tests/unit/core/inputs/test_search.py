"""The search state: what was and was not found on the way to the headers."""

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from clcache_launcher.compilers.search_rules import SearchRules
from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.inputs.folders import FolderNames
from clcache_launcher.core.inputs.search import SearchPlan, search_plan
from clcache_launcher.core.inputs.search_state import SearchState, search_state
from clcache_launcher.core.sources.facts import Facts, scan_source
from clcache_launcher.util.files import file_clock_ns, folder_signature
from support.case import settle

PLAIN = SearchRules()


class Tree:
    """A source in ``src`` that includes from ``one`` and ``two``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = FolderNames()
        self.digests = FileDigests()
        for name in ("src", "one", "two"):
            (folder / name).mkdir()
        self.files: list[tuple[str, Facts]] = []

    def add(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
        self.files.append((str(path), scan_source(text.encode())))

    def state(self, rules: SearchRules = PLAIN, forced: tuple[str, ...] = ()) -> SearchState:
        folders = [str(self.folder / name) for name in ("one", "two")]
        return search_state(
            search_plan(self.files, folders, str(self.folder / "cwd"), forced, rules), self.names, self.digests
        )


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    made = Tree(tmp_path)
    made.add("src/a.c", '#include "x.h"\n#include <sub/y.h>\n#if __has_include(<maybe.h>)\n#endif\n')
    made.add("two/x.h", "")
    made.add("two/sub/y.h", '#include "../z.h"\n')
    made.add("two/z.h", "")
    return made


@pytest.mark.parametrize("name", ["src/x.h", "one/x.h", "one/sub/y.h", "one/maybe.h", "two/maybe.h"])
def test_looked_for_name_that_appears_changes_the_state(tree: Tree, name: str) -> None:
    before = tree.state().digest
    path = tree.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    assert tree.state().digest != before
    path.unlink()
    assert tree.state().digest == before


@pytest.mark.parametrize("name", ["src/y.h", "one/other.h", "two/sub/x.h", "src/maybe.h"])
def test_name_that_is_not_looked_for_there_changes_nothing(tree: Tree, name: str) -> None:
    before = tree.state().digest
    (tree.folder / name).write_text("")
    assert tree.state().digest == before


def test_name_that_goes_away_changes_the_state(tree: Tree) -> None:
    before = tree.state().digest
    (tree.folder / "two/x.h").unlink()
    assert tree.state().digest != before


def test_folder_of_that_name_is_no_header(tree: Tree) -> None:
    before = tree.state().digest
    (tree.folder / "one/x.h").mkdir()
    assert tree.state().digest == before


def test_search_folder_that_appears_changes_the_state(tree: Tree) -> None:
    (tree.folder / "one").rmdir()
    before = tree.state().digest
    (tree.folder / "one").mkdir()
    assert tree.state().digest == before
    (tree.folder / "one/x.h").write_text("")
    assert tree.state().digest != before


def test_search_folder_that_is_a_file_changes_the_state(tree: Tree) -> None:
    before = tree.state().digest
    (tree.folder / "one").rmdir()
    (tree.folder / "one").write_text("")
    state = tree.state()
    assert state.digest != before
    assert state.header_map() == str(tree.folder / "one")


@pytest.mark.links
def test_link_counts_as_what_it_leads_to(tree: Tree) -> None:
    before = tree.state().digest
    (tree.folder / "one/x.h").symlink_to("target.h")
    assert tree.state().digest == before
    (tree.folder / "one/target.h").write_text("")
    assert tree.state().digest != before


@pytest.mark.links
def test_link_that_is_turned_to_another_file_changes_the_state(tree: Tree) -> None:
    for name in ("first.h", "second.h"):
        (tree.folder / name).write_text("")
    (tree.folder / "one/x.h").symlink_to("../first.h")
    before = tree.state().digest
    (tree.folder / "one/x.h").unlink()
    (tree.folder / "one/x.h").symlink_to("../second.h")
    assert tree.state().digest != before


@pytest.mark.parametrize(("name", "other"), [("one/x.h", "two/x.h"), ("two/x.h", "two/z.h"), ("src/x.h", "one/x.h")])
def test_two_names_that_become_one_file_change_the_state(tree: Tree, name: str, other: str) -> None:
    for path in (tree.folder / name, tree.folder / other):
        path.write_text("")
    before = tree.state().digest
    (tree.folder / name).unlink()
    os.link(tree.folder / other, tree.folder / name)
    together = tree.state().digest
    assert together != before
    (tree.folder / name).unlink()
    (tree.folder / name).write_text("")
    assert tree.state().digest == before


def test_name_that_a_macro_gives_is_looked_for_beside_who_asks(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.add("src/a.c", "#define NAME <sub/x.h>\n#include NAME\n")
    tree.add("two/sub/x.h", "")
    before = tree.state().digest
    (tree.folder / "src/sub").mkdir()
    (tree.folder / "src/sub/x.h").write_text("")
    assert tree.state().digest != before


def test_quoted_name_is_looked_for_beside_every_includer_where_the_rules_say_so(tree: Tree) -> None:
    rules = SearchRules(beside_every_includer=True)
    plain, stack = tree.state().digest, tree.state(rules).digest
    (tree.folder / "two/sub/x.h").write_text("")
    assert tree.state().digest == plain
    assert tree.state(rules).digest != stack


def test_precompiled_header_beside_a_header_is_found(tree: Tree) -> None:
    rules = SearchRules(precompiled=(".gch",))
    folders = [str(tree.folder / name) for name in ("one", "two")]
    plan = search_plan(tree.files, folders, str(tree.folder), (), rules)
    assert search_state(plan, tree.names, tree.digests).precompiled_headers(plan) == []
    (tree.folder / "two/x.h.gch").write_text("")
    assert search_state(plan, tree.names, tree.digests).precompiled_headers(plan) == [str(tree.folder / "two/x.h.gch")]


def test_forced_name_is_looked_for_in_the_working_folder(tree: Tree) -> None:
    before = tree.state(forced=("pre.h",)).digest
    (tree.folder / "cwd").mkdir()
    (tree.folder / "cwd/pre.h").write_text("")
    assert tree.state(forced=("pre.h",)).digest != before


def test_name_given_by_a_macro_is_the_tail_of_an_include(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.add("src/a.c", "#include NAME\n")
    tree.add("two/deep/c.h", "")
    before = tree.state().digest
    (tmp_path / "one/deep").mkdir()
    (tmp_path / "one/deep/c.h").write_text("")
    assert tree.state().digest != before


@pytest.mark.links
def test_target_of_a_link_that_goes_away_changes_the_state(tree: Tree) -> None:
    (tree.folder / "elsewhere.h").write_text("")
    (tree.folder / "one/maybe.h").symlink_to("../elsewhere.h")
    settle()
    state = tree.state()
    assert state.signatures
    (tree.folder / "elsewhere.h").unlink()
    assert tree.state().digest != state.digest
    assert not all(folder_signature(path) == signature for path, signature in state.signatures)


@pytest.mark.links
@pytest.mark.parametrize("name", ["x.h", "sub"])
def test_target_of_a_link_that_appears_shows_in_the_signatures(tree: Tree, name: str) -> None:
    (tree.folder / "one" / name).symlink_to("../elsewhere")
    settle()
    state = tree.state()
    assert state.signatures
    if name == "sub":
        (tree.folder / "elsewhere").mkdir()
        (tree.folder / "elsewhere/y.h").write_text("")
    else:
        (tree.folder / "elsewhere").write_text("")
    assert not all(folder_signature(path) == signature for path, signature in state.signatures)
    assert tree.state().digest != state.digest


@pytest.mark.links
def test_links_that_nobody_looks_for_are_no_part_of_the_signatures(tree: Tree) -> None:
    (tree.folder / "elsewhere").mkdir()
    (tree.folder / "one/other").symlink_to("../elsewhere")
    settle()
    state = tree.state()
    (tree.folder / "elsewhere/file").write_text("")
    assert state.signatures
    assert all(folder_signature(path) == signature for path, signature in state.signatures)


def test_folder_that_just_changed_gives_no_signatures(tree: Tree) -> None:
    settle()
    assert tree.state().signatures
    (tree.folder / "one/new.h").write_text("")
    before = file_clock_ns()
    state = tree.state()
    assert not state.signatures or (tree.folder / "one").stat().st_ctime_ns < before


@pytest.mark.parametrize(
    ("include", "place"),
    [
        ('"../up.h"', "one/../up.h"),
        ("<../up.h>", "up.h"),
        ('"./x.h"', "one/x.h"),
        ('"sub//x.h"', "one/sub/x.h"),
        ('"sub/deep/x.h"', "one/sub/deep/x.h"),
        ('"sub/../x.h"', "one/x.h"),
        ('"sub\\x.h"', "one/sub/x.h"),
    ],
)
def test_name_with_folders_is_looked_for_where_it_leads(tmp_path: Path, include: str, place: str) -> None:
    tree = Tree(tmp_path)
    tree.add("src/a.c", f"#include {include}\n")
    (tmp_path / "one/sub/deep").mkdir(parents=True)
    before = tree.state().digest
    (tmp_path / place).write_text("")
    assert tree.state().digest != before


def test_absolute_name_is_looked_for_where_it_is(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.add("src/a.c", f'#if __has_include("{tmp_path}/abs.h")\n#endif\n')
    before = tree.state().digest
    (tmp_path / "abs.h").write_text("")
    assert tree.state().digest != before


def test_moving_a_header_from_folder_to_folder_changes_the_state(tree: Tree) -> None:
    before = tree.state().digest
    (tree.folder / "two/x.h").rename(tree.folder / "one/x.h")
    assert tree.state().digest != before


def test_header_beside_the_source_that_is_tested_for_shows_as_tested(tree: Tree) -> None:
    plan = search_plan(tree.files, [], str(tree.folder), (), PLAIN)
    assert plan.tested == {"maybe.h"}


def test_forced_precompiled_header_is_told(tree: Tree) -> None:
    rules = SearchRules(forced_precompiled=(".pch",))
    plan = search_plan(tree.files, [str(tree.folder / "one")], str(tree.folder), ["pre.h"], rules)
    (tree.folder / "one/x.h.pch").write_text("")
    assert search_state(plan, FolderNames(), tree.digests).precompiled_headers(plan) == []
    (tree.folder / "one/pre.h.pch").write_text("")
    assert search_state(plan, FolderNames(), tree.digests).precompiled_headers(plan) == [
        str(tree.folder / "one/pre.h.pch")
    ]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from(["src/x.h", "one/x.h", "two/x.h", "one/maybe.h", "two/sub/y.h"]), max_size=6))
def test_state_depends_on_what_is_there_and_not_on_the_way_there(toggled: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Tree(Path(folder))
        tree.add("src/a.c", '#include "x.h"\n#include <sub/y.h>\n#if __has_include(<maybe.h>)\n#endif\n')
        (tree.folder / "two/sub").mkdir()
        states = {frozenset[str](): tree.state().digest}
        there: set[str] = set()
        for name in toggled:
            path = tree.folder / name
            path.unlink() if name in there else path.write_text("")
            there ^= {name}
            digest = tree.state().digest
            assert states.setdefault(frozenset(there), digest) == digest
        assert len(set(states.values())) == len(states)


@pytest.mark.parametrize(
    ("written", "other", "is_same"),
    [
        # One, two and three more than what it is without links: shorter in each, and by how much does not matter.
        (1, 3, True),
        (-5, 0, True),
        (0, 1, False),
    ],
)
def test_it_matters_whether_a_system_headers_path_is_shorter_without_links(
    tmp_path: Path, written: int, other: int, *, is_same: bool
) -> None:
    tree = Tree(tmp_path)
    tree.add("src/a.c", "#include <x.h>\n")
    tree.add("two/x.h", "")
    plan = search_plan(tree.files, [str(tmp_path / "two")], str(tmp_path), (), PLAIN)
    length = len(str((tmp_path / "two").resolve())) + 1

    def digest(more: int, plan: SearchPlan = plan) -> bytes:
        at = str(tmp_path / "two")
        return search_state(replace(plan, system=((at, length + more),)), tree.names, tree.digests).digest

    assert (digest(written) == digest(other)) is is_same
    # Where a header leads upwards, what that saves is more than the links.
    tree.add("two/y.h", '#include "../x.h"\n')
    upwards = search_plan(tree.files, [str(tmp_path / "two")], str(tmp_path), (), PLAIN)
    assert digest(written, upwards) != digest(other, upwards)


def test_link_of_a_system_header_that_is_longer_than_what_it_leads_to_matters(tmp_path: Path) -> None:
    tree = Tree(tmp_path)
    tree.add("src/a.c", "#include <x.h>\n")
    (tmp_path / "one/file.h").write_text("")
    (tmp_path / "two/x.h").symlink_to(tmp_path / "one/file.h")
    at = str(tmp_path / "two")
    plan = search_plan(tree.files, [at], str(tmp_path), (), PLAIN)
    digests = {
        search_state(replace(plan, system=((at, length),)), tree.names, tree.digests).digest
        for length in (len(at) + 1 - 10, len(at) + 1 + 10)
    }
    assert len(digests) == 2


def test_what_a_map_leaves_of_a_path_beside_a_tree_is_in_the_state(tree: Tree) -> None:
    plan = search_plan(tree.files, [str(tree.folder / "two")], str(tree.folder), (), PLAIN)
    cut = replace(plan, cut=("/x/tt/h.h\x000\x00t/h.h",))
    states = [search_state(each, tree.names, tree.digests).digest for each in (plan, cut)]
    assert states[0] != states[1]
