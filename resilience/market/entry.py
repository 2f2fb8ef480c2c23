"""Month step 10, entry and growth: homes, branches, co-operatives and micro-enterprises."""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import extra_care
from resilience.market import sites as at
from resilience.market.newcomers import add_micro_enterprises, add_providers, open_sites, typical_prices
from resilience.market.sale import finance_beds, sound_chain
from resilience.state import randomness
from resilience.state.codes import (
    COOPERATIVE,
    HOME_CARE,
    INDEPENDENT,
    MICRO_ENTERPRISE,
    N_PAYERS,
    N_TYPES,
    NURSING,
    RESIDENTIAL,
    WEEKS_PER_MONTH,
    YOUNGER_ADULTS,
)
from resilience.state.columns import Flags, Floats, Ints, Keys
from resilience.state.market_state import MarketState
from resilience.state.randomness import hash_keys, normal_quantiles, poisson

_DECISIONS = "new_homes", "new_branches", "new_micro"
_WORDS = np.array([1, 2, 3])
"""Words that keep the keys of the three kinds of entrant apart."""
_COOPERATIVE_SHARE = 0.015
"""Share of new branches that their workers own (assumption; E08-001 under 1% of the market)."""


class Standing(NamedTuple):
    """What stands in each council as owners who might enter see it; people, beds and GBP a month."""

    homes: Floats
    beds: Floats
    residents: Floats
    home_revenue: Floats
    home_earned: Floats
    """Revenue of each home times its margin, in all."""
    branches: Floats
    """Home-care branches, micro-enterprises apart; so are the next three."""
    clients: Floats
    branch_revenue: Floats
    branch_earned: Floats
    micro_enterprises: Floats


def step(state: MarketState) -> None:
    """Open what margins, self-funders and programmes call for."""
    now = standing(state)
    margins = _margins(state, now)
    expected = np.array(
        [
            _homes_expected(state, now, margins[:, 0]),
            _branches_expected(state, now, margins[:, 1]),
            _micro_enterprises_expected(state, now),
        ]
    )
    prices = typical_prices(state)
    homes, branches, micro_enterprises = _entrants(state, expected)
    _open_homes(state, *homes, prices)
    _open_branches(state, *branches, prices)
    extra_care.open_schemes(state)
    support_micro_enterprises(state)
    _open_micro_enterprises(state, *micro_enterprises)


def standing(state: MarketState) -> Standing:
    """Return what stands in each council."""
    s = state.sites
    micro, people = at.is_micro(state), at.people(state)
    columns = s.alive, micro, s.council, s.care_type, s.capacity, people, s.revenue, s.trend
    return Standing(*what_stands(*columns, state.n_councils, HOME_CARE))


@compiled_in("entry")
def what_stands(
    alive: Flags,
    micro: Flags,
    council: Ints,
    care_type: Ints,
    capacity: Ints,
    people: Ints,
    revenue: Floats,
    trend: Floats,
    councils: int,
    home_care: int,
) -> Floats:
    """Return a row for each field of :class:`Standing`, a column a council; arguments go by site."""
    home, branch = alive & (care_type != home_care), alive & (care_type == home_care) & ~micro
    of_homes, of_branches = np.where(home, revenue, 0.0), np.where(branch, revenue, 0.0)
    weights = (
        *(home, capacity * home, people * home, of_homes, of_homes * trend),
        *(branch, people * branch, of_branches, of_branches * trend, alive & micro),
    )
    sums = [np.bincount(council, weights=weight, minlength=councils) for weight in weights]
    return np.array(sums, dtype=np.float64)


def margins_by_council(state: MarketState) -> Floats:
    """Return the mean margin that owners see in each council: care homes, home care; shape (councils, 2)."""
    return _margins(state, standing(state))


def _margins(state: MarketState, now: Standing) -> Floats:
    revenue = np.stack([now.home_revenue, now.branch_revenue], axis=1)
    earned = np.stack([now.home_earned, now.branch_earned], axis=1)
    return np.where(revenue > 0.0, earned / np.maximum(revenue, 1e-9), state.councils.margin_start)


def _entrants(state: MarketState, expected: Floats) -> list[tuple[Keys, Ints]]:
    """Draw how many enter in each council; returns (keys, councils) of each kind of entrant, in the order of kinds.

    ``expected`` are the means, kinds of entrant x councils. Keys are (kind, month, council, ordinal), never a running
    counter, so a scenario with more entrants before does not change who these are.
    """
    drawn = randomness.uniform_each(state.seed, _DECISIONS, state.month, state.councils.key)
    count = poisson(expected, drawn).ravel()
    kind, council = np.divmod(np.repeat(np.arange(count.size), count), state.n_councils)
    ordinal = np.arange(council.size) - np.repeat(np.cumsum(count) - count, count)
    keys = hash_keys(_WORDS[kind], state.month, state.councils.key[council], ordinal)
    ends = np.searchsorted(kind, np.arange(len(_DECISIONS)), side="right").tolist()
    return [(keys[start:end], council[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _traits(state: MarketState, keys: Keys, *decisions: str) -> Floats:
    """Return uniforms that stay with an entrant, a row a trait."""
    return randomness.uniform_each(state.seed, decisions, 0, keys)


def _homes_expected(state: MarketState, now: Standing, margin: Floats) -> Floats:
    """Return the mean number of new homes: more where margins have risen, homes are full and self-funders live."""
    p, councils = state.scenario.entry, state.councils
    full = now.residents / np.maximum(now.beds, 1.0) / state.scenario.need.occupancy_start
    pull = (councils.self_funder_share / councils.self_funder_share.mean()) ** p.self_funder_pull
    drive = np.exp(np.clip(p.home_margin_response * (margin - councils.margin_start[:, 0]), -3.0, 1.0))
    return np.asarray(p.homes_per_year / 12.0 * now.homes * drive * pull * np.clip(full, 0.0, 1.15) ** 6.0)


def _open_homes(state: MarketState, keys: Keys, council: Ints, prices: Floats) -> None:
    """Open care homes."""
    if keys.size == 0:
        return
    type_, size, by_chain, which_chain = _traits(
        state, keys, "new_home_type", "new_home_size", "new_home_owner", "which_chain_opens"
    )
    care_type = np.where(type_ < 0.35, RESIDENTIAL, np.where(type_ < 0.65, NURSING, YOUNGER_ADULTS))
    mean = state.scenario.entry.new_home_beds * np.where(care_type == YOUNGER_ADULTS, 0.22, 1.35)
    beds = np.rint(mean * np.exp(0.45 * normal_quantiles(size) - 0.1))
    beds = np.minimum(np.maximum(beds, 3), 120).astype(np.int64)
    chain = sound_chain(state, False, which_chain)
    owner = np.where(by_chain < state.scenario.entry.chain_share_of_new_homes, chain, -1)
    _bring_money(state, keys, owner, council, care_type, beds)
    open_sites(state, keys, owner, council, care_type, beds, prices)


def _bring_money(state: MarketState, keys: Keys, owner: Ints, council: Ints, care_type: Ints, beds: Ints) -> None:
    """Give new homes the start-up cash of chains or, where ``owner`` is -1, of new independents, put in their place."""
    finance, providers = state.scenario.finance, state.providers
    revenue = beds * state.councils.fee[council, care_type] * WEEKS_PER_MONTH
    cash = state.scenario.entry.start_up_months * revenue
    chains = np.flatnonzero(owner >= 0)
    if chains.size:
        np.add.at(providers.cash, owner[chains], cash[chains])
        np.add.at(state.flows.capital_put_in, council[chains], cash[chains])
        finance_beds(state, owner[chains], beds[chains])
    alone = np.flatnonzero(owner < 0)
    if alone.size:
        new = add_providers(
            state,
            keys[alone],
            np.full(alone.size, INDEPENDENT),
            council[alone],
            cash=cash[alone],
            credit_limit=finance.credit_months * revenue[alone],
            at_home=np.zeros(alone.size, dtype=np.bool_),
        )
        providers.debt[new] = finance.independent_debt_per_bed * beds[alone]
        providers.interest_rate[new] = finance.independent_interest
        providers.rate_change[new] = state.conditions.bank_rate_change
        owner[alone] = new


def _branches_expected(state: MarketState, now: Standing, margin: Floats) -> Floats:
    """Return the mean number of new home-care branches: more where margins have risen and people wait."""
    p, councils = state.scenario.entry, state.councils
    waiting = councils.waiting_long.reshape(-1, N_TYPES, N_PAYERS)[:, HOME_CARE].sum(axis=1)
    short = 1.0 + 5.0 * np.minimum(waiting / np.maximum(now.clients, 1.0), 0.2)
    drive = np.exp(np.clip(p.branch_margin_response * (margin - councils.margin_start[:, 1]), -3.0, 1.0))
    more = state.conditions.policies.small_branch_entry
    return np.asarray(p.branches_per_year / 12.0 * now.branches * drive * short * more)


def _open_branches(state: MarketState, keys: Keys, council: Ints, prices: Floats) -> None:
    """Open home-care branches; a few are owned by their workers.

    Their founders bring cash; a bank lends to them when they have traded for a while (see ``finance.review_credit``).
    """
    if keys.size == 0:
        return
    p = state.scenario.entry
    size, members, founder = _traits(state, keys, "new_branch_size", "member_owned", "founder")
    capacity = np.rint(40.0 * np.exp(0.6 * normal_quantiles(size) - 0.18))
    capacity = np.minimum(np.maximum(capacity, 8), 250).astype(np.int64)
    member_owned = members < _COOPERATIVE_SHARE * state.conditions.policies.cooperative_entry[council]
    hourly = state.councils.fee[council, HOME_CARE] * state.coefficients.hours_per_person[HOME_CARE]
    revenue = 0.5 * capacity * hourly * WEEKS_PER_MONTH
    owner = add_providers(
        state,
        keys,
        np.where(member_owned, COOPERATIVE, INDEPENDENT),
        council,
        cash=0.4 * p.start_up_months * revenue,
        credit_limit=np.zeros(keys.size),
        at_home=np.ones(keys.size, dtype=np.bool_),
    )
    state.providers.orderly[owner] = founder < p.founders_stop_early
    state.providers.members[owner] = np.where(member_owned, np.maximum(3, capacity // 3), 0)
    open_sites(state, keys, owner, council, np.full(keys.size, HOME_CARE), capacity, prices)


def support_micro_enterprises(state: MarketState) -> None:
    """Take the micro-enterprises of councils with a programme under its wing: they stay longer (E08-004, E08-015)."""
    p, rules, reach = state.providers, state.scenario.entry, state.conditions.catalyst
    if not (reach > 0.0).any():
        return
    rows = np.flatnonzero(p.alive & (p.kind == MICRO_ENTERPRISE) & ~p.supported & (reach[p.home_council] > 0.0))
    p.supported[rows] = True
    remaining = np.maximum(p.owner_retires[rows] - state.month, 1).astype(np.float64)
    longer = rules.micro_fold_unsupported / max(rules.micro_fold_supported, 1e-6)
    p.owner_retires[rows] = state.month + np.minimum(remaining * longer, 100_000.0).astype(np.int64)


def _micro_enterprises_expected(state: MarketState, now: Standing) -> Floats:
    """Return the mean number of new micro-enterprises.

    It is in proportion to those there, up to a ceiling; a programme raises the rate (E08-013).
    """
    rules, councils, n = state.scenario.entry, state.councils, now.micro_enterprises
    ceiling = rules.micro_ceiling_per_1000 * councils.population / 1000.0
    reach = state.conditions.catalyst
    rate = rules.micro_growth_unsupported + reach * (rules.micro_growth_supported - rules.micro_growth_unsupported)
    rate = rate * state.conditions.policies.micro_entry
    room = np.maximum(1.0 - n / np.maximum(ceiling, 1.0), 0.0)
    return np.asarray(rate / 12.0 * np.maximum(n, 0.3 * councils.micro_start) * room)


def _open_micro_enterprises(state: MarketState, keys: Keys, council: Ints) -> None:
    """Start micro-enterprises."""
    if keys.size:
        add_micro_enterprises(state, keys, council, state.conditions.catalyst[council] > 0.0)
