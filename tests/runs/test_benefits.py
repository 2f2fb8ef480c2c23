"""What policies cost and bring: counted once, with intervals, and shown where a scenario adds a policy."""

import io
import json
import math

import pandas as pd
import pytest
from rich.console import Console

from resilience.runs import show
from resilience.runs.answer import difference_answer
from resilience.runs.benefits import adds_policies, costs_and_benefits
from resilience.runs.compare import Comparison
from resilience.runs.ensemble import RunSet
from tests.runs import fakes

BASE = {
    "programme_cost": [0.0, 0.0, 0.0],
    "programme_cost_in_spend": [0.0, 0.0, 0.0],
    "council_spend": [1e6, 2e6, 3e6],
    "care_hours_lost": [1_000.0, 2_000.0, 3_000.0],
    "unmet_hours": [9_000.0, 8_000.0, 7_000.0],
    "jobs": [100.0, 110.0, 120.0],
    "leaving_the_local_economy": [5e5, 5e5, 5e5],
    "delayed_discharge_days": [40.0, 50.0, 60.0],
}
# 30,000 of cost, of which 20,000 buys care and is in the 18,000, 20,000 and 22,000 more that councils spend.
BETTER = {
    "programme_cost": [30_000.0] * 3,
    "programme_cost_in_spend": [20_000.0] * 3,
    "council_spend": [1_018_000.0, 2_020_000.0, 3_022_000.0],
    "care_hours_lost": [900.0, 1_800.0, 2_700.0],
    "unmet_hours": [8_100.0, 7_200.0, 6_300.0],
    "jobs": [101.0, 112.0, 123.0],
    "leaving_the_local_economy": [4.5e5, 4.6e5, 4.4e5],
    "delayed_discharge_days": [41.0, 50.0, 59.0],
}


def runs(columns, name, seeds=(1, 2, 3)):
    count = len(seeds)
    values = {measure: numbers[:count] for measure, numbers in columns.items()}
    counts = {"provider_failures": 0.0, "site_closures": 0.0}
    return pd.DataFrame({"run_id": "x", "scenario": name, "seed": list(seeds), **counts, **values})


def comparison(other=BETTER, *, catalyst=True, seeds=(1, 2, 3)):
    base = fakes.scenario("base")
    with_policy = base.with_values({"policies.catalyst.years": 3}) if catalyst else base
    table = pd.concat([runs(BASE, "base", seeds), runs(other, "help", seeds)], ignore_index=True)
    return Comparison(RunSet({"base": base, "help": with_policy}, list(seeds), table, table.head(0), {}, 1.0))


def rows(frame):
    return frame.set_index("measure")


def test_every_row_by_hand():
    found = rows(costs_and_benefits(runs(BASE, "base"), runs(BETTER, "help"), "help"))
    assert list(found.index) == [
        "programme_cost",
        "council_spend",
        "net_cost",
        "hours_saved",
        "cost_per_hour_saved",
        "tail_hours_saved",
        "jobs",
        "money_kept_local",
        "hospital_days",
    ]
    expected = {
        "programme_cost": 30_000.0,
        "council_spend": 20_000.0,
        "net_cost": 30_000.0,
        "hours_saved": 1_000.0,
        "cost_per_hour_saved": 30.0,
        "tail_hours_saved": 300.0,
        "jobs": 2.0,
        "money_kept_local": 50_000.0,
        "hospital_days": 0.0,
    }
    assert found["difference"].to_dict() == pytest.approx(expected)
    assert set(found["n"]) == {3}
    # Council spend differs by 18,000, 20,000, 22,000: half = 2.92 x 2,000 / sqrt(3).
    assert found.loc["council_spend", "high"] - 20_000.0 == pytest.approx(3_371.6, abs=1.0)
    assert found.loc["cost_per_hour_saved", "low"] == pytest.approx(28.0, abs=0.7)
    assert found.loc["cost_per_hour_saved", "high"] == pytest.approx(32.0, abs=0.7)


def test_care_bought_with_a_grant_is_counted_once():
    grant = BASE | {"programme_cost": [9_000.0] * 3, "programme_cost_in_spend": [9_000.0] * 3}
    grant["council_spend"] = [value + 6_000.0 for value in BASE["council_spend"]]
    found = rows(costs_and_benefits(runs(BASE, "base"), runs(grant, "help"), "help"))
    assert found.loc["net_cost", "difference"] == 6_000.0


def test_no_hours_saved_no_cost_per_hour():
    worse = BETTER | {"unmet_hours": [9_500.0, 8_500.0, 7_500.0]}
    found = rows(costs_and_benefits(runs(BASE, "base"), runs(worse, "help"), "help"))
    assert found.loc["hours_saved", "difference"] == pytest.approx(-300.0)
    assert math.isnan(found.loc["cost_per_hour_saved", "difference"])


def test_hours_that_may_not_be_saved_leave_the_interval_open():
    doubtful = BETTER | {"unmet_hours": [9_500.0, 7_000.0, 7_400.0]}
    found = rows(costs_and_benefits(runs(BASE, "base"), runs(doubtful, "help"), "help"))
    assert found.loc["cost_per_hour_saved", "difference"] > 0
    assert found.loc["cost_per_hour_saved", "high"] == math.inf


def test_one_seed_has_no_interval_and_no_common_seed_no_rows():
    one = costs_and_benefits(runs(BASE, "base", (1,)), runs(BETTER, "help", (1,)), "help")
    assert one["low"].isna().all()
    assert costs_and_benefits(runs(BASE, "base"), runs(BETTER, "help", (7, 8, 9)), "help").empty


def test_without_the_measures_there_is_nothing_to_say():
    assert costs_and_benefits(runs(BASE, "base").drop(columns="programme_cost"), runs(BETTER, "x"), "x").empty


def test_only_a_scenario_that_adds_a_policy_has_benefits():
    base = fakes.scenario("base")
    more = base.with_values({"policies.catalyst.years": 3})
    assert adds_policies(base, more)
    assert not adds_policies(more, base)
    assert not adds_policies(more, more)
    assert adds_policies(more, more.with_values({"policies.catalyst.years": 4}))
    assert comparison(catalyst=False).benefits().empty
    assert set(comparison().benefits()["scenario"]) == {"help"}


def test_the_table_and_the_json_show_them():
    console = Console(width=140, file=io.StringIO())
    table = show.benefits_table(comparison(), "help")
    with console.capture() as captured:
        console.print(table)
    text = captured.get()
    assert "Cost per hour saved" in text
    assert "+30.00" in text
    assert show.benefits_table(comparison(catalyst=False), "help") is None
    data = json.loads(json.dumps(show.comparison_data(comparison()), allow_nan=False))
    assert data["benefits"]["help"]["hours_saved"]["difference"] == pytest.approx(1_000.0)
    assert show.comparison_data(comparison(catalyst=False))["benefits"] == {"help": {}}


def test_the_answer_says_what_it_costs():
    assert difference_answer(comparison()).endswith(
        " Its policies cost GBP 30,000 and save 1,000 hours of care that were lost or unmet, at GBP 30 an hour with "
        "councils' spend counted in."
    )
    cheaper = BETTER | {"council_spend": [9.5e5, 1.95e6, 2.95e6]}
    assert difference_answer(comparison(cheaper)).endswith("that were lost or unmet and money besides.")
    useless = BETTER | {name: BASE[name] for name in ("care_hours_lost", "unmet_hours")}
    assert difference_answer(comparison(useless)).endswith("and it is not clear that they save hours of care.")
    assert "Its policies" not in difference_answer(comparison(catalyst=False))


def test_the_answer_holds_policies_against_the_same_squeeze_without_them():
    calm = fakes.scenario("base")
    squeeze = calm.with_values({"shocks.wage_rise.start": "2025-05"})
    scenarios = {"calm": calm, "squeeze": squeeze, "help": squeeze.with_values({"policies.catalyst.years": 3})}
    squeezed = BASE | {"unmet_hours": [709_000.0, 708_000.0, 707_000.0]}

    def told(names, unmet):
        helped = squeezed | {"programme_cost": [30_000.0] * 3, "unmet_hours": unmet}
        columns = {"calm": BASE, "squeeze": squeezed, "help": helped}
        table = pd.concat([runs(columns[name], name) for name in names], ignore_index=True)
        chosen = {name: scenarios[name] for name in names}
        return difference_answer(Comparison(RunSet(chosen, [1, 2, 3], table, table.head(0), {}, 1.0)), "help")

    # 400 hours more on one seed, as many on another, 300 fewer on the third.
    text = told(["calm", "squeeze", "help"], [709_400.0, 708_000.0, 706_700.0])
    assert text.endswith(
        " Against squeeze its policies cost GBP 30,000, and it is not clear that they save hours of care."
    )
    text = told(["calm", "help"], [709_400.0, 708_000.0, 706_700.0])
    assert text.endswith(" Its policies cost GBP 30,000; what they save cannot be told from what else differs.")
    # 490 to 510 hours more on every seed.
    text = told(["squeeze", "help"], [709_500.0, 708_490.0, 707_510.0])
    assert text.endswith(" Its policies cost GBP 30,000, and with them 500 more hours of care are lost or unmet.")
