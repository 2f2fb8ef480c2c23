"""Why a surplus changed: parts that sum exactly to the change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from resilience.market import bridge, finance
from resilience.state.codes import CAUSES
from resilience.state.codes import WEEKS_PER_MONTH as WEEKS
from tests.market.small import SmallMarket

FEE, WAGE_FLOOR, AGENCY, OCCUPANCY, RENT, INTEREST, INVESTOR_RETURN, OTHER = range(8)


def site_with(small, *, start, now, fixed, occupied=(0.9, 0.9), **columns):
    """A site whose components per hour are given by cause."""
    rows = [np.array([parts.get(cause, 0.0) for cause in range(8)]) for parts in (start, now, fixed)]
    return small.site(
        bridge_start=rows[0],
        bridge_now=rows[1],
        fixed_start=rows[2],
        occupied_start=occupied[0],
        occupied_now=occupied[1],
        **columns,
    )


def by_cause(small, row=0):
    parts = bridge.bridges(np.array([row]), bridge.booked(small.state), bridge.OCCUPANCY)[0][0]
    return {cause: value for cause, value in zip(CAUSES, parts.tolist(), strict=True) if abs(value) > 1e-12}


def test_the_order_of_causes_is_the_one_used_here():
    assert CAUSES == ("fee", "wage_floor", "agency", "occupancy", "rent", "interest", "investor_return", "other")


def test_at_the_same_occupancy_each_cause_is_its_own_change():
    small = SmallMarket()
    site_with(
        small,
        start={FEE: 25.0, WAGE_FLOOR: -15.0, RENT: -2.0},
        now={FEE: 24.0, WAGE_FLOOR: -17.5, RENT: -2.0, AGENCY: -0.5},
        fixed={WAGE_FLOOR: -6.0, RENT: -2.0},
    )
    assert by_cause(small) == pytest.approx({"fee": -1.0, "wage_floor": -2.5, "agency": -0.5})


def test_what_does_not_follow_occupancy_costs_more_when_places_empty():
    # Occupancy falls from 90% to 60%: fixed costs an hour grow by a half, 4 GBP of 8 are due to empty places.
    small = SmallMarket()
    site_with(
        small,
        start={FEE: 25.0, WAGE_FLOOR: -15.0, OTHER: -5.0},
        now={FEE: 25.0, WAGE_FLOOR: -19.0, OTHER: -6.5},
        fixed={WAGE_FLOOR: -6.0, OTHER: -2.0},
        occupied=(0.9, 0.6),
    )
    assert by_cause(small) == pytest.approx({"occupancy": -4.0, "wage_floor": -1.0, "other": -0.5})


def test_fuller_places_help():
    small = SmallMarket()
    site_with(small, start={OTHER: -6.0}, now={OTHER: -5.0}, fixed={OTHER: -3.0}, occupied=(0.6, 0.9))
    assert by_cause(small) == pytest.approx({"occupancy": 1.0})


def test_without_a_start_there_is_no_bridge():
    small = SmallMarket()
    site_with(small, start={}, now={FEE: 5.0}, fixed={}, occupied=(0.0, 0.9))
    assert by_cause(small) == {}


components = arrays(np.float64, 8, elements=st.floats(-60.0, 60.0).map(lambda value: round(value, 6)))


@given(start=components, now=components, fixed=components, then=st.floats(0.05, 1.5), today=st.floats(0.01, 1.5))
@settings(max_examples=60, derandomize=True, deadline=None)
def test_parts_always_sum_to_the_change(start, now, fixed, then, today):
    small = SmallMarket()
    columns = {"bridge_start": start, "bridge_now": now, "fixed_start": fixed}
    small.site(occupied_start=then, occupied_now=today, **columns)
    parts = bridge.bridges(np.array([0]), bridge.booked(small.state), bridge.OCCUPANCY)[0][0]
    scale = 1.0 + np.abs(fixed).sum() * (1.0 + then / today)
    assert abs(parts.sum() - (now.sum() - start.sum())) <= 1e-12 * scale * 10


def test_the_cause_is_the_part_that_took_most():
    table = np.zeros((3, 8))
    table[0, [FEE, RENT]] = [-1.0, -3.0]
    table[1, [FEE, WAGE_FLOOR]] = [-1.0, 5.0]
    assert [CAUSES[code] for code in bridge.main_causes(table)] == ["rent", "fee", "occupancy"]


def test_a_providers_bridge_weighs_its_sites_by_hours():
    small = SmallMarket()
    chain = small.provider("chain")
    site_with(small, start={FEE: 20.0}, now={FEE: 18.0}, fixed={}, occupied=(0.5, 0.5), provider=chain, capacity=20)
    site_with(small, start={FEE: 24.0}, now={FEE: 24.0}, fixed={}, occupied=(1.0, 1.0), provider=chain, capacity=30)
    site_with(small, start={FEE: 99.0}, now={FEE: 0.0}, fixed={}, occupied=(0.0, 1.0), provider=chain, capacity=90)
    site_with(small, start={FEE: 10.0}, now={FEE: 5.0}, fixed={})
    parts, start, now = bridge.provider_bridges(small.state, np.array([chain]), np.arange(4))
    # 10 people of 40 lost 2 GBP an hour; the site without a start counts for nothing.
    assert parts[0, FEE] == pytest.approx(-0.5)
    assert (start[0], now[0]) == pytest.approx((23.0, 22.5))


def test_the_month_is_booked_by_cause_and_sums_to_the_surplus():
    small = SmallMarket()
    owner = small.provider("chain", debt=600_000.0, interest_rate=0.08, investor_return=2_000.0)
    small.site(owner, capacity=20, council_settled=12, self_funders=6, staff=9.0, agency_hours=10.0, rent=1_000.0)
    finance.step(small.state)
    s = small.state.sites
    hours = 18 * 25.0 * WEEKS
    now = s.bridge_now[0]
    assert now[FEE] * hours == pytest.approx(s.revenue[0])
    assert now[RENT] * hours == pytest.approx(-1_000.0 * WEEKS)
    assert now[INTEREST] * hours == pytest.approx(-600_000.0 * 0.08 / 12.0)
    assert now[INVESTOR_RETURN] * hours == pytest.approx(-2_000.0)
    assert now[OCCUPANCY] == 0.0
    assert now.sum() * hours == pytest.approx(s.surplus[0] - 2_000.0)
    assert s.occupied_now[0] == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("month", "opened", "residents", "taken"),
    [(1, -24, 13, True), (1, -24, 12, True), (5, 3, 12, False), (5, 3, 13, True), (16, 3, 2, True), (15, 3, 2, False)],
)
def test_the_start_is_taken_when_a_site_is_well_used_or_a_year_old(month, opened, residents, taken):
    small = SmallMarket(month=month)
    small.site(capacity=20, council_settled=residents, staff=8.0, opened=opened)
    finance.step(small.state)
    s = small.state.sites
    assert bool(s.occupied_start[0] > 0.0) is taken
    if taken:
        assert s.bridge_start[0].tolist() == s.bridge_now[0].tolist()
        assert by_cause(small) == {}


def test_the_start_is_taken_once():
    small = SmallMarket(month=3)
    small.site(capacity=20, council_settled=18, staff=8.0)
    finance.step(small.state)
    first = small.state.sites.bridge_start[0].copy()
    small.state.councils.fee *= 0.9
    finance.step(small.state)
    assert small.state.sites.bridge_start[0].tolist() == first.tolist()
    assert by_cause(small) == pytest.approx({"fee": -0.1 * first[FEE], "other": 0.02 * 0.1 * first[FEE]})


def test_part_of_pay_and_all_fixed_costs_do_not_follow_occupancy():
    small = SmallMarket()
    small.site(capacity=20, council_settled=18, staff=10.0, rent=100.0)
    accounts = finance.site_accounts(small.state)
    finance.step(small.state)
    fixed, hours = small.state.sites.fixed_start[0], 18 * 25.0 * WEEKS
    assert fixed[FEE] == 0.0
    # Staff follow 0.4 x 0.9 x 20 places and 0.6 x 18 residents.
    assert fixed[WAGE_FLOOR] * hours == pytest.approx(-float(accounts.wages[0]) * 7.2 / 18.0)
    assert fixed[RENT] * hours == pytest.approx(-100.0 * WEEKS)
    assert fixed[OTHER] * hours == pytest.approx(-float(accounts.fixed[0]))
