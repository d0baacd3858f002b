"""What the benchmarks make of their measurements."""

from pathlib import Path

import pytest

from benchmarks.speed.report import BEGIN, END, load, markdown, number, replace_part, save
from benchmarks.speed.scaling import Demand, hits_a_second
from benchmarks.speed.targets import Groups, judge
from benchmarks.speed.timing import Sample, in_turns, ratio, sample


def of(value: float) -> Sample:
    return sample([value])


GROUPS: Groups = {
    "hit": {"/bin/true": of(1), "clcache": of(2), "zccache": of(8), "ccache": of(15.9)},
    "rate": {"clcache": of(400), "zccache": of(100)},
    "cold": {"uncached": of(10), "clcache": of(9)},
    "cold ratio": {"uncached": of(1), "clcache": sample([1.04, 0.6, 1.04])},
    "warm": {"clcache": of(1), "ccache": of(4), "zccache": of(2.9)},
    "index 10": {"clcache": of(2)},
    "index 100000": {"clcache": of(2.2)},
    "memory": {"built": of(80), "known": of(151)},
}


def test_sample_is_the_median_with_the_tenths() -> None:
    assert sample([5, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]) == Sample(6, 1, 2, 10, 11)
    assert ratio(of(6), of(4)) == 1.5


def test_everything_has_its_turn_as_often() -> None:
    turns: list[str] = []

    def take(name: str) -> float:
        turns.append(name)
        return float(len(turns))

    taken = in_turns({"a": lambda: take("a"), "b": lambda: take("b")}, 3)
    assert turns == ["a", "b", "b", "a", "a", "b"]
    assert taken["a"].count == taken["b"].count == 3


@pytest.mark.parametrize(
    ("what", "target", "met"),
    [
        ("hit, copied object", "≤ 3 × /bin/true", True),
        ("hit, copied object", "zccache / clcache ≥ 3.5", True),
        ("hit, copied object", "ccache / clcache ≥ 8", False),
        ("hits a second, four jobs", "clcache / zccache ≥ 4", True),
        ("warm build of yaml-cpp, nothing linked", "zccache / clcache ≥ 3", False),
        ("cold build of yaml-cpp", "≤ 1.03 × uncached", False),
        ("hit with 100,000 entries in the index", "≤ 1.1 × with 10", True),
        ("resident core after a build of 1,000 files", "≤ 80 MB", True),
        ("resident core with 100,000 entries known", "≤ 150 MB", False),
    ],
)
def test_target_is_judged_by_the_medians(what: str, target: str, *, met: bool) -> None:
    (row,) = [row for row in judge(GROUPS) if (row.what, row.target) == (what, target)]
    assert row.met is met


def test_only_what_was_measured_is_judged() -> None:
    assert judge({}) == []


def test_measurements_are_kept(tmp_path: Path) -> None:
    assert load(tmp_path / "figures.json") == {}
    save(GROUPS, tmp_path / "figures.json")
    assert load(tmp_path / "figures.json") == GROUPS


def test_missed_target_is_shown() -> None:
    text = markdown(GROUPS, {"clcache": "1.0"}, "command")
    assert "| cold build of yaml-cpp | ≤ 1.03 × uncached | 1.040 × | **missed** |" in text
    assert "clcache 1.0" in text


@pytest.mark.parametrize(("value", "text"), [(123.4, "123"), (12.34, "12.3"), (1.234, "1.23")])
def test_number_has_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_part_of_a_document_is_replaced() -> None:
    document = f"a\n{BEGIN}\nold\n{END}\nb\n"
    assert replace_part(document, f"{BEGIN}\nnew\n{END}") == f"a\n{BEGIN}\nnew\n{END}\nb\n"
    assert replace_part("a\n", "new") == "a\n\nnew\n"


def test_one_job_alone_takes_what_its_steps_take() -> None:
    rate = hits_a_second(Demand(0.5, 0.3, 0.2), processors=8, jobs=1, hits=4_000)
    assert rate == pytest.approx(1000, rel=0.05)


def test_lock_of_one_core_process_bounds_the_hits_of_many_processors() -> None:
    rate = hits_a_second(Demand(0.5, 0.25, 0.2), processors=64, jobs=64, hits=4_000)
    assert rate == pytest.approx(4000, rel=0.05)


def test_processors_bound_the_hits_where_there_are_few() -> None:
    rate = hits_a_second(Demand(0.5, 0.2, 0.3), processors=2, jobs=16, cores=4, hits=4_000)
    assert rate == pytest.approx(2000, rel=0.05)


def test_more_core_processes_give_more_hits_until_the_processors_are_busy() -> None:
    demand = Demand(0.5, 0.5, 0.2)
    one, four = (hits_a_second(demand, processors=16, jobs=32, cores=cores, hits=4_000) for cores in (1, 4))
    assert 3 < four / one < 4.2
