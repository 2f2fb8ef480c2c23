"""Month step 4: budgets, fees in April, eligibility, and placing people for council and NHS."""

import numpy as np
import pytest

from resilience.market import commissioning, council_queues, reprovision
from tests.market.small import SmallMarket

WEEKS_A_YEAR = 365.25 / 7.0
RISING = {"paths.wage_floor.2017": 11.0, "paths.inflation.2017": 0.02}
"""Pay at the floor rises by 10%, other prices by 2%."""
WANTED = 0.60 * 0.10 + 0.40 * 0.02
"""What homes' unit costs then rise by."""


def priced(budget_ratio, values=None, month=12, **people):
    """A home with ten council residents in an April; the budget is a multiple of what they cost in a year."""
    small = SmallMarket(values=RISING | (values or {}), month=month)
    small.site(capacity=20, council_settled=10)
    small.state.councils.budget[:] = budget_ratio * 10 * 500.0 * WEEKS_A_YEAR
    return small


class TestBudget:
    def test_moves_with_real_funding_and_prices_and_grants(self):
        small = SmallMarket()
        small.state.councils.budget_start[:] = 1_000_000.0
        small.state.councils.grant[:] = 50_000.0
        small.state.conditions.real_funding = 0.9
        small.state.conditions.price_index = 1.1
        commissioning.set_budget(small.state)
        assert small.state.councils.budget[0] == pytest.approx(1_000_000.0 * 0.99 + 50_000.0)

    def test_a_years_cost_counts_everyone_whom_the_council_pays_for(self):
        small = SmallMarket()
        small.site(council_new=2, council_settled=3, self_funders=4, nhs_new=5)
        small.site(care_type="home_care", council_settled=6)
        small.site("council_service", "home_care", council_settled=7)
        small.put_in_queue("waiting", 1)
        small.put_in_queue("waiting_long", 1, "nursing")
        small.put_in_queue("displaced", 2, "home_care")
        small.put_in_queue("displaced_long", 3, "home_care", payer="nhs")
        weekly = 5 * 500 + 6 * 10 * 15 + 7 * 10 * 15 * 2.0 + 500 + 550 + 2 * 10 * 15
        assert commissioning.yearly_cost(small.state)[0] == pytest.approx(weekly * WEEKS_A_YEAR)

    def test_the_year_begins_with_nothing_spent(self):
        for month, spent in ((12, 0.0), (13, 77.0)):
            small = priced(1.0, month=month)
            small.state.councils.spend_year[:] = 77.0
            commissioning.step(small.state)
            assert small.state.councils.spend_year[0] == spent


class TestFees:
    def test_costs_rise_by_the_floor_and_prices_as_councils_reckon(self):
        small = priced(1.0)
        assert commissioning.cost_inflation(small.state).tolist() == pytest.approx(
            [0.6 * 0.1 + 0.4 * 0.02, 0.62 * 0.1 + 0.38 * 0.02, 0.62 * 0.1 + 0.38 * 0.02, 0.8 * 0.1 + 0.2 * 0.02]
        )

    def test_costs_rise_by_on_costs_on_their_path_as_well(self):
        small = priced(1.0, {"paths.on_cost.2017": 0.26})
        pay = 1.10 * 1.05 - 1.0
        assert commissioning.cost_inflation(small.state).tolist() == pytest.approx(
            [0.6 * pay + 0.4 * 0.02, 0.62 * pay + 0.38 * 0.02, 0.62 * pay + 0.38 * 0.02, 0.8 * pay + 0.2 * 0.02]
        )

    @pytest.mark.parametrize(
        ("budget_ratio", "uplift"),
        [
            (1.02, WANTED + 0.30 * (0.02 - WANTED)),  # short by 4.8 points, three tenths of which fall on fees
            (0.90, WANTED + 0.30 * (-0.10 - WANTED)),
            (0.60, -0.01),  # fees are hardly ever cut
            (1.0 + WANTED, WANTED),
            (1.10, WANTED + 0.80 * (0.10 - WANTED)),  # four fifths of what is spare go into fees
            (1.50, WANTED + 0.04),  # never more than four points
        ],
    )
    def test_are_uplifted_as_far_as_the_budget_allows(self, budget_ratio, uplift):
        small = priced(budget_ratio)
        commissioning.set_fees(small.state)
        assert small.state.councils.uplift[0, 0] == pytest.approx(uplift)
        assert small.state.councils.fee[0, 0] == pytest.approx(500.0 * (1.0 + uplift))

    def test_fall_below_the_lowest_uplift_only_when_costs_do(self):
        small = priced(0.5, {"paths.wage_floor.2017": 9.0, "paths.inflation.2017": -0.05})
        commissioning.set_fees(small.state)
        assert small.state.councils.uplift[0, 0] == pytest.approx(0.6 * -0.10 + 0.4 * -0.05)

    def test_carry_a_policys_extra_uplift_on_top(self):
        small = priced(0.6)
        small.state.conditions.fee_uplift = 0.05
        commissioning.set_fees(small.state)
        assert small.state.councils.uplift[0, 0] == pytest.approx(-0.01 + 0.05)

    def test_expect_the_year_to_bring_more_people(self):
        # Half of a year's growth (4% and 2%) is expected on average in the year, as far as people are eligible.
        small = priced(1.02, {"need.growth_per_year": 0.04, "need.growth_care_homes": 0.02})
        small.state.councils.eligibility[:] = 0.5
        commissioning.set_fees(small.state)
        affordable = 1.02 / (1.0 + 0.5 * 0.06 * 0.5) - 1.0
        assert small.state.councils.uplift[0, 0] == pytest.approx(WANTED + 0.30 * (affordable - WANTED))

    @pytest.mark.parametrize(("month", "changed"), [(0, False), (12, True), (13, False), (24, True)])
    def test_change_in_april_but_not_on_the_first_day(self, month, changed):
        small = priced(1.0, month=month)
        small.state.councils.budget_start[:] = small.state.councils.budget
        commissioning.step(small.state)
        assert bool(small.state.councils.fee[0, 0] != 500.0) is changed


class TestEligibility:
    def steered(self, budget_ratio, eligibility=0.90, reserves=0.0):
        small = priced(budget_ratio)
        cost = 10 * 500.0 * WEEKS_A_YEAR
        small.state.councils.eligibility[:] = eligibility
        small.state.councils.reserves[:] = reserves * cost
        commissioning.steer_eligibility(small.state)
        return float(small.state.councils.eligibility[0]), float(small.state.councils.reserves[0]) / cost

    def test_widens_by_the_gap_at_a_tenth_a_month(self):
        # Eligibility follows the gap at 1.2 a year: a surplus of a fifth of the budget widens it by 2 points.
        assert self.steered(1.25) == pytest.approx((0.92, 0.0))

    def test_tightens_by_a_deficit(self):
        assert self.steered(0.80)[0] == pytest.approx(0.90 - 0.1 * 0.25)

    def test_reserves_cushion_a_deficit_a_twelfth_of_it_a_month(self):
        # A deficit of 20% of a year's cost is 1.667% a month; a twelfth of the reserves is 0.5% a month, 6% a year.
        eligibility, reserves = self.steered(0.80, reserves=0.06)
        assert reserves == pytest.approx(0.055)
        assert eligibility == pytest.approx(0.90 - 0.1 * (0.20 - 0.06) / 0.80)

    def test_ample_reserves_carry_it_all(self):
        eligibility, reserves = self.steered(0.80, reserves=1.0)
        assert eligibility == pytest.approx(0.90)
        assert reserves == pytest.approx(1.0 - 0.20 / 12.0)

    def test_stays_within_the_duty_and_everybody(self):
        assert self.steered(0.10, eligibility=0.41)[0] == 0.40
        assert self.steered(9.0, eligibility=0.99)[0] == 1.0


class TestWhereCouncilsPlace:
    def test_willing_and_not_inadequate_and_not_a_micro_enterprise(self):
        small = SmallMarket()
        for columns in ({}, {"takes_council": False}, {"rating": 0}, {"rating": 1}, {"alive": False}):
            small.site(**columns)
        small.site("micro_enterprise", "home_care")
        assert (commissioning.public_pulls(small.state)[0] > 0.0).tolist() == [True, False, False, True, False, False]

    def test_the_own_home_care_service_takes_part_as_far_as_its_pull(self):
        small = SmallMarket()
        small.site("council_service", "home_care", capacity=1_000)
        small.site(care_type="home_care", capacity=1_000)
        small.fully_staffed()
        small.put_in_queue("waiting", 100, "home_care")
        small.put_in_queue("waiting", 100, "home_care", payer="nhs")
        commissioning.place(small.state)
        # A quarter of the pull of a like branch; the NHS does not use it.
        assert small.state.sites.council_new.tolist() == [20, 80]
        assert small.state.sites.nhs_new.tolist() == [0, 100]

    def test_the_councils_own_homes_are_like_others(self):
        small = SmallMarket()
        small.site("council_service", capacity=50)
        small.fully_staffed()
        small.put_in_queue("waiting", 4)
        commissioning.place(small.state)
        assert small.state.sites.council_new.tolist() == [4]

    def test_quality_and_lasting_contracts_pull(self):
        small = SmallMarket()
        for quality, pull in ((0.5, 1.0), (0.9, 1.0), (0.5, 3.0)):
            small.site(capacity=1_000, quality=quality, council_pull=pull)
        small.fully_staffed()
        small.put_in_queue("waiting", 600)
        commissioning.place(small.state)
        weight = np.array([np.exp(0.5), np.exp(0.9), 3.0 * np.exp(0.5)])
        assert small.state.sites.council_new.tolist() == pytest.approx(600 * weight / weight.sum(), abs=1.0)

    def test_nhs_people_go_where_councils_may_not(self):
        small = SmallMarket()
        small.site(capacity=30, takes_council=False)
        small.fully_staffed()
        small.put_in_queue("waiting", 5)
        small.put_in_queue("waiting", 6, payer="nhs")
        commissioning.place(small.state)
        assert (small.state.sites.council_new[0], small.state.sites.nhs_new[0]) == (0, 6)
        assert small.queue("waiting") == 5


class TestQueues:
    def test_displaced_people_then_those_who_waited_longest_come_first(self):
        small = SmallMarket()
        small.site(capacity=10)
        small.fully_staffed()
        for name, people in (("waiting", 4), ("waiting_long", 4), ("displaced", 3), ("displaced_long", 2)):
            small.put_in_queue(name, people)
        commissioning.place(small.state)
        left = [small.queue(name) for name in ("displaced_long", "displaced", "waiting_long", "waiting")]
        assert left == [0, 0, 0, 3]
        assert small.state.sites.council_new[0] == 10

    def test_displaced_people_placed_now_lost_half_the_month(self):
        small = SmallMarket()
        small.site(capacity=4)
        small.fully_staffed()
        small.put_in_queue("displaced", 3)
        small.put_in_queue("waiting", 3)
        commissioning.place(small.state)
        assert small.state.councils.transfer_loss[0, 0] == pytest.approx(1.5)

    def test_councils_are_served_before_the_nhs(self):
        small = SmallMarket()
        small.site(capacity=10)
        small.fully_staffed()
        small.put_in_queue("waiting", 7)
        small.put_in_queue("waiting", 7, payer="nhs")
        commissioning.place(small.state)
        assert (small.state.sites.council_new[0], small.state.sites.nhs_new[0]) == (7, 3)
        assert small.queue("waiting", payer="nhs") == 4


class TestNeighbouringCouncils:
    def two(self, here=0, **queues):
        small = SmallMarket(2, neighbours=((0, 1),))
        if here:
            small.site(capacity=here)
        small.site(capacity=8, council=1)
        small.fully_staffed()
        for name, people in queues.items():
            small.put_in_queue(name, people)
        commissioning.place(small.state)
        return small

    def test_take_those_who_have_waited_a_month(self):
        small = self.two(waiting_long=5)
        assert small.state.sites.council_new.tolist() == [5]
        assert small.queue("waiting_long") == 0

    def test_take_the_displaced(self):
        small = self.two(displaced=3, displaced_long=2)
        assert small.state.sites.council_new.tolist() == [5]
        # They lost half a month each, at home where they were displaced.
        assert small.state.councils.transfer_loss[:, 0].tolist() == pytest.approx([2.5, 0.0])

    def test_do_not_take_people_who_only_began_to_wait(self):
        small = self.two(waiting=5)
        assert small.state.sites.council_new.tolist() == [0]
        assert small.queue("waiting") == 5

    def test_take_only_those_for_whom_there_is_room(self):
        small = self.two(here=3, waiting_long=20)
        assert small.state.sites.council_new.tolist() == [3, 8]
        assert small.queue("waiting_long") == 9

    def test_have_their_own_people_served_first(self):
        small = SmallMarket(2, neighbours=((0, 1),))
        small.site(capacity=8, council=1)
        small.fully_staffed()
        small.put_in_queue("waiting_long", 5)
        small.put_in_queue("waiting", 6, council=1)
        commissioning.place(small.state)
        assert (small.queue("waiting_long"), small.queue("waiting", council=1)) == (3, 0)


class TestRoomBesideSelfFunders:
    def beside(self, seekers, public, seed=1):
        small = SmallMarket(seed=seed)
        small.site(capacity=10)
        for _ in range(seekers):
            small.self_funder()
        small.put_in_queue("waiting", public)
        return int(commissioning.room_beside_self_funders(small.state, np.array([10]))[0])

    def test_is_all_of_it_where_there_is_enough(self):
        assert self.beside(4, 6) == 10
        assert self.beside(0, 6) == 10

    def test_is_the_public_payers_part_of_the_demand_where_it_is_short(self):
        assert self.beside(10, 30) in (7, 8)
        assert self.beside(20, 5) == 2
        assert self.beside(20, 0) == 0
        assert self.beside(0, 20) == 10

    def test_the_fraction_of_a_place_is_settled_by_a_draw(self):
        rooms = [self.beside(10, 30, seed) for seed in range(200)]
        assert np.mean(rooms) == pytest.approx(7.5, abs=4.5 * 0.5 / np.sqrt(200))

    def test_nhs_people_are_public_and_other_markets_do_not_count(self):
        small = SmallMarket(2)
        small.site(capacity=10)
        for _ in range(5):
            small.self_funder()
            small.self_funder(council=1)
            small.self_funder(care_type="nursing")
        small.put_in_queue("displaced", 15, payer="nhs")
        assert commissioning.room_beside_self_funders(small.state, np.array([10])).tolist()[0] in (7, 8)


def of_payer(state, payer):
    """A payer's queues, the people it pays for at sites, and how fast it can replace care."""
    s = state.sites
    new, settled = ((s.council_new, s.council_settled), None, (s.nhs_new, s.nhs_settled))[payer]
    paid_for = council_queues.people_paid_for(new, settled, state.index)
    return council_queues.queues(state).of(payer), paid_for, 0.05, council_queues.ALWAYS_REPLACED


def in_time(state, payer):
    return council_queues.can_still_replace(*of_payer(state, payer))


class TestSpeedOfReplacing:
    """A council can arrange new care for a twentieth of the people it pays for in a month, and for ten in any case."""

    def market(self, residents, displaced, *, room=200, **queues):
        small = SmallMarket(2)
        small.site(capacity=max(residents, 1), council_settled=residents)
        small.site(capacity=room)
        small.fully_staffed()
        small.put_in_queue("displaced", displaced)
        for name, people in queues.items():
            small.put_in_queue(name, people)
        return small

    @pytest.mark.parametrize(
        ("residents", "displaced", "queues", "limit"),
        [
            (300, 100, {}, 20),  # a twentieth of 400
            (300, 101, {}, 21),  # rounded up
            (280, 100, {"waiting": 5, "waiting_long": 5, "displaced_long": 10}, 20),
            (100, 50, {}, 10),
            (0, 3, {}, 10),
        ],
    )
    def test_counts_everyone_whom_the_council_pays_for(self, residents, displaced, queues, limit):
        small = self.market(residents, displaced, **queues)
        assert in_time(small.state, 0)[0].tolist() == [limit, 10, 10, 10]

    def test_what_was_arranged_this_month_is_off_it(self):
        small = self.market(300, 100)
        small.state.flows.replaced[0, 0, 0] = 15
        assert in_time(small.state, 0)[0, 0] == 5
        assert council_queues.displaced_in_turn(*of_payer(small.state, 0))[0].tolist() == [5, 0, 0, 0]
        small.state.flows.replaced[0, 0, 0] = 30
        assert in_time(small.state, 0)[0, 0] == 0

    def test_the_nhs_has_its_own_people_and_its_own_time(self):
        small = SmallMarket()
        small.site(capacity=400, council_settled=50, nhs_settled=300)
        small.state.flows.replaced[0, 0, 0] = 10
        assert in_time(small.state, 0)[0, 0] == 0
        assert in_time(small.state, 2)[0, 0] == 15

    def test_the_displaced_wait_their_turn_and_new_people_do_not(self):
        small = self.market(300, 90, displaced_long=10, waiting=30)
        commissioning.place(small.state)
        # A twentieth of the 430 is 22, rounded up: the ten who have waited longest and twelve others.
        assert (small.queue("displaced_long"), small.queue("displaced"), small.queue("waiting")) == (0, 78, 0)
        assert small.state.sites.council_new.tolist() == [0, 52]
        assert small.state.flows.replaced[0, 0, 0] == 22
        assert small.state.councils.transfer_loss[0, 0] == 11.0

    def test_the_month_has_one_limit_for_placement_and_for_the_newly_displaced(self):
        small = self.market(300, 100)
        commissioning.place(small.state)
        assert small.queue("displaced") == 80
        assert small.state.flows.replaced[0, 0].tolist() == [20, 0, 0]
        reprovision.step(small.state)
        assert small.queue("displaced") == 80
        small.state.flows.replaced[:] = 0
        reprovision.step(small.state)
        assert small.queue("displaced") == 60

    def test_a_quicker_council_replaces_all_it_has_room_for(self):
        small = SmallMarket(values={"reprovision.replaced_in_a_month": 1.0})
        small.site(capacity=70)
        small.fully_staffed()
        small.put_in_queue("displaced", 100)
        reprovision.step(small.state)
        assert small.queue("displaced") == 30

    def test_neighbours_are_bound_by_the_same_time(self):
        small = SmallMarket(2, neighbours=((0, 1),))
        small.site(capacity=300, council_settled=300)
        small.site(capacity=200, council=1)
        small.fully_staffed()
        small.put_in_queue("displaced", 100)
        commissioning.place(small.state)
        assert small.queue("displaced") == 80
        assert small.state.sites.council_new.tolist() == [0, 20]
