"""Month step 6, delivery: hours delivered, undelivered for want of staff or of a place, rationed, and lost."""

import numpy as np

from resilience.market import sites as at
from resilience.state.codes import COUNCIL, N_KINDS, N_PAYERS, N_TYPES, NHS, SELF_FUNDER
from resilience.state.columns import Floats
from resilience.state.market_state import MarketState


def step(state: MarketState) -> None:
    """Account for every hour of assessed need: need = delivered + lost + unmet, by council, kind of care and payer."""
    flows, councils, c = state.flows, state.councils, state.coefficients
    per_person = c.hours_per_person[None, :, None]
    due, covered = _hours_at_sites(state)
    waiting, displaced = queued_hours(state)
    on_the_way = councils.transfer_loss.reshape(covered.shape) * per_person
    lost_in_transfer = np.minimum(on_the_way, covered)
    flows.delivered[:] = covered - lost_in_transfer
    flows.lost[:] = displaced + lost_in_transfer
    flows.unmet_staff[:] = due - covered
    flows.unmet_place[:] = waiting
    flows.unmet_rationed[:, :, COUNCIL] = councils.rationed * c.hours_per_person
    flows.need[:] = due + waiting + displaced + flows.unmet_rationed
    councils.transfer_loss[:] = 0.0
    _share_by_kind(state)


def _share_by_kind(state: MarketState) -> None:
    """Share a council's delivered hours over kinds of provider by the hours that their staff cover."""
    s, n = state.sites, state.n_councils
    covered = at.hours_due(state) * s.cover
    total = np.bincount(s.council, weights=covered, minlength=n)
    delivered = covered * (state.flows.delivered.sum(axis=(1, 2)) / np.maximum(total, 1e-9))[s.council]
    cell = s.council * N_KINDS + state.providers.kind[s.provider]
    state.flows.delivered_by_kind[:] = np.bincount(cell, weights=delivered, minlength=n * N_KINDS).reshape(n, -1)
    state.flows.quality_hours[:] = np.bincount(s.council, weights=delivered * s.quality, minlength=n)


def _hours_at_sites(state: MarketState) -> tuple[Floats, Floats]:
    """Return (due, covered by staff and agency) weekly hours of people in care, councils x kinds of care x payers."""
    s = state.sites
    size = state.n_councils * N_TYPES
    market = state.market_of_site()
    per_person = at.hours_per_person(state)
    by_payer = {
        COUNCIL: at.council_people(state) * per_person,
        SELF_FUNDER: s.self_funder_hours,
        NHS: at.nhs_people(state) * per_person,
    }
    due = np.empty((state.n_councils, N_TYPES, N_PAYERS))
    covered = np.empty_like(due)
    for payer, hours in by_payer.items():
        due[:, :, payer] = np.bincount(market, weights=hours, minlength=size).reshape(-1, N_TYPES)
        covered[:, :, payer] = np.bincount(market, weights=hours * s.cover, minlength=size).reshape(-1, N_TYPES)
    return due, covered


def queued_hours(state: MarketState) -> tuple[Floats, Floats]:
    """Return weekly hours of (people waiting for a first place, displaced people), councils x kinds x payers."""
    councils, f = state.councils, state.self_funders
    shape = (state.n_councils, N_TYPES, N_PAYERS)
    per_person = state.coefficients.hours_per_person[None, :, None]
    waiting = (councils.waiting + councils.waiting_long).reshape(shape) * per_person
    displaced = (councils.displaced + councils.displaced_long).reshape(shape) * per_person
    market = f.council * N_TYPES + f.care_type
    size = state.n_councils * N_TYPES
    without = f.site < 0
    for target, who in ((waiting, without & ~f.displaced), (displaced, without & f.displaced)):
        hours = np.bincount(market[who], weights=f.hours[who], minlength=size)
        target[:, :, SELF_FUNDER] += hours.reshape(-1, N_TYPES)
    return waiting, displaced
