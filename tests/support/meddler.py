"""A library that meddles with files before or after the compiler proper does its work.

A program between the launcher and the compiler would do, but the cache stores nothing of those that it can't read.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

__all__ = ["meddle"]

_LIBRARY = """
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void meddle(const char *variable) {
  char line[65536], name[16] = "";
  int file = open("/proc/self/comm", O_RDONLY);
  read(file, name, sizeof name - 1);
  close(file);
  file = open("/proc/self/cmdline", O_RDONLY);
  ssize_t size = read(file, line, sizeof line - 1);
  close(file);
  const char *script = getenv(variable), *word = getenv("MEDDLE_WHEN");
  if (!script || !word || size < 0 || (strncmp(name, "cc1", 3) != 0 && strncmp(name, "clang", 5) != 0)) return;
  for (char *each = line; each < line + size; each += strlen(each) + 1)
    if (strcmp(each, word) == 0) {
      unsetenv("LD_PRELOAD");
      if (system(script) != 0) abort();
      return;
    }
}

__attribute__((constructor)) static void begin(void) { meddle("MEDDLE_BEFORE"); }
__attribute__((destructor)) static void end(void) { meddle("MEDDLE_AFTER"); }
"""


def meddle(folder: Path, *, before: str = "true", after: str = "true", when: str) -> Mapping[str, str]:
    """Make the library; what the environment of a compile needs.

    Args:
        folder: Where it is made.
        before: What a shell does before the compiler proper, in its working folder.
        after: What it does after it.
        when: The word of the compiler's command line without which it does neither.
    """
    path = folder / "meddle.so"
    done = subprocess.run(
        ["gcc", "-w", "-shared", "-fPIC", "-x", "c", "-", "-o", path], input=_LIBRARY.encode(), check=False
    )
    assert done.returncode == 0
    return {
        "LD_PRELOAD": os.fspath(path),
        "MEDDLE_BEFORE": before,
        "MEDDLE_AFTER": after,
        "MEDDLE_WHEN": when,
    }
