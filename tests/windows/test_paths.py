"""The many ways in which Windows names a file: each compiles right, hits, and sees a changed header."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support.windows import WindowsCache

pytestmark = pytest.mark.wine

# From the folder in which the compiler works, as a Windows path, to the folder that is named in another way.
Spelling = Callable[[str], str]
SPELLINGS: dict[str, Spelling] = {
    "absolute": lambda folder: folder + "\\",
    "slashes": lambda folder: folder.replace("\\", "/") + "/",
    "both slashes": lambda folder: folder[:2] + folder[2:].replace("\\", "/") + "\\",
    "other case": lambda folder: folder.swapcase() + "\\",
    "drive in lower case": lambda folder: folder[0].lower() + folder[1:] + "\\",
    "relative to the drive's folder": lambda folder: folder[:2],
    "without the drive": lambda folder: folder[2:] + "\\",
    "dots": lambda folder: folder + "\\.\\sub\\..\\",
    "doubled": lambda folder: folder.replace("\\", "\\\\") + "\\\\",
}
# clang finds no header in a folder of the first kind, and takes no path of the second.
REFUSED: dict[str, Spelling] = {
    "extended": lambda folder: "\\\\?\\" + folder + "\\",
    "device": lambda folder: "\\\\.\\" + folder + "\\",
}


@pytest.fixture
def tree(work: Path) -> Path:
    """A source with one header beside it and one in a search folder."""
    (work / "sub").mkdir()
    (work / "include").mkdir()
    (work / "include/b.h").write_text("#define B 1\n")
    (work / "a.cpp").write_text('#include "a.h"\n#include <b.h>\nint f() { return A + B; }\n')
    return work


def words_for(place: str) -> tuple[str, ...]:
    return ("/nologo", "/Brepro", "/showIncludes", f"/I{place}include", "/c", f"{place}a.cpp", f"/Fo{place}a.obj")


def assert_it_hits_and_sees_changes(
    cache: WindowsCache, tree: Path, words: tuple[str, ...], cwd: Path | None = None
) -> None:
    cwd = cwd or tree
    plain = cache.windows.run(cache.compiler, *words, cwd=cwd)
    assert plain.exit_code == 0, plain
    made = (tree / "a.obj").read_bytes()
    for outcome in ("miss", "hit"):
        (tree / "a.obj").unlink()
        assert cache.compile(*words, cwd=cwd) == plain
        assert (tree / "a.obj").read_bytes() == made
        assert cache.outcomes()[-1:] == [outcome]
    for header in ("a.h", "include/b.h"):
        (tree / header).write_text((tree / header).read_text().replace("1", "22"))
        plain = cache.windows.run(cache.compiler, *words, cwd=cwd)
        changed = (tree / "a.obj").read_bytes()
        assert cache.compile(*words, cwd=cwd) == plain
        assert changed != made and (tree / "a.obj").read_bytes() == changed
        assert cache.outcomes()[-1] == "miss"
        made = changed


@pytest.mark.parametrize("name", SPELLINGS)
def test_spelling_of_a_path_compiles_hits_and_sees_changes(cache: WindowsCache, tree: Path, name: str) -> None:
    assert_it_hits_and_sees_changes(cache, tree, words_for(SPELLINGS[name](cache.windows.path(tree))))


def test_short_name_compiles_hits_and_sees_changes(cache: WindowsCache, tree: Path) -> None:
    longer = tree / "a folder with a long name"
    longer.mkdir()
    for name in ("a.cpp", "a.h", "include"):
        (tree / name).rename(longer / name)
    code = (
        "import ctypes, sys; b = ctypes.create_unicode_buffer(500); "
        "ctypes.windll.kernel32.GetShortPathNameW(sys.argv[1], b, 500); print(b.value)"
    )
    path = cache.windows.path(longer)
    short = cache.windows.run(cache.scripts / "python.exe", "-c", code, path, cwd=tree).stdout.decode().strip()
    assert "~" in short and " " not in short
    assert_it_hits_and_sees_changes(cache, longer, words_for(short + "\\"))


def test_drive_that_stands_for_a_folder_compiles_hits_and_sees_changes(cache: WindowsCache, tree: Path) -> None:
    """What ``subst`` makes."""
    cache.windows.drive("S", tree)
    try:
        # From elsewhere: Wine numbers a new drive's volume late, and launcher and core compare their working folders.
        assert_it_hits_and_sees_changes(cache, tree, words_for("S:\\"), cache.folder)
    finally:
        cache.windows.drive("S", None)


@pytest.mark.parametrize("name", REFUSED)
def test_path_that_the_compiler_refuses_is_refused_in_its_words(cache: WindowsCache, tree: Path, name: str) -> None:
    words = words_for(REFUSED[name](cache.windows.path(tree)))
    plain = cache.windows.run(cache.compiler, *words, cwd=tree)
    assert plain.exit_code != 0
    assert [cache.compile(*words, cwd=tree) for _ in range(2)] == [plain, plain]
    assert not any(outcome in ("miss", "hit") for outcome in cache.outcomes())


@pytest.mark.parametrize("name", ["NUL", "nul", "NUL:"])
def test_object_to_nowhere_is_left_to_the_compiler(cache: WindowsCache, tree: Path, name: str) -> None:
    """CMake and scripts ask that way whether something compiles."""
    words = ("/nologo", "/Iinclude", "/c", "a.cpp", f"/Fo{name}")
    plain = cache.windows.run(cache.compiler, *words, cwd=tree)
    before = sorted(tree.iterdir())
    assert [cache.compile(*words, cwd=tree) for _ in range(2)] == [plain, plain]
    assert sorted(tree.iterdir()) == before
