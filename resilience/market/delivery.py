"""Month step 6, delivery: hours delivered, undelivered for want of staff or of a place, rationed, and lost."""

import numpy as np

from resilience.kernels import compiled_in
from resilience.state.codes import COUNCIL, N_KINDS, N_PAYERS, N_TYPES, NHS, SELF_FUNDER
from resilience.state.columns import Codes, Counts, Flags, Floats, Rows
from resilience.state.market_state import MarketState


def step(state: MarketState) -> None:
    """Account for every hour of assessed need: need = delivered + lost + unmet, by council, kind of care and payer."""
    s, flows, councils, c = state.sites, state.flows, state.councils, state.coefficients
    per_person = c.hours_per_person[None, :, None]
    at_council = s.council_new, s.council_settled, s.nhs_new, s.nhs_settled, s.self_funder_hours
    due, covered, by_site = hours_at_sites(
        s.council, s.care_type, *at_council, s.cover, c.hours_per_person, state.n_councils, (COUNCIL, SELF_FUNDER, NHS)
    )
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
    flows.delivered_by_kind[:], flows.quality_hours[:] = shares_by_kind(
        by_site, s.council, s.provider, s.quality, state.providers.kind, flows.delivered.sum(axis=(1, 2)), N_KINDS
    )


@compiled_in("delivery")
def hours_at_sites(
    council: Rows,
    care_type: Codes,
    council_new: Counts,
    council_settled: Counts,
    nhs_new: Counts,
    nhs_settled: Counts,
    self_funder_hours: Floats,
    cover: Floats,
    hours_per_person: Floats,
    councils: int,
    payers: tuple[int, int, int],
) -> tuple[Floats, Floats, Floats]:
    """Return weekly hours (due, covered by staff and agency) of people in care, and the hours covered at each site.

    The first two are councils x kinds of care x payers; ``payers`` are the codes of councils, self-funders and the NHS.
    """
    kinds = len(hours_per_person)
    per_person, market = hours_per_person[care_type], council * kinds + care_type
    in_council, in_nhs = council_new + council_settled, nhs_new + nhs_settled
    due = np.empty((councils, kinds, len(payers)))
    covered = np.empty_like(due)
    hours_of_payers = in_council * per_person, self_funder_hours, in_nhs * per_person
    for payer, hours in zip(payers, hours_of_payers, strict=True):
        for target, weights in ((due, hours), (covered, hours * cover)):
            target[:, :, payer] = np.bincount(market, weights=weights, minlength=councils * kinds).reshape(-1, kinds)
    load = in_council + in_nhs + self_funder_hours / per_person
    return due, covered, load * per_person * cover


@compiled_in("delivery")
def shares_by_kind(
    covered: Floats, council: Rows, provider: Rows, quality: Floats, kind: Codes, delivered: Floats, kinds: int
) -> tuple[Floats, Floats]:
    """Share the hours ``delivered`` by councils over kinds of provider, by the hours ``covered`` at their sites.

    Returns (hours of each kind of provider in each council, hours times the quality of their sites by council).
    """
    councils = len(delivered)
    total = np.bincount(council, weights=covered, minlength=councils)
    of_site = covered * (delivered / np.maximum(total, 1e-9))[council]
    by_kind = np.bincount(council * kinds + kind[provider], weights=of_site, minlength=councils * kinds)
    quality_hours = np.bincount(council, weights=of_site * quality, minlength=councils)
    return by_kind.reshape(councils, kinds).astype(np.float64), quality_hours.astype(np.float64)


def queued_hours(state: MarketState) -> tuple[Floats, Floats]:
    """Return weekly hours of (people waiting for a first place, displaced people), councils x kinds x payers."""
    councils, f = state.councils, state.self_funders
    shape = (state.n_councils, N_TYPES, N_PAYERS)
    per_person = state.coefficients.hours_per_person[None, :, None]
    waiting = (councils.waiting + councils.waiting_long).reshape(shape) * per_person
    displaced = (councils.displaced + councils.displaced_long).reshape(shape) * per_person
    own_waiting, own_displaced = hours_without_place(
        f.site, f.displaced, f.council, f.care_type, f.hours, state.n_councils, N_TYPES
    )
    waiting[:, :, SELF_FUNDER] += own_waiting
    displaced[:, :, SELF_FUNDER] += own_displaced
    return waiting, displaced


@compiled_in("delivery")
def hours_without_place(
    site: Rows, displaced: Flags, council: Rows, care_type: Codes, hours: Floats, councils: int, kinds: int
) -> tuple[Floats, Floats]:
    """Return the weekly hours of self-funders who (wait for a first place, are displaced), councils x kinds of care."""
    market, without = council * kinds + care_type, site == -1
    first, second = (
        np.bincount(market[who], weights=hours[who], minlength=councils * kinds).reshape(councils, kinds)
        for who in (without & ~displaced, without & displaced)
    )
    return first.astype(np.float64), second.astype(np.float64)
