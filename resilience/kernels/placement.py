"""Compiled forms of sharing people out (see ``resilience/market/placement.py`` and ``council_queues.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.kernels.draws import uniform, uniforms_of
from resilience.kernels.pulls import cumulated, with_pull
from resilience.market.council_queues import Queues
from resilience.state.columns import Floats, Ints, Keys
from resilience.state.market_index import MarketIndex


@kernel
def spread(
    people: Ints, room: Ints, weight: Floats, draws: Floats, market: Ints, order: Ints, starts: Ints, ends: Ints
) -> tuple[Ints, Ints]:
    """Place counts of people of each market over its sites; ``draws`` holds a uniform a round and market."""
    placed, left, free = np.zeros(room.size, np.int64), np.zeros(people.size, np.int64), np.zeros(room.size, np.int64)
    for which in range(people.size):
        left[which] = people[which]
    for site in range(room.size):
        if weight[site] > 0.0:
            free[site] = room[site]
    pull, total = np.empty(order.size), np.empty(order.size)
    for attempt in range(draws.shape[0]):
        if not left.any():
            break
        found_any = False
        for which in range(left.size):
            trying, start, end = left[which], starts[which], ends[which]
            if trying == 0 or start == end:
                continue
            for place in range(start, end):
                pull[place] = weight[order[place]] * free[order[place]]
            whole = cumulated(pull, total, start, end)
            if not whole > 0.0:
                continue
            found_any = True
            found = start
            for ordinal in range(trying):
                target = (ordinal + draws[attempt, which]) / trying * whole
                while found < end - 1 and total[found] <= target:
                    found += 1
                site = order[with_pull(pull, start, found)]
                if free[site] > 0:
                    free[site] -= 1
                    placed[site] += 1
                    left[which] -= 1
        if not found_any:
            break
    return placed, left


@kernel
def _people_paid_for(new: Ints, settled: Ints, index: MarketIndex) -> Ints:
    """Return the people of a payer at the sites of each market."""
    people = np.zeros(index.keys.size, dtype=np.int64)
    for site in range(new.size):
        people[index.market[site]] += new[site] + settled[site]
    return people


@kernel
def _in_turn(
    queues: Queues, payer: int, new: Ints, settled: Ints, index: MarketIndex, share: float, always: int
) -> Ints:
    """Return a payer's displaced people of each market who can be dealt with now."""
    councils, markets = queues.waiting.shape[0], index.keys.size
    payers, kinds = queues.waiting.shape[0] * queues.waiting.shape[1] // markets, markets // councils
    turn, anybody = np.zeros(markets, dtype=np.int64), 0
    for council in range(councils):
        for care in range(kinds):
            column = care * payers + payer
            anybody += queues.displaced[council, column] + queues.displaced_long[council, column]
    if anybody == 0:
        return turn
    paid_for = _people_paid_for(new, settled, index)
    for market in range(markets):
        council, column = market // kinds, market % kinds * payers + payer
        displaced = queues.displaced[council, column] + queues.displaced_long[council, column]
        if displaced > 0:
            waiting = queues.waiting[council, column] + queues.waiting_long[council, column]
            limit = max(np.ceil(share * (paid_for[market] + (waiting + displaced))), float(always))
            turn[market] = min(displaced, max(int(limit) - queues.replaced[council, column], 0))
    return turn


@kernel
def _take(first: Ints, second: Ints, council: int, column: int, people: int) -> None:
    """Take people off the first queue, and those that are left off the second, in place."""
    taken = min(first[council, column], people)
    first[council, column] -= taken
    second[council, column] -= min(second[council, column], people - taken)


@kernel
def _serve(queues: Queues, payer: int, turn: Ints, served: Ints) -> None:
    """Take served people of each market off a payer's queues, in order of urgency, in place."""
    councils, payers = queues.waiting.shape[0], queues.waiting.shape[0] * queues.waiting.shape[1] // served.size
    kinds = served.size // councils
    for market in range(served.size):
        council, column = market // kinds, market % kinds * payers + payer
        moved = min(turn[market], served[market])
        queues.transfer_loss[council, column] += 0.5 * moved
        queues.replaced[council, column] += moved
        _take(queues.displaced_long, queues.displaced, council, column, moved)
        _take(queues.waiting_long, queues.waiting, council, column, served[market] - moved)


@kernel
def _move_in(placed: Ints, new: Ints, room: Ints) -> None:
    """Count people in at their sites, in place."""
    for site in range(placed.size):
        new[site] += placed[site]
        room[site] -= placed[site]


@kernel
def _hosts(left: Ints, room: Ints, pull: Floats, words: Keys, index: MarketIndex) -> tuple[Ints, Ints]:
    """Return the home and the host market of each person left over who has a neighbour with room."""
    councils = index.council_keys.size
    kinds = left.size // councils
    free, count = np.zeros(left.size, dtype=np.int64), 0
    for site in range(room.size):
        if pull[site] > 0.0:
            free[index.market[site]] += room[site]
    homes, hosts = np.empty(left.sum(), dtype=np.int64), np.empty(left.sum(), dtype=np.int64)
    for market in range(left.size):
        if left[market] == 0:
            continue
        home, care, total = market // kinds, market % kinds, 0
        for council in range(councils):
            if index.neighbours[home, council]:
                total += free[council * kinds + care]
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
    new: Ints,
    settled: Ints,
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
    placed, left = spread(wanting, room, pull, draws, index.market, index.order, index.starts, index.ends)
    _serve(queues, payer, turn, wanting - left)
    _move_in(placed, new, room)
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
    placed, left = spread(asked, room, pull, draws, index.market, index.order, index.starts, index.ends)
    served, places = np.zeros(markets, dtype=np.int64), asked - left
    for who in range(homes.size):
        # Those of each host who found no room stay in their home queue; the first to ask are the first served.
        if places[hosts[who]] > 0:
            places[hosts[who]] -= 1
            served[homes[who]] += 1
    _serve(queues, payer, turn, served)
    _move_in(placed, new, room)


@kernel
def replace_payer(
    payer: int,
    queues: Queues,
    new: Ints,
    settled: Ints,
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
    placed, left = spread(wanting, room, pull, draws, index.market, index.order, index.starts, index.ends)
    _move_in(placed, new, room)
    kinds = lag_share.size
    payers = queues.waiting.shape[1] // kinds
    for market in range(wanting.size):
        council, care = market // kinds, market % kinds
        column, served = care * payers + payer, wanting[market] - left[market]
        queues.replaced[council, column] += served
        _take(queues.displaced_long, queues.displaced, council, column, served)
        queues.transfer_loss[council, column] += served * lag_share[care] * lag_left[council, care]
