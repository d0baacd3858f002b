"""Packages clcache-launcher: in a profile's ``[tool_requires]`` it compiles every recipe (docs/conan.md)."""

import importlib.util
import os
import re
import shlex
import shutil
import subprocess  # noqa: TID251 - for its quoting; Conan runs the processes
import sys

from conan import ConanFile
from conan.errors import ConanException, ConanInvalidConfiguration
from conan.tools.files import copy, load, save
from conan.tools.scm import Version

required_conan_version = ">=2.18"

_CORE_PATH = os.path.join("bin", "clcache-core.path")


class ClcacheRoots:
    """Generator that names the package folders of every recipe that the launcher is a tool of."""

    def __init__(self, conanfile):
        self._conanfile = conanfile

    def generate(self):
        """Write what the hook of ``clcache-setup --conan`` writes."""
        tool = self._conanfile.dependencies.build["clcache-launcher"]
        path = os.path.join(tool.package_folder, "clcache", "hook_clcache.py")
        if os.path.isfile(path):
            spec = importlib.util.spec_from_file_location("hook_clcache", path)
            hook = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(hook)
            hook.write_roots(self._conanfile)


class ClcacheLauncher(ConanFile):
    """Holds wheels, from which each machine makes a Python environment of its own: such a one can't be moved."""

    name = "clcache-launcher"
    description = "A compiler cache for cl, clang-cl, gcc and clang"
    license = "BSD-3-Clause"
    package_type = "application"
    settings = "os", "arch"
    options = {"python": ["ANY"]}  # noqa: RUF012 - Conan reads it, and nobody writes it
    exports_sources = (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "cmake/*",
        "plugin/*",
        "templates/*",
        "!*/__pycache__/*",
    )

    def set_version(self):
        """Take the version of the sources beside this file; without them ``--version`` says it."""
        path = os.path.join(self.recipe_folder, "plugin", "clcache_launcher", "__init__.py")
        if not self.version and os.path.isfile(path):
            self.version = re.search(r'__version__ = "([^"]+)"', load(self, path))[1]

    def config_options(self):
        """Take the Python that Conan runs on, if nothing else is said."""
        self.options.python = f"{sys.version_info.major}.{sys.version_info.minor}"

    def validate(self):
        """Refuse a Python that is too old."""
        if Version(str(self.options.python)) < "3.11":
            raise ConanInvalidConfiguration(
                f"clcache-launcher needs Python 3.11, not {self.options.python};"
                " name one that is on PATH: -o:a 'clcache-launcher/*:python=3.12'"
            )

    def build(self):
        """Make wheels of the launcher and all that it needs, pip included."""
        self._run_python(_find_python(str(self.options.python)), "-m", "venv", "make")
        # The Python that runs Conan need not have pip.
        pip_wheel = ["-m", "pip", "wheel", "--wheel-dir", "wheels"]
        self._run_python(_program("make", "python"), *pip_wheel, self._source(), "pip")
        if not _wheels("wheels", f"clcache_launcher-{self.version}-"):
            raise ConanException(f"{self._source()} is not version {self.version} of clcache-launcher")

    def package(self):
        """Pack the wheels."""
        copy(self, "*.whl", os.path.join(self.build_folder, "wheels"), os.path.join(self.package_folder, "wheels"))
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        save(self, os.path.join(self.package_folder, "python"), str(self.options.python))

    def finalize(self):
        """Install the wheels, on this machine and in this folder."""
        try:
            self._install(self.package_folder)
        except (ConanException, OSError) as err:
            # Builds go on without the cache; package_info() sees what lacks.
            self.output.warning(f"can't be installed: {err}")

    def package_info(self):
        """Switch the launcher on in what requires this as a tool."""
        self.cpp_info.includedirs = []
        self.cpp_info.libdirs = []
        written = os.path.join(self.package_folder, _CORE_PATH)
        core = _program(os.path.join(self.package_folder, "env"), "clcache-core")
        if not os.path.isfile(written) or load(self, written).strip() != core:
            self.output.warning(
                "was installed in part only, or Conan's home was moved; builds are not cached until you remove the"
                " package and create it again"
            )
            return
        toolchain = os.path.join(self.package_folder, "clcache", "conan.cmake")
        self.conf_info.append("tools.cmake.cmaketoolchain:user_toolchain", toolchain.replace("\\", "/"))
        self.generator_info = [ClcacheRoots]

    def _source(self):
        named = self.conf.get("user.clcache:package", check_type=str)
        has_sources = os.path.isfile(os.path.join(self.source_folder, "pyproject.toml"))
        return named or (self.source_folder if has_sources else f"clcache-launcher=={self.version}")

    def _install(self, folder):
        wheels = os.path.join(self.immutable_package_folder, "wheels")
        environment = os.path.join(folder, "env")
        python = _find_python(load(self, os.path.join(self.immutable_package_folder, "python")))
        self._run_python(python, "-m", "venv", "--without-pip", environment)
        # Python's own ensurepip runs pip out of its wheel, too.
        pip = os.path.join(_wheels(wheels, "pip-")[0], "pip")
        install = ["install", "--isolated", "--quiet", "--no-index", "--find-links", wheels, "clcache-launcher"]
        self._run_python(_program(environment, "python"), pip, *install)
        self._run_python(_program(environment, "python"), "-m", "clcache_launcher.setup.main", "--conan", "-B", folder)
        # PATH gets no other program of that environment: its Python must not come before the system's.
        launcher = _program(environment, "clcache")
        copy(self, os.path.basename(launcher), os.path.dirname(launcher), os.path.join(folder, "bin"))
        # The last step, by which a finished folder is known.
        save(self, os.path.join(folder, _CORE_PATH), _program(environment, "clcache-core") + "\n")

    def _run_python(self, *words):
        isolated = [words[0], "-I", *words[1:]]
        self.run(subprocess.list2cmdline(isolated) if os.name == "nt" else shlex.join(isolated), env=None)


def _find_python(version):
    if version == f"{sys.version_info.major}.{sys.version_info.minor}" and not getattr(sys, "frozen", False):
        return sys.executable
    found = shutil.which(f"python{version}")
    if found is None:
        raise ConanException(f"python{version} is not on PATH")
    return found


def _program(environment, name):
    folder, suffix = ("Scripts", ".exe") if sys.platform == "win32" else ("bin", "")
    return os.path.join(environment, folder, name + suffix)


def _wheels(folder, start):
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder)) if name.startswith(start)]
