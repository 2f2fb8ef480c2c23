"""What the documents say of the stored tornado."""

import pytest

from docs import sensitivity_parts
from docs.sensitivity_parts import moves, sensitivity, stored
from resilience.analysis.tornado import MEASURES
from resilience.scenario import load

ROW = {
    "parameter": "labour.turnover_per_year", "value": "0.29", "low": "0.23", "high": "0.4175",
    **{f"{one}_{side}": "0.001" for one in MEASURES for side in ("low", "high")},
    "care_hours_lost_low": "-0.1234", "care_hours_lost_high": "0.3", "swing": "0.3", "swings": "care_hours_lost",
}  # fmt: skip


@pytest.fixture
def one_row(monkeypatch):
    rows = {ROW["parameter"]: ROW, "a.small": {**ROW, "swing": "0.004"}, "a.half": {**ROW, "care_hours_lost_low": ""}}
    monkeypatch.setattr(sensitivity_parts, "stored", lambda: rows)


@pytest.mark.usefixtures("one_row")
def test_a_parameters_largest_move_is_told():
    assert moves("labour.turnover_per_year") == "care hours lost: -12.3% / +30.0%"
    assert moves("a.half") == "care hours lost: - / +30.0%"
    assert moves("a.small") == "under 0.5%"
    assert moves("not.run") == "-"


@pytest.mark.usefixtures("one_row")
def test_the_table_has_a_column_for_each_measure():
    first = sensitivity("most").splitlines()[2]
    assert first.startswith("| `labour.turnover_per_year` | 0.29 | 0.23 / 0.4175 |")
    assert first.count("+0.1% / +0.1%") == len(MEASURES) - 1


def test_the_stored_rows_are_of_parameters_that_exist_largest_first():
    known = {info.name for info in load("west-midlands-2016").parameters()}
    rows = list(stored().values())
    assert {row["parameter"] for row in rows} <= known
    assert len(rows) > 100
    swings = [float(row["swing"]) for row in rows]
    assert swings == sorted(swings, reverse=True)


def test_the_run_is_told_with_its_seeds_and_months():
    text = sensitivity("run")
    assert "months" in text
    assert "seed" in text
    assert "25%" in text
