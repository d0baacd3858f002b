"""Edits of a tree of files, each told by plain values: a list of them that fails can be replayed and made shorter."""

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

__all__ = ["FILE_EDITS", "FOLDER_EDITS", "FileEdit", "minimal"]


@dataclass(frozen=True)
class FileEdit:
    """A change of one or two names below a folder; where it does not fit what is there, it does nothing."""

    kind: str
    first: str
    second: str = ""
    text: str = ""

    def apply(self, root: Path) -> None:
        """Do it, as far as the file system lets one."""
        first, second = root / self.first, root / (self.second or self.first)
        try:
            (FILE_EDITS | FOLDER_EDITS)[self.kind](first, second, self.text)
        except (OSError, shutil.Error):
            return

    def __str__(self) -> str:
        words = [self.kind, self.first, self.second, repr(self.text) if self.text else ""]
        return " ".join(filter(None, words))


def _touch(path: Path, _: Path, __: str) -> None:
    os.utime(path)


def _touch_to_old_time(path: Path, _: Path, __: str) -> None:
    os.utime(path, (1_000_000_000, 1_000_000_000))


def _write(path: Path, _: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def _write_keeping_the_time(path: Path, _: Path, text: str) -> None:
    status = path.stat()
    path.write_text(text)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def _append(path: Path, _: Path, text: str) -> None:
    with path.open("r+") as file:
        file.seek(0, os.SEEK_END)
        file.write(text)


def _remove(path: Path, _: Path, __: str) -> None:
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink()


def _rename(path: Path, target: Path, _: str) -> None:
    target.parent.mkdir(exist_ok=True)
    path.replace(target)


def _copy(path: Path, target: Path, text: str) -> None:
    target.parent.mkdir(exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copyfile(path, target)
    if text:
        _append(target, target, text)


def _copy_with_its_time(path: Path, target: Path, _: str) -> None:
    target.parent.mkdir(exist_ok=True)
    target.unlink(missing_ok=True)
    shutil.copy2(path, target)


def _link(path: Path, target: Path, _: str) -> None:
    if path != target:
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        target.symlink_to(os.path.relpath(path, target.parent))


def _hard_link(path: Path, target: Path, _: str) -> None:
    if path.is_file() and path != target:
        target.parent.mkdir(exist_ok=True)
        target.unlink(missing_ok=True)
        target.hardlink_to(path)


def _make_a_folder_of(path: Path, _: Path, __: str) -> None:
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)


def _swap(first: Path, second: Path, _: str) -> None:
    aside = first.with_name(f"{first.name}.aside")
    first.rename(aside)
    try:
        second.rename(first)
    except OSError:
        aside.rename(first)
        raise
    aside.rename(second)


def _replace_by_link(first: Path, second: Path, _: str) -> None:
    if first == second:
        return
    first.rename(first.with_name(f"{first.name}.kept"))
    first.symlink_to(second.name)


def _swap_for_link(first: Path, _: Path, __: str) -> None:
    kept = first.with_name(f"{first.name}.kept")
    first.rename(kept)
    first.symlink_to(kept.name)


def _put_back(first: Path, _: Path, __: str) -> None:
    kept = first.with_name(f"{first.name}.kept")
    if kept.exists():
        if first.is_symlink():
            first.unlink()
        kept.rename(first)


def _take_away(first: Path, _: Path, __: str) -> None:
    first.rename(first.with_name(f"{first.name}.kept"))


E = TypeVar("E")
_Do = Callable[[Path, Path, str], None]
FILE_EDITS: dict[str, _Do] = {
    "touch": _touch,
    "touch-to-old-time": _touch_to_old_time,
    "write": _write,
    "write-keeping-the-time": _write_keeping_the_time,
    "append": _append,
    "remove": _remove,
    "rename": _rename,
    "copy": _copy,
    "copy-with-its-time": _copy_with_its_time,
    "link": _link,
    "hard-link": _hard_link,
    "make-a-folder-of": _make_a_folder_of,
}
FOLDER_EDITS: dict[str, _Do] = {
    "swap": _swap,
    "replace-by-link": _replace_by_link,
    "swap-for-link": _swap_for_link,
    "take-away": _take_away,
    "put-back": _put_back,
}


def minimal(edits: Sequence[E], fails: Callable[[Sequence[E]], bool], replays: int) -> list[E]:
    """A shorter list that still fails, none of which can be left out if the number of replays suffices."""
    kept = list(edits)
    size = max(1, len(kept) // 2)
    while True:
        at = 0
        while at < len(kept):
            if replays == 0:
                return kept
            replays -= 1
            shorter = kept[:at] + kept[at + size :]
            if fails(shorter):
                kept = shorter
            else:
                at += size
        if size == 1:
            return kept
        size //= 2
