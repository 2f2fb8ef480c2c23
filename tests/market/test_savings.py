"""Self-funders who have no more money pass to the council, exactly at the capital limit."""

import pytest

from resilience.market import savings
from resilience.market.need import total_people
from resilience.state.codes import COUNCIL, SELF_FUNDER
from tests.market.small import SmallMarket

LIMIT = 20_000.0


@pytest.mark.parametrize(("money", "council_funded"), [(LIMIT - 0.01, 1), (LIMIT, 1), (LIMIT + 0.01, 0), (-500.0, 1)])
def test_the_limit_itself_is_low_enough(money, council_funded):
    small = SmallMarket()
    home = small.site()
    small.self_funder(site=home, savings=money)
    savings.run_down(small.state)
    s = small.state.sites
    assert (s.council_new[0], s.self_funders[0], len(small.state.self_funders)) == (
        council_funded,
        1 - council_funded,
        1 - council_funded,
    )
    assert small.state.flows.run_down[0].tolist() == [council_funded, 0, 0, 0]


def test_a_limit_of_nothing_leaves_those_with_anything():
    small = SmallMarket(values={"self_funders.capital_limit": 0.0})
    home = small.site()
    for money in (0.0, 0.01):
        small.self_funder(site=home, savings=money)
    savings.run_down(small.state)
    assert small.state.sites.council_new[0] == small.state.sites.self_funders[0] == 1


def test_people_stay_where_they_are_in_the_phase_of_their_stay():
    small = SmallMarket()
    home = small.site()
    for months in (0, 11, 12, 60):
        small.self_funder(site=home, savings=1_000.0, months_in_care=months)
    small.self_funder(site=home)
    savings.run_down(small.state)
    s = small.state.sites
    assert (s.council_new[0], s.council_settled[0], s.self_funders[0]) == (2, 2, 1)
    assert s.self_funder_hours[0] == pytest.approx(25.0)
    assert not small.state.councils.waiting.any()


def test_those_who_wait_join_the_councils_queue():
    small = SmallMarket(2)
    small.self_funder(council=1, savings=0.0)
    for _ in range(2):
        small.self_funder(council=1, care_type="home_care", savings=0.0, displaced=True)
    savings.run_down(small.state)
    assert small.queue("waiting", council=1) == 1
    assert small.queue("displaced", "home_care", council=1) == 2
    assert small.state.flows.run_down.tolist() == [[0, 0, 0, 0], [1, 0, 0, 2]]
    assert len(small.state.self_funders) == 0


def test_nobody_is_lost():
    small = SmallMarket()
    home, branch = small.site(), small.site(care_type="home_care")
    for number in range(12):
        small.self_funder(site=(home, branch, -1)[number % 3], savings=18_000.0 + 400.0 * number, hours=6.0)
    before = total_people(small.state)
    savings.run_down(small.state)
    change = total_people(small.state) - before
    run_down = small.state.flows.run_down
    assert run_down.sum() == 6
    assert change[:, :, COUNCIL].tolist() == run_down.tolist()
    assert change[:, :, SELF_FUNDER].tolist() == (-run_down).tolist()
