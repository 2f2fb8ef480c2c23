"""Adding providers and sites to the market: what buyers, entrants and the opening have in common."""

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import sites as at
from resilience.state import randomness
from resilience.state.codes import CHAIN, COOPERATIVE, GOOD, HOME_CARE, INDEPENDENT, MICRO_ENTERPRISE, N_TYPES
from resilience.state.columns import Flags, Floats, Ints, Keys
from resilience.state.market_state import MarketState

NEVER = np.iinfo(np.int64).max
_NAMES = ("Chain in", "Independent in", "Co-operative in", "Micro-enterprise in", "Service of")


def add_providers(
    state: MarketState,
    keys: Keys,
    kind: Ints,
    council: Ints,
    *,
    cash: Floats,
    credit_limit: Floats,
    at_home: Flags,
) -> Ints:
    """Add providers that start trading this month with their owners' cash; returns their rows."""
    rows = state.providers.append(
        keys.size,
        key=keys,
        alive=True,
        kind=kind,
        home_council=council,
        cash=cash,
        credit_limit=credit_limit,
        opened=state.month,
        owner_retires=retirement_months(state, keys, kind, at_home),
        orderly=orderly_owners(state, keys, kind),
    )
    np.add.at(state.flows.capital_put_in, council, cash)
    new = np.arange(rows.start, rows.stop)
    for row, its_kind, its_council in zip(new.tolist(), kind.tolist(), council.tolist(), strict=True):
        state.provider_names.append(f"{_NAMES[its_kind]} {state.council_names[its_council]} {row}")
    return new


def retirement_months(state: MarketState, keys: Keys, kind: Ints, at_home: Flags) -> Ints:
    """Return the month in which each owner retires: a trait of the owner, drawn once, exponential in the yearly rate.

    Chains, co-operatives and councils' services have no owner who retires; micro-enterprises have a rule of their own.
    """
    if not (kind == INDEPENDENT).any():
        return np.full(keys.size, NEVER)
    p = state.scenario.distress
    rate = np.where(at_home, p.retirement_per_year_home_care, p.retirement_per_year)
    wait = -np.log(randomness.uniform(state.seed, "retirement", 0, keys)) / np.maximum(rate, 1e-9) * 12.0
    month = state.month + 1 + np.minimum(wait, 100_000.0).astype(np.int64)
    return np.where((kind == INDEPENDENT) & (rate > 0.0), month, NEVER)


def orderly_owners(state: MarketState, keys: Keys, kind: Ints) -> Flags:
    """Return the owners of small providers who would stop in good order before the money is gone: a trait of each."""
    small = (kind == INDEPENDENT) | (kind == COOPERATIVE)
    if not small.any():
        return small
    return small & (randomness.uniform(state.seed, "orderly", 0, keys) < state.scenario.distress.orderly_share)


def typical_prices(state: MarketState) -> Floats:
    """Return the mean self-funder price of each market, GBP a week or an hour; councils x kinds of care.

    A market without sites takes the council's fee with the usual premium.
    """
    s, p = state.sites, state.scenario.self_funders
    columns = s.alive, at.is_micro(state), s.council, s.care_type, s.price
    count, total = prices_by_market(*columns, state.n_councils, N_TYPES)
    premium = np.array([p.premium_start] * 3 + [p.home_care_premium_start])
    return np.where(count > 0, total / np.maximum(count, 1), state.councils.fee * (1.0 + premium))


@compiled_in("entry")
def prices_by_market(
    alive: Flags, micro: Flags, council: Ints, care_type: Ints, price: Floats, councils: int, kinds: int
) -> tuple[Floats, Floats]:
    """Return (sites with a price, sum of their prices) of each market, councils x kinds of care.

    Micro-enterprises are left out; the first five arguments go by site.
    """
    here, market = alive & (price > 0.0) & ~micro, council * kinds + care_type
    sums = [np.bincount(market, weights=weight, minlength=councils * kinds) for weight in (here, price * here)]
    count, total = np.array(sums, dtype=np.float64).reshape(2, councils, kinds)
    return count, total


def open_sites(
    state: MarketState,
    keys: Keys,
    owner: Ints,
    council: Ints,
    care_type: Ints,
    capacity: Ints,
    prices: Floats | None = None,
) -> Ints:
    """Open empty sites with first staff and the prices of their place, write the entries; returns their rows.

    ``prices`` are the :func:`typical_prices` where the caller knows them.
    """
    s, labour, costs = state.sites, state.scenario.labour, state.scenario.costs
    spread = np.where(care_type == HOME_CARE, costs.efficiency_spread_home_care, costs.efficiency_spread_homes)
    prices = typical_prices(state) if prices is None else prices
    pay, efficiency, quality = randomness.normals(
        state.seed, ("pay_differential", "efficiency", "quality_trait"), 0, keys
    )
    differential = labour.pay_differential + labour.pay_differential_spread * pay
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
        efficiency=np.exp(0.7 * spread * efficiency),
        pay_differential=np.maximum(differential, 0.0),
        price=prices[council, care_type],
        quality_trait=state.scenario.quality.spread * quality,
        quality=min(state.scenario.quality.start + 0.03, 1.0),
        rating=GOOD,
        takes_council=True,
        self_funder_pull=np.where(state.providers.kind[owner] == CHAIN, 1.3, 1.0),
    )
    new = np.arange(rows.start, rows.stop)
    s.pay[new] = state.conditions.wage_floor * (1.0 + s.pay_differential[new])
    _first_staff(state, new)
    np.add.at(state.flows.entries, (council, care_type), 1)
    _write_entries(state, new)
    return new


def _first_staff(state: MarketState, new: Ints) -> None:
    """Give new sites the staff for their beds and two people; three in five were looking for care work before."""
    s, c = state.sites, state.coefficients
    kind = s.care_type[new]
    places = c.fixed_staff_share[kind] * 0.9 * s.capacity[new] + 2.0
    s.staff[new] = s.posts[new] = c.staff_hours_per_person[kind] * places / state.scenario.labour.hours_per_worker
    pool = state.councils.pool
    np.subtract.at(pool, s.council[new], 0.6 * s.staff[new])
    np.maximum(pool, 0.0, out=pool)


def _write_entries(state: MarketState, new: Ints) -> None:
    """Write an entry event for each new site."""
    s = state.sites
    state.ledger.record_each(
        state.month,
        ["entry"] * new.size,
        reason=["new site"] * new.size,
        provider=s.provider[new].tolist(),
        site=new.tolist(),
        council=s.council[new].tolist(),
        care_type=s.care_type[new].tolist(),
    )


def add_micro_enterprises(state: MarketState, keys: Keys, council: Ints, supported: Flags) -> Ints:
    """Add micro-enterprises that start this month without clients; their people stop after a time of their own."""
    s, p, rules = state.sites, state.providers, state.scenario.entry
    rate = np.where(supported, rules.micro_fold_supported, rules.micro_fold_unsupported)
    stops, size = randomness.uniform_each(state.seed, ("micro_stops", "micro_size"), 0, keys)
    wait = -np.log(stops) / np.maximum(rate, 1e-9) * 12.0
    capacity = np.clip(np.rint(rules.micro_clients + randomness.normal_quantiles(size)), 1, 15)
    owner = add_providers(
        state,
        keys,
        np.full(keys.size, MICRO_ENTERPRISE),
        council,
        cash=np.full(keys.size, _MICRO_CASH),
        credit_limit=np.full(keys.size, _MICRO_CASH),
        at_home=np.ones(keys.size, dtype=np.bool_),
    )
    p.supported[owner] = supported
    p.members[owner] = np.clip(np.rint(capacity / 3.0), 1, 5)
    p.owner_retires[owner] = state.month + 1 + np.minimum(wait, 100_000.0).astype(np.int64)
    rows = s.append(
        keys.size,
        key=keys,
        alive=True,
        provider=owner,
        council=council,
        care_type=HOME_CARE,
        capacity=capacity.astype(np.int64),
        opened=state.month,
        closed=-1,
        efficiency=1.0,
        pay_differential=state.scenario.labour.pay_differential,
        price=state.councils.fee[council, HOME_CARE] * state.scenario.costs.micro_price_ratio,
        quality=np.minimum(state.scenario.quality.start + np.where(supported, 0.10, 0.03), 1.0),
        rating=GOOD,
        takes_council=False,
        pay=state.conditions.wage_floor * (1.0 + state.scenario.labour.pay_differential),
    )
    new = np.arange(rows.start, rows.stop)
    _write_entries(state, new)
    return new


_MICRO_CASH = 1_000.0
"""Cash of a micro-enterprise's people and what a bank lends them, GBP each (assumption)."""
