"""Measures of one month by hand: what stands, who pays, who works, which markets fail."""

import numpy as np
import pytest

from resilience.market import closure, delivery, finance
from resilience.measures.catalogue import MEASURES
from resilience.measures.recorder import ACCOUNT, COUNCIL_COLUMNS, Recorder, market_failures
from resilience.state.codes import DAYS_PER_MONTH
from resilience.state.codes import WEEKS_PER_MONTH as WEEKS
from tests.market.small import SmallMarket, column


def recorded(small, *, council=0):
    """The measures of a council in the month that a market is in."""
    delivery.step(small.state)
    finance.step(small.state)
    recorder = Recorder(1, small.state.n_councils)
    recorder.record(small.state)
    return dict(zip(COUNCIL_COLUMNS, recorder.by_council[0, council].tolist(), strict=True))


@pytest.fixture(scope="module")
def month():
    """A council with two chains' homes, an independent's, a branch and a micro-enterprise, one of them closed."""
    small = SmallMarket(2)
    chain = small.provider("chain", sector="for_profit", investor_return=1_000.0, cash=1e9)
    small.site(
        chain, capacity=40, council_settled=20, nhs_settled=5, self_funders=10, staff=20.0, posts=22.0, leavers=0.5
    )
    small.site(chain, "nursing", capacity=20, self_funders=10, price=880.0, staff=12.0, posts=12.0, rent=300.0)
    small.site(capacity=20, council_settled=15, staff=8.0, posts=10.0, quality=0.5, pay=11.0)
    small.site(care_type="home_care", capacity=30, council_settled=10, staff=3.0, posts=3.0, cover=0.9)
    small.site("micro_enterprise", "home_care", capacity=5, self_funders=2, hours=3.0, staff=0.18, posts=0.18)
    small.site(capacity=99, alive=False)
    small.site(capacity=10, council=1)
    small.put_in_queue("waiting", 3)
    small.put_in_queue("waiting_long", 1, payer="nhs")
    small.put_in_queue("displaced", 2)
    small.state.councils.budget[:] = 1_200_000.0
    small.state.councils.rationed[0, 0] = 2
    small.state.flows.failures[0] = 2
    small.state.flows.closures[0] = [1, 2, 0, 4]
    small.state.flows.micro_closures[0] = 5
    small.state.flows.entries[0] = [1, 0, 2, 3]
    small.state.flows.sales[0] = [1, 1, 0, 1]
    small.state.flows.hand_backs[0] = 6
    small.state.flows.displaced[0] = 7
    small.state.flows.step_ins[0] = 1
    small.state.flows.run_down[0] = [1, 0, 0, 2]
    return recorded(small)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # what stands in the market
        ("homes", 3),
        ("beds", 80),
        ("home_care_branches", 1),
        ("micro_enterprises", 1),
        ("occupancy", 60 / 80),
        ("hhi_home_beds", (60**2 + 20**2) / 80**2),
        # the account of hours
        ("need_hours", WEEKS * (25 * 60 + 100 + 6 + 25 * (3 + 1 + 2 + 2))),
        ("hours_delivered", WEEKS * (25 * 60 + 90 + 6)),
        ("care_hours_lost", WEEKS * 50),
        ("unmet_no_place_hours", WEEKS * 100),
        ("unmet_no_staff_hours", WEEKS * 10),
        ("unmet_rationed_hours", WEEKS * 50),
        ("unmet_hours", WEEKS * 160),
        ("hours_chain", WEEKS * 25 * 45),
        ("hours_independent", WEEKS * (25 * 15 + 90)),
        ("hours_micro_enterprise", WEEKS * 6),
        ("hours_cooperative", 0),
        ("quality_weighted_hours", WEEKS * (0.7 * (25 * 45 + 96) + 0.5 * 25 * 15)),
        # money
        ("council_spend", WEEKS * (35 * 500 + 90 * 15)),
        ("council_budget", 100_000.0),
        ("self_funder_spend", WEEKS * (10 * 700 + 10 * 880 + 6 * 18)),
        ("nhs_spend", WEEKS * (5 * 700 * 0.9 + 10 * 150)),
        ("self_funder_premium", (10 * 700 + 10 * 880) / (10 * 500 + 10 * 550) - 1.0),
        ("fee_residential", 500.0),
        ("fee_nursing", 550.0),
        ("fee_home_care", 15.0),
        ("self_funders_run_down", 3),
        # work
        ("jobs", 43.18),
        ("care_worker_pay", (35.18 * 10.5 + 8 * 11) / 43.18),
        ("pay_over_floor", (35.18 * 10.5 + 8 * 11) / 431.8),
        ("turnover_rate", 12 * 0.5 / 43.0),
        ("vacancy_rate", 4.0 / 47.18),
        # events
        ("provider_failures", 2),
        ("site_closures", 7),
        ("micro_enterprise_folds", 5),
        ("home_closures", 3),
        ("branch_closures", 4),
        ("home_entries", 3),
        ("branch_entries", 3),
        ("sites_sold", 3),
        ("contract_hand_backs", 6),
        ("people_displaced", 7),
        ("step_ins", 1),
        # hospital: a quarter of the four people who wait for a first place
        ("delayed_discharge_days", 4 * 0.25 * DAYS_PER_MONTH),
        ("delayed_discharge_cost", 400.0 * DAYS_PER_MONTH),
    ],
)
def test_a_month_by_hand(month, name, expected):
    assert month[name] == pytest.approx(expected)


def test_congestion_is_that_of_the_setting_with_more_for_sale():
    small = SmallMarket(2)
    for council, care_type in ((0, "residential"), (0, "home_care"), (1, "residential"), (1, "home_care")):
        small.site(care_type=care_type, council=council, capacity=10, council_settled=5)
    small.state.councils.for_sale[:] = [[0.0175 + 0.3, 0.1], [0.0, 0.045 + 0.1]]
    # The homes of the first council (0.3; 0.055 of its branches) and the branches of the second.
    assert recorded(small, council=0)["sale_congestion"] == pytest.approx(0.3)
    assert recorded(small, council=1)["sale_congestion"] == pytest.approx(0.1)


def test_every_measure_is_written(month):
    assert list(month) == list(MEASURES)
    assert all(np.isfinite(value) for value in month.values())


def test_money_that_leaves_is_rent_interest_and_return():
    small = SmallMarket()
    chain = small.provider(
        "chain", debt=1_200_000.0, interest_rate=0.05, investor_return=700.0, outside_beds=80, cash=1.0
    )
    small.site(chain, capacity=40, council_settled=38, self_funders=2, staff=15.0, rent=400.0)
    small.site(small.provider(debt=120_000.0, interest_rate=0.05), capacity=20, council_settled=18, staff=8.0)
    found = recorded(small)
    p = small.state.providers
    # The group is three times the region's part, so a third of what it pays out leaves from here.
    assert p.paid_out[0] > 0.0
    assert found["leaving_the_local_economy"] == pytest.approx(400.0 * WEEKS + 5_000.0 + 500.0 + p.paid_out[0] / 3.0)


def test_cost_per_hour_is_all_costs_over_hours_delivered():
    small = SmallMarket()
    small.site(capacity=20, council_settled=18, staff=9.0)
    found = recorded(small)
    weekly = 9 * 40 * 10.5 * 1.1 * 1.2 + 18 * 80 + 900 * np.sqrt(20 / 30) + 200 + 0.02 * 9_000
    assert found["cost_per_hour"] == pytest.approx(weekly / (18 * 25))


def test_exposure_is_the_share_of_hours_of_statutory_providers():
    small = SmallMarket(2)
    small.site(small.provider("chain", outside_beds=1_980), capacity=20, council_settled=10)
    small.site(capacity=40, council_settled=30)
    small.fully_staffed()
    found = recorded(small)
    assert found["dtr_exposure"] == pytest.approx(0.25)
    assert small.state.providers.statutory.tolist() == [True, False]
    assert found["replacement_gap"] == pytest.approx(750 - 0.8 * 250)
    assert found["replacement_gap_share"] == pytest.approx(550 / 1_000)
    assert small.state.providers.gap.tolist() == pytest.approx([250 - 0.8 * 250, 550.0])


def test_a_provider_that_has_ended_keeps_what_was_true_of_it():
    small = SmallMarket()
    small.site(small.provider("chain", outside_beds=1_980), capacity=20, council_settled=10)
    small.site(capacity=12, council_settled=10)
    small.fully_staffed()
    recorder = Recorder(2, 1)
    recorder.record(small.state)
    p = small.state.providers
    closure.fail_providers(small.state, np.array([0]), "insolvent")
    closure.close_sites(small.state, np.array([0]), ["provider_failure"])
    recorder.record(small.state)
    assert p.statutory.tolist() == [True, False]
    assert p.gap.tolist() == pytest.approx([250 - 0.8 * 50, 250.0])
    assert p.last_hours.tolist() == pytest.approx([250.0, 250.0])
    assert recorder.by_council[1, 0, COUNCIL_COLUMNS.index("dtr_exposure")] == 0.0


def test_a_council_is_affected_for_six_months():
    small = SmallMarket(2)
    recorder = Recorder(9, 2)
    seen = []
    for month in range(9):
        small.set_month(month)
        if month == 1:
            small.state.councils.sites_ended[1, 0] += 1
        recorder.record(small.state)
        seen.append(recorder.by_council[month, :, COUNCIL_COLUMNS.index("councils_affected_share")].tolist())
    assert [here for here, _ in seen] == [0.0] * 9
    assert [there for _, there in seen] == [0.0] + [1.0] * 6 + [0.0] * 2


def failures(
    *, waiting_long=0, waiting=0, displaced_long=0, in_care=95, rationed=0, care_type="residential", payer="council"
):
    small = SmallMarket()
    small.site(care_type=care_type, capacity=200, council_settled=in_care)
    for name, people in (("waiting_long", waiting_long), ("waiting", waiting), ("displaced_long", displaced_long)):
        small.put_in_queue(name, people, care_type, payer)
    small.state.councils.rationed[0, 0] = rationed
    delivery.step(small.state)
    return market_failures(small.state)[0].tolist()


class TestMarketFailure:
    """More than 5% of the council-funded hours needing a place have waited over 28 days."""

    def test_exactly_a_twentieth_is_not_more(self):
        assert failures(waiting_long=5) == [False, False]
        assert failures(waiting_long=6, in_care=94) == [True, False]

    def test_displaced_people_who_waited_count(self):
        assert failures(waiting_long=3, displaced_long=3, in_care=94) == [True, False]

    def test_people_who_only_began_to_wait_count_below_the_line_only(self):
        assert failures(waiting=20, in_care=80) == [False, False]
        assert failures(waiting_long=6, waiting=24, in_care=90) == [False, False]

    def test_people_refused_do_not_need_a_place(self):
        assert failures(waiting_long=6, in_care=94, rationed=1_000) == [True, False]

    def test_settings_are_told_apart(self):
        assert failures(waiting_long=6, in_care=94, care_type="home_care") == [False, True]

    def test_other_payers_do_not_count(self):
        assert failures(waiting_long=50, payer="nhs") == [False, False]

    def test_kinds_of_home_count_together_by_hours(self):
        small = SmallMarket()
        small.site(capacity=200, council_settled=180)
        small.put_in_queue("waiting_long", 6, "nursing")
        delivery.step(small.state)
        assert market_failures(small.state)[0].tolist() == [False, False]
        small.put_in_queue("waiting_long", 10, "nursing")
        delivery.step(small.state)
        assert market_failures(small.state)[0].tolist() == [True, False]

    def test_an_empty_market_has_not_failed(self):
        assert failures(in_care=0) == [False, False]


def test_hours_are_kept_by_setting_and_payer():
    small = SmallMarket(2)
    small.site(care_type="nursing", capacity=20, council_settled=4, council=1)
    small.site(care_type="home_care", capacity=20, self_funders=2, hours=3.0, council=1)
    small.put_in_queue("waiting", 2, "home_care", "nhs", council=1)
    delivery.step(small.state)
    recorder = Recorder(1, 2)
    recorder.record(small.state)
    need = recorder.account[0, :, :, :, ACCOUNT.index("need_hours")] / WEEKS
    assert need[1].tolist() == [pytest.approx([100.0, 0.0, 0.0]), pytest.approx([0.0, 6.0, 20.0])]
    assert not need[0].any()
    assert column("home_care", "nhs") == 11


def test_a_run_may_go_on_past_its_last_month():
    small = SmallMarket()
    recorder = Recorder(2, 1)
    for month in range(20):
        small.set_month(month)
        recorder.record(small.state)
    assert recorder.months_done == 20
    assert len(recorder.by_council) >= 20
