"""Compiled forms of the market for sites (see ``resilience/market/sale.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.accounts import Constants
from resilience.market.sale import Bought, Buyers, Financing, ForSale, Sold
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows


@kernel
def prospects(rows: Ints, s: ForSale, b: Buyers, run: Ints, runs: int, home_care: int) -> tuple[Floats, Floats]:
    """Return by how much the margin that buyers expect of each site exceeds what they ask, and its relative size."""
    kinds = s.hours_per_person.size
    market, earned = np.zeros((runs, kinds)), np.zeros((runs, kinds))
    for row in range(s.alive.size):
        if s.alive[row]:
            market[run[row], s.care_type[row]] += s.revenue[row]
            earned[run[row], s.care_type[row]] += s.operating_surplus[row]
    likely, size = np.empty(rows.size), np.empty(rows.size)
    for place in range(rows.size):
        row = rows[place]
        kind = s.care_type[row]
        own = s.operating_surplus[row] / max(s.revenue[row], 1.0)
        usual = earned[run[row], kind] / max(market[run[row], kind], 1.0)
        margin = own + b.improves * max(usual - own, 0.0)
        counted = s.council_new[row] + s.council_settled[row] + s.nhs_new[row] + s.nhs_settled[row]
        load = counted + s.self_funder_hours[row] / s.hours_per_person[kind]
        likely[place] = margin - (b.margin_home_care if kind == home_care else b.margin)
        size[place] = max(load, 1.0) / (30.0 if kind == home_care else 20.0)
    return likely, size


@kernel
def homes_and_branches(
    alive: Flags, provider: Rows, kind: Codes, council: Rows, care_type: Codes, councils: int, c: Constants
) -> Ints:
    """Return the living homes and branches of each council."""
    count = np.zeros((councils, 2), dtype=np.int64)
    for row in range(alive.size):
        if alive[row] and kind[provider[row]] != c.micro_enterprise:
            count[council[row], 1 if care_type[row] == c.home_care else 0] += 1
    return count


@kernel
def pass_on(rows: Ints, buyer: Ints, s: Sold, improves: float) -> None:
    """Give sites to their buyers, who mend a part of their excess cost, get the rent down and start afresh."""
    for place in range(rows.size):
        row = rows[place]
        s.sales[s.council[row], s.care_type[row]] += 1
        s.provider[row] = buyer[place]
        s.efficiency[row] -= improves * max(s.efficiency[row] - 1.0, 0.0)
        s.rent[row] *= 1.0 - improves * 0.4
        s.trend[row] = s.shock[row] = 0.0
        s.loss_months[row] = s.inadequate_months[row] = 0


@kernel
def sound_chains(
    alive: Flags,
    kind: Codes,
    breach_months: Counts,
    cash: Floats,
    trades: Flags,
    provider: Rows,
    care_type: Codes,
    capacity: Counts,
    c: Constants,
) -> tuple[Ints, Floats]:
    """Return the chains out of breach with cash, and their places by setting."""
    chains, number = np.empty(alive.size, dtype=np.int64), np.empty(alive.size, dtype=np.int64)
    found = 0
    for owner in range(alive.size):
        sound = (kind[owner] == c.chain) & alive[owner] & (breach_months[owner] == 0) & (cash[owner] > 0.0)
        chains[found] = owner
        number[owner] = found if sound else -1
        found += sound
    # The last column is of all other providers, so that nothing has to be skipped.
    counted = np.zeros((2, found + 1), dtype=np.int64)
    for row in range(trades.size):
        own = number[provider[row]] if trades[row] else -1
        counted[1 if care_type[row] == c.home_care else 0, own] += capacity[row]
    places = np.empty((2, found))
    for setting in range(2):
        for chain in range(found):
            places[setting, chain] = counted[setting, chain]
    return chains[:found], places


@kernel
def choose_chains(
    rows: Ints, keen: Floats, luck: Floats, chains: Ints, places: Floats, s: Bought, f: Financing, home_care: int
) -> Ints:
    """Return the chain that buys each site, or -1, and finance the homes that chains buy."""
    buyers = np.full(rows.size, -1)
    total = np.empty(places.shape)
    for setting in range(2):
        so_far = 0.0
        for number in range(chains.size):
            so_far += places[setting, number]
            total[setting, number] = so_far
    for place in range(rows.size):
        row = rows[place]
        at_home = s.care_type[row] == home_care
        appetite = (0.3 if at_home else min(max(s.capacity[row] / 90.0, 0.05), 0.7)) * f.appetite
        upto = total[1 if at_home else 0]
        if keen[place] >= appetite or chains.size == 0 or upto[-1] <= 0.0:
            continue
        number = 0
        while number < chains.size - 1 and upto[number] <= luck[place] * upto[-1]:
            number += 1
        buyer = chains[number]
        if buyer == s.provider[row]:
            continue
        buyers[place] = buyer
        if not at_home:
            s.debt[buyer] += f.debt_per_bed * s.capacity[row] if s.rent[row] == 0.0 else 0.0
            s.investor_return[buyer] += f.equity_per_bed * s.capacity[row] * f.required_return / 12.0
    return buyers
