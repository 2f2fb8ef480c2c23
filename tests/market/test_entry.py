"""Month step 10: who enters, how many, with what, and who they are whatever happened before."""

import numpy as np
import pytest

from resilience.market import entry, newcomers
from resilience.state.codes import (
    CHAIN,
    COOPERATIVE,
    COUNCIL_SERVICE,
    HOME_CARE,
    INDEPENDENT,
    KINDS,
    MICRO_ENTERPRISE,
    YOUNGER_ADULTS,
)
from resilience.state.codes import WEEKS_PER_MONTH as WEEKS
from resilience.state.randomness import hash_keys
from tests.market.small import SmallMarket, within_chance

NOBODY = {"entry.homes_per_year": 0.0, "entry.branches_per_year": 0.0, "entry.micro_growth_unsupported": 0.0}
HOMES = NOBODY | {"entry.homes_per_year": 0.12}
BRANCHES = NOBODY | {"entry.branches_per_year": 0.12}
MICRO = NOBODY | {"entry.micro_growth_unsupported": 0.24}
COUNCILS = 150


def many_councils(values, care_type="residential", *, kind="independent", residents=18, sites=2, **columns):
    """A hundred and fifty councils with two like sites each: expectations are seen in their sum."""
    small = SmallMarket(COUNCILS, values=values)
    owner = small.provider(kind)
    for council in range(COUNCILS):
        for _ in range(sites):
            small.site(
                owner, care_type, capacity=20, council_settled=residents, council=council, revenue=1_000.0, **columns
            )
    return small


def entered(small, care_types=(0, 1, 2, 3)):
    entry.step(small.state)
    return int(small.state.flows.entries[:, list(care_types)].sum())


def near(count, mean):
    """True when a count is as near its Poisson mean as chance allows."""
    return abs(count - mean) <= 4.5 * np.sqrt(mean)


class TestHowManyHomes:
    """At 12% a year of 300 homes three are expected a month."""

    def repeated(self, values=HOMES, months=12, **columns):
        small = many_councils(values, **columns)
        total = 0
        for month in range(1, months + 1):
            small.state.month = month
            before = len(small.state.sites)
            total += entered(small) - total
            # New homes leave again, so that every month is like the first.
            small.state.sites.alive[before:] = False
        return total

    def test_their_share_of_homes_there(self):
        assert near(self.repeated(), 36.0)

    def test_none_at_a_rate_of_nothing(self):
        assert self.repeated(NOBODY, months=3) == 0

    def test_follow_margins_since_the_start(self):
        # Eight points more of margin at a response of five: a factor of exp(0.4).
        assert near(self.repeated(trend=0.08), 36.0 * np.exp(0.4))

    def test_follow_margins_up_to_a_point(self):
        assert near(self.repeated(trend=0.9, months=6), 18.0 * np.e)
        assert near(self.repeated(trend=-0.9), 36.0 * np.exp(-3.0))

    def test_follow_occupancy_steeply(self):
        assert near(self.repeated(residents=14), 36.0 * (14 / 18) ** 6)
        assert near(self.repeated(residents=20), 36.0 * (20 / 18) ** 6)


def test_homes_open_where_self_funders_live():
    small = many_councils(HOMES | {"entry.homes_per_year": 0.20})
    rich = np.arange(COUNCILS) % 3 == 0
    small.state.councils.self_funder_share[:] = np.where(rich, 0.6, 0.3)
    by_council = np.zeros(COUNCILS)
    for month in range(1, 13):
        small.state.month = month
        before = len(small.state.sites)
        entry.step(small.state)
        small.state.sites.alive[before:] = False
    by_council = small.state.flows.entries.sum(axis=1)
    # Twice the self-funders, four times the pull.
    mean = 0.2 * 2 * (np.where(rich, 0.6, 0.3) / 0.4) ** 2
    assert near(by_council[rich].sum(), mean[rich].sum())
    assert near(by_council[~rich].sum(), mean[~rich].sum())


@pytest.mark.parametrize(("waiting", "factor"), [(0, 1.0), (4, 1.5), (100, 2.0)])
def test_branches_open_where_people_wait(waiting, factor):
    small = many_councils(BRANCHES, "home_care", residents=20)
    small.state.councils.waiting_long[:, HOME_CARE * 3] = waiting
    total = 0
    for month in range(1, 13):
        small.state.month = month
        before = len(small.state.sites)
        total += entered(small, (HOME_CARE,)) - total
        small.state.sites.alive[before:] = False
    # 40 people are served in each council; at most a fifth of them counts as waiting.
    assert near(total, 36.0 * factor)


def test_micro_enterprises_and_closed_sites_breed_no_branches():
    small = many_councils(BRANCHES | {"entry.branches_per_year": 0.6}, "home_care", kind="micro_enterprise")
    assert entered(small) == 0
    small = many_councils(HOMES | {"entry.homes_per_year": 0.2}, alive=False)
    assert entered(small) == 0


class TestMicroEnterprises:
    def formed(self, n, *, reach=0.0, start=10.0, population=100_000.0, months=6):
        """How many start in six months where ``n`` are in each council."""
        small = SmallMarket(60, values=MICRO)
        owner = small.provider("micro_enterprise")
        for council in range(60):
            for _ in range(n):
                small.site(owner, "home_care", capacity=5, council=council)
        small.state.councils.micro_start[:] = start
        small.state.councils.population[:] = population
        small.state.conditions.catalyst[:] = reach
        total = 0
        for month in range(1, months + 1):
            small.state.month = month
            before = len(small.state.sites)
            # They are counted apart from new branches.
            assert entered(small) == 0
            total += len(small.state.sites) - before
            small.state.sites.alive[before:] = False
        return total

    def test_start_in_proportion_to_those_there(self):
        # 24% a year of ten in each of sixty councils; the ceiling is 200.
        assert near(self.formed(10), 0.12 * 600 * 0.95)

    def test_start_more_often_with_a_catalyst(self):
        assert near(self.formed(10, reach=1.0), 0.30 * 600 * 0.95)
        assert near(self.formed(10, reach=0.5), 0.21 * 600 * 0.95)

    def test_start_again_where_all_have_gone(self):
        assert near(self.formed(0), 0.12 * 3 * 60)

    def test_stop_at_the_ceiling(self):
        assert self.formed(10, population=5_000.0, reach=1.0) == 0
        assert self.formed(12, population=5_000.0, reach=1.0, months=2) == 0
        assert near(self.formed(10, population=10_000.0, reach=1.0), 0.30 * 600 * 0.5)

    def test_under_a_programmes_wing_stay_four_times_as_long(self):
        small = SmallMarket(2, month=10)
        for council, supported in ((0, False), (1, False), (1, True)):
            small.provider("micro_enterprise", council=council, supported=supported, owner_retires=22)
        small.provider("independent", council=1, owner_retires=22)
        small.state.conditions.catalyst[:] = [0.0, 0.5]
        entry.support_micro_enterprises(small.state)
        p = small.state.providers
        assert p.supported.tolist() == [False, True, True, False]
        assert p.owner_retires.tolist() == [22, 10 + 4 * 12, 22, 22]
        entry.support_micro_enterprises(small.state)
        assert p.owner_retires.tolist() == [22, 58, 22, 22]

    def added(self, supported):
        small = SmallMarket(month=4)
        keys = hash_keys(1, np.arange(4_000))
        newcomers.add_micro_enterprises(
            small.state, keys, np.zeros(4_000, dtype=np.int64), np.full(4_000, supported, dtype=np.bool_)
        )
        return small.state

    @pytest.mark.parametrize(("supported", "years", "quality"), [(True, 20.0, 0.8), (False, 5.0, 0.73)])
    def test_bring_their_traits(self, supported, years, quality):
        state = self.added(supported)
        s, p = state.sites, state.providers
        assert set(p.kind.tolist()) == {MICRO_ENTERPRISE}
        # Owners stop by a constant yearly chance; the month is counted from the next.
        assert (p.owner_retires - 4).mean() / 12 == pytest.approx(years, rel=0.06)
        assert (p.owner_retires > 4).all()
        assert s.capacity.mean() == pytest.approx(5.0, abs=0.1)
        assert (s.capacity.min(), s.capacity.max()) >= (1, 5)
        assert set(s.price.tolist()) == {15.0 * 0.9}
        assert s.quality[0] == pytest.approx(quality)
        assert not s.takes_council.any()
        assert set(p.members.tolist()) <= {1, 2, 3, 4, 5}
        assert state.flows.capital_put_in[0] == pytest.approx(p.cash.sum())


class TestWhoEnters:
    def months_entrants(self, factor, history):
        """The keys of a month's entrants; ``history`` sites are there besides, ``factor`` lifts every rate."""
        rates = {name: value * factor for name, value in (HOMES | BRANCHES | MICRO).items()}
        small = SmallMarket(5, values=rates, month=9)
        owner = small.provider()
        for council in range(5):
            for _ in range(30):
                small.site(owner, capacity=20, council_settled=18, council=council)
                small.site(owner, "home_care", capacity=20, council_settled=18, council=council)
        for _ in range(history):
            small.site(owner, capacity=20, council_settled=18, council=4)
        small.state.councils.micro_start[:] = 200.0
        before = len(small.state.sites)
        entry.step(small.state)
        s = small.state.sites
        found = {}
        for row in range(before, len(s)):
            kind = 2 if s.capacity[row] <= 15 and s.price[row] < 15.0 else int(s.care_type[row] == HOME_CARE)
            found.setdefault((int(s.council[row]), kind), []).append(
                (int(s.key[row]), int(s.capacity[row]), float(s.efficiency[row]), float(s.quality_trait[row]))
            )
        return found

    def test_is_decided_by_month_council_and_ordinal_not_by_how_many_come(self):
        few, many = self.months_entrants(1.0, history=0), self.months_entrants(2.5, history=40)
        assert sum(map(len, many.values())) > sum(map(len, few.values())) > 3
        for cell, entrants in few.items():
            assert many[cell][: len(entrants)] == entrants, cell

    def test_traits_of_new_homes(self):
        small = many_councils(HOMES | {"entry.homes_per_year": 0.20}, sites=6)
        for month in range(1, 13):
            small.state.month = month
            entry.step(small.state)
        s, p = small.state.sites, small.state.providers
        new = np.arange(len(s)) >= 6 * COUNCILS
        assert new.sum() > 100
        kinds = np.bincount(s.care_type[new], minlength=4) / new.sum()
        assert kinds == pytest.approx([0.35, 0.30, 0.35, 0.0], abs=0.13)
        assert s.capacity[new & (s.care_type == YOUNGER_ADULTS)].mean() == pytest.approx(40 * 0.22, rel=0.25)
        assert s.capacity[new & (s.care_type != YOUNGER_ADULTS)].mean() == pytest.approx(40 * 1.35, rel=0.25)
        assert (s.capacity[new].min(), s.capacity[new].max()) <= (200, 120)
        assert s.capacity[new].min() >= 3
        assert set(p.kind[s.provider[new]].tolist()) == {INDEPENDENT}

    def test_a_few_branches_belong_to_their_workers(self):
        small = many_councils(BRANCHES | {"entry.branches_per_year": 0.6}, "home_care", sites=4)
        for month in range(1, 19):
            small.state.month = month
            before = len(small.state.sites)
            entry.step(small.state)
            small.state.sites.alive[before:] = False
        p = small.state.providers
        kinds = p.kind[1:]
        assert kinds.size > 400
        own = kinds == COOPERATIVE
        assert 0 < own.sum() < 0.06 * kinds.size
        assert (p.members[1:][own] >= 3).all()
        assert not p.members[1:][~own].any()


def opened(values=None, *, care_type=0, chain=False, **columns):
    """One home of forty beds opened by hand in a market with one other."""
    small = SmallMarket(values=values, month=7)
    small.site(capacity=20, price=640.0)
    small.state.councils.pool[:] = 50.0
    owner = small.provider("chain" if chain else "independent")
    newcomers.open_sites(
        small.state,
        hash_keys(5, np.arange(1)),
        np.array([owner]),
        np.array([0]),
        np.array([care_type]),
        np.array([40]),
    )
    return small


class TestOpening:
    def test_a_new_site_is_empty_young_and_good(self):
        s = opened().state.sites
        assert (s.alive[1], s.opened[1], s.closed[1], s.capacity[1]) == (True, 7, -1, 40)
        assert (s.council_new[1], s.self_funders[1]) == (0, 0)
        assert s.quality[1] == pytest.approx(0.73)
        assert s.rating[1] == 2

    def test_it_asks_the_price_of_its_place(self):
        assert opened().state.sites.price[1] == pytest.approx(640.0)
        # Where there is no other, the council's fee and the usual premium.
        assert opened(care_type=1).state.sites.price[1] == pytest.approx(550.0 * 1.4)
        assert opened(care_type=3).state.sites.price[1] == pytest.approx(15.0 * 1.2)

    def test_it_has_staff_for_its_beds_and_two_people_three_fifths_from_the_pool(self):
        small = opened()
        staff = 30.0 * (0.4 * 0.9 * 40 + 2.0) / 40.0
        assert small.state.sites.staff[1] == small.state.sites.posts[1] == pytest.approx(staff)
        assert small.state.councils.pool[0] == pytest.approx(50.0 - 0.6 * staff)

    def test_the_pool_is_never_overdrawn(self):
        small = SmallMarket(month=7)
        owner = small.provider()
        newcomers.open_sites(
            small.state,
            hash_keys(5, np.arange(2)),
            np.full(2, owner),
            np.zeros(2, dtype=int),
            np.zeros(2, dtype=int),
            np.full(2, 60),
        )
        assert small.state.councils.pool[0] == 0.0

    def test_it_pays_the_floor_and_its_differential(self):
        s = opened().state.sites
        assert s.pay[1] == pytest.approx(10.0 * 1.05)

    def test_it_is_an_event_and_a_flow(self):
        small = opened()
        (event,) = small.events_of_kind("entry")
        assert (event["site"], event["provider"], event["month"]) == (1, 1, 7)
        assert small.state.flows.entries[0].tolist() == [1, 0, 0, 0]

    def test_new_independents_bring_cash_for_months_of_revenue_and_debt_on_beds(self):
        small = many_councils(HOMES | {"entry.homes_per_year": 0.20}, sites=3)
        entry.step(small.state)
        s, p = small.state.sites, small.state.providers
        new = np.arange(3 * COUNCILS, len(s))
        assert new.size > 0
        owner = s.provider[new]
        fee = np.array([500.0, 550.0, 1_200.0, 15.0])[s.care_type[new]]
        assert p.cash[owner] == pytest.approx(6.0 * s.capacity[new] * fee * WEEKS)
        assert p.credit_limit[owner] == pytest.approx(s.capacity[new] * fee * WEEKS)
        assert p.debt[owner] == pytest.approx(10_000.0 * s.capacity[new])
        assert small.state.flows.capital_put_in.sum() == pytest.approx(p.cash[owner].sum())

    def test_sound_chains_open_homes_with_their_investors_cash(self):
        small = many_councils(
            HOMES | {"entry.homes_per_year": 0.20, "entry.chain_share_of_new_homes": 1.0}, sites=3, kind="chain"
        )
        small.state.providers.cash[:] = 1_000.0
        entry.step(small.state)
        s, p = small.state.sites, small.state.providers
        new = np.arange(3 * COUNCILS, len(s))
        assert new.size > 0
        assert set(s.provider[new].tolist()) == {0}
        assert p.cash[0] - 1_000.0 == pytest.approx(small.state.flows.capital_put_in.sum())
        assert set(s.self_funder_pull[new].tolist()) == {1.3}
        # They borrow seven tenths of the usual for each bed, and owe investors 12% a year on 20,000.
        beds = int(s.capacity[new].sum())
        assert p.debt[0] == pytest.approx(0.7 * 30_000.0 * beds)
        assert p.investor_return[0] == pytest.approx(20_000.0 * 0.12 / 12.0 * beds)

    def test_new_independents_borrow_at_the_rate_of_the_day(self):
        small = many_councils(HOMES | {"entry.homes_per_year": 0.20}, sites=3)
        small.state.conditions.bank_rate_change = 0.03
        entry.step(small.state)
        p = small.state.providers
        assert len(p) > 1
        assert set(p.rate_change[1:].tolist()) == {0.03}

    @pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
    def test_founders_of_branches_have_no_overdraft_and_a_share_of_them_stops_early(self, share):
        rates = {"entry.branches_per_year": 0.6, "entry.founders_stop_early": share}
        small = many_councils(BRANCHES | rates, "home_care", sites=4)
        for month in range(1, 7):
            small.state.month = month
            entry.step(small.state)
        p = small.state.providers
        founders = len(p) - 1
        assert founders > 100
        assert not p.credit_limit[1:].any()
        assert within_chance(int(p.orderly[1:].sum()), founders, share)


HERE = np.zeros(8_000, dtype=np.int64)
"""The one council of a small market, for everybody."""


def test_owners_retire_after_a_time_of_their_own():
    small = SmallMarket(
        values={"distress.retirement_per_year": 0.10, "distress.retirement_per_year_home_care": 0.20}, month=3
    )
    keys = hash_keys(1, np.arange(8_000))
    kind = np.full(8_000, INDEPENDENT)
    at_home = np.arange(8_000) % 2 == 0
    months = newcomers.retirement_months(small.state, keys, HERE[:8_000], kind, at_home)
    assert (months > 3).all()
    assert (months[at_home] - 3.5).mean() / 12 == pytest.approx(5.0, rel=0.06)
    assert (months[~at_home] - 3.5).mean() / 12 == pytest.approx(10.0, rel=0.06)
    for code in (CHAIN, COOPERATIVE, MICRO_ENTERPRISE, COUNCIL_SERVICE):
        never = newcomers.retirement_months(small.state, keys[:5], HERE[:5], np.full(5, code), at_home[:5])
        assert set(never.tolist()) == {newcomers.NEVER}, KINDS[code]


def test_nobody_retires_at_a_rate_of_nothing():
    small = SmallMarket()
    months = newcomers.retirement_months(
        small.state, hash_keys(1, np.arange(9)), HERE[:9], np.full(9, INDEPENDENT), np.zeros(9, dtype=np.bool_)
    )
    assert set(months.tolist()) == {newcomers.NEVER}


def test_a_share_of_small_owners_would_stop_in_good_order():
    small = SmallMarket(values={"distress.orderly_share": 0.3})
    keys = hash_keys(1, np.arange(4_000))
    for code, share in ((INDEPENDENT, 0.3), (COOPERATIVE, 0.3), (CHAIN, 0.0), (MICRO_ENTERPRISE, 0.0)):
        orderly = newcomers.orderly_owners(small.state, keys, HERE[:4_000], np.full(4_000, code))
        assert orderly.mean() == pytest.approx(share, abs=0.035)


def test_margins_are_seen_by_revenue_in_each_council():
    small = SmallMarket(2)
    small.state.councils.margin_start[:] = [[0.05, 0.01], [0.06, 0.02]]
    small.site(revenue=100.0, trend=0.10)
    small.site(care_type="nursing", revenue=300.0, trend=-0.02)
    small.site(revenue=900.0, trend=0.5, alive=False)
    small.site("micro_enterprise", "home_care", revenue=50.0, trend=0.4)
    small.site(care_type="home_care", council=1, revenue=10.0, trend=-0.3)
    assert entry.margins_by_council(small.state).tolist() == [
        pytest.approx([0.01, 0.01]),
        pytest.approx([0.06, -0.3]),
    ]
