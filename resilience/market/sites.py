"""What several rules ask of a site: who is there, how much care is due, how much room it has."""

import math

import numpy as np

from resilience.state.codes import CHAIN, COUNCIL_SERVICE, HOME_CARE, MICRO_ENTERPRISE
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.market_state import MarketState

_START_UP_MONTHS = np.array([18, 18, 18, 12])
"""Months in which owners expect a new site to run at a loss, by kind of care (assumption)."""


def people(state: MarketState) -> Ints:
    """Return the people at each site, all payers."""
    s = state.sites
    return s.council_new + s.council_settled + s.nhs_new + s.nhs_settled + s.self_funders


def council_people(state: MarketState) -> Ints:
    """Return the council-funded people at each site."""
    return state.sites.council_new + state.sites.council_settled


def nhs_people(state: MarketState) -> Ints:
    """Return the NHS-funded people at each site."""
    return state.sites.nhs_new + state.sites.nhs_settled


def workload(state: MarketState) -> Floats:
    """Return each site's people in person-equivalents: self-funders at home count by their own hours."""
    s = state.sites
    return council_people(state) + nhs_people(state) + s.self_funder_hours / hours_per_person(state)


def hours_per_person(state: MarketState) -> Floats:
    """Return the care hours a week one person-equivalent stands for, by site."""
    return state.coefficients.hours_per_person[state.sites.care_type]


def hours_due(state: MarketState) -> Floats:
    """Return the care hours a week due at each site."""
    return workload(state) * hours_per_person(state)


def is_micro(state: MarketState) -> Flags:
    """Return true for the sites of micro-enterprises."""
    return state.providers.kind[state.sites.provider] == MICRO_ENTERPRISE


def is_starting_up(state: MarketState) -> Flags:
    """Return true for sites in the time in which their owners expect them to run at a loss."""
    s = state.sites
    return (s.opened >= 0) & (state.month - s.opened < _START_UP_MONTHS[s.care_type])


def is_community_scale(state: MarketState) -> Flags:
    """Return true for sites of community-scale providers: neither a chain's nor a council's, and small."""
    s = state.sites
    kind = state.providers.kind[s.provider]
    private = (kind != CHAIN) & (kind != COUNCIL_SERVICE)
    return s.alive & private & (s.capacity <= state.scenario.councils.community_scale_people)


def places_of_council_client(state: MarketState) -> int:
    """Return the places of a micro-enterprise that one council-funded client takes, by hours of care."""
    usual = state.scenario.entry.micro_hours_per_client
    return math.ceil(float(state.coefficients.hours_per_person[HOME_CARE]) / usual)


def places_of_direct_payments(state: MarketState) -> Ints:
    """Return the places that council-funded clients take up at each micro-enterprise, where there are direct payments.

    Without them the few who ran down their savings there stay on as they were and take up none of what is new.
    """
    if state.conditions.policies.direct_payment_share <= 0.0:
        return np.zeros(len(state.sites), dtype=np.int64)
    return np.where(is_micro(state), places_of_council_client(state) * council_people(state), 0)


def staff_hours_needed(state: MarketState, load: Floats) -> Floats:
    """Return the paid staff hours a week each site needs to serve ``load`` person-equivalents.

    Part of a home's staffing follows its beds (E03-112): it is counted at nine tenths of the beds.
    """
    s, c = state.sites, state.coefficients
    fixed = c.fixed_staff_share[s.care_type]
    places = fixed * 0.9 * s.capacity + (1.0 - fixed) * load
    return c.staff_hours_per_person[s.care_type] * s.efficiency * places


def staffed_room(state: MarketState) -> Ints:
    """Return how many more people each living site could serve with the staff and agency cover it has now."""
    s, c = state.sites, state.coefficients
    worker_hours = s.staff * state.scenario.labour.hours_per_worker * (1.0 - state.conditions.sickness)
    cover = worker_hours * (1.0 + c.agency_limit[s.care_type])
    fixed = c.fixed_staff_share[s.care_type]
    per_person = c.staff_hours_per_person[s.care_type] * s.efficiency
    load = (cover / per_person - fixed * 0.9 * s.capacity) / (1.0 - fixed)
    staffed = np.floor(np.minimum(load, s.capacity) - workload(state) + 1e-9)
    places = s.capacity - people(state)
    direct = places_of_direct_payments(state)
    # The people of a micro-enterprise take on clients as they come; larger sites need staff in post first.
    # With direct payments a council's client takes up as many of its places as the hours come to.
    free = np.where(direct > 0, s.capacity - s.self_funders - direct, places)
    room = np.where(is_micro(state), free, np.minimum(staffed, places))
    return np.where(s.alive, np.maximum(room, 0.0), 0.0).astype(np.int64)
