"""Compiled forms of sharing out and choosing (see ``resilience/market/placement.py`` and ``choice.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Floats, Ints


@kernel
def _with_pull(pull: Floats, start: int, found: int) -> int:
    """Return the last place up to ``found`` that has pull, else the first one after it; there must be one."""
    place = found
    while place >= start and pull[place] <= 0.0:
        place -= 1
    if place < start:
        place = found + 1
        while pull[place] <= 0.0:
            place += 1
    return place


@kernel
def _whole(pull: Floats, total: Floats, start: int, end: int) -> tuple[float, float]:
    """Return the cumulated pull before a market and the market's own, which is zero where no site has any."""
    before = total[start - 1] if start > 0 else 0.0
    for place in range(start, end):
        if pull[place] > 0.0:
            return before, total[end - 1] - before
    return before, 0.0


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
        upto = 0.0
        for place in range(order.size):
            pull[place] = weight[order[place]] * free[order[place]]
            upto += pull[place]
            total[place] = upto
        found_any = False
        for which in range(left.size):
            trying, start, end = left[which], starts[which], ends[which]
            if trying == 0 or start == end:
                continue
            before, whole = _whole(pull, total, start, end)
            if not whole > 0.0:
                continue
            found_any = True
            found = start
            for ordinal in range(trying):
                target = before + (ordinal + draws[attempt, which]) / trying * whole
                while found < end - 1 and total[found] <= target:
                    found += 1
                site = order[_with_pull(pull, start, found)]
                if free[site] > 0:
                    free[site] -= 1
                    placed[site] += 1
                    left[which] -= 1
        if not found_any:
            break
    return placed, left


@kernel
def _cumulated(
    pulls: Floats, room: Ints, asked: np.ndarray, site_market: Ints, order: Ints
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return the rows that count, where each market begins among them, and their pulls, plain and cumulated."""
    markets = asked.size
    rows, bounds = np.empty(order.size, dtype=np.int64), np.zeros(markets + 1, dtype=np.int64)
    count = 0
    for site in order:
        if asked[site_market[site]] and room[site] > 0:
            rows[count] = site
            bounds[site_market[site] + 1] += 1
            count += 1
    for which in range(markets):
        bounds[which + 1] += bounds[which]
    rows = rows[:count]
    pull, total = np.empty(pulls.shape[0] * count), np.empty(pulls.shape[0] * count)
    upto = 0.0
    place = 0
    for kind in range(pulls.shape[0]):
        for row in rows:
            pull[place] = pulls[kind, row] * room[row]
            upto += pull[place]
            total[place] = upto
            place += 1
    return rows, bounds, pull, total


@kernel
def _pick(pull: Floats, total: Floats, start: int, end: int, position: float) -> int:
    """Return the place at a position of a market's cumulated pull; -1 where the market has none."""
    if start == end:
        return -1
    before, whole = _whole(pull, total, start, end)
    if not whole > 0.0:
        return -1
    target = before + position * whole
    low, high = start, end - 1
    while low < high:
        middle = (low + high) // 2
        if total[middle] > target:
            high = middle
        else:
            low = middle + 1
    return _with_pull(pull, start, low)


@kernel
def _first_come(place: Floats, site: Ints, trying: Ints, room: Ints) -> Ints:
    """Return which of those who chose a site get a place there, in the order in which they settle."""
    wanted = np.zeros(room.size + 1, dtype=np.int64)
    crowded = False
    for who in trying:
        wanted[site[who] + 1] += 1
        crowded |= wanted[site[who] + 1] > room[site[who]]
    if not crowded:
        return trying
    for which in range(room.size):
        wanted[which + 1] += wanted[which]
    starts, filled = wanted, np.empty(room.size, dtype=np.int64)
    for which in range(room.size):
        filled[which] = starts[which]
    queue = np.empty(trying.size, dtype=np.int64)
    for who in trying:
        # Those of one site stand in the order of their draws; the one who came first stays ahead of an equal.
        spot = filled[site[who]]
        while spot > starts[site[who]] and place[queue[spot - 1]] > place[who]:
            queue[spot] = queue[spot - 1]
            spot -= 1
        queue[spot] = who
        filled[site[who]] += 1
    got = np.empty(trying.size, dtype=np.int64)
    count = 0
    for spot in range(queue.size):
        chosen = site[queue[spot]]
        if spot - starts[chosen] < room[chosen]:
            got[count] = queue[spot]
            count += 1
    return got[:count]


@kernel
def seek(
    wanted: Ints, pulls: Floats, room: Ints, draws: Floats, queue: Floats, markets: int, site_market: Ints, order: Ints
) -> tuple[Ints, Ints, Ints]:
    """Let people pick sites in rounds, those who find a site full pick again; updates ``room``."""
    site, where = np.empty(wanted.size, dtype=np.int64), np.empty(wanted.size, dtype=np.int64)
    settled = np.zeros(wanted.size, dtype=np.bool_)
    who, rounds = np.empty(wanted.size, dtype=np.int64), np.zeros(draws.shape[0] + 1, dtype=np.int64)
    done = 0
    for attempt in range(draws.shape[0]):
        asked = np.zeros(markets, dtype=np.bool_)
        for person in range(wanted.size):
            if not settled[person]:
                asked[wanted[person] % markets] = True
        rows, bounds, pull, total = _cumulated(pulls, room, asked, site_market, order)
        trying = np.empty(wanted.size, dtype=np.int64)
        count = 0
        for person in range(wanted.size):
            if settled[person]:
                continue
            kind, market = divmod(wanted[person], markets)
            start, end = bounds[market] + kind * rows.size, bounds[market + 1] + kind * rows.size
            found = _pick(pull, total, start, end, draws[attempt, person])
            if found >= 0:
                site[person] = rows[found % rows.size]
                trying[count] = person
                count += 1
        for person in _first_come(queue[attempt], site, trying[:count], room):
            settled[person] = True
            room[site[person]] -= 1
            who[done], where[done] = person, site[person]
            done += 1
        rounds[attempt + 1] = done
    return who[:done], where[:done], rounds
