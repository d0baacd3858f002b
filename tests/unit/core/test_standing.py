"""Which hits may be given again without being looked up, and how many of them are kept."""

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from clcache_launcher.core.records import Result
from clcache_launcher.core.standing import StandingHit, StandingHits
from clcache_launcher.core.statistics import Statistics
from clcache_launcher.core.steps import HIT, Print
from clcache_launcher.model import BuildRun, ResultKey
from clcache_launcher.util.file_records import Records
from clcache_launcher.util.standing_answers import Output, WrittenOver, load_standing_answers
from support.asker import Asker
from support.case import settle

pytestmark = pytest.mark.posix
RESULT = Result((), b"", b"")


@pytest.fixture
def asker(tmp_path: Path) -> Asker:
    return Asker(tmp_path)


def _hit(asker: Asker, **changes: object) -> StandingHit | None:
    assert asker.ask(**changes) == HIT
    settings = replace(asker.settings, **changes)
    return asker.engine.standing_hit(repr(asker.invocation).encode(), settings)


def test_hit_stands_on_all_that_its_lookup_asked_for(asker: Asker) -> None:
    asker.compile()
    asker.engine.tend()
    settle()
    hit = _hit(asker) or _hit(asker)
    assert hit is not None
    records = b"\n".join(record for group in hit.rests_on for record in group.items)
    for name in ("work/a.c", "bin/gcc", "cache/removals", "cache/index-"):
        assert str(asker.root / name).encode() in records, name
    (output,) = hit.outputs
    assert (output.path, output.mode) == (str(asker.root / "work/a.o"), 0o644)
    assert not isinstance(output.content, WrittenOver)
    assert output.content[0].startswith(str(asker.root / "cache/artifacts"))


@pytest.mark.parametrize("setting", [{"verify": 1e-9}, {"hardlink": True}])
def test_setting_that_asks_more_of_each_hit_lets_none_stand(asker: Asker, setting: dict[str, object]) -> None:
    asker.compile()
    settle()
    assert _hit(asker) is not None
    assert _hit(asker, **setting) is None


@pytest.mark.parametrize("text", ["__DATE__", "__TIMESTAMP__"])
def test_hit_that_the_clock_can_end_does_not_stand(asker: Asker, text: str) -> None:
    (asker.root / "work/a.c").write_text(f"const char *when = {text};\n")
    settle()
    asker.compile()
    assert _hit(asker) is None
    assert _hit(asker) is None


def test_response_file_lets_no_hit_stand(asker: Asker) -> None:
    (asker.root / "work/words").write_text("-DX")
    settle()
    asker.invocation = replace(asker.invocation, arguments=("gcc", "@words", "-c", "a.c", "-o", "a.o"))
    steps, run = asker.begin()
    steps.close()
    assert not isinstance(run, Print)


class Keeper:
    """Standing hits without a caller."""

    def __init__(self, most: int) -> None:
        answers = load_standing_answers()
        assert answers is not None
        self.hits = StandingHits(answers, most * 2_100)
        self.statistics = Statistics()
        self.hits.note_build("/w", BuildRun((("mark", "/w"),)), 0, 0, 0)

    def keep(self, request: bytes) -> None:
        hit = StandingHit((Records(),), (), ResultKey(request), RESULT)
        self.hits.keep(request, hit, b"reply", "/w", self.statistics, None)

    @property
    def kept(self) -> list[bytes]:
        self.hits.count()
        return [kept.hit.key for kept in self.hits._kept.values()]


def test_oldest_goes_where_there_are_too_many() -> None:
    keeper = Keeper(2)
    for request in (b"1", b"2", b"3", b"4"):
        keeper.keep(request)
    assert keeper.kept == [b"3", b"4"]
    assert not keeper.hits._parting
    keeper.hits.count()
    assert keeper.hits._bytes == sum(kept.size for kept in keeper.hits._kept.values())


def test_what_is_printed_and_written_over_counts_for_the_size() -> None:
    keeper = Keeper(10)
    written = Output("/w/a.d", 0o644, WrittenOver([b"word "] * 900))
    for request, outputs, reply in ((b"1", (written,), b""), (b"2", (), b"x" * 15_000)):
        hit = StandingHit((), outputs, ResultKey(request), RESULT)
        keeper.hits.keep(request, hit, reply, "/w", keeper.statistics, None)
    assert keeper.kept == [b"2"]


def test_same_request_is_kept_once() -> None:
    keeper = Keeper(5)
    for request in (b"1", b"2", b"1"):
        keeper.keep(request)
    assert keeper.kept == [b"2", b"1"]


def test_folder_whose_build_is_not_known_has_no_standing_hits() -> None:
    keeper = Keeper(5)
    keeper.hits.keep(b"1", StandingHit((), (), ResultKey(b"1"), RESULT), b"", "/elsewhere", keeper.statistics, None)
    assert not keeper.kept


def test_hit_that_did_not_stand_is_not_kept_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keeper, now_s = Keeper(5), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    assert [keeper.hits.is_to_keep(b"1"), keeper.hits.is_to_keep(b"1"), keeper.hits.is_to_keep(b"2")] == [
        True,
        False,
        True,
    ]
    now_s += 1.5
    assert keeper.hits.is_to_keep(b"1")
