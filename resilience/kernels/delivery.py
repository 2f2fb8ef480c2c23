"""Compiled forms of hours delivered and of those who wait (see ``resilience/market/delivery.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Codes, Counts, Flags, Floats, Rows


@kernel
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
    """Return weekly hours (due, covered) by council, kind of care and payer, and the hours covered at each site."""
    of_council, of_self_funder, of_nhs = payers
    shape = councils, hours_per_person.size, len(payers)
    due, covered = np.zeros(shape), np.zeros(shape)
    by_site = np.empty(council.size)
    for row in range(council.size):
        where, care = council[row], care_type[row]
        per_person = hours_per_person[care]
        in_council, in_nhs = council_new[row] + council_settled[row], nhs_new[row] + nhs_settled[row]
        due[where, care, of_council] += in_council * per_person
        covered[where, care, of_council] += in_council * per_person * cover[row]
        due[where, care, of_self_funder] += self_funder_hours[row]
        covered[where, care, of_self_funder] += self_funder_hours[row] * cover[row]
        due[where, care, of_nhs] += in_nhs * per_person
        covered[where, care, of_nhs] += in_nhs * per_person * cover[row]
        by_site[row] = (in_council + in_nhs + self_funder_hours[row] / per_person) * per_person * cover[row]
    return due, covered, by_site


@kernel
def shares_by_kind(
    covered: Floats, council: Rows, provider: Rows, quality: Floats, kind: Codes, delivered: Floats, kinds: int
) -> tuple[Floats, Floats]:
    """Return (hours of each kind of provider in each council, hours times the quality of their sites by council)."""
    share = np.zeros(delivered.size)
    for row in range(council.size):
        share[council[row]] += covered[row]
    for where in range(delivered.size):
        share[where] = delivered[where] / max(share[where], 1e-9)
    by_kind, quality_hours = np.zeros((delivered.size, kinds)), np.zeros(delivered.size)
    for row in range(council.size):
        of_site = covered[row] * share[council[row]]
        by_kind[council[row], kind[provider[row]]] += of_site
        quality_hours[council[row]] += of_site * quality[row]
    return by_kind, quality_hours


@kernel
def hours_without_place(
    site: Rows, displaced: Flags, council: Rows, care_type: Codes, hours: Floats, councils: int, kinds: int
) -> tuple[Floats, Floats]:
    """Return the weekly hours of self-funders who (wait for a first place, are displaced), councils x kinds of care."""
    first, second = np.zeros((councils, kinds)), np.zeros((councils, kinds))
    for row in range(site.size):
        if site[row] == -1:
            if displaced[row]:
                second[council[row], care_type[row]] += hours[row]
            else:
                first[council[row], care_type[row]] += hours[row]
    return first, second
