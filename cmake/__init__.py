"""CMake modules, shipped with the package."""
