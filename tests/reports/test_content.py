"""What a report says is what the tables of its results folder hold."""

import numpy as np
import pytest

from resilience import load_results, report
from resilience.measures.catalogue import HEADLINE
from resilience.reports.context import WEIGHTIEST
from tests.project.files import text_of
from tests.reports.page import read_page, section


@pytest.fixture(scope="module")
def run_page(run_folder, tmp_path_factory):
    return read_page(report(run_folder, tmp_path_factory.mktemp("pages") / "run.html"))


@pytest.fixture(scope="module")
def comparison_page(comparison_folder, tmp_path_factory):
    return read_page(report(comparison_folder, tmp_path_factory.mktemp("pages") / "comparison.html"))


def test_the_report_has_every_part_in_order(run_page, comparison_page):
    wanted = ["answer", "headline", "months", "map", "failures", "councils", "policies", "assumptions", "scenarios"]
    wanted += ["limits", "provenance"]
    for page in (run_page, comparison_page):
        assert [part.attributes["id"] for part in page.find("section")] == wanted
        links = {link.attributes["href"] for link in page.find("a")}
        assert {f"#{name}" for name in wanted} <= links


def test_headline_numbers_are_the_means_of_the_runs(run_page, run_folder):
    runs = load_results(run_folder).runs
    cards = {card.attributes["data-name"]: card for card in run_page.find(class_="number")}
    assert set(cards) == {*HEADLINE, "tail_hours_lost"}
    for name in HEADLINE:
        assert float(cards[name].attributes["data-exact"]) == pytest.approx(runs[name].mean())
    assert float(cards["tail_hours_lost"].attributes["data-exact"]) == pytest.approx(runs["care_hours_lost"].max())
    low, high = np.quantile(runs["site_closures"], [0.05, 0.95])
    assert f"3 runs: {round(low, -1):.0f} to {round(high, -1):.0f}" in cards["site_closures"].text
    dots = cards["site_closures"].find("span", class_="strip")[0].find("b")
    assert len(dots) == runs["site_closures"].nunique()


def test_the_answer_is_two_sentences_and_the_question_names_place_and_time(run_page):
    sentences = [part.text for part in section(run_page, "answer").find("p")]
    assert len(sentences) == 2
    assert sentences[0].startswith("Over 6 months about")
    assert "hours of care" in sentences[1]
    (question,) = run_page.find("p", class_="question")
    assert "the West Midlands over the 6 months from April 2016" in question.text


def test_differences_are_those_of_common_seeds(comparison_page, comparison_folder):
    runs = load_results(comparison_folder).runs.set_index(["scenario", "seed"])
    base, cut, fees = (runs.loc[name] for name in ("west-midlands-2016", "funding-cut", "cut-with-catalyst"))
    for name in HEADLINE:
        (row,) = section(comparison_page, "headline").find("tr", data_name=name)
        cells = [float(cell.attributes["data-exact"]) for cell in row.find("td") if "data-exact" in cell.attributes]
        assert cells == pytest.approx([(other[name] - base[name]).mean() for other in (cut, fees)])
    assert comparison_page.find("h1")[0].text == "Two scenarios against West Midlands 2016"
    (unmet,) = section(comparison_page, "headline").find("tr", data_name="unmet_hours")
    assert (cut["unmet_hours"] > base["unmet_hours"]).all()
    assert "worse in 100% of seeds" in unmet.text
    assert len(section(comparison_page, "answer").find("p")) == 2


def test_a_chart_and_its_table_have_the_monthly_means(comparison_page, comparison_folder):
    months = load_results(comparison_folder).months
    (figure,) = comparison_page.find("figure", data_chart="closures")
    head, *rows = figure.find("table")[0].rows()
    assert head[:3] == ["Month", "West Midlands 2016", "West Midlands 2016: 90% of runs"]
    assert [row[0] for row in (rows[0], rows[-1])] == ["Apr 2016", "Sep 2016"]
    for column, name in ((1, "west-midlands-2016"), (3, "funding-cut"), (5, "cut-with-catalyst")):
        per_run = months[months["scenario"] == name].groupby("seed")["site_closures"].sum()
        assert rows[-1][column] == f"{per_run.mean():,.0f}"
    lines = figure.find("svg")[0].find("polyline")
    assert len(lines) == 3
    assert all(len(line.attributes["points"].split()) == 6 for line in lines)
    assert figure.find("svg")[0].attributes["role"] == "img"
    assert figure.find(class_="sentence")[0].text in figure.find("svg")[0].attributes["aria-label"]


def test_councils_are_ordered_by_the_share_of_need_they_miss(run_page, run_folder):
    councils = load_results(run_folder).councils
    totals = councils.groupby(["seed", "council"])[["care_hours_lost", "unmet_hours", "need_hours"]].sum()
    share = ((totals["care_hours_lost"] + totals["unmet_hours"]) / totals["need_hours"]).groupby("council").mean()
    share = share.sort_values(ascending=False)
    rows = section(run_page, "councils").find("table")[0].find("tr")[1:]
    assert [row.attributes["data-council"] for row in rows] == list(share.index[:10])
    assert f"{100 * share.iloc[0]:.1f}%" in rows[0].text
    full = section(run_page, "councils").find("details")[0].find("table")[0].rows()
    assert [row[0] for row in full[1:]] == sorted(share.index)
    tiles = section(run_page, "map").find("svg")[0].find("g")
    said = {tile.find("title")[0].text for tile in tiles}
    assert said == {f"{council}: {100 * value:.1f}%" for council, value in share.items()}


def test_failures_by_cause_add_up_to_all_failures_and_sizes_too(run_page, run_folder):
    stored = load_results(run_folder)
    failed = (stored.events["kind"] == "provider_failure").sum() / 3
    part = section(run_page, "failures")
    causes, _bridge, kinds, sizes = part.find("table")
    assert sum(float(row[-1]) for row in causes.rows()[1:]) == pytest.approx(failed, abs=0.5)
    assert sum(float(row[1]) for row in kinds.rows()[1:]) == pytest.approx(failed, abs=0.5)
    assert sum(float(row[1].replace(",", "")) for row in sizes.rows()[1:]) == pytest.approx(
        len(stored.providers) / 3, abs=2
    )


def test_the_bridge_adds_up_from_start_to_end(run_page):
    rows = section(run_page, "failures").find("table")[1].rows()[1:]
    pence = [round(100 * float(row[-1].replace("−", "-").replace("£", "").replace("+", ""))) for row in rows]
    assert rows[0][0] == "At the start"
    assert rows[-1][0] == "At the end"
    assert sum(pence[:-1]) == pytest.approx(pence[-1], abs=5)


def test_a_policy_is_set_against_the_scenario_it_was_added_to(comparison_page, comparison_folder):
    runs = load_results(comparison_folder).runs.set_index(["scenario", "seed"])
    (table,) = section(comparison_page, "policies").find("table")
    assert table.find("caption")[0].text == "Cut with catalyst against Funding cut (adds catalyst)"
    cost = (runs.loc["cut-with-catalyst", "programme_cost"] - runs.loc["funding-cut", "programme_cost"]).mean()
    (row,) = table.find("tr", data_benefit="programme_cost")
    assert cost > 1e5
    said = float(row.find("td")[0].text.removeprefix("+£").replace(",", ""))
    assert said == pytest.approx(cost, rel=0.05)


def test_what_a_single_scenario_spends_on_policies_is_said(run_page):
    text = section(run_page, "policies").text
    assert "catalyst" in text
    assert "£" in text


def test_provenance_says_all_that_is_needed_to_repeat_the_runs(run_page, run_folder):
    manifest = load_results(run_folder).manifest
    part = section(run_page, "provenance")
    assert part.find("pre")[0].text == manifest["reproduce"] == "resilience run scenario.toml --runs 3 --seed 1"
    for text in (manifest["hash"], "1 to 3", manifest["versions"]["numpy"], manifest["platform"]["machine"]):
        assert text in part.text
    toml = part.find("details")[0].find("code")[0]
    assert toml.text == " ".join((run_folder / "scenario.toml").read_text(encoding="utf-8").split())


def test_settings_are_said_in_plain_units(run_page):
    text = section(run_page, "scenarios").text
    assert "Shock: Funding cut." in text
    assert "real change −20%" in text
    assert "£1 an hour" in text
    assert "start June 2016" in text


def test_the_weightiest_assumptions_are_those_of_the_limits_document(run_page):
    limits = text_of("docs/limits.md")
    assert [name for name in WEIGHTIEST if f"`{name}`" not in limits] == []
    for name in WEIGHTIEST:
        assert name in section(run_page, "assumptions").text
