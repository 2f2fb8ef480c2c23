"""Month step 3: pay, leavers, the pool of people who look for work, hiring, agency cover."""

import numpy as np
import pytest

from resilience.market import labour
from resilience.state.coefficients import monthly
from tests.market.small import SmallMarket

LEAVE = float(monthly(np.array([0.30]))[0])
APRIL = 12


def home(small, **columns):
    """A home of twenty beds with ten residents, paid 5% over the floor: at rest it is in balance."""
    return small.site(capacity=20, council_settled=10, **columns)


def after_step(small):
    labour.step(small.state)
    return small.state.sites, small.state.councils


def april(values=None, **columns):
    """A home in an April in which the floor rises from 10 to 11 GBP."""
    small = SmallMarket(values={"paths.wage_floor.2017": 11.0, **(values or {})}, month=APRIL)
    home(small, **columns)
    labour.set_pay(small.state)
    return small.state


class TestPay:
    def test_is_the_floor_and_a_differential(self):
        small = SmallMarket()
        home(small, pay_differential=0.08)
        labour.set_pay(small.state)
        assert small.state.sites.pay[0] == pytest.approx(10.8)

    def test_april_takes_part_of_the_floors_rise_out_of_the_differential(self):
        # The floor rises by 10%, of which 8 points go beyond the 2% of other pay: 0.6 x 0.08 / 0.10 = 48% is lost.
        state = april(pay_differential=0.05)
        assert state.sites.pay_differential[0] == pytest.approx(0.05 * 0.52)
        assert state.sites.pay[0] == pytest.approx(11.0 * 1.026)

    def test_general_inflation_shields_the_differential(self):
        state = april({"paths.inflation.2017": 0.05}, pay_differential=0.05)
        assert state.sites.pay_differential[0] == pytest.approx(0.05 * 0.70)

    def test_at_most_four_fifths_are_taken(self):
        state = april({"paths.wage_floor.2017": 14.0}, pay_differential=0.05)
        assert state.sites.pay_differential[0] == pytest.approx(0.05 * 0.20)

    def test_in_another_month_the_differential_stands(self):
        small = SmallMarket(values={"paths.wage_floor.2017": 11.0}, month=APRIL + 1)
        home(small, pay_differential=0.05)
        labour.set_pay(small.state)
        assert small.state.sites.pay_differential[0] == pytest.approx(0.05)

    def test_a_site_in_loss_lets_its_differential_run_down(self):
        small = SmallMarket()
        home(small, pay_differential=0.05, trend=-0.001)
        labour.set_pay(small.state)
        assert small.state.sites.pay_differential[0] == pytest.approx(0.046)

    @pytest.mark.parametrize(("staff", "trend", "raised"), [(9.1, 0.03, True), (9.3, 0.03, False), (9.1, 0.02, False)])
    def test_a_site_with_vacancies_and_a_margin_raises_it(self, staff, trend, raised):
        small = SmallMarket()
        home(small, pay_differential=0.05, staff=staff, posts=10.0, trend=trend)
        labour.set_pay(small.state)
        assert small.state.sites.pay_differential[0] == pytest.approx(0.0515 if raised else 0.05)

    def test_stops_at_half_as_much_again_as_like_jobs_outside(self):
        small = SmallMarket()
        home(small, pay_differential=0.1499, staff=1.0, posts=10.0, trend=0.1)
        labour.set_pay(small.state)
        assert small.state.sites.pay_differential[0] == pytest.approx(1.5 * 0.10)

    def test_like_jobs_outside_follow_half_of_an_unplanned_rise(self):
        small = SmallMarket(month=3)
        home(small)
        assert labour.outside_pay(small.state) == pytest.approx(11.0)
        small.state.conditions.wage_floor = 12.0
        assert labour.outside_pay(small.state) == pytest.approx(1.10 * (10.0 + 0.5 * 2.0))

    def test_is_compared_with_the_start(self):
        small = SmallMarket()
        home(small, pay=10.5)
        home(small, pay=12.6)
        small.state.councils.outside_pay[:] = 11.0
        assert labour.relative_pay(small.state).tolist() == pytest.approx([1.0, 1.2])


class TestPosts:
    def test_serve_those_who_are_there_those_to_come_and_a_little_room(self):
        small = SmallMarket()
        home(small)
        labour.set_posts(small.state)
        ahead = 10.0 / np.exp(-0.03) * 1.03 + 1.0
        assert small.state.sites.posts[0] == pytest.approx(30.0 * (7.2 + 0.6 * ahead) / 40.0)

    def test_are_not_kept_beyond_the_beds(self):
        small = SmallMarket()
        small.site(capacity=20, council_settled=20)
        labour.set_posts(small.state)
        assert small.state.sites.posts[0] == pytest.approx(30.0 * (7.2 + 12.0) / 40.0)

    def test_make_room_where_people_wait_for_a_tenth_at_most(self):
        posts = []
        for waiting in (0, 1, 2, 50):
            small = SmallMarket()
            small.site(capacity=100, council_settled=20)
            small.put_in_queue("waiting", waiting)
            labour.set_posts(small.state)
            posts.append(small.state.sites.posts[0])
        beside = [(value - posts[0]) * 40.0 / 30.0 / 0.6 * np.exp(-0.03) for value in posts]
        assert beside == pytest.approx([0.0, 20 * 0.05, 20 * 0.10, 20 * 0.10])

    def test_count_self_funders_who_wait_and_the_displaced_too(self):
        small = SmallMarket()
        small.site(capacity=100, council_settled=100)
        small.self_funder()
        small.put_in_queue("displaced_long", 2, payer="nhs")
        assert labour.waiting_share(small.state)[0].tolist() == pytest.approx([0.03, 0.0, 0.0, 0.0])

    def test_a_new_site_takes_on_staff_for_three_more(self):
        small = SmallMarket(month=10)
        small.site(capacity=20, opened=5)
        small.site(capacity=20, opened=-1)
        labour.set_posts(small.state)
        assert labour.is_young(small.state).tolist() == [True, False]
        assert small.state.sites.posts.tolist() == pytest.approx([30 * (7.2 + 1.8) / 40, 30 * (7.2 + 0.6) / 40])

    def test_the_few_people_of_a_micro_enterprise_work_as_they_have_clients(self):
        small = SmallMarket()
        small.site("micro_enterprise", "home_care", capacity=5, self_funders=2, hours=5.0)
        labour.set_posts(small.state)
        assert small.state.sites.posts[0] == small.state.sites.staff[0] == pytest.approx(12.0 / 40.0)

    @pytest.mark.parametrize(
        ("clients", "pool"),
        [
            (2, 5.0 - 0.6 * (0.3 - 0.1)),  # three in five of their added hours come out of other care work
            (0, 5.0 + 0.6 * 0.1),  # and go back to it
        ],
    )
    def test_people_of_micro_enterprises_would_partly_work_elsewhere_in_care(self, clients, pool):
        small = SmallMarket()
        small.state.councils.pool[:] = 5.0
        small.site("micro_enterprise", "home_care", capacity=5, self_funders=clients, hours=5.0, staff=0.1)
        labour.set_posts(small.state)
        # Ten hours with people are twelve paid ones.
        assert small.state.sites.staff.tolist() == pytest.approx([0.3 if clients else 0.0])
        assert small.state.councils.pool.tolist() == pytest.approx([pool])

    def test_they_take_no_more_people_than_look_for_work_in_their_own_council(self):
        small = SmallMarket(2)
        small.state.councils.pool[:] = [0.1, 5.0]
        small.site("micro_enterprise", "home_care", capacity=5, self_funders=5, hours=10.0)
        labour.set_posts(small.state)
        assert small.state.councils.pool.tolist() == [0.0, 5.0]

    def test_new_cooperatives_build_up_more_slowly_than_other_newcomers(self):
        small = SmallMarket(month=5)
        for kind in ("cooperative", "independent"):
            small.site(kind, "home_care", capacity=40, council_settled=10, opened=0)
        labour.set_posts(small.state)
        ahead = 10 / (1.0 - small.state.coefficients.leave_settled[3]) * 1.03
        assert small.state.sites.posts.tolist() == pytest.approx([12 * (ahead + 2) / 40, 12 * (ahead + 3) / 40])

    def test_a_closed_site_has_none(self):
        small = SmallMarket()
        home(small, alive=False)
        labour.set_posts(small.state)
        assert small.state.sites.posts[0] == 0.0


class TestLeaving:
    @pytest.mark.parametrize(
        ("kind", "care_type", "capacity", "pay_differential", "rate"),
        [
            ("independent", "residential", 20, 0.05, 0.30),
            ("independent", "residential", 60, 0.05, 0.30),
            ("independent", "residential", 10, 0.05, 0.30 * 0.9),
            ("independent", "residential", 5, 0.05, 0.30 * 0.85),
            ("cooperative", "residential", 20, 0.05, 0.30 * 0.7),
            ("independent", "residential", 20, 0.155 - 0.05, 0.30 / (1.105 / 1.05)),
            ("independent", "home_care", 20, 0.155 - 0.05, 0.30 / (1.105 / 1.05) ** 2),
            ("council_service", "home_care", 40, 0.05, 0.30),
        ],
    )
    def test_falls_with_pay_and_in_small_and_member_owned_providers(
        self, kind, care_type, capacity, pay_differential, rate
    ):
        small = SmallMarket()
        # Exactly as many staff as posts, so nobody is laid off.
        row = small.site(kind, care_type, capacity=capacity, council_settled=4, pay_differential=pay_differential)
        labour.set_posts(small.state)
        small.state.sites.staff[row] = staff = float(small.state.sites.posts[row])
        sites, _ = after_step(small)
        assert sites.leavers[row] == pytest.approx(staff * (1.0 - np.exp(-rate / 12.0)))

    def test_nobody_leaves_a_micro_enterprise(self):
        small = SmallMarket()
        small.site("micro_enterprise", "home_care", capacity=5, self_funders=2, hours=5.0)
        sites, _ = after_step(small)
        assert sites.leavers[0] == 0.0

    def test_staff_beyond_what_posts_need_are_laid_off(self):
        small = SmallMarket()
        home(small, staff=50.0)
        sites, councils = after_step(small)
        assert sites.leavers[0] == pytest.approx(50.0 * LEAVE)
        assert sites.staff[0] == pytest.approx(1.02 * sites.posts[0])
        laid_off = 50.0 * (1.0 - LEAVE) - 1.02 * sites.posts[0]
        # Those laid off and three in five of the leavers look for other care work; three in ten of them give up.
        assert councils.pool[0] == pytest.approx((0.6 * 50.0 * LEAVE + laid_off) * 0.7)


class TestHiring:
    def test_the_usual_rate_keeps_vacancies_where_they_are(self):
        for turnover, vacancy in ((0.29, 0.066), (0.30, 0.05), (0.8, 0.2)):
            rate = labour.usual_fill_rate(turnover, vacancy)
            leaving = 1.0 - np.exp(-turnover / 12.0)
            vacant = vacancy + leaving * (1.0 - vacancy)
            assert vacant * (1.0 - rate) == pytest.approx(vacancy)

    def test_books_every_worker(self):
        small = SmallMarket(2)
        home(small, staff=8.0)
        home(small, staff=6.0)
        home(small, staff=7.0, council=1)
        councils = small.state.councils
        councils.pool[:] = [2.0, 1.0]
        councils.pool_start[:] = [2.0, 2.0]
        councils.outside_inflow[:] = [0.5, 0.25]
        before = small.state.sites.staff.copy()
        sites, councils = after_step(small)
        hires = sites.staff - before + sites.leavers
        assert (hires > 0.0).all()
        by_council = np.array([hires[:2].sum(), hires[2]])
        leavers = np.array([sites.leavers[:2].sum(), sites.leavers[2]])
        # Pay stands where it stood at the start, so inflow from outside is the usual one.
        came = (np.array([2.0, 1.0]) + 0.6 * leavers) * 0.7 + np.array([0.5, 0.25])
        assert councils.pool == pytest.approx(came - by_council)

    def test_fills_vacancies_at_the_usual_rate_when_as_many_look_as_at_the_start(self):
        small = SmallMarket()
        home(small, staff=8.0)
        small.state.councils.pool[:] = 100.0
        small.state.councils.pool_start[:] = (100.0 + 0.6 * 8.0 * LEAVE) * 0.7
        sites, _ = after_step(small)
        vacant = sites.posts[0] - 8.0 * (1.0 - LEAVE)
        hired = sites.staff[0] - 8.0 * (1.0 - LEAVE)
        assert hired == pytest.approx(labour.usual_fill_rate(0.30, 0.05) * vacant)

    def test_is_harder_when_few_look_by_the_root_of_their_number(self):
        hired = []
        for pool in (100.0, 25.0):
            small = SmallMarket(values={"labour.stay_in_sector": 0.3})
            home(small, staff=8.0)
            small.state.councils.pool[:] = pool - 0.3 * 8.0 * LEAVE
            small.state.councils.pool_start[:] = 70.0
            sites, _ = after_step(small)
            hired.append(sites.staff[0] - 8.0 * (1.0 - LEAVE))
        assert hired[1] == pytest.approx(0.5 * hired[0])

    def test_never_takes_more_people_than_look(self):
        small = SmallMarket()
        for _ in range(5):
            home(small, staff=4.0)
        small.state.councils.pool_start[:] = 1e-6
        leavers = 20.0 * LEAVE
        sites, councils = after_step(small)
        hired = sites.staff.sum() - 20.0 + leavers
        assert hired == pytest.approx(0.6 * leavers * 0.7)
        assert councils.pool[0] == pytest.approx(0.0, abs=1e-12)

    def test_better_pay_fills_sooner(self):
        small = SmallMarket()
        for differential in (0.05, 0.10):
            home(small, staff=8.0, pay_differential=differential)
        small.state.councils.pool[:] = small.state.councils.pool_start[:] = 50.0
        sites, _ = after_step(small)
        hired = sites.staff - 8.0 + sites.leavers
        share = hired / (sites.posts - 8.0 + sites.leavers)
        assert share[1] / share[0] == pytest.approx((1.10 / 1.05) ** 2)

    def test_more_people_look_where_care_pays_better_and_fewer_after_a_visa_cut(self):
        pools = []
        for differential, factor in ((0.05, 1.0), (0.10, 1.0), (0.05, 0.5)):
            small = SmallMarket()
            # Full, so nobody is hired: every post is filled.
            home(small, pay_differential=differential, staff=30.0)
            small.state.councils.outside_inflow[:] = 10.0
            small.state.conditions.recruits_factor = factor
            sites, councils = after_step(small)
            laid_off = 30.0 - sites.leavers[0] - sites.staff[0]
            pools.append(councils.pool[0] - 0.7 * (0.6 * sites.leavers[0] + laid_off))
        assert pools == pytest.approx([10.0, 10.0 * (1.10 / 1.05) ** 2, 5.0])


class TestCover:
    @pytest.mark.parametrize(
        ("staff", "agency", "cover"),
        [
            # 30 x (7.2 + 6.0) = 396 hours are due; staff stretch by 2%.
            (9.9, 0.0, 1.0),
            (9.5, 396.0 - 380.0 * 1.02, 1.0),
            (8.0, 39.6, (320.0 * 1.02 + 39.6) / 396.0),
            (0.0, 39.6, 0.1),
        ],
    )
    def test_agency_fills_gaps_up_to_a_tenth(self, staff, agency, cover):
        small = SmallMarket()
        home(small, staff=staff)
        labour.cover(small.state)
        assert small.state.sites.agency_hours[0] == pytest.approx(agency)
        assert small.state.sites.cover[0] == pytest.approx(cover)

    def test_home_care_finds_less(self):
        small = SmallMarket()
        small.site(care_type="home_care", capacity=20, council_settled=10, staff=0.0)
        labour.cover(small.state)
        assert small.state.sites.agency_hours[0] == pytest.approx(0.05 * 120.0)
        assert small.state.sites.cover[0] == pytest.approx(0.05)

    def test_a_councils_own_service_always_finds_cover(self):
        small = SmallMarket()
        small.site("council_service", "home_care", capacity=20, council_settled=10, staff=0.0)
        labour.cover(small.state)
        assert small.state.sites.cover[0] == pytest.approx(1.0)

    def test_where_nobody_is_nothing_is_missing(self):
        small = SmallMarket()
        small.site(care_type="home_care", capacity=20)
        home(small, alive=False)
        labour.cover(small.state)
        assert small.state.sites.cover.tolist() == [1.0, 1.0]
        assert small.state.sites.agency_hours.tolist() == [0.0, 0.0]
