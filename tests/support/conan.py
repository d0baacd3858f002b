"""A Conan home that builds through the cache."""

import os
from pathlib import Path

from support.cache import SCRIPTS, Cache

__all__ = ["ConanHome"]


class ConanHome:
    """One ``CONAN_HOME`` with Conan's default profile and ours."""

    def __init__(self, cache: Cache, folder: Path) -> None:
        self.cache = cache
        self.folder = folder
        self.environment = {
            "CONAN_HOME": str(folder),
            "PATH": os.pathsep.join([str(SCRIPTS), cache.environment["PATH"]]),
        }
        self.run("profile", "detect")

    def set_up(self, *words: str | Path) -> str:
        """Run ``clcache-setup --conan`` and return what it prints."""
        done = self.cache.run(SCRIPTS / "clcache-setup", "--conan", *words, cwd=self.folder, env=self.environment)
        assert done.code == 0, done.stderr
        return done.stdout.decode()

    def run(self, *words: str | Path) -> str:
        """Run ``conan`` and return all that it prints."""
        done = self.cache.run("conan", *words, cwd=self.folder.parent, env=self.environment)
        text = done.stdout.decode() + done.stderr.decode()
        assert done.code == 0, text
        return text

    def create(
        self, recipe: Path, *words: str | Path, profile: str | Path = "clcache", build_type: str = "Release"
    ) -> str:
        """Run ``conan create`` with our profile, with Ninja and without asking servers."""
        fixed = ["-nr", "-s", f"build_type={build_type}", "-c", "tools.cmake.cmaketoolchain:generator=Ninja"]
        return self.run("create", recipe, "-pr", "default", "-pr", profile, *fixed, *words)

    def objects(self) -> dict[str, bytes]:
        """Content of each object in Conan's build folders, by its path below the one of its package."""
        found = {}
        for path in sorted(self.folder.glob("p/b/*/b/**/*.o")):
            package, _, rest = path.relative_to(self.folder / "p/b").as_posix().partition("/")
            found[f"{package[:3]}/{rest}"] = path.read_bytes()
        return found
