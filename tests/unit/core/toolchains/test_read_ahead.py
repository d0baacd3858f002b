"""Programs that are read while a compiler still answers."""

from pathlib import Path

import pytest

from clcache_launcher.core.inputs.digests import FileDigests
from clcache_launcher.core.toolchains.programs import Loaded, load
from clcache_launcher.core.toolchains.read_ahead import ReadAhead
from clcache_launcher.model import Digest
from clcache_launcher.util.files import digest_of
from support.case import settle, write_compiler


class Noting(FileDigests):
    """Digests that tell what was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.files_read: list[str] = []

    def digest(self, path: str) -> Digest | None:
        self.asked.append(path)
        return super().digest(path)

    def read(self, path: str) -> Digest | None:
        self.files_read.append(path)
        return super().read(path)


@pytest.fixture
def digests() -> Noting:
    return Noting()


def test_programs_are_read_once_each_however_often_they_are_asked_for(tmp_path: Path, digests: Noting) -> None:
    programs = [str(write_compiler(tmp_path / name)) for name in ("gcc", "cc1", "as")]
    settle()
    ahead = ReadAhead(digests, "/", {})
    ahead.begin(programs[:2])
    ahead.begin(programs)
    assert ahead.loaded([*reversed(programs), programs[0]]) == [Loaded(())] * 4
    assert sorted(digests.asked) == sorted(programs)


def test_what_was_read_ahead_is_not_read_again(tmp_path: Path, digests: Noting) -> None:
    program = str(write_compiler(tmp_path / "gcc"))
    settle()
    ReadAhead(digests, "/", {}).loaded([program])
    assert digests.digest(program) == digest_of(Path(program).read_bytes())
    assert digests.files_read == [program]


@pytest.mark.posix
def test_library_of_several_programs_is_read_once(digests: Noting) -> None:
    programs = ["/bin/sh", "/bin/cat", "/bin/ls"]
    loaded = ReadAhead(digests, "/", {}).loaded(programs)
    assert loaded == [load(program, "/", {}) for program in programs]
    libraries = {library for each in loaded for library in each.libraries}
    assert libraries
    assert sorted(digests.asked) == sorted({*programs, *libraries})
