"""The report of a batch: outcomes by factor, reckoned by hand from a design of six points, and from a real batch."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from resilience import load_results, report
from resilience.measures.catalogue import MEASURES
from resilience.reports import context, sweep
from resilience.scenario import load
from tests.reports.page import read_page, section

CUT, SHARE = "shocks.funding_cut.real_change", "councils.squeeze_on_fees"

EXPERIMENT = f"""
name = "cuts-and-fees"
question = "Do <cuts> cost more where they fall on fees?"
base = "west-midlands-2016"
months = 3
seeds = 2
tables = []

[factors]
"{CUT}" = [0.0, -0.2, -0.4]
"{SHARE}" = [0.2, 0.8]
"""


@pytest.fixture(scope="module")
def batch_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("batch")
    (folder / "experiment.toml").write_text(EXPERIMENT, encoding="utf-8")
    command = [sys.executable, "-m", "resilience", "batch", folder / "experiment.toml", "--out", folder / "out"]
    subprocess.run([*map(str, command), "--workers", "1"], check=True, capture_output=True, timeout=300)
    return folder / "out"


@pytest.fixture(scope="module")
def page(batch_folder):
    return read_page(report(batch_folder))


def test_the_title_and_question_are_the_experiments(page):
    assert page.find("h1")[0].text == "Cuts and fees"
    assert page.find("p", class_="question")[0].text == "Do <cuts> cost more where they fall on fees?"
    said = page.find("dl", class_="facts")[0].text
    assert "6 points, grid" in said
    assert "Runs 12" in said
    assert "resilience batch experiment.toml" in section(page, "provenance").text


def test_every_outcome_is_told_by_every_factor(page, batch_folder):
    stored = load_results(batch_folder)
    unmet = stored.runs.groupby("scenario")["unmet_hours"].mean()
    design = stored.table("design").set_index("scenario").join(unmet)
    by_cut = design.groupby(CUT)["unmet_hours"].mean()
    (first, *_) = section(page, "factors").find("table")
    rows = {row.attributes["data-factor"]: row for row in first.find("tr") if "data-factor" in row.attributes}
    assert set(rows) == {CUT, SHARE}
    share = sweep.explained(design["unmet_hours"].to_numpy(), pd.factorize(design[CUT])[0])
    assert f"{share:.0%}" in rows[CUT].text
    assert "−40%" in rows[CUT].find("td")[0].text  # levels stand from low to high
    figure = page.find("figure", data_chart=f"unmet_hours {CUT}")[0]
    assert len(figure.find("circle")) == 6
    table = figure.find("table")[0].rows()
    assert [row[:2] for row in table[1:]] == [["−40%", "2"], ["−20%", "2"], ["0%", "2"]]
    assert by_cut.index.to_list() == [-0.4, -0.2, 0.0]
    assert by_cut.is_monotonic_decreasing


def test_two_factors_make_a_shaded_grid(page):
    heat = section(page, "ranges").find("table", class_="heat")
    rows = heat[0].find("tr")
    assert [cell.text for cell in rows[0].inside] == ["", "20%", "80%"]
    assert [row.inside[0].text for row in rows[1:]] == ["−40%", "−20%", "0%"]
    shades = [cell.attributes["class"].split()[-1] for row in rows[1:] for cell in row.inside[1:]]
    assert {"q0", "q5"} <= set(shades)


def test_units_stand_once_below_a_shaded_grid_and_points_can_be_told_apart():
    rises, cuts = [0.0, 0.5, 1.5], [-0.2, 0.0]
    points = pd.DataFrame([(f"{a}{b}", a, b) for a in rises for b in cuts], columns=["scenario", "rise", "cut"])
    points["care_hours_lost"] = [1_340.0, 1_352.0, 1_364.0, 1_371.0, 1_388.0, 1_405.0]
    units = {"rise": {"unit": "GBP/hour"}, "cut": {"unit": "share"}}
    factors = [sweep._factor(name, points[name], units[name]) for name in ("cut", "rise")]
    found = sweep.Sweep(points, factors, [MEASURES["care_hours_lost"]], 10)
    (grid,) = sweep.grids(found)
    assert grid["columns"].levels == ["£0 an hour", "£0.50 an hour", "£1.50 an hour"]
    assert grid["heads"] == ["£0", "£0.50", "£1.50"]
    # They range over 65 hours, so they are told to the next one, not to the next hundred.
    assert [[text for text, _ in row] for row in grid["table"]] == [
        ["1,340", "1,364", "1,388"],
        ["1,352", "1,371", "1,405"],
    ]


def test_what_is_varied_is_not_told_as_one_value():
    infos = load("austerity-and-wage-rise").parameters()
    cut = [info for info in infos if info.name.startswith("shocks.funding_cut.")]
    assert context._said(cut, {CUT}) == "Here: start April 2017; real change varied; years 3."
    assert context._said(cut, set()) == "Here: start April 2017; real change −20%; years 3."


def test_the_design_points_are_listed(page, batch_folder):
    rows = section(page, "points").find("table")[0].rows()
    assert rows[0][:3] == ["Point", "Real change", "Squeeze on fees"]
    assert [row[0] for row in rows[1:]] == load_results(batch_folder).table("design")["scenario"].to_list()


def test_the_share_of_a_factor_is_reckoned_between_its_levels():
    outcome = np.array([1.0, 3.0, 5.0, 7.0])
    assert sweep.explained(outcome, np.array([0, 0, 1, 1])) == pytest.approx(16 / 20)
    assert sweep.explained(outcome, np.array([0, 1, 0, 1])) == pytest.approx(4 / 20)
    assert sweep.explained(np.ones(4), np.array([0, 0, 1, 1])) == 0.0


def made(points: pd.DataFrame) -> sweep.Sweep:
    names = [name for name in points.columns if name not in (*sweep.OF_DESIGN, "care_hours_lost")]
    factors = [sweep._factor(name, points[name], {}) for name in names]
    return sweep.Sweep(points, factors, [MEASURES["care_hours_lost"]], 1)


def test_many_values_are_taken_in_bands_and_words_as_levels():
    count = 40
    points = pd.DataFrame(
        {
            "scenario": [f"p{at}" for at in range(count)],
            "x": np.linspace(0.0, 1.0, count),
            "who": ["council", "government"] * (count // 2),
            "care_hours_lost": np.linspace(100.0, 500.0, count),
        }
    )
    found = made(points)
    x, who = found.factors
    assert len(x.levels) == 5
    assert np.bincount(x.level).tolist() == [8, 8, 8, 8, 8]
    assert who.levels == ["council", "government"]
    rows = sweep.effects(found, MEASURES["care_hours_lost"])
    assert [row["name"] for row in rows] == ["x", "who"]
    assert rows[0]["width"] > 95
    assert sweep.grids(found) == []
    assert len(sweep.charts(found)[0]["drawings"]) == 2
    assert "goes with most of the differences in care hours lost" in sweep.answer(found, 12)[1]


def test_an_outcome_that_never_moves_is_said_and_not_drawn():
    points = pd.DataFrame({"scenario": ["a", "b"], "x": [0.0, 1.0], "care_hours_lost": [0.0, 0.0]})
    found = made(points)
    assert sweep.charts(found) == []
    assert sweep.answer(found, 12) == ["Over 1 year and 2 design points (one seed), care hours lost stay at 0 hours."]


def test_a_batch_without_a_finished_run_is_refused(batch_folder, tmp_path):
    from resilience.runs.folder import OutputError

    manifest = json.loads((batch_folder / "manifest.json").read_text(encoding="utf-8"))
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    pd.read_parquet(batch_folder / "runs.parquet").head(0).to_parquet(tmp_path / "runs.parquet")
    pd.read_parquet(batch_folder / "design.parquet").to_parquet(tmp_path / "design.parquet")
    with pytest.raises(OutputError, match="no run finished"):
        report(tmp_path)
