"""Compiled forms of self-funders' choice (see ``resilience/market/choice.py``)."""

from typing import NamedTuple

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.kernels.draws import uniform
from resilience.kernels.tables import in_groups
from resilience.market.choice import Candidates, Liking, People, Places
from resilience.state.columns import Codes, Flags, Floats, Ints, Keys, Rows
from resilience.state.market_index import MarketIndex


class Seekers(NamedTuple):
    """What choosing goes by, looked up once: one column each, in the order in which people were named."""

    key: Keys
    council: Ints
    hours: Floats
    kind: Ints
    """Class of price sensitivity with heavy needs, then the same classes with light ones."""
    site: Ints
    """Row of the site where they settle; -1 before."""


@kernel
def _seekers(seeking: Ints, people: People, classes: int, heavy_hours: float) -> Seekers:
    """Look up what choosing goes by."""
    many, row_key, row_council, row_hours = seeking.size, people.key, people.council, people.hours
    key, council, hours = np.empty(many, dtype=np.uint64), np.empty(many, dtype=np.int64), np.empty(many)
    kind, row_class = np.empty(many, dtype=np.int64), people.price_class
    for who in range(many):
        row = seeking[who]
        key[who], council[who], hours[who] = row_key[row], row_council[row], row_hours[row]
        kind[who] = row_class[row] + (classes if row_hours[row] <= heavy_hours else 0)
    return Seekers(key, council, hours, kind, np.full(many, -1))


@kernel
def _starts(market: Ints, rows: Ints, markets: int) -> Ints:
    """Return where each market starts among ``rows``, in which those of one market stand together, and their end."""
    starts, upto = np.full(markets + 1, rows.size), 0
    for place in range(rows.size):
        while upto <= market[rows[place]]:
            starts[upto] = place
            upto += 1
    return starts


@kernel
def _cumulate(pull: Floats, free: Ints, light_only: Flags, heavy: Floats, light: Floats) -> tuple[float, float]:
    """Add up the pull of a market's free places on people with heavy and with light needs; returns all of it.

    The sums are infinite from the last place with pull on: rounding at the market's edge picks that one.
    """
    size, all_heavy, all_light = pull.size, 0.0, 0.0
    for place in range(size):
        here = pull[place] * free[place]
        all_light += here
        all_heavy += 0.0 if light_only[place] else here
        light[place], heavy[place] = all_light, all_heavy
    last = size - 1
    while last > 0 and pull[last] * free[last] <= 0.0:
        last -= 1
    light[last:size] = np.inf
    while last > 0 and (light_only[last] or pull[last] * free[last] <= 0.0):
        last -= 1
    heavy[last:size] = np.inf
    return all_heavy, all_light


@kernel
def _pick(
    groups: Ints, looking: Ints, seekers: Seekers, starts: Ints, candidates: Candidates, room: Ints, word: Keys
) -> Ints:
    """Return the place in its market that everybody chooses who looks for one; -1 where no site has pull on them.

    ``groups`` and ``starts`` tell where the people of each market and its candidates begin.
    """
    key, council, kind, site = seekers.key, seekers.council, seekers.kind, candidates.site
    pulls, light_only, classes = candidates.pull, candidates.light_only, candidates.pull.shape[0]
    chosen, asked = np.empty(looking.size, dtype=np.int64), np.empty(classes, dtype=np.bool_)
    most = np.diff(starts).max()
    total, whole, free = np.empty((2 * classes, most)), np.empty(2 * classes), np.empty(most, dtype=np.int64)
    for which in range(starts.size - 1):
        start, end = starts[which], starts[which + 1]
        size = end - start
        if groups[which] == groups[which + 1]:
            continue
        asked[:] = False
        for at in range(groups[which], groups[which + 1]):
            asked[kind[looking[at]] % classes] = True
        for place in range(size):
            free[place] = room[site[start + place]]
        for own in range(classes):
            if asked[own]:
                sums = total[own], total[classes + own]
                few, own_pull = light_only[start:end], pulls[own, start:end]
                whole[own], whole[classes + own] = _cumulate(own_pull, free, few, sums[0], sums[1])
        for at in range(groups[which], groups[which + 1]):
            who, place = looking[at], -1
            if whole[kind[who]] > 0.0:
                position, place = uniform(key[who], word[council[who]]) * whole[kind[who]], 0
                # Counting beats halving, at every second step of which the processor would guess wrongly.
                for before in range(size):
                    place += total[kind[who], before] <= position
            chosen[at] = place
    return chosen


@kernel
def _let_in(
    groups: Ints, looking: Ints, chosen: Ints, seekers: Seekers, starts: Ints, site: Ints, places: Places, word: Keys
) -> None:
    """Let those in who come first to the place they chose, by their draws, as many as there is room for."""
    key, council, settled, own_hours = seekers.key, seekers.council, seekers.site, seekers.hours
    room, inside, hours = places.room, places.self_funders, places.self_funder_hours
    most = np.diff(starts).max()
    begins, ends = np.empty(most + 1, dtype=np.int64), np.empty(most, dtype=np.int64)
    stands, queue = np.empty(looking.size), np.empty(looking.size, dtype=np.int64)
    for which in range(starts.size - 1):
        if groups[which] == groups[which + 1]:
            continue
        start, size = starts[which], starts[which + 1] - starts[which]
        for place in range(size + 1):
            begins[place] = 0
        for at in range(groups[which], groups[which + 1]):
            begins[chosen[at] + 1] += 1
        begins[0] = 0  # so far those who chose nothing
        for place in range(size):
            begins[place + 1] += begins[place]
            ends[place] = begins[place]
        for at in range(groups[which], groups[which + 1]):
            place = chosen[at]
            if place < 0:
                continue
            stands[at] = uniform(key[looking[at]], word[council[looking[at]]])
            # The one who came first stays ahead of an equal.
            spot = ends[place]
            while spot > begins[place] and stands[queue[spot - 1]] > stands[at]:
                queue[spot] = queue[spot - 1]
                spot -= 1
            queue[spot] = at
            ends[place] += 1
        for place in range(size):
            first, added = begins[place], 0.0
            if first == begins[place + 1]:
                continue
            row = site[start + place]
            last = min(begins[place + 1], first + room[row])
            for spot in range(first, last):
                who = looking[queue[spot]]
                settled[who] = row
                added += own_hours[who]
            inside[row] += last - first
            room[row] -= last - first
            hours[row] += added


@kernel
def without_place(site: Rows) -> Ints:
    """Return the rows of the people who wait for a site."""
    rows, count = np.empty(site.size, dtype=np.int64), 0
    for row in range(site.size):
        rows[count] = row
        count += 1 if site[row] == -1 else 0
    return rows[:count].copy()


@kernel
def homes_of(seeking: Ints, people: People, kinds: int) -> Ints:
    """Return the markets in which these people are at home."""
    market, council, care_type = np.empty(seeking.size, dtype=np.int64), people.council, people.care_type
    for who in range(seeking.size):
        market[who] = np.int64(council[seeking[who]]) * kinds + care_type[seeking[who]]
    return market


@kernel
def open_to_choice(places: Places, kind: Codes, inadequate: int, council_service: int) -> Flags:
    """Return the sites with room that self-funders may choose."""
    rating, room, alive, provider = places.rating, places.room, places.alive, places.provider
    may = np.empty(alive.size, dtype=np.bool_)
    for site in range(alive.size):
        in_use = alive[site] & (room[site] > 0) & (rating[site] != inadequate)
        may[site] = in_use & (kind[provider[site]] != council_service)
    return may


@kernel
def _within(wanted: Flags, may: Flags, index: MarketIndex) -> Ints:
    """Return the sites of the wanted markets that may be chosen."""
    starts, ends, order = index.starts, index.ends, index.order
    found, count = np.empty(order.size, dtype=np.int64), 0
    for market in range(wanted.size):
        if wanted[market]:
            for place in range(starts[market], ends[market]):
                # Without a branch that the processor would guess wrongly.
                found[count] = order[place]
                count += may[order[place]]
    return found[:count]


@kernel
def sites_within(
    wanted: Flags, may: Flags, places: Places, liking: Liking, index: MarketIndex, micro_enterprise: int
) -> tuple[Ints, Ints, Floats, Floats, Floats, Flags]:
    """Return the sites, their markets, known pull, what adds to their utility, and whether they are micro."""
    found = _within(wanted, may, index)
    many, market_of, provider, price = found.size, index.market, places.provider, places.price
    market, micro, known = np.empty(many, dtype=np.int64), np.empty(many, dtype=np.bool_), np.empty(many)
    appeal, dearness, pull = np.empty(many), np.empty(many), places.self_funder_pull
    quality, capacity, log_of, fee = liking.quality, liking.capacity, liking.log_of, liking.fee
    for place in range(many):
        site = found[place]
        owner, here = provider[site], market_of[site]
        market[place], micro[place] = here, liking.kind[owner] == micro_enterprise
        known[place] = (0.5 if micro[place] & (not liking.supported[owner]) else 1.0) * pull[site]
        size = liking.size_preference * log_of[capacity[site]]
        appeal[place] = liking.quality_sensitivity * quality[site] + size
        dearness[place] = -liking.price_sensitivity * (price[site] / fee[here] - 1.0)
    return found, market, known, appeal, dearness, micro


@kernel
def _settle(seeking: Ints, sites: Ints, people: People, council: Rows) -> Ints:
    """Move self-funders in, at their sites' councils; returns those left without a place."""
    own_site, own_council, waiting, displaced = people.site, people.council, people.waiting_months, people.displaced
    left, count = np.empty(seeking.size, dtype=np.int64), 0
    for who in range(seeking.size):
        row, site = seeking[who], sites[who]
        if site < 0:
            left[count] = row
            count += 1
        else:
            own_site[row] = site
            own_council[row] = council[site]
            waiting[row] = 0
            displaced[row] = False
    return left[:count]


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
    rounds, site = words.shape[0] // 2, candidates.site
    seekers = _seekers(seeking, people, candidates.pull.shape[0], heavy_hours)
    looking, _ = in_groups(market, markets)
    starts = _starts(candidates.market, np.arange(site.size), markets)
    for attempt in range(rounds):
        groups = _starts(market, looking, markets)
        chosen = _pick(groups, looking, seekers, starts, candidates, places.room, words[attempt])
        _let_in(groups, looking, chosen, seekers, starts, site, places, words[rounds + attempt])
        still, count = np.empty(looking.size, dtype=np.int64), 0
        for who in looking:
            still[count] = who
            count += seekers.site[who] < 0
        looking = still[:count]
        if count == 0:
            break
    return _settle(seeking, seekers.site, people, places.council)


@kernel
def _free_places(market: int, room: Ints, index: MarketIndex) -> int:
    """Return the free places in a market."""
    free = 0
    for place in range(index.starts[market], index.ends[market]):
        free += room[index.order[place]]
    return free


@kernel
def host_markets(far: Ints, people: People, room: Ints, index: MarketIndex, words: Keys) -> Ints:
    """Return the neighbouring council's market to which each person looks; -1 where none has room."""
    councils = index.council_keys.size
    kinds = index.keys.size // councils
    free, hosts = np.full(index.keys.size, -1), np.empty(far.size, dtype=np.int64)  # -1 before anybody has asked
    for place in range(far.size):
        home, care, total = people.council[far[place]], people.care_type[far[place]], 0
        for council in range(councils):
            if index.neighbours[home, council]:
                market = council * kinds + care
                if free[market] < 0:
                    free[market] = _free_places(market, room, index)
                total += free[market]
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
