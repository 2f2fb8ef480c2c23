"""Month step 10, entry and growth: homes, branches, co-operatives and micro-enterprises."""

import numpy as np

from resilience.market import sites as at
from resilience.market.sale import add_provider, retirement_month
from resilience.state import randomness
from resilience.state.codes import (
    CHAIN,
    COOPERATIVE,
    HOME_CARE,
    INDEPENDENT,
    MICRO_ENTERPRISE,
    NURSING,
    RESIDENTIAL,
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


def _count(state: MarketState, decision: str, mean: Floats) -> Ints:
    """Draw how many open in each council."""
    return poisson(mean, state.uniform(decision, state.councils.key))


def _keys(state: MarketState, word: int, council: int, count: int) -> Keys:
    """Return the entrants' keys: (kind, month, council, ordinal), never a running counter."""
    return hash_keys(word, state.month, int(state.councils.key[council]), np.arange(count))


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
    for council, count in enumerate(_count(state, "new_homes", mean)):
        for key in _keys(state, _HOMES, council, int(count)):
            _open_home(state, council, np.array([key]))


def _draw(state: MarketState, decision: str, key: Keys) -> float:
    return float(randomness.uniform(state.seed, decision, 0, key)[0])


def _open_home(state: MarketState, council: int, key: Keys) -> None:
    """Open one home: kind of care, size and owner are traits of the entrant's key."""
    p, finance = state.scenario.entry, state.scenario.finance
    kind_draw = _draw(state, "new_home_type", key)
    care_type = RESIDENTIAL if kind_draw < 0.35 else NURSING if kind_draw < 0.65 else YOUNGER_ADULTS
    z = float(randomness.normal(state.seed, "new_home_size", 0, key)[0])
    mean_beds = p.new_home_beds * (0.22 if care_type == YOUNGER_ADULTS else 1.35)
    beds = int(np.clip(round(mean_beds * np.exp(0.45 * z - 0.1)), 3, 120))
    by_chain = _draw(state, "new_home_owner", key) < p.chain_share_of_new_homes
    weekly_cost = beds * float(state.councils.fee[council, care_type])
    cash = p.start_up_months * weekly_cost * 4.35
    owner = _expanding_chain(state, key) if by_chain else -1
    if owner >= 0:
        state.providers.cash[owner] += cash
        state.flows.capital_put_in[council] += cash
    else:
        owner = add_provider(
            state, key, INDEPENDENT, council, cash=cash, credit_months=finance.credit_months, revenue=weekly_cost * 4.35
        )
        state.providers.debt[owner] = finance.independent_debt_per_bed * beds
        state.providers.interest_rate[owner] = finance.independent_interest
    _open_site(state, key, owner, council, care_type, beds, state.scenario.costs.efficiency_spread_homes)


def _expanding_chain(state: MarketState, key: Keys) -> int:
    """Return a chain out of breach that has cash to expand, drawn by size; -1 when there is none."""
    s, p = state.sites, state.providers
    homes = s.alive & (s.care_type != HOME_CARE)
    size = np.bincount(s.provider[homes], weights=s.capacity[homes], minlength=len(p))
    able = p.alive & (p.kind == CHAIN) & (p.breach_months == 0) & (p.cash > 0.0)
    total = np.cumsum(np.where(able, size, 0.0))
    if total[-1] <= 0.0:
        return -1
    return int(np.searchsorted(total, _draw(state, "which_chain_opens", key) * total[-1], side="right"))


def _open_site(
    state: MarketState, key: Keys, owner: int, council: int, care_type: int, capacity: int, spread: float
) -> int:
    """Open an empty site with a first member of staff and the fees and prices of its place; returns its row."""
    s, labour = state.sites, state.scenario.labour
    z = randomness.normal(state.seed, "efficiency", 0, key)
    differential = max(
        labour.pay_differential
        + labour.pay_differential_spread * float(randomness.normal(state.seed, "pay_differential", 0, key)[0]),
        0.0,
    )
    rows = s.append(
        1,
        key=key,
        alive=True,
        provider=owner,
        council=council,
        care_type=care_type,
        capacity=capacity,
        opened=state.month,
        closed=-1,
        efficiency=np.exp(spread * 0.7 * z),
        pay_differential=differential,
        price=typical_price(state, council, care_type),
        quality=min(max(state.scenario.quality.start + 0.03, 0.0), 1.0),
        rating=2,
        takes_council=True,
    )
    row = rows.start
    s.pay[row] = state.conditions.wage_floor * (1.0 + differential)
    first = state.coefficients.staff_hours_per_person[care_type] / labour.hours_per_worker
    fixed = state.coefficients.fixed_staff_share[care_type] * 0.9 * capacity
    s.staff[row] = s.posts[row] = first * (fixed + 2.0)
    # Three in five of a new site's first staff come from the people already looking for care work.
    state.councils.pool[council] = max(state.councils.pool[council] - 0.6 * float(s.staff[row]), 0.0)
    state.flows.entries[council, care_type] += 1
    state.ledger.record(
        state.month, "entry", reason="new site", provider=owner, site=row, council=council, care_type=care_type
    )
    return int(row)


def typical_price(state: MarketState, council: int, care_type: int) -> float:
    """Return the mean self-funder price of the market, or the council's fee with the usual premium where there is none."""
    s, p = state.sites, state.scenario.self_funders
    here = s.alive & (s.council == council) & (s.care_type == care_type) & (s.price > 0.0) & ~at.is_micro(state)
    if here.any():
        return float(s.price[here].mean())
    premium = p.home_care_premium_start if care_type == HOME_CARE else p.premium_start
    return float(state.councils.fee[council, care_type]) * (1.0 + premium)


def _open_branches(state: MarketState, margin: Floats) -> None:
    """Open home-care branches; a few are owned by their workers."""
    s, p, councils = state.sites, state.scenario.entry, state.councils
    living = s.alive & (s.care_type == HOME_CARE) & ~at.is_micro(state)
    n = np.bincount(s.council[living], minlength=state.n_councils)
    waiting = councils.waiting_long.reshape(state.n_councils, 4, 3)[:, HOME_CARE].sum(axis=1)
    served = np.bincount(s.council[living], weights=at.people(state)[living], minlength=state.n_councils)
    short = 1.0 + 5.0 * np.minimum(waiting / np.maximum(served, 1.0), 0.2)
    drive = np.exp(np.clip(p.branch_margin_response * (margin - councils.margin_start[:, 1]), -3.0, 1.0))
    mean = p.branches_per_year / 12.0 * n * drive * short
    for council, count in enumerate(_count(state, "new_branches", mean)):
        for key in _keys(state, _BRANCHES, council, int(count)):
            _open_branch(state, council, np.array([key]))


def _open_branch(state: MarketState, council: int, key: Keys) -> None:
    """Open one home-care branch with its owner's or members' cash."""
    finance = state.scenario.finance
    z = float(randomness.normal(state.seed, "new_branch_size", 0, key)[0])
    capacity = int(np.clip(round(40.0 * np.exp(0.6 * z - 0.18)), 8, 250))
    kind = COOPERATIVE if _draw(state, "member_owned", key) < _COOPERATIVE_SHARE else INDEPENDENT
    hourly = float(state.councils.fee[council, HOME_CARE]) * float(state.coefficients.hours_per_person[HOME_CARE])
    revenue = 0.5 * capacity * hourly * 4.35
    owner = add_provider(
        state,
        key,
        kind,
        council,
        cash=state.scenario.entry.start_up_months * 0.4 * revenue,
        credit_months=finance.credit_months_home_care,
        revenue=revenue,
    )
    state.providers.owner_retires[owner] = retirement_month(state, key, kind, at_home=True)[0]
    if kind == COOPERATIVE:
        state.providers.members[owner] = max(3, capacity // 3)
    _open_site(state, key, owner, council, HOME_CARE, capacity, state.scenario.costs.efficiency_spread_home_care)


def support_micro_enterprises(state: MarketState) -> None:
    """Take the micro-enterprises of councils with a programme under its wing: they stay longer (E08-004, E08-015)."""
    p, rules = state.providers, state.scenario.entry
    reach = state.conditions.catalyst
    if not (reach > 0.0).any():
        return
    rows = np.flatnonzero(p.alive & (p.kind == MICRO_ENTERPRISE) & ~p.supported & (reach[p.home_council] > 0.0))
    if rows.size == 0:
        return
    p.supported[rows] = True
    remaining = (p.owner_retires[rows] - state.month).astype(np.float64)
    longer = rules.micro_fold_unsupported / max(rules.micro_fold_supported, 1e-6)
    p.owner_retires[rows] = state.month + np.minimum(np.maximum(remaining, 1.0) * longer, 10_000).astype(np.int64)


def _open_micro_enterprises(state: MarketState) -> None:
    """Start micro-enterprises: in proportion to those there, up to a ceiling; a programme raises the rate (E08-013)."""
    s, rules, councils = state.sites, state.scenario.entry, state.councils
    n = np.bincount(s.council[s.alive & at.is_micro(state)], minlength=state.n_councils)
    ceiling = rules.micro_ceiling_per_1000 * councils.population / 1000.0
    reach = state.conditions.catalyst
    rate = rules.micro_growth_unsupported + reach * (rules.micro_growth_supported - rules.micro_growth_unsupported)
    mean = rate / 12.0 * np.maximum(n, 0.3 * councils.micro_start) * np.maximum(1.0 - n / np.maximum(ceiling, 1.0), 0.0)
    for council, count in enumerate(_count(state, "new_micro", mean)):
        if count:
            add_micro_enterprises(state, council, _keys(state, _MICRO, council, int(count)), reach[council] > 0.0)


def add_micro_enterprises(state: MarketState, council: int, keys: Keys, supported: bool) -> None:
    """Add micro-enterprises that start this month without clients; their owners stop after a time of their own."""
    s, p, rules = state.sites, state.providers, state.scenario.entry
    rate = rules.micro_fold_supported if supported else rules.micro_fold_unsupported
    wait = -np.log(randomness.uniform(state.seed, "micro_stops", 0, keys)) / max(rate, 1e-9) * 12.0
    capacity = np.clip(np.rint(rules.micro_clients + randomness.normal(state.seed, "micro_size", 0, keys)), 1, 15)
    cash = 1_000.0
    owners = p.append(
        keys.size,
        key=keys,
        alive=True,
        kind=MICRO_ENTERPRISE,
        home_council=council,
        cash=cash,
        credit_limit=1_000.0,
        opened=state.month,
        supported=supported,
        members=np.clip(np.rint(capacity / 3.0), 1, 5),
        owner_retires=state.month + 1 + np.minimum(wait, 10_000).astype(np.int64),
    )
    state.flows.capital_put_in[council] += cash * keys.size
    state.provider_names.extend(
        f"Micro-enterprise in {state.council_names[council]} {row}" for row in range(owners.start, owners.stop)
    )
    fee = float(state.councils.fee[council, HOME_CARE])
    sites = s.append(
        keys.size,
        key=keys,
        alive=True,
        provider=np.arange(owners.start, owners.stop),
        council=council,
        care_type=HOME_CARE,
        capacity=capacity.astype(np.int64),
        opened=state.month,
        closed=-1,
        efficiency=1.0,
        pay_differential=state.scenario.labour.pay_differential,
        price=fee * state.scenario.costs.micro_price_ratio,
        quality=min(state.scenario.quality.start + (0.10 if supported else 0.03), 1.0),
        rating=2,
        takes_council=False,
    )
    for owner, site in zip(range(owners.start, owners.stop), range(sites.start, sites.stop), strict=True):
        state.ledger.record(
            state.month, "entry", reason="new site", provider=owner, site=site, council=council, care_type=HOME_CARE
        )
    s.pay[sites] = state.conditions.wage_floor * (1.0 + state.scenario.labour.pay_differential)
