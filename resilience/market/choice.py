"""Month step 5, self-funders choose: a logit over sites with room near by, on price, quality and size."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import sites as at
from resilience.market.need import HEAVY_HOURS
from resilience.market.placement import council_at, cumulated_pulls
from resilience.state.codes import COUNCIL_SERVICE, INADEQUATE, MICRO_ENTERPRISE, N_PAYERS, N_TYPES, SELF_FUNDER
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Keys, Months, Rows
from resilience.state.market_index import MarketIndex
from resilience.state.market_state import MarketState
from resilience.state.randomness import uniforms_of

_ROUNDS = 3
_N_CLASSES = 3
_CLASS_SENSITIVITY = np.array([0.5, 1.0, 1.5])
"""Price sensitivity of the hardly, middling and very price-sensitive over the middling (assumption)."""


class People(NamedTuple):
    """Columns of all self-funders; choosing changes council, site, months of waiting and whether displaced."""

    key: Keys
    council: Rows
    care_type: Codes
    site: Rows
    hours: Floats
    price_class: Codes
    waiting_months: Months
    displaced: Flags


class Places(NamedTuple):
    """Columns of all sites; choosing changes the last three."""

    alive: Flags
    council: Rows
    provider: Rows
    rating: Codes
    price: Floats
    self_funder_pull: Floats
    room: Ints
    self_funders: Counts
    self_funder_hours: Floats


class Liking(NamedTuple):
    """What makes self-funders like a site: its quality, size and price."""

    quality: Floats
    capacity: Counts
    log_of: Floats
    """Log size of each capacity."""
    kind: Codes
    """By provider."""
    supported: Flags
    """By provider."""
    fee: Floats
    """The council's fee in each market, at today's prices."""
    quality_sensitivity: float
    size_preference: float
    price_sensitivity: float


class Candidates(NamedTuple):
    """Sites with room within reach, in the stable order of candidates, and what a free place there has for people."""

    site: Ints
    market: Ints
    pull: Floats
    """Pull on people with light needs, classes of price sensitivity x candidates."""
    light_only: Flags
    """Takes nobody with heavy needs."""


def step(state: MarketState) -> None:
    """Let every self-funder without care choose among sites of the council, then of its neighbours."""
    f = state.self_funders
    seeking = without_place(f.site)
    displaced = seeking[f.displaced[seeking]]
    if seeking.size:
        choose(state, "choice", seeking)
    # Displaced people who settle now found their place in the course of the month: they lost half of it on average.
    lose_on_the_way(state, displaced[f.site[displaced] >= 0], np.full(N_TYPES, 0.5))


@compiled_in("choice")
def without_place(site: Rows) -> Ints:
    """Return the rows of the people who wait for a site (-1)."""
    return np.flatnonzero(site == -1)


def choose(state: MarketState, decision: str, seeking: Ints) -> None:
    """Let the self-funders in rows ``seeking`` choose a site.

    Choosers of a site with too little room are taken in the order of a keyed draw; the others choose again. Those who
    find nothing at home and have waited, or lost their provider, look to neighbouring councils.
    """
    f, s, index = state.self_funders, state.sites, state.index
    people = People(f.key, f.council, f.care_type, f.site, f.hours, f.price_class, f.waiting_months, f.displaced)
    traits = s.alive, s.council, s.provider, s.rating, s.price, s.self_funder_pull
    places = Places(*traits, at.staffed_room(state), s.self_funders, s.self_funder_hours)
    may = open_to_choice(places, state.providers.kind, INADEQUATE, COUNCIL_SERVICE)

    def look(who: Ints, market: Ints, where: str) -> Ints:
        candidates, words = _candidates(state, places, may, market), _words(state, f"{decision}/{where}")
        return choose_in(who, market, people, candidates, places, words, index.keys.size, HEAVY_HOURS)

    left = look(seeking, homes_of(seeking, people, N_TYPES), "home")
    far = left[(f.waiting_months[left] > 0) | f.displaced[left]]
    if far.size:
        host = host_markets(far, people, places.room, index, state.words(f"{decision}/host"))
        look(far[host >= 0], host[host >= 0], "away")


@compiled_in("choice")
def homes_of(seeking: Ints, people: People, kinds: int) -> Ints:
    """Return the markets in which the people in rows ``seeking`` are at home."""
    return people.council[seeking].astype(np.int64) * kinds + people.care_type[seeking]


def _words(state: MarketState, decision: str) -> Keys:
    """Return the words of the rounds of a choice: first for the sites picked, then for the places in their queues."""
    picks = (f"{decision}/{attempt}" for attempt in range(_ROUNDS))
    return state.words(*picks, *(f"{decision}/queue/{attempt}" for attempt in range(_ROUNDS)))


def lose_on_the_way(state: MarketState, people: Ints, share: Floats, left: Floats | float = 1.0) -> None:
    """Count the part of a month (by kind of care) that these self-funders go without care on their way.

    ``left`` is the part of it, for each person, that longer notice does not spare them.
    """
    if people.size == 0:
        return
    f = state.self_funders
    hours = f.hours[people] / state.coefficients.hours_per_person[f.care_type[people]]
    column = f.care_type[people] * N_PAYERS + SELF_FUNDER
    np.add.at(state.councils.transfer_loss, (f.council[people], column), hours * share[f.care_type[people]] * left)


def _candidates(state: MarketState, places: Places, may: Flags, markets: Ints) -> Candidates:
    """Return the sites that ``may`` be chosen in these ``markets``, any named as often as may be, and their pull.

    Utility is -price_sensitivity x (price over the council's fee - 1) + quality_sensitivity x quality + size_preference
    x log size. Classes are three price sensitivities for people with heavy needs, then three for people with light
    ones: micro-enterprises draw only people whose need they can meet; unsupported ones are hard to find.
    """
    s, p, index = state.sites, state.scenario.self_funders, state.index
    wanted = np.zeros(index.keys.size, dtype=np.bool_)
    wanted[markets] = True
    fee = np.maximum(state.councils.fee_start, 1e-9) * state.conditions.price_index
    log_of = np.log(at.sizes_by_capacity(s.capacity))
    liking = Liking(
        *(s.quality, s.capacity, log_of, state.providers.kind, state.providers.supported, fee.ravel()),
        *(float(p.quality_sensitivity), float(p.size_preference), float(p.price_sensitivity)),
    )
    found = sites_within(wanted, may, places, liking, index, MICRO_ENTERPRISE)
    site, market, known, appeal, dearness, micro = found
    liked, cheap, light = known * np.exp(appeal), np.exp(dearness), np.empty((_N_CLASSES, site.size))
    for row, sensitivity in zip(light, _CLASS_SENSITIVITY, strict=True):
        np.power(cheap, sensitivity, out=row)
        row *= liked
    return Candidates(site, market, light, micro)


@compiled_in("choice")
def open_to_choice(places: Places, kind: Codes, inadequate: int, council_service: int) -> Flags:
    """Return true for the sites with room that self-funders may choose; ``kind`` goes by provider."""
    may = places.alive & (places.room > 0) & (places.rating != inadequate)
    return may & (kind[places.provider] != council_service)


@compiled_in("choice")
def sites_within(
    wanted: Flags, may: Flags, places: Places, liking: Liking, index: MarketIndex, micro_enterprise: int
) -> tuple[Ints, Ints, Floats, Floats, Floats, Flags]:
    """Return the sites in the ``wanted`` markets that ``may`` be chosen, in the order of candidates, and their markets.

    With each comes its lasting pull as far as it is known, what quality and size and what its price over the council's
    fee add to its utility, and whether it is a micro-enterprise.
    """
    site = index.order[(may & wanted[index.market])[index.order]]
    market, micro = index.market[site], liking.kind[places.provider[site]] == micro_enterprise
    visible = np.where(micro & ~liking.supported[places.provider[site]], 0.5, 1.0)
    size = liking.log_of[liking.capacity[site]]
    appeal = liking.quality_sensitivity * liking.quality[site] + liking.size_preference * size
    premium = places.price[site] / liking.fee[market] - 1.0
    return site, market, visible * places.self_funder_pull[site], appeal, -liking.price_sensitivity * premium, micro


@compiled_in("choice")
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
    """Let the people in rows ``seeking`` choose, each in a given ``market``; returns those left without a place.

    ``words`` (by council) are those of the rounds' picks, then of their queues. A need of up to ``heavy_hours`` a week
    is light. People and places are changed in place.
    """
    rounds = len(words) // 2
    kind = people.price_class[seeking] + _N_CLASSES * (people.hours[seeking] <= heavy_hours)
    draws = uniforms_of(people.key[seeking], words, people.council[seeking])
    room, order = places.room[candidates.site], np.arange(candidates.site.size)
    who, where, ends = _seek(
        kind * markets + market,
        candidates.pull,
        candidates.light_only,
        room,
        draws[:rounds],
        draws[rounds:],
        markets,
        candidates.market,
        order,
    )
    places.room[candidates.site] = room
    for first, last in pairwise(ends.tolist()):
        if last > first:
            _settle(seeking[who[first:last]], candidates.site[where[first:last]], people, places)
    stay = np.ones(seeking.size, dtype=np.bool_)
    stay[who] = False
    return seeking[stay]


def _settle(rows: Ints, site: Ints, people: People, places: Places) -> None:
    """Move self-funders in, at their sites' councils."""
    people.site[rows] = site
    people.council[rows] = places.council[site]
    people.waiting_months[rows] = 0
    people.displaced[rows] = False
    sites = places.room.size
    places.self_funders[:] += np.bincount(site, minlength=sites)
    places.self_funder_hours[:] += np.bincount(site, weights=people.hours[rows], minlength=sites)


def _seek(
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
    """Let people pick sites in rounds, those who find a site full pick again; updates ``room``.

    ``wanted`` is each person's class x markets + market; classes are those of ``pulls`` (classes x sites) with heavy
    needs, which some sites do not take, then the same with light ones. ``draws`` and ``queue`` are a uniform a round
    and person: the pick, and the place in the queue. Returns the positions of those who found a site in the order in
    which they settle, their sites, and where in these each round begins (and the last one ends).
    """
    pulls = np.concatenate([np.where(light_only, 0.0, pulls), pulls])
    people, rounds = np.arange(wanted.size), [0]
    who, where = [people[:0]], [people[:0]]
    for u, place in zip(draws, queue, strict=True):
        pull = cumulated_pulls(pulls, room, wanted[people], markets, site_market, order)
        trying = people[pull.whole[wanted[people]] > 0.0]
        site = pull.pick(wanted[trying], u[trying])
        got = _first_come(place[trying], site, room)
        room -= np.bincount(site[got], minlength=len(room))
        who.append(trying[got])
        where.append(site[got])
        rounds.append(rounds[-1] + got.size)
        people = np.setdiff1d(people, trying[got], assume_unique=True)
    return np.concatenate(who), np.concatenate(where), np.array(rounds)


def _first_come(place: Floats, site: Ints, room: Ints) -> Ints:
    """Return the positions of those who get a place, site by site: the first in its queue as far as its room goes."""
    order = np.lexsort((place, site))
    sorted_site = site[order]
    rank = np.arange(site.size) - np.searchsorted(sorted_site, sorted_site, side="left")
    return order[rank < room[sorted_site]]


@compiled_in("choice")
def host_markets(far: Ints, people: People, room: Ints, index: MarketIndex, words: Keys) -> Ints:
    """Return the neighbouring council's market to which each person in rows ``far`` looks, by its free places.

    It is -1 where no neighbour has a place of the kind needed.
    """
    care_type = people.care_type[far]
    free = np.bincount(index.market, weights=room, minlength=index.keys.size).reshape(-1, N_TYPES)
    reach = index.neighbours[people.council[far]] * free[:, care_type].T
    total = reach.sum(axis=1)
    (u,) = uniforms_of(people.key[far], words, people.council[far])
    host = council_at(index.council_order, reach, u * total)
    return np.where(total > 0.0, host * N_TYPES + care_type, -1)
