"""Month step 5, self-funders choose: a logit over sites with room near by, on price, quality and size."""

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import sites as at
from resilience.market.need import light_need
from resilience.market.placement import council_at, cumulated_pulls
from resilience.state.codes import COUNCIL_SERVICE, INADEQUATE, MICRO_ENTERPRISE, N_PAYERS, N_TYPES, SELF_FUNDER
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.market_state import MarketState

_ROUNDS = 3
_N_CLASSES = 3
_CLASS_SENSITIVITY = np.array([0.5, 1.0, 1.5])
"""Price sensitivity of the hardly, middling and very price-sensitive over the middling (assumption)."""


def step(state: MarketState) -> None:
    """Let every self-funder without care choose among sites of the council, then of its neighbours."""
    f = state.self_funders
    seeking = np.flatnonzero(f.site < 0)
    displaced = seeking[f.displaced[seeking]]
    if seeking.size:
        choose(state, "choice", seeking)
    # Displaced people who settle now found their place in the course of the month: they lost half of it on average.
    lose_on_the_way(state, displaced[f.site[displaced] >= 0], np.full(N_TYPES, 0.5))


def choose(state: MarketState, decision: str, seeking: Ints) -> Ints:
    """Let the self-funders in rows ``seeking`` choose a site; returns the rows that found one.

    Choosers of a site with too little room are taken in the order of a keyed draw; the others choose again. Those who
    find nothing at home and have waited, or lost their provider, look to neighbouring councils.
    """
    f = state.self_funders
    room = at.staffed_room(state)
    pulls = class_pulls(state, np.flatnonzero((room > 0) & _within_reach(state, seeking)[state.market_of_site()]))
    left = _choose_in(state, f"{decision}/home", seeking, f.council[seeking], room, pulls)
    far = left[(f.waiting_months[left] > 0) | f.displaced[left]]
    if far.size:
        host = _host_councils(state, decision, far, room)
        able = host >= 0
        _choose_in(state, f"{decision}/away", far[able], host[able], room, pulls)
    return seeking[f.site[seeking] >= 0]


def _within_reach(state: MarketState, seeking: Ints) -> Flags:
    """Return true for the markets (laid flat) in which these people may look: at home and in neighbouring councils."""
    f = state.self_funders
    home = np.zeros((state.n_councils, N_TYPES), dtype=np.bool_)
    home[f.council[seeking], f.care_type[seeking]] = True
    return (home | (state.neighbours @ home)).ravel()


def lose_on_the_way(state: MarketState, people: Ints, share: Floats, left: Floats | float = 1.0) -> None:
    """Count the part of a month (by kind of care) that these self-funders go without care on their way.

    ``left`` is the part of it, for each person, that longer notice does not spare them.
    """
    f = state.self_funders
    hours = f.hours[people] / state.coefficients.hours_per_person[f.care_type[people]]
    column = f.care_type[people] * N_PAYERS + SELF_FUNDER
    np.add.at(state.councils.transfer_loss, (f.council[people], column), hours * share[f.care_type[people]] * left)


def class_pulls(state: MarketState, rows: Ints) -> Floats:
    """Return the pull of a free place of the sites in ``rows`` on each class of people: classes x all sites, else 0.

    Utility is -price_sensitivity x (price over the council's fee - 1) + quality_sensitivity x quality + size_preference
    x log size. Classes are three price sensitivities for people with heavy needs, then three for people with light
    ones: micro-enterprises draw only people whose need they can meet; unsupported ones are hard to find.
    """
    s, p = state.sites, state.scenario.self_funders
    provider = s.provider[rows]
    kind = state.providers.kind[provider]
    fee = np.maximum(state.councils.fee_start[s.council[rows], s.care_type[rows]], 1e-9) * state.conditions.price_index
    micro = kind == MICRO_ENTERPRISE
    may = s.alive[rows] & (s.rating[rows] != INADEQUATE) & (kind != COUNCIL_SERVICE)
    visible = np.where(micro & ~state.providers.supported[provider], 0.5, 1.0)
    size = p.size_preference * np.log(np.maximum(s.capacity[rows], 1))
    utility = p.quality_sensitivity * s.quality[rows] + size
    liked = np.where(may, visible * s.self_funder_pull[rows] * np.exp(utility), 0.0)
    dear = np.exp(-p.price_sensitivity * (s.price[rows] / fee - 1.0))
    light = liked * dear ** _CLASS_SENSITIVITY[:, None]
    pulls = np.zeros((2 * _N_CLASSES, len(s)))
    pulls[:_N_CLASSES, rows] = np.where(micro, 0.0, light)
    pulls[_N_CLASSES:, rows] = light
    return pulls


def _choose_in(state: MarketState, decision: str, people: Ints, council: Ints, room: Ints, pulls: Floats) -> Ints:
    """Let people choose in the given councils' markets; updates ``room``; returns the rows left without a place."""
    f, index = state.self_funders, state.index
    markets = state.n_councils * N_TYPES
    kind = f.price_class[people] + _N_CLASSES * light_need(state, people)
    wanted = kind * markets + council * N_TYPES + f.care_type[people]
    keys = f.key[people]
    draws = state.uniform_rounds(decision, _ROUNDS, keys)
    queue = state.uniform_rounds(f"{decision}/queue", _ROUNDS, keys)
    who, site, rounds = seek(wanted, pulls, room, draws, queue, markets, index.market, index.order)
    for first, last in zip(rounds[:-1].tolist(), rounds[1:].tolist(), strict=True):
        if last > first:
            settle(state, people[who[first:last]], site[first:last])
    stay = np.ones(people.size, dtype=np.bool_)
    stay[who] = False
    return people[stay]


@compiled_in("placement")
def seek(
    wanted: Ints, pulls: Floats, room: Ints, draws: Floats, queue: Floats, markets: int, site_market: Ints, order: Ints
) -> tuple[Ints, Ints, Ints]:
    """Let people pick sites in rounds, those who find a site full pick again; updates ``room``.

    ``wanted`` is each person's class x markets + market, ``pulls`` the classes x sites, ``draws`` and ``queue`` a
    uniform a round and person: the pick, and the place in the queue. Returns the positions of those who found a site
    in the order in which they settle, their sites, and where in these each round begins (and the last one ends).
    """
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
    """Return the positions of those who get a place: all, or the first in the queue where more than room chose."""
    wanted = np.bincount(site, minlength=len(room))
    if (wanted <= room).all():
        return np.arange(site.size)
    order = np.lexsort((place, site))
    sorted_site = site[order]
    rank = np.arange(site.size) - np.searchsorted(sorted_site, sorted_site, side="left")
    return order[rank < room[sorted_site]]


def settle(state: MarketState, people: Ints, site: Ints) -> None:
    """Move self-funders in, at their sites' councils."""
    f, s = state.self_funders, state.sites
    f.site[people] = site
    f.council[people] = s.council[site]
    f.waiting_months[people] = 0
    f.displaced[people] = False
    s.self_funders += np.bincount(site, minlength=len(s))
    s.self_funder_hours += np.bincount(site, weights=f.hours[people], minlength=len(s))


def _host_councils(state: MarketState, decision: str, people: Ints, room: Ints) -> Ints:
    """Return the neighbouring council each person looks to, by free places of the kind needed; -1 for none."""
    f = state.self_funders
    size = state.n_councils * N_TYPES
    free = np.bincount(state.market_of_site(), weights=room, minlength=size).reshape(-1, N_TYPES)
    reach = state.neighbours[f.council[people]] * free[:, f.care_type[people]].T
    total = reach.sum(axis=1)
    u = state.uniform(f"{decision}/host", f.key[people])
    return np.where(total > 0.0, council_at(state.index.council_order, reach, u * total), -1)
