"""``resilience explain``: causes from kept results, and a provider's story; the bridge's parts sum to the change."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from resilience.agents.story import PARTS, pounds, sentences
from resilience.cli import app
from resilience.explain.errors import ExplainError
from resilience.explain.story import story_of
from resilience.explain.summary import endings, explanation, financial_year
from resilience.runs import compare
from resilience.runs.folder import OutputError
from resilience.runs.store import load_results
from resilience.state.codes import CAUSES
from tests.model.worlds import four_towns, market, town_scenario

runner = CliRunner()
SEVERE = {"shocks.funding_cut.real_change": -0.25, "shocks.wage_rise.floor_increase": 2.0}


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Two runs each of four towns and of the same under a severe squeeze."""
    severe = town_scenario().with_values(SEVERE)
    severe = severe.model_copy(update={"name": "squeeze"})
    out = tmp_path_factory.mktemp("kept") / "results"
    compare.compare([four_towns(), severe], runs=2, workers=1, out=out)
    return load_results(out)


@pytest.fixture(scope="module")
def found(kept):
    return explanation(kept)


def invoke(*arguments, code=0):
    result = runner.invoke(app, ["explain", *map(str, arguments)])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    assert "Traceback" not in result.stderr
    return result


class TestTheBridge:
    def test_parts_sum_to_the_change_in_every_event_of_a_severe_run(self):
        model = market(town_scenario().with_values(SEVERE), months=24)
        columns = model.state.ledger.columns()
        parts = np.sum([columns[f"cause_{cause}"] for cause in CAUSES], axis=0)
        change = np.array(columns["surplus_per_hour"]) - np.array(columns["surplus_per_hour_start"])
        assert len(parts) > 50
        assert np.abs(parts).max() > 0.1
        np.testing.assert_allclose(parts, change, rtol=0, atol=1e-9)

    def test_hours_lost_are_first_or_second_round(self, kept):
        for frame in (kept.runs, kept.months, kept.councils):
            both = frame["care_hours_lost_first_round"] + frame["care_hours_lost_second_round"]
            np.testing.assert_allclose(both, frame["care_hours_lost"], rtol=1e-12, atol=1e-6)
        assert (kept.councils["care_hours_lost_second_round"] >= 0).all()

    def test_each_event_of_the_second_round_has_its_link(self, kept):
        events = kept.events
        later = events["round"] == 2
        assert (events.loc[later, "linked_provider"].str.startswith("P")).all()
        assert events.loc[later, "channel"].isin(["fire_sale", "displaced_demand", "budget_drain"]).all()
        assert (events.loc[~later, ["linked_provider", "channel"]] == "").all(axis=None)
        assert (events.loc[later, "linked_provider"] != events.loc[later, "provider"]).all()

    def test_the_mean_bridge_sums_too(self, found):
        for row in found.bridge.to_dict("records"):
            if row["failures"]:
                parts = sum(row[f"cause_{cause}"] for cause in CAUSES)
                assert parts == pytest.approx(row["surplus_per_hour"] - row["surplus_per_hour_start"], abs=1e-4)


class TestCauses:
    def test_counts_are_those_of_the_runs(self, kept, found):
        failures = found.by_kind[found.by_kind["kind"] == "provider_failure"].groupby("scenario")["events"].sum()
        for scenario in found.scenarios:
            expected = kept.runs.loc[kept.runs["scenario"] == scenario, "provider_failures"].mean()
            assert failures.get(scenario, 0.0) == pytest.approx(expected)

    @pytest.mark.parametrize("table", ["by_council", "by_year"])
    def test_councils_and_years_add_up_to_all(self, kept, found, table):
        totals = getattr(found, table).groupby("scenario")["site_closure"].sum()
        for scenario in found.scenarios:
            expected = kept.runs.loc[kept.runs["scenario"] == scenario, "site_closures"].mean()
            assert totals[scenario] == pytest.approx(expected)

    def test_differences_are_other_less_base(self, found):
        frame = found.differences
        assert set(frame["scenario"]) <= {"squeeze"}
        assert (frame["difference"] == frame["events"] - frame["base"]).all()

    def test_a_new_provider_without_a_start_never_filled(self, kept):
        events = endings(kept)
        new = kept.providers.loc[kept.providers["opened"].notna(), ["run_id", "provider"]]
        bare = events[(events[[f"cause_{cause}" for cause in CAUSES]] == 0).all(axis=1)]
        young = bare.merge(new, on=["run_id", "provider"])
        assert set(young["cause"]) <= {"never_filled"}

    def test_financial_years_begin_in_april(self):
        months = pd.Series(pd.to_datetime(["2016-03-01", "2016-04-01", "2099-12-01", "2000-01-01"]))
        assert financial_year(months).tolist() == ["2015/16", "2016/17", "2099/00", "1999/00"]


class TestStories:
    def busiest(self, kept):
        first = kept.runs["run_id"].iloc[0]
        return kept.events.loc[kept.events["run_id"] == first, "provider"].value_counts().index[0]

    def test_a_story_opens_tells_and_ends(self, kept):
        told = story_of(kept, self.busiest(kept))
        assert told.opening.startswith(f"{told.name} ({told.provider}), four towns, seed 1. A")
        count = (kept.events["provider"] == told.provider) & (kept.events["run_id"] == kept.runs["run_id"].iloc[0])
        assert len(told.events) == count.sum() >= 1
        assert told.ending.endswith(".")

    def test_the_market_in_play_tells_the_same(self, kept):
        provider = self.busiest(kept)
        model = market(months=24)
        assert story_of(kept, provider).events == model.provider(int(provider[1:])).story()

    def test_by_name_whatever_the_case(self, kept):
        name = kept.providers["provider_name"].iloc[3]
        assert story_of(kept, name.upper()).provider == "P3"

    def test_another_run(self, kept):
        told = story_of(kept, "P1", scenario="squeeze", seed=2)
        assert (told.scenario, told.seed) == ("squeeze", 2)

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [({"scenario": "boom"}, "no scenario 'boom'.* it has four towns, squeeze"), ({"seed": 9}, "it has 1, 2")],
    )
    def test_unknown_runs_are_named(self, kept, wrong, message):
        with pytest.raises(ExplainError, match=message):
            story_of(kept, "P1", **wrong)


class TestSentences:
    event = {  # noqa: RUF012 (read, never written)
        "month": pd.Timestamp("2027-06-01"),
        "kind": "site_closure",
        "reason": "loss_making",
        "council": "Dudley",
        "care_type": "nursing",
        "people_council": 20,
        "people_self_funder": 0,
        "people_nhs": 4,
        "hours": 600.0,
        "surplus_per_hour_start": 1.25,
        "surplus_per_hour": -0.75,
        **{f"cause_{cause}": 0.0 for cause in CAUSES},
        "cause_fee": -2.5,
        "cause_rent": 0.5,
        "round": 1,
        "linked_provider": "",
        "channel": "",
    }

    def test_what_why_how_many_and_the_money(self):
        assert sentences(self.event) == (
            "June 2027: closes a nursing home in Dudley (it has run at a loss for too long); 24 people (20 paid for by "
            "the council, 4 paid for by the NHS), 600 hours a week. Its surplus an hour fell from £1.25 to -£0.75 "
            "(-£2.00): fees and prices -£2.50, rent +£0.50."
        )

    def test_the_link_to_another(self):
        linked = {"linked_provider": "P7", "linked_name": "Big homes", "channel": "fire_sale", "round": 2}
        assert sentences(self.event | linked).endswith(
            "It followed from others: too many sites were for sale at once, among them those of Big homes (P7), and it "
            "would otherwise have found a buyer."
        )

    def test_an_event_without_money_or_people(self):
        bare = self.event | {f"cause_{cause}": 0.0 for cause in CAUSES} | {"people_council": 0, "people_nhs": 0}
        assert sentences(bare | {"kind": "restructuring", "reason": "lenders and landlords"}) == (
            "June 2027: comes to terms with its lenders and landlords, who give up part of what they are owed."
        )

    def test_a_provider_that_closes_owing_money(self):
        failed = self.event | {"kind": "provider_failure", "reason": "insolvent at closing"}
        assert sentences(failed).startswith(
            "June 2027: fails (its last home or branch has closed, and it owes more than it has); 24 people"
        )

    def test_every_part_has_a_name(self):
        assert tuple(PARTS) == CAUSES

    @pytest.mark.parametrize(
        ("amount", "signed", "written"),
        [(2.054, False, "£2.05"), (-0.85, False, "-£0.85"), (0.35, True, "+£0.35"), (-0.001, False, "£0.00")],
    )
    def test_pounds(self, amount, signed, written):
        assert pounds(amount, signed=signed) == written


class TestCommand:
    def test_prints_tables_and_the_answer(self, kept, found):
        result = invoke(kept.path)
        for heading in ("Provider failures by kind and cause", "By council", "By year", "What follows from other"):
            assert heading in result.stdout
        assert result.stdout.rstrip().endswith(found.answer)
        assert "first-round" in found.answer

    def test_json(self, kept, found):
        data = json.loads(invoke(kept.path, "--json").stdout)
        assert data["answer"] == found.answer
        assert data["runs"] == {"four towns": 2, "squeeze": 2}
        assert {row["scenario"] for row in data["contagion"]} == {"four towns", "squeeze"}

    def test_tells_a_story(self, kept):
        result = invoke(kept.path, "P1")
        assert result.stdout.splitlines() == story_of(kept, "P1").lines()
        assert json.loads(invoke(kept.path, "P1", "--json").stdout)["provider"] == "P1"

    def test_an_unknown_provider_gets_the_nearest_name_and_code_two(self, kept):
        name = kept.providers["provider_name"].iloc[0]
        result = invoke(kept.path, name[:-1] + "~", code=2)
        assert "Did you mean '" in result.stderr
        assert "Ids run from P0 to P" in result.stderr

    def test_no_results_folder_is_code_two(self, tmp_path):
        assert "is not a results folder" in invoke(tmp_path, code=2).stderr
        with pytest.raises(OutputError):
            load_results(tmp_path)

    def test_results_of_a_stress_test_have_nothing_to_explain(self, tmp_path):
        (tmp_path / "manifest.json").write_text(
            json.dumps({"format": "resilience results", "format_version": 1, "scenarios": {}})
        )
        assert "has no events to explain" in invoke(tmp_path, code=2).stderr
        assert "so no story can be told" in invoke(tmp_path, "P1", code=2).stderr
