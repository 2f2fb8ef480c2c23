"""Compiled forms of how sites and providers end (see ``resilience/market/closure.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.closure import AtSites
from resilience.state.columns import Flags, Floats, Ints, Rows


@kernel
def sites_of(providers: Ints, alive: Flags, provider: Rows, among: int) -> Ints:
    """Return the living sites of these providers."""
    named = np.zeros(among, dtype=np.bool_)
    for place in range(providers.size):
        named[providers[place]] = True
    rows = np.empty(alive.size, dtype=np.int64)
    found = 0
    for row in range(alive.size):
        if alive[row] and named[provider[row]]:
            rows[found] = row
            found += 1
    return rows[:found].copy()


@kernel
def served_by(
    providers: Ints, rows: Ints, s: AtSites, hours_per_person: Floats, among: int
) -> tuple[Ints, Floats, Ints]:
    """Return (people by payer, weekly hours, kind of care with most hours) of these providers."""
    many = providers.size
    people, hours, most = np.zeros((3, many), dtype=np.int64), np.zeros(many), np.zeros(many, dtype=np.int64)
    by_kind = np.zeros((many, hours_per_person.size))
    number = np.full(among, -1)
    for place in range(many):
        number[providers[place]] = place
    for place in range(rows.size):
        row = rows[place]
        own, kind = number[s.provider[row]], s.care_type[row]
        council, nhs = s.council_new[row] + s.council_settled[row], s.nhs_new[row] + s.nhs_settled[row]
        people[0, own] += council
        people[1, own] += s.self_funders[row]
        people[2, own] += nhs
        load = council + nhs + s.self_funder_hours[row] / hours_per_person[kind]
        hours[own] += load * hours_per_person[kind]
        by_kind[own, kind] += load * hours_per_person[kind]
    for place in range(many):
        for kind in range(hours_per_person.size):
            if by_kind[place, kind] > by_kind[place, most[place]]:
                most[place] = kind
    return people, hours, most


@kernel
def without_sites(alive: Flags, site_alive: Flags, provider: Rows) -> Ints:
    """Return the living providers of none of the living sites."""
    owns = np.zeros(alive.size, dtype=np.bool_)
    for row in range(provider.size):
        if site_alive[row]:
            owns[provider[row]] = True
    rows = np.empty(alive.size, dtype=np.int64)
    found = 0
    for row in range(alive.size):
        if alive[row] and not owns[row]:
            rows[found] = row
            found += 1
    return rows[:found].copy()
