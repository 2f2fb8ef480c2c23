"""What a run hands over: tables whose rows account for every hour, and frames of the market now."""

import numpy as np
import pandas as pd
import pytest

from resilience.measures.catalogue import COLUMNS, HEADLINE, MEASURES
from resilience.measures.recorder import COUNCIL_COLUMNS
from resilience.state.codes import FATES, KINDS, PAYERS, SETTINGS
from resilience.state.ledger import EVENT_KINDS
from tests.model.worlds import four_towns, market, town_scenario

ACCOUNT = ("need_hours", "hours_delivered", "care_hours_lost", "unmet_hours")
REASONS = ("unmet_no_place_hours", "unmet_no_staff_hours", "unmet_rationed_hours")
HARD_TIMES = {
    "shocks__funding_cut__real_change": -0.4,
    "shocks__funding_cut__years": 1,
    "shocks__wage_rise__floor_increase": 2.0,
}


@pytest.fixture(scope="module")
def model():
    """Two hard years, in which everything that can happen to a market happens."""
    model = market(town_scenario(**HARD_TIMES))
    model.run()
    return model


@pytest.fixture(scope="module")
def tables(model):
    return model.results().tables


@pytest.mark.parametrize("table", ["months", "councils", "councils_by"])
def test_need_is_delivered_lost_or_unmet_in_every_row(tables, table):
    frame = tables[table]
    gap = frame["need_hours"] - frame["hours_delivered"] - frame["care_hours_lost"] - frame["unmet_hours"]
    assert gap.abs().max() <= 1e-9 * frame["need_hours"].max()
    by_reason = frame[list(REASONS)].sum(axis=1)
    assert (by_reason - frame["unmet_hours"]).abs().max() <= 1e-9 * frame["need_hours"].max()
    assert (frame[[*ACCOUNT, *REASONS]] >= -1e-6).all(axis=None)
    assert frame["care_hours_lost"].sum() > 0


@pytest.mark.parametrize("table", ["months", "councils"])
def test_hours_of_all_kinds_of_provider_are_the_hours_delivered(tables, table):
    frame = tables[table]
    by_kind = frame[[f"hours_{kind}" for kind in KINDS]].sum(axis=1)
    assert np.allclose(by_kind, frame["hours_delivered"], rtol=1e-12)
    assert (frame["quality_weighted_hours"] <= frame["hours_delivered"]).all()


def test_finer_tables_add_up_to_the_coarser(tables):
    columns = [*ACCOUNT, *REASONS]
    by_council = tables["councils_by"].groupby(["month", "council"])[columns].sum()
    councils = tables["councils"].set_index(["month", "council"])[columns]
    assert np.allclose(by_council.sort_index(), councils.sort_index(), rtol=1e-12, atol=1e-6)
    by_month = tables["councils"].groupby("month")[columns].sum()
    assert np.allclose(by_month, tables["months"].set_index("month")[columns], rtol=1e-12, atol=1e-6)


def test_shape_and_keys(tables):
    councils, months = 4, 24
    assert len(tables["months"]) == months
    assert len(tables["councils"]) == months * councils
    assert len(tables["councils_by"]) == months * councils * len(SETTINGS) * len(PAYERS)
    assert tables["months"]["month"].tolist() == pd.date_range("2016-04-01", periods=24, freq="MS").tolist()
    assert list(tables["councils"]["council"][:4]) == ["Ashford", "Birchley", "Cray", "Dunmore"]
    keys = tables["councils_by"][["month", "council", "setting", "payer"]]
    assert not keys.duplicated().any()
    assert set(keys["setting"]) == set(SETTINGS)
    assert set(keys["payer"]) == set(PAYERS)


@pytest.mark.parametrize("table", ["months", "councils", "councils_by", "providers", "events"])
def test_every_column_is_declared_and_filled(tables, table):
    frame = tables[table]
    assert set(frame.columns) <= set(COLUMNS)
    numbers = frame.select_dtypes("number")
    assert np.isfinite(numbers.to_numpy(dtype=float)).all()


def test_the_region_is_the_sum_or_the_weighted_mean_of_its_councils(tables):
    councils = tables["councils"]
    for name, measure in MEASURES.items():
        region = tables["months"].set_index("month")[name]
        grouped = councils.groupby("month")
        if measure.over_place == "sum":
            expected = grouped[name].sum()
        elif measure.over_place == "mean":
            expected = grouped[name].mean()
        else:
            weighted = (councils[name] * councils[measure.over_place]).groupby(councils["month"]).sum()
            expected = weighted / grouped[measure.over_place].sum().clip(lower=1e-9)
        assert np.allclose(region, expected, rtol=1e-9, atol=1e-9), name


def test_the_headline_is_the_run_of_the_region(model, tables):
    headline = model.results().headline
    assert list(headline) == list(COUNCIL_COLUMNS)
    months = tables["months"]
    by_time = {"sum": months.sum, "mean": months.mean, "max": months.max}
    for name, value in headline.items():
        how = MEASURES[name].over_time
        expected = months[name].iloc[-1] if how == "last" else by_time[how](numeric_only=True)[name]
        assert value == pytest.approx(expected), name


def test_events_tell_what_the_counts_count(model, tables):
    events, headline = tables["events"], model.results().headline
    kinds = events["kind"].value_counts()
    assert set(kinds.index) <= set(EVENT_KINDS)
    assert headline["provider_failures"] == kinds.get("provider_failure", 0) > 0
    assert headline["site_closures"] == kinds.get("site_closure", 0) > 0
    assert headline["micro_enterprise_folds"] == kinds.get("micro_enterprise_fold", 0)
    assert headline["sites_sold"] == kinds.get("site_sale", 0)
    assert headline["contract_hand_backs"] == kinds.get("contract_hand_back", 0)
    displacing = events[events["kind"].isin(["site_closure", "contract_hand_back", "micro_enterprise_fold"])]
    people = displacing[["people_council", "people_self_funder", "people_nhs"]].to_numpy().sum()
    assert headline["people_displaced"] == people


def test_an_events_causes_sum_to_the_change_of_its_surplus(tables):
    events = tables["events"]
    causes = events.filter(regex="^cause_").sum(axis=1)
    change = events["surplus_per_hour"] - events["surplus_per_hour_start"]
    assert (causes - change).abs().max() < 1e-8


def test_no_site_ends_twice_or_leaves_its_owner_twice_in_a_month(tables):
    events = tables["events"]
    left = events[events["kind"].isin(["site_closure", "site_sale", "micro_enterprise_fold"])]
    assert not left.duplicated(["site", "month"]).any()
    ended = left[left["kind"] != "site_sale"]
    assert not ended.duplicated("site").any()


def test_providers_have_one_row_and_a_fate(model, tables):
    providers = tables["providers"]
    assert not providers["provider"].duplicated().any()
    assert not providers["provider_name"].duplicated().any()
    assert set(providers["fate"]) <= set(FATES)
    assert set(providers["kind"]) <= set(KINDS)
    living = providers["fate"] == "trading"
    assert (providers.loc[living, "sites"] > 0).all()
    assert (providers.loc[~living, "sites"] == 0).all()
    assert providers["fate_month"].isna().equals(living)
    assert (providers["fate"] == "failed").sum() == model.results().headline["provider_failures"]
    assert (providers.loc[providers["fate"] == "failed", "hours_per_week"] > 0).any()


def test_a_provider_that_ended_is_still_described(model, tables):
    providers = tables["providers"].set_index("provider")
    ended = providers[providers["fate"] != "trading"]
    closed = ended[ended["fate"].isin(["closed", "retired"])]
    assert len(closed) > 3
    assert (closed["hours_per_week"] > 0).mean() > 0.5
    sales = tables["events"].query("kind == 'site_sale'").groupby("provider")["setting"].agg(["first", "nunique"])
    sellers = ended.join(sales[sales["nunique"] == 1], how="inner")
    only_sold = sellers[sellers["fate"] == "sold"]
    assert len(only_sold) > 0
    assert (only_sold["setting"] == only_sold["first"]).all()


def test_what_an_event_says_is_what_the_provider_table_says(tables):
    failures = tables["events"].query("kind == 'provider_failure'").set_index("provider")
    providers = tables["providers"].set_index("provider").loc[failures.index]
    assert (providers["fate"] == "failed").all()
    assert (providers["fate_month"] == failures["month"]).all()
    assert (providers["kind"] == failures["provider_kind"]).all()
    assert (providers["provider_name"] == failures["provider_name"]).all()


def test_results_of_a_run_under_way_are_those_of_its_months_so_far():
    model = market(months=5)
    early = model.results()
    model.step()
    later = model.results()
    pd.testing.assert_frame_equal(later.tables["months"][:5], early.tables["months"])
    assert len(early.tables["months"]) == 5
    assert early.headline["need_hours"] == pytest.approx(later.tables["months"]["need_hours"][:5].sum())


def test_before_the_first_month_there_is_nothing():
    model = market()
    results = model.results()
    assert set(results.headline.values()) == {0.0}
    assert all(results.tables[name].empty for name in ("months", "councils", "councils_by"))
    assert results.tables["events"].empty
    assert model.measure("need_hours") == 0.0


def test_a_measure_of_the_month_is_the_last_row(model, tables):
    last = tables["months"].iloc[-1]
    for name in (*HEADLINE, "occupancy", "beds", "fee_home_care"):
        assert model.measure(name) == pytest.approx(last[name]), name
    with pytest.raises(KeyError):
        model.measure("happiness")


class TestFrames:
    """The market now, in words."""

    def test_sites(self, model):
        sites = model.frame("sites")
        state = model.state
        assert len(sites) == state.sites.alive.sum()
        assert {"council", "setting", "capacity", "provider"} <= set(sites.columns)
        assert set(sites["council"]) == {"Ashford", "Birchley", "Cray", "Dunmore"}
        homes = sites[sites["setting"] == "care_home"]
        assert (homes["people"] <= homes["capacity"]).all()
        assert (homes["capacity"] == homes["beds"]).all()
        parts = sites["people_council"] + sites["people_self_funder"] + sites["people_nhs"]
        assert (parts == sites["people"]).all()
        assert sites["hours"].sum() > 0
        assert (sites.loc[sites["setting"] == "home_care", "beds"] == 0).all()

    def test_home_care_capacity_is_in_hours(self, model):
        sites = model.frame("sites").set_index("site")
        row = sites[sites["setting"] == "home_care"].index[0]
        per_client = model.scenario.need.hours_per_client
        assert sites.loc[row, "capacity"] == pytest.approx(model.state.sites.capacity[row] * per_client)

    def test_providers(self, model, tables):
        providers = model.frame("providers")
        assert len(providers) == len(tables["providers"])
        assert providers["alive"].sum() == (tables["providers"]["fate"] == "trading").sum()
        living = model.frame("sites")
        assert providers["sites"].sum() == len(living)
        assert providers["beds"].sum() == living["beds"].sum()

    def test_councils(self, model):
        councils = model.frame("councils")
        assert councils["council"].tolist() == ["Ashford", "Birchley", "Cray", "Dunmore"]
        assert (councils["eligibility"].between(0.0, 1.0)).all()
        assert (councils[["waiting", "displaced", "rationed"]] >= 0).all(axis=None)

    def test_self_funders(self, model):
        people = model.frame("self_funders")
        assert len(people) == len(model.state.self_funders)
        assert people["spell"].is_unique
        assert (people["savings"] > model.scenario.self_funders.capital_limit).all()
        assert people["setting"].isin(SETTINGS).all()

    def test_an_unknown_frame_names_the_known_ones(self, model):
        with pytest.raises(KeyError, match="no table 'beds'; known: sites, providers, councils, self_funders"):
            model.frame("beds")

    def test_frames_are_copies(self, model):
        before = model.state.sites.price.copy()
        sites = model.frame("sites")
        sites["price"] = 0.0
        assert np.array_equal(model.state.sites.price, before)


def test_a_run_ends_with_its_last_month():
    model = market(town_scenario(months=3))
    steps = 0
    while model.running:
        model.step()
        steps += 1
    assert (steps, model.month) == (3, 3)
    assert model.run().tables["months"].shape[0] == 3


def test_the_date_is_the_month_that_comes():
    model = market(four_towns())
    assert str(model.date) == "2016-04-01"
    model.run_for(10)
    assert str(model.date) == "2017-02-01"
