"""A compiler cache for C and C++ builds: launcher, resident core, CMake and Conan integration."""

__all__ = ["__version__"]

__version__ = "0.1.0"
