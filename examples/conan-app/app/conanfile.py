"""A program with a dependency; nothing here knows of clcache."""

from conan import ConanFile
from conan.tools.cmake import CMake, cmake_layout


class App(ConanFile):
    """Greets."""

    name = "app"
    version = "1.0"
    settings = "os", "compiler", "build_type", "arch"
    requires = "greet/1.0"
    exports_sources = "CMakeLists.txt", "src/*"
    generators = "CMakeDeps", "CMakeToolchain"

    def layout(self):
        """Lay folders out as CMake projects have them."""
        cmake_layout(self)

    def build(self):
        """Compile."""
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        """Install the program."""
        CMake(self).install()
