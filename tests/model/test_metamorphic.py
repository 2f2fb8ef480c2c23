"""What must happen to the whole when one thing changes: seed by seed, or summed over seeds that share their draws."""

import numpy as np
import pandas as pd
import pytest

from tests.model.worlds import finished, town_scenario

SEEDS = (1, 2, 3)
CUT = {"shocks__funding_cut__years": 1}
RISE = {"shocks__wage_rise__floor_increase": 1.5, "shocks__wage_rise__years": 1, "shocks__wage_rise__start": "2017-04"}
MONEY = {
    "shocks__funding_cut__real_change": 0.2,
    "shocks__funding_cut__years": 1,
    "shocks__funding_cut__start": "2017-04",
}
NO_RETIREMENT = {"distress__retirement_per_year": 0.0, "distress__retirement_per_year_home_care": 0.0}


def runs(months=30, **values):
    """The headline measures of the runs of a scenario, one a seed."""
    scenario = town_scenario(months=months, measures__check_accounts=False, **values)
    return [finished(scenario, seed) for seed in SEEDS]


def measured(name, months=30, **values):
    """One headline measure of each seed's run."""
    return np.array([run.headline[name] for run in runs(months, **values)])


def total(name, months=30, **values):
    return float(measured(name, months, **values).sum())


@pytest.fixture(scope="module")
def cuts():
    """Runs by depth of a funding cut."""
    return {depth: runs(**CUT, shocks__funding_cut__real_change=-depth) for depth in (0.0, 0.10, 0.25, 0.40)}


def by_depth(cuts, name):
    return np.array([[run.headline[name] for run in cuts[depth]] for depth in sorted(cuts)])


class TestFunding:
    def test_a_deeper_cut_never_rations_less(self, cuts):
        rationed = by_depth(cuts, "unmet_rationed_hours")
        assert (np.diff(rationed, axis=0) >= 0).all()
        assert (rationed[-1] > 2.0 * rationed[0]).all()

    def test_nor_in_any_single_month(self, cuts):
        for shallow, deep in ((0.0, 0.10), (0.10, 0.25), (0.25, 0.40)):
            for one, other in zip(cuts[shallow], cuts[deep], strict=True):
                less, more = (run.tables["months"]["unmet_rationed_hours"] for run in (one, other))
                assert (more.to_numpy() >= 0.98 * less.to_numpy()).all()

    def test_a_deeper_cut_never_pays_higher_fees(self, cuts):
        for name in ("fee_residential", "fee_nursing", "fee_home_care", "council_budget"):
            assert (np.diff(by_depth(cuts, name), axis=0) <= 1e-9).all(), name

    def test_a_deeper_cut_closes_branches(self, cuts):
        branches = by_depth(cuts, "home_care_branches").sum(axis=1)
        assert (np.diff(branches) <= 0).all()
        assert branches[-1] < branches[0]

    def test_need_does_not_depend_on_money(self, cuts):
        # Assessed need is the same but for people who leave a little sooner or later by where they are.
        need = by_depth(cuts, "need_hours")
        assert need == pytest.approx(np.tile(need[0], (4, 1)), rel=0.02)


class TestWages:
    def test_a_rise_without_money_costs_places(self):
        for name in ("home_care_branches", "beds"):
            assert total(name, **RISE) < total(name), name
        assert total("site_closures", **RISE) > total("site_closures")
        assert total("unmet_rationed_hours", **RISE) > total("unmet_rationed_hours")

    def test_money_saves_places(self):
        assert total("home_care_branches", **RISE, **MONEY) > total("home_care_branches", **RISE)
        assert total("site_closures", **RISE, **MONEY) < total("site_closures", **RISE)
        assert total("unmet_rationed_hours", **RISE, **MONEY) < total("unmet_rationed_hours", **RISE)

    def test_with_money_a_rise_lowers_vacancies_and_turnover(self):
        assert (measured("vacancy_rate", **RISE, **MONEY) < measured("vacancy_rate")).all()
        assert (measured("turnover_rate", **RISE, **MONEY) < measured("turnover_rate")).all()

    def test_a_rise_raises_pay(self):
        assert (measured("care_worker_pay", **RISE) > measured("care_worker_pay") + 0.5).all()


class TestCatalyst:
    def test_raises_micro_enterprises_and_costs_what_it_says(self):
        assert total("micro_enterprises", policies__catalyst=True) > 2.0 * total("micro_enterprises")
        cost = measured("programme_cost", policies__catalyst__cost_per_council=120_000.0, policies__catalyst__years=2)
        assert cost.tolist() == pytest.approx([4 * 120_000.0] * 3)
        assert total("programme_cost") == 0.0

    def test_a_shorter_programme_costs_the_same_sooner(self):
        values = {"policies__catalyst__cost_per_council": 120_000.0, "policies__catalyst__years": 1}
        months = runs(**values)[0].tables["months"]["programme_cost"]
        assert months[:12].tolist() == pytest.approx([40_000.0] * 12)
        assert not months[12:].any()


class TestMoneyOfProviders:
    def test_with_more_credit_no_more_providers_run_out_of_money(self):
        """Some fewer do, where nobody stops in time; credit that owners live on is owed when they give up at last."""
        failed = {"insolvent": [], "insolvent at closing": []}
        for months in (0.0, 1.0, 6.0):
            credit = {"finance__credit_months": months, "finance__credit_months_home_care": months}
            tables = [run.tables["events"] for run in runs(**credit, distress__orderly_share=0.0, **CUT)]
            reasons = pd.concat(tables).query("kind == 'provider_failure'")["reason"]
            assert set(reasons) <= set(failed)
            for reason, counts in failed.items():
                counts.append(int((reasons == reason).sum()))
        assert sorted(failed["insolvent"], reverse=True) == failed["insolvent"]
        assert failed["insolvent"][0] > failed["insolvent"][-1]
        assert failed["insolvent at closing"][0] == 0

    def test_more_cash_never_means_more_failures(self):
        failures = [
            total("provider_failures", finance__cash_months=months, finance__cash_months_home_care=months)
            for months in (0.2, 8.0)
        ]
        assert sorted(failures, reverse=True) == failures


class TestSales:
    def test_without_buyers_every_site_that_comes_to_market_closes(self):
        assert total("sites_sold", distress__buyer_base=0.0) == 0.0
        assert total("site_closures", distress__buyer_base=0.0) > total("site_closures")
        assert total("people_displaced", distress__buyer_base=0.0) > total("people_displaced")

    def test_more_congestion_never_sells_more(self):
        sold = [total("sites_sold", distress__sale_congestion=strength) for strength in (0.0, 4.0, 40.0)]
        assert sold[0] >= sold[1] >= sold[2]

    def test_owners_who_never_retire_bring_fewer_sites_to_market(self):
        never, usual = (total("site_closures", **v) + total("sites_sold", **v) for v in (NO_RETIREMENT, {}))
        assert never < usual


class TestPeople:
    def test_a_higher_capital_limit_makes_more_people_council_funded(self):
        run_down = [
            total("self_funders_run_down", self_funders__capital_limit=limit) for limit in (5_000.0, 23_250.0, 80_000.0)
        ]
        assert run_down[0] < run_down[1] < run_down[2]

    def test_more_agency_leaves_less_undone(self):
        values = {"labour__agency_limit_homes": 0.5, "labour__agency_limit_home_care": 0.5}
        assert total("unmet_no_staff_hours", **values) < 0.5 * total("unmet_no_staff_hours")

    def test_more_who_come_need_more(self):
        grown = measured("need_hours", need__growth_per_year=0.06, need__growth_care_homes=0.05)
        assert (grown > measured("need_hours")).all()

    def test_wider_eligibility_at_the_start_refuses_fewer(self):
        assert total("unmet_rationed_hours", councils__eligibility_start=1.0) < total(
            "unmet_rationed_hours", councils__eligibility_start=0.85
        )

    def test_a_longer_lag_loses_more_hours(self):
        lags = {"reprovision__lag_days_home_care": 25.0, "reprovision__lag_days_care_home": 25.0}
        none = {"reprovision__lag_days_home_care": 0.0, "reprovision__lag_days_care_home": 0.0}
        assert total("care_hours_lost", **lags) > total("care_hours_lost") > total("care_hours_lost", **none)
        # How long it takes decides nothing else.
        assert measured("site_closures", **lags).tolist() == measured("site_closures", **none).tolist()
