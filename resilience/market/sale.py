"""Sale or closure: sites that come to market find a buyer or stop.

Small homes mostly close, big ones are mostly sold (E04-067 to E04-070); about 90% of a failed chain's homes find a
buyer (E04-007), fewer when many come to market at once. That congestion is the untested systemic assumption of the
model and stands in the parameter ``distress.sale_congestion``.
"""

import numpy as np

from resilience.market import sites as at
from resilience.market.closure import close_sites, record_site_event
from resilience.state.codes import CHAIN, COUNCIL_SERVICE, HOME_CARE, INDEPENDENT
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState
from resilience.state.randomness import hash_keys, uniform

_USUAL_FOR_SALE = 0.03
"""Share of a council's sites for sale in ordinary times (assumption; closures and transfers are 7% a year, E04-060)."""
_MONTHS_ON_MARKET = 3.0
NEVER = np.iinfo(np.int64).max


def to_market(state: MarketState, rows: Ints, reason: str) -> set[int]:
    """Put sites to market: each finds a buyer and goes on, or closes. Returns the providers who sold a site."""
    rows = rows[state.sites.alive[rows]]
    if rows.size == 0:
        return set()
    s = state.sites
    np.add.at(state.councils.for_sale, s.council[rows], 1.0)
    found = state.uniform("buyer", s.key[rows]) < buyer_chance(state, rows)
    sellers = {int(provider) for provider in s.provider[rows[found]]}
    for row in rows[found]:
        _sell(state, int(row), reason)
    close_sites(state, rows[~found], reason)
    return sellers


def clear(state: MarketState) -> None:
    """Let what came to market fade from it over about three months."""
    state.councils.for_sale *= 1.0 - 1.0 / _MONTHS_ON_MARKET


def buyer_chance(state: MarketState, rows: Ints) -> Floats:
    """Return the chance that each site finds a buyer.

    A logistic in the surplus before rent and interest and in the log of size, lowered by congestion: the share of the
    council's sites that are for sale beyond the usual.
    """
    s, p = state.sites, state.scenario.distress
    margin = s.operating_surplus[rows] / np.maximum(s.revenue[rows], 1.0)
    at_home = s.care_type[rows] == HOME_CARE
    middle = np.where(at_home, p.buyer_margin_home_care, p.buyer_margin)
    size = np.log(np.maximum(at.workload(state)[rows], 1.0) / np.where(at_home, 30.0, 20.0))
    score = (margin - middle) / p.buyer_margin_slope + p.buyer_size * size
    return (
        p.buyer_base
        / (1.0 + np.exp(-np.clip(score, -50.0, 50.0)))
        * np.exp(-p.sale_congestion * congestion(state)[s.council[rows]])
    )


def congestion(state: MarketState) -> Floats:
    """Return, by council, the share of its sites for sale beyond the usual."""
    s = state.sites
    living = np.bincount(s.council[s.alive & ~at.is_micro(state)], minlength=state.n_councils)
    return np.maximum(state.councils.for_sale / np.maximum(living, 1) - _USUAL_FOR_SALE, 0.0)


def _sell(state: MarketState, row: int, reason: str) -> None:
    """Pass a site on to a buyer, who mends part of its excess cost and starts afresh."""
    s = state.sites
    record_site_event(state, "site_sale", row, reason)
    state.flows.sales[s.council[row], s.care_type[row]] += 1
    buyer = _buying_chain(state, row)
    if buyer < 0:
        buyer = _new_owner(state, row)
    s.provider[row] = buyer
    improved = state.scenario.distress.buyer_improves
    s.efficiency[row] -= improved * max(float(s.efficiency[row]) - 1.0, 0.0)
    s.rent[row] *= 1.0 - improved * 0.4
    s.trend[row] = 0.0
    s.loss_months[row] = 0
    s.inadequate_months[row] = 0
    s.shock[row] = 0.0


def _buying_chain(state: MarketState, row: int) -> int:
    """Return a sound chain that buys the site, or -1; bigger homes draw chains more (E02-003)."""
    s, p = state.sites, state.providers
    key = s.key[row : row + 1]
    at_home = s.care_type[row] == HOME_CARE
    appetite = 0.3 if at_home else float(np.clip(s.capacity[row] / 90.0, 0.05, 0.7))
    if float(state.uniform("chain_buys", key)[0]) >= appetite:
        return -1
    same = s.alive & ((s.care_type == HOME_CARE) == at_home)
    size = np.bincount(s.provider[same], weights=s.capacity[same], minlength=len(p))
    sound = p.alive & (p.kind == CHAIN) & (p.breach_months == 0) & (p.cash > 0.0)
    sound[s.provider[row]] = False
    weight = np.cumsum(np.where(sound, size, 0.0))
    if weight[-1] <= 0.0:
        return -1
    chosen = int(np.searchsorted(weight, float(state.uniform("which_chain", key)[0]) * weight[-1], side="right"))
    finance = state.scenario.finance
    if not at_home:
        p.debt[chosen] += 0.7 * finance.chain_debt_per_bed * s.capacity[row]
        p.investor_return[chosen] += (
            finance.chain_equity_per_bed * s.capacity[row] * finance.chain_required_return / 12.0
        )
    return chosen


def _new_owner(state: MarketState, row: int) -> int:
    """Return a new independent provider that buys one site with its own cash and some debt."""
    s, finance = state.sites, state.scenario.finance
    key = hash_keys(int(s.key[row]), state.month, 7)
    at_home = s.care_type[row] == HOME_CARE
    revenue = float(s.revenue[row])
    months = finance.cash_months_home_care if at_home else finance.cash_months
    new = add_provider(
        state,
        key,
        INDEPENDENT,
        int(s.council[row]),
        cash=months * revenue,
        credit_months=finance.credit_months_home_care if at_home else finance.credit_months,
        revenue=revenue,
    )
    if not at_home:
        state.providers.debt[new] = 1.5 * finance.independent_debt_per_bed * s.capacity[row]
        state.providers.interest_rate[new] = finance.independent_interest
    return new


def add_provider(
    state: MarketState,
    key: np.ndarray,
    kind: int,
    council: int,
    *,
    cash: float,
    credit_months: float,
    revenue: float,
) -> int:
    """Add a provider that starts trading this month with its owners' cash; returns its row."""
    p = state.providers
    rows = p.append(
        1,
        key=key,
        alive=True,
        kind=kind,
        home_council=council,
        cash=cash,
        credit_limit=credit_months * revenue,
        opened=state.month,
        owner_retires=retirement_month(state, key, kind, at_home=False)[0],
    )
    state.flows.capital_put_in[council] += cash
    state.provider_names.append(f"{_NAME_OF_KIND.get(kind, 'Provider')} {state.council_names[council]} {rows.start}")
    return int(rows.start)


_NAME_OF_KIND = {
    INDEPENDENT: "New owner in",
    CHAIN: "Chain in",
    COUNCIL_SERVICE: "Service of",
    2: "Co-operative in",
    3: "Micro-enterprise in",
}


def retirement_month(state: MarketState, key: np.ndarray, kind: int, *, at_home: bool) -> Ints:
    """Return the month in which each owner retires: a trait of the owner, drawn once, exponential in the yearly rate.

    Chains, co-operatives and councils' services have no owner who retires.
    """
    p = state.scenario.distress
    if kind != INDEPENDENT:
        return np.full(key.shape, NEVER)
    rate = p.retirement_per_year_home_care if at_home else p.retirement_per_year
    if rate <= 0.0:
        return np.full(key.shape, NEVER)
    wait = -np.log(uniform(state.seed, "retirement", 0, key)) / rate * 12.0
    return state.month + 1 + np.minimum(wait, 10_000).astype(np.int64)
