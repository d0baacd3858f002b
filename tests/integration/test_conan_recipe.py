"""The launcher as a Conan package: a line in a profile's ``[tool_requires]`` switches it on."""

import re
import shutil
from pathlib import Path

import pytest

from support.cache import Cache
from support.conan import ConanHome

ROOT = Path(__file__).parents[2]
FILES = 3
OFFLINE = {
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "PIP_INDEX_URL": "http://127.0.0.1:9",
}
MAKEFILE_RECIPE = """
from conan import ConanFile
from conan.tools.gnu import Autotools

class Plain(ConanFile):
    name, version = "plain", "1.0"
    settings = "os", "compiler", "build_type", "arch"
    exports_sources = "Makefile", "a.c"
    generators = "AutotoolsToolchain"

    def build(self):
        Autotools(self).make()
"""


@pytest.fixture(scope="session")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, made from this checkout and saved out of the home that made it."""
    folder = tmp_path_factory.mktemp("maker")
    home = ConanHome(Cache(folder, folder / "core"), make_folder(folder / "home"))
    home.run("create", ROOT, "-nr")
    archive = folder / "saved.tgz"
    home.run("cache", "save", "clcache-launcher/*:*", "--file", archive)
    shutil.rmtree(home.folder)
    return archive


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    """A copy of the example."""
    return Path(shutil.copytree(ROOT / "examples/conan-app", tmp_path / "recipes"))


def make_folder(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def restore(cache: Cache, folder: Path, saved: Path) -> ConanHome:
    """Another home, which reaches no network, with the package and the documented profile."""
    home = ConanHome(cache, make_folder(folder))
    home.environment.update(OFFLINE)
    home.run("cache", "restore", saved)
    text = (ROOT / "docs/conan.md").read_text("utf-8").partition("[tool_requires]\n")[2].partition("```")[0]
    (home.folder / "profiles/cached").write_text(f"[tool_requires]\n{text}")
    return home


def create_both(home: ConanHome, recipes: Path, profile: str = "cached", *words: str) -> str:
    return "".join(home.create(recipes / name, *words, profile=profile) for name in ("greet", "app"))


def test_moved_package_compiles_and_shares_without_a_network(
    lone_cache: Cache, saved: Path, recipes: Path, tmp_path: Path
) -> None:
    one = restore(lone_cache, tmp_path / "one", saved)
    text = create_both(one, recipes)
    assert lone_cache.counts() == (0, FILES, 0, 0), lone_cache.log.read_text()
    (launcher,) = one.folder.glob("p/clcac*/f/env/bin/clcache")
    assert f"clcache: compiles C, CXX through {launcher}" in text
    two = restore(lone_cache, tmp_path / "another hömе", saved)
    create_both(two, recipes)
    assert lone_cache.counts() == (FILES, FILES, 0, 0), lone_cache.log.read_text()
    bare = ConanHome(lone_cache, make_folder(tmp_path / "bare"))
    text_of_bare = create_both(bare, recipes, "default")
    assert re.findall("Package '\\w+' created", text) == re.findall("Package '\\w+' created", text_of_bare)
    assert one.objects() == two.objects() == bare.objects()


def test_packages_have_names(lone_cache: Cache, saved: Path, recipes: Path, tmp_path: Path) -> None:
    home = restore(lone_cache, tmp_path / "home", saved)
    create_both(home, recipes)
    (file,) = home.folder.glob("p/b/app*/b/**/clcache_roots.cmake")
    (greet,) = home.folder.glob("p/b/greet*/p")
    assert [line for line in file.read_text().splitlines() if "=" in line] == [f"  [==[conan:greet={greet}]==]"]


def test_tools_are_compiled_through_it_where_the_build_profile_names_it(
    lone_cache: Cache, saved: Path, recipes: Path, tmp_path: Path
) -> None:
    home = restore(lone_cache, tmp_path / "home", saved)
    recipe = recipes / "app/conanfile.py"
    recipe.write_text(recipe.read_text().replace('    requires = "greet/1.0"', '    tool_requires = "greet/1.0"'))
    (recipes / "app/src/main.cpp").write_text("int main() {}\n")
    lists = recipes / "app/CMakeLists.txt"
    lists.write_text("".join(line for line in lists.read_text().splitlines(True) if "greet" not in line))
    home.run("export", recipes / "greet")
    fixed = ["-nr", "--build=missing", "-pr:a", "default", "-pr:a", "cached"]
    home.run("create", recipes / "app", *fixed)
    assert lone_cache.counts() == (0, FILES, 0, 0), lone_cache.log.read_text()


def test_other_tools_of_the_profile_are_kept_apart_as_documented(
    lone_cache: Cache, saved: Path, recipes: Path, tmp_path: Path
) -> None:
    home = restore(lone_cache, tmp_path / "home", saved)
    (line,) = re.findall("`(!cmake/.*?)`", (ROOT / "docs/conan.md").read_text("utf-8"))
    (home.folder / "profiles/cached").write_text(f"[tool_requires]\n*: cmake/9.0\n{line}\n")
    (recipes / "cmake.py").write_text("from conan import ConanFile\nclass P(ConanFile):\n    name = 'cmake'\n")
    home.run("create", recipes / "cmake.py", "--version=9.0", "-nr")
    home.run("create", recipes / "greet", "-nr", "-pr:a", "default", "-pr:a", "cached")
    assert lone_cache.counts() == (0, 2, 0, 0)


@pytest.mark.posix("gnu")
def test_recipe_finds_the_launcher_on_its_path_and_its_own_python(
    lone_cache: Cache, saved: Path, tmp_path: Path
) -> None:
    home = restore(lone_cache, tmp_path / "home", saved)
    profile = home.folder / "profiles/cached"
    profile.write_text(f"{profile.read_text()}[buildenv]\nplain/*:CC=clcache gcc\n")
    recipe = make_folder(tmp_path / "plain")
    (recipe / "conanfile.py").write_text(MAKEFILE_RECIPE)
    (recipe / "Makefile").write_text("a.o: a.c\n\tcommand -v clcache && command -v python3\n\t$(CC) -c a.c -o a.o\n")
    (recipe / "a.c").write_text("int a;\n")
    text = home.create(recipe, profile="cached")
    (launcher,) = home.folder.glob("p/clcac*/f/bin/clcache")
    python = shutil.which("python3", path=home.environment["PATH"])
    assert f"\n{launcher}\n{python}\n" in text
    assert lone_cache.counts() == (0, 1, 0, 0)


def test_home_that_was_moved_is_told_and_the_package_builds(
    lone_cache: Cache, saved: Path, recipes: Path, tmp_path: Path
) -> None:
    home = restore(lone_cache, tmp_path / "one", saved)
    home.create(recipes / "greet", profile="cached")
    home.folder.rename(tmp_path / "two")
    home.environment["CONAN_HOME"] = str(tmp_path / "two")
    text = home.create(recipes / "greet", profile="cached")
    assert "WARN: was installed in part only, or Conan's home was moved; builds are not cached until" in text
    assert lone_cache.counts() == (0, 2, 0, 0)


def test_install_that_fails_is_told_and_the_package_builds(
    lone_cache: Cache, saved: Path, recipes: Path, tmp_path: Path
) -> None:
    home = restore(lone_cache, tmp_path / "home", saved)
    (wheels,) = home.folder.glob("p/clcac*/p/wheels")
    wheels.rename(tmp_path / "wheels")
    text = home.create(recipes / "greet", profile="cached")
    assert "WARN: can't be installed: [Errno 2] No such file or directory" in text
    assert "WARN: was installed in part only" in text
    assert lone_cache.counts() == (0, 0, 0, 0)
    home.run("remove", "clcache-launcher/*:*", "-c")
    home.run("cache", "restore", saved)
    home.create(recipes / "greet", profile="cached")
    assert lone_cache.counts() == (0, 2, 0, 0)


def test_settings_that_are_wrong_are_told_and_the_package_builds(
    lone_cache: Cache, saved: Path, recipes: Path, tmp_path: Path
) -> None:
    home = restore(lone_cache, tmp_path / "home", saved)
    home.environment["CLCACHE_MAX_SIZE"] = "5X"
    text = home.create(recipes / "greet", profile="cached")
    assert "expected a size such as 5G, got '5X'" in text
    assert "greet.h" in text.partition("package(): Packaged")[2]


def test_names_that_can_not_be_written_are_told_and_no_error(lone_cache: Cache, saved: Path, tmp_path: Path) -> None:
    home = restore(lone_cache, tmp_path / "home", saved)
    (tmp_path / "out/clcache_roots.cmake").mkdir(parents=True)
    (tmp_path / "conanfile.txt").write_text("")
    text = home.run("install", tmp_path, "-nr", "-pr", "default", "-pr", "cached", "-of", tmp_path / "out")
    assert "WARN: clcache: the packages' folders have no names: IsADirectoryError" in text


def test_package_is_made_from_a_wheel_without_the_sources(lone_cache: Cache, saved: Path, tmp_path: Path) -> None:
    home = restore(lone_cache, tmp_path / "home", saved)
    (wheels,) = home.folder.glob("p/clcac*/p/wheels")
    kept = Path(shutil.copytree(wheels, tmp_path / "wheels"))
    (wheel,) = kept.glob("clcache_launcher-*.whl")
    recipe = Path(shutil.copy(ROOT / "conanfile.py", make_folder(tmp_path / "recipe")))
    home.environment.update(PIP_NO_INDEX="1", PIP_FIND_LINKS=str(kept))
    words = ["-nr", "-c", f"user.clcache:package={wheel}", "--version"]
    text = home.run("create", recipe, *words, wheel.name.split("-")[1])
    assert "Finalized folder" in text
    with pytest.raises(AssertionError, match=r"is not version 9\.9 of clcache-launcher"):
        home.run("create", recipe, *words, "9.9")


@pytest.mark.parametrize(
    ("python", "text"),
    [("3.10", "clcache-launcher needs Python 3.11, not 3.10"), ("3.99", "python3.99 is not on PATH")],
)
def test_python_that_does_not_serve_is_told(cache: Cache, tmp_path: Path, python: str, text: str) -> None:
    home = ConanHome(cache, make_folder(tmp_path / "home"))
    with pytest.raises(AssertionError, match=text):
        home.run("create", ROOT, "-nr", "-o", f"&:python={python}")
