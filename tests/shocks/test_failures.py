"""Failures that the scenario names: who, when, what becomes of them, and what cannot be."""

import pytest
from typer.testing import CliRunner

from resilience.cli import app
from resilience.market import calendar, distress
from resilience.scenario import ScenarioError
from resilience.shocks.chain_failure import largest_providers, rows_called
from resilience.shocks.multiple_failure import most_exposed
from resilience.state.codes import CHAIN, FAILED, TRADING
from tests.market.small import SmallMarket
from tests.shocks.months import shock

NO_BUYER = {"distress.buyer_base": 0.0}
ALWAYS_A_BUYER = {
    "distress.buyer_base": 1.0,
    "distress.buyer_margin": -0.2,
    "distress.buyer_size": 5.0,
    "distress.sale_congestion": 0.0,
}


def market(values, *, month=12):
    """Two chains (30 and 50 residents), an independent with 80, a micro-enterprise and a council's own service.

    All have money; nobody else would fail, close or retire.
    """
    small = SmallMarket(values=values, month=month)
    for kind, residents in (("chain", 30), ("chain", 50), ("independent", 80)):
        owner = small.provider(kind, cash=1e7, credit_limit=1e6)
        small.site(owner, capacity=100, council_settled=residents - 10, self_funders=10, staff=60.0, revenue=1e5)
    small.site("micro_enterprise", "home_care", capacity=5, self_funders=4, hours=5.0)
    small.site("council_service", "home_care", capacity=50, council_settled=40)
    return small


def struck(values, *, month=12):
    """The market after the conditions and the distress of one month."""
    small = market(values, month=month)
    calendar.step(small.state)
    distress.step(small.state)
    return small


def gone(small):
    """The rows of the providers that have failed."""
    return [row for row, fate in enumerate(small.state.providers.fate.tolist()) if fate == FAILED]


# -- one provider ----------------------------------------------------------------------------------------------------


def test_the_largest_chain_fails_though_it_has_money():
    assert gone(struck(shock("chain_failure", provider="largest"))) == [1]


@pytest.mark.parametrize(("provider", "row"), [("P0", 0), ("p1", 1), (" P2 ", 2), ("Provider 2", 2), ("provider 0", 0)])
def test_a_provider_is_named_by_its_id_or_name(provider, row):
    assert gone(struck(shock("chain_failure", provider=provider))) == [row]


@pytest.mark.parametrize("month", [0, 11, 13, 24])
def test_it_fails_in_one_month_and_no_other(month):
    small = struck(shock("chain_failure", provider="P0"), month=month)
    assert gone(small) == []
    assert small.events_of_kind("provider_failure") == []


def test_its_home_closes_where_nobody_buys_it_and_its_people_are_displaced():
    small = struck(shock("chain_failure", provider="P1") | NO_BUYER)
    assert small.state.sites.alive.tolist() == [True, False, True, True, True]
    assert small.queue("displaced") == 40
    assert int(small.state.self_funders.displaced.sum()) == 10
    failure, closure = small.events_of_kind("provider_failure") + small.events_of_kind("site_closure")
    assert (failure["reason"], failure["provider"]) == ("scenario: chain failure", 1)
    assert (failure["people_council"], failure["people_self_funder"], failure["hours"]) == (40, 10, 50 * 25.0)
    assert (closure["reason"], closure["provider"], closure["site"]) == ("provider_failure", 1, 1)
    assert small.state.flows.failures.tolist() == [1]


def test_its_home_goes_on_under_another_owner_where_somebody_buys_it():
    small = struck(shock("chain_failure", provider="P1") | ALWAYS_A_BUYER)
    assert small.state.sites.alive[1]
    assert small.state.sites.provider[1] != 1
    assert not small.state.providers.alive[1]
    assert [event["reason"] for event in small.events_of_kind("site_sale")] == ["provider_failure"]
    assert small.queue("displaced") == 0


def test_what_the_scenario_ends_has_no_cause_in_its_accounts():
    small = struck(shock("chain_failure", provider="P1"))
    assert small.state.providers.cause[1] == -1


def test_a_provider_that_went_before_leaves_an_event_and_nothing_else():
    small = market(shock("chain_failure", provider="P1"))
    small.state.providers.alive[1] = small.state.sites.alive[1] = False
    calendar.step(small.state)
    distress.step(small.state)
    assert small.events_of_kind("provider_failure") == []
    event = small.events_of_kind("shock_without_effect")[0]
    assert event["reason"] == "scenario: chain failure: no such provider trades any more"
    assert (event["provider"], event["hours"]) == (1, 0.0)


def test_the_largest_chain_is_the_largest_of_those_that_trade():
    small = market(shock("chain_failure", provider="largest"))
    small.state.providers.alive[1] = small.state.sites.alive[1] = False
    calendar.step(small.state)
    assert small.state.conditions.forced_failures == {0: "scenario: chain failure"}


def test_without_any_chain_left_the_largest_leaves_an_event():
    small = market(shock("chain_failure", provider="largest"))
    small.state.providers.alive[:2] = small.state.sites.alive[:2] = False
    calendar.step(small.state)
    distress.step(small.state)
    assert [event["provider"] for event in small.events_of_kind("shock_without_effect")] == [-1]
    assert small.state.providers.fate.tolist() == [TRADING] * 5


def test_a_provider_that_runs_out_of_money_in_that_month_fails_once():
    small = market(shock("chain_failure", provider="P1"))
    small.state.providers.cash[1] = -1e9
    calendar.step(small.state)
    distress.step(small.state)
    assert [event["reason"] for event in small.events_of_kind("provider_failure")] == ["insolvent"]
    assert small.state.flows.failures.tolist() == [1]


# -- several at once -------------------------------------------------------------------------------------------------


def test_the_hardest_to_replace_fail_together():
    small = struck(shock("multiple_failure", k=2) | NO_BUYER)
    # Nobody has staffed room, so each gap is all that a provider does: 80, 50 and 30 residents.
    assert gone(small) == [1, 2]
    reasons = [event["reason"] for event in small.events_of_kind("provider_failure")]
    assert reasons == ["scenario: multiple failure"] * 2
    assert small.queue("displaced") == 70 + 40


def test_exposure_is_the_gap_that_others_room_leaves():
    small = market({})
    assert most_exposed(small.state, 3).tolist() == [2, 1, 0]
    # Staff for every bed: 80% of 70 + 50 free places leave nothing of 80, 50 or 30 residents, and size decides.
    small.fully_staffed()
    assert most_exposed(small.state, 2).tolist() == [2, 1]
    # With 200 residents more, and two full homes beside it, the second chain is the hardest to replace.
    small.state.sites.capacity[1] = 250
    small.state.sites.council_settled[1] = 240
    assert most_exposed(small.state, 1).tolist() == [1]


def test_only_providers_that_can_fail_are_exposed():
    assert most_exposed(market({}).state, 10).tolist() == [2, 1, 0]


def test_one_named_and_the_most_exposed_fail_once_each():
    values = shock("chain_failure", provider="P2") | shock("multiple_failure", k=2)
    small = struck(values)
    assert gone(small) == [1, 2]
    assert small.state.flows.failures.tolist() == [2]
    reasons = {event["provider"]: event["reason"] for event in small.events_of_kind("provider_failure")}
    assert reasons == {2: "scenario: chain failure", 1: "scenario: multiple failure"}


# -- who can be named ------------------------------------------------------------------------------------------------


def problem_with(values):
    """The one problem that the market's first day finds."""
    with pytest.raises(ScenarioError) as raised:
        calendar.refuse_misfits(market(values).state)
    (problem,) = raised.value.problems
    return problem


def test_who_can_fail_is_accepted():
    for values in ({}, *(shock("chain_failure", provider=who) for who in ("largest", "Largest", "P0", "Provider 2"))):
        calendar.refuse_misfits(market(values).state)
    calendar.refuse_misfits(market(shock("multiple_failure", k=3)).state)


def test_an_unknown_id_is_refused_with_the_nearest_and_with_examples():
    problem = problem_with(shock("chain_failure", provider="P44"))
    assert (problem.key, problem.value) == ("shocks.chain_failure.provider", "P44")
    assert problem.message == "is no provider in this market"
    assert problem.suggestion == "P4"
    assert problem.allowed is not None
    assert problem.allowed.endswith("its largest chains are 'P1' (Provider 1), 'P0' (Provider 0)")


def test_a_misspelt_name_is_refused_with_the_nearest():
    assert problem_with(shock("chain_failure", provider="Provder 1")).suggestion == "Provider 1"


def test_what_cannot_fail_is_refused():
    assert problem_with(shock("chain_failure", provider="P3")).message == "is a micro-enterprise, which cannot fail"
    assert (
        problem_with(shock("chain_failure", provider="P4")).message == "is a council's own service, which cannot fail"
    )


def test_a_name_that_several_bear_is_refused_with_their_ids():
    small = market(shock("chain_failure", provider="Care Ltd"))
    small.state.provider_names[0] = small.state.provider_names[2] = "Care Ltd"
    assert rows_called(small.state, "care ltd") == [0, 2]
    with pytest.raises(ScenarioError, match=r"name of several providers\. Allowed: 'P0', 'P2'"):
        calendar.refuse_misfits(small.state)


def test_the_largest_of_no_chains_is_refused():
    small = SmallMarket(values=shock("chain_failure", provider="largest"))
    small.site("independent")
    with pytest.raises(ScenarioError, match="there is no chain in this market"):
        calendar.refuse_misfits(small.state)


def test_more_failures_than_providers_are_refused():
    problem = problem_with(shock("multiple_failure", k=4))
    assert (problem.key, problem.allowed) == ("shocks.multiple_failure.k", "1 to 3 providers")


def test_all_problems_are_told_at_once():
    values = shock("chain_failure", provider="nobody at all") | shock("multiple_failure", k=9)
    with pytest.raises(ScenarioError) as raised:
        calendar.refuse_misfits(market(values).state)
    assert [problem.key for problem in raised.value.problems] == [
        "shocks.chain_failure.provider",
        "shocks.multiple_failure.k",
    ]


def test_the_largest_come_first_and_equals_by_row():
    small = market({})
    small.site("chain", capacity=60, council_settled=50)
    assert largest_providers(small.state, small.state.providers.kind == CHAIN).tolist() == [1, 5, 0]


def test_the_command_line_refuses_an_unknown_provider_before_anything_runs():
    done = CliRunner().invoke(app, ["check", "chain-failure", "--set", "shocks.chain_failure.provider=P999999"])
    assert done.exit_code == 2
    assert (
        "shocks.chain_failure.provider = \"P999999\": is no provider in this market. Allowed: 'largest'" in done.stderr
    )
