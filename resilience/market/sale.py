"""Sale or closure: sites that come to market find a buyer or stop.

Small homes mostly close, big ones are mostly sold (E04-067 to E04-070); about 90% of a failed chain's homes find a
buyer (E04-007), fewer when many come to market at once. That congestion is the untested systemic assumption of the
model and stands in the parameter ``distress.sale_congestion``.
"""

import numpy as np

from resilience.market import buyout, notice
from resilience.market import sites as at
from resilience.market.closure import close_sites, record_site_events
from resilience.market.displaced import pay_off_debt
from resilience.market.newcomers import add_providers
from resilience.state.codes import CHAIN, HOME_CARE, INDEPENDENT
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.market_state import MarketState
from resilience.state.randomness import hash_keys

_MONTHS_ON_MARKET = 3.0
_USUAL_FOR_SALE = np.array([0.07, 0.18]) * _MONTHS_ON_MARKET / 12.0
"""Share of a council's care homes and of its branches for sale in ordinary times: closures and transfers in a year
(homes 7%, E04-059 and E04-060; branches 18%, E04-091 with sales by assumption) times the months on the market."""


def to_market(state: MarketState, rows: Ints, reasons: list[str]) -> set[int]:
    """Put living sites to market, each for its reason: it finds a buyer and goes on, or closes.

    Returns the providers who sold a site.
    """
    if rows.size == 0:
        return set()
    s = state.sites
    np.add.at(state.councils.for_sale, (s.council[rows], setting_of(s.care_type[rows])), 1.0)
    luck, crowd = state.uniform("buyer", s.key[rows]), crowding(state, rows)
    chance = buyer_chance(state, rows, crowd)
    found = luck < chance
    crowded_out = ~found & (luck < chance / crowd)
    sellers = set(s.provider[rows[found]].tolist())
    _sell(state, rows[found], [reason for reason, lucky in zip(reasons, found, strict=True) if lucky])
    unsold = [reason for reason, lucky in zip(reasons, found, strict=True) if not lucky]
    owners = s.provider[rows[~found]]
    kept = buyout.take_over(state, rows[~found], unsold)
    reasons = [why for why, saved in zip(unsold, kept, strict=True) if not saved]
    close_sites(state, rows[~found][~kept], reasons, crowded_out[~found][~kept])
    return sellers | set(owners[kept].tolist())


def clear(state: MarketState) -> None:
    """Let what came to market fade from it over about three months."""
    state.councils.for_sale *= 1.0 - 1.0 / _MONTHS_ON_MARKET


def buyer_chance(state: MarketState, rows: Ints, crowd: Floats | None = None) -> Floats:
    """Return the chance that each site finds a buyer.

    A logistic in the surplus before rent and interest that a buyer expects and in the log of size, lowered by
    congestion: the share of the council's homes, or of its branches, that are for sale beyond the usual. A buyer
    expects to bring the site part of the way (``buyer_improves``) to the mean of its market. ``crowd`` is
    :func:`crowding` where the caller knows it already.
    """
    s, p = state.sites, state.scenario.distress
    own = s.operating_surplus[rows] / np.maximum(s.revenue[rows], 1.0)
    margin = own + p.buyer_improves * np.maximum(_market_margin(state)[s.care_type[rows]] - own, 0.0)
    at_home = s.care_type[rows] == HOME_CARE
    middle = np.where(at_home, p.buyer_margin_home_care, p.buyer_margin)
    size = np.log(np.maximum(at.workload(state)[rows], 1.0) / np.where(at_home, 30.0, 20.0))
    score = np.clip((margin - middle) / p.buyer_margin_slope + p.buyer_size * size, -50.0, 50.0)
    return p.buyer_base / (1.0 + np.exp(-score)) * (crowding(state, rows) if crowd is None else crowd)


def crowding(state: MarketState, rows: Ints) -> Floats:
    """Return the factor on each site's chance of a buyer from like sites for sale; longer notice softens it."""
    s = state.sites
    here = congestion(state)[s.council[rows], setting_of(s.care_type[rows])]
    crowd = state.scenario.distress.sale_congestion * here
    return np.asarray(np.exp(-crowd * notice.crowding_left(state, rows)))


def _market_margin(state: MarketState) -> Floats:
    """Return the mean surplus before rent and interest over revenue of each kind of care."""
    s = state.sites
    revenue = np.bincount(s.care_type, weights=s.revenue * s.alive, minlength=4)
    return np.bincount(s.care_type, weights=s.operating_surplus * s.alive, minlength=4) / np.maximum(revenue, 1.0)


def congestion(state: MarketState) -> Floats:
    """Return the share of sites for sale beyond the usual, by council and setting (care homes, branches)."""
    s = state.sites
    living = s.alive & ~at.is_micro(state)
    market = s.council * 2 + setting_of(s.care_type)
    count = np.bincount(market, weights=living, minlength=2 * state.n_councils).reshape(-1, 2)
    return np.maximum(state.councils.for_sale / np.maximum(count, 1) - _USUAL_FOR_SALE, 0.0)


def setting_of(care_type: Ints) -> Ints:
    """Return 0 for care homes and 1 for home care."""
    return (care_type == HOME_CARE).astype(np.int64)


def _sell(state: MarketState, rows: Ints, reasons: list[str]) -> None:
    """Pass sites on to buyers, who mend part of their excess cost and start afresh."""
    if rows.size == 0:
        return
    s = state.sites
    record_site_events(state, ["site_sale"] * rows.size, rows, reasons)
    np.add.at(state.flows.sales, (s.council[rows], s.care_type[rows]), 1)
    pay_off_debt(state, rows)
    buyer = _buying_chains(state, rows)
    alone = buyer < 0
    buyer[alone] = _new_owners(state, rows[alone])
    s.provider[rows] = buyer
    improved = state.scenario.distress.buyer_improves
    s.efficiency[rows] -= improved * np.maximum(s.efficiency[rows] - 1.0, 0.0)
    s.rent[rows] *= 1.0 - improved * 0.4
    for column in (s.trend, s.shock):
        column[rows] = 0.0
    for count in (s.loss_months, s.inadequate_months):
        count[rows] = 0


def _buying_chains(state: MarketState, rows: Ints) -> Ints:
    """Return the sound chain that buys each site, or -1; bigger homes draw chains more (E02-003)."""
    s = state.sites
    at_home = s.care_type[rows] == HOME_CARE
    effects = state.conditions.policies
    appetite = np.where(at_home, 0.3, np.clip(s.capacity[rows] / 90.0, 0.05, 0.7)) * effects.chain_appetite
    keen = state.uniform("chain_buys", s.key[rows]) < appetite
    buyers = np.full(rows.size, -1, dtype=np.int64)
    for branch in (False, True):
        which = np.flatnonzero(keen & (at_home == branch))
        if which.size:
            buyers[which] = sound_chain(state, branch, state.uniform("which_chain", s.key[rows[which]]))
    buyers[buyers == s.provider[rows]] = -1
    homes = np.flatnonzero((buyers >= 0) & ~at_home)
    finance_beds(state, buyers[homes], s.capacity[rows[homes]], owned=s.rent[rows[homes]] == 0.0)
    return buyers


def finance_beds(state: MarketState, chains: Ints, beds: Ints, owned: Flags | bool = True) -> None:
    """Let chains borrow and raise equity for homes that they buy or open (less debt than on old beds: assumption).

    Nothing is borrowed on homes that are leased, those that are not ``owned``.
    """
    p, finance = state.providers, state.scenario.finance
    borrowed = min(0.7 * finance.chain_debt_per_bed, state.conditions.policies.debt_per_bed)
    np.add.at(p.debt, chains, np.where(owned, borrowed * beds, 0.0))
    np.add.at(p.investor_return, chains, finance.chain_equity_per_bed * beds * finance.chain_required_return / 12.0)


def sound_chain(state: MarketState, home_care: bool, u: Floats) -> Ints:
    """Return, for each uniform, a chain out of breach with cash, drawn by its size in the setting; -1 if none.

    Chains stand in the order of their keys.
    """
    s, p = state.sites, state.providers
    same = s.alive & ((s.care_type == HOME_CARE) == home_care)
    size = np.bincount(s.provider, weights=s.capacity * same, minlength=len(p))
    sound = p.alive & (p.kind == CHAIN) & (p.breach_months == 0) & (p.cash > 0.0)
    chains = np.flatnonzero(sound & (size > 0.0))
    if chains.size == 0:
        return np.full(u.shape, -1, dtype=np.int64)
    chains = chains[np.argsort(p.key[chains])]
    total = np.cumsum(size[chains])
    return chains[np.searchsorted(total, u * total[-1], side="right")]


def _new_owners(state: MarketState, rows: Ints) -> Ints:
    """Return new independent providers that each buy one site with their own cash and some debt."""
    s, p, finance = state.sites, state.providers, state.scenario.finance
    if rows.size == 0:
        return rows
    at_home = s.care_type[rows] == HOME_CARE
    revenue = s.revenue[rows]
    new = add_providers(
        state,
        hash_keys(s.key[rows], state.month, 7),
        np.full(rows.size, INDEPENDENT),
        s.council[rows],
        cash=np.where(at_home, finance.cash_months_home_care, finance.cash_months) * revenue,
        credit_limit=np.where(at_home, finance.credit_months_home_care, finance.credit_months) * revenue,
        at_home=at_home,
    )
    owned = ~at_home & (s.rent[rows] == 0.0)
    p.debt[new] = np.where(owned, 1.5 * finance.independent_debt_per_bed * s.capacity[rows], 0.0)
    p.interest_rate[new] = finance.independent_interest
    p.rate_change[new] = state.conditions.bank_rate_change
    return new
