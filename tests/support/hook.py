"""Something that happens in the middle of a compilation by gcc: its assembler does it first."""

from collections.abc import Mapping
from pathlib import Path

from support.cache import Cache

__all__ = ["hook_assembler"]

_ASSEMBLER = """#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (strcmp(argv[i], "a.o") == 0 && system("SCRIPT") == -1) return 1;
  return execv("/usr/bin/as", argv);
}
"""


def hook_assembler(cache: Cache, folder: Path, script: str) -> Mapping[str, str]:
    """Let a shell run ``script`` while ``a.o`` is made; a script as the compiler would not be cached.

    Returns:
        The environment in which gcc finds that assembler.
    """
    folder.mkdir()
    (folder / "as.c").write_text(_ASSEMBLER.replace("SCRIPT", script))
    made = cache.run("gcc", "as.c", "-o", "as", cwd=folder)
    assert made.code == 0, made.stderr
    return {"PATH": f"{folder}:{cache.environment['PATH']}"}
