"""Runs that are played side by side: how they are grouped, and that nothing but the time depends on it."""

import json
import pickle

import pyarrow as pa
import pytest

from resilience.runs import groups, one
from resilience.runs.compare import compare
from resilience.runs.ensemble import RunsInterrupted, run
from resilience.runs.groups import GroupWork, Kin, most_together, outcomes_by_group
from resilience.runs.one import care_market
from resilience.runs.parcel import Parcel
from resilience.runs.pool import Done, Failed
from tests.runs import fakes
from tests.runs.fakes_together import groups_noted, play_together
from tests.runs.test_ensemble import TABLES, press_ctrl_c_after


@pytest.fixture
def together(monkeypatch):
    """Fake markets that are played side by side."""
    monkeypatch.setattr(one, "SIDE_BY_SIDE", [])
    play_together()


@pytest.fixture
def noted(tmp_path, together):
    """A scenario whose groups are noted in the folder ``notes``."""
    (tmp_path / "notes").mkdir()
    return fakes.scenario(description=(tmp_path / "notes").as_posix())


def sizes(runs: int, workers: int, *, scenarios: int = 1, most: int = 10) -> list[int]:
    """The sizes of the groups of so many runs of each scenario, seed by seed."""
    places = range(runs * scenarios)
    kin = Kin([place % scenarios for place in places], dict.fromkeys(range(scenarios), most))
    return [len(group) for group in kin.arranged(places, workers)]


@pytest.mark.parametrize(
    ("runs", "workers", "others", "expected"),
    [
        (10, 1, {}, [10]),
        (25, 1, {}, [8, 8, 9]),
        (20, 2, {}, [10, 10]),
        (22, 2, {}, [5, 6, 5, 6]),
        (20, 8, {}, [2, 3, 3, 3, 3, 3, 3]),
        (2, 2, {}, [1, 1]),
        (1, 2, {}, [1]),
        (4, 2, {"most": 1}, [1, 1, 1, 1]),
        (12, 1, {"most": 4}, [4, 4, 4]),
        (10, 2, {"scenarios": 3}, [5] * 6),
        (10, 2, {"scenarios": 20}, [10] * 20),
    ],
)
def test_groups_are_as_large_as_keeps_every_worker_busy(runs, workers, others, expected):
    assert sizes(runs, workers, **others) == expected


def test_a_group_has_one_scenario_only_and_those_with_the_first_seeds_come_first():
    kin = Kin(["a", "b"] * 4, {"a": 2, "b": 10})
    assert kin.arranged(range(8), 1) == [(0, 2), (1, 3, 5, 7), (4, 6)]
    assert kin.arranged([], 1) == []


def test_a_run_costs_less_in_a_group():
    """Ten alone cost 10 x (1 + 0.8), and together 10 + 0.8: 0.6 of it."""
    assert Kin([0] * 10, {0: 10}).share(range(10)) == pytest.approx(0.6)
    assert Kin([0] * 10, {0: 1}).share(range(10)) == 1.0
    assert Kin([], {}).share(range(0)) == 1.0


@pytest.mark.parametrize(("region", "expected"), [("west-midlands", 10), ("north-west", 6), ("england", 1)])
def test_a_group_has_some_160_councils_at_most(region, expected):
    assert most_together(region, care_market) == expected


def test_a_table_of_councils_is_counted_and_a_wrong_one_runs_alone(tmp_path):
    (tmp_path / "mine.csv").write_text("council\nDudley\nWalsall\n")
    assert most_together((tmp_path / "mine.csv").as_posix(), care_market) == 10
    assert most_together((tmp_path / "none.csv").as_posix(), care_market) == 1


def test_markets_of_another_kind_run_alone():
    assert most_together("west-midlands", fakes.FakeMarket) == 1


@pytest.mark.parametrize("workers", [1, 2, None])
def test_fake_runs_together_give_the_tables_of_runs_alone(tmp_path, noted, monkeypatch, workers):
    run(noted, 9, 1, out=tmp_path / "together", model_factory=fakes.FailsOnSeed3)
    assert groups_noted(tmp_path / "notes") == [tuple(range(1, 10))]
    monkeypatch.setattr(groups, "MOST_SEEDS", 4)
    run(noted, 9, workers, out=tmp_path / "fewer", model_factory=fakes.FailsOnSeed3)
    assert len(groups_noted(tmp_path / "notes")) > 2
    monkeypatch.setattr(groups, "MOST_SEEDS", 1)
    run(noted, 9, 1, out=tmp_path / "alone", model_factory=fakes.FailsOnSeed3)
    for name in [*TABLES, "runs", "failed_runs"]:
        first, second, third = (
            (tmp_path / how / f"{name}.parquet").read_bytes() for how in ("together", "fewer", "alone")
        )
        assert first == second == third, name


def test_only_the_run_that_fails_fails_and_with_its_own_traceback(noted):
    runs = run(noted, 5, 1, model_factory=fakes.FailsOnSeed3)
    assert list(runs.runs["seed"]) == [1, 2, 4, 5]
    (row,) = runs.failed.to_dict("records")
    assert row["error"] == "FloatingPointError: cash is nan at month 7"
    assert "in run_one" in row["traceback"]
    assert "in run_several" not in row["traceback"]
    assert "During handling" not in row["traceback"]


def test_a_group_whose_worker_dies_is_done_again_run_by_run(tmp_path, noted):
    runs = run(noted, 8, 2, model_factory=fakes.DiesOnSeed2)
    assert list(runs.runs["seed"]) == [1, 3, 4, 5, 6, 7, 8]
    assert runs.failed["error"].tolist() == ["WorkerDied: the worker process died 2 times while it ran this task"]
    assert groups_noted(tmp_path / "notes").count((1, 2, 3, 4)) == 2


def test_progress_counts_every_run_of_a_group(noted):
    told: list[tuple[int, int]] = []
    run(noted, 4, 1, progress=lambda done, total: told.append((done, total)), model_factory=fakes.FakeMarket)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_time_of_a_group_is_shared_by_its_runs(tmp_path, noted):
    run(noted, 4, 1, out=tmp_path / "out", model_factory=fakes.FakeMarket)
    timings = json.loads((tmp_path / "out" / "manifest.json").read_text())["timings"]
    assert 0 < timings["seconds_per_run"] * 4 <= timings["seconds"]


def test_an_interrupt_keeps_the_whole_of_a_finished_group(noted):
    noted = noted.model_copy(update={"description": ""})
    with pytest.raises(RunsInterrupted, match="interrupted after 10 of 20 runs") as stopped:
        run(noted, 20, 1, progress=press_ctrl_c_after(4), model_factory=fakes.FakeMarket)
    assert list(stopped.value.finished.runs["seed"]) == list(range(1, 11))


def test_compared_scenarios_are_paired_as_before(tmp_path, noted):
    cut = noted.with_values({"shocks.funding_cut.real_change": -0.1})
    found = compare([noted, cut], 6, 1, model_factory=fakes.FakeMarket)
    assert groups_noted(tmp_path / "notes") == [(1, 2, 3, 4, 5, 6)] * 2
    rows = found.run_set.runs[["seed", "scenario"]].to_numpy().tolist()
    assert rows == [[seed, label] for seed in range(1, 7) for label in found.labels]
    assert found.differences().set_index("measure").loc["care_hours_lost", "difference"] == pytest.approx(100.0)


def test_a_group_is_done_together_or_one_by_one():
    def halves(numbers):
        return [10 / number for number in numbers]

    work = GroupWork(lambda number: 10 / number, halves)
    assert work([(7, 2.0), (9, 5.0)]) == [Done(7, 5.0), Done(9, 2.0)]
    good, bad = work([(7, 2.0), (9, 0.0)])
    assert good == Done(7, 5.0)
    assert isinstance(bad, Failed)
    assert (bad.index, bad.error) == (9, "ZeroDivisionError: float division by zero")


def test_tables_travel_compressed_and_arrive_the_same():
    months = pa.table({"month": list(range(2000)), "need_hours": [1.5, None] * 1000, "kind": ["home"] * 2000})
    parcel = Parcel({"months": months, "events": months.slice(0, 0)})
    sent = pickle.dumps(parcel)
    assert len(sent) < months.nbytes / 2
    arrived = pickle.loads(sent)
    assert list(arrived) == ["months", "events"]
    assert arrived["months"].equals(months)
    assert arrived["events"].schema.equals(months.schema)
    assert arrived["events"].num_rows == 0
    assert pickle.loads(pickle.dumps(arrived))["months"].equals(months)


def test_no_outcome_is_lost_when_workers_choose_themselves():
    work = GroupWork(lambda number: number * number, lambda numbers: [number * number for number in numbers])
    found = list(outcomes_by_group(range(25), work, Kin([0] * 25, {0: 10})))
    assert [len(group) for group in found] == [1, 8, 8, 8]
    assert {outcome.index: outcome.value for group in found for outcome in group} == {n: n * n for n in range(25)}
