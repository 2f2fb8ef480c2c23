"""Sites that come to market: the chance of a buyer, congestion, and what a sale changes."""

import numpy as np
import pytest

from resilience.market import sale
from resilience.state.codes import CHAIN, HOME_CARE, INDEPENDENT
from tests.market.small import SmallMarket, within_chance

CERTAIN = {"distress.buyer_base": 1.0, "distress.buyer_size": 0.0, "distress.sale_congestion": 0.0}
PROFITABLE = {"revenue": 10_000.0, "operating_surplus": 9_000.0}


def chance(care_type="residential", *, margin=0.2, people=20, for_sale=0.0, values=None, others=0):
    """The chance of one site among ``others`` closed out of the mean; its margin is that of its market."""
    small = SmallMarket(values=values)
    row = small.site(
        care_type=care_type, capacity=60, council_settled=people, revenue=10_000.0, operating_surplus=10_000.0 * margin
    )
    for _ in range(others):
        small.site(care_type="younger_adults")
    small.state.councils.for_sale[:] = for_sale
    return float(sale.buyer_chance(small.state, np.array([row]))[0])


class TestBuyerChance:
    @pytest.mark.parametrize(
        ("care_type", "margin", "people", "odds"),
        [
            ("residential", 0.20, 20, 1.0),  # the middle: every second home, times the base
            ("residential", 0.30, 20, np.e),
            ("residential", 0.10, 20, 1 / np.e),
            ("residential", 0.20, 40, 2.0),
            ("residential", 0.20, 5, 0.25),
            ("nursing", 0.30, 40, 2.0 * np.e),
            ("home_care", 0.05, 30, 1.0),
            ("home_care", 0.15, 15, 0.5 * np.e),
            ("residential", 0.20, 0, 1 / 20),
        ],
    )
    def test_is_a_logistic_in_margin_and_size(self, care_type, margin, people, odds):
        assert chance(care_type, margin=margin, people=people) == pytest.approx(0.9 * odds / (1.0 + odds))

    def test_a_buyer_expects_to_come_halfway_to_the_mean_of_its_market(self):
        small = SmallMarket()
        for margin in (0.0, 0.40):
            small.site(capacity=60, council_settled=20, revenue=10_000.0, operating_surplus=10_000.0 * margin)
        low, high = sale.buyer_chance(small.state, np.arange(2))
        # The mean is 20%: the poor home is judged at 10%, the good one at its own 40%.
        assert low == pytest.approx(0.9 / (1.0 + np.e))
        assert high == pytest.approx(0.9 / (1.0 + np.exp(-2.0)))

    @pytest.mark.parametrize(("for_sale", "congestion"), [(0.0, 0.0), (0.35, 0.0), (2.0, 0.0825), (10.0, 0.4825)])
    def test_falls_with_the_share_for_sale_beyond_the_usual(self, for_sale, congestion):
        # In ordinary times 7% of homes come to market in a year: a quarter of them, 1.75%, is there at a time.
        usual = chance(others=19)
        assert chance(others=19, for_sale=[for_sale, 9.0]) == pytest.approx(usual * np.exp(-4.0 * congestion))

    def test_branches_for_sale_crowd_out_branches_only(self):
        # The one branch of the council: 18% a year are usual, a quarter of that at a time.
        usual = chance("home_care", others=19)
        assert chance("home_care", others=19, for_sale=[9.0, 0.0]) == usual
        crowded = chance("home_care", others=19, for_sale=[0.0, 0.145])
        assert crowded == pytest.approx(usual * np.exp(-4.0 * (0.145 - 0.045)))

    def test_does_not_fall_where_congestion_is_switched_off(self):
        values = {"distress.sale_congestion": 0.0}
        assert chance(for_sale=50.0, values=values) == chance(values=values)

    def test_is_a_chance_however_extreme_the_accounts(self):
        for margin in (-1e6, 1e6):
            assert 0.0 <= chance(margin=margin) <= 0.9


class TestCongestion:
    def test_counts_living_sites_without_micro_enterprises(self):
        small = SmallMarket(2)
        for _ in range(10):
            small.site()
        small.site("micro_enterprise", "home_care")
        small.site(alive=False)
        for _ in range(2):
            small.site(care_type="home_care")
        small.state.councils.for_sale[:] = [[1.3, 0.5], [2.0, 0.04]]
        # Ten homes and two branches in the first council, no site in the second.
        expected = np.array([[0.13 - 0.0175, 0.25 - 0.045], [2.0 - 0.0175, 0.0]])
        assert sale.congestion(small.state) == pytest.approx(expected)

    def test_sites_that_come_together_crowd_each_other_out(self):
        small = SmallMarket(values={"distress.sale_congestion": 40.0, "distress.buyer_size": 0.0})
        for _ in range(40):
            small.site(capacity=20, council_settled=10, **PROFITABLE)
        sale.to_market(small.state, np.arange(40), ["loss_making"] * 40)
        assert small.state.flows.sales.sum() == 0
        assert small.state.flows.closures.sum() == 40
        assert small.state.councils.for_sale.tolist() == [[40.0, 0.0]]

    def test_fades_over_three_months(self):
        small = SmallMarket()
        small.state.councils.for_sale[:] = [9.0, 3.0]
        sale.clear(small.state)
        assert small.state.councils.for_sale == pytest.approx(np.array([[6.0, 2.0]]))

    def test_each_setting_counts_what_comes_to_market(self):
        small = SmallMarket(2, values=CERTAIN)
        for council, care_type in ((0, "nursing"), (1, "home_care"), (1, "younger_adults"), (1, "home_care")):
            small.site(care_type=care_type, council=council, council_settled=5, **PROFITABLE)
        sale.to_market(small.state, np.arange(4), ["retirement"] * 4)
        assert small.state.councils.for_sale.tolist() == [[1.0, 0.0], [1.0, 2.0]]


class TestToMarket:
    def test_as_many_find_a_buyer_as_the_chance_says(self):
        small = SmallMarket(values={"distress.sale_congestion": 0.0})
        for _ in range(400):
            small.site(capacity=60, council_settled=20, revenue=10_000.0, operating_surplus=2_000.0)
        sale.to_market(small.state, np.arange(400), ["retirement"] * 400)
        sold = int(small.state.flows.sales.sum())
        assert within_chance(sold, 400, 0.45)
        assert small.state.sites.alive.sum() == sold
        assert small.state.flows.closures.sum() == 400 - sold
        assert small.queue("displaced") == 20 * (400 - sold)

    def test_each_keeps_its_reason(self):
        small = SmallMarket(values={"distress.sale_congestion": 0.0})
        reasons = [("retirement", "loss_making")[number % 2] for number in range(60)]
        for _ in reasons:
            small.site(capacity=60, council_settled=20, revenue=10_000.0, operating_surplus=2_000.0)
        sale.to_market(small.state, np.arange(60), reasons)
        assert {event["site"]: event["reason"] for event in small.events} == dict(enumerate(reasons))
        assert {event["kind"] for event in small.events} == {"site_sale", "site_closure"}

    def test_tells_who_sold(self):
        small = SmallMarket(values=CERTAIN)
        for _ in range(3):
            small.site(council_settled=5, **PROFITABLE)
        assert sale.to_market(small.state, np.array([0, 2]), ["retirement"] * 2) == {0, 2}

    def test_nothing_to_sell(self):
        small = SmallMarket()
        small.site()
        assert sale.to_market(small.state, np.zeros(0, dtype=np.int64), []) == set()


class TestSold:
    def sold(self, care_type="residential", kind="independent", *, chain=None, **columns):
        """One site sold; with ``chain`` a sound chain stands by that owns another."""
        small = SmallMarket(values=CERTAIN, month=6)
        owner = small.provider(kind)
        known = {"capacity": 20, "council_settled": 10, "self_funders": 4, "efficiency": 1.2, "rent": 300.0}
        small.site(owner, care_type, **(known | PROFITABLE | columns))
        if chain is not None:
            small.site(small.provider("chain", **chain), care_type, capacity=200)
        sale.to_market(small.state, np.array([0]), ["retirement"])
        return small

    def test_goes_on_with_everyone_there(self):
        small = self.sold(trend=-0.1, loss_months=9, inadequate_months=4, shock=0.03)
        s = small.state.sites
        assert s.alive[0]
        assert (s.council_settled[0], s.self_funders[0]) == (10, 4)
        assert not small.state.councils.displaced.any()
        assert (s.trend[0], s.loss_months[0], s.inadequate_months[0], s.shock[0]) == (0.0, 0, 0, 0.0)

    def test_the_buyer_mends_half_its_excess_cost_and_a_fifth_of_the_rent(self):
        s = self.sold().state.sites
        assert (s.efficiency[0], s.rent[0]) == pytest.approx((1.1, 240.0))
        assert self.sold(efficiency=0.8).state.sites.efficiency[0] == pytest.approx(0.8)

    def test_nobody_borrows_for_a_leased_home(self):
        p = self.sold(rent=300.0).state.providers
        assert p.debt[1] == 0.0

    def test_a_new_owner_brings_cash_and_takes_on_debt(self):
        small = self.sold(rent=0.0)
        p = small.state.providers
        assert (len(p), small.state.sites.provider[0]) == (2, 1)
        assert (p.kind[1], bool(p.alive[1]), p.opened[1], p.home_council[1]) == (INDEPENDENT, True, 6, 0)
        assert (p.cash[1], p.credit_limit[1]) == pytest.approx((15_000.0, 10_000.0))
        assert (p.debt[1], p.interest_rate[1]) == pytest.approx((1.5 * 10_000.0 * 20, 0.05))
        assert small.state.flows.capital_put_in.tolist() == pytest.approx([15_000.0])
        assert len(small.state.provider_names) == 2

    def test_a_new_owner_of_a_branch_has_no_debt(self):
        p = self.sold("home_care").state.providers
        assert (p.cash[1], p.credit_limit[1], p.debt[1]) == pytest.approx((10_000.0, 5_000.0, 0.0))

    def test_bigger_homes_draw_chains_more(self):
        to_chains = []
        for capacity in (9, 45, 81):
            small = SmallMarket(values=CERTAIN)
            chain = small.provider("chain", cash=1.0)
            small.site(chain, capacity=500)
            for _ in range(300):
                small.site(capacity=capacity, council_settled=5, **PROFITABLE)
            sale.to_market(small.state, np.arange(1, 301), ["retirement"] * 300)
            to_chains.append(int((small.state.sites.provider[1:] == chain).sum()))
        for count, appetite in zip(to_chains, (0.10, 0.50, 0.70), strict=True):
            assert within_chance(count, 300, appetite)

    def test_a_chain_borrows_for_what_it_buys(self):
        small = SmallMarket(values=CERTAIN)
        chain = small.provider("chain", cash=1.0, debt=1_000.0, investor_return=10.0)
        small.site(chain, capacity=500)
        for _ in range(50):
            small.site(capacity=60, council_settled=5, **PROFITABLE)
        sale.to_market(small.state, np.arange(1, 51), ["retirement"] * 50)
        beds = 60 * int((small.state.sites.provider[1:] == chain).sum())
        p = small.state.providers
        assert beds > 0
        assert p.debt[chain] == pytest.approx(1_000.0 + 0.7 * 30_000.0 * beds)
        assert p.investor_return[chain] == pytest.approx(10.0 + 20_000.0 * beds * 0.12 / 12.0)
        assert p.cash[chain] == 1.0

    def test_the_price_pays_off_what_the_seller_owed_on_it(self):
        small = SmallMarket(values=CERTAIN)
        seller = small.provider("chain", debt=900_000.0, investor_return=600.0)
        for capacity in (20, 40):
            small.site(seller, capacity=capacity, council_settled=10, **PROFITABLE)
        sale.to_market(small.state, np.array([0]), ["loss_making"])
        p = small.state.providers
        assert (p.debt[seller], p.investor_return[seller]) == pytest.approx((600_000.0, 400.0))
        assert p.cash[seller] == 0.0

    def test_a_new_owners_loan_has_the_rate_of_the_day(self):
        small = SmallMarket(values=CERTAIN)
        small.site(council_settled=5, **PROFITABLE)
        small.state.conditions.bank_rate_change = 0.03
        sale.to_market(small.state, np.array([0]), ["retirement"])
        p = small.state.providers
        assert (p.interest_rate[1], p.rate_change[1]) == pytest.approx((0.05, 0.03))

    @pytest.mark.parametrize(
        "chain",
        [{"cash": 0.0}, {"cash": 1e6, "breach_months": 1}, {"cash": 1e6, "alive": False}],
        ids=["poor", "breach", "gone"],
    )
    def test_chains_in_trouble_do_not_buy(self, chain):
        for seed in range(5):
            small = SmallMarket(values=CERTAIN, seed=seed)
            small.site(capacity=90, council_settled=5, **PROFITABLE)
            small.site(small.provider("chain", **chain), capacity=200)
            sale.to_market(small.state, np.array([0]), ["retirement"])
            assert small.state.providers.kind[small.state.sites.provider[0]] == INDEPENDENT

    def test_a_chain_does_not_buy_from_itself(self):
        for seed in range(8):
            small = SmallMarket(values=CERTAIN, seed=seed)
            chain = small.provider("chain", cash=1e6)
            for _ in range(2):
                small.site(chain, capacity=90, council_settled=5, **PROFITABLE)
            sale.to_market(small.state, np.array([0]), ["loss_making"])
            assert small.state.sites.provider[0] != chain
            assert small.state.providers.kind[small.state.sites.provider[0]] == INDEPENDENT


def test_a_sound_chain_is_drawn_by_its_size_in_the_setting():
    small = SmallMarket()
    for number, (beds, branch) in enumerate(((30, 0), (0, 90), (60, 10))):
        chain = small.provider("chain", cash=1.0, key=np.uint64(number))
        if beds:
            small.site(chain, capacity=beds)
        if branch:
            small.site(chain, "home_care", capacity=branch)
    u, here = np.array([0.01, 0.32, 0.34, 0.99]), np.zeros(4, dtype=np.int64)
    assert sale.sound_chain(small.state, False, u, here).tolist() == [0, 0, 2, 2]
    assert sale.sound_chain(small.state, True, u, here).tolist() == [1, 1, 1, 2]
    small.state.sites.alive[:] = False
    assert sale.sound_chain(small.state, True, u, here).tolist() == [-1] * 4
    assert (CHAIN, HOME_CARE) == (0, 3)


def test_which_chain_buys_does_not_depend_on_the_order_of_rows():
    drawn = []
    for order in (1, -1):
        small = SmallMarket()
        for beds in (30, 50, 20)[::order]:
            small.site(small.provider("chain", cash=1.0, key=np.uint64(beds)), capacity=beds)
        chains = sale.sound_chain(small.state, False, np.linspace(0.01, 0.99, 30), np.zeros(30, dtype=np.int64))
        drawn.append(small.state.providers.key[chains].tolist())
    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == {20, 30, 50}
