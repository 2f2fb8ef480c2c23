"""The people who are in care on the first day, by site and payer, and how many come to need care in a month."""

import numpy as np

from resilience.market import sites as at
from resilience.market import spells
from resilience.market.need import self_funder_traits
from resilience.market.newcomers import add_micro_enterprises
from resilience.region import Region
from resilience.state import randomness
from resilience.state.codes import (
    COUNCIL,
    COUNCIL_SERVICE,
    HOME_CARE,
    N_PAYERS,
    N_TYPES,
    NHS,
    SELF_FUNDER,
    WEEKS_PER_MONTH,
    YOUNGER_ADULTS,
)
from resilience.state.columns import Codes, Floats, Ints, Rows
from resilience.state.market_state import MarketState
from resilience.state.randomness import hash_keys

_MIX_SPREAD = 0.8
"""Spread of the self-funder share between homes of a council, on the log-odds scale (assumption; E06-006, E06-007)."""
_CANDIDATES = 3
"""People considered for each place taken on the first day, so that long-stayers are found as often as they should."""
_SAMPLE = 400
"""Newcomers whose prospects are averaged."""
_BRANCH_ROOM = 1.20
"""People a branch is set up to serve over those it serves (assumption)."""


def people_move_in(state: MarketState, region: Region) -> None:
    """Fill homes and branches with people of every payer as the tables say, and set the flow of new need."""
    residents = _fill_homes(state, region)
    clients = _fill_branches(state, region)
    self_funders = np.where(state.sites.care_type == HOME_CARE, clients[1], residents[1])
    council = np.where(state.sites.care_type == HOME_CARE, clients[0], residents[0])
    nhs = np.where(state.sites.care_type == HOME_CARE, clients[2], residents[2])
    prospects = _newcomers_prospects(state)
    _lasting_pull(state, self_funders, council, prospects)
    _split_by_phase(state, council, nhs)
    _seat_self_funders(state, self_funders)
    _start_micro_enterprises(state)
    _set_arrivals(state, prospects)


def _draw(state: MarketState, decision: str) -> Floats:
    return randomness.normal(state.seed, decision, 0, state.sites.key)


def _fill_homes(state: MarketState, region: Region) -> tuple[Ints, Ints, Ints]:
    """Return residents of each home by payer: (council, self-funder, NHS).

    Self-funders follow the council's share in older people's homes; council-funded residents follow the council's own
    return as far as the rest stays between 12% and 45% of older residents; the NHS and others have the rest.
    """
    s, need, table = state.sites, state.scenario.need, region.councils
    home = s.care_type != HOME_CARE
    younger = s.care_type == YOUNGER_ADULTS
    occupancy = np.clip(need.occupancy_start + 0.07 * _draw(state, "occupancy"), 0.45, 1.0)
    residents = np.where(home, np.minimum(np.rint(s.capacity * occupancy), s.capacity), 0.0)
    older = np.where(younger, 0.0, residents)
    older_by_council = np.bincount(s.council, weights=older, minlength=state.n_councils)
    younger_by_council = np.bincount(s.council, weights=residents - older, minlength=state.n_councils)
    supported = table["supported_residents"].to_numpy(dtype=float)
    council_older = supported - need.younger_adults_council_share * younger_by_council
    other = 1.0 - state.councils.self_funder_share - council_older / np.maximum(older_by_council, 1.0)
    other = np.clip(other, 0.12, 0.45)
    mean_other = float(np.average(other, weights=np.maximum(older_by_council, 1e-9)))
    other = np.clip(other * need.other_payer_share / max(mean_other, 1e-9), 0.08, 0.5)
    # Where councils fund fewer (or more) than in their returns of 2015/16, the third payer has the rest.
    council_share = (1.0 - state.councils.self_funder_share - other) * need.supported_residents_scale
    other = np.clip(1.0 - state.councils.self_funder_share - council_share, 0.02, 0.6)
    share = np.where(younger, need.younger_adults_self_funder_share, state.councils.self_funder_share[s.council])
    own = state.providers.kind[s.provider] == COUNCIL_SERVICE
    share = _spread_share(state, np.where(own, 0.3 * share, share), residents)
    rest = np.where(younger, 1.0 - need.younger_adults_council_share - share, other[s.council])
    self_funders = np.rint(residents * share)
    nhs = np.minimum(np.rint(residents * np.clip(rest, 0.0, 0.6)), residents - self_funders)
    council = residents - self_funders - nhs
    return council.astype(np.int64), self_funders.astype(np.int64), nhs.astype(np.int64)


def _spread_share(state: MarketState, share: Floats, weight: Floats) -> Floats:
    """Spread a share between sites on the log-odds scale, then bring each council's weighted mean back to it."""
    odds = np.log(np.clip(share, 0.005, 0.995) / (1.0 - np.clip(share, 0.005, 0.995)))
    spread = 1.0 / (1.0 + np.exp(-(odds + _MIX_SPREAD * _draw(state, "payer_mix"))))
    market = state.market_of_site()
    size = state.n_councils * N_TYPES
    wanted = np.bincount(market, weights=share * weight, minlength=size)
    got = np.bincount(market, weights=spread * weight, minlength=size)
    return np.clip(spread * (wanted / np.maximum(got, 1e-9))[market], 0.0, 0.95)


def _fill_branches(state: MarketState, region: Region) -> tuple[Ints, Ints, Ints]:
    """Return clients of each branch by payer, and set the branches' capacity and the council's own service."""
    s, need, table = state.sites, state.scenario.need, region.councils
    own = state.providers.kind[s.provider] == COUNCIL_SERVICE
    branch = (s.care_type == HOME_CARE) & ~own
    clients = table["home_care_hours_per_week"].to_numpy(dtype=float) * need.home_care_hours_scale
    clients = clients / need.hours_per_client
    in_house = table["home_care_in_house_share"].to_numpy(dtype=float)
    weight = np.where(branch, np.maximum(s.capacity, 1), 0.0)
    total = np.bincount(s.council, weights=weight, minlength=state.n_councils)
    part = weight / np.maximum(total, 1e-9)[s.council]
    relative = state.councils.self_funder_share / state.councils.self_funder_share.mean()
    own_payers = np.clip(need.home_care_self_funder_share * relative, 0.02, 0.6)
    council_share = 1.0 - own_payers - need.home_care_nhs_share
    everyone = (clients * (1.0 - in_house) / council_share)[s.council] * part
    share = own_payers[s.council]
    share = _spread_share(state, np.where(branch, share, 0.0), everyone)
    self_funders = np.rint(everyone * share)
    nhs = np.rint(everyone * need.home_care_nhs_share)
    council = np.maximum(np.rint(everyone) - self_funders - nhs, 0.0)
    served = (clients * in_house)[s.council]
    council = np.where(own & (s.care_type == HOME_CARE), np.rint(served), council)
    self_funders, nhs = np.where(branch, self_funders, 0.0), np.where(branch, nhs, 0.0)
    here = council + self_funders + nhs
    room = np.ceil(here * _BRANCH_ROOM + 1.0).astype(np.int64)
    s.capacity[:] = np.where(s.care_type == HOME_CARE, room, s.capacity)
    return council.astype(np.int64), self_funders.astype(np.int64), nhs.astype(np.int64)


def _lasting_pull(state: MarketState, self_funders: Ints, council: Ints, prospects: tuple[Floats, Floats]) -> None:
    """Let homes and branches keep the clientele of their place: who came to them so far will go on coming.

    A site's pull on a payer is that payer's share of those who newly come to it over the same in its market, between a
    tenth and three (assumption: area, standard and contracts last; E06-006, E06-015). Those who newly come are reckoned
    from those who are there in a steady state: council-funded people leave at their hazard, and self-funders who run
    down their savings there take part of their places, so fewer come as council-funded.
    """
    s, c = state.sites, state.coefficients
    market, size = state.market_of_site(), state.n_councils * N_TYPES
    months, runs_down = prospects
    share = first_phase_share(state)
    hazard = (share * c.leave_new + (1.0 - share) * c.leave_settled)[s.care_type]
    coming_own = self_funders / np.maximum(months.ravel()[market], 1.0)
    coming_council = np.maximum(council * hazard - runs_down.ravel()[market] * coming_own, 0.0)
    everyone = coming_own + coming_council
    total = np.bincount(market, weights=everyone, minlength=size)
    for payer, pull in ((coming_own, s.self_funder_pull), (coming_council, s.council_pull)):
        usual = np.bincount(market, weights=payer, minlength=size) / np.maximum(total, 1e-9)
        ratio = (payer / np.maximum(everyone, 1e-9)) / np.maximum(usual, 1e-6)[market]
        pull[:] = np.where(everyone > 0.0, np.clip(ratio, 0.1, 3.0), 1.0)


def first_phase_share(state: MarketState) -> Floats:
    """Return the share of people in the first phase of their stay in a steady state, by kind of care.

    With p1 and p2 the monthly chances of leaving in each phase and a of passing on: those in the second phase balance
    as n2 p2 = n1 (1 - p1) a.
    """
    c = state.coefficients
    passing = (1.0 - c.leave_new) * c.settle
    return c.leave_settled / (c.leave_settled + passing)


def _split_by_phase(state: MarketState, council: Ints, nhs: Ints) -> None:
    """Put council- and NHS-funded people into the two phases of a stay in their steady-state shares."""
    s = state.sites
    share = first_phase_share(state)[s.care_type]
    for total, new, settled in ((council, s.council_new, s.council_settled), (nhs, s.nhs_new, s.nhs_settled)):
        expected = total * share
        count = np.floor(expected).astype(np.int64)
        count += randomness.uniform(state.seed, "phase", 0, s.key) < expected - count
        new[:] = np.minimum(count, total)
        settled[:] = total - new


def _seat_self_funders(state: MarketState, count: Ints) -> None:
    """Create the self-funders of each site, part-way through stay and savings, as a steady state has them."""
    s = state.sites
    site = np.repeat(np.arange(len(s)), count)
    if site.size == 0:
        return
    ordinal = np.arange(site.size) - np.repeat(np.cumsum(count) - count, count)
    care_type, council = s.care_type[site], s.council[site]
    keys = _stayers(state, s.key[site], ordinal, council, care_type)
    traits = self_funder_traits(state, keys, council, care_type)
    draw = weekly_draw_on_savings(state, council, care_type, traits)
    last = spells.months_of_savings(traits["savings"], draw, state.scenario.self_funders.capital_limit)
    u = randomness.uniform(state.seed, "months_in_care", 0, keys)
    months = spells.months_so_far(state.coefficients, care_type, last, u)
    traits["savings"] = traits["savings"] - months * draw * WEEKS_PER_MONTH
    state.self_funders.append(
        site.size,
        spell=state.next_spell + np.arange(site.size),
        key=keys,
        council=council,
        care_type=care_type,
        site=site,
        months_in_care=months,
        **traits,
    )
    state.next_spell += site.size
    s.self_funders[:] = count
    s.self_funder_hours[:] = np.bincount(site, weights=traits["hours"], minlength=len(s))


def _stayers(state: MarketState, site_key: np.ndarray, ordinal: Ints, council: Rows, care_type: Codes) -> np.ndarray:
    """Return the keys of people seen in care on one day: of a few candidates, the likelier the longer they stay."""
    candidates = [hash_keys(site_key, 11, ordinal, number) for number in range(_CANDIDATES)]
    stays = []
    for keys in candidates:
        traits = self_funder_traits(state, keys, council, care_type)
        draw = weekly_draw_on_savings(state, council, care_type, traits)
        last = spells.months_of_savings(traits["savings"], draw, state.scenario.self_funders.capital_limit)
        stays.append(spells.expected_months(state.coefficients, care_type, last))
    weight = np.cumsum(np.array(stays), axis=0)
    u = randomness.uniform(state.seed, "stayer", 0, candidates[0]) * weight[-1]
    which = (weight <= u).sum(axis=0)
    return np.array(candidates)[which, np.arange(which.size)]


def weekly_draw_on_savings(
    state: MarketState, council: Rows, care_type: Codes, traits: dict[str, np.ndarray]
) -> Floats:
    """Return what a week of care at the usual price takes from each person's savings, GBP."""
    own = state.scenario.self_funders
    at_home = care_type == HOME_CARE
    premium = np.where(at_home, own.home_care_premium_start, own.premium_start)
    bill = np.where(at_home, traits["hours"], 1.0) * state.councils.fee[council, care_type] * (1.0 + premium)
    return np.maximum(bill - traits["income"] * state.conditions.cost_index, 0.0)


def _start_micro_enterprises(state: MarketState) -> None:
    """Add the micro-enterprises that are there from the start, each with some of the light-need self-funders."""
    councils, rules = state.councils, state.scenario.entry
    councils.micro_start[:] = np.rint(rules.micro_start_per_1000 * councils.population / 1000.0)
    first_site, first_provider = len(state.sites), len(state.providers)
    count = councils.micro_start.astype(np.int64)
    council = np.repeat(np.arange(count.size, dtype=np.int32), count)
    if council.size == 0:
        return
    ordinal = np.arange(council.size) - np.repeat(np.cumsum(count) - count, count)
    keys = hash_keys(13, councils.key[council], ordinal)
    add_micro_enterprises(state, keys, council, np.zeros(keys.size, dtype=np.bool_))
    state.sites.opened[first_site:] = -12
    state.providers.opened[first_provider:] = -1
    state.ledger.clear()
    state.flows.capital_put_in[:] = 0.0
    _move_to_micro(state, np.arange(first_site, len(state.sites)))


def _move_to_micro(state: MarketState, rows: Ints) -> None:
    """Let light-need self-funders at home be served by the micro-enterprises of their council up to three each."""
    f, s = state.self_funders, state.sites
    light = np.flatnonzero((f.care_type == HOME_CARE) & (f.hours <= 8.0))
    light = light[np.argsort(f.key[light], kind="stable")]
    for council in range(state.n_councils):
        here = rows[s.council[rows] == council]
        seats = np.repeat(here, np.minimum(s.capacity[here], 3))
        people = light[f.council[light] == council][: seats.size]
        seats = seats[: people.size]
        old = f.site[people]
        s.self_funders -= np.bincount(old, minlength=len(s))
        s.self_funder_hours -= np.bincount(old, weights=f.hours[people], minlength=len(s))
        f.site[people] = seats
        s.self_funders += np.bincount(seats, minlength=len(s))
        s.self_funder_hours += np.bincount(seats, weights=f.hours[people], minlength=len(s))


def _set_arrivals(state: MarketState, prospects: tuple[Floats, Floats]) -> None:
    """Set monthly arrivals so that each market would hold its people at today's need (growth comes on top).

    Arrivals balance leavers. Some of the council's people come from self-funders who run down their savings, so fewer
    arrive directly; part of new need is refused, so more are assessed.
    """
    s, c, councils = state.sites, state.coefficients, state.councils
    share = first_phase_share(state)
    hazard = share * c.leave_new + (1.0 - share) * c.leave_settled
    size = state.n_councils * N_TYPES
    market = state.market_of_site()
    arrivals = np.zeros((state.n_councils, N_TYPES, N_PAYERS))
    for payer, people in ((COUNCIL, at.council_people(state)), (NHS, at.nhs_people(state))):
        stock = np.bincount(market, weights=people, minlength=size).reshape(-1, N_TYPES)
        arrivals[:, :, payer] = stock * hazard
    months, runs_down = prospects
    stock = np.bincount(market, weights=s.self_funders, minlength=size).reshape(-1, N_TYPES)
    arrivals[:, :, SELF_FUNDER] = stock / np.maximum(months, 1.0)
    arrivals[:, :, COUNCIL] -= runs_down * arrivals[:, :, SELF_FUNDER]
    arrivals[:, :, COUNCIL] = np.maximum(arrivals[:, :, COUNCIL], 0.0) / state.scenario.councils.eligibility_start
    councils.arrivals[:] = arrivals.reshape(state.n_councils, -1)
    councils.rationed[:] = _rationed_at_start(state, arrivals[:, :, COUNCIL], c.leave_settled)


def _newcomers_prospects(state: MarketState) -> tuple[Floats, Floats]:
    """Return, by market, (months that a new self-funder stays one, share who run down to the capital limit).

    Both are means over a sample of newcomers' traits, by the exact survival of a stay.
    """
    c, n = state.coefficients, state.n_councils
    months, share = np.empty((n, N_TYPES)), np.empty((n, N_TYPES))
    sample = hash_keys(17, np.arange(_SAMPLE))
    council = np.repeat(np.arange(n, dtype=np.int32), _SAMPLE)
    for care_type in range(N_TYPES):
        kind, anywhere = np.full(_SAMPLE, care_type, dtype=np.int8), np.zeros(_SAMPLE, dtype=np.int32)
        drawn = self_funder_traits(state, sample, anywhere, kind)
        traits = {name: np.tile(trait, n) for name, trait in drawn.items()}
        kind = np.full(council.size, care_type, dtype=np.int8)
        draw = weekly_draw_on_savings(state, council, kind, traits)
        last = spells.months_of_savings(traits["savings"], draw, state.scenario.self_funders.capital_limit)
        months[:, care_type] = spells.expected_months(c, kind, last).reshape(n, _SAMPLE).mean(axis=1)
        share[:, care_type] = spells.survival(c, kind, last).reshape(n, _SAMPLE).mean(axis=1)
    return months, share


def _rationed_at_start(state: MarketState, assessed: Floats, leave: Floats) -> Ints:
    """Return the people refused who balance those newly refused each month."""
    refused = assessed * (1.0 - state.scenario.councils.eligibility_start)
    return np.rint(refused / leave).astype(np.int64)
