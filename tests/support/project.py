"""Small CMake projects, written by a test."""

from collections.abc import Mapping
from pathlib import Path

__all__ = ["HEAD", "PROJECT", "TARGET", "write_project"]

HEAD = "cmake_minimum_required(VERSION 3.20)"
PROJECT = f"{HEAD}\nproject(p LANGUAGES C)"
TARGET = "add_library(a STATIC a.c)"


def write_project(folder: Path, *lines: str, files: Mapping[str, str] | None = None) -> Path:
    """Write ``CMakeLists.txt``, ``a.c`` and more files; returns the folder."""
    content = {"CMakeLists.txt": "\n".join(lines) + "\n", "a.c": "int a;\n"} | dict(files or {})
    for name, text in content.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
