"""Replacement gaps by hand: 25 hours a resident, four fifths of others' staffed room can take people."""

import numpy as np
import pytest

from resilience.measures.functional import replacement_gaps
from tests.market.small import SmallMarket


def gaps(small):
    small.fully_staffed()
    found = replacement_gaps(small.state)
    return found.by_council.tolist(), found.by_provider.tolist()


def test_two_homes_stand_in_for_each_other():
    small = SmallMarket()
    small.site(capacity=20, council_settled=10)
    small.site(capacity=30, council_settled=26)
    by_council, by_provider = gaps(small)
    # The first: 250 hours against 4 places; the second: 650 hours against 10.
    assert by_provider == pytest.approx([250 - 0.8 * 100, 650 - 0.8 * 250])
    assert by_council == pytest.approx([450.0])


def test_what_others_can_take_leaves_no_gap():
    small = SmallMarket()
    small.site(capacity=20, council_settled=2)
    small.site(capacity=30)
    assert gaps(small) == ([0.0], [0.0, 0.0])


def test_only_staffed_room_counts():
    small = SmallMarket()
    small.site(capacity=20, council_settled=10)
    small.site(capacity=30, council_settled=10)
    small.state.sites.staff[:] = [9.9, 11.1]
    # The second could serve 30 x (0.4 x 27 + 0.6 x n) = 488.4 hours with agency: nine people, it has ten.
    assert replacement_gaps(small.state).by_provider[0] == pytest.approx(250.0)


def test_neighbours_take_people_and_others_do_not():
    small = SmallMarket(3, neighbours=((0, 1),))
    small.site(capacity=20, council_settled=10)
    small.site(capacity=4, council=1)
    small.site(capacity=90, council=2)
    by_council, by_provider = gaps(small)
    assert by_provider == pytest.approx([250 - 0.8 * 100, 0.0, 0.0])
    assert by_council == pytest.approx([170.0, 0.0, 0.0])


def test_a_chain_cannot_stand_in_for_itself_next_door():
    small = SmallMarket(2, neighbours=((0, 1),))
    chain = small.provider("chain")
    small.site(chain, capacity=10, council_settled=10)
    small.site(chain, capacity=20, council_settled=5, council=1)
    small.site(capacity=9, council_settled=5, council=1)
    by_council, by_provider = gaps(small)
    # Its own fifteen places next door fall away with it; the other's four remain. The other's five people find the
    # chain's fifteen.
    assert by_provider == pytest.approx([250 - 0.8 * 100, 0.0])
    assert by_council == pytest.approx([170.0, 125 - 0.8 * 100])


def test_a_chains_own_room_farther_off_is_not_missed():
    small = SmallMarket(3, neighbours=((0, 1), (1, 2)))
    chain = small.provider("chain")
    for council, residents in ((0, 10), (1, 2), (2, 0)):
        small.site(chain, capacity=10, council_settled=residents, council=council)
        small.site(capacity=3, council=council)
    by_council, by_provider = gaps(small)
    # Council 0 reaches others' places in 0 and 1, council 1 in all three.
    assert by_provider[0] == pytest.approx(250 - 0.8 * 150)
    assert by_council == pytest.approx([130.0, 0.0, 0.0])


def test_kinds_of_care_do_not_stand_in_for_each_other_and_add_up():
    small = SmallMarket()
    owner = small.provider()
    small.site(owner, capacity=10, council_settled=10)
    small.site(owner, "home_care", capacity=6, council_settled=6)
    small.site(care_type="nursing", capacity=50)
    small.site(care_type="home_care", capacity=4)
    _, by_provider = gaps(small)
    assert by_provider[0] == pytest.approx(250.0 + (60 - 0.8 * 40))


def test_self_funders_hours_at_home_are_their_own():
    small = SmallMarket()
    small.site(care_type="home_care", capacity=6, self_funders=4, hours=3.0)
    assert gaps(small)[1] == pytest.approx([12.0])


def test_a_councils_own_service_is_not_tested_but_its_room_counts():
    small = SmallMarket()
    small.site("council_service", "home_care", capacity=10, council_settled=6)
    small.site(care_type="home_care", capacity=5, council_settled=5)
    assert gaps(small)[1] == pytest.approx([0.0, 50 - 0.8 * 40])


def test_micro_enterprises_replace_nobodys_contracts():
    small = SmallMarket()
    small.site(care_type="home_care", capacity=5, council_settled=5)
    small.site("micro_enterprise", "home_care", capacity=15)
    assert gaps(small)[1] == pytest.approx([50.0, 0.0])


def test_closed_sites_neither_leave_nor_fill_a_gap():
    small = SmallMarket()
    small.site(capacity=10, council_settled=4)
    small.site(capacity=50, alive=False)
    assert gaps(small)[1] == pytest.approx([100.0, 0.0])


def test_room_that_cannot_be_had_within_28_days_does_not_count():
    gap = []
    for share in (0.0, 0.5, 1.0):
        small = SmallMarket(values={"reprovision.absorb_share": share})
        small.site(capacity=20, council_settled=10)
        small.site(capacity=4)
        gap.append(gaps(small)[1][0])
    assert gap == pytest.approx([250.0, 200.0, 150.0])


def brute_force(state):
    """The definition written out provider by provider, council by council, kind by kind."""
    from resilience.market import sites as at

    s, p = state.sites, state.providers
    hours = at.hours_due(state)
    micro = p.kind[s.provider] == 3
    spare = np.where(micro, 0, at.staffed_room(state)) * at.hours_per_person(state)
    by_council, by_provider = np.zeros(state.n_councils), np.zeros(len(p))
    for provider in range(len(p)):
        if p.kind[provider] == 4:
            continue
        for council in range(state.n_councils):
            gap = 0.0
            for kind in range(4):
                mine = s.alive & (s.provider == provider) & (s.council == council) & (s.care_type == kind)
                if not mine.any():
                    continue
                near = (s.council == council) | state.neighbours[council, s.council]
                others = s.alive & (s.provider != provider) & (s.care_type == kind) & near
                gap += max(hours[mine].sum() - 0.8 * spare[others].sum(), 0.0)
            by_council[council] = max(by_council[council], gap)
            by_provider[provider] = max(by_provider[provider], gap)
    return by_council, by_provider


@pytest.mark.parametrize("seed", range(6))
def test_against_the_definition_written_out(seed):
    rng = np.random.default_rng(seed)
    small = SmallMarket(4, neighbours=((0, 1), (1, 2), (0, 3)))
    owners = [small.provider(kind) for kind in ("chain", "chain", "independent", "council_service", "micro_enterprise")]
    for _ in range(30):
        owner = int(rng.integers(len(owners)))
        kind = "home_care" if owner == 4 else ("residential", "nursing", "home_care")[rng.integers(3)]
        capacity = int(rng.integers(1, 30))
        small.site(
            owner,
            kind,
            capacity=capacity,
            council=int(rng.integers(4)),
            council_settled=int(rng.integers(capacity + 1)),
            alive=bool(rng.random() < 0.9),
            staff=float(rng.random() * capacity),
        )
    found = replacement_gaps(small.state)
    by_council, by_provider = brute_force(small.state)
    assert found.by_council == pytest.approx(by_council)
    assert found.by_provider == pytest.approx(by_provider)
