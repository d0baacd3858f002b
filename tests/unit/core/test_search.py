"""The search state: what was and was not found on the way to the headers."""

from pathlib import Path

import pytest

from clcache_launcher.compilers.search_rules import SearchRules
from clcache_launcher.core.facts import Facts, scan_source
from clcache_launcher.core.folders import FolderNames
from clcache_launcher.core.search import SearchState, search_plan, search_state

PLAIN = SearchRules()


class Tree:
    """A source in ``src`` that includes from ``one`` and ``two``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = FolderNames()
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
        return search_state(search_plan(self.files, folders, str(self.folder / "cwd"), forced, rules), self.names)


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


def test_link_counts_as_what_it_leads_to(tree: Tree) -> None:
    before = tree.state().digest
    (tree.folder / "one/x.h").symlink_to("target.h")
    assert tree.state().digest == before
    (tree.folder / "one/target.h").write_text("")
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
    assert search_state(plan, tree.names).precompiled_header(plan) is None
    (tree.folder / "two/x.h.gch").write_text("")
    assert search_state(plan, tree.names).precompiled_header(plan) == str(tree.folder / "two/x.h.gch")


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
