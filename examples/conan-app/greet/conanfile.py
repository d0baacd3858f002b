"""A library; nothing here knows of clcache."""

from conan import ConanFile
from conan.tools.cmake import CMake, cmake_layout


class Greet(ConanFile):
    """Says what to greet with."""

    name = "greet"
    version = "1.0"
    settings = "os", "compiler", "build_type", "arch"
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
        """Install header and library."""
        CMake(self).install()

    def package_info(self):
        """Name the library."""
        self.cpp_info.libs = ["greet"]
