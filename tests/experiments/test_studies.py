"""Every study runs at a tiny size and keeps what it found; the arithmetic of the studies by hand."""

import importlib
import json
import math
import re

import numpy as np
import pandas as pd
import pytest

from experiments import (
    STUDIES,
    best_portfolio,
    chain_collapse,
    diversity,
    markets,
    robustness,
    study,
    where_self_funders_live,
)
from experiments.study import RunFailedError, Size, clear, keep, paired, play, span

TOWNS = {"region": "tests/model/four-towns.csv"}


def module_of(name):
    return importlib.import_module(f"experiments.{name}")


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_runs_and_keeps_what_it_found(name, tmp_path, monkeypatch):
    monkeypatch.setattr(best_portfolio, "REDUCED", (2, 1, 4))
    monkeypatch.setattr(robustness, "ORDERS", {"quality first": markets.ORDERS["quality first"]})
    one = module_of(name).STUDY
    assert one.name == name
    size = Size(1, one.fewest_months, 1, TOWNS, tmp_path / "runs", reduced=True)
    found = one.find(size)
    assert len(found.table) > 1
    assert found.runs > 0
    assert "nan" not in found.answer
    # Two sentences: a full stop that ends one is followed by a capital letter.
    assert len(re.findall(r"\.(?: [A-Z]|$)", found.answer)) == 2
    files = keep(one, size, found, tmp_path / "kept")
    table, _, about = files
    assert pd.read_csv(table).columns.tolist() == found.table.columns.tolist()
    told = json.loads(about.read_text())
    assert told["seeds"] == 1
    assert told["months"] == one.fewest_months
    assert told["runs"] == found.runs
    assert told["settings"] == TOWNS
    assert told["command"] == f"python -m experiments.{name} --seeds 1 --months {one.fewest_months} --reduced --write"


def test_a_study_goes_on_with_what_it_has(tmp_path):
    size = Size(1, 1, 1, TOWNS, tmp_path)
    points = {"as it is": {}, "dearer": {"labour.turnover_per_year": 0.35}}
    first = play("small", size, points, measures=["unmet_hours"]).runs
    files = {file: file.stat().st_mtime_ns for file in (tmp_path / "small" / "batch" / "runs").rglob("*.arrow")}
    again = play("small", Size(2, 1, 1, TOWNS, tmp_path), points, measures=["unmet_hours"]).runs
    assert len(files) == len(first) == 2
    assert len(again) == 4
    assert all(file.stat().st_mtime_ns == then for file, then in files.items())


def test_a_study_with_a_failed_run_has_no_answer(tmp_path, monkeypatch):
    def broken(*_, **__):
        raise FloatingPointError("cash is nan")

    monkeypatch.setattr("resilience.runs.one.CareMarket", broken, raising=False)
    monkeypatch.setattr("resilience.model.CareMarket.step", broken)
    with pytest.raises(RunFailedError, match="1 runs of small failed"):
        play("small", Size(1, 1, 1, TOWNS, tmp_path), {"as it is": {}})


def test_differences_are_paired_by_seed():
    runs = pd.DataFrame({"scenario": ["a", "b", "a", "b"], "seed": [1, 1, 2, 2], "hours": [10.0, 13.0, 20.0, 25.0]})
    found = paired(runs, "a", "hours")
    assert found.index.tolist() == ["a", "b"]
    assert found["mean"].tolist() == [15.0, 19.0]
    # Differences 3 and 5: mean 4, standard error 1, Student's t at 95% with one degree of freedom 6.3138.
    assert found.loc["b", ["difference", "low", "high"]].tolist() == pytest.approx([4.0, -2.3138, 10.3138], abs=1e-4)
    assert not clear(found.loc["b"])
    assert span(found.loc["b"], decimals=1) == "+4.0 (-2.3 to +10.3)"
    assert span({"difference": -1234.0, "low": math.nan, "high": math.nan}) == "-1,234"


def test_the_tail_is_the_mean_of_the_worst_tenth():
    assert diversity.tail(pd.Series(np.arange(1.0, 11.0))) == 10.0
    assert diversity.tail(pd.Series(np.arange(1.0, 21.0))) == 19.5
    assert diversity.tail(pd.Series([7.0, 3.0])) == 7.0


def test_recovery_is_counted_from_the_worst_month():
    def path(*hours):
        return pd.Series(hours, index=pd.date_range("2018-03-01", periods=len(hours), freq="MS"))

    # The month before the collapse does not count, however bad; nor does what comes after a year.
    assert chain_collapse._months_to_recover(path(900.0, 5.0, 100.0, 40.0, 9.0, 50.0)) == "2"
    assert chain_collapse._months_to_recover(path(0.0, 100.0, 40.0)) == "over 1"
    assert chain_collapse._months_to_recover(path(0.0, 100.0, *[5.0] * 12, 700.0)) == "1"


def test_rates_of_councils_are_sums_over_sums():
    table = pd.DataFrame(
        {
            "scenario": ["calm"] * 2,
            "seed": [1, 1],
            "council": ["Ashford"] * 2,
            "care_hours_lost": [1.0, 2.0],
            "unmet_hours": [10.0, 20.0],
            "need_hours": [1000.0, 2000.0],
            "home_closures": [1.0, 0.0],
            "homes": [10.0, 10.0],
            "self_funder_premium": [0.4, 0.5],
        }
    )
    row = where_self_funders_live.by_council(table, 2).iloc[0]
    # One home of ten in two months is six tenths in a year.
    assert row[["lost", "unmet", "closed", "premium"]].tolist() == pytest.approx([1.0, 10.0, 60.0, 45.0])


def test_rank_correlations_are_taken_by_seed():
    share = pd.Series({"A": 0.1, "B": 0.2, "C": 0.3})
    rates = pd.DataFrame(
        {"seed": [1] * 3 + [2] * 3, "council": list("ABC") * 2, "lost": [1.0, 2.0, 3.0, 1.0, 3.0, 2.0]}
    )
    # Ranks agree on the first seed (1); one swap of neighbours of three gives 0.5 on the second.
    assert where_self_funders_live.correlations(rates, share, "lost")[0] == pytest.approx(0.75)


@pytest.mark.parametrize("given", [["--seeds", "0"], ["--months", "3"]])
def test_an_impossible_size_is_refused(given, capsys):
    assert study.main(diversity.STUDY, given) == 2
    assert "must be at least" in capsys.readouterr().err
