"""Every shock in a market of three councils: nothing before it strikes, the right direction after, accounts in order.

Runs with and without a shock share every draw, so what differs is the shock's doing.
"""

import pytest

from resilience.model import CareMarket
from resilience.shocks import SHOCKS
from tests.shocks.runs import BEFORE, SEEDS, base_scenario, change, run, shocked

STRONG = {
    "funding_cut": shocked("funding_cut", real_change=-0.20, years=1),
    "wage_rise": shocked("wage_rise", floor_increase=1.0, years=1),
    "on_cost_rise": shocked("on_cost_rise", increase=0.10),
    "cost_inflation": shocked("cost_inflation", general=0.10),
    "interest_rise": shocked("interest_rise", points=8.0),
    "self_funder_fall": shocked("self_funder_fall", fewer=0.30, premium_loss=0.50),
    "epidemic": shocked("epidemic", months=9, extra_deaths=0.5, fewer_admissions=0.4, sickness=0.1),
    "labour_supply_cut": shocked("labour_supply_cut", fewer_recruits=0.8),
    "demand_growth": shocked("demand_growth", extra_growth=0.08),
    "chain_failure": shocked("chain_failure", provider="largest"),
    "multiple_failure": shocked("multiple_failure", k=4),
}
RISES = {
    "funding_cut": ("unmet_rationed_hours", "self_funder_premium"),
    "wage_rise": ("care_worker_pay", "cost_per_hour", "unmet_rationed_hours", "self_funder_spend"),
    "on_cost_rise": ("cost_per_hour", "fee_home_care", "council_spend", "self_funder_spend", "unmet_rationed_hours"),
    "cost_inflation": ("cost_per_hour", "fee_residential", "site_closures", "unmet_rationed_hours"),
    "interest_rise": ("leaving_the_local_economy",),
    "self_funder_fall": ("home_closures", "people_displaced"),
    "epidemic": ("home_closures", "unmet_no_staff_hours", "cost_per_hour", "people_displaced"),
    "labour_supply_cut": ("vacancy_rate", "unmet_hours"),
    "demand_growth": ("need_hours", "occupancy", "unmet_hours", "council_spend"),
}
AT_ONCE = {
    "chain_failure": ("provider_failures",),
    "multiple_failure": ("provider_failures", "people_displaced", "care_hours_lost"),
}
"""What failures move within two months; later on, homes under better owners may fail less."""
FALLS = {
    "funding_cut": ("council_spend", "fee_residential"),
    "on_cost_rise": ("leaving_the_local_economy",),
    "cost_inflation": ("leaving_the_local_economy",),
    "self_funder_fall": ("self_funder_premium", "self_funder_spend"),
    "epidemic": ("occupancy", "need_hours", "council_spend"),
    "labour_supply_cut": ("jobs", "hours_delivered"),
    "demand_growth": ("cost_per_hour",),
}
CUT = shocked("funding_cut", real_change=-0.20, years=1)


def test_every_shock_is_tried():
    assert set(STRONG) == set(RISES) | set(AT_ONCE) == set(SHOCKS)


@pytest.mark.parametrize("kind", STRONG)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_differs_before_a_shock_strikes_and_something_after(kind, seed):
    base, struck = run(seed), run(seed, STRONG[kind])
    for table in ("months", "councils", "councils_by", "events"):
        assert struck.table_before(table).equals(base.table_before(table)), table
    assert len(struck.table_before("months")) == BEFORE
    assert not struck.months.equals(base.months)


@pytest.mark.parametrize(
    ("kind", "measure", "sign"),
    [(kind, measure, 1) for kind, measures in RISES.items() for measure in measures]
    + [(kind, measure, -1) for kind, measures in FALLS.items() for measure in measures],
)
def test_a_shock_moves_what_it_should_in_the_right_direction(kind, measure, sign):
    assert [sign * change(measure, seed, STRONG[kind]) > 0.0 for seed in SEEDS] == [True] * len(SEEDS)


@pytest.mark.parametrize(("kind", "measure"), [(kind, measure) for kind in AT_ONCE for measure in AT_ONCE[kind]])
def test_failures_move_what_they_should_within_two_months(kind, measure):
    for seed in SEEDS:
        # Care is lost from the next month on.
        both = (run(seed, values).months[measure].iloc[BEFORE : BEFORE + 2].sum() for values in (None, STRONG[kind]))
        base, struck = both
        assert struck > base


@pytest.mark.parametrize(
    ("kind", "weak"),
    [
        ("on_cost_rise", shocked("on_cost_rise", increase=0.04)),
        ("interest_rise", shocked("interest_rise", points=3.0)),
        ("demand_growth", shocked("demand_growth", extra_growth=0.03)),
    ],
)
def test_a_stronger_shock_moves_more(kind, weak):
    measure = RISES[kind][0]
    assert change(measure, 1, STRONG[kind]) > change(measure, 1, weak) > 0.0


# -- failures that the scenario names --------------------------------------------------------------------------------


def forced(kind, seed):
    """The failures that the scenario names."""
    events = run(seed, STRONG[kind]).events
    return events[events["reason"].str.startswith("scenario: ") & (events["kind"] == "provider_failure")]


@pytest.mark.parametrize(("kind", "count"), [("chain_failure", 1), ("multiple_failure", 4)])
def test_failures_strike_in_their_month_and_stand_in_the_ledger(kind, count):
    for seed in SEEDS:
        events = forced(kind, seed)
        assert len(events) == count
        assert {str(month.date()) for month in events["month"]} == {"2017-04-01"}
        providers = run(seed, STRONG[kind]).results.tables["providers"].set_index("provider").loc[events["provider"]]
        assert set(providers["fate"]) == {"failed"}
        assert set(providers["cause"]) == {""}
        assert (providers["sites"] == 0).all()


def test_what_a_failed_chain_ran_is_sold_or_closed_in_the_same_month():
    for seed in SEEDS:
        events = run(seed, STRONG["chain_failure"]).events
        failed = forced("chain_failure", seed)["provider"].iloc[0]
        ended = events[events["kind"].isin(["site_sale", "site_closure"]) & (events["reason"] == "provider_failure")]
        ended = ended[ended["month"] == "2017-04-01"]
        assert len(ended) >= 2
        # Sold sites are written under the provider that sold them.
        assert failed in set(ended["provider"])


def test_the_failed_chain_was_the_largest_of_that_month():
    market = CareMarket(base_scenario(), rng=1)
    market.run_for(BEFORE)
    chains = market.frame("providers").query("kind == 'chain' and alive").set_index("provider")
    failed = forced("chain_failure", 1).iloc[0]
    assert failed["provider_kind"] == "chain"
    assert failed["provider"] == f"P{chains['hours'].idxmax()}"


# -- grants ----------------------------------------------------------------------------------------------------------


def test_grants_keep_homes_open_in_an_epidemic_and_are_counted():
    for seed in SEEDS:
        without = STRONG["epidemic"]
        granted = without | {"shocks.epidemic.grant_per_bed": 100.0}
        assert change("home_closures", seed, granted, without) < 0.0
        assert change("care_hours_lost", seed, granted, without) < 0.0
        cost = run(seed, granted).months["programme_cost"]
        assert (cost.iloc[:BEFORE] == 0.0).all()
        assert (cost.iloc[BEFORE : BEFORE + 9] > 0.0).all()
        assert (cost.iloc[BEFORE + 9 :] == 0.0).all()


# -- together --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [kind for kind in STRONG if kind not in ("funding_cut", "wage_rise")])
def test_a_shock_combines_with_a_funding_cut(kind):
    both = CUT | STRONG[kind]
    struck = run(1, both)
    assert struck.table_before("events").equals(run(1).table_before("events"))
    # The cut still takes money away on top of the shock, and the shock still does its work on top of the cut.
    assert change("council_spend", 1, both, STRONG[kind]) < 0.0
    measure = RISES[kind][0] if kind in RISES else "provider_failures"
    months = slice(BEFORE, None) if kind in RISES else slice(BEFORE, BEFORE + 1)
    assert struck.months[measure].iloc[months].sum() > run(1, CUT).months[measure].iloc[months].sum()


def test_all_shocks_at_once_keep_the_accounts():
    everything = {name: value for values in STRONG.values() for name, value in values.items()}
    struck = run(1, everything)
    assert struck.months["unmet_hours"].iloc[-1] > run(1).months["unmet_hours"].iloc[-1]
    assert struck.table_before("events").equals(run(1).table_before("events"))
