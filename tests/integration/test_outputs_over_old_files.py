"""What becomes of the files that stand where outputs go: the same with the compiler alone, at a miss and at a hit."""

import shutil
from pathlib import Path

import pytest

from support.cache import Cache

pytestmark = pytest.mark.posix("gnu")

CASES = {
    "gcc": "gcc -c a.c -o a.o -O1 -g -gsplit-dwarf -fstack-usage --coverage -frandom-seed=1 -MD -fcallgraph-info",
    "gcc_assembly": "gcc -S a.c -o a.s -O1 -fstack-usage -MD",
    "gcc_temporaries": "gcc -save-temps -c a.c -o a.o",
    "gcc_assembler": "gcc -MD -c s.S -o a.o",
    "gcc_assembler_not_preprocessed": "gcc -c s.s -o a.o",
    "clang_assembler_not_preprocessed": "clang-19 -c s.s -o a.o",
    "clang_assembler": "clang-19 -MD -c s.S -o a.o",
    "clang": "clang-19 -c a.c -o a.o -O1 -g -gsplit-dwarf -fstack-usage --coverage -MD -fsave-optimization-record",
    "clang_assembly": "clang-19 -S a.c -o a.s -O1 -fstack-usage -MD",
    "clang_named": "clang-19 -c a.c -o a.o -MJ a.json --serialize-diagnostics a.dia -flto=thin -fthin-link-bitcode=a.t",
    "clang_temporaries": "clang-19 -save-temps -c a.c -o a.o",
    "clang_no_temporary_file": "clang-19 -fno-temp-file -c a.c -o a.o",
    "clang_other_assembler": "clang-19 -fno-integrated-as -g -gsplit-dwarf -c a.c -o a.o",
    "clang_cl": "clang-cl-19 /c a.c /Foa.obj -clang:-MD -gdwarf -gsplit-dwarf -clang:-fstack-usage /Brepro",
    "clang_cl_listing": "clang-cl-19 /c a.c /Foa.obj /Brepro /FA",
}
HIT, UNCACHEABLE = (1, 0, 0, 0), (0, 0, 1, 0)
KINDS = {
    "longer": HIT,
    "other_mode": HIT,
    "two_names": HIT,
    "empty": HIT,
    "empty_with_other_mode": (),
    "empty_with_two_names": (),
    "read_only": (),
    "link": UNCACHEABLE,
    "dangling_link": UNCACHEABLE,
}
"""What the second compile through the cache counts; nothing where the assembler or the user decides."""


def put_old_file(path: Path, kind: str) -> None:
    aside = path.with_name(f"old-{path.name}")
    if kind == "dangling_link":
        path.symlink_to(aside.name)
        return
    path.write_text("" if kind.startswith("empty") else "old text\n" * 10000)
    path.chmod({"other_mode": 0o640, "empty_with_other_mode": 0o640, "read_only": 0o444}.get(kind, 0o644))
    if "two_names" in kind:
        aside.hardlink_to(path)
    if kind == "link":
        path.rename(aside)
        path.symlink_to(aside.name)


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        path.name: (path.lstat().st_mode, path.lstat().st_nlink, path.read_bytes() if path.exists() else b"")
        for path in sorted(folder.iterdir())
    }


@pytest.mark.clang
@pytest.mark.clang_cl
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES)
def test_old_file_is_treated_as_the_compiler_treats_it(cache: Cache, work: Path, case: str, kind: str) -> None:
    argv = CASES[case].split()

    def prepare() -> None:
        shutil.rmtree(work)
        work.mkdir()
        (work / "a.c").write_text("int f(int a) { return a ? 1 : 2; }\n")
        (work / "s.s").write_text(".globl f\nf: ret\n")
        (work / "s.S").write_text('.globl f\nf: ret\n.section .note.GNU-stack,"",@progbits\n')

    prepare()
    assert cache.run(*argv, cwd=work).code == 0
    names = {path.name for path in work.iterdir()} - {"a.c", "s.S", "s.s"}

    def compile_over_old_files(*launcher: Path) -> tuple[int, dict[str, tuple[int, int, bytes]]]:
        prepare()
        for name in names:
            put_old_file(work / name, kind)
        return cache.run(*launcher, *argv, cwd=work).code, state(work)

    bare = compile_over_old_files()
    first = compile_over_old_files(cache.launcher)
    # The hit: after a miss into an empty folder.
    prepare()
    cache.compile(*argv, cwd=work)
    before = cache.counts()
    second = compile_over_old_files(cache.launcher)

    assert first == bare
    assert second == bare
    counted = tuple(b - a for a, b in zip(before, cache.counts(), strict=True))
    assert not KINDS[kind] or counted == KINDS[kind], cache.log.read_text()
