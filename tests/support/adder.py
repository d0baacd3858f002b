"""Adds the same results as any other of these processes: ``python -m support.adder FOLDER``, at the end of stdin."""

import sys
from pathlib import Path

from clcache_launcher.model import ManifestKey, ResultKey
from clcache_launcher.storage.local import LocalStorage, StoredEntry
from clcache_launcher.util.files import digest_of

__all__ = ["COUNT", "main"]

COUNT = 15


def main(folder: Path) -> None:
    """Add results with artifacts of their own."""
    storage = LocalStorage(folder)
    sys.stdin.read()
    for number in range(COUNT):
        name = b"%d" % number
        entry = StoredEntry(ResultKey(digest_of(b"result" + name)), name)
        storage.add(ManifestKey(digest_of(b"manifest" + name)), entry, name, [storage.prepare(b"content" + name)])
    storage.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
