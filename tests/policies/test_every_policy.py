"""What holds for every policy: common random numbers, accounts, costs with a payer, and the effect it is made for."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from resilience.policies import POLICIES
from resilience.policies.base import community_share
from resilience.scenario import load
from tests.policies.two_councils import BEFORE, SEEDS, councils, policy, run, total

FAILURE = {"shocks.chain_failure.start": "2017-01", "shocks.chain_failure.provider": "largest"}
TWENTY_FAIL = {"shocks.multiple_failure.start": "2017-01", "shocks.multiple_failure.k": 20}
STAND_BY = {"growth_per_month": 0.5, "stand_by_clients": 200, "who_pays": "government"}
CATALYST = policy("catalyst")

# kind, its settings, what the scenario has besides, the measure it moves (or the share of council-funded hours at
# community-scale providers at the end), and whether that rises or falls.
CASES: tuple[tuple[str, dict[str, Any], dict[str, Any], str, int], ...] = (
    ("community_target", {"target_share": 0.9, "strongest_weight": 3.0}, {}, "community_share", 1),
    ("housing_with_care", {"lead_months": 3}, {}, "beds", 1),
    ("catalyst", {}, {}, "micro_enterprises", 1),
    ("level_playing_field", {"social_value_weight": 2.0}, {}, "community_share", 1),
    ("careers_campaign", {"lift": 0.3, "months_to_work": 1.0}, {}, "vacancy_rate", -1),
    ("skills_budget", {"retention": 0.3}, {}, "turnover_rate", -1),
    ("fee_uplift", {"uplift": 0.10}, {}, "fee_home_care", 1),
    ("direct_payments", {"share": 0.8, "build_up_months": 1.0}, {}, "hours_micro_enterprise", 1),
    ("ring_fenced_grant", {"share_of_budget": 0.10}, {}, "unmet_rationed_hours", -1),
    ("step_in", STAND_BY, TWENTY_FAIL, "hours_council_service", 1),
    ("oversight_notice", {}, FAILURE, "care_hours_lost", -1),
    ("leverage_cap", {"years": 1}, {}, "leaving_the_local_economy", -1),
    ("employee_buyout", {"chance": 1.0, "lowest_margin_home": -0.5}, {}, "hours_cooperative", 1),
    ("community_networks", {"members_per_1000": 20.0, "build_up_months": 1.0}, {}, "need_hours", -1),
    ("needs_targeting", {"strength": 3.0}, CATALYST, "programme_cost", 1),
)
KINDS = [case[0] for case in CASES]


def with_policy(case: tuple[str, dict[str, Any], dict[str, Any], str, int]) -> dict[str, Any]:
    kind, own, besides, _, _ = case
    return besides | policy(kind, **own)


def outcome(settings: dict[str, Any], seed: int, measure: str) -> float:
    if measure == "community_share":
        return float(community_share(run(settings, seed).state).mean())
    return total(settings, seed, measure)


def test_every_kind_of_policy_is_here():
    assert sorted(KINDS) == sorted(POLICIES)


@pytest.mark.parametrize("case", CASES, ids=KINDS)
def test_nothing_happens_before_the_start(case):
    _, _, besides, _, _ = case
    before = councils(besides, 1).iloc[: 2 * BEFORE]
    after = councils(with_policy(case), 1)
    pd.testing.assert_frame_equal(before, after.iloc[: 2 * BEFORE])
    assert not councils(besides, 1).equals(after)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("case", CASES, ids=KINDS)
def test_it_moves_what_it_should_in_the_right_direction(case, seed):
    _, _, besides, measure, sign = case
    assert sign * (outcome(with_policy(case), seed, measure) - outcome(besides, seed, measure)) > 0


@pytest.mark.parametrize("case", CASES, ids=KINDS)
def test_it_costs_money_from_its_start_and_somebody_pays(case):
    kind, _, besides, _, _ = case
    extra = councils(with_policy(case), 1).set_index(["month", "council"])
    usual = councils(besides, 1).set_index(["month", "council"])
    cost = (extra["programme_cost"] - usual["programme_cost"]).to_numpy().reshape(-1, 2)
    by_councils = (extra["programme_cost_council"] - usual["programme_cost_council"]).to_numpy().reshape(-1, 2)
    assert (cost[:BEFORE] == 0.0).all()
    assert cost.sum() > 0.0
    payer = run(with_policy(case), 1).scenario.policies[kind].who_pays
    np.testing.assert_allclose(by_councils, cost if payer == "council" else 0.0, atol=1e-6)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "catalyst"])
def test_it_has_a_scenario_of_its_own(kind):
    scenario = load(kind.replace("_", "-"))
    assert kind in scenario.policies
    assert set(scenario.shocks) == {"funding_cut", "wage_rise"}


@pytest.mark.parametrize("kind", sorted(POLICIES))
def test_every_parameter_says_what_it_is(kind):
    for name, field in POLICIES[kind].model_fields.items():
        extra = field.json_schema_extra
        assert field.description, name
        assert extra["source"], name
        assert extra["role"] in ("lever", "uncertainty", "fixed"), name


def test_targeting_moves_a_programme_to_the_poorer_council():
    even = CATALYST
    aimed = CATALYST | policy("needs_targeting", strength=1.5)
    gain = {}
    for council in ("Sandwell", "Solihull"):
        last = [
            councils(settings, 1).query("council == @council")["micro_enterprises"].iloc[-1]
            for settings in (even, aimed)
        ]
        gain[council] = last[1] - last[0]
    assert gain["Sandwell"] > 0
    assert gain["Solihull"] < 0


def test_targeting_without_a_programme_changes_nothing_but_the_mapping():
    aimed = policy("needs_targeting", who_pays="government")
    both = [councils(settings, 1).drop(columns="programme_cost") for settings in ({}, aimed)]
    pd.testing.assert_frame_equal(*both)


def test_all_policies_together_keep_every_account():
    together: dict[str, Any] = {}
    for case in CASES:
        together |= with_policy(case)
    assert total(together, 1, "programme_cost") > total(CATALYST, 1, "programme_cost")


def test_two_policies_add_their_costs():
    one, two = policy("step_in", growth_per_month=0.0), policy("level_playing_field")
    cost = [total(settings, 1, "programme_cost") for settings in (one, two, one | two)]
    assert cost[2] == pytest.approx(cost[0] + cost[1])
