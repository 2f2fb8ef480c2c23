"""Which parameters a rule uses is read from its source, under whatever name it takes them."""

import pytest

from docs import uses

NO_EFFECT_SO_FAR: set[str] = set()
"""Parameters that are known to have no effect; keep it empty."""


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("return state.scenario.need.growth_per_year", {"need.growth_per_year"}),
        ("p = state.scenario.need\n    return p.growth_per_year", {"need.growth_per_year"}),
        ("s, p = state.sites, state.scenario.quality\n    return s.start + p.drift", {"quality.drift"}),
        ("scenario = state.scenario\n    return scenario.finance.cash_months", {"finance.cash_months"}),
        ("now = state.conditions\n    return now.inflation", set()),
        ("return state.scenario.month_date(1)", set()),
        ("def inner():\n        return state.scenario.entry.new_home_beds\n    return inner", {"entry.new_home_beds"}),
    ],
)
def test_a_parameter_is_found_under_any_alias(body, found):
    assert uses.uses_in_source(f"def rule(state):\n    {body}\n") == found


def test_a_section_given_by_its_type_is_known():
    source = "def floor(paths: Paths, year: int) -> float:\n    return paths.wage_floor[year]\n"
    assert uses.uses_in_source(source) == {"paths.wage_floor"}


def test_a_name_of_one_function_means_nothing_in_the_next():
    source = "def one(state):\n    p = state.scenario.need\n\ndef two(p):\n    return p.occupancy_start\n"
    assert uses.uses_in_source(source) == set()


def test_methods_are_read_too():
    source = "class Chain:\n    def owes(self):\n        return self.state.scenario.finance.chain_interest\n"
    assert uses.uses_in_source(source) == {"finance.chain_interest"}


def test_coefficients_stand_for_the_parameters_behind_them():
    source = "def rule(state):\n    c = state.coefficients\n    return c.leave_new, c.pay_mix\n"
    behind = {"leave_new": {"need.first_phase_leave"}, "pay_mix": {"costs.pay_mix_nursing"}}
    assert uses.uses_in_source(source, behind) == {"need.first_phase_leave", "costs.pay_mix_nursing"}


def test_the_parameters_behind_the_coefficients_are_read_from_where_they_are_made():
    behind = uses.parameters_of_coefficients()
    assert behind["hours_per_person"] == {"need.hours_per_resident", "need.hours_per_client"}
    assert behind["agency_limit"] == {"labour.agency_limit_homes", "labour.agency_limit_home_care"}
    assert {"need.later_leave", "need.home_care_leave"} <= behind["leave_settled"]
    assert behind["lag_share"] == {"reprovision.lag_days_care_home", "reprovision.lag_days_home_care"}


@pytest.mark.parametrize(
    ("module", "some"),
    [
        ("market/pricing.py", {"self_funders.cross_subsidy", "self_funders.price_rise_limit"}),
        ("market/sale.py", {"distress.sale_congestion", "distress.buyer_base", "finance.chain_debt_per_bed"}),
        ("market/calendar.py", {"paths.wage_floor", "paths.real_spend", "need.growth_care_homes"}),
        ("measures/functional.py", {"reprovision.absorb_share"}),
        ("model.py", {"providers.population_seed", "measures.check_accounts"}),
    ],
)
def test_modules_use_what_they_are_known_to_use(module, some):
    assert some <= set(uses.uses_of(module))


def test_every_parameter_has_an_effect():
    assert set(uses.unused()) <= NO_EFFECT_SO_FAR
