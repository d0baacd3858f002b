"""The folders of Conan's packages have names, with nothing in the recipes."""

import shlex
import shutil
from pathlib import Path

import pytest

from support.cache import Cache
from support.conan import ConanHome

EXAMPLE = Path(__file__).parents[2] / "examples/conan-app"
CLASS = "from conan import ConanFile\nclass P(ConanFile):\n"
HEADERS = f'{CLASS}    name, version, package_type = "base", "1.0", "header-library"\n'
COMPONENTS = f"""{CLASS}
    name, version, settings = "parts", "1.0", ("os", "build_type")
    def requirements(self):
        self.requires("base/1.0", transitive_headers=True)
    def package_info(self):
        self.cpp_info.components["a"].includedirs = ["include/a"]
        self.cpp_info.components["b"].requires = ["a", "base::base"]
"""
TOOL = f'{CLASS}    name, package_type = "gen", "application"\n'


@pytest.fixture
def home(cache: Cache, tmp_path: Path) -> ConanHome:
    folder = tmp_path / "home"
    folder.mkdir()
    made = ConanHome(cache, folder)
    made.set_up()
    return made


def write(folder: Path, text: str, name: str = "conanfile.py") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder


def package_folder(text: str) -> str:
    """Where ``conan create`` says that it put the package."""
    return text.partition("Package folder ")[2].partition("\n")[0]


def create(home: ConanHome, folder: Path, recipe: str, *words: str) -> str:
    return package_folder(home.run("create", write(folder, recipe), "-nr", *words))


def install(home: ConanHome, folder: Path, *words: str | Path, profile: str = "clcache") -> str:
    return home.run("install", folder, "-nr", "-pr", "default", "-pr", profile, *words)


def roots_for_cmake(folder: Path) -> list[str]:
    text = (folder / "clcache_roots.cmake").read_text("utf-8")
    return [line.strip()[len("[==[") : -len("]==]")] for line in text.splitlines() if "[==[" in line]


def roots_for_programs(home: ConanHome, folder: Path, **env: str) -> str:
    command = f'. {shlex.quote(str(folder / "conanbuild.sh"))} && printf %s "$CLCACHE_ROOTS"'
    done = home.cache.run("sh", "-c", command, cwd=folder, env=env)
    assert done.code == 0, done.stderr
    return done.stdout.decode()


@pytest.mark.parametrize("generator", ["CMakeDeps", "CMakeConfigDeps"])
def test_packages_of_a_consumer_are_named(home: ConanHome, tmp_path: Path, generator: str) -> None:
    base = create(home, tmp_path / "base", HEADERS)
    parts = create(home, tmp_path / "parts", COMPONENTS)
    gen = create(home, tmp_path / "gen", TOOL, "--version=1.0")
    text = f"[requires]\nparts/1.0\n[tool_requires]\ngen/1.0\n[generators]\n{generator}\nCMakeToolchain\n"
    consumer = write(tmp_path / "a projеct", text, "conanfile.txt")
    install(home, consumer)
    named = [f"conan:parts={parts}", f"conan:base={base}", f"conan-build:gen={gen}"]
    assert roots_for_cmake(consumer) == named
    assert roots_for_programs(home, consumer) == ":".join([f"project={consumer}", *named])


def test_versions_of_one_tool_have_names_of_their_own(home: ConanHome, tmp_path: Path) -> None:
    one, two = (create(home, tmp_path / "gen", TOOL, "--version", version) for version in ("1.0", "2.0"))
    tools = "".join(f'        self.tool_requires("gen/{version}", run=False)\n' for version in ("1.0", "2.0"))
    consumer = write(tmp_path / "consumer", f"{CLASS}    def build_requirements(self):\n{tools}")
    install(home, consumer)
    assert roots_for_cmake(consumer) == [f"conan-build:gen+1.0={one}", f"conan-build:gen+2.0={two}"]


def test_package_that_is_library_and_tool_has_one_name_a_folder(home: ConanHome, tmp_path: Path) -> None:
    gen = create(home, tmp_path / "gen", TOOL, "--version=1.0")
    text = f'{CLASS}    requires, tool_requires = "gen/1.0", "gen/1.0"\n'
    consumer = write(tmp_path / "consumer", text)
    install(home, consumer)
    assert roots_for_cmake(consumer) == [f"conan:gen={gen}"]


def test_package_whose_name_begins_with_a_digit_has_a_root(home: ConanHome, tmp_path: Path) -> None:
    made = create(home, tmp_path / "zip", TOOL.replace("gen", "7zip"), "--version=1.0")
    consumer = write(tmp_path / "consumer", "[requires]\n7zip/1.0\n", "conanfile.txt")
    install(home, consumer)
    assert roots_for_cmake(consumer) == [f"conan:7zip={made}"]


def test_two_packages_of_one_name_have_none(home: ConanHome, tmp_path: Path) -> None:
    for user in ("one", "two"):
        create(home, tmp_path / "gen", TOOL, "--version=1.0", f"--user={user}")
    tools = "".join(f'        self.tool_requires("gen/1.0@{user}", run=False)\n' for user in ("one", "two"))
    consumer = write(tmp_path / "consumer", f"{CLASS}    def build_requirements(self):\n{tools}")
    install(home, consumer)
    assert roots_for_cmake(consumer) == []


def test_install_without_a_recipe_names_what_is_asked_for(home: ConanHome, tmp_path: Path) -> None:
    gen = create(home, tmp_path / "gen", TOOL, "--version=1.0")
    home.run("install", "--requires=gen/1.0", "-of", tmp_path / "out", "-nr", "-pr", "default", "-pr", "clcache")
    assert roots_for_cmake(tmp_path / "out") == [f"conan:gen={gen}"]
    assert f"conan:gen={gen}" in roots_for_programs(home, tmp_path / "out")


def test_editable_package_is_named_by_where_it_is_edited(home: ConanHome, tmp_path: Path) -> None:
    greet = Path(shutil.copytree(EXAMPLE / "greet", tmp_path / "greet"))
    consumer = write(tmp_path / "consumer", "[requires]\ngreet/1.0\n", "conanfile.txt")
    home.run("editable", "add", greet)
    install(home, consumer)
    assert roots_for_cmake(consumer) == [f"conan:greet={greet}"]
    home.run("editable", "remove", greet)
    home.run("editable", "add", greet, "--output-folder", tmp_path / "out")
    install(home, consumer)
    assert roots_for_cmake(consumer) == [f"conan:greet={tmp_path}/out", f"conan-recipe:greet={greet}"]


def test_configure_and_compile_of_a_recipe_know_the_names(home: ConanHome, tmp_path: Path) -> None:
    recipes = Path(shutil.copytree(EXAMPLE, tmp_path / "recipes"))
    lists = recipes / "app/CMakeLists.txt"
    told = 'message(STATUS "roots: ${CLCACHE_ROOTS}.")\nadd_custom_target(tell ALL env VERBATIM)\n'
    lists.write_text(lists.read_text() + told)
    greet = f"conan:greet={package_folder(home.create(recipes / 'greet'))}"
    text = home.create(recipes / "app")
    assert f"-- roots: {greet}.\n" in text
    (build,) = home.folder.glob("p/b/app*/b")
    assert f"CLCACHE_ROOTS=project={build}:build={build}/build/Release:{greet}\n" in text


def test_names_of_the_user_come_first(home: ConanHome, tmp_path: Path) -> None:
    consumer = write(tmp_path / "consumer", "", "conanfile.txt")
    install(home, consumer)
    assert roots_for_programs(home, consumer, CLCACHE_ROOTS="mine=/m") == f"mine=/m:project={consumer}"


def test_folder_that_no_list_can_hold_is_not_in_the_variable(home: ConanHome, tmp_path: Path) -> None:
    gen = create(home, tmp_path / "gen", TOOL, "--version=1.0")
    consumer = write(tmp_path / "a:b", "[requires]\ngen/1.0\n", "conanfile.txt")
    install(home, consumer)
    assert roots_for_programs(home, consumer) == f"conan:gen={gen}"


def test_home_without_the_profile_is_as_it_was(home: ConanHome, tmp_path: Path) -> None:
    consumer = write(tmp_path / "consumer", "", "conanfile.txt")
    install(home, consumer, profile="default")
    assert not list(consumer.rglob("*clcache*"))


def test_file_that_can_not_be_written_is_told_and_no_error(home: ConanHome, tmp_path: Path) -> None:
    consumer = write(tmp_path / "consumer", "", "conanfile.txt")
    (consumer / "clcache_roots.cmake").mkdir()
    text = install(home, consumer)
    assert "WARN: clcache: the packages' folders have no names: IsADirectoryError" in text


def test_hook_of_somebody_else_is_left_alone(cache: Cache, tmp_path: Path) -> None:
    home = ConanHome(cache, write(tmp_path / "home", "", "marker"))
    hook = write(home.folder / "extensions/hooks", "# mine\n", "hook_clcache.py") / "hook_clcache.py"
    with pytest.raises(AssertionError, match=r"hook_clcache\.py: not written by clcache-setup"):
        home.set_up()
    assert hook.read_text() == "# mine\n"


def test_check_names_a_hook_that_is_edited(home: ConanHome) -> None:
    hook = home.folder / "extensions/hooks/hook_clcache.py"
    hook.write_text(hook.read_text() + "# mine\n")
    with pytest.raises(AssertionError, match=r"hook_clcache\.py: stale or edited"):
        home.set_up("--check")
