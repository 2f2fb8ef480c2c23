"""Month step 2: who leaves, who grows older in a queue, who comes, whom eligibility refuses."""

import numpy as np
import pytest

from resilience.market import need
from resilience.state.codes import COUNCIL, HOME_CARE, NHS, SELF_FUNDER
from tests.market.small import SmallMarket, within_chance

LEAVE_NEW = 1.0 - np.exp(-0.60 / 12)
LEAVE_LATER = 1.0 - np.exp(-0.36 / 12)
LEAVE_HOME_CARE = 1.0 - np.exp(-0.50 / 12)
SITES = 300


def full_market(care_type="residential", **people):
    """Three hundred like sites."""
    small = SmallMarket()
    owner = small.provider()
    for _ in range(SITES):
        small.site(owner, care_type, capacity=100, **people)
    return small


def arrivals(small, **mean):
    """Set the people a month who newly need residential care, by payer."""
    table = small.state.councils.arrivals.reshape(-1, 4, 3)
    for payer, people in mean.items():
        table[0, 0, {"council": COUNCIL, "self_funder": SELF_FUNDER, "nhs": NHS}[payer]] = people


@pytest.mark.parametrize("payer", ["council", "nhs"])
def test_people_leave_in_two_phases_as_often_as_expected(payer):
    small = full_market(**{f"{payer}_new": 50, f"{payer}_settled": 50})
    need.step(small.state)
    s, n = small.state.sites, SITES * 50
    new, settled = (getattr(s, f"{payer}_{phase}").sum() for phase in ("new", "settled"))
    left = int(small.state.flows.leavers[0, 0, COUNCIL if payer == "council" else NHS])
    assert new + settled + left == 2 * n
    assert within_chance(left, n, LEAVE_NEW + LEAVE_LATER)
    # Of those who stay in the first phase a twelfth pass on.
    assert within_chance(new, n, (1.0 - LEAVE_NEW) * 11 / 12)


def test_home_care_has_one_rate():
    small = full_market("home_care", council_new=40, council_settled=40)
    need.step(small.state)
    left = small.state.flows.leavers[0, HOME_CARE, COUNCIL]
    assert within_chance(left, SITES * 80, LEAVE_HOME_CARE)


def test_who_leaves_is_drawn_from_the_sites_key_alone():
    first, second = full_market(council_new=50), full_market(council_new=50)
    second.site(capacity=50, council_new=50)
    second.state.sites.alive[7] = False
    need.step(first.state)
    need.step(second.state)
    others = np.arange(SITES) != 7
    assert np.array_equal(first.state.sites.council_new[others], second.state.sites.council_new[:SITES][others])
    assert second.state.sites.council_new[7] == 50


@pytest.mark.parametrize(("months", "rate"), [(11, LEAVE_NEW), (12, LEAVE_LATER)])
def test_self_funders_leave_by_the_time_they_have_been_in_care(months, rate):
    small = SmallMarket()
    home = small.site(capacity=6_000, self_funders=3)
    f = small.state.self_funders
    f.append(5_000, key=np.arange(5_000, dtype=np.uint64), spell=np.arange(3, 5_003), site=home, hours=25.0)
    f.months_in_care[:] = months
    small.state.sites.self_funders[home] = 5_003
    small.state.sites.self_funder_hours[home] = 5_003 * 25.0
    need.step(small.state)
    left = int(small.state.flows.leavers[0, 0, SELF_FUNDER])
    assert within_chance(left, 5_003, rate)
    f.drop_gone()
    assert len(f) == small.state.sites.self_funders[home] == 5_003 - left
    assert small.state.sites.self_funder_hours[home] == pytest.approx(25.0 * len(f))
    assert set(f.months_in_care.tolist()) == {months + 1}
    assert set(f.waiting_months.tolist()) == {0}


def test_those_without_a_place_wait_a_month_longer():
    small = SmallMarket(values={"need.first_phase_leave": 0.2})
    for _ in range(30):
        small.self_funder(waiting_months=2)
    need.step(small.state)
    assert set(small.state.self_funders.waiting_months.tolist()) == {3}


def test_queues_grow_older_and_some_leave_them():
    small = SmallMarket()
    for name, people in (("waiting", 4_000), ("waiting_long", 1_000), ("displaced", 2_000), ("displaced_long", 500)):
        small.put_in_queue(name, people)
    need.step(small.state)
    waiting, displaced = small.queue("waiting_long"), small.queue("displaced_long")
    assert (small.queue("waiting"), small.queue("displaced")) == (0, 0)
    assert within_chance(waiting, 5_000, 1.0 - LEAVE_LATER)
    assert within_chance(displaced, 2_500, 1.0 - LEAVE_LATER)
    assert small.state.flows.leavers[0, 0, COUNCIL] == 7_500 - waiting - displaced


def test_people_refused_leave_too():
    small = SmallMarket()
    small.state.councils.rationed[0, 0] = 10_000
    small.state.councils.eligibility[:] = 0.5
    need.step(small.state)
    assert within_chance(10_000 - small.state.councils.rationed[0, 0], 10_000, LEAVE_LATER)
    assert small.state.flows.leavers[0, 0, COUNCIL] == 10_000 - small.state.councils.rationed[0, 0]


def test_arrivals_follow_their_mean_growth_and_payer_factor():
    small = SmallMarket()
    small.state.councils.arrivals[:] = 1_000.0
    small.state.conditions.need_factor[:] = [1.0, 1.2, 1.0, 0.5]
    small.state.conditions.payer_factor[:] = [1.0, 0.5, 0.0]
    need.step(small.state)
    came = small.state.flows.arrivals[0]
    expected = np.outer([1_000.0, 1_200.0, 1_000.0, 500.0], [1.0, 0.5, 0.0])
    assert (np.abs(came - expected) <= 4.5 * np.sqrt(expected)).all()
    assert small.queue("waiting") == came[0, COUNCIL]
    assert small.queue("waiting", payer="nhs") == 0
    assert np.bincount(small.state.self_funders.care_type, minlength=4).tolist() == came[:, SELF_FUNDER].tolist()


def test_nobody_arrives_where_nobody_is_expected():
    small = SmallMarket(3)
    need.step(small.state)
    assert not small.state.flows.arrivals.any()
    assert len(small.state.self_funders) == 0


def test_more_need_never_brings_fewer_people():
    counts = []
    for factor in (0.5, 1.0, 1.1, 2.0):
        small = SmallMarket()
        arrivals(small, council=40.0, self_funder=30.0, nhs=10.0)
        small.state.conditions.need_factor[:] = factor
        need.step(small.state)
        counts.append(small.state.flows.arrivals[0, 0])
    assert (np.diff(counts, axis=0) >= 0).all()


@pytest.mark.parametrize("eligibility", [0.0, 0.4, 0.75, 0.89, 1.0])
def test_eligibility_refuses_its_share_of_the_newly_assessed(eligibility):
    small = SmallMarket()
    arrivals(small, council=200.0, self_funder=50.0, nhs=20.0)
    small.state.councils.eligibility[:] = eligibility
    need.step(small.state)
    came = small.state.flows.arrivals[0, 0]
    refused = int(small.state.councils.rationed[0, 0])
    assert abs(refused - (1.0 - eligibility) * came[COUNCIL]) < 1.0
    assert small.queue("waiting") == came[COUNCIL] - refused
    assert small.queue("waiting", payer="nhs") == came[NHS]
    assert len(small.state.self_funders) == came[SELF_FUNDER]


def test_people_refused_are_looked_at_again_when_eligibility_widens():
    small = SmallMarket()
    small.state.councils.rationed[0, 0] = 5_000
    small.state.councils.eligibility[:] = 1.0
    need.step(small.state)
    admitted = small.queue("waiting")
    assert within_chance(admitted, 5_000 * (1.0 - LEAVE_LATER), 0.02)
    left = int(small.state.flows.leavers[0, 0, COUNCIL])
    assert small.state.councils.rationed[0, 0] == 5_000 - left - admitted


def test_everybody_in_need_is_counted_once():
    small = SmallMarket(2)
    small.site(capacity=30, council=1, council_new=3, council_settled=4, nhs_new=1, nhs_settled=2, self_funders=5)
    small.self_funder(council=0, care_type="home_care")
    for number, name in enumerate(("waiting", "waiting_long", "displaced", "displaced_long")):
        small.put_in_queue(name, 10**number, payer="nhs", council=1)
    small.state.councils.rationed[1, 0] = 50
    total = need.total_people(small.state)
    assert total[1, 0].tolist() == [7 + 50, 5, 3 + 1_111]
    assert total[0, HOME_CARE].tolist() == [0, 1, 0]
    assert total.sum() == 57 + 5 + 1_114 + 1


def test_people_in_and_out_explain_the_change():
    small = full_market(council_new=30, council_settled=20, nhs_new=5)
    small.put_in_queue("displaced", 40)
    arrivals(small, council=30.0, self_funder=30.0, nhs=30.0)
    small.state.councils.eligibility[:] = 0.95
    before = need.total_people(small.state)
    for _ in range(4):
        need.step(small.state)
    flows = small.state.flows
    assert np.array_equal(need.total_people(small.state) - before, flows.arrivals - flows.leavers)


def arrived(counts, month=3):
    small = SmallMarket(2, month=month)
    small.state.self_funders.append(7)
    small.state.next_spell = 7
    need.add_self_funders(small.state, np.array(counts), np.zeros((2, 4), dtype=np.int64))
    return small.state.self_funders


def test_newcomers_are_who_they_are_however_many_come():
    few, many = arrived([[2, 0, 0, 1], [3, 0, 0, 0]]), arrived([[5, 1, 0, 4], [9, 0, 2, 0]])
    for council, care_type in ((0, 0), (0, 3), (1, 0)):
        one, other = (
            np.flatnonzero((f.council == council) & (f.care_type == care_type) & (np.arange(len(f)) >= 7))
            for f in (few, many)
        )
        for name in ("key", "savings", "income", "hours", "price_class"):
            assert np.array_equal(getattr(few, name)[one], getattr(many, name)[other[: one.size]]), name
    assert np.unique(many.key[7:]).size == 21
    assert many.spell[7:].tolist() == list(range(7, 28))
    assert set(many.site[7:].tolist()) == {-1}


def test_newcomers_of_another_month_are_others():
    assert not set(arrived([[5, 0, 0, 5], [0, 0, 0, 0]]).key[7:]) & set(
        arrived([[5, 0, 0, 5], [0, 0, 0, 0]], month=4).key[7:]
    )


def test_traits_of_self_funders():
    small = SmallMarket()
    keys = np.arange(1, 20_001, dtype=np.uint64)
    kind = np.repeat([0, 3], 10_000)
    traits = need.self_funder_traits(small.state, keys, np.zeros_like(kind), kind)
    in_homes, at_home = kind == 0, kind == 3
    assert set(traits["hours"][in_homes].tolist()) == {25.0}
    assert traits["hours"][at_home].mean() == pytest.approx(10.0, rel=0.05)
    assert (traits["hours"][at_home].min(), traits["hours"][at_home].max()) >= (1.5, 1.5)
    assert traits["hours"].max() <= 70.0
    assert np.median(traits["savings"][in_homes]) == pytest.approx(140_000.0, rel=0.05)
    assert np.median(traits["savings"][at_home]) == pytest.approx(70_000.0, rel=0.05)
    assert traits["savings"].min() == pytest.approx(21_000.0)
    assert traits["income"][in_homes].mean() == pytest.approx(250.0, rel=0.03)
    assert traits["income"][at_home].mean() == pytest.approx(150.0, rel=0.03)
    assert np.bincount(traits["price_class"]) / 20_000 == pytest.approx([1 / 3] * 3, abs=0.02)


def test_traits_belong_to_the_person_not_to_the_month():
    early, late = SmallMarket(month=2), SmallMarket(month=30)
    late.state.conditions.price_index = late.state.conditions.cost_index = 1.25
    keys, kind = np.arange(1, 101, dtype=np.uint64), np.zeros(100, dtype=np.int64)
    first, second = (need.self_funder_traits(small.state, keys, kind, kind) for small in (early, late))
    assert np.array_equal(first["price_class"], second["price_class"])
    assert np.array_equal(first["income"], second["income"])
    rich = first["savings"] > 30_000.0
    assert second["savings"][rich] == pytest.approx(1.25 * first["savings"][rich])


def word_of_mouth(rate, *, capacity=8, served=0, supported=True, enterprises=200):
    small = SmallMarket(values={"entry.micro_word_of_mouth": rate, "entry.micro_hours_per_client": 4.0})
    for _ in range(enterprises):
        owner = small.provider("micro_enterprise", supported=supported)
        small.site(owner, "home_care", capacity=capacity, self_funders=served, hours=3.0)
    small.state.self_funders.savings[:] = 1e6
    need.step(small.state)
    return small


def test_people_hear_of_micro_enterprises_with_time_to_spare():
    small = word_of_mouth(0.5)
    came = small.state.flows.arrivals[0, HOME_CARE, SELF_FUNDER]
    assert abs(came - 0.5 * 200 * 8) <= 4.5 * np.sqrt(800)
    f = small.state.self_funders
    assert len(f) == came
    assert (f.hours <= need.HEAVY_HOURS).all()
    assert 3.0 < f.hours.mean() < 4.5
    assert f.hours.min() >= 1.0


def test_nobody_hears_of_full_micro_enterprises_and_fewer_of_unsupported_ones():
    assert word_of_mouth(0.5, capacity=1, served=3, enterprises=20).state.flows.arrivals.sum() == 0
    assert word_of_mouth(0.0).state.flows.arrivals.sum() == 0
    came = word_of_mouth(0.5, supported=False).state.flows.arrivals[0, HOME_CARE, SELF_FUNDER]
    assert abs(came - 400) <= 4.5 * 20
