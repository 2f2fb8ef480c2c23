"""Compiled forms of what several rules ask of a site (see ``resilience/market/sites.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows


@kernel
def everybody(
    council_new: Counts, council_settled: Counts, nhs_new: Counts, nhs_settled: Counts, self_funders: Counts
) -> Counts:
    """Return the sum of people over payers and phases of their stay."""
    people = np.empty(self_funders.size, dtype=np.int32)
    for row in range(self_funders.size):
        people[row] = council_new[row] + council_settled[row] + nhs_new[row] + nhs_settled[row] + self_funders[row]
    return people


@kernel
def person_equivalents(
    council_new: Counts,
    council_settled: Counts,
    nhs_new: Counts,
    nhs_settled: Counts,
    self_funder_hours: Floats,
    hours_per_person: Floats,
    care_type: Codes,
) -> Floats:
    """Return counted people plus self-funders' hours over those of one person."""
    load = np.empty(care_type.size)
    for row in range(care_type.size):
        counted = council_new[row] + council_settled[row] + nhs_new[row] + nhs_settled[row]
        load[row] = counted + self_funder_hours[row] / hours_per_person[care_type[row]]
    return load


@kernel
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
    """Return the people at each site and the hours a week due there."""
    people, due = np.empty(care_type.size, dtype=np.int32), np.empty(care_type.size)
    for row in range(care_type.size):
        counted = council_new[row] + council_settled[row] + nhs_new[row] + nhs_settled[row]
        per_person = hours_per_person[care_type[row]]
        people[row] = counted + self_funders[row]
        due[row] = (counted + self_funder_hours[row] / per_person) * per_person
    return people, due


@kernel
def hours_of_people(load: Floats, hours_per_person: Floats, care_type: Codes) -> Floats:
    """Return the weekly hours of ``load`` person-equivalents."""
    hours = np.empty(care_type.size)
    for row in range(care_type.size):
        hours[row] = load[row] * hours_per_person[care_type[row]]
    return hours


@kernel
def run_by(kind: Codes, provider: Rows, wanted: int) -> Flags:
    """Return true for sites whose provider is of the wanted kind."""
    found = np.empty(provider.size, dtype=np.bool_)
    for row in range(provider.size):
        found[row] = kind[provider[row]] == wanted
    return found


@kernel
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
    """Return how many more people each living site could serve."""
    room = np.zeros(alive.size, dtype=np.int64)
    for row in range(alive.size):
        if not alive[row]:
            continue
        in_council, in_nhs = council_new[row] + council_settled[row], nhs_new[row] + nhs_settled[row]
        places = capacity[row] - (in_council + in_nhs + self_funders[row])
        if kind[provider[row]] == micro_enterprise:
            direct = places_per_client * in_council
            room[row] = max(capacity[row] - self_funders[row] - direct if direct > 0 else places, 0)
            continue
        if places <= 0:
            continue
        load = in_council + in_nhs + self_funder_hours[row] / hours_per_person[care_type[row]]
        fixed = fixed_staff_share[care_type[row]]
        cover = staff[row] * hours_per_worker * at_work * (1.0 + agency_limit[care_type[row]])
        per_person = staff_hours_per_person[care_type[row]] * efficiency[row]
        most = (cover / per_person - fixed * 0.9 * capacity[row]) / (1.0 - fixed)
        staffed = np.floor(min(most, float(capacity[row])) - load + 1e-9)
        room[row] = int(max(min(staffed, float(places)), 0.0))
    return room
