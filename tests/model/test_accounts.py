"""Whatever the scenario, every account closes in every month: hours, people, money, providers."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resilience.policies import POLICIES
from resilience.scenario.schema import parameter_table
from resilience.shocks import SHOCKS
from tests.model.worlds import TABLES, four_towns, market, town_scenario

ROWS = {row["name"]: row for row in parameter_table()}
NOT_DRAWN = {
    "months",
    "providers.population_seed",  # another register; regions have tests of their own
    "measures.check_accounts",
}
PLAIN = sorted(
    name
    for name, row in ROWS.items()
    if row["low"] is not None
    and not isinstance(row["default"], dict)
    and not name.startswith(("shocks.", "policies."))
    and name not in NOT_DRAWN
)
PATHS = sorted(name for name, row in ROWS.items() if isinstance(row["default"], dict))


def value_of(row):
    """A strategy for a parameter's values: its ends as often as what lies between."""
    low, high = row["low"], row["high"]
    if isinstance(row["default"], bool):
        return st.booleans()
    if isinstance(row["default"], int):
        return st.one_of(st.just(int(low)), st.just(int(high)), st.integers(int(low), int(high)))
    return st.one_of(st.just(float(low)), st.just(float(high)), st.floats(low, high, allow_nan=False))


@st.composite
def components(draw, family, kinds):
    """Up to three shocks or policies, each with some of its parameters drawn."""
    chosen = draw(st.lists(st.sampled_from(sorted(kinds)), max_size=3, unique=True))
    values = {}
    for kind in chosen:
        values[f"{family}.{kind}"] = True
        mine = [name for name in ROWS if name.startswith(f"{family}.{kind}.") and ROWS[name]["low"] is not None]
        for name in draw(st.lists(st.sampled_from(sorted(mine)), max_size=3, unique=True)) if mine else []:
            values[name] = draw(value_of(ROWS[name]))
    return values


@st.composite
def scenarios(draw):
    """The values of a random scenario of four towns, every parameter within its declared range."""
    values = {"months": draw(st.integers(8, 14)), "start": draw(st.sampled_from(["2016-04", "2016-11", "2025-04"]))}
    for name in draw(st.lists(st.sampled_from(PLAIN), max_size=12, unique=True)):
        values[name] = draw(value_of(ROWS[name]))
    for name in draw(st.lists(st.sampled_from(PATHS), max_size=1)):
        year = draw(st.sampled_from(sorted(ROWS[name]["default"])))
        values[f"{name}.{year}"] = draw(st.floats(ROWS[name]["low"], ROWS[name]["high"]))
    return values | draw(components("shocks", SHOCKS)) | draw(components("policies", POLICIES))


def play(values, seed=1):
    """Run a scenario with every identity checked, and look at everything it hands over."""
    model = market(four_towns().with_values(values), seed=seed)
    results = model.run()
    assert all(np.isfinite(list(results.headline.values())))
    for table in TABLES:
        columns = getattr(model.state, table)
        for name in columns.columns():
            assert np.isfinite(getattr(columns, name)).all(), (table, name)
        model.frame(table)
    return model, results


@given(values=scenarios(), seed=st.integers(1, 1_000))
@settings(
    max_examples=50,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_every_account_closes_in_any_scenario(values, seed):
    play(values, seed)


@pytest.mark.parametrize("kind", sorted(SHOCKS))
def test_every_account_closes_under_every_shock(kind):
    play({"months": 15, f"shocks.{kind}": True})


@pytest.mark.parametrize("kind", sorted(POLICIES))
def test_every_account_closes_under_every_policy(kind):
    play({"months": 15, f"policies.{kind}": True})


def test_every_account_closes_under_everything_at_once():
    values = {f"shocks.{kind}": True for kind in SHOCKS} | {f"policies.{kind}": True for kind in POLICIES}
    play({"months": 20, **values})


EXTREMES = {
    "the poorest councils": {"shocks.funding_cut.real_change": -0.6, "shocks.funding_cut.years": 1},
    "a huge rise of the floor": {"shocks.wage_rise.floor_increase": 6.0, "shocks.wage_rise.years": 1},
    "both": {
        "shocks.funding_cut.real_change": -0.6,
        "shocks.funding_cut.years": 1,
        "shocks.wage_rise.floor_increase": 6.0,
        "shocks.wage_rise.years": 1,
        "months": 36,
    },
    "nobody pays but those with nothing": {"self_funders.capital_limit": 0.0},
    "everybody is poor": {"self_funders.capital_limit": 200_000.0},
    "no credit and no patience": {
        "finance.credit_months": 0.0,
        "finance.credit_months_home_care": 0.0,
        "distress.patience_homes": 1,
        "distress.patience_home_care": 1,
        "distress.patience_chain": 1,
        "distress.buyer_base": 0.0,
        "shocks.wage_rise.floor_increase": 3.0,
    },
    "nobody enters": {
        "entry.homes_per_year": 0.0,
        "entry.branches_per_year": 0.0,
        "entry.micro_growth_unsupported": 0.0,
        "entry.micro_start_per_1000": 0.0,
    },
    "nobody waits for anything": {"councils.lowest_eligibility": 0.0, "councils.eligibility_speed": 12.0},
    "no staff to be had": {"labour.leave_pool": 0.9, "labour.stay_in_sector": 0.3, "labour.turnover_per_year": 0.8},
    "nobody can fail": {"finance.cash_months": 12.0, "finance.credit_months": 12.0},
    "contracts come back by the dozen": {
        "distress.hand_back_margin": 0.3,
        "distress.hand_back_share": 1.0,
        "shocks.wage_rise.floor_increase": 4.0,
    },
    "a regulator without mercy": {"quality.inadequate_below": 1.0, "distress.forced_closure_months": 3},
}


@pytest.mark.parametrize("values", EXTREMES.values(), ids=EXTREMES)
def test_every_account_closes_at_the_extremes(values):
    play({"months": 24} | values)


def test_a_market_to_which_nobody_comes_empties():
    model = market(town_scenario(months=24))
    model.state.councils.arrivals[:] = 0.0
    before = model.frame("sites")["people"].sum()
    for _ in range(24):
        model.step()
        # Only those who hear of a micro-enterprise still come.
        assert not model.state.flows.arrivals[:, :3].any()
    assert model.frame("sites")["people"].sum() < 0.6 * before


def test_a_market_without_a_single_provider_still_accounts_for_everybody():
    model = market(
        town_scenario(months=12, distress__buyer_base=0.0, entry__homes_per_year=0.0, entry__branches_per_year=0.0)
    )
    model.state.providers.cash[model.state.providers.kind != 4] = -1e12
    model.accounts = type(model.accounts)(model.state)
    results = model.run()
    months = results.tables["months"]
    assert months["hours_delivered"].iloc[-1] < 0.2 * months["need_hours"].iloc[-1]
    assert months["care_hours_lost"].max() > 0.5 * months["need_hours"].max()
    assert results.headline["market_failures"] > 0
    # Who had care and lost it, and who came later and found none.
    last = months.iloc[-1]
    assert last["care_hours_lost"] > 0
    assert last["unmet_no_place_hours"] > 0
