"""Conan recipes build through the cache, and homes share it."""

import shutil
import sys
from pathlib import Path

import pytest

from support.cache import SCRIPTS, Cache
from support.conan import ConanHome

EXAMPLE = Path(__file__).parents[2] / "examples/conan-app"
FILES = 3


@pytest.fixture
def recipes(tmp_path: Path) -> Path:
    """A copy of the example."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "recipes"))


def make_home(cache: Cache, folder: Path) -> ConanHome:
    folder.mkdir(parents=True)
    home = ConanHome(cache, folder)
    home.set_up()
    return home


def create_both(home: ConanHome, recipes: Path, *words: str, build_type: str = "Release") -> str:
    return "".join(home.create(recipes / name, *words, build_type=build_type) for name in ("greet", "app"))


def test_second_home_compiles_nothing(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    bare = make_home(cache, tmp_path / "bare")
    for name in ("greet", "app"):
        bare.create(recipes / name, profile="default")
    assert cache.counts() == (0, 0, 0, 0)
    one = make_home(cache, tmp_path / "one")
    create_both(one, recipes)
    assert cache.counts() == (0, FILES, 0, 0), cache.log.read_text()
    two = make_home(cache, tmp_path / "another hömе")
    text = create_both(two, recipes)
    assert cache.counts() == (FILES, FILES, 0, 0), cache.log.read_text()
    assert f"clcache: compiles C, CXX through {SCRIPTS / 'clcache'}" in text
    assert one.objects() == two.objects() == bare.objects()
    assert len(two.objects()) == FILES


def test_home_hits_again_in_another_random_folder(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    home = make_home(cache, tmp_path / "home")
    for _ in range(2):
        create_both(home, recipes)
    assert cache.counts() == (FILES, FILES, 0, 0), cache.log.read_text()


def test_changed_header_of_a_dependency_is_miss_in_the_second_home(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    create_both(make_home(cache, tmp_path / "one"), recipes)
    header = recipes / "greet/src/greet.h"
    header.write_text(header.read_text() + "inline int more() { return 1; }\n")
    create_both(make_home(cache, tmp_path / "two"), recipes)
    # count.c does not include it.
    assert cache.counts() == (1, FILES + 2, 0, 0), cache.log.read_text()


def test_debug_information_names_its_own_home(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    for folder in (tmp_path / "one", tmp_path / "two"):
        home = make_home(cache, folder)
        create_both(home, recipes, build_type="Debug")
        assert all(str(folder).encode() in content for content in home.objects().values())
    assert cache.counts() == (0, 2 * FILES, 0, 0), cache.log.read_text()


def test_second_home_compiles_no_debug_build_that_is_relocatable(
    cache: Cache, recipes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cache.environment, "CLCACHE_RELOCATABLE", "1")
    homes = [make_home(cache, tmp_path / name) for name in ("one", "another hömе")]
    for home in homes:
        create_both(home, recipes, build_type="Debug")
    assert cache.counts() == (FILES, FILES, 0, 0), cache.log.read_text()
    assert homes[0].objects() == homes[1].objects()
    assert not any(str(tmp_path).encode() in content for content in homes[1].objects().values())


def test_missing_packages_are_built_through_the_cache(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    home = make_home(cache, tmp_path / "home")
    home.run("export", recipes / "greet")
    home.run("install", recipes / "app", "--build=missing", "-nr", "-pr", "default", "-pr", "clcache")
    assert cache.counts() == (0, 2, 0, 0), cache.log.read_text()


def test_newer_generator_of_dependencies_shares_too(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    recipe = recipes / "app/conanfile.py"
    recipe.write_text(recipe.read_text().replace("CMakeDeps", "CMakeConfigDeps"))
    for name in ("one", "two"):
        create_both(make_home(cache, tmp_path / name), recipes)
    assert cache.counts() == (FILES, FILES, 0, 0), cache.log.read_text()


def test_files_go_where_they_are_wanted(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir()
    home = ConanHome(cache, folder)
    assert home.set_up("-B", tmp_path / "büild dir").splitlines() == [
        f"wrote {tmp_path}/büild dir/clcache/conan.profile",
        f"wrote {tmp_path}/büild dir/clcache/conan.cmake",
        f"wrote {tmp_path}/büild dir/clcache/hook_clcache.py",
    ]
    home.create(recipes / "greet", profile=tmp_path / "büild dir/clcache/conan.profile")
    assert cache.counts() == (0, 2, 0, 0)
    assert not (folder / "profiles/clcache").exists()


def test_setup_again_writes_nothing_and_check_names_what_is_edited(cache: Cache, tmp_path: Path) -> None:
    home = make_home(cache, tmp_path / "home")
    assert home.set_up() == ""
    assert home.set_up("--check") == ""
    profile = home.folder / "profiles/clcache"
    profile.write_text(profile.read_text() + "# mine\n")
    done = cache.run(SCRIPTS / "clcache-setup", "--conan", "--check", cwd=tmp_path, env=home.environment)
    assert (done.code, done.stderr.decode().count("\n")) == (1, 1)
    assert str(profile) in done.stderr.decode()


def test_profile_of_somebody_else_is_left_alone(cache: Cache, tmp_path: Path) -> None:
    profile = tmp_path / "b/clcache/conan.profile"
    profile.parent.mkdir(parents=True)
    profile.write_text("# mine\n")
    done = cache.run(SCRIPTS / "clcache-setup", "--conan", "-B", tmp_path / "b", cwd=tmp_path)
    assert done.code == 1
    assert f"{profile}: not written by clcache-setup" in done.stderr.decode()
    assert profile.read_text() == "# mine\n"


def test_launcher_that_is_set_stays(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    home = make_home(cache, tmp_path / "home")
    own = tmp_path / "own.cmake"
    own.write_text("set(CMAKE_C_COMPILER_LAUNCHER /usr/bin/env)\n")
    default = home.folder / "profiles/default"
    default.write_text(default.read_text() + f'[conf]\ntools.cmake.cmaketoolchain:user_toolchain=["{own}"]\n')
    text = home.create(recipes / "greet")
    assert "C keeps its launcher '/usr/bin/env'" in text
    assert cache.counts() == (0, 1, 0, 0)


def test_settings_that_a_recipe_brings_are_used(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    home = make_home(cache, tmp_path / "home")
    (recipes / "greet/clcache.yaml").write_text("disable: true\n")
    recipe = recipes / "greet/conanfile.py"
    recipe.write_text(recipe.read_text().replace('"src/*"', '"src/*", "clcache.yaml"'))
    home.create(recipes / "greet")
    assert cache.counts()[:2] == (0, 0)


def test_launcher_that_is_gone_is_told_and_the_package_builds(cache: Cache, recipes: Path, tmp_path: Path) -> None:
    home = make_home(cache, tmp_path / "home")
    toolchain = home.folder / "clcache/conan.cmake"
    toolchain.write_text(toolchain.read_text().replace(f'"{SCRIPTS}/clcache"', '"/gone/clcache"'))
    text = " ".join(home.create(recipes / "greet").split())
    assert "clcache: /gone/clcache is gone; run clcache-setup --conan again; this build is not cached" in text
    assert cache.counts() == (0, 0, 0, 0)


AUTOTOOLS_RECIPE = """
from conan import ConanFile
from conan.tools.gnu import Autotools

class Plain(ConanFile):
    name = "plain"
    version = "1.0"
    settings = "os", "compiler", "build_type", "arch"
    exports_sources = "Makefile", "a.c"
    generators = "AutotoolsToolchain"

    def build(self):
        Autotools(self).make()
"""


def test_autotools_recipe_shares_as_documented(cache: Cache, tmp_path: Path) -> None:
    document = (Path(__file__).parents[2] / "docs/conan.md").read_text("utf-8")
    recipe = tmp_path / "plain"
    recipe.mkdir()
    (recipe / "conanfile.py").write_text(AUTOTOOLS_RECIPE)
    (recipe / "Makefile").write_text("a.o: a.c\n\t$(CC) $(CFLAGS) -c a.c -o a.o\n")
    (recipe / "a.c").write_text("int a;\n")
    profile = tmp_path / "autotools"
    profile.write_text("[buildenv]\n" + document.partition("[buildenv]\n")[2].partition("```")[0])
    for name in ("one", "two"):
        make_home(cache, tmp_path / name).create(recipe, "-pr", profile)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()


@pytest.mark.parametrize(
    ("words", "env", "code", "text"),
    [
        ((), {"PATH": "/nowhere"}, 3, "conan is not found; install it with: pip install 'conan>=2'"),
        ((), {"CONAN_HOME": "relative", "PATH": str(SCRIPTS)}, 3, "config home: "),
        (("--build",), {}, 2, "--conan goes with none of --build"),
    ],
    ids=["no_conan", "bad_home", "build"],
)
def test_what_is_missing_or_wrong_is_told(
    cache: Cache, tmp_path: Path, words: tuple[str, ...], env: dict[str, str], code: int, text: str
) -> None:
    done = cache.run(sys.executable, "-m", "clcache_launcher.setup.main", "--conan", *words, cwd=tmp_path, env=env)
    assert done.code == code, done.stderr
    assert text in done.stderr.decode()
