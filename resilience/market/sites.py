"""What several rules ask of a site: who is there, how much care is due, how much room it has."""

import math

import numpy as np

from resilience.kernels import compiled_in
from resilience.state.codes import CHAIN, COUNCIL_SERVICE, HOME_CARE, MICRO_ENTERPRISE
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows
from resilience.state.market_state import MarketState

_START_UP_MONTHS = np.array([18, 18, 18, 12])
"""Months in which owners expect a new site to run at a loss, by kind of care (assumption)."""


def people(state: MarketState) -> Counts:
    """Return the people at each site, all payers."""
    s = state.sites
    return everybody(s.council_new, s.council_settled, s.nhs_new, s.nhs_settled, s.self_funders)


@compiled_in("sites")
def everybody(
    council_new: Counts, council_settled: Counts, nhs_new: Counts, nhs_settled: Counts, self_funders: Counts
) -> Counts:
    """Return the sum of people over payers and phases of their stay."""
    return council_new + council_settled + nhs_new + nhs_settled + self_funders


def sizes_by_capacity(capacity: Counts) -> Ints:
    """Return every size that a site may have, at least one person, by capacity up to the largest there is."""
    return np.maximum(np.arange(int(capacity.max(initial=0)) + 1), 1)


def council_people(state: MarketState) -> Counts:
    """Return the council-funded people at each site."""
    return state.sites.council_new + state.sites.council_settled


def nhs_people(state: MarketState) -> Counts:
    """Return the NHS-funded people at each site."""
    return state.sites.nhs_new + state.sites.nhs_settled


def workload(state: MarketState) -> Floats:
    """Return each site's people in person-equivalents: self-funders at home count by their own hours."""
    s, hours = state.sites, state.coefficients.hours_per_person
    return person_equivalents(
        s.council_new, s.council_settled, s.nhs_new, s.nhs_settled, s.self_funder_hours, hours, s.care_type
    )


@compiled_in("sites")
def person_equivalents(
    council_new: Counts,
    council_settled: Counts,
    nhs_new: Counts,
    nhs_settled: Counts,
    self_funder_hours: Floats,
    hours_per_person: Floats,
    care_type: Codes,
) -> Floats:
    """Return counted people plus self-funders' hours over those of one person; ``hours_per_person`` by kind of care."""
    return council_new + council_settled + (nhs_new + nhs_settled) + self_funder_hours / hours_per_person[care_type]


@compiled_in("sites")
def people_and_hours(
    council_new: Counts,
    council_settled: Counts,
    nhs_new: Counts,
    nhs_settled: Counts,
    self_funders: Counts,
    self_funder_hours: Floats,
    hours_per_person: Floats,
    care_type: Codes,
) -> tuple[Counts, Floats]:
    """Return the people at each site and the hours a week due there; ``hours_per_person`` by kind of care."""
    counted, per_person = council_new + council_settled + nhs_new + nhs_settled, hours_per_person[care_type]
    return counted + self_funders, (counted + self_funder_hours / per_person) * per_person


def hours_per_person(state: MarketState) -> Floats:
    """Return the care hours a week one person-equivalent stands for, by site."""
    return state.coefficients.hours_per_person[state.sites.care_type]


def hours_due(state: MarketState, load: Floats | None = None) -> Floats:
    """Return the care hours a week due at each site; ``load`` is :func:`workload` where the caller knows it already."""
    load = workload(state) if load is None else load
    return hours_of_people(load, state.coefficients.hours_per_person, state.sites.care_type)


@compiled_in("sites")
def hours_of_people(load: Floats, hours_per_person: Floats, care_type: Codes) -> Floats:
    """Return the weekly hours of ``load`` person-equivalents; ``hours_per_person`` by kind of care."""
    return load * hours_per_person[care_type]


def is_micro(state: MarketState) -> Flags:
    """Return true for the sites of micro-enterprises."""
    return run_by(state.providers.kind, state.sites.provider, MICRO_ENTERPRISE)


@compiled_in("sites")
def run_by(kind: Codes, provider: Rows, wanted: int) -> Flags:
    """Return true for sites whose ``provider`` is of the wanted ``kind`` (by provider)."""
    return kind[provider] == wanted


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


def staff_hours_needed(state: MarketState, load: Floats) -> Floats:
    """Return the paid staff hours a week each site needs to serve ``load`` person-equivalents.

    Part of a home's staffing follows its beds (E03-112): it is counted at nine tenths of the beds.
    """
    s, c = state.sites, state.coefficients
    return staff_hours(c.fixed_staff_share, c.staff_hours_per_person, s.care_type, s.efficiency, s.capacity, load)


def staff_hours(
    fixed_staff_share: Floats,
    staff_hours_per_person: Floats,
    care_type: Codes,
    efficiency: Floats,
    capacity: Counts,
    load: Floats,
) -> Floats:
    """Return the paid staff hours a week for ``load`` people; the first two by kind of care, the rest by site."""
    fixed = fixed_staff_share[care_type]
    places = fixed * 0.9 * capacity + (1.0 - fixed) * load
    return staff_hours_per_person[care_type] * efficiency * places


def staffed_room(state: MarketState) -> Ints:
    """Return how many more people each living site could serve with the staff and agency cover it has now."""
    s, c = state.sites, state.coefficients
    return room_with_staff(
        s.alive,
        s.provider,
        state.providers.kind,
        s.care_type,
        s.capacity,
        s.council_new,
        s.council_settled,
        s.nhs_new,
        s.nhs_settled,
        s.self_funders,
        s.self_funder_hours,
        s.staff,
        s.efficiency,
        c.hours_per_person,
        c.agency_limit,
        c.fixed_staff_share,
        c.staff_hours_per_person,
        float(state.scenario.labour.hours_per_worker),
        float(1.0 - state.conditions.sickness),
        places_of_council_client(state) if state.conditions.policies.direct_payment_share > 0.0 else 0,
        MICRO_ENTERPRISE,
    )


@compiled_in("sites")
def room_with_staff(
    alive: Flags,
    provider: Rows,
    kind: Codes,
    care_type: Codes,
    capacity: Counts,
    council_new: Counts,
    council_settled: Counts,
    nhs_new: Counts,
    nhs_settled: Counts,
    self_funders: Counts,
    self_funder_hours: Floats,
    staff: Floats,
    efficiency: Floats,
    hours_per_person: Floats,
    agency_limit: Floats,
    fixed_staff_share: Floats,
    staff_hours_per_person: Floats,
    hours_per_worker: float,
    at_work: float,
    places_per_client: int,
    micro_enterprise: int,
) -> Ints:
    """Return how many more people each living site could serve.

    Columns are by site, ``kind`` by provider, hours a person, limits and shares by kind of care. ``at_work`` is the
    share of staff who are not off sick, ``places_per_client`` what a direct payment takes up of a micro-enterprise; 0
    where there are none.
    """
    in_council, in_nhs = council_new + council_settled, nhs_new + nhs_settled
    load = in_council + in_nhs + self_funder_hours / hours_per_person[care_type]
    worker_hours = staff * hours_per_worker * at_work
    cover = worker_hours * (1.0 + agency_limit[care_type])
    fixed = fixed_staff_share[care_type]
    per_person = staff_hours_per_person[care_type] * efficiency
    most = (cover / per_person - fixed * 0.9 * capacity) / (1.0 - fixed)
    staffed = np.floor(np.minimum(most, capacity) - load + 1e-9)
    places = capacity - (in_council + in_nhs + self_funders)
    # The people of a micro-enterprise take on clients as they come; larger sites need staff in post first.
    # With direct payments a council's client takes up as many of its places as the hours come to.
    direct = places_per_client * in_council
    free = np.where(direct > 0, capacity - self_funders - direct, places)
    room = np.where(kind[provider] == micro_enterprise, free, np.minimum(staffed, places))
    return np.where(alive, np.maximum(room, 0.0), 0.0).astype(np.int64)
