"""Batches in this process: what is kept, what is skipped, what is gathered."""

import errno
import json

import duckdb
import pandas as pd
import pyarrow.parquet as pq
import pytest

import resilience
from resilience.batches import gather, runstore
from resilience.batches.batch import batch
from resilience.batches.errors import BatchError, BatchStoppedError
from resilience.batches.estimate import estimate
from resilience.batches.plan import plan_of
from resilience.runs import ensemble
from resilience.runs.folder import OutputError
from resilience.scenario import load
from tests.batches import fakes
from tests.batches.small import FACTORS, experiment, run_files
from tests.runs.fakes import AlwaysFails, FailsOnSeed3, FakeMarket


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def do(file, out="out", factory=FakeMarket, **how):
    return batch(file, out, how.pop("workers", 1), model_factory=factory, **how)


def test_every_point_runs_on_every_seed_and_the_tables_join_to_the_design(tmp_path):
    done = do(experiment(tmp_path))
    assert (done.asked, done.found, done.done, done.failed, done.left) == (6, 0, 6, 0, 0)
    results = done.results()
    joined = results.runs.merge(results.design, on="scenario")
    # care hours lost = 100 x seed + 1,000 x the cut
    for row in joined.to_dict("records"):
        expected = 100.0 * row["seed"] - 1000.0 * row["shocks.funding_cut.real_change"]
        assert row["care_hours_lost"] == pytest.approx(expected)
    assert joined[["seed", "scenario"]].to_numpy().tolist() == [
        [seed, f"squeeze-{point}"] for seed in (1, 2, 3) for point in (1, 2)
    ]
    assert len(results.months) == 6 * 12
    assert results.units("design")["shocks.funding_cut.real_change"]["unit"] == "fraction"
    assert results.manifest["answer"] == (
        "2 design points on 3 seeds. Over 1 year, on average: care hours lost from 200 (squeeze-1) to 300 (squeeze-2); "
        "homes and branches that close 2."
    )


def test_results_are_those_of_run_bit_for_bit(tmp_path):
    """One point, so that the scenario has the same label; every table, type and key is the same."""
    do(experiment(tmp_path, "", seeds=[5, 6]))
    ensemble.run(load("squeeze.toml"), 2, 1, 5, out="run", model_factory=FakeMarket)
    for name in ("runs", "months", "councils", "councils_by", "providers", "events", "failed_runs"):
        ours, theirs = (pq.read_table(tmp_path / folder / f"{name}.parquet") for folder in ("out", "run"))
        assert ours.schema.remove_metadata().equals(theirs.schema.remove_metadata()), name
        assert ours.equals(theirs), name


def test_finished_runs_are_never_done_again(tmp_path):
    file = experiment(tmp_path, note=tmp_path)
    do(file, factory=fakes.Counted)
    before, manifest = run_files(tmp_path / "out"), (tmp_path / "out/manifest.json").stat().st_mtime_ns
    again = do(file, factory=fakes.Counted)
    assert (again.found, again.done, again.gathered) == (6, 0, True)
    assert run_files(tmp_path / "out") == before
    assert (tmp_path / "out/manifest.json").stat().st_mtime_ns == manifest
    assert len((tmp_path / "begun").read_text().splitlines()) == 6


def test_a_larger_experiment_keeps_what_there_is_under_its_new_labels(tmp_path):
    do(experiment(tmp_path))
    before = run_files(tmp_path / "out")
    more = FACTORS.replace("[0.0, -0.1]", "[0.1, 0.0, -0.1]")
    done = do(experiment(tmp_path, more, seeds=4))
    assert (done.asked, done.found, done.done) == (12, 6, 6)
    assert before.items() <= run_files(tmp_path / "out").items()
    results = done.results()
    assert results.runs["scenario"].tolist() == ["squeeze-1", "squeeze-2", "squeeze-3"] * 4
    joined = results.runs.merge(results.design, on="scenario")
    expected = 100.0 * joined["seed"] - 1000.0 * joined["shocks.funding_cut.real_change"]
    assert joined["care_hours_lost"].tolist() == pytest.approx(expected.tolist())
    assert results.months.merge(results.runs[["run_id", "scenario"]], on=["run_id", "scenario"]).shape[0] == 12 * 12


def test_a_run_that_raises_is_kept_with_its_traceback_and_the_others_go_on(tmp_path):
    done = do(experiment(tmp_path), factory=FailsOnSeed3)
    assert (done.done, done.failed, done.left, done.gathered) == (4, 2, 0, True)
    failed = done.results().failed_runs
    assert failed[["scenario", "seed"]].to_numpy().tolist() == [["squeeze-1", 3], ["squeeze-2", 3]]
    assert set(failed["error"]) == {"FloatingPointError: cash is nan at month 7"}
    assert failed["traceback"].str.contains("in step").all()
    again = do(experiment(tmp_path), factory=FailsOnSeed3)
    assert (again.found, again.done, again.failed, again.failed_now) == (4, 0, 2, 0)


def test_failed_runs_are_done_again_only_when_asked(tmp_path):
    file = experiment(tmp_path, note=tmp_path)
    (tmp_path / "broken").touch()
    assert do(file, factory=fakes.FailsUntilMended).failed == 2
    (tmp_path / "broken").unlink()
    assert do(file, factory=fakes.FailsUntilMended).failed == 2
    mended = do(file, factory=fakes.FailsUntilMended, retry_failed=True)
    assert (mended.found, mended.done, mended.failed) == (4, 2, 0)
    assert len(mended.results().runs) == 6
    assert len(mended.results().failed_runs) == 0
    assert list((tmp_path / "out/batch/failed").iterdir()) == []


def test_a_batch_in_which_everything_fails_has_tables_all_the_same(tmp_path):
    done = do(experiment(tmp_path), factory=AlwaysFails)
    results = done.results()
    assert (done.failed, len(results.runs), len(results.failed_runs)) == (6, 0, 6)
    assert results.manifest["answer"].startswith("No run finished")


def test_only_the_measures_and_tables_asked_for_are_kept(tmp_path):
    text = 'measures = ["unmet_hours", "care_hours_lost"]\ntables = ["months"]\n'
    results = do(experiment(tmp_path, text + FACTORS)).results()
    assert list(results.runs.columns) == ["run_id", "scenario", "seed", "care_hours_lost", "unmet_hours"]
    assert results.names == ["design", "failed_runs", "months", "runs"]
    with pytest.raises(BatchError, match="its runs were kept without the tables providers"):
        do(experiment(tmp_path, 'tables = ["months", "providers"]\n' + FACTORS))
    fewer = do(experiment(tmp_path, "tables = []\n" + FACTORS))
    assert (fewer.done, fewer.results().names) == (0, ["design", "failed_runs", "runs"])


def test_shards_together_are_the_whole(tmp_path):
    file = experiment(tmp_path, seeds=4)
    keys = []
    for number in (1, 2, 3):
        part = do(file, shard=(number, 3))
        assert (part.asked, part.gathered) == ((3, False) if number < 3 else (2, False))
        keys.append(set(run_files(tmp_path / "out")))
    assert [len(found) for found in keys] == [3, 6, 8]
    gathered = do(file)
    assert (gathered.found, gathered.done, gathered.gathered) == (8, 0, True)
    do(file, out="whole")
    for name in ("runs", "months", "providers", "design"):
        assert pq.read_table(f"out/{name}.parquet").equals(pq.read_table(f"whole/{name}.parquet"))


def test_what_there_is_can_be_gathered_before_the_end(tmp_path):
    file = experiment(tmp_path)
    with pytest.raises(BatchError, match="has no finished run to gather"):
        do(file, collect=True)
    assert not (tmp_path / "out").exists()
    do(file, shard=(1, 3))
    early = do(file, collect=True)
    assert (early.found, early.done, early.left, early.gathered) == (2, 0, 4, True)
    assert early.results().manifest["interrupted"]
    assert len(early.results().runs) == 2
    assert len(do(file).results().runs) == 6


def test_runs_can_be_removed_once_they_are_gathered(tmp_path):
    file = experiment(tmp_path)
    do(file, tidy=True)
    assert run_files(tmp_path / "out") == {}
    again = do(file)
    assert (again.found, again.done) == (6, 0)
    assert len(again.results().runs) == 6


def test_a_file_cut_short_is_done_again(tmp_path):
    file = experiment(tmp_path)
    do(file, shard=(1, 1))
    (tmp_path / "out/manifest.json").unlink()
    damaged = next((tmp_path / "out/batch/runs").glob("??/*.arrow"))
    damaged.write_bytes(damaged.read_bytes()[:-20])
    again = do(file)
    assert (again.found, again.done) == (5, 1)


def test_runs_of_another_model_are_not_taken(tmp_path, monkeypatch):
    file = experiment(tmp_path)
    do(file)
    monkeypatch.setattr("resilience.batches.plan.model_version", lambda: "9.9+other")
    monkeypatch.setattr("resilience.batches.job.model_version", lambda: "9.9+other")
    assert do(file).done == 6
    assert len(run_files(tmp_path / "out")) == 12


def test_points_that_come_to_the_same_are_run_once(tmp_path):
    text = '[[rows]]\nname = "plain"\n[[rows]]\nname = "no cut"\nmonths = 12\n'
    done = do(experiment(tmp_path, text))
    assert (done.asked, done.done, len(run_files(tmp_path / "out"))) == (6, 3, 3)
    assert sorted(done.results().runs["scenario"]) == ["no cut"] * 3 + ["plain"] * 3


def test_scenarios_can_be_had_from_the_results(tmp_path):
    done = do(experiment(tmp_path))
    found = done.results().scenarios
    assert list(found) == ["squeeze-1", "squeeze-2"]
    assert [scenario.hash for scenario in found.values()] == [point.hash for point in done.plan.points]
    assert [scenario.name for scenario in found.values()] == ["squeeze-1", "squeeze-2"]


def test_the_results_can_be_run_again_from_their_own_folder(tmp_path):
    done = do(experiment(tmp_path, FACTORS + "[values]\nlabour.turnover_per_year = 0.31\n"))
    copy = plan_of(tmp_path / "out/experiment.toml")
    assert [point.hash for point in copy.points] == [point.hash for point in done.plan.points]
    assert [point.label for point in copy.points] == [point.label for point in done.plan.points]
    assert copy.seeds == (1, 2, 3)


def test_pandas_polars_and_duckdb_read_one_table(tmp_path):
    polars = pytest.importorskip("polars")
    do(experiment(tmp_path))
    expected = [[0.0, 200.0], [-0.1, 300.0]]
    query = (
        'select "shocks.funding_cut.real_change" as cut, avg(care_hours_lost) as lost '
        "from 'out/runs.parquet' join 'out/design.parquet' using (scenario) group by cut order by cut desc"
    )
    by_duckdb = [list(row) for row in duckdb.sql(query).fetchall()]
    joined = pd.read_parquet("out/runs.parquet").merge(pd.read_parquet("out/design.parquet"), on="scenario")
    means = joined.groupby("shocks.funding_cut.real_change")["care_hours_lost"].mean()
    by_pandas = [[cut, lost] for cut, lost in means.sort_index(ascending=False).items()]
    frame = polars.read_parquet("out/runs.parquet").join(polars.read_parquet("out/design.parquet"), on="scenario")
    grouped = frame.group_by("shocks.funding_cut.real_change").agg(polars.col("care_hours_lost").mean())
    by_polars = [list(row) for row in grouped.sort("shocks.funding_cut.real_change", descending=True).rows()]
    for found in (by_duckdb, by_pandas, by_polars):
        assert found == [pytest.approx(row) for row in expected]


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    file = experiment(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/letter.txt").write_text("mine")
    with pytest.raises(BatchError, match="is not empty and holds no batch"):
        do(file)
    ensemble.run(load("squeeze.toml"), 1, 1, out="run", model_factory=FakeMarket)
    with pytest.raises(BatchError, match="holds results of another kind"):
        do(file, out="run")
    with pytest.raises(BatchError, match="is a file, not a folder"):
        do(file, out="out/letter.txt")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["letter.txt"]


def test_a_folder_in_which_another_batch_is_just_beginning_is_no_obstacle(tmp_path):
    file = experiment(tmp_path)
    for name in ("runs", "failed", "tmp"):
        (tmp_path / "out/batch" / name).mkdir(parents=True)
    (tmp_path / "out/batch/tmp/half-written").write_text("{")
    assert do(file).failed == 0


def test_a_folder_that_only_looks_like_a_store_is_left_alone(tmp_path):
    file = experiment(tmp_path)
    (tmp_path / "out/batch/runs").mkdir(parents=True)
    (tmp_path / "out/batch/runs/mine.txt").write_text("mine")
    with pytest.raises(BatchError, match="is not empty and holds no batch"):
        do(file)
    assert [path.name for path in (tmp_path / "out/batch").iterdir()] == ["runs"]


def test_a_folder_that_cannot_be_written_is_told_before_anything_starts(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(runstore.RunStore, "make", refuse)
    with pytest.raises(OutputError, match="cannot write the results here: Permission denied"):
        do(experiment(tmp_path), out="deep/out")
    assert not (tmp_path / "deep").exists()


def test_a_disk_without_room_is_told_before_anything_starts(tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 1_100_000})
    monkeypatch.setattr("resilience.runs.folder.shutil.disk_usage", lambda _: usage)
    with pytest.raises(OutputError, match="the disk has 1 MB free and 6 runs need at least 2 MB"):
        do(experiment(tmp_path))
    assert not (tmp_path / "out").exists()


def test_a_disk_that_fills_up_stops_the_batch_and_keeps_what_is_done(tmp_path, monkeypatch):
    file = experiment(tmp_path)
    original, written = runstore.serialised, []

    def until_full(stream, table, about):
        written.append(about)
        if len(written) > 3 * 6 + 2:  # three runs of an opening and five tables, and a part of the fourth
            raise OSError(errno.ENOSPC, "No space left on device")
        original(stream, table, about)

    monkeypatch.setattr(runstore, "serialised", until_full)
    with pytest.raises(BatchStoppedError, match="No space left on device") as caught:
        do(file)
    assert (caught.value.finished.done, caught.value.finished.left) == (3, 3)
    assert len(run_files(tmp_path / "out")) == 3
    assert list((tmp_path / "out/batch/tmp").iterdir()) == []
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    again = do(file)
    assert (again.found, again.done, again.gathered) == (3, 3, True)


def test_a_disk_that_fills_up_while_gathering_loses_no_run(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(gather, "_write_design", full)
        with pytest.raises(BatchStoppedError, match="only gathering them is left"):
            do(experiment(tmp_path))
    assert not (tmp_path / "out/manifest.json").exists()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["batch"]
    again = do(experiment(tmp_path))
    assert (again.found, again.done, again.gathered) == (6, 0, True)


def test_an_estimate_writes_nothing_and_counts_what_is_left(tmp_path):
    from resilience.batches.batch import BatchOrder

    file, order = experiment(tmp_path), BatchOrder(workers=2, model_factory=FakeMarket)
    before = sorted(tmp_path.rglob("*"))
    found = estimate(plan_of(file), order, "out")
    assert (found.asked, found.to_do, found.workers) == (6, 6, 2)
    assert found.basis == "the first 12 months of one run"
    assert found.bytes_kept > 6 * 1000
    assert sorted(tmp_path.rglob("*")) == before
    do(file, shard=(1, 2))
    found = estimate(plan_of(file), order, "out")
    assert (found.asked, found.found, found.to_do, found.basis) == (6, 3, 3, "3 runs finished before")
    kept = [path.stat().st_size for path in (tmp_path / "out/batch/runs").glob("??/*.arrow")]
    assert found.bytes_kept == pytest.approx(sum(kept), abs=2)


def test_progress_counts_what_was_there(tmp_path):
    said = []
    do(experiment(tmp_path), shard=(1, 3))
    do(experiment(tmp_path), progress=lambda done, asked: said.append((done, asked)))
    assert said == [(2, 6), (3, 6), (4, 6), (5, 6), (6, 6)]


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"workers": 0}, "workers = 0: must be at least 1"),
        ({"shard": (4, 3)}, "shard 4/3: must be from 1/3 to 3/3"),
        ({"cluster": "tcp://127.0.0.1:1", "workers": 2}, "exclude one another"),
        ({"collect": True, "retry_failed": True}, "--collect runs nothing"),
    ],
)
def test_impossible_orders_are_refused(tmp_path, how, said):
    with pytest.raises(BatchError, match=said):
        do(experiment(tmp_path), **how)


def test_python_has_it_by_its_short_name_and_takes_tables(tmp_path):
    (tmp_path / "squeeze.toml").write_text('region = "west-midlands"\nstart = "2025-04"\nmonths = 12\n')
    tables = {"name": "mine", "base": "squeeze.toml", "factors": {"shocks.funding_cut.real_change": [-0.1]}}
    done = resilience.batch(tables, workers=1, model_factory=FakeMarket)
    assert done.path.as_posix() == "results/mine"
    assert done.results().runs["care_hours_lost"].tolist() == [200.0]
    assert (
        json.loads((tmp_path / "results/mine/manifest.json").read_text())["reproduce"]
        == "resilience batch experiment.toml"
    )
