"""Who may import whom, how long a module may be, and what both sides of the socket agree on."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clcache_launcher.cli.main import CLASSIC_SWITCHES, COMMANDS
from clcache_launcher.protocol import MAGIC, MAX_FRAME_BYTES, Message, RequestFlag

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "plugin/clcache_launcher"
BOTTOM = {"config", "model", "errors", "protocol", "util", "__init__"}
MAY_IMPORT = {
    "util": {"util", "model", "errors", "__init__"},
    "model": set(),
    "errors": set(),
    "protocol": {"model", "util"},
    "config": {"config", "model", "errors", "util"},
    "compilers": {"compilers"} | BOTTOM,
    "storage": {"storage"} | BOTTOM,
    "core": {"core", "compilers", "storage"} | BOTTOM,
    "server": {"server", "core", "compilers", "storage"} | BOTTOM,
    "cli": {"cli", "core", "compilers", "storage"} | BOTTOM,
    "conan": {"conan"} | BOTTOM,
    "setup": {"setup", "conan", "core", "compilers", "storage"} | BOTTOM,
    "__main__": {"server", "cli"},
    "__init__": set(),
}
ONLY_IN = {
    "yaml": "config",
    "jinja2": "setup",
    "click": ("cli", "setup"),
    "rich": "cli",
    "sqlite3": "storage",
    "conan": "conan",
}
MODULES = sorted(PACKAGE.rglob("*.py"))
OPTION_TABLES = {"gnu_code_generation.py", "gnu_targets.py", "gnu_nested.py", "gnu_rows.py"}
modules = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@modules
def test_module_imports_only_what_stands_below_it(path: Path) -> None:
    for name in imports(path):
        top, _, rest = name.partition(".")
        if top == "clcache_launcher":
            assert (rest.partition(".")[0] or "__init__") in MAY_IMPORT[layer(path)], name
        elif top in ONLY_IN:
            assert layer(path) in ONLY_IN[top], name
        if top == "subprocess":
            assert path.name == "process.py" and layer(path) == "util"


def test_no_modules_import_each_other_in_a_circle() -> None:
    names = {path: ".".join(["clcache_launcher", *path.relative_to(PACKAGE).with_suffix("").parts]) for path in MODULES}
    graph = {name: set(imports(path)) & set(names.values()) for path, name in names.items()}
    while leaves := {name for name, needs in graph.items() if not needs & graph.keys()}:
        graph = {name: needs for name, needs in graph.items() if name not in leaves}
    assert not graph


@modules
def test_module_has_one_purpose_and_is_short(path: Path) -> None:
    text = path.read_text("utf-8")
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring
    if not path.name.endswith("_options.py") and path.name not in OPTION_TABLES:
        assert len(text.splitlines()) <= 400


def test_launcher_files_are_short() -> None:
    for path in (ROOT / "plugin/launcher").glob("*.[ch]"):
        assert len(path.read_text("utf-8").splitlines()) <= 300, path


def header_constants() -> dict[str, str]:
    text = (ROOT / "plugin/launcher/launcher.h").read_text("utf-8")
    found = dict(re.findall(r"(\w+) = ('.'|\d+)[,\s}]", text))
    return found | dict(re.findall(r"#define (CLCACHE_\w+) \(?(\w+)", text))


def test_messages_are_those_of_the_launcher() -> None:
    constants = header_constants()
    for message in Message:
        assert constants[f"MESSAGE_{message.name}"] == f"'{message.value.decode()}'"
    for flag in RequestFlag:
        assert constants[f"FLAG_{flag.name}"] == str(flag.value)
    assert int(constants["CLCACHE_MAGIC"].rstrip("u"), 16) == MAGIC
    assert int(constants["CLCACHE_MAX_FRAME"].rstrip("u")) << 20 == MAX_FRAME_BYTES


def test_words_of_the_front_end_are_those_of_the_launcher() -> None:
    text = (ROOT / "plugin/launcher/frontend.c").read_text("utf-8")
    listed = re.search(r"words\[\] = \{(.*?)\}", text, re.DOTALL)
    assert listed is not None
    words = set(re.findall(r'"([^"]+)"', listed[1]))
    assert words == {*CLASSIC_SWITCHES, *(command.name for command in COMMANDS), "--help", "--version"}
