"""Adding providers and sites to the market: what buyers, entrants and the opening have in common."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from resilience.kernels import compiled_in
from resilience.state import randomness
from resilience.state.codes import CHAIN, COOPERATIVE, GOOD, HOME_CARE, INDEPENDENT, MICRO_ENTERPRISE, N_TYPES
from resilience.state.columns import AnyInts, Codes, Flags, Floats, Ints, Keys, Rows
from resilience.state.market_state import MarketState

NEVER = np.iinfo(np.int64).max
_NAMES = ("Chain in", "Independent in", "Co-operative in", "Micro-enterprise in", "Service of")


def add_providers(
    state: MarketState,
    keys: Keys,
    kind: AnyInts,
    council: Rows,
    *,
    cash: Floats,
    credit_limit: Floats,
    at_home: Flags,
    **columns: NDArray[Any] | float,
) -> Ints:
    """Add providers that start trading this month with their owners' cash; returns their rows.

    ``columns`` are further columns, among them what is known of their owners.
    """
    if "owner_retires" not in columns:
        columns["owner_retires"] = retirement_months(state, keys, council, kind, at_home)
    if "orderly" not in columns:
        columns["orderly"] = orderly_owners(state, keys, council, kind)
    rows = state.providers.append(
        keys.size,
        key=keys,
        alive=True,
        kind=kind,
        home_council=council,
        cash=cash,
        credit_limit=credit_limit,
        opened=state.month,
        **columns,
    )
    np.add.at(state.flows.capital_put_in, council, cash)
    new = np.arange(rows.start, rows.stop)
    before = np.bincount(state.providers.home_council[: rows.start], minlength=state.n_councils)
    numbers = numbers_in_run(state.run_of(council), before.reshape(state.n_runs, -1).sum(axis=1))
    for number, its_kind, its_council in zip(numbers, kind.tolist(), council.tolist(), strict=True):
        state.provider_names.append(f"{_NAMES[its_kind]} {state.council_names[its_council]} {number}")
    return new


def numbers_in_run(run: Ints, before: Ints) -> list[int]:
    """Return, for each of these runs, how many rows of it there were ``before``, by run, and further up the list."""
    counts, numbers = before.tolist(), []
    for which in run.tolist():
        numbers.append(counts[which])
        counts[which] += 1
    return numbers


def retirement_months(state: MarketState, keys: Keys, council: Rows, kind: AnyInts, at_home: Flags) -> Ints:
    """Return the month in which each owner retires: a trait of the owner, drawn once, exponential in the yearly rate.

    Chains, co-operatives and councils' services have no owner who retires; micro-enterprises have a rule of their own.
    """
    if not (kind == INDEPENDENT).any():
        return np.full(keys.size, NEVER)
    p = state.scenario.distress
    rate = np.where(at_home, p.retirement_per_year_home_care, p.retirement_per_year)
    wait = -np.log(_trait(state, "retirement", keys, council)) / np.maximum(rate, 1e-9) * 12.0
    month = state.month + 1 + np.minimum(wait, 100_000.0).astype(np.int64)
    return np.where((kind == INDEPENDENT) & (rate > 0.0), month, NEVER)


def orderly_owners(state: MarketState, keys: Keys, council: Rows, kind: AnyInts) -> Flags:
    """Return the owners of small providers who would stop in good order before the money is gone: a trait of each."""
    small = (kind == INDEPENDENT) | (kind == COOPERATIVE)
    if not small.any():
        return small
    return small & (_trait(state, "orderly", keys, council) < state.scenario.distress.orderly_share)


def _trait(state: MarketState, decision: str, keys: Keys, council: Rows) -> Floats:
    """Return the uniform behind a trait that owners have for good."""
    drawn: Floats = state.uniforms((decision,), keys, council, month=0)[0]
    return drawn


def typical_prices(state: MarketState) -> Floats:
    """Return the mean self-funder price of each market, GBP a week or an hour; councils x kinds of care.

    A market without sites takes the council's fee with the usual premium.
    """
    s, p = state.sites, state.scenario.self_funders
    columns = s.alive, s.provider, state.providers.kind, s.council, s.care_type, s.price
    count, total = prices_by_market(*columns, state.n_councils, N_TYPES, MICRO_ENTERPRISE)
    premium = np.array([p.premium_start] * 3 + [p.home_care_premium_start])
    return np.where(count > 0, total / np.maximum(count, 1), state.councils.fee * (1.0 + premium))


@compiled_in("entry")
def prices_by_market(
    alive: Flags,
    provider: Rows,
    kind: Codes,
    council: Rows,
    care_type: Codes,
    price: Floats,
    councils: int,
    kinds: int,
    micro_enterprise: int,
) -> tuple[Floats, Floats]:
    """Return (sites with a price, sum of their prices) of each market, councils x kinds of care.

    Micro-enterprises are left out; columns go by site, but for the ``kind`` of each provider.
    """
    here, market = alive & (price > 0.0) & (kind[provider] != micro_enterprise), council * kinds + care_type
    sums = [np.bincount(market, weights=weight, minlength=councils * kinds) for weight in (here, price * here)]
    count, total = np.array(sums, dtype=np.float64).reshape(2, councils, kinds)
    return count, total


def open_sites(
    state: MarketState,
    keys: Keys,
    owner: Ints,
    council: Rows,
    care_type: AnyInts,
    capacity: AnyInts,
    prices: Floats | None = None,
    supported: Flags | bool = False,
) -> Ints:
    """Open empty sites with first staff and the prices of their place, write the entries; returns their rows.

    Micro-enterprises start without clients and so without hours to staff; those ``supported`` by a programme give
    better care from the first day. ``prices`` are the :func:`typical_prices` where the caller knows them.
    """
    s, p = state.sites, state.scenario
    kind = state.providers.kind[owner]
    micro = kind == MICRO_ENTERPRISE
    prices = typical_prices(state) if prices is None else prices
    decisions = "pay_differential", "efficiency", "quality_trait"
    pay, efficiency, quality = randomness.normal_quantiles(state.uniforms(decisions, keys, council, month=0))
    spread = np.where(care_type == HOME_CARE, p.costs.efficiency_spread_home_care, p.costs.efficiency_spread_homes)
    differential = np.maximum(p.labour.pay_differential + p.labour.pay_differential_spread * pay, 0.0)
    differential = np.where(micro, p.labour.pay_differential, differential)
    price_of_micro = state.councils.fee[council, HOME_CARE] * p.costs.micro_price_ratio
    staff = np.where(micro, 0.0, _first_staff(state, care_type, capacity))
    rows = s.append(
        keys.size,
        key=keys,
        alive=True,
        provider=owner,
        council=council,
        care_type=care_type,
        capacity=capacity,
        opened=state.month,
        closed=-1,
        efficiency=np.where(micro, 1.0, np.exp(0.7 * spread * efficiency)),
        pay_differential=differential,
        pay=state.conditions.wage_floor * (1.0 + differential),
        staff=staff,
        posts=staff,
        price=np.where(micro, price_of_micro, prices[council, care_type]),
        quality_trait=np.where(micro, 0.0, p.quality.spread * quality),
        quality=np.minimum(p.quality.start + np.where(micro & supported, 0.10, 0.03), 1.0),
        rating=GOOD,
        takes_council=~micro,
        self_funder_pull=np.where(kind == CHAIN, 1.3, 1.0),
    )
    new = np.arange(rows.start, rows.stop)
    larger = np.flatnonzero(~micro)
    np.add.at(state.flows.entries, (council[larger], care_type[larger]), 1)
    _take_from_pool(state, council[larger], staff[larger])
    _write_entries(state, new, owner, council, care_type)
    return new


def _take_from_pool(state: MarketState, council: Rows, staff: Floats) -> None:
    """Take three in five of new sites' first staff out of those who look for care work."""
    pool = state.councils.pool
    np.subtract.at(pool, council, 0.6 * staff)
    np.maximum(pool, 0.0, out=pool)


def _write_entries(state: MarketState, new: Ints, owner: Ints, council: Rows, care_type: AnyInts) -> None:
    """Write an entry event for each new site."""
    state.ledger.record_each(
        state.month,
        ["entry"] * new.size,
        reason=["new site"] * new.size,
        provider=owner.tolist(),
        site=new.tolist(),
        council=council.tolist(),
        care_type=care_type.tolist(),
    )


def _first_staff(state: MarketState, care_type: AnyInts, capacity: AnyInts) -> Floats:
    """Return the staff of new sites for their beds and two people."""
    c = state.coefficients
    places = c.fixed_staff_share[care_type] * 0.9 * capacity + 2.0
    return np.asarray(c.staff_hours_per_person[care_type] * places / state.scenario.labour.hours_per_worker)


def add_micro_enterprises(state: MarketState, keys: Keys, council: Rows, supported: Flags) -> Ints:
    """Add micro-enterprises that start this month without clients; their people stop after a time of their own."""
    stops, size = state.uniforms(("micro_stops", "micro_size"), keys, council, month=0)
    capacity, members, month = traits_of_micro_enterprises(state, stops, randomness.normal_quantiles(size), supported)
    owner = add_providers(
        state,
        keys,
        np.full(keys.size, MICRO_ENTERPRISE),
        council,
        cash=np.full(keys.size, MICRO_CASH),
        credit_limit=np.full(keys.size, MICRO_CASH),
        at_home=np.ones(keys.size, dtype=np.bool_),
        supported=supported,
        members=members,
        owner_retires=month,
    )
    at_home = np.full(keys.size, HOME_CARE)
    return open_sites(state, keys, owner, council, at_home, capacity, state.councils.fee, supported)


def traits_of_micro_enterprises(
    state: MarketState, stops: Floats, size: Floats, supported: Flags
) -> tuple[Ints, Ints, Ints]:
    """Return (clients they can serve, people in them, month in which they stop) from a uniform and a normal of each."""
    rules = state.scenario.entry
    capacity = np.minimum(np.maximum(np.rint(rules.micro_clients + size), 1), 15).astype(np.int64)
    members = np.minimum(np.maximum(np.rint(capacity / 3.0), 1), 5).astype(np.int64)
    rate = np.where(supported, rules.micro_fold_supported, rules.micro_fold_unsupported)
    wait = -np.log(stops) / np.maximum(rate, 1e-9) * 12.0
    return capacity, members, state.month + 1 + np.minimum(wait, 100_000.0).astype(np.int64)


MICRO_CASH = 1_000.0
"""Cash of a micro-enterprise's people and what a bank lends them, GBP each (assumption)."""
