"""Compiled forms of sharing people out (see ``resilience/market/placement.py`` and ``council_queues.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.kernels.draws import uniform, uniforms_of
from resilience.market.council_queues import Queues
from resilience.state.columns import Counts, Floats, Ints, Keys
from resilience.state.market_index import MarketIndex


@kernel
def _people_below(total: Floats, whole: float, luck: float, people: int, below: Ints) -> None:
    """Count, for each place, the people who stand below its cumulated pull, the k-th at (k + luck) / people of it all.

    Their number is worked out and then put right by at most one, with the positions themselves: following the people
    from place to place would take a branch at every step that the processor cannot foresee.
    """
    for place in range(total.size):
        count = min(max(int(total[place] / whole * people - luck + 1.0), 0), people)
        one_less = (count > 0) & ((count - 1 + luck) / people * whole >= total[place])
        one_more = (count < people) & ((count + luck) / people * whole < total[place])
        below[place] = count + one_more - one_less


@kernel
def _spread_here(
    people: int,
    rows: Ints,
    room: Ints,
    weight: Floats,
    luck: Floats,
    free: Ints,
    below: Ints,
    pull: Floats,
    total: Floats,
) -> int:
    """Place people of one market over its sites, in rows ``rows``; returns how many are left over.

    ``luck`` holds a uniform a round; ``free`` comes back as the room that is left at each site. The last four are as
    long as ``rows`` or longer: room to work in.
    """
    left = people
    for place in range(rows.size):
        free[place], pull[place] = room[rows[place]], weight[rows[place]]
    for attempt in range(luck.size):
        whole = 0.0
        for place in range(rows.size):
            whole += pull[place] * free[place]
            total[place] = whole
        if left == 0 or not whole > 0.0:
            break
        trying, before, last = left, 0, rows.size - 1
        _people_below(total[: rows.size], whole, luck[attempt], trying, below)
        if below[last] < trying:
            # Rounding at the market's edge: these pick the last place with pull.
            while pull[last] * free[last] <= 0.0:
                last -= 1
            below[last : rows.size] = trying
        for place in range(rows.size):
            taken = max(min(below[place] - before, free[place]), 0)
            before = below[place]
            free[place] -= taken
            left -= taken
    return left


@kernel
def _spread(
    people: Ints, room: Ints, weight: Floats, draws: Floats, index: tuple[Ints, Ints, Ints], new: Counts
) -> Ints:
    """Place people of each market, off the ``room`` and into ``new`` of its sites; returns how many are left over.

    ``index`` is the stable order of candidates, and where each market starts and ends in it.
    """
    order, starts, ends = index
    left, luck, most = np.zeros(people.size, dtype=np.int64), np.empty(draws.shape[0]), 0
    for which in range(people.size):
        most = max(most, ends[which] - starts[which])
    free, below = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    pull, total = np.empty(most), np.empty(most)
    for which in range(people.size):
        left[which] = people[which]
        if people[which] == 0 or starts[which] == ends[which]:
            continue
        rows = order[starts[which] : ends[which]]
        for attempt in range(luck.size):
            luck[attempt] = draws[attempt, which]
        left[which] = _spread_here(people[which], rows, room, weight, luck, free, below, pull, total)
        if left[which] < people[which]:
            for place in range(rows.size):
                new[rows[place]] += room[rows[place]] - free[place]
                room[rows[place]] = free[place]
    return left


@kernel
def spread(
    people: Ints, room: Ints, weight: Floats, draws: Floats, market: Ints, order: Ints, starts: Ints, ends: Ints
) -> tuple[Counts, Ints]:
    """Place counts of people of each market over its sites; ``draws`` holds a uniform a round and market."""
    placed = np.zeros(room.size, dtype=np.int32)
    left = _spread(people, room.copy(), weight, draws, (order, starts, ends), placed)
    return placed, left


@kernel
def _in_turn(
    queues: Queues, payer: int, new: Counts, settled: Counts, index: MarketIndex, share: float, always: int
) -> Ints:
    """Return a payer's displaced people of each market who can be dealt with now."""
    councils, markets = queues.waiting.shape[0], index.keys.size
    payers, kinds = queues.waiting.shape[0] * queues.waiting.shape[1] // markets, markets // councils
    order, turn = index.order, np.zeros(markets, dtype=np.int64)
    for market in range(markets):
        council, column = market // kinds, market % kinds * payers + payer
        displaced = queues.displaced[council, column] + queues.displaced_long[council, column]
        if displaced > 0:
            people = queues.waiting[council, column] + queues.waiting_long[council, column] + displaced
            for place in range(index.starts[market], index.ends[market]):
                people += new[order[place]] + settled[order[place]]
            limit = max(np.ceil(share * people), float(always))
            turn[market] = min(displaced, max(int(limit) - queues.replaced[council, column], 0))
    return turn


@kernel
def _serve(queues: Queues, payer: int, turn: Ints, served: Ints) -> None:
    """Take served people of each market off a payer's queues, in order of urgency, in place."""
    councils, payers = queues.waiting.shape[0], queues.waiting.shape[0] * queues.waiting.shape[1] // served.size
    kinds = served.size // councils
    for market in range(served.size):
        if served[market] == 0:
            continue
        council, column = market // kinds, market % kinds * payers + payer
        moved = min(turn[market], served[market])
        queues.transfer_loss[council, column] += 0.5 * moved
        queues.replaced[council, column] += moved
        taken = min(queues.displaced_long[council, column], moved)
        queues.displaced_long[council, column] -= taken
        queues.displaced[council, column] -= moved - taken
        placed = served[market] - moved
        taken = min(queues.waiting_long[council, column], placed)
        queues.waiting_long[council, column] -= taken
        queues.waiting[council, column] -= min(queues.waiting[council, column], placed - taken)


@kernel
def _free_places(market: int, room: Ints, pull: Floats, index: MarketIndex) -> int:
    """Return the free places in a market that have pull."""
    free = 0
    for place in range(index.starts[market], index.ends[market]):
        site = index.order[place]
        free += room[site] if pull[site] > 0.0 else 0
    return free


@kernel
def _hosts(left: Ints, room: Ints, pull: Floats, words: Keys, index: MarketIndex) -> tuple[Ints, Ints]:
    """Return the home and the host market of each person left over who has a neighbour with room."""
    councils = index.council_keys.size
    kinds = left.size // councils
    free, count = np.full(left.size, -1), 0  # -1 before anybody has asked
    homes, hosts = np.empty(left.sum(), dtype=np.int64), np.empty(left.sum(), dtype=np.int64)
    for market in range(left.size):
        if left[market] == 0:
            continue
        home, care, total = market // kinds, market % kinds, 0
        for council in range(councils):
            if index.neighbours[home, council]:
                host = council * kinds + care
                if free[host] < 0:
                    free[host] = _free_places(host, room, pull, index)
                total += free[host]
        if total == 0:
            continue
        u = uniform(index.council_keys[home], words[home])
        for ordinal in range(left[market]):
            position = u + ordinal * 0.6180339887498949
            position = (position - np.floor(position)) * total
            place, upto = 0, 0
            while place < councils:
                if index.neighbours[home, index.council_order[place]]:
                    upto += free[index.council_order[place] * kinds + care]
                if upto > position:
                    break
                place += 1
            homes[count] = market
            hosts[count] = index.council_order[min(place, councils - 1)] * kinds + care
            count += 1
    return homes[:count], hosts[:count]


@kernel
def place_payer(
    payer: int,
    queues: Queues,
    new: Counts,
    settled: Counts,
    room: Ints,
    pull: Floats,
    index: MarketIndex,
    words: Keys,
    share: float,
    always: int,
) -> None:
    """Place one payer's queue at home, then those who have waited over a month (or were displaced) with neighbours."""
    rounds, markets = words.shape[0] // 2, index.keys.size
    councils, payers = queues.waiting.shape[0], queues.waiting.shape[0] * queues.waiting.shape[1] // markets
    kinds = markets // councils
    turn = _in_turn(queues, payer, new, settled, index, share, always)
    wanting = np.empty(markets, dtype=np.int64)
    for market in range(markets):
        council, column = market // kinds, market % kinds * payers + payer
        waiting = queues.waiting[council, column] + queues.waiting_long[council, column]
        wanting[market] = waiting + turn[market]
    if not wanting.any():
        return
    draws = uniforms_of(index.keys, words[:rounds], index.council)
    left = _spread(wanting, room, pull, draws, (index.order, index.starts, index.ends), new)
    _serve(queues, payer, turn, wanting - left)
    turn = _in_turn(queues, payer, new, settled, index, share, always)
    for market in range(markets):
        council, column = market // kinds, market % kinds * payers + payer
        left[market] = min(queues.waiting_long[council, column] + turn[market], left[market])
    homes, hosts = _hosts(left, room, pull, words[rounds], index)
    if homes.size == 0:
        return
    asked = np.zeros(markets, dtype=np.int64)
    for host in hosts:
        asked[host] += 1
    draws = uniforms_of(index.keys, words[rounds + 1 :], index.council)
    left = _spread(asked, room, pull, draws, (index.order, index.starts, index.ends), new)
    served, places = np.zeros(markets, dtype=np.int64), asked - left
    for who in range(homes.size):
        # Those of each host who found no room stay in their home queue; the first to ask are the first served.
        if places[hosts[who]] > 0:
            places[hosts[who]] -= 1
            served[homes[who]] += 1
    _serve(queues, payer, turn, served)


@kernel
def replace_payer(
    payer: int,
    queues: Queues,
    new: Counts,
    settled: Counts,
    room: Ints,
    pull: Floats,
    index: MarketIndex,
    words: Keys,
    share: float,
    always: int,
    lag_share: Floats,
    lag_left: Floats,
) -> None:
    """Re-place one payer's displaced people, those who have waited longest first, as many as there is time for."""
    wanting = _in_turn(queues, payer, new, settled, index, share, always)
    if not wanting.any():
        return
    draws = uniforms_of(index.keys, words, index.council)
    left = _spread(wanting, room, pull, draws, (index.order, index.starts, index.ends), new)
    kinds = lag_share.size
    payers = queues.waiting.shape[1] // kinds
    for market in range(wanting.size):
        council, care = market // kinds, market % kinds
        column, served = care * payers + payer, wanting[market] - left[market]
        queues.replaced[council, column] += served
        taken = min(queues.displaced_long[council, column], served)
        queues.displaced_long[council, column] -= taken
        queues.displaced[council, column] -= served - taken
        queues.transfer_loss[council, column] += served * lag_share[care] * lag_left[council, care]
