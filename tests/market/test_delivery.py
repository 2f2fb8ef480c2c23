"""Month step 6: every hour of assessed need is delivered, lost or unmet, for a reason."""

import numpy as np
import pytest

from resilience.market import delivery
from resilience.measures.identities import hours_add_up
from resilience.state.codes import COUNCIL, HOME_CARE, NHS, SELF_FUNDER
from tests.market.small import SmallMarket, column


@pytest.fixture
def delivered():
    """One council with every way of having and not having care."""
    small = SmallMarket()
    small.site(capacity=20, council_new=4, council_settled=2, nhs_new=1, self_funders=3, cover=0.9)
    small.site(capacity=20, council_settled=2, cover=1.0)
    small.site(care_type="home_care", council_new=5, self_funders=2, hours=4.0, cover=0.8)
    small.put_in_queue("waiting", 2)
    small.put_in_queue("waiting_long", 1, payer="nhs")
    small.put_in_queue("displaced", 3, "home_care")
    small.put_in_queue("displaced_long", 1, "home_care")
    small.self_funder(care_type="home_care", hours=6.0)
    small.self_funder(care_type="residential", displaced=True)
    small.state.councils.rationed[0] = [4, 0, 0, 7]
    small.state.councils.transfer_loss[0, column("residential", "council")] = 0.5
    small.state.councils.transfer_loss[0, column("home_care", "self_funder")] = 100.0
    delivery.step(small.state)
    return small.state


def cell(array, kind, payer):
    return float(array[0, kind, payer])


def test_hours_at_sites_are_delivered_as_far_as_they_are_covered(delivered):
    flows = delivered.flows
    # 6 people at 90% and 2 at 100%, less half a person's week lost on the way to a new place.
    assert cell(flows.delivered, 0, COUNCIL) == pytest.approx(25 * (6 * 0.9 + 2) - 0.5 * 25)
    assert cell(flows.delivered, 0, NHS) == pytest.approx(25 * 0.9)
    assert cell(flows.delivered, 0, SELF_FUNDER) == pytest.approx(3 * 25 * 0.9)
    assert cell(flows.delivered, HOME_CARE, COUNCIL) == pytest.approx(50 * 0.8)


def test_what_staff_cannot_cover_is_unmet_for_want_of_staff(delivered):
    flows = delivered.flows
    assert cell(flows.unmet_staff, 0, COUNCIL) == pytest.approx(6 * 25 * 0.1)
    assert cell(flows.unmet_staff, HOME_CARE, COUNCIL) == pytest.approx(10.0)
    assert cell(flows.unmet_staff, HOME_CARE, SELF_FUNDER) == pytest.approx(8 * 0.2)


def test_waiting_is_unmet_for_want_of_a_place(delivered):
    flows = delivered.flows
    assert cell(flows.unmet_place, 0, COUNCIL) == pytest.approx(50.0)
    assert cell(flows.unmet_place, 0, NHS) == pytest.approx(25.0)
    assert cell(flows.unmet_place, HOME_CARE, SELF_FUNDER) == pytest.approx(6.0)
    assert cell(flows.unmet_place, HOME_CARE, COUNCIL) == 0.0


def test_displaced_people_lose_their_hours(delivered):
    flows = delivered.flows
    assert cell(flows.lost, HOME_CARE, COUNCIL) == pytest.approx(40.0)
    assert cell(flows.lost, 0, SELF_FUNDER) == pytest.approx(25.0)
    assert cell(flows.lost, 0, COUNCIL) == pytest.approx(12.5)


def test_no_more_is_lost_on_the_way_than_was_delivered(delivered):
    flows = delivered.flows
    assert cell(flows.lost, HOME_CARE, SELF_FUNDER) == pytest.approx(8 * 0.8)
    assert cell(flows.delivered, HOME_CARE, SELF_FUNDER) == 0.0
    assert not delivered.councils.transfer_loss.any()


def test_refused_need_is_the_councils(delivered):
    flows = delivered.flows
    assert flows.unmet_rationed[0, :, COUNCIL].tolist() == pytest.approx([100.0, 0.0, 0.0, 70.0])
    assert not flows.unmet_rationed[0, :, [SELF_FUNDER, NHS]].any()


def test_need_is_all_of_it(delivered):
    flows = delivered.flows
    assert cell(flows.need, 0, COUNCIL) == pytest.approx(25 * (8 + 2 + 4))
    assert cell(flows.need, HOME_CARE, COUNCIL) == pytest.approx(10 * (5 + 4 + 7))
    assert cell(flows.need, HOME_CARE, SELF_FUNDER) == pytest.approx(8 + 6)
    unmet = flows.unmet_place + flows.unmet_staff + flows.unmet_rationed
    assert np.allclose(flows.need, flows.delivered + flows.lost + unmet)
    hours_add_up(delivered)


def test_closed_sites_deliver_nothing():
    small = SmallMarket()
    small.site(alive=False)
    delivery.step(small.state)
    assert not small.state.flows.need.any()


def test_queues_are_told_apart():
    small = SmallMarket(2)
    small.put_in_queue("waiting", 1, council=1)
    small.put_in_queue("displaced_long", 2, "nursing", "nhs", council=1)
    small.self_funder(council=0, hours=25.0)
    waiting, displaced = delivery.queued_hours(small.state)
    assert waiting[1, 0, COUNCIL] == 25.0
    assert waiting[0, 0, SELF_FUNDER] == 25.0
    assert displaced[1, 1, NHS] == 50.0
    assert (waiting.sum(), displaced.sum()) == (50.0, 50.0)


def test_hours_are_shared_by_kind_of_provider_and_add_up():
    small = SmallMarket(2)
    small.site("chain", capacity=20, council_settled=12, cover=0.5, quality=0.8)
    small.site("independent", capacity=20, council_settled=6, quality=0.4)
    small.site("micro_enterprise", "home_care", self_funders=2, hours=5.0, quality=1.0, council=1)
    small.state.councils.transfer_loss[0, column("residential", "council")] = 3.0
    delivery.step(small.state)
    flows = small.state.flows
    # 150 hours each are covered; 75 of the 300 are lost on the way, in proportion.
    assert flows.delivered_by_kind[0].tolist() == pytest.approx([112.5, 112.5, 0.0, 0.0, 0.0])
    assert flows.delivered_by_kind[1].tolist() == pytest.approx([0.0, 0.0, 0.0, 10.0, 0.0])
    assert flows.delivered_by_kind.sum(axis=1) == pytest.approx(flows.delivered.sum(axis=(1, 2)))
    assert flows.quality_hours.tolist() == pytest.approx([112.5 * 1.2, 10.0])
