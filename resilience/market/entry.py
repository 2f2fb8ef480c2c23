"""Month step 10, entry and growth: homes, branches, co-operatives and micro-enterprises."""

import numpy as np

from resilience.market import extra_care
from resilience.market import sites as at
from resilience.market.newcomers import add_micro_enterprises, add_providers, open_sites
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
from resilience.state.columns import Floats, Ints, Keys
from resilience.state.market_state import MarketState
from resilience.state.randomness import hash_keys, poisson

_HOMES, _BRANCHES, _MICRO = 1, 2, 3
"""Words that keep the keys of the three kinds of entrant apart."""
_COOPERATIVE_SHARE = 0.015
"""Share of new branches that their workers own (assumption; E08-001 under 1% of the market)."""


def step(state: MarketState) -> None:
    """Open what margins, self-funders and programmes call for."""
    margins = margins_by_council(state)
    _open_homes(state, margins[:, 0])
    _open_branches(state, margins[:, 1])
    extra_care.open_schemes(state)
    support_micro_enterprises(state)
    _open_micro_enterprises(state)


def margins_by_council(state: MarketState) -> Floats:
    """Return the mean margin that owners see in each council: care homes, home care; shape (councils, 2)."""
    s = state.sites
    out = np.empty((state.n_councils, 2))
    for column, mask in enumerate((s.care_type != HOME_CARE, (s.care_type == HOME_CARE) & ~at.is_micro(state))):
        weight = np.where(s.alive & mask, s.revenue, 0.0)
        total = np.bincount(s.council, weights=weight, minlength=state.n_councils)
        earned = np.bincount(s.council, weights=weight * s.trend, minlength=state.n_councils)
        out[:, column] = np.where(total > 0.0, earned / np.maximum(total, 1e-9), state.councils.margin_start[:, column])
    return out


def _entrants(state: MarketState, decision: str, word: int, mean: Floats) -> tuple[Keys, Ints]:
    """Draw how many enter in each council; returns their keys and councils.

    Keys are (kind, month, council, ordinal), never a running counter, so a scenario with more entrants before does not
    change who these are.
    """
    count = poisson(mean, state.uniform(decision, state.councils.key))
    council = np.repeat(np.arange(count.size), count)
    ordinal = np.arange(council.size) - np.repeat(np.cumsum(count) - count, count)
    return hash_keys(word, state.month, state.councils.key[council], ordinal), council


def _trait(state: MarketState, decision: str, keys: Keys) -> Floats:
    return randomness.uniform(state.seed, decision, 0, keys)


def _open_homes(state: MarketState, margin: Floats) -> None:
    """Open care homes: more where margins have risen, homes are full and self-funders live."""
    s, p, councils = state.sites, state.scenario.entry, state.councils
    homes = s.alive & (s.care_type != HOME_CARE)
    n = np.bincount(s.council[homes], minlength=state.n_councils)
    beds = np.bincount(s.council[homes], weights=s.capacity[homes], minlength=state.n_councils)
    residents = np.bincount(s.council[homes], weights=at.people(state)[homes], minlength=state.n_councils)
    full = residents / np.maximum(beds, 1.0) / state.scenario.need.occupancy_start
    pull = (councils.self_funder_share / councils.self_funder_share.mean()) ** p.self_funder_pull
    drive = np.exp(np.clip(p.home_margin_response * (margin - councils.margin_start[:, 0]), -3.0, 1.0))
    mean = p.homes_per_year / 12.0 * n * drive * pull * np.clip(full, 0.0, 1.15) ** 6.0
    keys, council = _entrants(state, "new_homes", _HOMES, mean)
    if keys.size:
        care_type, size = _new_home_traits(state, keys)
        owner = _owners_of_new_homes(state, keys, council, care_type, size)
        open_sites(state, keys, owner, council, care_type, size)


def _new_home_traits(state: MarketState, keys: Keys) -> tuple[Ints, Ints]:
    """Return kind of care and beds of new homes: traits of the entrant's key."""
    draw = _trait(state, "new_home_type", keys)
    care_type = np.select([draw < 0.35, draw < 0.65], [RESIDENTIAL, NURSING], YOUNGER_ADULTS)
    z = randomness.normal(state.seed, "new_home_size", 0, keys)
    mean = state.scenario.entry.new_home_beds * np.where(care_type == YOUNGER_ADULTS, 0.22, 1.35)
    return care_type, np.clip(np.rint(mean * np.exp(0.45 * z - 0.1)), 3, 120).astype(np.int64)


def _owners_of_new_homes(state: MarketState, keys: Keys, council: Ints, care_type: Ints, beds: Ints) -> Ints:
    """Return the owners of new homes: sound chains, or new independents who bring the start-up cash."""
    p, finance, providers = state.scenario.entry, state.scenario.finance, state.providers
    revenue = beds * state.councils.fee[council, care_type] * WEEKS_PER_MONTH
    cash = p.start_up_months * revenue
    by_chain = _trait(state, "new_home_owner", keys) < p.chain_share_of_new_homes
    owner = np.where(by_chain, sound_chain(state, False, _trait(state, "which_chain_opens", keys)), -1)
    chains = owner >= 0
    np.add.at(providers.cash, owner[chains], cash[chains])
    np.add.at(state.flows.capital_put_in, council[chains], cash[chains])
    finance_beds(state, owner[chains], beds[chains])
    alone = ~chains
    if alone.any():
        new = add_providers(
            state,
            keys[alone],
            np.full(int(alone.sum()), INDEPENDENT),
            council[alone],
            cash=cash[alone],
            credit_limit=finance.credit_months * revenue[alone],
            at_home=np.zeros(int(alone.sum()), dtype=np.bool_),
        )
        providers.debt[new] = finance.independent_debt_per_bed * beds[alone]
        providers.interest_rate[new] = finance.independent_interest
        providers.rate_change[new] = state.conditions.bank_rate_change
        owner[alone] = new
    return owner


def _open_branches(state: MarketState, margin: Floats) -> None:
    """Open home-care branches, more where margins have risen and people wait; a few are owned by their workers.

    Their founders bring cash; a bank lends to them when they have traded for a while (see ``finance.review_credit``).
    """
    s, p, councils = state.sites, state.scenario.entry, state.councils
    living = s.alive & (s.care_type == HOME_CARE) & ~at.is_micro(state)
    n = np.bincount(s.council[living], minlength=state.n_councils)
    waiting = councils.waiting_long.reshape(-1, N_TYPES, N_PAYERS)[:, HOME_CARE].sum(axis=1)
    served = np.bincount(s.council[living], weights=at.people(state)[living], minlength=state.n_councils)
    short = 1.0 + 5.0 * np.minimum(waiting / np.maximum(served, 1.0), 0.2)
    drive = np.exp(np.clip(p.branch_margin_response * (margin - councils.margin_start[:, 1]), -3.0, 1.0))
    effects = state.conditions.policies
    mean = p.branches_per_year / 12.0 * n * drive * short * effects.small_branch_entry
    keys, council = _entrants(state, "new_branches", _BRANCHES, mean)
    if keys.size == 0:
        return
    z = randomness.normal(state.seed, "new_branch_size", 0, keys)
    capacity = np.clip(np.rint(40.0 * np.exp(0.6 * z - 0.18)), 8, 250).astype(np.int64)
    member_owned = _COOPERATIVE_SHARE * effects.cooperative_entry[council]
    kind = np.where(_trait(state, "member_owned", keys) < member_owned, COOPERATIVE, INDEPENDENT)
    hourly = councils.fee[council, HOME_CARE] * state.coefficients.hours_per_person[HOME_CARE]
    revenue = 0.5 * capacity * hourly * WEEKS_PER_MONTH
    owner = add_providers(
        state,
        keys,
        kind,
        council,
        cash=0.4 * p.start_up_months * revenue,
        credit_limit=np.zeros(keys.size),
        at_home=np.ones(keys.size, dtype=np.bool_),
    )
    state.providers.orderly[owner] = _trait(state, "founder", keys) < p.founders_stop_early
    state.providers.members[owner] = np.where(kind == COOPERATIVE, np.maximum(3, capacity // 3), 0)
    open_sites(state, keys, owner, council, np.full(keys.size, HOME_CARE), capacity)


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


def _open_micro_enterprises(state: MarketState) -> None:
    """Start micro-enterprises: in proportion to those there, up to a ceiling; a programme raises the rate (E08-013)."""
    s, rules, councils = state.sites, state.scenario.entry, state.councils
    n = np.bincount(s.council[s.alive & at.is_micro(state)], minlength=state.n_councils)
    ceiling = rules.micro_ceiling_per_1000 * councils.population / 1000.0
    reach = state.conditions.catalyst
    rate = rules.micro_growth_unsupported + reach * (rules.micro_growth_supported - rules.micro_growth_unsupported)
    rate = rate * state.conditions.policies.micro_entry
    room = np.maximum(1.0 - n / np.maximum(ceiling, 1.0), 0.0)
    keys, council = _entrants(
        state, "new_micro", _MICRO, rate / 12.0 * np.maximum(n, 0.3 * councils.micro_start) * room
    )
    if keys.size:
        add_micro_enterprises(state, keys, council, reach[council] > 0.0)
