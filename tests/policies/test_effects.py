"""Each policy's month by hand: what it changes in the conditions, and what it books with whom."""

import numpy as np
import pytest

from resilience.market import calendar, commissioning
from tests.market.small import SmallMarket


def after_policies(small, month):
    """The month's conditions with every policy of the scenario applied."""
    small.state.month = month
    calendar.step(small.state)
    return small.state.conditions


def market(kind, councils=2, month=2, **own):
    """A market whose policy of that kind starts in the third month of the run, and the month's conditions."""
    values = {f"policies.{kind}.{name}": value for name, value in ({"start": "2016-06"} | own).items()}
    small = SmallMarket(councils, values=values)
    return small, after_policies(small, month)


class TestWhoPays:
    def test_councils_pay_out_of_what_they_have_for_care(self):
        small, now = market("level_playing_field", cost_per_council=12_000.0)
        assert now.programme_cost.tolist() == [1_000.0, 1_000.0]
        assert now.policies.cost_council.tolist() == [1_000.0, 1_000.0]
        small.state.councils.budget_start[:] = 500_000.0
        commissioning.set_budget(small.state)
        assert small.state.councils.budget.tolist() == [488_000.0, 488_000.0]

    def test_government_pays_with_new_money(self):
        small, now = market("level_playing_field", cost_per_council=12_000.0, who_pays="government")
        assert now.programme_cost.tolist() == [1_000.0, 1_000.0]
        assert not now.policies.cost_council.any()
        small.state.councils.budget_start[:] = 500_000.0
        commissioning.set_budget(small.state)
        assert small.state.councils.budget.tolist() == [500_000.0, 500_000.0]

    def test_nothing_before_the_start(self):
        _, now = market("level_playing_field", month=1)
        assert not now.programme_cost.any()
        assert not now.policies.social_value.any()


class TestCommunityTarget:
    def shares(self, small_people, big_people, **own):
        small, _ = market("community_target", councils=1, **own)
        small.site("independent", capacity=20, council_settled=small_people)
        small.site("chain", capacity=90, council_settled=big_people)
        return after_policies(small, 2)

    def test_far_from_the_target_the_weight_is_whole(self):
        now = self.shares(10, 90, target_share=0.4, strongest_weight=1.2, full_weight_gap=0.1)
        assert now.policies.social_value.tolist() == pytest.approx([1.2])

    def test_near_the_target_it_is_a_part(self):
        now = self.shares(18, 42, target_share=0.35, strongest_weight=1.2, full_weight_gap=0.1)
        assert now.policies.social_value.tolist() == pytest.approx([0.6])

    def test_at_the_target_there_is_none_but_the_unit_costs_on(self):
        now = self.shares(20, 20, target_share=0.4, unit_cost_per_council=24_000.0)
        assert now.policies.social_value.tolist() == [0.0]
        assert now.programme_cost.tolist() == [2_000.0]


class TestLevelPlayingField:
    def test_entry_builds_up_over_a_year(self):
        _, first = market("level_playing_field", cooperative_entry=4.0, smaller_lots_entry=1.12)
        _, later = market("level_playing_field", cooperative_entry=4.0, smaller_lots_entry=1.12, month=30)
        assert first.policies.cooperative_entry.tolist() == pytest.approx([1.25, 1.25])
        assert first.policies.small_branch_entry.tolist() == pytest.approx([1.01, 1.01])
        assert later.policies.cooperative_entry.tolist() == pytest.approx([4.0, 4.0])

    def test_a_small_provider_pulls_more_and_a_chain_does_not(self):
        small, _ = market("level_playing_field", councils=1, social_value_weight=float(np.log(2.0)))
        mine = small.site("independent", capacity=20)
        big = small.site("independent", capacity=80)
        chain = small.site("chain", capacity=20)
        after_policies(small, 1)
        before = commissioning.public_pulls(small.state)[0].copy()
        after_policies(small, 2)
        ratio = commissioning.public_pulls(small.state)[0] / before
        assert ratio[[mine, big, chain]].tolist() == pytest.approx([2.0, 1.0, 1.0])


class TestNeedsTargeting:
    def test_money_follows_deprivation_and_the_mean_stays(self):
        small, _ = market("needs_targeting", strength=1.0, mapping_cost=12_000.0)
        small.state.councils.income_deprived[:] = [30.0, 10.0]
        now = after_policies(small, 2)
        assert now.policies.targeting.tolist() == pytest.approx([1.5, 0.5])
        assert now.programme_cost.tolist() == pytest.approx([1_000.0, 1_000.0])
        assert not after_policies(small, 14).programme_cost.any()

    def test_unmet_need_counts_people_by_inhabitant(self):
        small, _ = market("needs_targeting", by="unmet_need")
        small.state.councils.rationed[:, 0] = [30, 30]
        small.state.councils.population[:] = [100_000.0, 300_000.0]
        assert after_policies(small, 2).policies.targeting.tolist() == pytest.approx([1.5, 0.5])

    def test_it_steers_a_programme_named_before_it(self):
        values = {
            "policies.a_catalyst.kind": "catalyst",
            "policies.a_catalyst.cost_per_council": 240_000.0,
            "policies.z_map.kind": "needs_targeting",
            "policies.z_map.mapping_cost": 0.0,
            "policies.z_map.returns": 0.5,
        }
        small = SmallMarket(2, values=values)
        small.state.councils.income_deprived[:] = [32.0, 8.0]
        now = after_policies(small, 0)
        assert now.programme_cost.tolist() == pytest.approx([16_000.0, 4_000.0])
        assert now.catalyst.tolist() == pytest.approx([1.6**0.5, 0.4**0.5])


class TestCareersCampaign:
    @pytest.mark.parametrize(
        ("month", "factor", "cost"),
        [(1, 1.0, 0.0), (2, 1.02, 2_000.0), (7, 1.12, 2_000.0), (13, 1.12, 2_000.0), (14, 1.11, 0.0), (26, 1.0, 0.0)],
    )
    def test_it_is_known_forgotten_and_paid_for(self, month, factor, cost):
        _, now = market("careers_campaign", month=month, lift=0.12, cost_per_head=0.24, months_to_work=6.0, years=1)
        assert now.recruits_factor == pytest.approx(factor)
        assert now.programme_cost.tolist() == pytest.approx([cost, cost])


class TestSkillsBudget:
    def test_starters_at_small_providers_are_paid_for(self):
        small, _ = market(
            "skills_budget", councils=1, certificate_cost=200.0, cost_per_council=12_000.0, retention=0.12
        )
        mine = small.site("independent", capacity=20, leavers=0.5)
        chain = small.site("chain", capacity=20, leavers=2.0)
        now = after_policies(small, 2)
        assert now.policies.site_subsidy[[mine, chain]].tolist() == [100.0, 0.0]
        assert now.programme_cost.tolist() == pytest.approx([1_100.0])
        assert now.policies.small_turnover.tolist() == pytest.approx([0.99])

    def test_it_ends(self):
        _, now = market("skills_budget", years=1, month=14)
        assert not now.programme_cost.any()
        assert now.policies.site_subsidy.size == 0


class TestFeeUplift:
    def test_government_pays_for_the_lift_in_force(self):
        small, _ = market("fee_uplift", councils=1, uplift=0.25, month=2)
        small.site("independent", capacity=20, council_settled=10)
        bill = 10 * 500.0 * 365.25 / 7.0
        before, april = after_policies(small, 11), after_policies(small, 12)
        assert not before.policies.grant.any()
        assert before.fee_uplift == 0.0
        assert april.fee_uplift == pytest.approx(0.25)
        assert april.policies.april_grant.tolist() == pytest.approx([0.25 * bill])
        small.state.councils.fee *= 1.25
        may = after_policies(small, 13)
        assert may.fee_uplift == 0.0
        assert may.policies.grant.tolist() == pytest.approx([0.25 * bill])
        assert may.programme_cost.tolist() == may.policies.cost_in_spend.tolist() == pytest.approx([0.25 * bill / 12])

    def test_in_two_steps_the_fee_ends_up_as_asked(self):
        steps = [market("fee_uplift", uplift=0.21, years=2, month=month)[1].fee_uplift for month in (12, 24, 36)]
        assert steps == pytest.approx([0.1, 0.1, 0.0])

    def test_councils_who_pay_get_no_grant(self):
        small, _ = market("fee_uplift", councils=1, who_pays="council")
        small.site("independent", capacity=20, council_settled=10)
        now = after_policies(small, 13)
        assert not now.policies.grant.any()
        assert not now.policies.cost_beside_care.any()
        assert now.policies.cost_council.tolist() == now.programme_cost.tolist()
        assert now.programme_cost.sum() > 0.0


def test_a_grant_adds_to_budgets_what_it_does_not_displace():
    small, _ = market("ring_fenced_grant", share_of_budget=0.06, displaced=0.25, years=1)
    small.state.councils.budget_start[:] = 1_000_000.0
    now = after_policies(small, 2)
    assert now.policies.grant.tolist() == pytest.approx([45_000.0] * 2)
    assert now.programme_cost.tolist() == now.policies.cost_in_spend.tolist() == pytest.approx([5_000.0] * 2)
    commissioning.set_budget(small.state)
    assert small.state.councils.budget.tolist() == pytest.approx([1_045_000.0] * 2)
    assert not after_policies(small, 14).policies.grant.any()


def test_step_in_stands_by_at_a_cost():
    _, now = market("step_in", growth_per_month=0.3, stand_by_clients=6, cost_per_client=4_000.0)
    assert (now.policies.step_in_growth, now.policies.step_in_clients) == (0.3, 6.0)
    assert now.programme_cost.tolist() == pytest.approx([2_000.0, 2_000.0])


def test_oversight_costs_by_provider_watched():
    small, _ = market("oversight_notice", days=30.0, cost_per_provider=12_000.0)
    small.site(small.provider("chain", council=1, statutory=True))
    small.site(small.provider("chain", council=1))
    now = after_policies(small, 2)
    assert now.policies.notice_days == 30.0
    assert now.programme_cost.tolist() == pytest.approx([0.0, 1_000.0])


def test_the_leverage_cap_tightens_over_its_years():
    small, _ = market("leverage_cap", debt_per_bed=12_000.0, reserve_months=2.0, years=1, less_appetite=0.2)
    for month, share in ((2, 1 / 12), (7, 0.5), (13, 1.0), (40, 1.0)):
        effects = after_policies(small, month).policies
        assert effects.debt_per_bed == pytest.approx(12_000.0 / share)
        assert effects.reserve_months == pytest.approx(2.0 * share)
        assert effects.chain_appetite == pytest.approx(0.8)


def test_networks_lower_new_need_by_their_members_hours():
    small, _ = market(
        "community_networks", councils=1, members_per_1000=2.0, hours_saved=1.5, cost_per_member=600.0,
        build_up_months=1.0,
    )  # fmt: skip
    small.site("independent", "home_care", capacity=400, council_settled=300)
    now = after_policies(small, 2)
    # 200 members save 300 of 3,000 hours a week, at 600 GBP a year each.
    assert now.policies.low_need.tolist() == pytest.approx([0.9])
    assert now.programme_cost.tolist() == pytest.approx([10_000.0])


def test_networks_cannot_replace_more_than_their_part():
    small, _ = market("community_networks", councils=1, members_per_1000=30.0, hours_saved=6.0, build_up_months=1.0)
    small.site("independent", "home_care", capacity=40, council_settled=30)
    assert after_policies(small, 2).policies.low_need.tolist() == pytest.approx([0.75])


def test_direct_payments_are_supported_by_person():
    small, _ = market("direct_payments", councils=1, share=0.24, build_up_months=12.0, support_cost=240.0, rate=0.9)
    small.site("micro_enterprise", "home_care", capacity=6, council_new=2)
    small.site("independent", "home_care", capacity=30, council_new=20)
    now = after_policies(small, 2)
    assert now.policies.direct_payment_share == pytest.approx(0.02)
    assert now.policies.direct_payment_rate == 0.9
    assert now.programme_cost.tolist() == pytest.approx([40.0])


@pytest.mark.parametrize(("month", "cost", "places"), [(2, 100.0, 0), (13, 200.0, 0), (14, 100.0, 40), (20, 0.0, 40)])
def test_housing_is_paid_for_while_it_is_built(month, cost, places):
    _, now = market(
        "housing_with_care", month=month, schemes_per_council=2, lead_months=12, places=40, capital_per_place=30.0
    )
    assert now.policies.extra_care_places.tolist() == [places, places]
    assert now.programme_cost.tolist() == pytest.approx([cost, cost])


def test_hospital_savings_can_be_spent_on_care():
    _, now = market(
        "housing_with_care", month=20, schemes_per_council=1, lead_months=12, places=40, reinvested=0.5,
        hospital_saving_per_place=600.0,
    )  # fmt: skip
    assert now.policies.grant.tolist() == pytest.approx([12_000.0] * 2)
    assert now.programme_cost.tolist() == now.policies.cost_in_spend.tolist() == pytest.approx([1_000.0] * 2)


def test_buy_outs_of_last_month_are_paid_for():
    small, _ = market("employee_buyout", support_cost=5_000.0)
    small.state.flows.buy_outs[:] = [2, 0]
    small.state.flows.buy_out_capital[:] = [30_000.0, 0.0]
    now = after_policies(small, 3)
    assert now.programme_cost.tolist() == [40_000.0, 0.0]
    assert now.policies.buyout_chance == 0.25
