"""What is compiled: a unit as large as a database's, units with many small headers, a real project."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.speed.caches import Cache

__all__ = ["Build", "compiler", "grown_unit", "large_unit", "many_units", "real_project"]

_STANDARD: Final = [
    "algorithm",
    "array",
    "atomic",
    "chrono",
    "condition_variable",
    "cstring",
    "deque",
    "fstream",
    "functional",
    "future",
    "iostream",
    "map",
    "memory",
    "mutex",
    "regex",
    "set",
    "sstream",
    "string",
    "thread",
    "tuple",
    "unordered_map",
    "vector",
]

_LARGE: Final = """
template <int N> struct Row { int key = N; std::string text; };
template <int N> std::size_t work(const std::vector<std::string> &given) {
  std::map<std::string, Row<N>> rows;
  std::unordered_map<int, std::vector<Row<N>>> groups;
  for (const auto &text : given) rows[text].text = text;
  for (const auto &row : rows) groups[row.second.key].push_back(row.second);
  for (auto &group : groups)
    std::sort(group.second.begin(), group.second.end(), [](const auto &a, const auto &b) { return a.text < b.text; });
  return groups.size();
}
"""


def compiler(name: str = "g++") -> str:
    """A compiler's path.

    Raises:
        FileNotFoundError: It is not installed.
    """
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(name)
    return found


def large_unit(folder: Path) -> list[str]:
    """A unit of some 280 headers whose object with debug information has 1.25 MB; returns its command line."""
    folder.mkdir(parents=True, exist_ok=True)
    used = "".join(f"template std::size_t work<{n}>(const std::vector<std::string> &);\n" for n in range(2))
    (folder / "large.cpp").write_text("".join(f"#include <{name}>\n" for name in _STANDARD) + _LARGE + used)
    return [compiler(), "-g", "-c", "large.cpp", "-o", "large.o"]


def headers_of(command: list[str]) -> int:
    """How many headers a command line's unit reads, in the working folder."""
    listed = subprocess.run([command[0], "-M", command[-3]], capture_output=True, check=True).stdout
    return len(listed.replace(b"\\\n", b"").split()) - 2


def grown_unit(folder: Path, headers: int) -> list[str]:
    """A unit with that many small headers in ten folders; returns its command line, with the object elsewhere."""
    (folder / "objects").mkdir(parents=True, exist_ok=True)
    include = folder / f"include{headers}"
    names = [f"part{number % 10}/header{number}.h" for number in range(headers)]
    for number, name in enumerate(names):
        path = include / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#pragma once\nint declared_{number}(int);\n")
    source = f"grown{headers}"
    (folder / f"{source}.cpp").write_text("".join(f'#include "{name}"\n' for name in names) + "int x;\n")
    return [compiler(), "-c", f"{source}.cpp", f"-I{include.name}", "-o", f"objects/{source}.o"]


def many_units(folder: Path, count: int, headers: tuple[str, ...] = ("cstdint", "cstring")) -> list[list[str]]:
    """That many small units; returns a command line for each."""
    folder.mkdir(parents=True, exist_ok=True)
    commands: list[list[str]] = []
    for number in range(count):
        text = "".join(f"#include <{name}>\n" for name in headers) + f"int f{number}() {{ return {number}; }}\n"
        (folder / f"unit{number}.cpp").write_text(text)
        commands.append([compiler(), "-c", f"unit{number}.cpp", "-o", f"unit{number}.o"])
    return commands


@dataclass(frozen=True)
class Build:
    """A configured build folder of a real project."""

    folder: Path
    objects: tuple[str, ...]

    def remove_objects(self) -> None:
        """So that the next build compiles everything."""
        for name in self.objects:
            (self.folder / name).unlink(missing_ok=True)

    def command(self) -> list[str]:
        """Makes the objects and links nothing."""
        return [compiler("ninja"), "-C", str(self.folder), *self.objects]


_OPTIONS: Final = {
    "yaml-cpp": ("-DYAML_CPP_BUILD_TESTS=OFF", "-DYAML_CPP_BUILD_TOOLS=OFF"),
    "fmtlib": ("-DFMT_TEST=OFF", "-DFMT_DOC=OFF"),
    "googletest": (),
}


def real_project(sources: Path, folder: Path, cache: Cache) -> Build:
    """Configure a project for one cache, in a build folder that has the same path length for all."""
    launchers = [f"-DCMAKE_{lang}_COMPILER_LAUNCHER={cache.launcher[0]}" for lang in ("C", "CXX") if cache.launcher]
    options = ["-G", "Ninja", "-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_POLICY_VERSION_MINIMUM=3.5"]
    options.append("-DCMAKE_EXPORT_COMPILE_COMMANDS=ON")
    subprocess.run(
        [compiler("cmake"), "-S", str(sources), "-B", str(folder), *options, *launchers, *_OPTIONS[sources.name]],
        env=cache.environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    commands = json.loads((folder / "compile_commands.json").read_text())
    return Build(folder, tuple(os.path.relpath(folder / command["output"], folder) for command in commands))
