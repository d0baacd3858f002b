"""Homes share by the names of packages, whatever builds them."""

from pathlib import Path

import pytest

from support.cache import Cache
from support.conan import ConanHome

EXAMPLE = Path(__file__).parents[2] / "examples/conan-app"
RECIPE = """
from conan import ConanFile
from conan.tools.gnu import Autotools

class Plain(ConanFile):
    name, version = "plain", "1.0"
    settings = "os", "compiler", "build_type", "arch"
    requires = "greet/1.0"
    exports_sources = "Makefile", "a.cpp"
    generators = "AutotoolsToolchain", "AutotoolsDeps"

    def build(self):
        Autotools(self).make()
"""
MAKEFILE = 'a.o: a.cpp\n\t$(CXX) $(CPPFLAGS) $(CXXFLAGS) -c "$(CURDIR)/a.cpp" -o a.o\n'


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A Makefile whose source, named by its absolute path, includes a header of another package."""
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "conanfile.py").write_text(RECIPE)
    (folder / "Makefile").write_text(MAKEFILE)
    (folder / "a.cpp").write_text("#include <greet.h>\nstd::string a() { return greet({}); }\n")
    return folder


def create_in_two_homes(cache: Cache, recipe: Path, tmp_path: Path, *words: str) -> list[ConanHome]:
    profile = tmp_path / "plain.profile"
    profile.write_text("[buildenv]\nplain/*:CXX=clcache g++\n")
    homes = []
    for name in ("one", "another hоme"):
        folder = tmp_path / name
        folder.mkdir()
        home = ConanHome(cache, folder)
        home.set_up()
        home.create(EXAMPLE / "greet", profile="default")
        home.create(recipe, "-pr", profile, *words)
        homes.append(home)
    return homes


def test_makefile_with_headers_of_another_package_is_hit_in_the_second_home(
    cache: Cache, recipe: Path, tmp_path: Path
) -> None:
    one, two = create_in_two_homes(cache, recipe, tmp_path)
    assert cache.counts() == (1, 1, 0, 0), cache.log.read_text()
    assert one.objects() == two.objects()


def test_makefile_is_miss_in_the_second_home_without_the_names(cache: Cache, recipe: Path, tmp_path: Path) -> None:
    create_in_two_homes(cache, recipe, tmp_path, "-c", "user.clcache:roots=False")
    assert cache.counts() == (0, 2, 0, 0), cache.log.read_text()
