"""Compiled forms of self-funders' choice (see ``resilience/market/choice.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.kernels.draws import uniform, uniforms_of
from resilience.kernels.pulls import cumulated, with_pull
from resilience.market.choice import Candidates, People, Places
from resilience.state.columns import Flags, Floats, Ints, Keys
from resilience.state.market_index import MarketIndex


@kernel
def _cumulated(
    pulls: Floats, light_only: Flags, room: Ints, asked: Flags, site_market: Ints, order: Ints
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return the rows that count, where each market begins among them, and their pulls, plain and cumulated.

    ``asked`` are the classes x markets that somebody asks for; the pulls of the others are left as they come. Classes
    beyond those of ``pulls`` are the same again with light needs; the first have heavy ones.
    """
    classes, markets = asked.shape
    anybody = np.zeros(markets, dtype=np.bool_)
    for kind in range(classes):
        for which in range(markets):
            anybody[which] |= asked[kind, which]
    rows, bounds = np.empty(order.size, dtype=np.int64), np.zeros(markets + 1, dtype=np.int64)
    count = 0
    for site in order:
        if anybody[site_market[site]] and room[site] > 0:
            rows[count] = site
            bounds[site_market[site] + 1] += 1
            count += 1
    for which in range(markets):
        bounds[which + 1] += bounds[which]
    rows = rows[:count]
    pull, total = np.empty(classes * count), np.empty(classes * count)
    for kind in range(classes):
        for which in range(markets):
            if asked[kind, which]:
                own, heavy = kind % pulls.shape[0], kind < pulls.shape[0]
                for place in range(bounds[which], bounds[which + 1]):
                    row = rows[place]
                    unfit = heavy and light_only[row]
                    pull[kind * count + place] = 0.0 if unfit else pulls[own, row] * room[row]
                cumulated(pull, total, kind * count + bounds[which], kind * count + bounds[which + 1])
    return rows, bounds, pull, total


@kernel
def _pick(pull: Floats, total: Floats, start: int, end: int, position: float) -> int:
    """Return the place at a position of a market's cumulated pull; -1 where the market has none."""
    if start == end:
        return -1
    whole = total[end - 1]
    if not whole > 0.0:
        return -1
    target, low, size = position * whole, start, end - start
    while size > 1:
        half = size // 2
        low += half if total[low + half - 1] <= target else 0
        size -= half
    return with_pull(pull, start, low)


@kernel
def _first_come(place: Floats, site: Ints, trying: Ints, room: Ints) -> Ints:
    """Return which of those who chose a site get a place there, in the order in which they settle."""
    wanted = np.zeros(room.size + 1, dtype=np.int64)
    for who in trying:
        wanted[site[who] + 1] += 1
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
    wanted: Ints,
    pulls: Floats,
    light_only: Flags,
    room: Ints,
    draws: Floats,
    queue: Floats,
    markets: int,
    site_market: Ints,
    order: Ints,
) -> tuple[Ints, Ints, Ints]:
    """Let people pick sites in rounds, those who find a site full pick again; updates ``room``."""
    site, where = np.empty(wanted.size, dtype=np.int64), np.empty(wanted.size, dtype=np.int64)
    settled = np.zeros(wanted.size, dtype=np.bool_)
    who, rounds = np.empty(wanted.size, dtype=np.int64), np.zeros(draws.shape[0] + 1, dtype=np.int64)
    done = 0
    for attempt in range(draws.shape[0]):
        rounds[attempt + 1] = done
        if done == wanted.size:
            continue
        asked = np.zeros((2 * pulls.shape[0], markets), dtype=np.bool_)
        for person in range(wanted.size):
            if not settled[person]:
                asked[wanted[person] // markets, wanted[person] % markets] = True
        rows, bounds, pull, total = _cumulated(pulls, light_only, room, asked, site_market, order)
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


@kernel
def without_place(site: Ints) -> Ints:
    """Return the rows of the people without a site."""
    rows, count = np.empty(site.size, dtype=np.int64), 0
    for row in range(site.size):
        rows[count] = row
        count += 1 if site[row] < 0 else 0
    return rows[:count].copy()


@kernel
def sites_within_reach(
    seeking: Ints,
    people: People,
    places: Places,
    kind: Ints,
    supported: Flags,
    fee: Floats,
    index: MarketIndex,
    inadequate: int,
    council_service: int,
    micro_enterprise: int,
) -> tuple[Ints, Floats, Floats, Flags]:
    """Return sites with room at home and in neighbouring councils, with their known pull, premium and whether micro."""
    councils, kinds = fee.shape
    home, reach = np.zeros((councils, kinds), dtype=np.bool_), np.zeros(fee.size, dtype=np.bool_)
    for row in seeking:
        home[people.council[row], people.care_type[row]] = True
    for council in range(councils):
        for other in range(councils):
            if other == council or index.neighbours[council, other]:
                for care in range(kinds):
                    reach[council * kinds + care] |= home[other, care]
    size, count = places.alive.size, 0
    found, micro = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.bool_)
    known, premium = np.empty(size), np.empty(size)
    for site in index.order:
        market, run_by = index.market[site], kind[places.provider[site]]
        if not (places.alive[site] and reach[market] and places.room[site] > 0):
            continue
        if places.rating[site] == inadequate or run_by == council_service:
            continue
        found[count], micro[count] = site, run_by == micro_enterprise
        visible = 0.5 if micro[count] and not supported[places.provider[site]] else 1.0
        known[count] = visible * places.self_funder_pull[site]
        premium[count] = places.price[site] / fee[market // kinds, market % kinds] - 1.0
        count += 1
    return found[:count], known[:count], premium[:count], micro[:count]


@kernel
def _settle(row: int, site: int, people: People, places: Places) -> None:
    """Move a self-funder in, at the site's council; the hours are added up by round."""
    people.site[row] = site
    people.council[row] = places.council[site]
    people.waiting_months[row] = 0
    people.displaced[row] = False
    places.self_funders[site] += 1
    places.room[site] -= 1


@kernel
def choose_in(
    seeking: Ints,
    market: Ints,
    people: People,
    candidates: Candidates,
    places: Places,
    words: Keys,
    markets: int,
    heavy_hours: float,
) -> Ints:
    """Let people choose, each in a given market; returns those left without a place."""
    rounds, classes = words.shape[0] // 2, candidates.pull.shape[0]
    wanted, stay = np.empty(seeking.size, dtype=np.int64), np.ones(seeking.size, dtype=np.bool_)
    keys, council = np.empty(seeking.size, dtype=np.uint64), np.empty(seeking.size, dtype=np.int64)
    for who in range(seeking.size):
        row = seeking[who]
        keys[who], council[who] = people.key[row], people.council[row]
        kind = people.price_class[row] + (classes if people.hours[row] <= heavy_hours else 0)
        wanted[who] = kind * markets + market[who]
    draws = uniforms_of(keys, words, council)
    room, order = np.empty(candidates.site.size, dtype=np.int64), np.arange(candidates.site.size)
    for place in range(room.size):
        room[place] = places.room[candidates.site[place]]
    luck = draws[:rounds], draws[rounds:]
    pulls, few = candidates.pull, candidates.light_only
    who_settles, where, ends = seek(wanted, pulls, few, room, luck[0], luck[1], markets, candidates.market, order)
    hours = np.zeros(room.size)
    for attempt in range(rounds):
        first, last = ends[attempt], ends[attempt + 1]
        for turn in range(first, last):
            row = seeking[who_settles[turn]]
            _settle(row, candidates.site[where[turn]], people, places)
            hours[where[turn]] += people.hours[row]
            stay[who_settles[turn]] = False
        for turn in range(first, last):
            places.self_funder_hours[candidates.site[where[turn]]] += hours[where[turn]]
            hours[where[turn]] = 0.0
    left, count = np.empty(seeking.size, dtype=np.int64), 0
    for who in range(seeking.size):
        if stay[who]:
            left[count] = seeking[who]
            count += 1
    return left[:count]


@kernel
def host_markets(far: Ints, people: People, room: Ints, index: MarketIndex, words: Keys) -> Ints:
    """Return the neighbouring council's market to which each person looks; -1 where none has room."""
    councils = index.council_keys.size
    kinds = index.keys.size // councils
    free, hosts = np.zeros(index.keys.size, dtype=np.int64), np.empty(far.size, dtype=np.int64)
    for site in range(room.size):
        free[index.market[site]] += room[site]
    for place in range(far.size):
        home, care, total = people.council[far[place]], people.care_type[far[place]], 0
        for council in range(councils):
            if index.neighbours[home, council]:
                total += free[council * kinds + care]
        hosts[place] = -1
        if total == 0:
            continue
        position, upto, at = uniform(people.key[far[place]], words[0, home]) * total, 0, 0
        while at < councils:
            if index.neighbours[home, index.council_order[at]]:
                upto += free[index.council_order[at] * kinds + care]
            if upto > position:
                break
            at += 1
        hosts[place] = index.council_order[min(at, councils - 1)] * kinds + care
    return hosts
